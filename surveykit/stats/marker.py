"""Correlations freed of what a marker variable shares with them (Lindell & Whitney)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """Adjusted correlations with their errors and two-sided p values, arrays of one shape."""

    estimate: FloatArray
    error: FloatArray
    p_value: FloatArray


def marker_adjusted(r: ArrayLike, marker_r: float, n: int) -> Marked:
    """(r - m) / (1 - m), m the correlation taken to be method, tested with n - 3 degrees of freedom.

    t = r_a / sqrt((1 - r_a^2) / (n - 3)) (Lindell & Whitney 2001, equations 4 and 5).
    """
    value = (np.asarray(r, dtype=np.float64) - marker_r) / (1 - marker_r)
    df = n - 3
    if df < 1:
        gone = np.full(value.shape, np.nan)
        return Marked(value, gone, gone)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(np.maximum(1 - value**2, 0) / df)
        p = 2 * special.stdtr(df, -np.abs(value / error))
    return Marked(value, error, p)


def first_share(correlation: ArrayLike) -> float:
    """Largest eigenvalue of a correlation matrix over its size: the share of the first principal component."""
    matrix = np.asarray(correlation, dtype=np.float64)
    if not np.isfinite(matrix).all() or not len(matrix):
        return float("nan")
    return float(np.linalg.eigvalsh(matrix)[-1] / len(matrix))
