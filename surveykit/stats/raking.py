"""Weights that meet population margins, computed on the cells of the margins' cross-table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.exact import FloatArray

IntArray = NDArray[Any]
_DENSE = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cross-table of several margins: `of_row` (n,) is each row's cell, `codes` (cells, margins) what a cell is."""

    of_row: IntArray
    codes: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Factors (cells,) that multiply the base weights; `deviation` is the largest miss of a target, as a share."""

    factors: FloatArray
    sweeps: int
    converged: bool
    deviation: float


def collapse(columns: Sequence[IntArray], sizes: Sequence[int]) -> Cells:
    """Cells of integer codes, one array (n,) a margin with values 0 .. size - 1.

    Empty cells stay, unless the table grows larger than the data.
    """
    of_row = np.asarray(columns[0])
    keys, size = np.arange(sizes[0])[:, None], sizes[0]
    for column, width in zip(columns[1:], sizes[1:], strict=True):
        if size * width > max(_DENSE, len(of_row)):
            seen, of_row = np.unique(of_row, return_inverse=True)
            keys, size = keys[seen], len(seen)
        kind = np.int32 if size * width < 2**31 else np.int64
        of_row = of_row.astype(kind) * int(width) + column
        keys = np.column_stack([np.repeat(keys, width, axis=0), np.tile(np.arange(width), size)])
        size *= width
    return Cells(of_row, keys)


def rake(base: FloatArray, codes: IntArray, targets: Sequence[FloatArray], max_sweeps: int, tolerance: float) -> Raked:
    """Iterative proportional fitting of cell totals `base` (cells,) to one target array a margin.

    Targets of all margins have the same sum, and every category with a target has a positive total. A sweep multiplies
    each margin's categories by target / total; it has converged when no category missed its target by more than
    `tolerance` of the sum before it was multiplied. Source: Deming & Stephan 1940.
    """
    total = float(targets[0].sum())
    weights = base * (total / base.sum())
    factors = np.full(len(base), total / base.sum())
    deviation = np.inf
    sweeps = 0
    while sweeps < max_sweeps and deviation > tolerance:
        deviation = 0.0
        for margin, target in enumerate(targets):
            of_cell = codes[:, margin]
            found = np.bincount(of_cell, weights=weights, minlength=len(target))
            deviation = max(deviation, float(np.abs(found - target).max()) / total)
            step = np.divide(target, found, out=np.ones_like(found), where=found > 0)[of_cell]
            weights *= step
            factors *= step
        sweeps += 1
        if len(targets) == 1:
            return Raked(factors, 1, True, 0.0)
    return Raked(factors, sweeps, deviation <= tolerance, deviation)


def trim(weights: FloatArray, low: float, high: float) -> tuple[FloatArray, int]:
    """Weights held within low..high, what was cut off spread evenly over the others, and how many were cut.

    Repeated for the weights never cut until every weight lies within, which keeps the sum as long as one is left to
    take what is cut. The first round is `survey::trimWeights(design, upper, lower)` of R.
    """
    held = np.zeros(len(weights), dtype=bool)
    found = weights.copy()
    while True:
        outside = (found < low) | (found > high)
        if not outside.any():
            return found, int(held.sum())
        held |= outside
        bounded = np.clip(found, low, high)
        free = ~held
        if not free.any():
            return bounded, int(held.sum())
        bounded[free] += (found.sum() - bounded.sum()) / free.sum()
        found = bounded


def kish(weights: FloatArray) -> tuple[float, float]:
    """Kish's design effect n sum(w^2) / sum(w)^2 of unequal weights, and the effective number of rows n / deff.

    Rows of zero weight do not count. Source: Kish 1965.
    """
    rows = np.count_nonzero(weights)
    if not rows:
        return float("nan"), float("nan")
    deff = float(rows * (weights @ weights) / weights.sum() ** 2)
    return deff, float(rows / deff)
