"""Cuts tables into cells, a window of time of a group, and gives every event the cells it falls in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import SurveykitError
from surveykit.responses.table_schemas import SCHEMAS
from surveykit.responses.tables import Tables

CODES = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
PERIODS = (*CODES, "all")
DERIVED = ("hour", "weekday")
NO_GROUP = "(missing)"
WHOLE = "all"
MOST = 100_000
YEARLY = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}

Cells = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Rows of a table that fall in the windows, once for each window: positions of the rows and their cells."""

    frame: pd.DataFrame
    cell: Cells

    def column(self, name: str) -> NDArray[np.float64]:
        """A column of numbers or flags; NaN where missing."""
        return self.frame[name].to_numpy(dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Windows of time by groups. `starts` and `ends` (naive local times, end excluded) bound each window."""

    tables: Tables
    period: str
    rolling: int
    by: tuple[str, ...]
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    starts: NDArray[np.datetime64]
    ends: NDArray[np.datetime64]
    first: int
    limits: tuple[pd.Timestamp | None, pd.Timestamp | None]
    _seen: dict[tuple[str, str], Events] = field(default_factory=dict, repr=False, compare=False)

    @property
    def cells(self) -> int:
        """How many cells there are, groups within windows."""
        return len(self.labels) * len(self.groups)

    @property
    def as_of(self) -> np.datetime64:
        """The moment up to which things were seen, in local time."""
        moment = self.tables.as_of
        return np.datetime64("NaT") if moment is None else moment.tz_localize(None).to_datetime64()

    def grouped(self, table: str) -> bool:
        """Whether the rows of a table belong to groups: by a column of its own, its time, or its customer's."""
        return all(_source(self.tables, table, name) for name in self.by)

    def group(self, table: str) -> Cells:
        """The group of every row of a table."""
        label = _labels(self.tables, table, self.by)
        return pd.Index(self.groups).get_indexer(label).astype(np.intp)

    def events(self, table: str, time: str = "") -> Events:
        """The rows of a table by the window of `time` (its own time by default); without times, all in one window."""
        column = time or SCHEMAS[table].time
        if (table, column) not in self._seen:
            self._seen[table, column] = self._events(table, column, needed=bool(time))
        return self._seen[table, column]

    def _events(self, table: str, column: str, needed: bool) -> Events:
        frame = self.tables.frames[table]
        group = self.group(table)
        if self.period == WHOLE:
            inside = np.ones(len(frame), dtype=bool)
            begin, finish = self.limits
            if column in frame.columns:
                inside = ~(frame[column] < begin).to_numpy() if begin is not None else inside
                inside = inside & ~(frame[column] >= finish).to_numpy() if finish is not None else inside
            if needed:
                inside &= frame[column].notna().to_numpy()
            return Events(frame=frame[inside], cell=group[inside])
        ordinal = _ordinals(frame[column], self.period)
        here = np.flatnonzero(~frame[column].isna().to_numpy())
        at = np.concatenate([here] * self.rolling)
        window = np.concatenate([ordinal[here] - self.first - lag for lag in range(self.rolling)])
        window = window + self.rolling - 1
        good = (window >= 0) & (window < len(self.labels))
        at, window = at[good], window[good]
        return Events(frame=frame.iloc[at], cell=window * len(self.groups) + group[at])

    def window(self, cell: Cells) -> Cells:
        """The window of a cell."""
        return cell // len(self.groups)

    def count(self, cell: Cells, weights: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Rows, or the sum of their weights, of every cell."""
        return np.bincount(cell, weights, minlength=self.cells).astype(np.float64)

    def distinct(self, events: Events, column: str = "customer") -> NDArray[np.float64]:
        """Distinct values of a column in every cell; missing ones do not count."""
        pairs = pd.DataFrame({"cell": events.cell, "value": events.frame[column].to_numpy()}).dropna()
        return self.count(pairs.drop_duplicates()["cell"].to_numpy(dtype=np.intp))


def grid(
    tables: Tables,
    period: str,
    rolling: int,
    by: Sequence[str],
    start: pd.Timestamp | None,
    end: pd.Timestamp | None,
) -> Grid:
    """The windows that the tables cover, between `start` and `end` where given, and the groups that `by` makes."""
    groups = _groups(tables, by)
    if period == WHOLE:
        none = np.array(["NaT"], dtype="datetime64[ns]")
        return Grid(
            tables=tables, period=period, rolling=1, by=tuple(by), groups=groups, labels=(WHOLE,), starts=none,
            ends=none, first=0, limits=(start, end),
        )  # fmt: skip
    begin, finish = _span(tables)
    begin = start if start is not None else begin
    finish = end if end is not None else finish
    if begin is None or finish is None:
        raise SurveykitError.of("OPS-NOSPAN")
    if finish < begin:
        raise SurveykitError.of("OPS-SPAN", start=str(begin), end=str(finish))
    last = finish - pd.Timedelta(1, "ns") if end is not None else finish
    edges = _ordinals(pd.Series([begin, last]), period)
    if edges[1] - edges[0] + 1 > MOST:
        raise SurveykitError.of("OPS-LONG", start=str(begin), end=str(finish), most=MOST)
    periods = pd.period_range(pd.Period(ordinal=edges[0], freq=CODES[period]), periods=edges[1] - edges[0] + 1)
    shift = rolling - 1
    kept = periods[shift:]
    if not len(kept):
        raise SurveykitError.of("OPS-ROLLING", rolling=rolling, periods=len(periods))
    return Grid(
        tables=tables, period=period, rolling=rolling, by=tuple(by), groups=groups,
        labels=tuple(_written(each) for each in kept),
        starts=periods[: len(kept)].start_time.to_numpy(),
        ends=(kept + 1).start_time.to_numpy(),
        first=int(edges[0]) + shift, limits=(start, end),
    )  # fmt: skip


def _written(period: pd.Period) -> str:
    if period.freqstr.startswith("W"):
        year, week, _ = period.start_time.isocalendar()
        return f"{year}-W{week:02d}"
    return str(period).replace("Q", "-Q")


def _ordinals(times: pd.Series, period: str) -> NDArray[np.int64]:
    local = pd.DatetimeIndex(times.dt.tz_localize(None))
    return local.to_period(CODES[period]).asi8


def _span(tables: Tables) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """From the first event (else the first customer or contract) to the moment seen last."""
    events = [_earliest(tables, name, SCHEMAS[name].time) for name in tables.frames if name not in ("customers",)]
    found = [moment for moment in events if moment is not None]
    if not found:
        found = [moment for moment in [_earliest(tables, "customers", "joined")] if moment is not None]
    return (min(found) if found else None), tables.as_of


def _earliest(tables: Tables, table: str, column: str) -> pd.Timestamp | None:
    if not tables.has(table, column):
        return None
    moment = tables.frames[table][column].min()
    return None if pd.isna(moment) else moment


def _source(tables: Tables, table: str, name: str) -> str:
    """Where the group of a table's rows is: in itself, in its time, with its customer, or nowhere."""
    frame = tables.frames[table]
    if name in DERIVED:
        return "time" if SCHEMAS[table].time in frame.columns else ""
    if name in frame.columns:
        return "own"
    return "customer" if "customer" in frame.columns and tables.has("customers", "customer", name) else ""


def _labels(tables: Tables, table: str, by: Sequence[str]) -> pd.Series:
    frame = tables.frames[table]
    parts = []
    for name in by:
        source = _source(tables, table, name)
        if source == "time":
            moment = frame[SCHEMAS[table].time].dt
            part = moment.hour.map("{:02.0f}".format) if name == "hour" else (moment.weekday + 1).map("{:.0f}".format)
        elif source == "own":
            part = frame[name]
        else:
            known = tables.frames["customers"].set_index("customer")[name]
            part = frame["customer"].map(known[known.index.notna()])
        parts.append(_texts(part))
    if not parts:
        return pd.Series([WHOLE] * len(frame), dtype=object)
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + " / " + part
    return whole


def _texts(part: pd.Series) -> pd.Series:
    codes, values = pd.factorize(part)
    words = np.array([*(_text(value) for value in values), NO_GROUP], dtype=object)
    return pd.Series(words[codes], dtype=object)


def _text(cell: object) -> str:
    text = str(cell).strip()
    return text[:-2] if text.endswith(".0") else (text or NO_GROUP)


def _groups(tables: Tables, by: Sequence[str]) -> tuple[str, ...]:
    if not by:
        return (WHOLE,)
    found: set[str] = set()
    for table in tables.frames:
        if all(_source(tables, table, name) for name in by):
            found |= set(_labels(tables, table, by).unique())
    if not found:
        raise SurveykitError.of("OPS-BY", by=", ".join(by))
    if len(found) > 1000:
        raise SurveykitError.of("OPS-GROUPS", by=", ".join(by), found=len(found))
    return tuple(sorted(found, key=lambda name: (name == NO_GROUP, name)))
