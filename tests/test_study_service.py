"""A study names customer tables, charts, an indicator tree and the provider's ratings: all reach the report."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from tests.builders import LANGUAGES, text, write, write_small

ITEMS = ["AAA1", "AAA2", "AAA3", "BBB1", "BBB2", "BBB3", "SAT1", "SAT2"]
MONTHS = 14
TREE = {
    "code": "small_tree",
    "languages": list(LANGUAGES),
    "title": text("Small tree"),
    "children": [
        {"code": "CARE", "name": text("Care"), "kind": "scale", "column": "AAA", "low": 1, "high": 5, "target": 4},
        {
            "code": "SPEED",
            "name": text("Speed"),
            "kind": "metric",
            "column": "service_level",
            "unit": "%",
            "low": 0,
            "high": 100,
            "target": 80,
        },
        {"code": "POLICY", "name": text("Policy"), "kind": "grade", "grades": {"none": 0, "in force": 80}},
    ],
}
STUDY = {
    "code": "small_study",
    "title": text("Small study"),
    "questionnaire": "questionnaires/forms/small_form.yaml",
    "data": {"file": "answers.csv", "id": "who"},
    "languages": list(LANGUAGES),
    "model": {"structure": {"SAT": ["AAA", "BBB"]}},
    "satisfaction": "SAT",
    "service": {
        "tables": {"customers": "crm.csv", "contacts": "log.csv", "purchases": "sales.csv", "feedback": "said.csv"},
        "columns": {
            "customers": {"customer": "client", "joined": "since", "left": "until"},
            "contacts": {"opened": "created", "waiting": "wait_s", "outcome": "result"},
        },
        "values": {"contacts": {"outcome": {"ok": "served", "gone": "abandoned"}}},
        "timezone": "Asia/Shanghai",
        "as_of": "2026-03-01",
        "customer": "who",
        "answered": "2026-01-15",
        "by": ["channel"],
        "charts": [{"metric": "service_level", "chart": "p", "change": True}],
        "deeds": ["left"],
        "intentions": {"left": {"item": "SAT1", "positive": 4}},
    },
    "comments": {"sources": ["OPN1", "feedback.words"]},
    "indicators": {
        "tree": "tree.yaml",
        "grades": {"POLICY": "in force"},
        "provider": {"questionnaire": "questionnaires/forms/small_form.yaml", "file": "staff.csv"},
    },
}


def answers(rows: int, seed: int, shift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(rows, 1))
    codes = np.clip(np.round(3 + shift + latent + rng.normal(scale=0.7, size=(rows, len(ITEMS)))), 1, 5)
    frame = pd.DataFrame(codes.astype(int), columns=ITEMS)
    frame[["AAA3", "BBB3"]] = 6 - frame[["AAA3", "BBB3"]]
    return frame.assign(CHK1=4, OPN1="fine")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("study")
    write_small(place)
    write(place, "study.yaml", STUDY)
    write(place, "tree.yaml", TREE)
    rng = np.random.default_rng(3)
    who = np.arange(1, 121)
    answers(100, 1).assign(who=np.append(who[:98], [901, 902])).to_csv(place / "answers.csv", index=False)
    answers(20, 2, shift=1.0).to_csv(place / "staff.csv", index=False)
    since = pd.Timestamp("2024-01-10") + pd.to_timedelta(rng.integers(0, 300, 120), unit="D")
    until = since + pd.to_timedelta(rng.integers(60, 900, 120), unit="D")
    until = pd.Series(until).where(until < pd.Timestamp("2026-03-01"))
    crm = pd.DataFrame({"client": who, "since": since, "until": until})
    crm.to_csv(place / "crm.csv", index=False)
    opened = pd.date_range("2025-01-01", periods=MONTHS * 60, freq="12h")[: MONTHS * 60]
    late = (opened >= "2025-11-01") & (opened < "2025-12-01")
    wait = np.where(late, 60, rng.choice([5, 10, 15, 40], size=len(opened), p=[0.3, 0.3, 0.3, 0.1]))
    log = pd.DataFrame(
        {
            "created": opened,
            "wait_s": wait,
            "result": np.where(rng.random(len(opened)) < 0.05, "gone", "ok"),
            "channel": rng.choice(["phone", "chat"], size=len(opened)),
            "customer": rng.choice(who, size=len(opened)),
        }
    )
    log.to_csv(place / "log.csv", index=False)
    said = [("The queue was slow and the staff rude, call 13912345678", "Friendly staff")[at % 2] for at in range(80)]
    feedback = pd.DataFrame({"customer": rng.choice(who, 80), "at": rng.choice(opened, 80), "words": said})
    feedback.to_csv(place / "said.csv", index=False)
    sales = pd.DataFrame({"customer": rng.choice(who, 500), "at": rng.choice(opened, 500), "amount": 10.0})
    sales.to_csv(place / "sales.csv", index=False)
    return place


@pytest.fixture(scope="module")
def result(folder):
    return sk.run(folder, folder / "out")


def test_every_analysis_that_the_study_plans_is_there(result):
    own = [name for name in result.results if name.split()[0] not in ("items", "scores", "reliability", "validity")]
    assert own[-14:] == [
        "operations",
        "operations channel",
        "chart service_level",
        "change service_level",
        "survival",
        "lifetime",
        "says_does left",
        "intention left",
        "both left",
        "indicators",
        "two_way",
        "comments",
        "keyness",
        "co_occurrence",
    ]


def test_names_and_words_of_the_source_are_mapped(result, folder):
    found = result.results["operations"].metric("abandonment_rate").set_index("period")
    log = pd.read_csv(folder / "log.csv", parse_dates=["created"])
    own = (log["result"] == "gone").groupby(log["created"].dt.to_period("M")).mean()
    np.testing.assert_allclose(found["estimate"][:13], own[:13])


def test_the_control_chart_finds_the_bad_month(result):
    chart = result.results["chart service_level"].table
    assert "2025-11" in set(chart.loc[chart["signal"] != "", "period"])
    assert "2025-11" in result.results["chart service_level"].narrate("en")


def test_answers_of_unknown_customers_are_counted_not_dropped_in_silence(result):
    strangers = [problem for problem in result.reading if problem.code in ("OPS-STRANGER", "JOIN-STRANGER")]
    assert [dict(problem.values)["count"] for problem in strangers] == [2, 2]
    assert "table answers" in strangers[0].place


def test_the_survey_feeds_the_indicators_of_satisfaction(result, folder):
    data = sk.load_data(folder)
    known = data.frame(["who"])["who"] <= 120
    score = sk.score(data).frame["SAT"][known]
    row = result.results["operations"].metric("satisfaction_mean").dropna(subset=["estimate"])
    assert list(row["period"]) == ["2026-01"] and row["n"].iloc[0] == known.sum()
    np.testing.assert_allclose(row["estimate"].iloc[0], score.mean())
    pomp = result.results["operations"].metric("satisfaction_pomp").dropna(subset=["estimate"])
    np.testing.assert_allclose(pomp["estimate"].iloc[0], (score.mean() - 1) / 4 * 100)


def test_leaves_take_scales_metrics_and_grades(result, folder):
    table = result.results["indicators"].table.set_index("node")
    scores = sk.score(sk.load_data(folder)).frame
    np.testing.assert_allclose(table.loc["CARE", "indicator_value"], scores["AAA"].mean())
    level = result.results["operations"].metric("service_level").dropna(subset=["estimate"])
    np.testing.assert_allclose(table.loc["SPEED", "indicator_value"], level["estimate"].iloc[-1] * 100)
    assert table.loc["POLICY", "indicator_value"] == 80
    index = table.loc["small_tree"]
    assert index["conf_low"] < index["estimate"] < index["conf_high"]


def test_draws_of_a_scale_have_the_error_of_its_mean(folder):
    scores = sk.score(sk.load_data(folder))
    leaves = sk.indicator_values(sk.load_study(folder).tree, scores, n_draws=4000)
    expected = scores.frame["AAA"].std() / np.sqrt(scores.frame["AAA"].count())
    assert leaves.draws["CARE"].std() == pytest.approx(expected, rel=0.05)
    assert {problem.place for problem in leaves.problems} == {"indicator SPEED", "indicator POLICY"}
    assert np.isnan(leaves.values["service_level"])


def test_tenure_of_those_who_stay_is_censored(folder):
    table = sk.customer_table(sk.load_tables(folder), "day").set_index("customer")
    crm = pd.read_csv(folder / "crm.csv", parse_dates=["since", "until"]).set_index("client")
    crm.index = crm.index.astype(str)
    last = crm["until"].fillna(pd.Timestamp("2026-03-01"))
    np.testing.assert_allclose(table["tenure"], (last - crm["since"]).dt.days)
    assert (table["gone"] == crm["until"].notna()).all()
    sales = pd.read_csv(folder / "sales.csv")
    total = sales.groupby(sales["customer"].astype(str))["amount"].sum().reindex(table.index).fillna(0)
    np.testing.assert_allclose(table["spend"] * table["tenure"], total)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_has_the_sections_and_their_numbers(result, folder, lang):
    page = (folder / "out" / f"report.{lang}.html").read_text(encoding="utf-8")
    for anchor in ("service", "customers", "deeds", "tree", "comments"):
        assert f'id="{anchor}"' in page
    assert not re.search(r"\bnan\b", page, flags=re.IGNORECASE)
    assert "13912345678" not in page


def test_equal_inputs_give_equal_pages(folder, tmp_path):
    sk.run(folder, tmp_path / "again")
    for lang in LANGUAGES:
        name = f"report.{lang}.html"
        assert (folder / "out" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"indicators": {"tree": "tree.yaml", "grades": {"POLICY": "shining"}}}, "STUDY-GRADE"),
        ({"indicators": {"tree": "tree.yaml", "grades": {"CARE": "none"}}}, "STUDY-NOGRADE"),
        ({"comments": {"sources": ["SAT1"]}}, "STUDY-NOTTEXT"),
        ({"service": None, "comments": {"sources": ["feedback.text"]}}, "STUDY-NOTABLES"),
        ({"service": {"tables": "crm.csv", "charts": [{"metric": "x"}]}}, "SPEC-VALUE"),
        (
            {"service": {"tables": "crm.csv", "intentions": {"left": {"item": "ZZZ1", "positive": 4}}}},
            "SPEC-NOSUCHITEM",
        ),
    ],
)
def test_a_wrong_plan_is_refused_with_its_line(folder, change, code):
    path = write(folder, f"wrong_{code}.yaml", {**STUDY, **change})
    with pytest.raises(SurveykitError) as caught:
        sk.load_study(path)
    assert code in {problem.code for problem in caught.value.problems}
    assert all("yaml:" in problem.place for problem in caught.value.problems)


def test_a_study_without_tables_says_so():
    with pytest.raises(SurveykitError, match="service"):
        sk.load_tables("ecsi_mobile")


def test_an_unknown_metric_or_missing_segment_is_named_and_the_rest_goes_on(folder):
    plan = {**STUDY["service"], "charts": [{"metric": "no_such_metric"}], "metrics": ["retention"]}
    path = write(folder, "odd.yaml", {**STUDY, "service": plan, "comments": {"sources": ["feedback.nothing"]}})
    found = sk.run(path)
    assert {"ANALYSE-CHOICE", "STUDY-NOCOLUMN"} <= {problem.code for problem in found.reading}
    assert "operations" in found.results and "survival" in found.results
