"""Moments add up: any split, order, recoding or combination gives what the rows give."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from surveykit.errors import SurveykitError
from surveykit.stats.moments import Moments
from surveykit.stats.pairwise import PairwiseMoments, pairwise
from tests.oracle_values import frame

NAMES = ("a", "b", "c")
CODES = arrays(
    np.float64, st.tuples(st.integers(2, 30), st.just(3)), elements=st.sampled_from([1, 2, 3, 4, 5, np.nan])
)
REALS = arrays(np.float64, st.tuples(st.integers(4, 30), st.just(3)), elements=st.floats(-1e3, 1e3))


@given(CODES, st.integers(0, 30), st.randoms(use_true_random=False))
@pytest.mark.parametrize("kind", [Moments, PairwiseMoments])
def test_split_merge_and_order_give_identical_moments(kind, rows, cut, random):
    whole = kind.of(rows, NAMES)
    assert kind.of(rows[:cut], NAMES) + kind.of(rows[cut:], NAMES) == whole
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    assert kind.of(rows[shuffled], NAMES) == whole
    assert whole + kind.empty(NAMES) == whole == kind.empty(NAMES) + whole


@given(CODES, CODES)
@pytest.mark.parametrize("kind", [Moments, PairwiseMoments])
def test_taking_a_block_out_undoes_adding_it(kind, one, other):
    first, second = kind.of(one, NAMES), kind.of(other, NAMES)
    assert first + second == second + first
    assert (first + second) - second == first


@given(REALS, st.integers(1, 3))
def test_merging_decimals_agrees_with_the_rows(rows, cut):
    rows = rows + 0.5
    merged = Moments.of(rows[:cut], NAMES) + Moments.of(rows[cut:], NAMES)
    np.testing.assert_allclose(merged.covariance, np.cov(rows.T), rtol=1e-9, atol=1e-6)
    back = (merged - Moments.of(rows[cut:], NAMES)) if cut > 1 else merged
    np.testing.assert_allclose(back.mean, (rows[:cut] if cut > 1 else rows).mean(0), rtol=1e-8, atol=1e-8)


def test_moments_of_integers_are_exact_beyond_the_precision_of_floats():
    rows = np.tile([[2**20, -(2**20) + 1, 7]], (50_000, 1))
    moments = Moments.of(rows, NAMES)
    assert int(moments.second[0, 0]) == 50_000 * 2**40
    assert int(moments.second[0, 1]) == 50_000 * 2**20 * (1 - 2**20)
    assert np.all(moments.comoment == 0)
    huge = Moments.empty(NAMES)
    for _ in range(200):
        huge = huge + moments
        moments = moments + moments if moments.n < 2**50 else moments
    assert np.all(huge.comoment == 0)
    assert huge.second[0, 0] == huge.n * 2**40 > 2**63


def test_moments_agree_with_numpy_and_count_what_they_drop():
    rows = frame("bfi")[["A1", "A2", "A3"]].to_numpy(float)
    moments = Moments.of(rows, NAMES)
    complete = rows[~np.isnan(rows).any(axis=1)]
    assert (moments.n, moments.dropped) == (len(complete), len(rows) - len(complete))
    np.testing.assert_allclose(moments.mean, complete.mean(0), rtol=1e-14)
    np.testing.assert_allclose(moments.covariance, np.cov(complete.T), rtol=1e-13)
    np.testing.assert_allclose(moments.correlation, np.corrcoef(complete.T), rtol=1e-13)


def test_decimals_far_from_zero_keep_their_digits():
    rng = np.random.default_rng(5)
    rows = 1e9 + rng.normal(size=(1000, 3))
    folded = Moments.empty(NAMES)
    for block in np.array_split(rows, 7):
        folded = folded + Moments.of(block, NAMES)
    np.testing.assert_allclose(folded.covariance, np.cov((rows - 1e9).T), rtol=1e-6, atol=1e-7)


def test_reversal_twice_is_the_identity_and_reversal_is_that_of_the_rows():
    rows = frame("bfi")[["A1", "A2", "A3"]].to_numpy(float)
    moments, mask = Moments.of(rows, NAMES), [True, False, False]
    assert moments.reversed(mask, 7).reversed(mask, 7) == moments
    turned = rows.copy()
    turned[:, 0] = 7 - turned[:, 0]
    assert moments.reversed(mask, 7) == Moments.of(turned, NAMES)


@given(REALS, st.floats(0.1, 10), st.floats(-5, 5))
def test_correlations_do_not_change_under_positive_recoding(rows, scale, shift):
    rows = rows + np.arange(len(rows))[:, None] * [1.0, 2.0, -1.0] + 0.25
    moments = Moments.of(rows, NAMES)
    np.testing.assert_allclose(
        moments.affine(scale, shift).correlation, moments.correlation, rtol=1e-8, atol=1e-8, equal_nan=True
    )


def test_combinations_agree_with_combining_the_rows():
    rows = frame("bfi")[["A1", "A2", "A3"]].dropna().to_numpy(float)
    weights = np.array([[1 / 3, 1 / 3, 1 / 3], [0.0, 1.0, -1.0]])
    combined = Moments.of(rows, NAMES).combine(weights, ("mean", "gap"))
    np.testing.assert_allclose(combined.covariance, np.cov((rows @ weights.T).T), rtol=1e-12)
    np.testing.assert_allclose(combined.mean, (rows @ weights.T).mean(0), rtol=1e-13)
    sums = np.array([[1, 1, 1]])
    assert Moments.of(rows, NAMES).combine(sums, ("total",)) == Moments.of(rows @ sums.T, ("total",))


def test_weights_scale_out_and_equal_weights_change_nothing():
    rows = frame("attitude").to_numpy(float)[:, :3]
    weights = np.linspace(0.5, 2, len(rows))
    one, ten = Moments.of(rows, NAMES, weights), Moments.of(rows, NAMES, 10 * weights)
    np.testing.assert_allclose(one.covariance, ten.covariance, rtol=1e-12)
    np.testing.assert_allclose(
        Moments.of(rows, NAMES, np.full(len(rows), 3.0)).covariance, np.cov(rows.T), rtol=1e-12
    )
    np.testing.assert_allclose(one.mean, np.average(rows, axis=0, weights=weights), rtol=1e-13)
    shown = Moments.of(rows, NAMES, np.r_[0.0, np.ones(len(rows) - 1)])
    assert shown.n == len(rows) - 1
    np.testing.assert_allclose(shown.covariance, np.cov(rows[1:].T), rtol=1e-12)


def test_weighted_variance_is_that_of_the_survey_package():
    strat = frame("apistrat")
    moments = Moments.of(strat[["api00"]], ["api00"], strat["pw"])
    mean = np.average(strat["api00"], weights=strat["pw"])
    n = len(strat)
    svyvar = np.average((strat["api00"] - mean) ** 2, weights=strat["pw"]) * n / (n - 1)
    assert moments.covariance[0, 0] == pytest.approx(svyvar, rel=1e-12)


def test_covariance_matrix_gives_itself_back():
    matrix = np.cov(frame("attitude").to_numpy(float)[:, :3].T)
    moments = Moments.of_covariance(NAMES, matrix, n=30)
    np.testing.assert_allclose(moments.covariance, matrix, rtol=1e-14)
    assert np.isnan(moments.mean).all()
    assert moments == moments.select(NAMES)


def test_constant_variables_have_no_correlation_and_few_rows_no_covariance():
    assert np.isnan(Moments.of([[0.1, 1, 2], [0.1, 2, 3], [0.1, 4, 9]], NAMES).correlation[0]).all()
    assert np.isnan(Moments.of([[1, 2, 3]], NAMES).covariance).all()
    assert np.isnan(Moments.empty(NAMES).mean).all()


def test_pairwise_agrees_with_pandas():
    data = frame("bfi").iloc[:, :6]
    moments = pairwise(data, list(data))
    np.testing.assert_allclose(moments.covariance, data.cov(), rtol=1e-12)
    np.testing.assert_allclose(moments.correlation, data.corr(), rtol=1e-12)
    decimals = data * 0.1
    np.testing.assert_allclose(pairwise(decimals, list(data)).covariance, decimals.cov(), rtol=1e-11)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: Moments.of(np.ones((3, 2)), NAMES), "STATS-SHAPE"),
        (lambda: Moments.of([[1, np.inf, 2]], NAMES), "STATS-INFINITE"),
        (lambda: Moments.of(np.ones((2, 3)), NAMES, [1, -1]), "STATS-WEIGHTS"),
        (lambda: Moments.of(np.ones((2, 3)), ("a", "a", "b")), "STATS-NAMES-TWICE"),
        (lambda: pairwise([[0.5, 1, 2]], NAMES) + pairwise([[0.7, 1, 2]], NAMES), "STATS-ORIGIN"),
        (lambda: Moments.empty(NAMES).select(["z"]), "STATS-NAME-UNKNOWN"),
        (lambda: Moments.empty(NAMES) + Moments.empty(["z"]), "STATS-NAMES-DIFFER"),
        (lambda: Moments.empty(NAMES) - Moments.of(np.ones((2, 3)), NAMES), "STATS-SUBTRACT"),
        (lambda: Moments.of_covariance(NAMES, [[1, 2, 3], [0, 1, 2], [0, 0, 1]], 9), "STATS-COVARIANCE"),
        (
            lambda: Moments.of_covariance(NAMES, np.eye(3), 9) + Moments.of(np.ones((2, 3)), NAMES),
            "STATS-MEANS-UNKNOWN",
        ),
    ],
)
def test_input_that_cannot_be_right_is_refused(make, code):
    with pytest.raises(SurveykitError) as caught:
        make()
    assert [problem.code for problem in caught.value.problems] == [code]


def test_arrays_cannot_be_written_to():
    moments = Moments.of(np.ones((2, 3)), NAMES)
    with pytest.raises(ValueError, match="read-only"):
        moments.second[0, 0] = 5
