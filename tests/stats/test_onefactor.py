"""One factor and omega meet psych and lavaan, and recover what was planted."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from surveykit.stats.classical import alpha
from surveykit.stats.moments import Moments
from surveykit.stats.onefactor import omega, one_factor
from tests.oracle_values import assert_meets, frame, ids
from tests.stats.scales import items, reversed_mask


@pytest.mark.parametrize("key", ids("omega_u."))
def test_omega(key):
    _, metric, *_, scale = key.split(".")
    moments = Moments.of(frame("bfi")[items(scale)], items(scale)).reversed(reversed_mask(scale), 7)
    fit = one_factor(moments.correlation if metric == "corr" else moments.covariance, moments.n, items(scale))
    assert fit.converged and not fit.problems
    assert_meets(key, omega(fit).estimate)


def planted(k, seed, low=0.3):
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(low, 1.2, k)
    unique = rng.uniform(0.3, 1.5, k)
    return loadings, unique, np.multiply.outer(loadings, loadings) + np.diag(unique)


@given(st.integers(3, 25), st.integers(0, 10_000))
def test_a_matrix_of_one_factor_gives_its_parameters_back(k, seed):
    loadings, unique, matrix = planted(k, seed)
    fit = one_factor(matrix, 500)
    np.testing.assert_allclose(fit.loadings, loadings, atol=1e-5)
    np.testing.assert_allclose(fit.uniquenesses, unique, atol=1e-5)
    assert fit.converged and fit.chi2 < 1e-6
    expected = loadings.sum() ** 2 / (loadings.sum() ** 2 + unique.sum())
    assert omega(fit).estimate == pytest.approx(expected, abs=1e-7)


@given(st.integers(3, 12), st.floats(0.1, 2), st.integers(0, 1000))
def test_alpha_equals_omega_of_tau_equivalent_items(k, loading, seed):
    unique = np.random.default_rng(seed).uniform(0.3, 2, k)
    matrix = loading**2 + np.diag(unique)
    assert omega(one_factor(matrix, 300)).estimate == pytest.approx(alpha(matrix), abs=1e-6)


@settings(max_examples=15)
@given(st.integers(0, 2000))
def test_the_minimum_is_that_of_a_general_optimiser(seed):
    rng = np.random.default_rng(seed)
    k = 5
    sample = np.cov(rng.multivariate_normal(np.zeros(k), planted(k, seed)[2], 60).T)
    fit = one_factor(sample, 60)

    def discrepancy(parameters):
        implied = np.multiply.outer(parameters[:k], parameters[:k]) + np.diag(np.exp(parameters[k:]))
        return np.linalg.slogdet(implied)[1] + np.trace(np.linalg.solve(implied, sample))

    start = np.concatenate([fit.loadings + 0.05, np.log(fit.uniquenesses) + 0.05])
    floor = np.log(0.005 * np.diag(sample))
    bounds = [(None, None)] * k + [(low, None) for low in floor]
    found = optimize.minimize(discrepancy, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 5000})
    best = found.fun - np.linalg.slogdet(sample)[1] - k
    assert fit.minimum <= best + 1e-6


def test_the_metric_of_the_items_does_not_matter_to_fit_nor_standardised_omega():
    _, _, matrix = planted(6, 3)
    rng = np.random.default_rng(2)
    sample = np.cov(rng.multivariate_normal(np.zeros(6), matrix, 200).T)
    units = np.array([1, 10, 0.1, 3, 2, 5.0])
    one, other = one_factor(sample, 200), one_factor(sample * np.multiply.outer(units, units), 200)
    np.testing.assert_allclose(other.loadings, one.loadings * units, rtol=1e-7)
    assert other.chi2 == pytest.approx(one.chi2, rel=1e-8)
    ours, theirs = omega(one, standardised=True), omega(other, standardised=True)
    assert (ours.estimate, ours.std_error) == pytest.approx((theirs.estimate, theirs.std_error), rel=1e-7)
    assert omega(one).estimate != pytest.approx(omega(other).estimate, abs=1e-3)


@pytest.mark.parametrize("standardised", [False, True])
def test_standard_error_and_interval_are_those_of_simulation(standardised):
    loadings, unique, matrix = planted(5, 11)
    rng, n, found = np.random.default_rng(3), 250, []
    scale = np.sqrt(np.diag(matrix)) if standardised else np.ones(5)
    common = (loadings / scale).sum() ** 2
    truth = common / (common + (unique / scale**2).sum())
    for _ in range(400):
        sample = np.cov(rng.multivariate_normal(np.zeros(5), matrix, n).T)
        found.append(omega(one_factor(sample, n), standardised=standardised))
    spread = np.std([each.estimate for each in found])
    assert omega(one_factor(matrix, n), standardised=standardised).std_error == pytest.approx(
        spread, rel=0.12
    )
    inside = np.mean([each.conf_low <= truth <= each.conf_high for each in found])
    assert 0.91 <= inside <= 0.985


def test_chi2_and_df_of_a_misfitting_model():
    moments = Moments.of(frame("hs1939")[[f"x{i}" for i in range(1, 10)]], [f"x{i}" for i in range(1, 10)])
    fit = one_factor(moments.covariance, moments.n, moments.names)
    assert fit.df == 27 and fit.converged
    assert fit.chi2 == pytest.approx(312.264, abs=5e-4)  # lavaan tutorial's model with a single factor
    assert fit.p_value < 1e-20


def test_items_keyed_against_each_other_get_loadings_of_both_signs():
    loadings, _, _ = planted(5, 1)
    signs = np.array([1, -1, 1, 1, -1])
    fit = one_factor(np.multiply.outer(signs * loadings, signs * loadings) + np.eye(5), 100)
    assert np.all(np.sign(fit.loadings) == signs) or np.all(np.sign(fit.loadings) == -signs)
    assert fit.loadings.sum() > 0


def test_items_that_do_not_correlate_have_no_factor():
    fit = one_factor(np.eye(4), 100)
    assert [problem.code for problem in fit.problems] == ["STATS-NO-FACTOR"]
    assert np.isnan(omega(fit).std_error)


def test_a_heywood_case_is_named_and_has_no_standard_error():
    matrix = np.array([[1, 0.8, 0.8], [0.8, 1, 0.4], [0.8, 0.4, 1]])
    fit = one_factor(matrix, 100, ["SAT1", "SAT2", "SAT3"])
    assert [(problem.code, problem.place) for problem in fit.problems] == [("STATS-HEYWOOD", "item SAT1")]
    assert fit.converged and np.isnan(omega(fit).std_error)


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        (np.eye(2), "STATS-FACTOR-ITEMS"),
        (np.diag([1.0, 0.0, 1.0]), "STATS-CONSTANT-ITEM"),
        (np.ones((3, 3)), "STATS-NOT-PD"),
    ],
)
def test_what_has_no_factor_is_nan_with_its_reason(matrix, code):
    fit = one_factor(matrix, 50)
    assert [problem.code for problem in fit.problems] == [code]
    assert np.isnan(omega(fit).estimate) and not fit.converged
