"""Every draw of the bootstrap is the fit to its own rows, for each kind of data and constraint."""

import numpy as np
import pytest

from surveykit.analyse.sem.public import cfa, sem
from surveykit.analyse.sem.resample import fitted_draws
from surveykit.errors import SurveykitError
from surveykit.stats.sem_resample import resampled_counts
from tests.analyse.sem.models import BFI9, BFIN, HS, PD, democracy, hs
from tests.analyse.sem.reference import reference
from tests.oracle_values import frame

TWO = "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6"


def fits(name):
    rows = frame("hs1939")
    return {
        "ml": lambda rows: cfa(HS, rows),
        "gls": lambda rows: cfa(TWO, rows, "GLS"),
        "uls": lambda rows: cfa(TWO, rows, "ULS"),
        "equal": lambda rows: cfa(TWO + "\na == b", rows),
        "curved": lambda rows: cfa(TWO + "\na*b == 0.7", rows),
        "bounded": lambda rows: cfa(TWO + "\nb > 1.0", rows),
        "covariate": lambda rows: sem("visual =~ x1 + x2 + x3\nvisual ~ ageyr", rows),
        "adf": lambda rows: cfa("visual =~ x1 + x2 + x3\ntextual =~ x4 + x5", rows, "WLS"),
    }[name], rows


@pytest.mark.parametrize("name", ["ml", "gls", "uls", "equal", "curved", "bounded", "covariate", "adf"])
def test_a_draw_is_the_fit_to_its_rows(name):
    fit, rows = fits(name)
    found = fitted_draws(fit(rows).fitted, 3, seed=4)
    counts = resampled_counts(np.random.default_rng(4), 3, len(rows))
    assert len(found.theta) == 3
    for theta, own in zip(found.theta, counts, strict=True):
        again = fit(rows.loc[np.repeat(rows.index, own.astype(int))].reset_index(drop=True))
        np.testing.assert_allclose(theta, again.fitted.solution.theta, atol=2e-4)


@pytest.mark.parametrize("parameterization", ["delta", "theta"])
def test_a_draw_of_ordered_answers_is_the_fit_to_its_rows(parameterization):
    rows = frame("bfi9").head(700)

    def fit(rows):
        return cfa(BFI9, rows, ordered=True, parameterization=parameterization)

    found = fitted_draws(fit(rows).fitted, 2, seed=4)
    counts = resampled_counts(np.random.default_rng(4), 2, len(rows))
    for theta, values, own in zip(found.theta, found.rows, counts, strict=True):
        again = fit(rows.loc[np.repeat(rows.index, own.astype(int))])
        np.testing.assert_allclose(theta, again.fitted.solution.theta, atol=2e-4)
        np.testing.assert_allclose(values, again.table["estimate"], atol=2e-4)


def test_a_draw_with_missing_answers_is_the_fit_to_its_rows():
    rows = frame("hs1939_miss")
    found = fitted_draws(cfa(HS, rows, missing="fiml").fitted, 2, seed=4)
    counts = resampled_counts(np.random.default_rng(4), 2, len(rows))
    for theta, own in zip(found.theta, counts, strict=True):
        again = cfa(HS, rows.loc[np.repeat(rows.index, own.astype(int))], missing="fiml")
        np.testing.assert_allclose(theta, again.fitted.solution.theta, atol=5e-4)


def test_groups_are_resampled_apart_and_share_their_parameters():
    drawn = hs("ML", ("loadings",)).bootstrap(40, seed=1)
    loadings = drawn[drawn["op"] == "=~"]
    one, other = (loadings[loadings["group"] == group]["std_error"].to_numpy() for group in ("Pasteur", "Grant-White"))
    np.testing.assert_allclose(one, other)


def test_ordered_groups_are_resampled():
    fit = cfa(BFIN, frame("bfi_N_gender"), ordered=True, group="gender", group_equal=("thresholds", "loadings"))
    drawn = fit.bootstrap(40, seed=1).query("op == '=~'")
    robust = fit.table.query("op == '=~'")
    np.testing.assert_allclose(drawn["std_error"], robust["std_error"], rtol=0.5)


def test_clusters_are_drawn_whole():
    rows = frame("hs1939")
    twins = rows.loc[np.repeat(rows.index, 2)].assign(pair=np.repeat(rows.index, 2))
    together, single = cfa(HS, twins, cluster="pair"), cfa(HS, rows, "MLR", meanstructure=True)
    drawn = together.bootstrap(150, seed=1).query("op == '=~' and std_error > 0")["std_error"]
    alone = single.bootstrap(150, seed=2).query("op == '=~' and std_error > 0")["std_error"]
    np.testing.assert_allclose(drawn, alone, rtol=0.35)


def test_equal_weights_change_nothing():
    rows = frame("hs1939").assign(weight=2.0)
    one, other = cfa(HS, rows, weights="weight"), cfa(HS, rows, "MLR")
    np.testing.assert_allclose(one.bootstrap(20)["std_error"], other.bootstrap(20)["std_error"], atol=1e-6)


def test_errors_are_those_of_lavaan_within_the_noise_of_resampling():
    """bootstrapLavaan(cfa(HS, hs), R = 400); 400 draws know a standard error to some 4 % each way."""
    drawn = hs().bootstrap(400, seed=3)
    found = drawn[drawn["std_error"] > 0]["std_error"].to_numpy()[:9]
    np.testing.assert_allclose(found, reference("boot.hs.se"), rtol=0.25)


def test_one_block_or_many_give_the_same_draws(monkeypatch):
    whole = democracy().bootstrap(30, seed=7)
    monkeypatch.setattr("surveykit.analyse.sem.resample._CELLS", 3000)
    np.testing.assert_allclose(democracy().bootstrap(30, seed=7)["std_error"], whole["std_error"], rtol=1e-4)


def test_a_defined_parameter_outside_its_domain_is_undefined():
    fit = sem(PD + "\nbad := log(a - 100)", frame("poldem"))
    row = fit.bootstrap(20).set_index("lhs").loc["bad"]
    assert np.isnan(row[["std_error", "conf_low", "conf_high"]].astype(float)).all()


def test_a_model_without_a_solution_has_no_bootstrap():
    with pytest.raises(SurveykitError, match="starts from a solution"):
        cfa("f =~ x1 + x2", frame("hs1939")).bootstrap(10)


def test_draws_that_lose_an_answer_are_counted():
    rows = frame("bfi9")[["A2", "A3", "A5"]].head(60)
    drawn = cfa("A =~ A2 + A3 + A5", rows, ordered=True).bootstrap(50, seed=1)
    assert drawn["failed"].iloc[0] > 0
    assert drawn["n_boot"].iloc[0] + drawn["failed"].iloc[0] == 50


def test_one_draw_is_refused():
    with pytest.raises(SurveykitError, match="at least two draws"):
        hs().bootstrap(1)
