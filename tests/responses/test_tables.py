"""Tables of a customer system: read from what people have, every row that cannot be used counted by its reason."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import SurveykitError
from surveykit.responses.table_schemas import SCHEMAS
from surveykit.responses.tables import read_tables
from tests.analyse.operations.small import contacts, customers, frames


def excluded(table: str, frame: pd.DataFrame, **more) -> dict[str, int]:
    found = read_tables({table: frame}, **more).receipt
    return {each.problem.code: each.count for each in found.exclusions}


def test_rows_that_cannot_be_used_are_counted_by_reason():
    frame = pd.DataFrame(
        {
            "contact": ["1", "1", None, "4", "5", "6", "7", "8"],
            "opened": ["2026-01-05"] * 5 + [None, "yesterday", "2026-01-05"],
            "resolved": ["2026-01-06"] * 3 + ["2026-01-01"] + ["2026-01-06"] * 4,
            "waiting": [1, 1, 1, 1, -5, 1, 1, "long"],
        }
    )
    assert excluded("contacts", frame) == {
        "OPS-TWICE": 1, "OPS-NOKEY": 1, "OPS-ORDER": 1, "OPS-NEGATIVE": 1, "OPS-NOTIME": 1, "OPS-TIME": 1,
        "OPS-NUMBER": 1,
    }  # fmt: skip
    found = read_tables({"contacts": frame})
    assert list(found.frames["contacts"]["contact"]) == ["1"]
    assert found.receipt.excluded("contacts") == 7 and found.receipt.rows == (("contacts", 8, 1),)
    assert found.receipt.table.set_index("excluded").loc[1, "rows"].tolist()


def test_a_contract_that_ends_before_it_starts_is_left_out():
    frame = pd.DataFrame(
        {"customer": [1, 2], "start": ["2026-02-01"] * 2, "end": ["2026-01-01", "2027-01-01"],
         "due": ["2027-01-01"] * 2, "renewed": [1, 0]}
    )  # fmt: skip
    assert excluded("contracts", frame) == {"OPS-ORDER": 1}


def test_customers_unknown_to_the_master_table_are_counted_and_anonymous_rows_stay():
    frame = pd.DataFrame({"customer": [1.0, 9.0, np.nan], "satisfaction": [1, 2, 3]})
    found = read_tables({"customers": pd.DataFrame({"customer": ["1", "2"]}), "answers": frame})
    assert [(e.table, e.problem.code, e.count) for e in found.receipt.exclusions] == [("answers", "OPS-STRANGER", 1)]
    assert found.frames["answers"]["satisfaction"].tolist() == [1, 3]


def test_two_time_zones_are_turned_into_one_and_a_missing_one_is_not_guessed():
    frame = pd.DataFrame({"opened": ["2026-01-05T10:00:00+08:00", "2026-01-05T10:00:00+03:00", "2026-01-05 10:00"]})
    found = read_tables({"contacts": frame}, timezone="Europe/Moscow")
    assert found.frames["contacts"]["opened"].dt.hour.tolist() == [5, 10]
    assert found.receipt.excluded("contacts", "OPS-MIXEDZONE") == 1


def test_a_time_that_the_change_of_clocks_skips_or_doubles_is_counted():
    frame = pd.DataFrame({"opened": ["2026-03-29 02:30", "2026-10-25 02:30", "2026-06-01 12:00"]})
    assert excluded("contacts", frame, timezone="Europe/Berlin") == {"OPS-CLOCK": 2}


def test_names_and_values_of_an_export_are_mapped():
    frame = pd.DataFrame({"Ticket": [1, 2, 3], "created": ["2026-01-05"] * 3, "state": ["AGENT", "HANG", "PHANTOM"]})
    found = read_tables(
        {"contacts": frame},
        columns={"contacts": {"contact": "Ticket", "opened": "created", "outcome": "state"}},
        values={"contacts": {"outcome": {"AGENT": "served", "HANG": "abandoned"}}},
    )
    assert found.frames["contacts"]["outcome"].tolist() == ["served", "abandoned"]
    assert found.receipt.excluded("contacts", "OPS-VALUE") == 1
    assert excluded("contacts", frame.rename(columns={"created": "opened", "state": "outcome"})) == {"OPS-WORD": 3}


def test_exact_copies_without_a_key_are_told_and_kept():
    found = read_tables({"answers": pd.DataFrame({"satisfaction": [1, 1, 2]})})
    assert [p.code for p in found.receipt.problems] == ["OPS-IDENTICAL"] and len(found.frames["answers"]) == 3


@pytest.mark.parametrize("word", ["yes", "TRUE", "1", 1, 1.0, True, "是", "Да"])
def test_yes_is_understood(word):
    found = read_tables({"feedback": pd.DataFrame({"at": ["2026-01-01"], "valid": [word]})})
    assert found.frames["feedback"]["valid"].tolist() == [1.0]
    assert excluded("feedback", pd.DataFrame({"at": ["2026-01-01"], "valid": ["perhaps"]})) == {"OPS-FLAG": 1}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet", "sqlite"])
def test_every_kind_of_source_gives_the_same_tables(tmp_path, kind):
    own = {"customers": customers(), "contacts": contacts()}
    if kind == "sqlite":
        source = tmp_path / "crm.sqlite"
        with closing(sqlite3.connect(source)) as base:
            for name, frame in own.items():
                frame.to_sql(name, base, index=False)
            base.execute("create table other (a)")
            base.commit()
    else:
        source = tmp_path
        for name, frame in own.items():
            path = tmp_path / f"{name}.{kind}"
            if kind == "csv":
                frame.to_csv(path, index=False, encoding="utf-8-sig")
            elif kind == "xlsx":
                frame.to_excel(path, index=False)
            else:
                frame.to_parquet(path)
    found, wanted = read_tables(source), read_tables(own)
    assert sorted(found.frames) == sorted(own)
    for name in own:
        for column in SCHEMAS[name].columns:
            if column in wanted.frames[name]:
                left, right = found.frames[name][column], wanted.frames[name][column]
                assert left.isna().tolist() == right.isna().tolist(), column
                assert left.dropna().astype(str).tolist() == right.dropna().astype(str).tolist(), column
    assert found.as_of == wanted.as_of == pd.Timestamp("2026-03-31 10:00", tz="UTC")


@pytest.mark.parametrize(
    ("sources", "more", "code"),
    [
        ({"clients": customers()}, {}, "OPS-NOTABLE"),
        ({}, {}, "OPS-NOTHING"),
        ({"contacts": contacts().drop(columns="opened")}, {}, "OPS-REQUIRED"),
        ({"contacts": contacts()}, {"timezone": "Moon/Base"}, "OPS-ZONE"),
        ({"contacts": contacts()}, {"as_of": "later"}, "OPS-MOMENT"),
        ({"contacts": contacts()}, {"columns": {"contacts": {"opened": "begun"}}}, "OPS-NOCOLUMN"),
        ({"contacts": contacts()}, {"columns": {"customers": {}}}, "OPS-NOTABLE"),
        ({"contacts": contacts()}, {"values": {"contacts": {"mood": {}}}}, "OPS-NOCOLUMN"),
        ("crm.txt", {}, "OPS-SOURCE"),
        ("no.sqlite", {}, "RESP-NOFILE"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(sources, more, code):
    with pytest.raises(SurveykitError) as caught:
        read_tables(sources, **more)
    assert caught.value.problems[0].code == code


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "crm.db").write_text("not a database, but long enough to be taken for one" * 20, encoding="utf-8")
    with pytest.raises(SurveykitError) as caught:
        read_tables(tmp_path / "crm.db")
    assert caught.value.problems[0].code == "RESP-DAMAGED"


def test_all_tables_of_a_provider_are_read_whole():
    found = read_tables(frames(), timezone="Asia/Shanghai")
    assert set(found.frames) == set(SCHEMAS)
    assert not found.receipt.exclusions
