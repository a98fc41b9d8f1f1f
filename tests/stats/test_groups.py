"""Group tests, effect sizes, differences and rank correlations against hand counts, brute force and simulation."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.stats import rank_correlation, studentised_range
from surveykit.stats.effect_sizes import cramers_v, epsilon_squared, hedges_g, kendalls_w, omega_squared, rank_biserial
from surveykit.stats.group_means import (
    GroupMeans,
    group_means,
    nps_differences,
    share_differences,
    welch_differences,
)
from surveykit.stats.group_tests import chi_square, friedman, kruskal, mann_whitney, row_ranks, welch_anova
from surveykit.stats.many_tests import adjusted
from surveykit.stats.medians import median_bounds
from tests.oracle_values import assert_meets, ids
from tests.stats.wave_coverage import coverage

P = [0.001, 0.008, 0.012, 0.03, 0.041, 0.2]


@pytest.mark.parametrize("key", ids("padjust"))
def test_adjusted_p_values(key):
    _, method, place = key.split(".")
    assert_meets(key, float(adjusted(P, method)[int(place[1]) - 1]))


def test_an_unknown_p_value_stays_unknown_and_is_not_counted():
    found = adjusted([0.01, np.nan, 0.02], "holm")
    assert np.isnan(found[1])
    assert found[0] == pytest.approx(0.02)


def test_weighted_mean_and_error_by_hand():
    found = group_means([1.0, 3.0, np.nan, 9.0], [0, 0, 0, -1], 1, [1.0, 3.0, 5.0, 1.0])
    assert found.mean[0] == pytest.approx(2.5)
    assert found.error[0] == pytest.approx(np.sqrt(2 * (1.5**2 + 1.5**2)) / 4)
    assert found.n[0] == 2


def test_equal_weights_change_nothing():
    rng = np.random.default_rng(1)
    y, g = rng.normal(size=50), rng.integers(0, 3, 50)
    plain, weighted = group_means(y, g, 3), group_means(y, g, 3, np.full(50, 2.5))
    for part in ("n", "mean", "variance", "error", "n_effective"):
        np.testing.assert_allclose(getattr(plain, part), getattr(weighted, part))


def test_newcombe_1998_example():
    """Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339."""
    found = group_means(np.r_[np.ones(56), np.zeros(14), np.ones(48), np.zeros(32)], np.r_[[0] * 70, [1] * 80], 2)
    made = share_differences(found, np.array([0]), np.array([1]))
    assert made.estimate[0] == pytest.approx(0.2)
    assert (made.low[0], made.high[0]) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), st.lists(st.integers(0, 4), min_size=2, max_size=12))
def test_rank_biserial_counts_pairs_and_its_interval_holds_it(x, y):
    found = rank_biserial(x, y)
    pairs = [np.sign(a - b) for a, b in product(x, y)]
    assert found.estimate == pytest.approx(np.mean(pairs))
    assert -1 - 1e-9 <= found.low <= found.estimate + 1e-9
    assert found.estimate - 1e-9 <= found.high <= 1 + 1e-9
    mirrored = rank_biserial(y, x)
    assert mirrored.estimate == pytest.approx(-found.estimate)
    assert mirrored.low == pytest.approx(-found.high)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=5, max_size=25))
def test_tau_counts_pairs_in_the_table_and_by_sorting(rows):
    x, y = np.array(rows).T
    found = rank_correlation.kendall(x, y)
    signs = [(np.sign(x[i] - x[j]), np.sign(y[i] - y[j])) for i in range(len(x)) for j in range(i)]
    left, right = sum(a != 0 for a, _ in signs), sum(b != 0 for _, b in signs)
    if left and right:
        assert found.estimate == pytest.approx(sum(a * b for a, b in signs) / np.sqrt(left * right))
    else:
        assert np.isnan(found.estimate)


def test_tau_by_sorting_equals_tau_from_the_table(monkeypatch):
    rng = np.random.default_rng(3)
    x = rng.integers(0, 30, 400)
    y = x + rng.integers(-20, 20, 400)
    from_table = rank_correlation.kendall(x, y)
    monkeypatch.setattr(rank_correlation, "TABLE_CELLS", 0)
    by_sorting = rank_correlation.kendall(x, y)
    assert by_sorting.estimate == pytest.approx(from_table.estimate, abs=1e-14)
    assert by_sorting.error == pytest.approx(from_table.error, rel=1e-10)
    assert by_sorting.p_value == pytest.approx(from_table.p_value, rel=1e-10)


def test_friedman_of_perfect_concordance():
    ranks = row_ranks(np.tile([1.0, 5.0, 9.0], (6, 1)))
    assert friedman(ranks).statistic == pytest.approx(12.0)
    assert kendalls_w(ranks).estimate == pytest.approx(1.0)


def test_the_median_interval_of_ten_is_the_second_and_ninth():
    assert median_bounds(np.arange(10.0)) == (4.5, 1.0, 8.0)
    assert np.isnan(median_bounds([1.0, 2.0])[1])


def test_tests_of_nothing_are_undefined():
    flat = group_means(np.ones(6), np.repeat([0, 1], 3), 2)
    assert np.isnan(welch_anova(flat).p_value)
    assert np.isnan(kruskal(np.ones(6), np.repeat([0, 1], 3), 2).p_value)
    assert np.isnan(mann_whitney([1.0, 1.0], [1.0]).p_value)
    assert np.isnan(chi_square([[3, 0], [4, 0]])[0].p_value)
    assert np.isnan(welch_differences(flat, np.array([0]), np.array([1])).p_value[0])
    assert np.isnan(hedges_g([1.0, 1.0], [0.0, 0.0], [3, 3]).estimate)
    assert np.isnan(rank_correlation.kendall([1, 1, 1], [1, 2, 3]).estimate)
    assert np.isnan(studentised_range.cdf(1.0, 3, np.nan))


def _normal_groups(rng: np.random.Generator, runs: int, shift: float) -> np.ndarray:
    """Coverage of omega squared and Hedges' g of two groups of 30 that differ by `shift` standard deviations."""
    hits = np.zeros(2)
    for _ in range(runs):
        y = rng.normal(size=60)
        y[:30] += shift
        found = group_means(y, np.repeat([0, 1], 30), 2)
        g = hedges_g(found.mean, found.variance, found.n)
        omega = omega_squared(welch_anova(found), 60)
        true = shift**2 / 4 / (shift**2 / 4 + 1)
        hits += [g.low <= shift <= g.high, omega.low <= true <= omega.high]
    return hits / runs


def test_intervals_of_effect_sizes_cover():
    """Over 2000 runs g and omega squared were held in .947 and .948 of samples; 400 runs stay within three errors."""
    hits = _normal_groups(np.random.default_rng(11), 400, 0.5)
    assert (hits > 0.917).all() and (hits < 0.983).all()


def test_intervals_of_differences_of_nps_and_shares_cover():
    """Over 20000 draws of 16 cases with 20 to 500 answers the NPS difference was held in .941 to .977 of them."""
    rng = np.random.default_rng(5)
    runs, n1, n2 = 4000, 100, 300
    first, second = rng.multinomial(n1, [0.5, 0.3, 0.2], runs), rng.multinomial(n2, [0.4, 0.3, 0.3], runs)
    up = np.r_[first[:, 0] / n1, second[:, 0] / n2]
    down = np.r_[first[:, 2] / n1, second[:, 2] / n2]
    n = np.r_[np.full(runs, n1), np.full(runs, n2)].astype(float)
    at = np.arange(runs)
    points = nps_differences(GroupMeans(n, 100 * (up - down), n, n, n), up, at, at + runs)
    shares = share_differences(GroupMeans(n, up, n, n, n), at, at + runs)
    for found, true in ((points, 20.0), (shares, 0.1)):
        assert 0.94 < ((found.low <= true) & (true <= found.high)).mean() < 0.97


def test_effects_of_association_cover():
    rng = np.random.default_rng(8)
    cells = np.array([[0.2, 0.2, 0.1], [0.1, 0.15, 0.25]])
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)
    expected = np.multiply.outer(rows, columns)
    true = np.sqrt(((cells - expected) ** 2 / expected).sum())
    hits = []
    for table in rng.multinomial(300, cells.ravel(), 300):
        found = cramers_v(chi_square(table.reshape(2, 3))[0], (2, 3), 300)
        hits.append(found.low <= true <= found.high)
    assert 0.91 < np.mean(hits) < 0.99


def test_epsilon_squared_is_h_over_n_less_one_and_holds_its_estimate():
    y, g = np.array([1.0, 2, 3, 4, 5, 6]), np.repeat([0, 1, 2], 2)
    test = kruskal(y, g, 3)
    found = epsilon_squared(test, 6)
    assert test.statistic == pytest.approx(32 / 7)
    assert found.estimate == pytest.approx(32 / 35)
    assert found.low <= found.estimate <= found.high


@pytest.mark.parametrize("weighted", [False, True])
def test_intervals_of_wave_differences_cover(weighted):
    """Over 20000 runs (100/100, 200/400) and 4000 (1000/1000) the shares lay between .947 and .958."""
    for held in coverage(1500, (200, 400), weighted, 7).values():
        assert 0.93 < held < 0.97


def test_interpolated_quantiles_are_those_found_one_by_one():
    df = np.geomspace(3, 4000, 40)
    many = studentised_range.quantile(0.95, 6, df)
    single = [float(studentised_range.quantile(0.95, 6, one)) for one in df]
    np.testing.assert_allclose(many, single, rtol=1e-6)
