"""What a metric is: where it comes from, what it needs, how it is computed; and what computing it may look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import Grid
from surveykit.analyse.operations.hours import WorkingHours
from surveykit.analyse.operations.stock import Stock, stock_of
from surveykit.stats.rates import Rates


@dataclass(frozen=True, kw_only=True)
class Context:
    """The cells and the choices that a metric may read."""

    grid: Grid
    conf_level: float
    answer_within: float
    respond_within: float
    resolve_within: float
    scales: Mapping[str, tuple[float, float]]
    boxes: int
    discount: float
    hours: WorkingHours | None

    @cached_property
    def stock(self) -> Stock:
        """Customers at the opening and closing of every window."""
        return stock_of(self.grid)

    def span(self, begin: NDArray[np.datetime64], end: NDArray[np.datetime64]) -> NDArray[np.float64]:
        """Seconds between two arrays of UTC times, in opening hours where the service has them."""
        if self.hours is not None:
            return self.hours.seconds(begin, end, self.grid.tables.timezone)
        lasted = (end - begin).astype("timedelta64[ns]").astype(np.float64)
        return np.where(np.isnat(begin) | np.isnat(end), np.nan, lasted / 1e9)

    @property
    def as_of(self) -> np.datetime64:
        """The moment seen last, in UTC."""
        moment = self.grid.tables.as_of
        return np.datetime64("NaT") if moment is None else moment.tz_convert("UTC").tz_localize(None).to_datetime64()


Found = Rates | Mapping[str, Rates]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One metric: its code (a term of the glossary), study and row of the source, needs, unit, base and interval.

    `needs`: table -> columns; `either`: pairs of tables and columns of which one must be there. `standard` is the code
    of the form to read instead where this one (the source's own where `source_form`) misleads. `timed`: undefined
    without windows of time. `scale`: the column whose scale it needs. A metric by category gives a mapping.
    """

    code: str
    studies: tuple[str, ...]
    needs: Mapping[str, tuple[str, ...]]
    unit: str
    base: str
    interval: str
    compute: Callable[[Context], Found]
    either: tuple[tuple[str, str], ...] = ()
    standard: str = ""
    source_form: bool = False
    timed: bool = False
    scale: str = ""
    headline: bool = False
