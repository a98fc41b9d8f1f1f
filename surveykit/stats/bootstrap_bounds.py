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
    values, centre = np.asarray(draws, dtype=np.float64), np.asarray(estimate, dtype=np.float64)
    without = np.asarray(left_out, dtype=np.float64)
    defined = np.isfinite(values)
    total = defined.sum(axis=0)
    enough = (total >= FEWEST) & np.isfinite(centre)
    with np.errstate(invalid="ignore", divide="ignore"):
        below = ((values < centre).sum(axis=0) + 0.5 * (values == centre).sum(axis=0)) / total
        bias = special.ndtri(below)
        gap = np.nanmean(without, axis=0) - without
        acceleration = np.nansum(gap**3, axis=0) / (6 * np.nansum(gap**2, axis=0) ** 1.5)
        bounds = []
        for tail in ((1 - conf_level) / 2, (1 + conf_level) / 2):
            reach = bias + special.ndtri(tail)
            bounds.append(special.ndtr(bias + reach / (1 - acceleration * reach)))
    good = enough & np.isfinite(bounds[0]) & np.isfinite(bounds[1])
    low, high = np.full(len(centre), np.nan), np.full(len(centre), np.nan)
    if good.any():
        low[good] = _quantiles(values[:, good], bounds[0][good])
        high[good] = _quantiles(values[:, good], bounds[1][good])
    return low, high
