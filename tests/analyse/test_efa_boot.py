"""Resampled loadings: many at once are one at a time, aligned with the sample, and their errors are right."""

import numpy as np
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.stats.factoring import extract
from surveykit.stats.factoring_many import extract_many
from surveykit.stats.resampled_moments import resampled_correlations
from surveykit.stats.rotation import rotate
from surveykit.stats.rotation_many import rotate_many
from surveykit.stats.schmid_leiman import hierarchical_omega, schmid_leiman
from surveykit.stats.schmid_leiman_many import hierarchical_many
from tests.oracle_values import frame

METHODS = ("minres", "ml", "pa")
ROTATIONS = ("oblimin", "promax", "varimax", "geomin", "quartimax", "none")


def items(n=600):
    return frame("bfi").iloc[:n, :15].dropna()


def resampled(draws=12):
    return np.concatenate(list(resampled_correlations(items().to_numpy(float), draws, 2)))


@pytest.mark.parametrize("method", METHODS)
def test_many_extractions_are_one_at_a_time(method):
    start = extract(np.corrcoef(items().to_numpy(float).T), 3, method).uniquenesses
    many = extract_many(resampled(), 3, method, start)
    for one, found in zip(resampled(), many, strict=True):
        np.testing.assert_allclose(np.abs(found), np.abs(extract(one, 3, method).loadings), atol=2e-6)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_many_rotations_are_one_at_a_time_in_the_samples_order(rotation):
    sample = extract(np.corrcoef(items().to_numpy(float).T), 3)
    known = rotate(sample.loadings, rotation, starts=10, tolerance=1e-13)
    many = rotate_many(extract_many(resampled(), 3, "minres", sample.uniquenesses), sample.loadings, known)
    for one, found in zip(resampled(), many, strict=True):
        own = rotate(extract(one, 3).loadings, rotation, starts=10, tolerance=1e-13).loadings
        match = np.abs(own.T @ found).argmax(axis=0)
        assert sorted(match) == [0, 1, 2]
        signs = np.sign((own[:, match] * found).sum(axis=0))
        np.testing.assert_allclose(found, own[:, match] * signs, atol=3e-3)
        assert ((found * known.loadings).sum(axis=0) > 0).all()


def test_columns_out_of_order_and_reflected_come_back():
    sample = extract(np.corrcoef(items().to_numpy(float).T), 3)
    known = rotate(sample.loadings, "none")
    shuffled = np.asarray(known.loadings)[None][:, :, [2, 0, 1]] * [-1, 1, -1]
    np.testing.assert_allclose(rotate_many(shuffled, sample.loadings, known)[0], known.loadings)


def test_errors_of_one_factor_are_those_of_likelihood_theory():
    rng = np.random.default_rng(1)
    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    rows = rng.standard_normal((2000, 1)) * loadings + rng.standard_normal((2000, 4)) * np.sqrt(1 - loadings**2)
    data = frame("bfi").iloc[:2000, :4].set_axis(list("abcd"), axis=1).assign(**dict(zip("abcd", rows.T, strict=True)))
    found = sk.efa(data, 1, extraction="ml", n_boot=500)
    fitted = sk.cfa("f =~ a + b + c + d", data).table
    known = fitted[fitted["op"] == "=~"]
    np.testing.assert_allclose(found.loadings["F1"], known["std_all"], atol=1e-4)
    np.testing.assert_allclose(found.table["std_error"], known["std_all_error"], rtol=0.15)


def test_intervals_hold_the_loadings_and_repeat_with_their_seed():
    found, again = (sk.efa(items(), 3, n_boot=200, seed=3) for _ in range(2))
    table = found.table
    held = table.dropna(subset=["conf_low"])
    assert len(held) > 0.9 * len(table)
    assert (held["conf_low"] <= held["estimate"]).all() and (held["estimate"] <= held["conf_high"]).all()
    assert found.to_dict() == again.to_dict()
    assert found.intervals.shape == (15, 6)
    plain = sk.efa(items(), 3)
    np.testing.assert_array_equal(plain.loadings, found.loadings)
    assert plain.table["std_error"].isna().all()


@pytest.mark.parametrize("k", [1, 2, 3])
def test_many_hierarchical_omegas_are_one_at_a_time(k):
    matrix = np.corrcoef(items().to_numpy(float).T)
    solution = schmid_leiman(matrix, k)
    signs = hierarchical_omega(matrix, solution).signs
    many = hierarchical_many(resampled(), solution, signs, "minres")
    for at, one in enumerate(resampled()):
        own = hierarchical_omega(one * np.multiply.outer(signs, signs), schmid_leiman(one * np.outer(signs, signs), k))
        if (own.signs < 0).any():
            continue
        assert many["omega_total"][at] == pytest.approx(own.total, abs=1e-6)
        assert many["omega_hierarchical"][at] == pytest.approx(own.hierarchical, abs=1e-4)
        assert many["explained_common"][at] == pytest.approx(own.explained, abs=1e-4)
        assert many["alpha_standardised"][at] == pytest.approx(own.alpha)
        assert many["lambda6"][at] == pytest.approx(own.lambda6)


def test_hierarchical_omega_has_intervals_on_request():
    found = sk.omega_hierarchical(items(), 3, n_boot=200)
    table = found.table
    assert table["conf_low"].notna().all() and (table["conf_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["conf_high"]).all()
    keyed = sk.omega_hierarchical(items(), 3, n_boot=200, keys={"A1": -1, "C4": -1, "C5": -1})
    assert keyed.table["conf_low"].notna().all()
    with pytest.raises(SurveykitError, match="rows"):
        nine = frame("bfi9")
        sk.omega_hierarchical(sk.Moments.of(nine.to_numpy(), list(nine)), 3, n_boot=100)


def test_ordered_items_are_resampled_as_ordered():
    nine = frame("bfi9").head(300)
    found = sk.efa(nine, 3, correlation="polychoric", n_boot=100).table
    assert found["std_error"].between(0.01, 0.3).all()


def test_target_rotation_is_resampled_towards_its_target():
    target = np.full((9, 3), np.nan)
    for factor in range(3):
        target[np.r_[0 : 3 * factor, 3 * factor + 3 : 9], factor] = 0.0
    found = sk.efa(frame("bfi9").head(400), 3, "target", target=target, n_boot=100)
    assert found.table["std_error"].between(0.01, 0.3).all()
    with pytest.raises(SurveykitError, match="no meaning"):
        sk.efa(frame("bfi9").head(400), 3, "target", target=target, normalise=True, n_boot=100)


def test_resampling_needs_rows_that_are_complete():
    data = frame("bfi9")
    with pytest.raises(SurveykitError, match="rows"):
        sk.efa(sk.Moments.of(data.to_numpy(), list(data)), 3, n_boot=100)
    with pytest.raises(SurveykitError, match="listwise"):
        sk.efa(frame("bfi").iloc[:300, :10], 2, missing="pairwise", n_boot=100)
