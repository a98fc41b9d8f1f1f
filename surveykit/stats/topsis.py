"""Ranking of units by their distances from the best and the worst values found (TOPSIS)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """Distances from the ideal and the anti-ideal unit and the relative closeness, each (units,)."""

    to_best: FloatArray
    to_worst: FloatArray
    closeness: FloatArray


def topsis(values: ArrayLike, weights: ArrayLike, higher: ArrayLike) -> Closeness:
    """Relative closeness d- / (d+ + d-) of each row of a (units, k) table; weights (k,) are scaled to sum 1.

    Columns are divided by their Euclidean norm and weighted; ideal and anti-ideal take the best and worst value of
    every column (`higher` (k,): more is better). A column of zeros tells nothing and stays 0. A row with a missing
    value is NaN and takes no part; units that are all the same have no closeness (NaN). Weights (draws, k) give
    (draws, units). Source: Hwang & Yoon 1981.
    """
    table = np.asarray(values, dtype=np.float64)
    share = np.asarray(weights, dtype=np.float64)
    total = share.sum(axis=-1, keepdims=True)
    squared = np.divide(share, total, out=np.full_like(share, np.nan), where=total > 0) ** 2
    found = np.full((3, *share.shape[:-1], len(table)), np.nan)
    known = np.isfinite(table).all(axis=1)
    if known.any():
        part = table[known]
        norm = np.sqrt((part**2).sum(axis=0))
        sign = np.where(np.asarray(higher, dtype=bool), 1.0, -1.0)
        scaled = np.divide(part, norm, out=np.zeros_like(part), where=norm > 0) * sign
        best = np.sqrt(squared @ ((scaled - scaled.max(axis=0)) ** 2).T)
        worst = np.sqrt(squared @ ((scaled - scaled.min(axis=0)) ** 2).T)
        both = best + worst
        ratio = np.divide(worst, both, out=np.full_like(both, np.nan), where=both > 0)
        found[..., known] = best, worst, ratio
    return Closeness(*found)
