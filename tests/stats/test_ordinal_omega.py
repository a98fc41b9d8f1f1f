"""Reliability of ordered answers meets semTools, and is the squared correlation with the factor's expectation."""

import numpy as np
import pytest
from scipy import optimize

from surveykit.errors import SurveykitError
from surveykit.stats.classical import alpha
from surveykit.stats.moments import Moments
from surveykit.stats.ordinal import OrdinalMoments
from surveykit.stats.ordinal_omega import alpha_ordinal, omega_categorical
from tests.oracle_values import assert_meets, frame, ids

SCALES = {"A": slice(0, 3), "C": slice(3, 6), "N": slice(6, 9)}


@pytest.fixture(scope="module")
def moments():
    data = frame("bfi9")
    return OrdinalMoments.of(data, list(data))


@pytest.fixture(scope="module")
def fitted(moments):
    """Three factors by diagonally weighted least squares: standardised loadings and factor correlations."""
    below = np.triu_indices(9, 1)
    weights = np.sqrt(moments.weights_diagonal[-36:])
    factor = np.repeat(np.arange(3), 3)

    def misfit(at):
        between = np.eye(3)
        between[np.triu_indices(3, 1)] = between.T[np.triu_indices(3, 1)] = at[9:]
        implied = np.multiply.outer(at[:9], at[:9]) * between[np.ix_(factor, factor)]
        return weights * (moments.correlation - implied)[below]

    best = optimize.least_squares(misfit, np.r_[np.full(9, 0.6), np.zeros(3)], xtol=1e-12, ftol=1e-12)
    return best.x[:9], dict(zip(["A_C", "A_N", "C_N"], best.x[9:], strict=True))


@pytest.mark.parametrize("key", ids("rel.bfi9.wlsmv."))
def test_reliability_of_the_three_scales(key, moments, fitted):
    _, _, _, scale, coefficient = key.split(".")
    part, (loadings, _) = SCALES[scale], fitted
    data = frame("bfi9").iloc[:, part]
    found = {
        "alpha": alpha(Moments.of(data, list(data)).covariance),
        "alpha_ord": alpha_ordinal(moments.correlation[part, part]),
        "omega_GY": omega_categorical(loadings[part], moments.thresholds[part]),
        "ave": float(np.mean(loadings[part] ** 2)),
    }[coefficient]
    assert_meets(key, found)


@pytest.mark.parametrize("key", ids("cfa.bfi9.wlsmv.std.", "cfa.bfi9.wlsmv.cor."))
def test_weights_and_correlations_give_the_estimates_of_lavaan(key, moments, fitted):
    name = key.split(".")[-1]
    loadings, correlations = fitted
    assert_meets(key, correlations[name] if "_" in name else loadings[moments.names.index(name)])


@pytest.mark.parametrize("key", ids("alpha.ordinal."))
def test_ordinal_alpha(key):
    data = frame("bfi")
    scale = data[[name for name in data if name[0] == key[-1] and name[1:].isdigit()]].dropna()
    keyed = OrdinalMoments.of(scale, list(scale)).correlation
    signs = np.sign(np.linalg.eigh(keyed)[1][:, -1])
    assert_meets(key, alpha_ordinal(keyed * np.multiply.outer(signs, signs)))


def test_omega_is_the_variance_of_the_expected_sum_given_the_factor():
    loadings = np.array([0.8, 0.5, 0.7])
    cuts = [np.array([-1.0, 0.5]), np.array([0.2]), np.array([-0.5, 0.0, 1.5])]
    rng = np.random.default_rng(8)
    factor = rng.standard_normal(400_000)
    sums = [
        sum(
            np.searchsorted(one, loading * factor + np.sqrt(1 - loading**2) * rng.standard_normal(len(factor)))
            for loading, one in zip(loadings, cuts, strict=True)
        )
        for _ in range(2)
    ]
    assert omega_categorical(loadings, cuts) == pytest.approx(np.corrcoef(sums)[0, 1], abs=0.005)


def test_many_answers_come_near_to_the_omega_of_the_responses():
    loadings = np.array([0.8, 0.6, 0.7, 0.5])
    fine = np.linspace(-3.5, 3.5, 60)
    plain = loadings.sum() ** 2 / (loadings.sum() ** 2 + (1 - loadings**2).sum())
    assert omega_categorical(loadings, [fine] * 4) == pytest.approx(plain, abs=0.004)


def test_unused_codes_and_the_order_of_items_change_nothing():
    cuts = [np.array([-1.0, 0.5]), np.array([0.2]), np.array([-0.5, 0.0, 1.5])]
    found = omega_categorical([0.8, -0.5, 0.7], cuts)
    padded = [np.append(one, np.inf) for one in cuts]
    assert omega_categorical([0.7, 0.8, -0.5], [padded[2], padded[0], padded[1]]) == pytest.approx(found, abs=1e-12)


def test_correlated_residuals_raise_the_denominator():
    cuts, loadings = [np.array([-0.5, 0.5])] * 3, np.array([0.7, 0.7, 0.7])
    matrix = np.multiply.outer(loadings, loadings)
    matrix[0, 1] = matrix[1, 0] = 0.7
    assert omega_categorical(loadings, cuts, matrix) < omega_categorical(loadings, cuts)


def test_undefined_is_nan_and_what_does_not_fit_is_refused():
    assert np.isnan(omega_categorical([1.2, 0.5], [[0.0], [0.0]]))
    assert np.isnan(omega_categorical([0.6, np.nan], [[0.0], [0.0]]))
    assert np.isnan(alpha_ordinal([[1.0]])) and np.isnan(alpha_ordinal([[1.0, np.nan], [np.nan, 1.0]]))
    with pytest.raises(SurveykitError, match="shape"):
        omega_categorical([0.6, 0.5], [[0.0]])
