"""Confidence bounds from resampled estimates: percentile, and bias-corrected and accelerated."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval

FEWEST = 100


def _quantiles(draws: FloatArray, at: FloatArray) -> FloatArray:
    return np.array([np.nanquantile(column, q) for column, q in zip(draws.T, at, strict=True)])


def percentile(draws: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Percentile bounds of each column of (b, m) draws; NaN where fewer than 100 draws are defined.

    Source: Efron & Tibshirani 1993, chapter 13. In R: `boot::boot.ci(type = "perc")` up to interpolation.
    """
    values = np.asarray(draws, dtype=np.float64)
    tail = (1 - conf_level) / 2
    enough = np.isfinite(values).sum(axis=0) >= FEWEST
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    if enough.any():
        low[enough], high[enough] = np.nanquantile(values[:, enough], [tail, 1 - tail], axis=0)
    return low, high


def bca(draws: ArrayLike, estimate: ArrayLike, left_out: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Bias-corrected and accelerated bounds from (b, m) draws, (m,) estimates and (n, m) leave-one-out estimates.

    Bias from the share of draws below the estimate (half of those equal to it), acceleration from the skewness of
    the leave-one-out values. NaN where fewer than 100 draws are defined or all lie on one side. Source: Efron 1987.
    In R: `boot::boot.ci(type = "bca")` up to interpolation.
    """
    every, centre = np.asarray(draws, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    low, high = np.full(len(centre), np.nan), np.full(len(centre), np.nan)
    total = np.isfinite(every).sum(axis=0)
    without = np.asarray(left_out, dtype=np.float64)
    use = np.flatnonzero((total >= FEWEST) & np.isfinite(centre) & np.isfinite(without).any(axis=0))
    values, without, middle = every[:, use], without[:, use], centre[use]
    below = ((values < middle).sum(axis=0) + 0.5 * (values == middle).sum(axis=0)) / total[use]
    bias = special.ndtri(below)
    gap = np.nanmean(without, axis=0) - without if use.size else without
    spread = np.nansum(gap**2, axis=0)
    acceleration = np.nansum(gap**3, axis=0) / (6 * np.where(spread > 0, spread, np.nan) ** 1.5)
    for bound, tail in ((low, (1 - conf_level) / 2), (high, (1 + conf_level) / 2)):
        reach = bias + special.ndtri(tail)
        at = special.ndtr(bias + reach / (1 - acceleration * reach))
        good = np.isfinite(at) & np.isfinite(bias)
        bound[use[good]] = _quantiles(values[:, good], at[good])
    return low, high
