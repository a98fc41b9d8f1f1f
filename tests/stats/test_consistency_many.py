"""Coefficients of many matrices at once are those of one matrix at a time, and their intervals hold what they say."""

import numpy as np
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.stats import classical
from surveykit.stats.arrays import standardise
from surveykit.stats.consistency_many import consistency_many
from surveykit.stats.halves import split_halves
from surveykit.stats.onefactor import omega, one_factor
from surveykit.stats.onefactor_many import one_factor_many
from surveykit.stats.resampled_moments import resampled_correlations, resampled_covariances
from tests.oracle_values import frame

N = ["N1", "N2", "N3", "N4", "N5"]


def rows(n=150):
    return frame("bfi")[N].dropna().head(n).to_numpy()


def resampled(n=150, draws=40):
    return np.concatenate(list(resampled_covariances(rows(n), draws, 5)))


def test_resampled_covariances_belong_to_the_resampled_correlations():
    correlations = np.concatenate(list(resampled_correlations(rows(), 40, 5)))
    np.testing.assert_allclose([standardise(one) for one in resampled()], correlations, atol=1e-12)


@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("as_psych", [False, True])
def test_many_are_one_at_a_time(k, as_psych):
    covariances = resampled()[:, :k, :k]
    found = consistency_many(covariances, np.full(k, 0.5), seed=1, as_psych=as_psych)
    for at, covariance in enumerate(covariances):
        r = standardise(covariance)
        halves = split_halves(r, as_psych=as_psych)
        one = {
            "alpha": classical.alpha(covariance),
            "alpha_standardised": classical.alpha(r),
            "lambda1": classical.lambda1(r),
            "lambda2": classical.lambda2(r),
            "lambda3": classical.lambda3(r),
            "lambda5": classical.lambda5(r),
            "lambda6": classical.lambda6(r),
            "average_r": classical.average_r(covariance),
            "median_r": classical.median_r(covariance),
            "split_half_max": halves.lambda4,
            "split_half_min": halves.beta,
        }
        if not as_psych:
            one["split_half_mean"] = halves.mean
        if k == 2:
            one["spearman_brown"] = float(classical.spearman_brown(r[0, 1]))
        else:
            fit = one_factor(covariance, 150)
            if not fit.problems:
                one["omega"] = omega(fit).estimate
                one["omega_standardised"] = omega(fit, standardised=True).estimate
        for name, value in one.items():
            assert found[name][at] == pytest.approx(value, abs=1e-7), name
    assert ("omega" in found) == (k > 2)


def test_improper_and_singular_matrices_are_undefined():
    heywood = np.array([[1, 0.9, 0.9], [0.9, 1, 0.5], [0.9, 0.5, 1.0]])
    singular = np.ones((3, 3))
    constant = np.diag([1.0, 1.0, 0.0])
    loadings, unique = one_factor_many(np.stack([heywood, singular]), np.full(3, 0.5))
    assert np.isnan(loadings).all() and np.isnan(unique).all()
    found = consistency_many(np.stack([heywood, singular, constant]), np.full(3, 0.5))
    assert np.isnan(found["omega"]).all() and np.isnan(found["lambda6"][1])
    assert np.isnan(found["alpha_standardised"][2])


def test_intervals_of_all_coefficients_on_request():
    plain = sk.reliability(frame("bfi")[N].head(300)).table.set_index("coefficient")
    found = sk.reliability(frame("bfi")[N].head(300), n_boot=400, seed=2)
    table = found.table.set_index("coefficient")
    np.testing.assert_allclose(table["estimate"], plain["estimate"])
    resampled_rows = table[table["method"] == "boot_percentile"]
    assert set(table.index) - set(resampled_rows.index) == {"glb", "glb_factor"}
    assert (resampled_rows["conf_low"] < resampled_rows["estimate"]).all()
    assert (resampled_rows["estimate"] < resampled_rows["conf_high"]).all()
    assert table.loc["alpha", "std_error"] == pytest.approx(plain.loc["alpha", "std_error"], rel=0.3)
    again = sk.reliability(frame("bfi")[N].head(300), n_boot=400, seed=2)
    assert again.to_dict() == found.to_dict()


def test_psychs_splits_are_resampled_as_psych_makes_them():
    plain = sk.reliability(frame("bfi")[N].head(200), n_boot=200, splits="psych").table.set_index("coefficient")
    assert plain.loc["split_half_max", "conf_low"] < plain.loc["split_half_max", "estimate"]
    assert np.isnan(plain.loc["split_half_mean", "conf_low"])


def test_an_interval_that_misses_its_estimate_is_not_given():
    rng = np.random.default_rng(4)
    data = sk.reliability(_frame(rng.standard_normal((12, 8))), n_boot=300)
    table = data.table.set_index("coefficient")
    held = table.dropna(subset=["conf_low"])
    assert (held["conf_low"] <= held["estimate"]).all() and (held["estimate"] <= held["conf_high"]).all()
    if table["conf_low"].drop(["glb", "glb_factor"]).isna().any():
        codes = {problem.code for problem in data.problems}
        assert codes & {"RELIABILITY-BOOT-SIDED", "RELIABILITY-BOOT-LOST", "STATS-HEYWOOD", "STATS-NOT-PD"}


def _frame(values):
    return (
        frame("bfi")
        .head(0)
        .reindex(range(len(values)))
        .iloc[:, : values.shape[1]]
        .assign(**{name: values[:, at] for at, name in enumerate(frame("bfi").columns[: values.shape[1]])})
    )


def test_resampling_needs_complete_rows():
    moments = sk.Moments.of(rows(), N)
    with pytest.raises(SurveykitError, match="rows"):
        sk.reliability(moments, n_boot=100)
    with pytest.raises(SurveykitError, match="listwise"):
        sk.reliability(frame("bfi")[N], missing="pairwise", n_boot=100)
