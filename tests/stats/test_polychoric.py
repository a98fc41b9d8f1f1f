"""Counts add up, and polychoric correlations meet lavaan and psych."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, special
from scipy.stats import multivariate_normal

from surveykit.errors import SurveykitError
from surveykit.stats import binormal
from surveykit.stats.counts import Counts
from surveykit.stats.polychoric import maximise, polychoric, thresholds
from tests.oracle_values import assert_meets, frame, ids

NAMES = ("a", "b", "c")
CODES = arrays(
    np.float64, st.tuples(st.integers(1, 25), st.just(3)), elements=st.sampled_from([1, 2, 3, np.nan])
)


@given(CODES, st.integers(0, 25))
def test_counts_of_blocks_add_up_to_the_counts_of_all(codes, cut):
    whole = Counts.of(codes, NAMES, (1, 2, 3))
    first, second = Counts.of(codes[:cut], NAMES, (1, 2, 3)), Counts.of(codes[cut:], NAMES, (1, 2, 3))
    assert first + second == whole == second + first
    assert whole - second == first
    assert whole + Counts.empty(NAMES, (1, 2, 3)) == whole
    assert Counts.of(codes[::-1], NAMES, (1, 2, 3)) == whole


def test_tables_are_those_of_pandas():
    data = frame("bfi")[["gender", "education", "A1"]]
    counts = Counts.of(data, list(data), [(1, 2), (1, 2, 3, 4, 5), (1, 2, 3, 4, 5, 6)])
    expected = data.groupby(["gender", "education"]).size().unstack()
    np.testing.assert_array_equal(counts.table("gender", "education"), expected)
    np.testing.assert_array_equal(counts.univariate("A1"), data["A1"].value_counts().sort_index())
    np.testing.assert_array_equal(counts.missing, data.isna().sum())
    turned = counts.select(["education", "gender"])
    np.testing.assert_array_equal(turned.table("education", "gender"), expected.T)
    assert turned.joint.dtype == np.int64


def test_weighted_counts_are_sums_of_weights():
    counts = Counts.of([[1, 1], [1, 2], [2, 2]], "ab", (1, 2), weights=[0.5, 2.0, 1.5])
    np.testing.assert_array_equal(counts.table("a", "b"), [[0.5, 2.0], [0.0, 1.5]])


def test_a_code_outside_the_levels_is_refused_with_its_column():
    with pytest.raises(SurveykitError) as caught:
        Counts.of([[1, 2], [9, 2], [9, 7]], ("RES1", "RES2"), (1, 2, 3))
    assert [(problem.code, problem.place) for problem in caught.value.problems] == [
        ("STATS-LEVEL", "column RES1"),
        ("STATS-LEVEL", "column RES2"),
    ]
    assert "2 answers hold 9" in str(caught.value)
    with pytest.raises(SurveykitError, match="2 of 3 variables"):
        Counts.of([[1, 1, 1]], NAMES, [(1, 2), (1, 2)])


@pytest.mark.parametrize("rho", [-0.999, -0.97, -0.9, -0.5, 0.0, 0.3, 0.6, 0.94, 0.96, 0.999])
def test_distribution_function_agrees_with_direct_integration(rho):
    points = [(-2.5, -1.0), (0.0, 0.0), (0.4, 0.41), (1.7, -0.3), (3.0, 3.0), (-4.0, 2.0)]
    for h, k in points:
        found = float(binormal.cdf(h, k, rho))
        steps = [rho * k, k] if abs(k) < 8 else None
        exact, _ = integrate.quad(
            lambda x, k=k: (
                np.exp(-x * x / 2) / np.sqrt(2 * np.pi) * special.ndtr((k - rho * x) / np.sqrt(1 - rho**2))
            ),
            -9,
            h,
            epsabs=1e-13,
            epsrel=1e-13,
            limit=400,
            points=[p for p in steps or [] if -9 < p < h] or None,
        )
        assert found == pytest.approx(exact, abs=1e-11)


def test_distribution_function_agrees_with_scipy():
    for rho in (-0.7, 0.2, 0.92):
        mvn = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
        assert float(binormal.cdf(0.3, -0.8, rho)) == pytest.approx(float(mvn.cdf([0.3, -0.8])), abs=1e-7)


@pytest.fixture(scope="module")
def bfi9():
    data = frame("bfi9")
    return polychoric(Counts.of(data, list(data), range(1, 7)))


@pytest.mark.parametrize("key", [key for key in ids("polychoric.lavcor.", "polychoric.psych0.")])
def test_polychoric_correlations(key, bfi9):
    one, other = key.split(".")[2].split("_")
    assert_meets(key, bfi9.correlation[bfi9.names.index(one), bfi9.names.index(other)])


@pytest.mark.parametrize("key", ids("threshold."))
def test_thresholds(key, bfi9):
    _, item, position = key.split(".")
    assert_meets(key, bfi9.thresholds[bfi9.names.index(item)][int(position) - 1])


def planted_table(rho, cuts_a, cuts_b):
    a, b = np.r_[-9, cuts_a, 9][:, None], np.r_[-9, cuts_b, 9][None, :]
    return 1e6 * np.diff(np.diff(binormal.cdf(a, b, rho), axis=1), axis=0)


@pytest.mark.parametrize("rho", [-0.98, -0.6, 0.0, 0.15, 0.8, 0.97])
def test_the_planted_correlation_comes_back(rho):
    cuts_a, cuts_b = np.array([-1.0, 0.2, 1.1]), np.array([-0.4, 0.6])
    table = planted_table(rho, cuts_a, cuts_b)
    found = maximise(table[None], thresholds(table.sum(1))[None], thresholds(table.sum(0))[None])
    assert found[0] == pytest.approx(rho, abs=1e-7)


def test_independent_tables_correlate_zero():
    table = np.multiply.outer([10.0, 25, 7], [3.0, 8, 9, 1])
    found = maximise(table[None], thresholds(table.sum(1))[None], thresholds(table.sum(0))[None])
    assert found[0] == pytest.approx(0, abs=1e-9)


def test_median_split_two_by_two_table_has_its_closed_form():
    table = np.array([[40.0, 10], [10, 40]])
    found = maximise(table[None], np.zeros((1, 1)), np.zeros((1, 1)))
    assert found[0] == pytest.approx(np.sin(2 * np.pi * (0.4 - 0.25)), abs=1e-10)


def test_what_has_no_estimate_is_nan_with_its_reason():
    rows = [[1, 1, 2], [2, 2, 2], [3, 3, 2], [1, 1, 2], [2, 2, 2]]
    found = polychoric(Counts.of(rows, NAMES, (1, 2, 3)))
    places = {problem.place: problem.code for problem in found.problems}
    assert places["items a, b"] == "STATS-POLY-BOUNDARY"
    assert places["item c"] == "STATS-POLY-LEVELS"
    assert np.isnan(found.correlation[0, 1]) and np.isnan(found.correlation[2, 2])


def test_unused_answer_codes_change_nothing():
    data = frame("bfi9")[["A2", "A3", "N1"]]
    wide = polychoric(Counts.of(data, list(data), range(-1, 10)))
    np.testing.assert_allclose(
        wide.correlation, polychoric(Counts.of(data, list(data), range(1, 7))).correlation, atol=1e-9
    )
    assert wide.empty_cells.sum() == 0


def test_a_matrix_that_is_not_positive_definite_is_told_and_left_alone():
    # Three median splits whose tetrachoric correlations are .95, .95 and -.5: impossible together.
    def table(rho):
        return np.array([[1, -1], [-1, 1]]) * np.arcsin(rho) / (2 * np.pi) * 10_000 + 2500

    joint = np.zeros((6, 6))
    for (i, j), rho in {(0, 1): 0.95, (0, 2): 0.95, (1, 2): -0.5}.items():
        joint[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = table(rho)
        joint[2 * j : 2 * j + 2, 2 * i : 2 * i + 2] = table(rho).T
    joint[np.diag_indices(6)] = 5000
    found = polychoric(Counts(NAMES, ((0.0, 1.0),) * 3, 10_000, np.zeros(3, np.int64), joint))
    np.testing.assert_allclose(found.correlation[np.triu_indices(3, 1)], [0.95, 0.95, -0.5], atol=1e-9)
    assert "STATS-NOT-PD" in [problem.code for problem in found.problems]
