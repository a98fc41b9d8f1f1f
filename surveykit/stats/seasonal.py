"""A straight trend and the effects of the seasons by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Seasonal:
    """`estimates` (1 + seasons, 4): estimate, error, bounds of the slope, then of each season; `counts` beside.

    F test of all seasons, `share` of what the trend leaves that they explain, residuals (known points).
    """

    estimates: FloatArray
    counts: FloatArray
    f: float
    df1: int
    df2: int
    p_value: float
    share: float
    residuals: FloatArray


def seasonal_effects(values: ArrayLike, seasons: int, conf_level: float = 0.95) -> Seasonal:
    """Fit level + slope t + effect of season t mod `seasons`, effects adding to zero; NaN where not determined."""
    x = np.asarray(values, dtype=np.float64)
    time = np.arange(len(x), dtype=np.float64)
    known = np.isfinite(x)
    y, t, season = x[known], time[known], (np.arange(len(x)) % seasons)[known]
    counts = np.bincount(season, minlength=seasons).astype(np.float64)
    coding = np.vstack([np.eye(seasons - 1), -np.ones(seasons - 1)])
    design = np.column_stack([np.ones(len(y)), t - t.mean(), coding[season]])
    n, p = design.shape
    empty = np.full((seasons + 1, 4), np.nan)
    every = np.concatenate([[float(n)], counts])
    if n <= p or np.linalg.matrix_rank(design) < p:
        return Seasonal(empty, every, np.nan, seasons - 1, n - p, np.nan, np.nan, np.full(n, np.nan))
    inverse = np.linalg.inv(design.T @ design)
    slope = inverse @ (design.T @ y)
    left = y - design @ slope
    plain = y - design[:, :2] @ np.linalg.lstsq(design[:, :2], y, rcond=None)[0]
    rest, before = float(left @ left), float(plain @ plain)
    if rest <= 1e-20 * float(y @ y):
        return Seasonal(empty, every, np.nan, seasons - 1, n - p, np.nan, np.nan, left)
    variance = rest / (n - p)
    turn = np.zeros((seasons + 1, p))
    turn[0, 1], turn[1:, 2:] = 1.0, coding
    estimate = turn @ slope
    error = np.sqrt(np.einsum("ij,jk,ik->i", turn, inverse, turn) * variance)
    reach = stats.t.ppf((1 + conf_level) / 2, n - p) * error
    f = (before - rest) / (seasons - 1) / variance
    rows = np.column_stack([estimate, error, estimate - reach, estimate + reach])
    p_value = float(stats.f.sf(f, seasons - 1, n - p))
    return Seasonal(rows, every, f, seasons - 1, n - p, p_value, 1 - rest / before, left)
