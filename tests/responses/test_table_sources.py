"""Customer tables come from files, part files, SQLite, DuckDB and database servers, with the same rows."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError

CUSTOMERS = pd.DataFrame({"client": ["001", "002", "003"], "since": ["2025-01-01", "2025-02-01", "2025-03-01"]})
CONTACTS = pd.DataFrame(
    {
        "customer": ["001", "002", "003", "001"],
        "opened": pd.to_datetime(["2026-01-05 10:00", "2026-01-06 09:00", "2026-02-01 00:00", "2026-02-02 12:30"]),
        "waiting": [5.0, 30.0, None, 12.0],
        "outcome": ["served", "served", "abandoned", "served"],
        "channel": ["phone", "chat", "phone", "chat"],
    }
)
COLUMNS = {"customers": {"customer": "client", "joined": "since"}}


def read(source, **more) -> sk.Tables:
    return sk.read_tables(source, columns=COLUMNS, as_of="2026-03-01", **more)


def same(found: sk.Tables) -> None:
    expected = read({"customers": CUSTOMERS, "contacts": CONTACTS})
    for name, frame in expected.frames.items():
        own = found.frames[name].sort_values("customer").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, frame.sort_values("customer").reset_index(drop=True), check_dtype=False)


@pytest.fixture
def sqlite(tmp_path) -> Path:
    path = tmp_path / "crm.db"
    with closing(sqlite3.connect(path)) as base:
        CUSTOMERS.to_sql("customers", base, index=False)
        CONTACTS.assign(opened=CONTACTS["opened"].astype(str)).to_sql("contacts", base, index=False)
        base.commit()
    return path


@pytest.fixture
def duck(tmp_path) -> Path:
    path = tmp_path / "crm.duckdb"
    with closing(duckdb.connect(str(path))) as base:
        for name, frame in (("customers", CUSTOMERS), ("contacts", CONTACTS)):
            base.register("given", frame)
            base.execute(f"create table {name} as select * from given")
    return path


def test_a_database_file_is_read_whole_or_by_table(sqlite, duck):
    for path in (sqlite, duck):
        same(read(path))
        same(read({"customers": f"{path}::customers", "contacts": f"{path}::select * from contacts where 1 = 1"}))


def test_a_folder_holds_files_and_folders_of_part_files(tmp_path):
    CUSTOMERS.to_csv(tmp_path / "customers.csv", index=False)
    (tmp_path / "contacts").mkdir()
    CONTACTS.head(2).to_parquet(tmp_path / "contacts" / "a.parquet")
    CONTACTS.tail(2).to_parquet(tmp_path / "contacts" / "b.parquet")
    same(read(tmp_path))
    (tmp_path / "parts").mkdir()
    for at, part in enumerate((CONTACTS.head(1), CONTACTS.tail(3))):
        part.to_csv(tmp_path / "parts" / f"{at}.csv", index=False)
    same(read({"customers": CUSTOMERS, "contacts": tmp_path / "parts" / "*.csv"}))


def test_a_large_file_is_read_as_a_small_one(tmp_path, monkeypatch):
    CONTACTS.to_csv(tmp_path / "contacts.csv", index=False)
    CUSTOMERS.to_csv(tmp_path / "customers.csv", index=False)
    monkeypatch.setattr("surveykit.responses.table_sources.LARGE", 0)
    same(read(tmp_path))


def test_an_address_of_sqlalchemy(sqlite):
    address = f"sqlite:///{sqlite}"
    same(read(address))
    same(read({"customers": f"{address}::customers", "contacts": f"{address}::select * from contacts"}))


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = shutil.which("initdb")
    return found[-1].parent if found else Path(path).parent if path else None


def _free_port() -> int:
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    place = _binaries()
    if place is None or sys.platform == "win32":
        pytest.skip("needs the PostgreSQL server programs (initdb, pg_ctl) to start a throw-away server")
    folder = Path("/tmp") / tmp_path_factory.mktemp("pg").name
    folder.mkdir()
    port = _free_port()
    user: list[str] = []
    if Path("/root").exists() and _is_root():
        shutil.chown(folder, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([*user, place / "initdb", "-D", folder / "data", "-A", "trust", "-U", "postgres"], **quiet)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    control = [*user, place / "pg_ctl", "-D", folder / "data", "-w"]
    subprocess.run([*control, "-o", options, "-l", folder / "log", "start"], **quiet)
    try:
        yield f"postgresql+psycopg://postgres:secret@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


def _is_root() -> bool:
    import os

    return hasattr(os, "geteuid") and os.geteuid() == 0


def test_a_postgresql_server_is_read_and_never_written(postgres):
    sqlalchemy = pytest.importorskip("sqlalchemy")
    with sqlalchemy.create_engine(postgres).begin() as base:
        CUSTOMERS.to_sql("customers", base, index=False)
        base.execute(sqlalchemy.text("create schema crm"))
        CONTACTS.to_sql("contacts", base, index=False, schema="crm")
    source = {"customers": f"{postgres}::customers", "contacts": f"{postgres}::crm.contacts"}
    found = read(source)
    same(found)
    assert "secret" not in repr(found) and "secret" not in found.fingerprint
    assert set(read(postgres).frames) == {"customers"}
    with pytest.raises(SurveykitError) as caught:
        read({"customers": f"{postgres}::delete from customers returning *"})
    assert caught.value.problems[0].code == "OPS-DATABASE"
    assert "secret" not in str(caught.value)
    same(read(source))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"customers": "sqlite:///none.db"}, "OPS-NOWHAT"),
        ({"customers": "sqlite:////no/such/folder/none.db::customers"}, "OPS-DATABASE"),
        ({"customers": "postgresql+psycopg://me:secret@127.0.0.1:1/x::customers"}, "OPS-DATABASE"),
        ({"customers": "nosuch://me:secret@host/x::customers"}, "OPS-DATABASE"),
        ({"customers": "none.duckdb::customers"}, "RESP-NOFILE"),
        ("none.duckdb", "RESP-NOFILE"),
        ("none.txt", "OPS-SOURCE"),
    ],
)
def test_what_cannot_be_read_is_refused_without_the_password(source, code):
    with pytest.raises(SurveykitError) as caught:
        sk.read_tables(source)
    assert caught.value.problems[0].code == code
    assert "secret" not in str(caught.value)


def test_a_damaged_database_and_mixed_parts_are_refused(tmp_path):
    (tmp_path / "bad.duckdb").write_text("no database", encoding="utf-8")
    (tmp_path / "contacts").mkdir()
    CONTACTS.to_csv(tmp_path / "contacts" / "a.csv", index=False)
    CONTACTS.to_parquet(tmp_path / "contacts" / "b.parquet")
    for source, code in ((tmp_path / "bad.duckdb", "RESP-DAMAGED"), (tmp_path, "OPS-PARTS")):
        with pytest.raises(SurveykitError) as caught:
            sk.read_tables(source)
        assert caught.value.problems[0].code == code


def test_without_the_extra_the_error_says_which(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(SurveykitError, match=r"surveykit\[sql\]"):
        sk.read_tables({"customers": "postgresql://host/db::customers"})


def test_a_database_and_csv_files_roll_up_as_parquet_does(tmp_path, duck):
    CONTACTS.to_parquet(tmp_path / "contacts.parquet")
    CONTACTS.to_csv(tmp_path / "contacts.csv", index=False)
    expected = sk.roll_up(tmp_path / "contacts.parquet").table
    for source in (tmp_path / "contacts.csv", duck):
        pd.testing.assert_frame_equal(sk.roll_up(source).table, expected)
    with pytest.raises(SurveykitError):
        sk.roll_up(tmp_path / "contacts.csv", by="nothing")
