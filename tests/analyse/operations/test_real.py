"""Service indicators of real data give the figures known of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from numpy.testing import assert_allclose

from surveykit.analyse.operations.public import operations
from surveykit.responses.tables import read_tables

SHARED = Path(__file__).parents[4] / "shared" / "data"
CALLS = SHARED / "bank_call_centre" / "calls_feb1999_anon.csv"
CHURN = SHARED / "telecom_churn" / "Customer_Churn.csv"
VOICE = SHARED / "beijing_mobile_voice" / "voice_core.csv"


def beside(path: Path):
    return pytest.mark.skipif(not path.exists(), reason=f"{path.name} is not beside the project (../shared/data)")


@beside(CALLS)
def test_a_bank_call_centre():
    raw = pd.read_csv(CALLS, dtype=str)
    opened = pd.to_datetime(raw["date"], format="%y%m%d").dt.strftime("%Y-%m-%d") + " " + raw["vru_entry"].str.zfill(8)
    found = read_tables(
        {"contacts": raw.assign(opened=opened)},
        columns={"contacts": {"waiting": "q_time", "handling": "ser_time", "staff": "server"}},
        values={"contacts": {"outcome": {"AGENT": "served", "HANG": "abandoned"}}},
        timezone="Asia/Jerusalem",
    )
    assert found.receipt.excluded("contacts", "OPS-VALUE") == (raw["outcome"] == "PHANTOM").sum()
    own = operations(found, "all").table.set_index("metric")["estimate"]
    known = {
        "abandonment_rate": 0.1786, "waiting_mean": 40.77, "handling_mean": 176.35, "handling_median": 107,
        "service_level": 0.4902, "service_level_served": 0.5968,
    }  # fmt: skip
    for code, value in known.items():
        assert_allclose(own[code], value, atol=5e-3 if value > 1 else 5e-5, err_msg=code)
    days = operations(found, "day", metrics=["contact_volume"]).metric("contact_volume")
    assert len(days) == 28 and days["estimate"].sum() == own["contact_volume"]


@beside(CHURN)
def test_churn_of_a_telecom_operator_with_and_without_a_complaint():
    found = read_tables({"customers": CHURN}, columns={"customers": {"churned": "Churn"}})
    assert [(p.code, dict(p.values)["count"]) for p in found.receipt.problems] == [("OPS-IDENTICAL", 300)]
    whole = operations(found, "all").metric("churned_share")
    assert_allclose(whole["estimate"], 0.1571, atol=5e-5)
    parts = operations(found, "all", "Complains").table.set_index("group")["estimate"]
    assert_allclose(parts[["0", "1"]], [0.1014, 0.8299], atol=5e-5)


@beside(VOICE)
def test_satisfaction_of_voice_users_with_and_without_a_problem():
    found = read_tables({"answers": VOICE}, columns={"answers": {"satisfaction": "sat_overall"}})
    own = operations(found, "all", "had_problem", metrics=["satisfaction_mean"]).table.set_index("group")["estimate"]
    assert_allclose(own[["1", "0"]], [7.805, 9.653], atol=5e-4)
