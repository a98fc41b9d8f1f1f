"""Why customers leave and when: R's cumulative incidence, a table by hand, and what cannot be said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.stats.competing import cumulative_incidence
from surveykit.stats.survival import kaplan_meier

ORACLE = Path(__file__).resolve().parents[1] / "oracle" / "value"
KNOWN = json.loads((ORACLE / "reasons.json").read_text(encoding="utf-8"))
CELLS = ["squamous", "smallcell", "adeno", "large"]


def veteran() -> pd.DataFrame:
    return pd.read_csv(ORACLE / "reasons.csv")


def test_incidence_and_errors_meet_r():
    found = sk.churn_reasons(veteran(), "time", "status", "celltype", at=KNOWN["at"])
    rows = found.table[found.table["measure"] == "cumulative_incidence"].set_index(["reason", "at"])
    for one, name in enumerate(CELLS):
        for other, at in enumerate(KNOWN["at"]):
            assert rows.loc[(name, at), "estimate"] == pytest.approx(KNOWN["estimate"][one][other], abs=1e-10)
            assert rows.loc[(name, at), "std_error"] == pytest.approx(KNOWN["error"][one][other], abs=1e-10)


def test_four_customers_by_hand():
    # at 1 one of four leaves for the price, at 2 one is lost from view, at 3 one of two leaves for quality
    data = pd.DataFrame({"t": [1, 2, 3, 4], "gone": [1, 0, 1, 0], "why": ["price", None, "quality", None]})
    rows = sk.churn_reasons(data, "t", "gone", "why", at=[3]).table.set_index(["reason", "measure"])["estimate"]
    assert rows["price", "reason_share"] == rows["quality", "reason_share"] == 0.5
    assert rows["price", "cumulative_incidence"] == pytest.approx(1 / 4)
    assert rows["quality", "cumulative_incidence"] == pytest.approx(3 / 4 * 1 / 2)


def test_the_reasons_add_up_to_all_who_left():
    data = veteran()
    found = cumulative_incidence(
        data["time"], np.where(data["status"] == 1, data["celltype"].map(CELLS.index) + 1, 0), 4
    )
    curve = kaplan_meier(data["time"], data["status"])
    assert_allclose(found.share.sum(axis=0), 1 - curve.survival, atol=1e-12)
    alone = cumulative_incidence(data["time"], data["status"], 1)
    inner = curve.survival > 0
    assert_allclose(alone.error[0][inner], curve.error[inner], atol=1e-12)


def test_bounds_hold_the_share_and_shares_never_fall():
    found = sk.churn_reasons(veteran(), "time", "status", "celltype").curves
    for _, own in found.groupby("reason"):
        assert (np.diff(own["incidence"]) >= 0).all()
        known = own.dropna()
        assert ((known["conf_low"] <= known["incidence"]) & (known["incidence"] <= known["conf_high"])).all()


def test_unknown_reasons_are_counted_and_compete():
    data = veteran()
    data.loc[data["celltype"] == "large", "celltype"] = None
    found = sk.churn_reasons(data, "time", "status", "celltype", at=[100])
    unknown = next(problem for problem in found.problems if problem.code == "REASONS-UNKNOWN")
    assert dict(unknown.values)["count"] == int(((veteran()["celltype"] == "large") & (veteran()["status"] == 1)).sum())
    rows = found.table[found.table["measure"] == "cumulative_incidence"].set_index("reason")["estimate"]
    assert rows["squamous"] == pytest.approx(KNOWN["estimate"][0][1], abs=1e-10)


def test_what_cannot_be_said_is_said():
    data = pd.DataFrame({"t": [1.0, 2.0], "gone": [0, 0], "why": [None, None]})
    assert [problem.code for problem in sk.churn_reasons(data, "t", "gone", "why").problems] == ["REASONS-NONE"]
    beyond = sk.churn_reasons(veteran(), "time", "status", "celltype", at=[5000])
    assert any(problem.code == "REASONS-BEYOND" for problem in beyond.problems)
    many = pd.DataFrame({"t": range(40), "gone": 1, "why": [f"r{at}" for at in range(40)]})
    with pytest.raises(SurveykitError):
        sk.churn_reasons(many, "t", "gone", "why")
    with pytest.raises(SurveykitError):
        sk.churn_reasons(veteran().assign(time=-1), "time", "status", "celltype")
