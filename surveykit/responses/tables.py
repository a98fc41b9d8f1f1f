"""Reads the tables of a customer system, with a receipt that counts every row that could not be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from surveykit.engine.memory import MemoryEngine
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.table_check import Exclusion, checked, known_customers, times_seen
from surveykit.responses.table_schemas import SCHEMAS
from surveykit.responses.table_sources import sources_of
from surveykit.responses.text import nearest


@dataclass(frozen=True, slots=True, kw_only=True)
class TablesReceipt:
    """What was read and what was left out: rows by table, exclusions by table and reason, other findings."""

    rows: tuple[tuple[str, int, int], ...]
    exclusions: tuple[Exclusion, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """A row a table and reason: rows read, rows excluded for it, the first row numbers, the reason in words."""
        rows = [
            (each.table, read, each.count, each.rows, str(each.problem))
            for name, read, _ in self.rows
            for each in self.exclusions
            if each.table == name
        ]
        return pd.DataFrame(rows, columns=["table", "read", "excluded", "rows", "reason"])

    def excluded(self, table: str, code: str | None = None) -> int:
        """How many rows of a table were left out, for one reason (a problem code) or for any."""
        return sum(each.count for each in self.exclusions if each.table == table and code in (None, each.problem.code))

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} {kept} of {read}" for name, read, kept in self.rows)
        return f"<TablesReceipt: {parts}>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Typed tables of one provider: times aware of one time zone, numbers as floats, flags as 0, 1 or NaN.

    `as_of` is the moment up to which things were seen; what is open then is open, not absent.
    """

    frames: Mapping[str, pd.DataFrame]
    timezone: str
    as_of: pd.Timestamp | None
    receipt: TablesReceipt
    fingerprint: str = field(default="")

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is such a table with these columns."""
        return table in self.frames and all(column in self.frames[table].columns for column in columns)

    def __repr__(self) -> str:
        parts = ", ".join(f"{name} ({len(frame)})" for name, frame in self.frames.items())
        return f"<Tables: {parts}>"


def read_tables(
    sources: Mapping[str, Any] | str | Path,
    *,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    values: Mapping[str, Mapping[str, Mapping[Any, str]]] | None = None,
    timezone: str = "UTC",
    as_of: str | pd.Timestamp | None = None,
) -> Tables:
    """Read customers, contracts, contacts, complaints, referrals, activities, feedback, purchases, orders, invoices,
    answers and checks.

    `sources`: a folder of files called by their tables (or of folders of part files), an SQLite or DuckDB file, the
    address of a database server ("postgresql+psycopg://user@host/db", with `pip install surveykit[sql]`), or a mapping
    of tables to any of: DataFrame, file (CSV, XLSX, Parquet and what else `read_responses` reads), folder or pattern of
    part files, "database::table", "database::select ...". Databases are only read. `columns`: table -> our name -> name
    in the source, so that an export needs no renaming; `values`: table -> column -> value in the source -> our value. A
    time with an offset is turned to `timezone`, one without is read as its local time. `as_of` (default: the last
    moment that any table saw, ends and due dates of contracts aside) censors what is open.

    Rows are excluded and counted in `.receipt`, never silently: without or with a repeated key, without the time that
    places them, with a time that cannot be read, does not exist in the zone, or comes without an offset in a column
    where others have one; that end before they start; with a negative duration; of a customer unknown to `customers`;
    with a value that `values` does not know. Errors: unknown tables or columns, required columns that are absent, an
    unknown time zone, tables without any usable source.
    """
    try:
        zone = str(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SurveykitError.of("OPS-ZONE", timezone, zone=timezone) from None
    loaded = sources_of(sources)
    _refuse_unknown("table", list(loaded), list(SCHEMAS))
    _refuse_unknown("columns", list(columns or {}), list(loaded))
    _refuse_unknown("values", list(values or {}), list(loaded))
    frames, receipts, exclusions, problems, prints = {}, [], [], [], []
    for name, frame in loaded.items():
        renamed = _renamed(name, frame, (columns or {}).get(name, {}))
        prints.append(f"{name}:{MemoryEngine(renamed.reset_index(drop=True)).fingerprint}")
        typed = checked(SCHEMAS[name], renamed, zone, (values or {}).get(name, {}))
        frames[name] = typed.frame
        exclusions += typed.exclusions
        problems += typed.problems
        receipts.append((name, len(frame)))
    if "customers" in frames and "customer" in frames["customers"].columns:
        strangers = known_customers(frames)
        exclusions += strangers
    rows = tuple((name, read, len(frames[name])) for name, read in receipts)
    return Tables(
        frames=frames,
        timezone=zone,
        as_of=_moment(as_of, zone) if as_of is not None else times_seen(frames),
        receipt=TablesReceipt(rows=rows, exclusions=tuple(exclusions), problems=tuple(problems)),
        fingerprint="|".join(sorted(prints)),
    )


def _moment(as_of: str | pd.Timestamp, zone: str) -> pd.Timestamp:
    try:
        moment = pd.Timestamp(as_of)
    except (ValueError, TypeError):
        raise SurveykitError.of("OPS-MOMENT", found=str(as_of)) from None
    if moment is pd.NaT:
        raise SurveykitError.of("OPS-MOMENT", found=str(as_of))
    return moment.tz_localize(zone) if moment.tzinfo is None else moment.tz_convert(zone)


def _refuse_unknown(what: str, found: list[str], known: list[str]) -> None:
    wrong = [name for name in found if name not in known]
    if wrong:
        raise SurveykitError([Problem.of("OPS-NOTABLE", f"{what} {name}", known=", ".join(known)) for name in wrong])


def _renamed(table: str, frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    known = [str(name) for name in frame.columns]
    lost = [name for name in columns.values() if name not in known]
    if lost:
        raise SurveykitError(
            [Problem.of("OPS-NOCOLUMN", f"table {table}, column {name}", near=nearest(name, known)) for name in lost]
        )
    own = {source: name for name, source in columns.items()}
    kept = frame[[name for name in frame.columns if name in own or own.get(str(name), str(name)) not in columns]]
    return kept.rename(columns=own)
