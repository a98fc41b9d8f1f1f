"""Correlation and thresholds by one likelihood meet polycor, and the two-step errors agree with it."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special

from surveykit.errors import SurveykitError
from surveykit.stats.ordinal import OrdinalMoments
from surveykit.stats.ordinal_joint import polychoric_ml
from surveykit.stats.polychoric import probabilities
from tests.oracle_values import assert_meets, frame, ids, values


def table_of(one, other):
    data = frame("bfi9")
    return pd.crosstab(data[one], data[other]).to_numpy()


SHORT_OF_THE_TOP = ["polychoric.ml.C1_C2"]
"""polycor 0.8-1 stops its Nelder-Mead search after 500 steps, here below the maximum of the likelihood."""


@pytest.mark.parametrize("key", [key for key in ids("polychoric.ml.") if key not in SHORT_OF_THE_TOP])
def test_correlation_and_error(key):
    found = polychoric_ml(table_of(*key.split(".")[-1].split("_")))
    assert_meets(key, found.std_error if ".se." in key else found.correlation)


@pytest.mark.parametrize("key", SHORT_OF_THE_TOP)
def test_the_likelihood_is_higher_than_where_the_reference_stopped(key):
    table = table_of(*key.split(".")[-1].split("_"))
    found = polychoric_ml(table)
    stopped = values()[key][0]
    assert found.correlation == pytest.approx(stopped, abs=0.03 * found.std_error)

    def loss(cuts):
        cell = probabilities(cuts[None, :5], cuts[None, 5:], np.array([stopped]))
        return -special.xlogy(table, np.maximum(cell[0], 1e-300)).sum()

    best = optimize.minimize(loss, np.concatenate([found.row_thresholds, found.column_thresholds]), method="BFGS")
    assert found.loglik > -best.fun + 1e-5


def test_a_general_optimiser_climbs_no_higher():
    table = table_of("C1", "C2")[1:5, 2:5]
    found = polychoric_ml(table)

    def loss(at):
        if np.any(np.diff(at[1:4]) <= 0) or np.any(np.diff(at[4:]) <= 0):
            return np.inf
        cell = probabilities(at[None, 1:4], at[None, 4:], np.tanh(at[:1]))
        return -special.xlogy(table, np.maximum(cell[0], 1e-300)).sum()

    first = np.concatenate([[0.2], np.linspace(-1, 1, 3), np.linspace(-1, 1, 2)])
    best = optimize.minimize(loss, first, method="Nelder-Mead", options={"maxiter": 20_000, "fatol": 1e-9})
    assert found.loglik == pytest.approx(-best.fun, abs=1e-5)
    assert found.correlation == pytest.approx(np.tanh(best.x[0]), abs=1e-3)


def test_two_step_errors_agree_with_the_joint_information_on_normal_responses():
    rng = np.random.default_rng(4)
    latent = rng.multivariate_normal([0, 0], [[1, 0.55], [0.55, 1]], size=20_000)
    rows = np.column_stack([np.searchsorted([-0.8, 0.1, 1], latent[:, 0]), np.searchsorted([-0.2, 0.9], latent[:, 1])])
    joint = polychoric_ml(pd.crosstab(rows[:, 0], rows[:, 1]).to_numpy())
    steps = OrdinalMoments.of(rows, "ab")
    assert steps.correlation[0, 1] == pytest.approx(joint.correlation, abs=0.002)
    assert steps.std_error[-1] == pytest.approx(joint.std_error, rel=0.03)
    np.testing.assert_allclose(steps.std_error[:5], np.sqrt(np.diag(joint.covariance))[1:], rtol=0.03)
    assert joint.df == 5 and 0 <= joint.chisq < special.chdtri(5, 1e-4)


def test_unused_answers_change_nothing_and_turning_the_table_turns_the_thresholds():
    table = table_of("A2", "N1")
    found = polychoric_ml(table)
    wide = polychoric_ml(np.insert(np.insert(table, 2, 0, axis=0), 4, 0, axis=1))
    turned = polychoric_ml(table.T)
    assert wide.correlation == pytest.approx(found.correlation, abs=1e-9)
    assert turned.correlation == pytest.approx(found.correlation, abs=1e-8)
    np.testing.assert_allclose(turned.row_thresholds, found.column_thresholds, atol=1e-7)


@pytest.mark.parametrize(
    ("table", "code"),
    [([[5, 0], [0, 7]], "STATS-POLY-BOUNDARY"), ([[5, 3], [0, 0]], "STATS-POLY-LEVELS")],
)
def test_what_has_no_estimate_is_nan_with_its_reason(table, code):
    found = polychoric_ml(table, "items a, b")
    assert np.isnan(found.correlation) and np.isnan(found.std_error)
    assert [problem.code for problem in found.problems] == [code]


def test_a_table_that_is_none_is_refused():
    with pytest.raises(SurveykitError, match="two-way table"):
        polychoric_ml([[1, -1], [2, 3]])
