"""Large files and DuckDB databases, read by DuckDB: nothing is downloaded, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from surveykit.errors import Problem, SurveykitError

SUFFIXES = (".duckdb", ".ddb")
CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
}


def opened(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to a database file, read only, or to nothing; it fetches no extension."""
    if path is not None and not path.is_file():
        raise SurveykitError.of("RESP-NOFILE", path.name)
    try:
        return duckdb.connect(str(path) if path else ":memory:", read_only=path is not None, config=CLOSED)
    except duckdb.Error as fault:
        raise _damaged(path, fault) from None


def tables_of(path: Path, wanted: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The wanted tables or views that a database has."""
    with closing(opened(path)) as base:
        held = [str(row[0]) for row in base.execute("select table_name from information_schema.tables").fetchall()]
        return {name: base.table(name).df() for name in held if name in wanted}


def query(path: Path, text: str) -> pd.DataFrame:
    """A table or view by name, or what a query gives."""
    with closing(opened(path)) as base:
        try:
            return base.sql(text).df() if " " in text.strip() else base.table(text).df()
        except duckdb.Error as fault:
            raise _damaged(path, fault) from None


def files(paths: Sequence[Path]) -> pd.DataFrame:
    """CSV or Parquet files of one kind on top of one another; every cell of a CSV stays a text."""
    with closing(opened()) as base:
        try:
            return _scan(base, paths).df()
        except duckdb.Error as fault:
            raise _damaged(paths[0], fault) from None


def batches(paths: Sequence[Path], columns: Sequence[str], time: str) -> Iterator[pa.RecordBatch]:
    """Columns of CSV files or of a table `contacts` of a database, a batch at a time, `time` as a timestamp."""
    database = paths[0].suffix.lower() in SUFFIXES
    with closing(opened(paths[0] if database else None)) as base:
        try:
            source = base.table("contacts") if database else _scan(base, paths)
            absent = [name for name in columns if name not in source.columns]
            if absent:
                near = ", ".join(source.columns[:8])
                raise SurveykitError(
                    [Problem.of("ENGINE-NOCOLUMN", f"{paths[0].name}, column {name}", near=near) for name in absent]
                )
            shown = [f"try_cast({_quoted(name)} as timestamp) as {_quoted(name)}" if name == time else _quoted(name)
                     for name in columns]  # fmt: skip
            yield from pa.RecordBatchReader.from_stream(source.project(", ".join(shown)))
        except duckdb.Error as fault:
            raise _damaged(paths[0], fault) from None


def _scan(base: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    names = [str(path) for path in paths]
    if paths[0].suffix.lower() in (".parquet", ".pq"):
        return base.read_parquet(names)
    return base.read_csv(names, all_varchar=True, header=True)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _damaged(path: Path | None, fault: duckdb.Error) -> SurveykitError:
    detail = str(fault).splitlines()[0][:120]
    return SurveykitError.of("RESP-DAMAGED", path.name if path else "", format="DuckDB", detail=detail)
