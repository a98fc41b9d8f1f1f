"""Means of groups with design-based errors, and the difference of two groups for means, shares and NPS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval, mean_t, normal_quantile, nps_adjusted_wald, nps_score, wilson

IntArray = NDArray[np.int64]
NPS_ADDED = 3.0
"""Answers added to each group before two NPS are compared, as for one NPS (Rocks 2016)."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupMeans:
    """Groups of one variable, every array (groups,).

    `n` counts values, `error` is the standard error of the mean, `variance` has divisor n - 1, `n_effective` is
    variance / error^2: n without weights.
    """

    n: FloatArray
    mean: FloatArray
    variance: FloatArray
    error: FloatArray
    n_effective: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Differences:
    """First minus second group of several pairs, every array (pairs,); `df` is infinite for normal tests."""

    estimate: FloatArray
    error: FloatArray
    low: FloatArray
    high: FloatArray
    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray


def group_means(values: ArrayLike, codes: ArrayLike, groups: int, weights: ArrayLike | None = None) -> GroupMeans:
    """Means of `values` (n,) in the groups 0..groups - 1 that `codes` (n,) name; NaN values are left out.

    Weights are sampling weights: mean sum(w y) / sum(w), and its error by linearisation of the ratio,
    sqrt(n / (n - 1) sum(w^2 (y - mean)^2)) / sum(w), the classical one where all weights are equal. One value has a
    mean without an error. In R: `svyby(~y, ~group, svydesign(~1, weights = ~w, data), svymean)`.
    """
    y, owner = np.asarray(values, dtype=np.float64), np.asarray(codes, dtype=np.int64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    held = np.isfinite(y) & (owner >= 0) & (w > 0)
    y, owner, w = y[held], owner[held], w[held]
    n = np.bincount(owner, minlength=groups).astype(np.float64)
    total = np.bincount(owner, w, groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(owner, w * y, groups) / total
        off = y - mean[owner]
        small = np.where(n > 1, n / (n - 1), np.nan)
        variance = small * np.bincount(owner, w * off**2, groups) / total
        error = np.sqrt(small * np.bincount(owner, (w * off) ** 2, groups)) / total
        kish = total**2 / np.bincount(owner, w**2, groups)
        effective = np.where((error > 0) & (weights is not None), variance / error**2, kish)
    return GroupMeans(n, mean, variance, error, effective if weights is not None else n)


def mean_bounds(found: GroupMeans, conf_level: float = 0.95) -> Interval:
    """Student interval of each mean, n - 1 degrees of freedom."""
    return mean_t(found.mean, found.error * np.sqrt(found.n), found.n, conf_level)


def share_bounds(found: GroupMeans, conf_level: float = 0.95) -> Interval:
    """Wilson interval of each share (values 0 and 1), with the effective number of answers."""
    return wilson(found.mean * found.n_effective, found.n_effective, conf_level)


def nps_counts(found: GroupMeans, promoters: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Effective numbers of promoters and detractors, from the NPS as mean (in points) and the promoters' share."""
    share = promoters - found.mean / 100
    return promoters * found.n_effective, np.maximum(share, 0.0) * found.n_effective


def nps_bounds(found: GroupMeans, promoters: FloatArray, conf_level: float = 0.95) -> Interval:
    """Adjusted Wald interval of each NPS."""
    return nps_adjusted_wald(*nps_counts(found, promoters), found.n_effective, conf_level)


def welch_differences(found: GroupMeans, first: IntArray, second: IntArray, conf_level: float = 0.95) -> Differences:
    """Differences of means with Welch's t interval and test (Welch 1947, Satterthwaite degrees of freedom).

    A group of one value has no error, so its differences have none. In R: `t.test(x, y)`.
    """
    part = found.error**2
    estimate = found.mean[first] - found.mean[second]
    with np.errstate(invalid="ignore", divide="ignore"):
        square = part[first] + part[second]
        df = square**2 / (part[first] ** 2 / (found.n[first] - 1) + part[second] ** 2 / (found.n[second] - 1))
    return student(estimate, np.sqrt(square), df, conf_level)


def pooled_differences(found: GroupMeans, first: IntArray, second: IntArray, conf_level: float = 0.95) -> Differences:
    """Differences of means with one standard deviation for all groups: `pairwise.t.test(x, g, "none")` in R."""
    inside = np.nansum(found.variance * (found.n - 1))
    df = float(np.maximum(found.n - 1, 0).sum())
    estimate = found.mean[first] - found.mean[second]
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = inside / df if df > 0 else np.nan
        error = np.sqrt(variance * (1 / found.n[first] + 1 / found.n[second]))
    return student(estimate, error, np.full(len(first), df), conf_level)


def student(estimate: FloatArray, error: FloatArray, df: FloatArray, conf_level: float) -> Differences:
    """t interval and two-sided test of estimates; normal where df is infinite, NaN without a positive error."""
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(error > 0, error, np.nan)
        statistic = estimate / error
        normal = np.isinf(df)
        quantile = np.where(
            normal, normal_quantile(conf_level), special.stdtrit(np.where(normal, 1.0, df), (1 + conf_level) / 2)
        )
        p = np.where(normal, 2 * special.ndtr(-np.abs(statistic)), 2 * special.stdtr(df, -np.abs(statistic)))
    half = quantile * error
    return Differences(estimate, error, estimate - half, estimate + half, statistic, df, p)


def share_differences(found: GroupMeans, first: IntArray, second: IntArray, conf_level: float = 0.95) -> Differences:
    """Differences of shares with Newcombe's hybrid score interval (1998, method 10) and the pooled z test.

    In R: `prop.test(x, n, correct = FALSE)$p.value`, `DescTools::BinomDiffCI(x1, n1, x2, n2, method = "score")`.
    """
    n, p = found.n_effective, found.mean
    low, high = share_bounds(found, conf_level)
    estimate = p[first] - p[second]
    with np.errstate(invalid="ignore", divide="ignore"):
        down = np.sqrt((p[first] - low[first]) ** 2 + (high[second] - p[second]) ** 2)
        up = np.sqrt((high[first] - p[first]) ** 2 + (p[second] - low[second]) ** 2)
        pooled = (p[first] * n[first] + p[second] * n[second]) / (n[first] + n[second])
        spread = np.sqrt(pooled * (1 - pooled) * (1 / n[first] + 1 / n[second]))
        error = np.sqrt(p[first] * (1 - p[first]) / n[first] + p[second] * (1 - p[second]) / n[second])
        statistic = np.where(spread > 0, estimate / spread, np.nan)
    p_value = 2 * special.ndtr(-np.abs(statistic))
    return Differences(estimate, error, estimate - down, estimate + up, statistic, np.full(len(first), np.inf), p_value)


def nps_differences(
    found: GroupMeans, promoters: FloatArray, first: IntArray, second: IntArray, conf_level: float = 0.95
) -> Differences:
    """Differences of two NPS in points, with an adjusted Wald interval and the z test that belongs to it.

    Three answers are added to each group as for a single NPS (Rocks 2016): the interval is centred on the difference
    of the adjusted scores and always holds the plain difference, which is the estimate; bounds within -200..200. In
    simulations with 20 to 500 answers a group it held the true difference in 94 to 98 % of samples at 95 %.
    """
    up, down = nps_counts(found, promoters)
    score, error = nps_score(up, down, found.n_effective, added=NPS_ADDED)
    estimate = found.mean[first] - found.mean[second]
    centre = score[first] - score[second]
    spread = np.hypot(error[first], error[second])
    half = normal_quantile(conf_level) * spread
    low = np.maximum(np.minimum(centre - half, estimate), -200.0)
    high = np.minimum(np.maximum(centre + half, estimate), 200.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(spread > 0, centre / spread, np.nan)
    p = 2 * special.ndtr(-np.abs(statistic))
    return Differences(estimate, spread, low, high, statistic, np.full(len(first), np.inf), p)
