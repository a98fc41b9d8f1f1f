"""How large a difference is: effect sizes of group tests with intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from surveykit.stats.exact import FloatArray
from surveykit.stats.group_tests import GroupTest
from surveykit.stats.intervals import normal_quantile


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect size; NaN where undefined."""

    estimate: float
    error: float
    low: float
    high: float


NO_EFFECT = Effect(np.nan, np.nan, np.nan, np.nan)


def hedges_g(mean: ArrayLike, variance: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Effect:
    """Standardised difference of two means, first minus second, corrected for small samples (Hedges 1981).

    g = J (m1 - m2) / s, s pooled, J = Gamma(v / 2) / (sqrt(v / 2) Gamma((v - 1) / 2)), v = n1 + n2 - 2; the interval
    inverts the noncentral t distribution; the error is that of Hedges & Olkin (1985). Each argument has two values.
    In R: `effectsize::hedges_g(x, y)`.
    """
    (m1, m2), (s1, s2), (n1, n2) = (np.asarray(part, dtype=np.float64) for part in (mean, variance, n))
    df = n1 + n2 - 2
    if not df > 0 or min(n1, n2) < 1:
        return NO_EFFECT
    pooled = (np.nan_to_num(s1) * (n1 - 1) + np.nan_to_num(s2) * (n2 - 1)) / df
    if not pooled > 0:
        return NO_EFFECT
    correction = np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2) if df > 1 else np.nan
    d, size = (m1 - m2) / np.sqrt(pooled), n1 * n2 / (n1 + n2)
    low, high = _noncentrality(lambda nc: float(special.nctdtr(df, nc, d * np.sqrt(size))), conf_level, signed=True)
    scale = correction / np.sqrt(size)
    error = correction * np.sqrt(1 / size + d**2 / (2 * (n1 + n2)))
    return Effect(float(correction * d), float(error), float(low * scale), float(high * scale))


def omega_squared(test: GroupTest, n: float, conf_level: float = 0.95) -> Effect:
    """Share of variance between groups in the population, from F: df1 (F - 1) / (df1 (F - 1) + n), never below 0.

    The interval inverts the noncentral F distribution, lambda / (lambda + n) (Steiger 2004); with Welch's F it is an
    approximation. In R: `effectsize::omega_squared`.
    """
    if not np.isfinite(test.statistic):
        return NO_EFFECT
    gain = test.df1 * (test.statistic - 1)
    low, high = _noncentrality(lambda nc: float(special.ncfdtr(test.df1, test.df2, nc, test.statistic)), conf_level)
    return _holding(max(gain, 0.0) / (max(gain, 0.0) + n), low / (low + n), high / (high + n))


def eta_squared(mean: FloatArray, variance: FloatArray, n: FloatArray) -> float:
    """Share of the sample's variance between groups; it overstates that of the population (use omega squared)."""
    used = n > 0
    between = float(n[used] @ (mean[used] - n[used] @ mean[used] / n.sum()) ** 2)
    within = float(((n[used] - 1) * np.nan_to_num(variance[used])).sum())
    return between / (between + within) if between + within > 0 else float("nan")


def epsilon_squared(test: GroupTest, n: float, conf_level: float = 0.95) -> Effect:
    """Rank epsilon squared of a Kruskal-Wallis H: H / (n - 1) (Kelley 1935; Tomczak & Tomczak 2014).

    The interval inverts the noncentral chi-squared distribution, lambda / (n - 1), and is held to contain the
    estimate. In R: `effectsize::rank_epsilon_squared` (which has a bootstrap interval).
    """
    if not np.isfinite(test.statistic) or n < 2:
        return NO_EFFECT
    low, high = _noncentrality(lambda nc: float(special.chndtr(test.statistic, test.df1, nc)), conf_level)
    return _holding(test.statistic / (n - 1), low / (n - 1), high / (n - 1))


def cramers_v(test: GroupTest, shape: tuple[int, int], n: float, conf_level: float = 0.95) -> Effect:
    """Cramer's V corrected for bias (Bergsma 2013), of a table of `shape` with n answers.

    With phi2 = chi2 / n: sqrt(max(0, phi2 - (r - 1)(c - 1) / (n - 1)) / min(r' - 1, c' - 1)), r' = r - (r - 1)^2 /
    (n - 1). The interval inverts the noncentral chi-squared distribution (Smithson 2003). In R:
    `effectsize::cramers_v(table, adjust = TRUE)` (which has a one-sided interval).
    """
    rows, columns = shape
    if not np.isfinite(test.statistic) or n < 2 or min(shape) < 2:
        return NO_EFFECT
    excess = max(test.statistic / n - (rows - 1) * (columns - 1) / (n - 1), 0.0)
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    low, high = _noncentrality(lambda nc: float(special.chndtr(test.statistic, test.df1, nc)), conf_level)
    most = n * (min(shape) - 1)
    value = np.sqrt(excess / least) if least > 0 else np.nan
    return _holding(min(float(value), 1.0), min(np.sqrt(low / most), 1.0), min(np.sqrt(high / most), 1.0))


def rank_biserial(first: ArrayLike, second: ArrayLike, conf_level: float = 0.95) -> Effect:
    """Share of pairs that the first group wins minus the share it loses (Cliff's delta, rank-biserial correlation).

    Error and interval by Cliff (1993, 1996), which need no equal distributions. In R: `effectsize::rank_biserial(x,
    y)` (the same estimate), `effsize::cliff.delta` (error and interval).
    """
    x, y = np.sort(np.asarray(first, dtype=np.float64)), np.sort(np.asarray(second, dtype=np.float64))
    n1, n2 = len(x), len(y)
    if not n1 or not n2:
        return NO_EFFECT
    below, above = np.searchsorted(y, x, "left"), n2 - np.searchsorted(y, x, "right")
    won = (below - above) / n2
    lost = (np.searchsorted(x, y, "left") - (n1 - np.searchsorted(x, y, "right"))) / n1
    delta = float(won.mean())
    if n1 < 2 or n2 < 2:
        return Effect(delta, np.nan, np.nan, np.nan)
    cells = float((below + above).sum()) - n1 * n2 * delta**2
    rows, columns = float(((won - delta) ** 2).sum()), float(((lost + delta) ** 2).sum())
    variance = (n2**2 * rows + n1**2 * columns - cells) / (n1 * n2 * (n1 - 1) * (n2 - 1))
    variance = max(variance, (1 - delta**2) / (n1 * n2 - 1))
    z = normal_quantile(conf_level)
    if abs(delta) == 1:
        edge = (min(n1, n2) - z**2) / (min(n1, n2) + z**2)
        low, high = (edge, 1.0) if delta > 0 else (-1.0, -edge)
        return Effect(delta, float(np.sqrt(variance)), float(low), float(high))
    reach = z * np.sqrt(variance) * np.sqrt((1 - delta**2) ** 2 + z**2 * variance)
    below_one = 1 - delta**2 + z**2 * variance
    low, high = (delta - delta**3 - reach) / below_one, (delta - delta**3 + reach) / below_one
    return Effect(delta, float(np.sqrt(variance)), float(max(low, -1.0)), float(min(high, 1.0)))


def kendalls_w(ranks: FloatArray, conf_level: float = 0.95, draws: int = 1000, seed: int = 1) -> Effect:
    """Kendall's coefficient of concordance from the mid-ranks of `row_ranks` (n, k), ties corrected.

    W = Friedman chi2 / (n (k - 1)); error and percentile interval from resampled respondents, held to contain the
    estimate. In R: `effectsize::kendalls_w`.
    """
    n, k = ranks.shape
    centred = ranks - (k + 1) / 2
    square = (centred**2).sum(axis=1)
    if n < 2 or k < 2 or not square.sum() > 0:
        return NO_EFFECT
    value = float((centred.sum(axis=0) ** 2).sum() / square.sum() / n)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), draws).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = ((weights @ centred) ** 2).sum(axis=1) / (weights @ square) / n
    low, high = np.nanquantile(drawn, [(1 - conf_level) / 2, (1 + conf_level) / 2])
    held = _holding(value, float(low), float(high))
    return Effect(held.estimate, float(np.nanstd(drawn, ddof=1)), held.low, held.high)


def _holding(value: float, low: float, high: float) -> Effect:
    return Effect(value, np.nan, float(min(low, value)), float(max(high, value)))


def _noncentrality(cdf: Callable[[float], float], conf_level: float, signed: bool = False) -> tuple[float, float]:
    """Noncentralities at which what was found is the upper and the lower tail; 0 where none is that small."""
    tail = (1 - conf_level) / 2
    return _solve(cdf, 1 - tail, signed), _solve(cdf, tail, signed)


def _solve(cdf: Callable[[float], float], target: float, signed: bool) -> float:
    """The noncentrality at which the falling `cdf` is `target`."""
    low, high = (-1.0 if signed else 0.0), 1.0
    if not signed and cdf(0.0) <= target:
        return 0.0
    while cdf(high) > target and high < 1e12:
        low, high = high, high * 2
    while signed and cdf(low) < target and low > -1e12:
        low, high = low * 2, low
    if not (cdf(low) >= target >= cdf(high)):
        return float("nan")
    return float(optimize.brentq(lambda nc: cdf(nc) - target, low, high, xtol=1e-12, rtol=1e-12))
