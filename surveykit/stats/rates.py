"""Rates of many cells at once: shares, counts per exposure, means and their functions, each with its interval.

Arrays have one value a cell (a period of a group). A cell without a base is NaN throughout; the caller says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.stats.intervals import mean_t, normal_quantile, wilson

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Estimates of cells with standard errors, bounds and the number each rests on."""

    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    n: Floats
    method: str


def share(successes: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Rates:
    """Successes over cases with Wilson's interval; NaN without a case or with more successes than cases."""
    x, size = (np.asarray(value, dtype=np.float64) for value in (successes, n))
    valid = (size > 0) & (x <= size)
    base = np.where(valid, size, np.nan)
    p = x / base
    low, high = wilson(x, size, conf_level)
    return Rates(estimate=p, std_error=np.sqrt(p * (1 - p) / base), low=low, high=high, n=size, method="wilson")


def poisson(count: ArrayLike, exposure: ArrayLike, conf_level: float = 0.95, dispersion: ArrayLike = 1.0) -> Rates:
    """Events per unit of exposure with the exact Poisson interval (Garwood 1936), widened where counts scatter more.

    With dispersion f > 1 (variance over mean of the units' counts) the bounds are f times those of count / f events.
    `n` is the exposure. In R: `poisson.test(count, exposure)$conf.int`.
    """
    x, time = (np.asarray(value, dtype=np.float64) for value in (count, exposure))
    wide = np.maximum(np.nan_to_num(np.asarray(dispersion, dtype=np.float64), nan=1.0), 1.0)
    base = np.where(time > 0, time, np.nan)
    tail, scaled = (1 - conf_level) / 2, x / wide
    low = np.where(x > 0, special.gammaincinv(np.maximum(scaled, 1e-300), tail), 0.0)
    high = special.gammaincinv(scaled + 1, 1 - tail)
    return Rates(
        estimate=x / base,
        std_error=np.sqrt(x * wide) / base,
        low=np.minimum(low * wide, x) / base,
        high=np.maximum(high * wide, x) / base,
        n=time,
        method="poisson_exact",
    )


def dispersion(units: ArrayLike, total: ArrayLike, squares: ArrayLike) -> Floats:
    """Variance over mean of the counts of `units` units, from their total and sum of squares; NaN where undefined."""
    size, first, second = (np.asarray(value, dtype=np.float64) for value in (units, total, squares))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (second - first**2 / size) / (size - 1)
        return np.where((size > 1) & (first > 0), variance / (first / size), np.nan)


def means(cell: NDArray[np.intp], values: ArrayLike, cells: int, conf_level: float = 0.95) -> Rates:
    """Mean of the values of each cell with Student's interval; missing values are left out."""
    x = np.asarray(values, dtype=np.float64)
    known = np.isfinite(x)
    at, x = cell[known], x[known]
    n = np.bincount(at, minlength=cells).astype(np.float64)
    base = np.where(n > 0, n, np.nan)
    centre = np.bincount(at, x, minlength=cells) / base
    squares = np.bincount(at, (x - centre[at]) ** 2, minlength=cells)
    sd = np.sqrt(squares / np.where(n > 1, n - 1, np.nan))
    low, high = mean_t(centre, sd, n, conf_level)
    return Rates(estimate=centre, std_error=sd / np.sqrt(base), low=low, high=high, n=n, method="mean_t")


def rescaled(found: Rates, add: float, factor: float) -> Rates:
    """(value + add) x factor of every estimate, for scores put on another scale; `factor` > 0."""
    return Rates(
        estimate=(found.estimate + add) * factor,
        std_error=found.std_error * factor,
        low=(found.low + add) * factor,
        high=(found.high + add) * factor,
        n=found.n,
        method=found.method,
    )


def points(n: ArrayLike, value: ArrayLike) -> Rates:
    """Values without an interval."""
    estimate = np.asarray(value, dtype=np.float64)
    none = np.full_like(estimate, np.nan)
    return Rates(
        estimate=estimate, std_error=none, low=none, high=none, n=np.asarray(n, dtype=np.float64), method="point"
    )


def linearised(
    value: ArrayLike, gradient: Sequence[ArrayLike], covariance: Floats, n: ArrayLike, conf_level: float = 0.95
) -> Rates:
    """A function of means with its delta-method interval.

    `gradient`: its derivatives by each of k means, an array over cells; `covariance` (k, k, cells) of those means.
    """
    estimate = np.asarray(value, dtype=np.float64)
    slope = np.stack([np.broadcast_to(np.asarray(part, dtype=np.float64), estimate.shape) for part in gradient])
    variance = np.einsum("ic,ijc,jc->c", slope, covariance, slope)
    error = np.sqrt(np.where(variance >= 0, variance, np.nan))
    half = normal_quantile(conf_level) * error
    return Rates(
        estimate=estimate,
        std_error=error,
        low=estimate - half,
        high=estimate + half,
        n=np.asarray(n, dtype=np.float64),
        method="linearised",
    )
