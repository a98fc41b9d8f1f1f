"""Gives the columns of a table their types and counts the rows that cannot be used, reason by reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.table_schemas import SCHEMAS, TableSchema
from surveykit.responses.text import fold, nearest

YES = ("1", "1.0", "true", "yes", "y", "t", "是", "да", "истина")
NO = ("0", "0.0", "false", "no", "n", "f", "否", "нет", "ложь")
AHEAD = {"contracts": ("end", "due"), "orders": ("promised",), "invoices": ("due",)}
OFFSET = re.compile(r"(z|[+-]\d{2}:?\d{2})\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Rows of one table left out for one reason; `rows` names the first of them, counted from 1 below the header."""

    table: str
    count: int
    rows: str
    problem: Problem


@dataclass(slots=True)
class Checked:
    """A table under check."""

    table: str
    frame: pd.DataFrame
    exclusions: list[Exclusion] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def drop(self, wrong: Any, code: str, place: str, **values: Any) -> None:
        """Leave out these rows and count them."""
        mask = np.asarray(wrong, dtype=bool)
        count = int(mask.sum())
        if count:
            numbers = [str(number + 1) for number in self.frame.index[mask][:5]]
            problem = Problem.of(code, f"table {self.table}, {place}", "warning", count=count, **values)
            rows = ", ".join(numbers) + (", ..." if count > 5 else "")
            self.exclusions.append(Exclusion(table=self.table, count=count, rows=rows, problem=problem))
            self.frame = self.frame[~mask]


def checked(schema: TableSchema, frame: pd.DataFrame, zone: str, values: Mapping[str, Mapping[Any, str]]) -> Checked:
    """The table with its types, without the rows that cannot be used."""
    known = [str(name) for name in frame.columns]
    absent = [name for name in schema.required if name not in known]
    if absent:
        raise SurveykitError(
            [
                Problem.of("OPS-REQUIRED", f"table {schema.name}", column=name, near=nearest(name, known))
                for name in absent
            ]
        )
    work = Checked(schema.name, frame.copy())
    for column in known:
        if not pd.api.types.is_numeric_dtype(frame[column].dtype) and not _dated(frame[column]):
            cells = frame[column].astype(object)
            work.frame[column] = cells.where(~_blank(cells), None)
    for column, words in values.items():
        _translate(work, column, words)
    for column, kind in schema.columns.items():
        if column not in work.frame.columns:
            continue
        if kind == "time":
            _times(work, column, zone)
        elif kind == "number":
            _numbers(work, column)
        elif kind == "flag":
            _flags(work, column)
        elif kind in ("id", "key"):
            work.frame[column] = ids(work.frame[column])
        elif column in schema.words:
            text = _mapped(work.frame[column], lambda cell: fold(str(cell)))
            work.frame[column] = text
            outside = text.notna() & ~text.isin(schema.words[column])
            work.drop(outside, "OPS-WORD", f"column {column}", known=", ".join(schema.words[column]))
    _keys(work, schema)
    if schema.time and schema.time in work.frame.columns:
        work.drop(work.frame[schema.time].isna(), "OPS-NOTIME", f"column {schema.time}")
    for first, second in schema.ordered:
        if {first, second} <= set(work.frame.columns):
            work.drop(work.frame[second] < work.frame[first], "OPS-ORDER", f"column {second}", first=first)
    for column in schema.never_negative:
        if column in work.frame.columns:
            work.drop(work.frame[column] < 0, "OPS-NEGATIVE", f"column {column}")
    work.frame = work.frame.reset_index(drop=True)
    return work


def _dated(cells: pd.Series) -> bool:
    return pd.api.types.is_datetime64_any_dtype(cells.dtype)


def _translate(work: Checked, column: str, words: Mapping[Any, str]) -> None:
    if column not in work.frame.columns:
        raise SurveykitError.of(
            "OPS-NOCOLUMN", f"table {work.table}, column {column}", near=nearest(column, map(str, work.frame.columns))
        )
    own = {fold(str(source)): word for source, word in words.items()}
    cells = _mapped(work.frame[column], lambda cell: fold(str(cell)))
    work.frame[column] = cells.map(own)
    work.drop(cells.notna() & ~cells.isin(own), "OPS-VALUE", f"column {column}")


def ids(cells: pd.Series) -> pd.Series:
    """Texts, so that 17, 17.0 and "17" are one customer; blanks are missing."""
    text = _mapped(cells, lambda cell: re.sub(r"\.0$", "", str(cell).strip()))
    return text.where(text.notna() & (text != ""), None)


def _mapped(cells: pd.Series, change: Callable[[Any], Any]) -> pd.Series:
    """Each different value changed once; missing ones stay missing."""
    codes, values = pd.factorize(cells)
    changed = np.array([*(change(value) for value in values), None], dtype=object)
    return pd.Series(changed[codes], index=cells.index, dtype=object)


def _keys(work: Checked, schema: TableSchema) -> None:
    if schema.key not in work.frame.columns:
        same = int(work.frame.duplicated().sum())
        if same:
            place = f"table {schema.name}"
            work.problems.append(Problem.of("OPS-IDENTICAL", place, "warning", count=same, key=schema.key))
        return
    place = f"column {schema.key}"
    work.drop(work.frame[schema.key].isna(), "OPS-NOKEY", place)
    work.drop(work.frame[schema.key].duplicated(), "OPS-TWICE", place)


def _numbers(work: Checked, column: str) -> None:
    cells = work.frame[column]
    found = pd.to_numeric(cells, errors="coerce").astype("float64").replace([np.inf, -np.inf], np.nan)
    unread = found.isna() & ~_blank(cells)
    work.frame[column] = found
    work.drop(unread, "OPS-NUMBER", f"column {column}")


def _flags(work: Checked, column: str) -> None:
    cells = work.frame[column]
    text = _mapped(cells, lambda cell: fold(str(cell)))
    found = pd.Series(np.where(text.isin(YES), 1.0, np.where(text.isin(NO), 0.0, np.nan)), index=cells.index)
    work.frame[column] = found
    work.drop(found.isna() & ~_blank(cells), "OPS-FLAG", f"column {column}")


def _blank(cells: pd.Series) -> pd.Series:
    return cells.isna() | (cells.astype(str).str.strip() == "")


def _times(work: Checked, column: str, zone: str) -> None:
    """Aware times of the zone; what is not one is counted apart by its reason."""
    cells = work.frame[column]
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        work.frame[column] = cells.dt.tz_convert(zone)
        return
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        _localise(work, column, cells, zone)
        return
    text = cells.map(str, na_action="ignore")
    blank = _blank(cells)
    offset = text.map(lambda cell: OFFSET.search(cell) is not None and ":" in cell, na_action="ignore").eq(True)
    if offset.any():
        found = pd.to_datetime(text.where(offset), errors="coerce", utc=True, format="ISO8601").dt.tz_convert(zone)
        work.frame[column] = found
        mixed = ~offset & ~blank
        unread = offset & found.isna()
        work.drop(mixed, "OPS-MIXEDZONE", f"column {column}")
        work.drop(unread[~mixed], "OPS-TIME", f"column {column}")
        return
    found = pd.to_datetime(text.where(~blank), errors="coerce", format="ISO8601")
    work.frame[column] = found
    bad = found.isna() & ~blank
    work.drop(bad, "OPS-TIME", f"column {column}")
    _localise(work, column, found[~bad], zone)


def _localise(work: Checked, column: str, naive: pd.Series, zone: str) -> None:
    aware = naive.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    work.frame[column] = aware
    work.drop(aware.isna() & naive.notna(), "OPS-CLOCK", f"column {column}", zone=zone)


def known_customers(frames: dict[str, pd.DataFrame]) -> list[Exclusion]:
    """Leave out, in place, the rows of customers that `customers` does not know; a row without customer stays."""
    known = frames["customers"]["customer"]
    exclusions: list[Exclusion] = []
    for name, frame in frames.items():
        if name == "customers" or "customer" not in frame.columns:
            continue
        work = Checked(name, frame)
        unknown = frame["customer"].notna() & ~frame["customer"].isin(known)
        work.drop(unknown, "OPS-STRANGER", "column customer")
        frames[name] = work.frame.reset_index(drop=True)
        exclusions += work.exclusions
    return exclusions


def times_seen(frames: Mapping[str, pd.DataFrame]) -> pd.Timestamp | None:
    """The last moment that any table saw happen; what lies ahead, such as the end of a contract, is not one."""
    seen = []
    for name, frame in frames.items():
        ahead = AHEAD.get(name, ())
        for column, kind in SCHEMAS[name].columns.items():
            if kind == "time" and column in frame.columns and column not in ahead:
                latest = frame[column].max()
                if not pd.isna(latest):
                    seen.append(latest)
    return max(seen) if seen else None
