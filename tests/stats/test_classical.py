"""Classical coefficients meet psych, and keep their laws."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveykit.stats import classical, halves, intervals
from surveykit.stats.arrays import standardise
from surveykit.stats.counts import Counts
from surveykit.stats.moments import Moments
from surveykit.stats.pairwise import pairwise
from surveykit.stats.polychoric import polychoric
from tests.oracle_values import assert_meets, frame, ids
from tests.stats.scales import items, reversed_mask, rows

STEM = {"raw": classical.alpha, "std": classical.alpha_standardised, "avg_r": classical.average_r}
STEM |= {"median_r": classical.median_r, "lambda6": lambda c: classical.lambda6(standardise(c))}


def listwise(scale):
    raw = Moments.of(frame("bfi")[items(scale)], items(scale))
    return raw.reversed(reversed_mask(scale), 7)


@pytest.mark.parametrize("key", ids("alpha."))
def test_alpha(key):
    _, kind, which, *rest = key.split(".")
    scale = which[0]
    moments = listwise(scale)
    if kind == "pairwise":
        covariance, n = pairwise(rows(scale), items(scale)).covariance, 2800
    else:
        covariance, n = moments.covariance, moments.n
    if kind == "feldt95":
        found = intervals.feldt(classical.alpha(covariance), n, 5)[("lo", "hi").index(rest[0])]
    elif kind == "drop":
        found = classical.alpha_if_deleted(covariance)[items(scale).index(which)]
    elif kind == "ordinal":
        codes = rows(scale)[~np.isnan(rows(scale)).any(axis=1)]
        found = classical.alpha(polychoric(Counts.of(codes, items(scale), range(1, 7))).correlation)
    elif rest == ["ase"]:
        found = classical.alpha_ase(covariance, n)
    else:
        found = STEM[rest[0]](covariance)
    assert_meets(key, found)


@pytest.mark.parametrize("key", ids("item_rest_r."))
def test_item_rest_correlations(key):
    item = key.split(".")[1]
    scale = item[0]
    found = classical.item_rest_correlations(listwise(scale).covariance)
    assert_meets(key, found[items(scale).index(item)])


@pytest.mark.parametrize("key", ids("guttman."))
def test_guttman_bounds(key):
    _, scale, which = key.split(".")
    assert_meets(key, getattr(classical, which)(listwise(scale).correlation))


@pytest.mark.parametrize("key", ids("splithalf."))
def test_split_halves_as_psych(key):
    _, scale, which = key.split(".")
    found = halves.split_halves(listwise(scale).correlation, items(scale), as_psych=True)
    assert_meets(key, {"max_lambda4": found.lambda4, "min_beta": found.beta, "mean": found.mean}[which])


def test_all_splits_of_an_odd_scale_are_tried():
    matrix = listwise("C").correlation
    every, half = halves.split_halves(matrix), halves.split_halves(matrix, as_psych=True)
    assert (every.splits, half.splits) == (10, 5)
    assert every.lambda4 > half.lambda4 + 0.01 and every.beta <= half.beta
    member = np.isin(np.arange(5), every.best)
    assert every.lambda4 == pytest.approx(4 * matrix[member][:, ~member].sum() / matrix.sum(), abs=1e-14)


def planted(k, seed):
    rng = np.random.default_rng(seed)
    loadings = rng.uniform(0.3, 0.9, k)
    return np.multiply.outer(loadings, loadings) + np.diag(rng.uniform(0.2, 1, k))


@pytest.mark.parametrize("k", [2, 5, 8])
def test_mean_split_is_the_mean_of_the_splits_and_alpha_for_even_scales(k):
    matrix = planted(k, k)
    found = halves.split_halves(matrix)
    every = []
    for half in combinations(range(k), k // 2):
        member = np.isin(np.arange(k), half)
        every.append(4 * matrix[member][:, ~member].sum() / matrix.sum())
    assert found.mean == pytest.approx(np.mean(every), abs=1e-13)
    assert (found.beta, found.lambda4) == pytest.approx((min(every), max(every)), abs=1e-13)
    if k % 2 == 0:
        assert found.mean == pytest.approx(classical.alpha(matrix), abs=1e-13)
    assert halves.lambda4(matrix) == found.lambda4


def test_sampled_splits_say_so_and_stay_inside_the_exact_range():
    matrix = planted(12, 3)
    exact, sampled = halves.split_halves(matrix), halves.split_halves(matrix, max_exact=10, draws=500, seed=4)
    assert exact.splits == 462 and exact.complete and not exact.problems
    assert [problem.code for problem in sampled.problems] == ["STATS-SPLITS-SAMPLED"]
    assert exact.beta <= sampled.beta <= sampled.lambda4 <= exact.lambda4


@given(st.integers(2, 8), st.integers(0, 10_000))
def test_bounds_keep_their_order(k, seed):
    matrix = planted(k, seed)
    assert classical.lambda1(matrix) < classical.lambda3(matrix) <= classical.lambda2(matrix) + 1e-12
    assert classical.lambda3(matrix) == classical.alpha(matrix)
    assert classical.alpha_standardised(matrix) == pytest.approx(
        classical.alpha(standardise(matrix)), abs=1e-13
    )


@given(st.integers(0, 10_000), st.lists(st.booleans(), min_size=4, max_size=4))
def test_reversing_the_items_and_keying_them_back_changes_nothing(seed, mask):
    codes = np.random.default_rng(seed).integers(1, 6, (40, 4))
    straight = Moments.of(codes, "abcd")
    keyed = Moments.of(np.where(mask, 6 - codes, codes), "abcd").reversed(mask, 6)
    assert classical.alpha(keyed.covariance) == classical.alpha(straight.covariance)


def test_alpha_of_parallel_items_is_spearman_brown_of_their_correlation():
    matrix = np.full((6, 6), 0.3) + 0.7 * np.eye(6)
    assert classical.alpha(matrix) == pytest.approx(float(classical.spearman_brown(0.3, 6)), abs=1e-14)
    assert classical.alpha(matrix[:2, :2]) == pytest.approx(float(classical.spearman_brown(0.3)), abs=1e-14)


def test_alpha_standard_error_is_that_of_simulation():
    rng = np.random.default_rng(8)
    matrix, n = planted(4, 9), 200
    alphas = [classical.alpha(np.cov(rng.multivariate_normal(np.zeros(4), matrix, n).T)) for _ in range(600)]
    assert classical.alpha_ase(matrix, n) == pytest.approx(np.std(alphas), rel=0.12)


def test_alpha_may_be_negative():
    assert classical.alpha([[1.0, -0.4], [-0.4, 1.0]]) == pytest.approx(2 * -0.8 / 1.2)


@pytest.mark.parametrize(
    ("matrix", "code"),
    [
        ([[1.0]], "STATS-ONE-ITEM"),
        ([[1.0, 0, 0.5], [0, 0, 0], [0.5, 0, 1]], "STATS-CONSTANT-ITEM"),
        ([[1.0, -1], [-1, 1]], "STATS-TOTAL-VARIANCE"),
        ([[1.0, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]], "STATS-SINGULAR-ITEMS"),
    ],
)
def test_what_is_undefined_is_nan_with_its_reason(matrix, code):
    names = [f"Q{i}" for i in range(len(matrix))]
    assert code in [problem.code for problem in classical.item_problems(matrix, names)]
    undefined = {
        "STATS-ONE-ITEM": classical.alpha(matrix),
        "STATS-CONSTANT-ITEM": classical.alpha_standardised(matrix),
        "STATS-TOTAL-VARIANCE": classical.alpha(matrix),
        "STATS-SINGULAR-ITEMS": classical.lambda6(matrix),
    }
    assert np.isnan(undefined[code])


def test_a_constant_item_is_named_and_only_its_own_correlation_is_undefined():
    matrix = np.array([[1.0, 0, 0.5], [0, 0, 0], [0.5, 0, 1]])
    (problem,) = classical.item_problems(matrix, ["RES1", "RES2", "RES3"])
    assert problem.place == "item RES2"
    assert np.isnan(classical.item_rest_correlations(matrix)).tolist() == [False, True, False]
    assert classical.alpha(matrix) == pytest.approx(1.5 * (1 - 2 / 3))
    assert np.isnan(halves.split_halves(matrix).lambda4)
