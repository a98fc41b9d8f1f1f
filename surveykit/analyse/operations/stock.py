"""How many customers there are at the beginning and at the end of a window, and which of them came, stayed and left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import WHOLE, Grid

Counts = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Customers a cell: at the opening, still there of those at the closing, new and there at the closing, at any time.

    A customer is there from `joined` on (without one: since before the first window) and until just before `left`.
    """

    opening: Counts
    retained: Counts
    new: Counts
    served: Counts

    @property
    def closing(self) -> Counts:
        """Customers at the closing: those retained and those new."""
        return self.retained + self.new


def stock_of(grid: Grid) -> Stock:
    """The stock of every cell; over all time there is no opening, and every customer is served."""
    frame = grid.tables.frames["customers"]
    group = grid.group("customers")
    if grid.period == WHOLE:
        everyone = np.bincount(group, minlength=grid.cells).astype(np.float64)
        none = np.full(grid.cells, np.nan)
        return Stock(opening=none, retained=none, new=none, served=everyone)
    far = np.datetime64("2200-01-01", "ns")
    past = np.datetime64("1700-01-01", "ns")
    joined, left = np.full(len(frame), past), np.full(len(frame), far)
    if "joined" in frame.columns:
        own = frame["joined"].dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
        joined = np.where(np.isnat(own), past, own)
    if "left" in frame.columns:
        own = frame["left"].dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
        left = np.where(np.isnat(own), far, own)
    starts, ends = grid.starts.astype("datetime64[ns]"), grid.ends.astype("datetime64[ns]")
    opening = _before(joined, starts, group, grid) - _before(left, starts, group, grid)
    closing = _before(joined, ends, group, grid) - _before(left, ends, group, grid)
    coming = _before(joined, ends, group, grid) - _before(joined, starts, group, grid)
    passing = np.zeros(grid.cells)
    begins, finishes = (np.searchsorted(ends, joined, side="right"), np.searchsorted(starts, left, side="right"))
    for lag in range(grid.rolling):
        window = begins + lag
        both = (window < len(starts)) & (finishes > window) & (joined >= starts[np.minimum(window, len(starts) - 1)])
        both &= left < ends[np.minimum(window, len(starts) - 1)]
        passing += np.bincount(window[both] * len(grid.groups) + group[both], minlength=grid.cells)
    new = coming - passing
    return Stock(opening=opening, retained=closing - new, new=new, served=opening + coming)


def _before(
    moments: NDArray[np.datetime64], edges: NDArray[np.datetime64], group: NDArray[np.intp], grid: Grid
) -> Counts:
    """How many moments lie before each edge, group by group."""
    at = np.searchsorted(edges, moments, side="right")
    groups = len(grid.groups)
    table = np.bincount(at * groups + group, minlength=(len(edges) + 1) * groups).reshape(len(edges) + 1, groups)
    return np.cumsum(table, axis=0)[:-1].astype(np.float64).ravel()
