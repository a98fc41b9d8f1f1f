"""Regression from moments equals regression from rows, and R's."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.diagnostic import het_breuschpagan

from surveykit.errors import SurveykitError
from surveykit.stats.moments import Moments
from surveykit.stats.ols import compare, ols
from surveykit.stats.residuals import diagnostics, leverage, robust_covariance
from tests.oracle_values import assert_meets, frame, ids

PREDICTORS = ["complaints", "privileges", "learning", "raises", "critical", "advance"]


def attitude():
    data = frame("attitude")
    design = np.column_stack([np.ones(len(data)), data[PREDICTORS]])
    return Moments.of(data, list(data)), design, data["rating"].to_numpy(float)


@pytest.mark.parametrize("key", ids("ols.attitude."))
def test_attitude(key):
    moments, design, outcome = attitude()
    fit = ols(moments, "rating", PREDICTORS)
    _, _, *rest = key.split(".")
    if rest[0] == "diag":
        checks = diagnostics(design, outcome)
        found = {
            "dw": checks.durbin_watson,
            "bp": checks.breusch_pagan,
            "bp_p": checks.breusch_pagan_p,
            "reset": checks.reset,
            "shapiro": checks.shapiro,
            "cook_max": checks.cook.max(),
            "hat_max": checks.leverage.max(),
            "rstudent_maxabs": np.abs(checks.studentised).max(),
            "press": checks.press,
            "q2_loo": checks.q2_loo,
        }[rest[1]]
    elif len(rest) == 1:
        names = {"r2": "r2", "adjr2": "adjusted_r2", "sigma": "sigma", "F": "f", "aic": "aic", "bic": "bic"}
        found = getattr(fit, names[rest[0]])
    else:
        at = fit.terms.index(rest[0])
        if rest[1] == "hc3":
            residuals = outcome - design @ fit.coefficients
            found = np.sqrt(np.diag(robust_covariance(design, residuals)))[at]
        else:
            columns = {"b": "coefficients", "se": "std_errors", "t": "t", "beta": "betas", "vif": "vif"}
            found = getattr(fit, columns[rest[1]])[at]
    assert_meets(key, found)


@pytest.mark.parametrize("key", ids("hier.attitude."))
def test_hierarchical_attitude(key):
    moments, _, _ = attitude()
    change = compare(ols(moments, "rating", ["complaints", "learning"]), ols(moments, "rating", PREDICTORS))
    names = {"r2_step1": "r2_small", "dR2": "r2_change", "Fchange": "f", "p": "p_value"}
    assert_meets(key, getattr(change, names[key.split(".")[2]]))


def planted(seed, n=40, k=3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, k)) @ rng.normal(size=(k, k)) + rng.normal(size=k) * 10
    y = x @ rng.normal(size=k) + rng.normal(size=n) * (1 + np.abs(x[:, 0]))
    return x, y


@given(st.integers(0, 10_000))
def test_fit_from_moments_is_the_fit_from_rows(seed):
    x, y = planted(seed)
    fit = ols(Moments.of(np.column_stack([x, y]), "abcy"), "y", "abc")
    rows = sm.OLS(y, sm.add_constant(x)).fit()
    np.testing.assert_allclose(fit.coefficients, rows.params, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fit.std_errors, rows.bse, rtol=1e-6)
    np.testing.assert_allclose(fit.p_values, rows.pvalues, rtol=1e-4, atol=1e-9)
    expected = (rows.rsquared, rows.rsquared_adj, rows.fvalue, rows.f_pvalue)
    np.testing.assert_allclose(
        (fit.r2, fit.adjusted_r2, fit.f, fit.f_p_value), expected, rtol=1e-6, atol=1e-12
    )


@pytest.mark.parametrize("kind", ["HC0", "HC1", "HC2", "HC3"])
def test_robust_covariance_is_that_of_statsmodels(kind):
    x, y = planted(4)
    design = sm.add_constant(x)
    rows = sm.OLS(y, design).fit()
    expected = rows.get_robustcov_results(kind).cov_params()
    np.testing.assert_allclose(robust_covariance(design, rows.resid, kind), expected, rtol=1e-9)


def test_diagnostics_are_those_of_statsmodels():
    x, y = planted(5)
    design = sm.add_constant(x)
    rows, found = sm.OLS(y, design).fit(), diagnostics(design, y)
    influence = rows.get_influence()
    np.testing.assert_allclose(found.cook, influence.cooks_distance[0], rtol=1e-9)
    np.testing.assert_allclose(found.studentised, influence.resid_studentized_external, rtol=1e-9)
    np.testing.assert_allclose(found.leverage, leverage(design), rtol=1e-9)
    assert (found.breusch_pagan, found.breusch_pagan_p) == pytest.approx(
        het_breuschpagan(rows.resid, design)[:2]
    )
    assert found.q2_loo < rows.rsquared


def test_weighted_moments_give_weighted_least_squares():
    x, y = planted(6)
    weights = np.random.default_rng(1).uniform(0.2, 3, len(y))
    fit = ols(Moments.of(np.column_stack([x, y]), "abcy", weights), "y", "abc")
    rows = sm.WLS(y, sm.add_constant(x), weights).fit()
    np.testing.assert_allclose(fit.coefficients, rows.params, rtol=1e-9)
    np.testing.assert_allclose(fit.std_errors, rows.bse, rtol=1e-9)
    assert np.isnan(fit.aic)


def test_a_published_correlation_matrix_gives_betas_and_no_intercept():
    moments, _, _ = attitude()
    published = Moments.of_covariance(moments.names, moments.correlation, moments.n)
    fit, rows = ols(published, "rating", PREDICTORS), ols(moments, "rating", PREDICTORS)
    np.testing.assert_allclose(fit.coefficients[1:], rows.betas[1:], rtol=1e-10)
    np.testing.assert_allclose(fit.t[1:], rows.t[1:], rtol=1e-10)
    assert fit.f == pytest.approx(rows.f) and np.isnan(fit.coefficients[0])


def test_a_dependent_predictor_is_named_with_those_it_depends_on():
    x, y = planted(7)
    total = x[:, 0] + 2 * x[:, 2]
    moments = Moments.of(np.column_stack([x, total, np.ones(len(y)), y]), ["a", "b", "c", "sum", "one", "y"])
    fit = ols(moments, "y", ["a", "b", "c", "sum", "one"])
    assert [(problem.code, problem.place) for problem in fit.problems] == [
        ("STATS-COLLINEAR", "predictor sum"),
        ("STATS-CONSTANT-PREDICTOR", "predictor one"),
    ]
    assert dict(fit.problems[0].values)["others"] == "a, c"
    assert np.isnan(fit.coefficients).tolist() == [False, False, False, False, True, True]
    without = ols(moments, "y", ["a", "b", "c"])
    np.testing.assert_allclose(fit.coefficients[:4], without.coefficients)
    assert (fit.f, fit.df_model) == (pytest.approx(without.f), 3)


def test_highly_but_not_perfectly_correlated_predictors_are_fitted():
    x, y = planted(8)
    near = x[:, 0] + 1e-3 * np.random.default_rng(2).normal(size=len(y))
    fit = ols(Moments.of(np.column_stack([x, near, y]), "abcny"), "y", "abcn")
    assert not fit.problems and fit.vif[1] > 1000


def test_too_few_rows_and_a_constant_outcome_are_told():
    few = ols(Moments.of([[1, 2, 3.5], [2, 1, 4.5]], "aby"), "y", "ab")
    assert "STATS-FEW-ROWS" in [problem.code for problem in few.problems]
    assert np.isnan(few.std_errors).all() and np.isnan(few.sigma)
    flat = ols(Moments.of([[1, 3], [2, 3], [4, 3], [7, 3]], "ay"), "y", "a")
    assert [problem.code for problem in flat.problems] == ["STATS-CONSTANT-OUTCOME"]
    assert np.isnan(flat.r2) and np.isnan(flat.f)
    empty = ols(Moments.empty("ay"), "y", "a")
    assert np.isnan(empty.coefficients).all() and empty.problems


def test_no_predictors_gives_the_mean():
    moments, _, outcome = attitude()
    fit = ols(moments, "rating", [])
    assert fit.coefficients[0] == pytest.approx(outcome.mean())
    assert fit.std_errors[0] == pytest.approx(outcome.std(ddof=1) / np.sqrt(30))
    assert fit.r2 == 0 and np.isnan(fit.f)


def test_models_that_are_not_nested_are_not_compared():
    moments, _, _ = attitude()
    with pytest.raises(SurveykitError, match="must be a part"):
        compare(ols(moments, "rating", ["raises"]), ols(moments, "rating", ["complaints", "learning"]))


def test_a_row_that_alone_determines_a_coefficient_is_named():
    x, y = planted(9)
    design = np.column_stack([np.ones(len(y)), x, np.arange(len(y)) == 4])
    found = diagnostics(design, y)
    assert [(problem.code, problem.place) for problem in found.problems] == [("STATS-LEVERAGE", "rows 5")]
    assert np.isnan(found.press) and np.isnan(found.cook[4]) and np.isfinite(found.cook[:4]).all()
    assert np.isnan(robust_covariance(design, found.residuals, "HC3")).all()


def test_shapiro_wilk_is_left_undefined_for_very_many_rows():
    x, y = planted(11, n=5001)
    found = diagnostics(sm.add_constant(x), y)
    assert [problem.code for problem in found.problems] == ["STATS-SHAPIRO"]
    assert np.isnan(found.shapiro)


def test_unusable_designs_and_kinds_are_refused():
    x, y = planted(10)
    with pytest.raises(SurveykitError, match="linearly dependent"):
        diagnostics(np.column_stack([np.ones(len(y)), x, x[:, 0]]), y)
    with pytest.raises(SurveykitError, match="HC9"):
        robust_covariance(sm.add_constant(x), y, "HC9")
