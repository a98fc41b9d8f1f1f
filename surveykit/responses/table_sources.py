"""Where customer tables come from: files, folders of part files, SQLite, DuckDB, database servers."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd

from surveykit.engine import duck
from surveykit.errors import SurveykitError
from surveykit.responses.formats import read_table
from surveykit.responses.table_schemas import SCHEMAS

SQLITE = (".sqlite", ".sqlite3", ".db")
TABULAR = (".csv", ".tsv", ".xlsx", ".parquet", ".pq")
PARTS = (".csv", ".parquet", ".pq")
LARGE = 200_000_000
SPLIT = "::"


def sources_of(sources: Mapping[str, Any] | str | Path) -> dict[str, pd.DataFrame]:
    """Table -> its rows as they stand in the source."""
    if isinstance(sources, Mapping):
        found = {
            name: source.reset_index(drop=True) if isinstance(source, pd.DataFrame) else one(source)
            for name, source in sources.items()
        }
    elif is_address(sources):
        found = _server(str(sources))
    else:
        found = _place(Path(sources))
    if not found:
        raise SurveykitError.of("OPS-NOTHING", known=", ".join(SCHEMAS))
    return found


def is_address(source: object) -> bool:
    """Whether this is the address of a database server, or of a table there, rather than a file."""
    return isinstance(source, str) and "://" in source


def one(source: str | Path) -> pd.DataFrame:
    """One table: a file, a folder or pattern of part files, or `database::table` (or `database::select ...`)."""
    text = str(source)
    if is_address(text):
        address, _, what = text.partition(SPLIT)
        if not what:
            raise SurveykitError.of("OPS-NOWHAT", shown(address))
        return _asked(address, what)
    base, split, what = text.rpartition(SPLIT)
    if split:
        place = Path(base)
        if place.suffix.lower() in duck.SUFFIXES:
            return duck.query(place, what)
        with closing(_sqlite(place)) as base_file:
            return _from_sqlite(base_file, what, place)
    path = Path(source)
    if path.is_dir() or "*" in path.name:
        parts = sorted(path.iterdir() if path.is_dir() else path.parent.glob(path.name))
        parts = [part for part in parts if part.suffix.lower() in PARTS]
        if not parts:
            raise SurveykitError.of("RESP-NOFILES", path.name)
        kinds = {part.suffix.lower() for part in parts}
        if len(kinds) > 1:
            raise SurveykitError.of("OPS-PARTS", path.name, kinds=", ".join(sorted(kinds)))
        return duck.files(parts)
    suffix = path.suffix.lower()
    if suffix in (".parquet", ".pq") and path.is_file():
        return pd.read_parquet(path)
    if suffix == ".csv" and path.is_file() and path.stat().st_size > LARGE:
        return duck.files([path])
    return pd.DataFrame(dict(read_table(path).columns))


def _place(path: Path) -> dict[str, pd.DataFrame]:
    """Every known table of a folder, where a table is a file or a folder of part files, or of a database file."""
    if path.is_dir():
        entries = [entry for entry in sorted(path.iterdir()) if entry.stem in SCHEMAS]
        return {entry.stem: one(entry) for entry in entries if entry.is_dir() or entry.suffix.lower() in TABULAR}
    if path.suffix.lower() in duck.SUFFIXES:
        return duck.tables_of(path, tuple(SCHEMAS))
    if path.suffix.lower() in SQLITE:
        with closing(_sqlite(path)) as base:
            try:
                held = base.execute("select name from sqlite_master where type in ('table', 'view')").fetchall()
            except sqlite3.DatabaseError as fault:
                raise SurveykitError.of("RESP-DAMAGED", path.name, format="SQLite", detail=str(fault)[:80]) from None
            return {str(row[0]): _from_sqlite(base, str(row[0]), path) for row in held if row[0] in SCHEMAS}
    raise SurveykitError.of("OPS-SOURCE", path.name)


def _sqlite(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise SurveykitError.of("RESP-NOFILE", path.name)
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _from_sqlite(base: sqlite3.Connection, what: str, path: Path) -> pd.DataFrame:
    text = what if " " in what.strip() else 'select * from "' + what.replace('"', '""') + '"'
    try:
        return pd.read_sql_query(text, base)
    except (sqlite3.DatabaseError, pd.errors.DatabaseError) as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="SQLite", detail=str(fault)[-80:]) from None


def shown(address: str) -> str:
    """A database address without its password."""
    sql = _sqlalchemy()
    try:
        return str(sql.make_url(address).render_as_string(hide_password=True))
    except (sql.exc.SQLAlchemyError, ValueError):
        return address.partition("://")[0] + "://..."


def _sqlalchemy() -> Any:
    try:
        return importlib.import_module("sqlalchemy")
    except ModuleNotFoundError:
        raise SurveykitError.of("OPS-NOSQL") from None


def _server(address: str) -> dict[str, pd.DataFrame]:
    """Every known table or view of a database server."""
    sql = _sqlalchemy()
    with _connected(address) as base:
        look = sql.inspect(base)
        held = [*look.get_table_names(), *look.get_view_names()]
        return {name: _read(base, name, address) for name in held if name in SCHEMAS}


def _asked(address: str, what: str) -> pd.DataFrame:
    with _connected(address) as base:
        return _read(base, what, address)


def _connected(address: str) -> Any:
    sql = _sqlalchemy()
    try:
        engine = sql.create_engine(address, poolclass=sql.pool.NullPool)
        base = engine.connect()
    except ModuleNotFoundError as fault:
        raise SurveykitError.of("OPS-NODRIVER", shown(address), driver=str(fault.name)) from None
    except (sql.exc.SQLAlchemyError, ValueError) as fault:
        raise _refused(address, fault) from None
    return base.execution_options(postgresql_readonly=True) if engine.dialect.name == "postgresql" else base


def _read(base: Any, what: str, address: str) -> pd.DataFrame:
    """A table, `schema.table`, or what a query gives."""
    sql = _sqlalchemy()
    try:
        if " " in what.strip():
            return pd.read_sql_query(sql.text(what), base)
        schema, _, table = what.rpartition(".")
        return pd.read_sql_table(table, base, schema=schema or None)
    except (sql.exc.SQLAlchemyError, pd.errors.DatabaseError, ValueError) as fault:
        raise _refused(address, fault) from None


def _refused(address: str, fault: Exception) -> SurveykitError:
    cause = fault.__cause__ or fault
    detail = str(getattr(cause, "orig", None) or cause).strip().splitlines()[0][:120]
    secret = address.partition("://")[2].partition("@")[0].partition(":")[2]
    return SurveykitError.of("OPS-DATABASE", shown(address), detail=detail.replace(secret, "***") if secret else detail)
