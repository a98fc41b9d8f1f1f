"""Indicator trees against a table computed by hand; ranking, fuzzy and two-way evaluation; the audit register."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

import surveykit as sk
from surveykit.analyse.ahp import ahp, weigh
from surveykit.analyse.audit_register import audit_register
from surveykit.analyse.fuzzy_evaluation import fuzzy_evaluation
from surveykit.analyse.indicators import indicators
from surveykit.analyse.topsis import topsis
from surveykit.analyse.two_way import two_way
from surveykit.errors import SurveykitError
from surveykit.spec.indicators import IndicatorTree
from tests.result.examples_indicators import (
    CLOTHES,
    JET_WEIGHTS,
    JETS,
    POINTS,
    VALUES,
    branches,
    draws,
    judgements,
    square,
    tree,
)

R = json.loads((Path(__file__).parents[1] / "oracle" / "indicators" / "values.json").read_text(encoding="utf-8"))


def small(**changes):
    """Speed (3): answer in 0-10 hours, less is better, target 2; solved in 0-100 %, target 80. Manner (1): a grade."""
    answer = {"code": "ANSWER", "name": {"en": "Answer"}, "kind": "metric", "direction": "lower"}
    solve = {"code": "SOLVE", "name": {"en": "Solution"}, "kind": "metric", "low": 0, "high": 100, "target": 80}
    manner = {"code": "MANNER", "name": {"en": "Manner"}, "kind": "grade", "weight": 1, "target": 60}
    return IndicatorTree.model_validate(
        {
            "code": "small_tree",
            "title": {"en": "Service"},
            "languages": ["en"],
            "children": [
                {
                    "code": "SPEED",
                    "name": {"en": "Speed"},
                    "weight": 3,
                    "children": [{**answer, "low": 0, "high": 10, "target": 2}, solve],
                },
                {**manner, "grades": {"poor": 0, "good": 60, "fine": 100}},
            ],
            **changes,
        }
    )


NOW = {"ANSWER": 4.0, "SOLVE": 70.0, "MANNER": "good"}


def column(result, name, unit=None):
    table = result.table if unit is None else result.table[result.table["unit"] == unit]
    return table.set_index("node")[name]


def test_scores_gaps_and_costs_by_hand():
    result = indicators(small(), NOW)
    assert column(result, "estimate").to_dict() == pytest.approx(
        {"small_tree": 63.75, "SPEED": 65.0, "ANSWER": 60.0, "SOLVE": 70.0, "MANNER": 60.0}
    )
    assert column(result, "gap")[["ANSWER", "SOLVE", "MANNER"]].tolist() == [-2.0, -10.0, 0.0]
    assert column(result, "cost").to_dict() == pytest.approx(
        {"small_tree": 11.25, "SPEED": 11.25, "ANSWER": 7.5, "SOLVE": 3.75, "MANNER": 0.0}
    )
    assert column(result, "status").to_dict() == {
        "small_tree": "missed", "SPEED": "missed", "ANSWER": "missed", "SOLVE": "missed", "MANNER": "met",
    }  # fmt: skip
    assert column(result, "overall_weight")[["ANSWER", "MANNER"]].tolist() == pytest.approx([0.375, 0.25])


def test_geometric_and_target_based_by_hand():
    speed = (60 * 70) ** 0.5
    geometric = indicators(small(), NOW, aggregate="geometric")
    assert column(geometric, "estimate")["small_tree"] == pytest.approx(speed**0.75 * 60**0.25)
    to_target = indicators(small(normalise="target"), NOW)
    assert column(to_target, "estimate").tolist() == pytest.approx([85.9375, 81.25, 75.0, 87.5, 100.0])
    beyond = indicators(small(normalise="target"), {"ANSWER": 0, "SOLVE": 100, "MANNER": "fine"})
    assert column(beyond, "estimate").tolist() == [100.0] * 5


def test_z_scores_by_hand():
    """Two units: each value is sqrt(1/2) standard deviations from the mean."""
    values = pd.DataFrame({"ANSWER": [2, 4], "SOLVE": [50, 90], "MANNER": ["fine", "poor"]}, index=["a", "b"])
    result = indicators(small(), values, normalise="z")
    root = 0.5**0.5
    assert column(result, "estimate", "a").tolist() == pytest.approx([0.25 * root, 0, root, -root, root])
    with pytest.raises(SurveykitError) as error:
        indicators(small(), values, normalise="z", aggregate="geometric")
    assert error.value.problems[0].code == "INDIC-ZGEOMETRIC"


def test_a_grade_may_be_a_word_points_or_counts_of_answers():
    for given in ("good", 60, {"poor": 2, "fine": 3}):
        assert column(indicators(small(), {**NOW, "MANNER": given}), "estimate")["MANNER"] == pytest.approx(60)


def test_missing_values_are_undefined_or_reweighted_and_never_zero():
    plain = indicators(small(), {**NOW, "SOLVE": None})
    assert np.isnan(column(plain, "estimate")[["small_tree", "SPEED", "SOLVE"]]).all()
    assert column(plain, "estimate")["ANSWER"] == 60
    assert [problem.code for problem in plain.problems] == ["INDIC-MISSING"]
    moved = indicators(small(), {**NOW, "SOLVE": None}, missing="reweight")
    assert column(moved, "estimate")["small_tree"] == pytest.approx(60.0)
    assert column(moved, "status")["SOLVE"] == "unknown"
    assert [problem.code for problem in moved.problems] == ["INDIC-REWEIGHTED"]


def test_draws_of_leaves_give_errors_of_every_node():
    """The index is linear in the leaves, so its standard error follows from theirs."""
    generator = np.random.default_rng(1)
    drawn = {"ANSWER": 4 + generator.normal(0, 0.5, 4000), "SOLVE": 70 + generator.normal(0, 3, 4000)}
    result = indicators(small(), NOW, draws=drawn)
    sd = 0.375 * np.hypot(10 * 0.5, 3)
    assert column(result, "std_error")["small_tree"] == pytest.approx(sd, rel=0.04)
    assert column(result, "conf_high")["small_tree"] - 63.75 == pytest.approx(1.96 * sd, rel=0.06)
    assert np.isnan(column(result, "std_error")["MANNER"])
    assert [problem.code for problem in result.problems] == ["INDIC-HELD"]
    for wrong in ({"ANSWER": ["x", "y"]}, {"ANSWER": np.ones((5, 3))}, {"ANSWER": [1, 2], "SOLVE": [1, 2, 3]}):
        with pytest.raises(SurveykitError) as error:
            indicators(small(), NOW, draws=wrong)
        assert error.value.problems[0].code == "INDIC-DRAWS"


def test_weights_given_for_siblings_and_their_faults():
    result = indicators(small(), NOW, weights={"SPEED": 1, "MANNER": 1})
    assert column(result, "estimate")["small_tree"] == pytest.approx(62.5)
    for wrong, code in (
        ({"SPEED": 1}, "INDIC-WEIGHTCODES"),
        ({"SPEDE": 1}, "INDIC-WEIGHTCODES"),
        ({"SPEED": -1, "MANNER": 2}, "INDIC-BADWEIGHT"),
        ({"SPEED": 0, "MANNER": 0}, "INDIC-BADWEIGHT"),
        ([1, 2], "INDIC-BADWEIGHT"),
        ("random", "ANALYSE-CHOICE"),
    ):
        with pytest.raises(SurveykitError) as error:
            indicators(small(), NOW, weights=wrong)
        assert error.value.problems[0].code == code


def test_judged_weights_enter_the_tree():
    weights = ahp(judgements()).weights
    result = indicators(tree(), VALUES, weights=weights)
    parts = column(result, "estimate")
    expected = sum(weights[code] * parts[code] for code in ("BEFORE", "DURING", "AFTER"))
    assert parts["s3_service"] == pytest.approx(expected)


def test_weights_derived_from_drivers_are_their_shares():
    generator = np.random.default_rng(2)
    answers = pd.DataFrame(generator.normal(size=(300, 2)), columns=["SPEED", "MANNER"])
    answers["overall"] = 2 * answers["SPEED"] + answers["MANNER"] + generator.normal(size=300)
    drivers = sk.importance("overall", ["SPEED", "MANNER"], answers, n_boot=0)
    result = indicators(small(), NOW, weights=drivers)
    share = drivers.table.set_index("predictor")["share"]
    assert column(result, "weight")[["SPEED", "MANNER"]].tolist() == pytest.approx([share["SPEED"], share["MANNER"]])
    assert 0.7 < share["SPEED"] < 0.9
    assert "given" in set(result.schemes["scheme"])


def test_a_change_since_earlier_values_uses_the_same_scale():
    result = indicators(small(), NOW, previous={**NOW, "SOLVE": 50})
    assert column(result, "change")[["SOLVE", "SPEED", "small_tree"]].tolist() == pytest.approx([20, 10, 7.5])


def test_ranks_of_units_under_other_weights():
    values = pd.DataFrame({"ANSWER": [1, 9], "SOLVE": [90, 20], "MANNER": ["poor", "fine"]}, index=["quick", "kind"])
    result = indicators(small(), values)
    assert column(result, "rank", "quick")["small_tree"] == 1
    schemes = result.schemes.set_index(["scheme", "unit"])["estimate"]
    assert schemes["equal", "quick"] == pytest.approx(45.0)
    assert schemes["equal", "kind"] == pytest.approx((15 + 100) / 2)
    assert schemes["geometric", "quick"] == 0
    assert result.measures["same_order"] == 1.0
    assert "hangs on the choice" in result.narrate()


def test_a_range_taken_from_the_units_is_said():
    bare = small()
    leaf = bare.children[0].children[0].model_copy(update={"low": None, "high": None})
    speed = bare.children[0].model_copy(update={"children": (leaf, bare.children[0].children[1])})
    bare = bare.model_copy(update={"children": (speed, bare.children[1])})
    values = pd.DataFrame([NOW, {**NOW, "ANSWER": 2}, {**NOW, "ANSWER": 6}], index=list("abc"))
    result = indicators(bare, values)
    assert column(result, "estimate", "a")["ANSWER"] == 50
    assert [problem.code for problem in result.problems] == ["INDIC-OBSERVED"]
    alone = indicators(bare, NOW)
    assert np.isnan(column(alone, "estimate")["ANSWER"])
    assert [problem.code for problem in alone.problems] == ["INDIC-NOSPREAD"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"ANSWER": 4, "SOLVE": 70}, "INDIC-NOCOLUMN"),
        ({**NOW, "MANNER": "superb"}, "INDIC-VALUE"),
        ({**NOW, "ANSWER": "soon"}, "INDIC-VALUE"),
        ({**NOW, "ANSWER": np.inf}, "INDIC-VALUE"),
        ({**NOW, "MANNER": {"poor": -1}}, "INDIC-VALUE"),
        (pd.DataFrame([NOW]).iloc[:0], "INDIC-NOUNITS"),
        (pd.DataFrame([NOW, NOW], index=["a", "a"]), "INDIC-UNITTWICE"),
        ([4, 70, 60], "RESP-NOTABLE"),
    ],
)
def test_impossible_values_are_refused_in_words(values, code):
    with pytest.raises(SurveykitError) as error:
        indicators(small(), values)
    assert error.value.problems[0].code == code


def test_a_value_beyond_its_range_counts_as_the_end_and_is_said():
    result = indicators(small(), {**NOW, "SOLVE": 130})
    assert column(result, "estimate")["SOLVE"] == 100
    assert [problem.code for problem in result.problems] == ["INDIC-OUTSIDE"]


def test_topsis_ranks_the_aircraft_as_published():
    result = topsis(JETS, JET_WEIGHTS, lower=["cost"])
    assert result.table.sort_values("rank")["unit"].tolist() == ["A1", "A3", "A4", "A2"]
    gone = topsis(JETS.assign(speed=[2.0, np.nan, 1.8, 2.2]), JET_WEIGHTS, lower=["cost"])
    assert np.isnan(gone.table.loc[1, "estimate"]) and gone.table["rank"].max() == 3
    assert gone.problems[0].code == "ANALYSE-DROPPED"
    for wrong in ({**JET_WEIGHTS, "cost": -1}, dict.fromkeys(JET_WEIGHTS, 0)):
        with pytest.raises(SurveykitError):
            topsis(JETS, wrong)
    with pytest.raises(SurveykitError):
        topsis(JETS, JET_WEIGHTS, lower=["price"])


def test_judges_are_told_apart_and_named():
    result = ahp(judgements())
    assert [problem.place for problem in result.problems] == ["c"]
    assert sum(result.weights.values()) == pytest.approx(1)
    geometric = ((1 / 2) * (1 / 3) * 1) ** (1 / 3)
    assert ahp(square(2, [geometric]), ["BEFORE", "DURING"]).weights["BEFORE"] == pytest.approx(
        geometric / (1 + geometric)
    )
    with pytest.raises(SurveykitError):
        ahp([square(2, [3]), square(3, [1, 2, 3])])
    with pytest.raises(SurveykitError):
        ahp(square(2, [3]), ["only"])


def test_weights_from_values_refuse_what_they_cannot_use():
    assert weigh(JETS, "equal").weights["range"] == pytest.approx(1 / 6)
    assert weigh(JETS.assign(speed=-1), "entropy").problems[0].code == "INDIC-NOWEIGHTS"
    for call in (
        lambda: weigh(JETS.assign(speed="fast"), "critic"),
        lambda: weigh(JETS, "critic", lower=["price"]),
        lambda: weigh(JETS, "magic"),
        lambda: weigh([1, 2], "equal"),
    ):
        with pytest.raises(SurveykitError):
            call()


def test_fuzzy_points_and_counts():
    shares = fuzzy_evaluation(CLOTHES, [0.1, 0.2, 0.3, 0.4], POINTS)
    assert shares.table["estimate"].tolist() == pytest.approx([0.24, 0.33, 0.39, 0.04])
    assert shares.measures["score"] == pytest.approx(24 + 24.75 + 15.6)
    counts = fuzzy_evaluation(CLOTHES * 50, [0.1, 0.2, 0.3, 0.4], POINTS)
    assert counts.table["estimate"].tolist() == pytest.approx(shares.table["estimate"].tolist())
    for wrong in (CLOTHES * -1, CLOTHES * 0, [[1, 2]]):
        with pytest.raises(SurveykitError):
            fuzzy_evaluation(wrong)
    with pytest.raises(SurveykitError):
        fuzzy_evaluation(CLOTHES, points={"welcome": 1})


def test_two_way_meets_r():
    customer, provider = (pd.DataFrame({"CLARITY": R[side]}) for side in ("customer", "provider"))
    paired = two_way(customer, provider, paired=True).table.iloc[0]
    assert [paired[name] for name in ("estimate", "conf_low", "conf_high", "p_value")] == pytest.approx(
        [R["paired"][name] for name in ("estimate", "low", "high", "p")], abs=1e-9
    )
    assert [paired[name] for name in ("icc2", "icc_low", "icc_high")] == pytest.approx(
        [R["icc2"][name] for name in ("estimate", "low", "high")], abs=1e-9
    )
    apart = two_way(customer, provider)
    row = apart.table.iloc[0]
    assert [row[name] for name in ("estimate", "conf_low", "conf_high", "p_value")] == pytest.approx(
        [R["welch"][name] for name in ("estimate", "low", "high", "p")], abs=1e-9
    )
    assert np.isnan(row["icc2"]) and [problem.code for problem in apart.problems] == ["INDIC-UNPAIRED"]


def test_two_way_by_unit_averages_each_side_and_counts_units_of_one_side():
    customer = pd.DataFrame({"shop": ["a", "a", "b", "c", "d"], "X": [1, 3, 4, 5, 2.0]})
    provider = pd.DataFrame({"shop": ["c", "a", "b", "e"], "X": [5, 3, 4.5, 1.0]})
    result = two_way(customer, provider, by="shop")
    assert result.table.loc[0, "estimate"] == pytest.approx((1 + 0.5 + 0) / 3)
    assert result.n == 3 and result.problems[0].code == "INDIC-ONESIDE"
    for call in (
        lambda: two_way(customer, provider, paired=True),
        lambda: two_way(customer, provider[["shop"]]),
        lambda: two_way(customer, provider, ["Y"]),
        lambda: two_way(customer, None),
    ):
        with pytest.raises(SurveykitError):
            call()


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_the_register_is_a_workbook_whose_texts_stay_texts(tmp_path, lang):
    hostile = tree()
    evil = hostile.children[0].model_copy(
        update={"name": type(hostile.title)({name: "=1+1" for name in ("en", "zh", "ru")})}
    )
    hostile = hostile.model_copy(update={"children": (evil, *hostile.children[1:])})
    values = branches().rename(index={"Branch A": "=HYPERLINK(1)"})
    result = indicators(hostile, values)
    path = audit_register(result, hostile, tmp_path / "audit" / "register.xlsx", lang)
    book = load_workbook(path)
    assert len(book.sheetnames) == 3
    sheet = book.worksheets[0]
    assert sheet.max_row == 1 + 4 * 16
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=1+1" in {cell.value for cell in cells}
    heads = [cell.value for cell in sheet[1]]
    assert len(set(heads)) == len(heads) == 22
    score = heads.index(sk.result.Writer.of(lang, None, {}).say("register.score")) + 1
    assert sheet.cell(2, score).value == pytest.approx(result.table.loc[0, "estimate"])
    with pytest.raises(SurveykitError, match="already"):
        audit_register(result, hostile, path, lang)
    with pytest.raises(SurveykitError):
        audit_register(result, tree(), tmp_path / "other.xlsx", lang)
    with pytest.raises(SurveykitError):
        audit_register(result, hostile, tmp_path / "register.csv", lang)


def test_an_index_with_draws_is_quick_and_repeats():
    first = indicators(tree(), VALUES, draws=draws())
    assert first.to_dict() == indicators(tree(), VALUES, draws=draws()).to_dict()
