"""sk.servqual: paired gaps against R, dimensions, effect sizes, adjusted tests, undefined gaps, refusals."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.servqual import servqual
from surveykit.errors import SurveykitError
from surveykit.stats.means import column_means
from surveykit.stats.paired import noncentral_t
from tests.result.examples_importance import ASPECTS, EXPECTED, PERCEIVED, gaps

VALUES = Path(__file__).parents[1] / "oracle" / "importance" / "values.json"


@cache
def reference():
    return json.loads(VALUES.read_text(encoding="utf-8"))


def test_paired_gap_meets_r():
    known = reference()["paired"]
    row = servqual(["e"], ["p"], pd.DataFrame({"p": known["x"], "e": known["y"]})).table.iloc[0]
    found = [row[name] for name in ("estimate", "statistic", "p_value", "conf_low", "conf_high", "d_z")]
    assert found == pytest.approx([known[name] for name in ("mean", "t", "p", "low", "high", "d")], rel=1e-9)
    assert [row["d_low"], row["d_high"]] == pytest.approx(known["d_limits"], rel=1e-7)


@pytest.mark.parametrize("at", range(4))
def test_noncentral_limits_meet_r(at):
    known = reference()["nct"][at]
    assert noncentral_t(known["t"], known["df"]) == pytest.approx(known["limits"], abs=1e-6)


def test_weighted_mean_meets_survey():
    known = reference()["weighted"]
    found = column_means(np.array(known["z"])[:, None], known["w"])
    assert (found.mean[0], found.std_error[0]) == pytest.approx((known["mean"], known["se"]), rel=1e-9)


def test_dimensions_are_person_means():
    data = gaps()
    table = servqual(EXPECTED, PERCEIVED, data, ASPECTS).table.set_index("attribute")
    by_hand = (data[["P1", "P2"]].mean(axis=1) - data[["E1", "E2"]].mean(axis=1)).dropna()
    assert table.loc["REL", "estimate"] == pytest.approx(by_hand.mean())
    assert table.loc["REL", "std_error"] == pytest.approx(by_hand.sem())
    assert table.loc["P3", "dimension"] == "RES"
    assert table.loc["overall", "estimate"] == pytest.approx(table.loc[list(ASPECTS), "estimate"].mean())


def test_p_values_are_adjusted_over_the_rows_of_one_kind():
    table = servqual(EXPECTED, PERCEIVED, gaps(), ASPECTS).table
    items = table[table["measure"] == "gap_item"].sort_values("p_value")
    expected = np.minimum(np.maximum.accumulate(items["p_value"] * np.arange(6, 0, -1)), 1)
    np.testing.assert_allclose(items["p_holm"], expected)
    whole = table[table["measure"] == "gap_overall"]
    assert whole["p_holm"].item() == whole["p_value"].item()


def test_planted_gaps_are_told():
    words = servqual(EXPECTED, PERCEIVED, gaps(), ASPECTS).narrate("en")
    assert "below expectation (Holm-adjusted): REL" in words
    assert "above expectation (Holm-adjusted): TAN" in words


def test_undefined_gaps_are_nan_with_a_reason():
    data = gaps().assign(E1=np.nan, E2=3, P2=4)
    found = servqual(["E1", "E2"], ["P1", "P2"], data)
    codes = {(problem.code, problem.place) for problem in found.problems}
    assert {("GAP-NOPAIRS", "attribute P1"), ("GAP-SAME", "attribute P2")} <= codes
    assert found.table["p_value"].isna().all()
    one = servqual(["E1"], ["P1"], gaps().iloc[:1])
    assert one.table["conf_low"].isna().all() and one.problems
    assert servqual(["E1"], ["P1"], gaps().iloc[:0]).table["estimate"].isna().all()


def test_expectations_at_the_ceiling_are_named():
    found = servqual(["E1"], ["P1"], gaps().assign(E1=7))
    assert "GAP-CEILING" in {problem.code for problem in found.problems}


def test_refusals():
    with pytest.raises(SurveykitError, match="members must be attributes"):
        servqual(EXPECTED, PERCEIVED, gaps(), {"REL": ["P1"], "RES": ["P1"]})
    with pytest.raises(SurveykitError, match="2 and 1 columns"):
        servqual(["E1", "E2"], ["P1"], gaps())
    with pytest.raises(SurveykitError, match="nope"):
        servqual(["nope"], ["P1"], gaps())
    with pytest.raises(SurveykitError, match="gaps, map"):
        servqual(["E1"], ["P1"], gaps()).plot(what="radar")
