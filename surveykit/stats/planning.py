"""What a sample of a given size achieves: half-widths of intervals and power of tests, over whole arrays of sizes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from surveykit.stats.intervals import feldt, normal_quantile

FloatArray = NDArray[np.float64]
LARGEST = 100_000_000


def margin(n: ArrayLike, sd: float, conf_level: float, population: float, design_effect: float) -> FloatArray:
    """Half-width of the normal interval of a mean: z sd sqrt(deff / n (N - n) / (N - 1)), population N or infinite."""
    sizes = np.asarray(n, dtype=float)
    left = np.ones_like(sizes)
    if np.isfinite(population):
        left = np.clip((population - sizes) / max(population - 1, 1), 0, None)
    return np.asarray(normal_quantile(conf_level) * sd * np.sqrt(design_effect * left / sizes))


def alpha_margin(n: ArrayLike, alpha: float, items: int, conf_level: float) -> FloatArray:
    """Half the width of Feldt's interval of coefficient alpha."""
    low, high = feldt(alpha, n, items, conf_level)
    return np.asarray((np.asarray(high) - np.asarray(low)) / 2)


def nps_sd(promoters: float, detractors: float) -> float:
    """Standard deviation of one answer's -1, 0, +1 behind the net promoter score."""
    return float(np.sqrt(promoters + detractors - (promoters - detractors) ** 2))


def two_sided_power(shift: ArrayLike, level: float, first: float = 1.0) -> FloatArray:
    """Power of a two-sided normal test whose statistic has mean `shift`; `first` widens the bound under the null."""
    bound = special.ndtri(1 - level / 2) * first
    return np.asarray(special.ndtr(np.abs(shift) - bound))


def t_power(n: ArrayLike, d: float, level: float) -> FloatArray:
    """Power of the two-sample t test with n in each group and standardised difference d (both tails)."""
    sizes = np.asarray(n, dtype=float)
    df = 2 * sizes - 2
    bound, shift = stats.t.isf(level / 2, df), np.sqrt(sizes / 2) * d
    return np.asarray(stats.nct.sf(bound, df, shift) + stats.nct.cdf(-bound, df, shift))


def share_power(n: ArrayLike, first: float, second: float, level: float) -> FloatArray:
    """Power of the test of two shares with n in each group: the normal test with the pooled share under the null."""
    sizes = np.asarray(n, dtype=float)
    mean = (first + second) / 2
    own = np.sqrt(first * (1 - first) + second * (1 - second))
    shift = np.sqrt(sizes) * abs(first - second) / own
    return two_sided_power(shift, level, float(np.sqrt(2 * mean * (1 - mean)) / own))


def f_power(n: ArrayLike, f2: float, tested: int, predictors: int, level: float) -> FloatArray:
    """Power of the F test of `tested` among `predictors` coefficients, noncentrality f2 n; 0 below enough rows."""
    sizes = np.asarray(n, dtype=float)
    df = sizes - predictors - 1
    enough = df > 0
    df = np.where(enough, df, 1.0)
    bound = stats.f.isf(level, tested, df)
    return np.where(enough, stats.ncf.sf(bound, tested, df, f2 * sizes), 0.0)


def rmsea_power(n: ArrayLike, df: int, null: float, alternative: float, level: float) -> FloatArray:
    """Power of the test of fit by RMSEA, noncentrality (n - 1) df RMSEA^2: of close fit where the alternative is the
    larger, of not-close fit where it is the smaller (MacCallum, Browne & Sugawara 1996)."""
    each = (np.asarray(n, dtype=float) - 1) * df
    before, after = each * null**2, each * alternative**2
    if alternative > null:
        return np.asarray(_chi2_sf(_chi2_isf(level, df, before), df, after))
    return np.asarray(1 - _chi2_sf(_chi2_isf(1 - level, df, before), df, after))


def _chi2_isf(upper: float, df: int, shift: FloatArray) -> FloatArray:
    if not np.any(shift > 0):
        return np.asarray(np.broadcast_to(stats.chi2.isf(upper, df), np.shape(shift)))
    return np.asarray(special.chndtrix(1 - upper, df, shift))


def _chi2_sf(x: FloatArray, df: int, shift: FloatArray) -> FloatArray:
    if not np.any(shift > 0):
        return np.asarray(stats.chi2.sf(x, df))
    return np.asarray(1 - special.chndtr(x, df, shift))


def smallest(enough: Callable[[int], bool], least: int, most: float) -> int | None:
    """The smallest size from `least` to `most` that is enough, where every larger one is too; None where none is."""
    most = min(most, LARGEST)
    low, high = least, least
    while not enough(high):
        if high >= most:
            return None
        low, high = high + 1, int(min(2 * high, most))
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return high
