"""S-X2: what a hand-made sum over patterns expects, its distribution under the model, and misfit that it finds."""

from itertools import product

import numpy as np
import pytest

import surveykit as sk
from surveykit.stats.graded import graded, probabilities
from surveykit.stats.graded_fit import LEAST, item_fit
from tests.oracle_values import frame

SLOPES = np.array([1.2, 1.8, 0.9, 1.5, 2.2, 1.0])
THRESHOLDS = np.tile([-1.2, -0.2, 0.9], (6, 1)) + np.linspace(-0.4, 0.4, 6)[:, None]


def drawn(rng, n):
    theta = rng.standard_normal(n)
    cumulated = np.cumsum(probabilities(SLOPES, THRESHOLDS, theta), axis=1)
    return theta, (rng.random((6, 1, n)) > cumulated).sum(axis=1).T


def test_expected_answers_are_the_sum_over_all_patterns():
    rng = np.random.default_rng(4)
    slopes, thresholds = SLOPES[:3], THRESHOLDS[:3, :2]
    nodes = np.linspace(-6, 6, 121)
    weight = np.exp(-0.5 * nodes**2)
    chance = probabilities(slopes, thresholds, nodes)
    codes = rng.integers(0, 3, (4000, 3))
    shares = np.zeros((7, 3))
    for pattern in product(range(3), repeat=3):
        joint = np.prod([chance[item, answer] for item, answer in enumerate(pattern)], axis=0) @ weight
        shares[sum(pattern), pattern[0]] += joint
    shares /= shares.sum(axis=1, keepdims=True)
    scores = codes.sum(axis=1)
    total = 0.0
    for score in range(1, 6):
        mine = codes[scores == score, 0]
        expected = len(mine) * shares[score]
        used = expected > 0
        assert (expected[used] > LEAST).all()
        seen = np.bincount(mine, minlength=3)
        total += ((seen - expected)[used] ** 2 / expected[used]).sum()
    assert item_fit(slopes, thresholds, codes).s_x2[0] == pytest.approx(total, rel=1e-9)


def test_under_the_model_it_is_chi_square_on_its_degrees_of_freedom():
    rng = np.random.default_rng(1)
    found = []
    for _ in range(4):
        _, codes = drawn(rng, 800)
        fit = graded(codes)
        found.append(item_fit(fit.slopes, fit.thresholds, codes))
    ratio = np.array([one.s_x2 / one.df for one in found])
    assert ratio.mean() == pytest.approx(1.0, abs=0.1)
    assert (np.array([one.p_value for one in found]) < 0.05).mean() < 0.25


def test_an_item_that_bends_back_is_found():
    theta, codes = drawn(np.random.default_rng(2), 3000)
    codes[:, 0] = np.where(np.abs(theta) > 1, 3, codes[:, 0])
    fit = graded(codes)
    found = item_fit(fit.slopes, fit.thresholds, codes)
    assert found.p_value[0] < 1e-6 and int(np.argmax(found.rmsea)) == 0


def test_rows_with_a_missing_answer_are_left_out_and_few_rows_have_no_test():
    _, codes = drawn(np.random.default_rng(3), 500)
    holes = codes.copy()
    holes[:100, 2] = -1
    a, b = item_fit(SLOPES, THRESHOLDS, holes), item_fit(SLOPES, THRESHOLDS, codes[100:])
    assert a.n == b.n == 400
    np.testing.assert_array_equal(a.s_x2, b.s_x2)
    assert np.isnan(item_fit(SLOPES, THRESHOLDS, codes[:3]).p_value).all()


def test_the_public_result_carries_it_and_names_items_that_misfit():
    found = sk.irt(frame("bfi")[["N1", "N2", "N3", "N4", "N5"]].dropna())
    table = found.item_fit.set_index("item")
    assert list(table.index) == ["N1", "N2", "N3", "N4", "N5"]
    assert ((table["p_value"] >= 0) & (table["p_value"] <= 1)).all() and (table["n"] == found.n).all()
    named = {problem.place for problem in found.problems if problem.code == "IRT-MISFIT"}
    assert named == {f"item {item}" for item in table.index[table["p_bh"] < 0.05]}
