"""Intervals meet the reference values, and cover what they promise."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from surveykit.stats import intervals
from tests.oracle_values import assert_meets, ids

SCALES = {"A": 2709, "C": 2707, "E": 2713, "N": 2694, "O": 2726}
NPS_COUNTS = np.array([2, 1, 3, 4, 5, 12, 14, 30, 52, 48, 29])


@pytest.mark.parametrize("key", ids("prop."))
def test_proportions(key):
    _, counts, which = key.split(".")
    method, side = which.split("_")
    successes, n = (int(part) for part in counts.split("_"))
    interval = {"wilson": intervals.wilson, "cp": intervals.clopper_pearson}[method](successes, n)
    assert_meets(key, interval[("lo", "hi").index(side)])


@pytest.mark.parametrize("key", ids("nps."))
def test_net_promoter_score(key):
    promoters, detractors, n = NPS_COUNTS[9:].sum(), NPS_COUNTS[:7].sum(), NPS_COUNTS.sum()
    adjusted = "adjwald" in key
    score, error = intervals.nps_score(promoters, detractors, n, added=3.0 if adjusted else 0.0)
    wald = intervals.nps_adjusted_wald if adjusted else intervals.nps_wald
    low, high = wald(promoters, detractors, n)
    found = {"nps": score, "centre": score, "se": error, "lo": low, "hi": high}
    assert_meets(key, found[key.rsplit(".", 1)[1]])


def test_intervals_are_vectorised_and_undefined_ones_are_nan():
    low, high = intervals.wilson([0, 5, 10, 3], [10, 10, 10, 0])
    assert low.shape == (4,) and low[0] == 0 and high[2] == 1 and np.isnan(low[3])
    low, high = intervals.clopper_pearson([0, 10, 11], [10, 10, 10])
    assert low[0] == 0 and high[1] == 1 and np.isnan(high[2])
    for bounds in (
        intervals.mean_t(3.0, 1.0, 1),
        intervals.fisher_z(0.2, 3),
        intervals.feldt(0.8, 1, 5),
        intervals.feldt(0.8, 100, 1),
        intervals.nps_wald(3, 3, 0),
        intervals.r_squared(0.5, 5, 5),
    ):
        assert np.isnan(bounds).all()


@pytest.mark.parametrize(
    ("mine", "theirs"), [(intervals.wilson, "wilson"), (intervals.clopper_pearson, "beta")]
)
def test_proportions_agree_with_statsmodels(mine, theirs):
    successes, n = np.array([0, 1, 7, 50, 99, 100]), 100
    np.testing.assert_allclose(
        mine(successes, n, 0.9), proportion_confint(successes, n, 0.1, theirs), atol=1e-12
    )


def test_mean_and_correlation_agree_with_scipy():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 40))
    expected = stats.ttest_1samp(x, 0).confidence_interval(0.9)
    np.testing.assert_allclose(intervals.mean_t(x.mean(), x.std(ddof=1), 40, 0.9), expected, rtol=1e-12)
    found = stats.pearsonr(x, y)
    np.testing.assert_allclose(
        intervals.fisher_z(found.statistic, 40, 0.9), found.confidence_interval(0.9), rtol=1e-10
    )


def test_net_promoter_interval_stays_on_the_scale():
    low, high = intervals.nps_adjusted_wald([5, 0], [0, 5], 5)
    assert np.all(low >= -100) and np.all(high <= 100)


@pytest.mark.parametrize("regressors", ["random", "fixed"])
@pytest.mark.parametrize(("rho2", "n", "k"), [(0.3, 40, 3), (0.75, 30, 2)])
def test_r_squared_interval_covers(regressors, rho2, n, k):
    rng = np.random.default_rng(7)
    fixed = rng.normal(size=(n, k))
    fixed = np.linalg.qr(fixed - fixed.mean(0))[0] * np.sqrt(n)
    inside, reps = 0, 300
    for _ in range(reps):
        x = fixed if regressors == "fixed" else rng.normal(size=(n, k))
        y = np.sqrt(rho2) * x[:, 0] + np.sqrt(1 - rho2) * rng.normal(size=n)
        design = np.column_stack([np.ones(n), x])
        residual = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
        r2 = 1 - residual @ residual / ((y - y.mean()) @ (y - y.mean()))
        low, high = intervals.r_squared(r2, n, k, 0.9, regressors)
        inside += low <= rho2 <= high
    assert abs(inside / reps - 0.9) < 4 * np.sqrt(0.09 / reps)


def test_r_squared_of_one_random_predictor_is_close_to_fisher_z():
    low, high = intervals.r_squared(0.25, 200, 1)
    z_low, z_high = intervals.fisher_z(0.5, 200)
    np.testing.assert_allclose([low, high], [z_low**2, z_high**2], atol=0.006)


def test_r_squared_interval_of_a_weak_model_starts_at_zero_and_is_wider_for_random_regressors():
    assert intervals.r_squared(0.02, 50, 3)[0] == 0
    random, fixed = intervals.r_squared(0.6, 80, 4), intervals.r_squared(0.6, 80, 4, regressors="fixed")
    assert random[0] < fixed[0] < 0.6 < fixed[1] < random[1]


def test_r_squared_interval_is_fast_and_sane_for_large_samples():
    low, high = intervals.r_squared(0.7, 100_000, 20)
    assert 0.695 < low < 0.7 < high < 0.705
