"""Comments of groups compared, coded by people, and the same customers before and after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from numpy.testing import assert_allclose

import surveykit as sk
from surveykit.draw.style import png
from surveykit.draw.words import word_cloud
from surveykit.errors import SurveykitError
from surveykit.stats.contrast_words import contrasted, g_squared, phi
from tests.analyse.comments.small import COMMENTS


def test_g2_is_dunnings():
    # Dunning (1993), bigrams of a text on Swiss banking, "the swiss": 110, 2442, 111, 29114, -2 log lambda 270.72
    assert g_squared([[110, 2442], [111, 29114]]) == pytest.approx(270.72, abs=0.01)
    assert g_squared([[10, 20], [30, 60]]) == pytest.approx(0, abs=1e-12)


def test_the_log_ratio_and_its_error_by_hand():
    found = contrasted([20.0, 5.0, 0.0], [5.0, 5.0, 4.0], 100, 100, 0.95)
    assert_allclose(found.log_ratio, [2, 0, np.log2((0.5 / 101) / (4.5 / 101))])
    assert found.error[0] == pytest.approx(np.sqrt(1 / 20 - 1 / 100 + 1 / 5 - 1 / 100) / np.log(2))
    assert found.g2[2] < 0 < found.g2[0]
    assert found.p_value[1] == pytest.approx(1)


def test_phi_is_the_correlation_of_marks():
    rng = np.random.default_rng(2)
    marks = (rng.random((60, 3)) < [0.3, 0.5, 0.0]).astype(float)
    expected = np.corrcoef(marks[:, 0], marks[:, 1])[0, 1]
    assert phi(marks)[0, 1] == pytest.approx(expected)
    assert np.isnan(phi(marks)[0, 2])


def told(n: int = 60) -> pd.DataFrame:
    unhappy = ["The queue was slow and the staff rude", "等了很久，排队太慢", "Очередь, долго ждали"]
    happy = ["Friendly staff, quick help", "服务态度很好，环境干净", "Вежливые сотрудники, быстро"]
    rows = [(text, 1.0 + at % 2) for at in range(n) for text in unhappy] + [
        (text, 5.0) for _ in range(n) for text in happy
    ]
    return pd.DataFrame(rows, columns=["text", "satisfaction"]).assign(branch=lambda f: np.where(f.index % 2, "a", "b"))


def test_words_of_the_dissatisfied_are_found_in_every_language():
    found = sk.keyness(told(), "text", "satisfaction", cut=3)
    assert (found.n_target, found.n_reference) == (180, 180)
    top = set(found.table[found.table["estimate"] > 1]["word"])
    assert {"queue", "rude", "排队", "очередь"} <= top
    assert {"friendly", "干净", "вежливый"} <= set(found.table[found.table["estimate"] < -1]["word"])
    assert "the" not in set(found.table["word"]) and "的" not in set(found.table["word"])
    assert "queue" in found.narrate("en") and "< 3" in found.narrate("en")


def test_one_person_cannot_repeat_a_word_into_a_finding():
    data = pd.DataFrame(
        {"text": ["queue " * 500] + ["nice"] * 20 + ["queue"] * 3 + ["nice"] * 20, "g": ["a"] * 21 + ["b"] * 23}
    )
    row = sk.keyness(data, "text", "g", "a", min_count=1).table.set_index("word").loc["queue"]
    assert (row["target_count"], row["reference_count"]) == (1, 3)
    assert row["estimate"] < 0


def test_random_groups_show_no_word():
    data = told().sample(frac=1, random_state=4).reset_index(drop=True).assign(coin=lambda f: f.index % 2)
    found = sk.keyness(data, "text", "coin", 1)
    assert (found.table["p_adjusted"] > 0.05).all()
    assert "No word differs" in found.narrate("en")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"group": "satisfaction", "cut": -1}, "KEYNESS-EMPTY"),
        ({"group": "branch", "target": "zz"}, "KEYNESS-VALUE"),
        ({"group": "branch", "target": "a", "reference": "zz"}, "KEYNESS-VALUE"),
        ({"group": "nothing", "target": 1}, "RESP-NOCOLUMN"),
    ],
)
def test_groups_that_are_not_there_are_refused(arguments, code):
    with pytest.raises(SurveykitError) as caught:
        sk.keyness(told(3), "text", **arguments)
    assert caught.value.problems[0].code == code


def test_categories_that_go_together():
    found = sk.co_occurrence(sk.comments(told(), "text"))
    row = found.table.set_index(["category", "category2"]).loc[("ATTITUDE", "SPEED")]
    coded = sk.comments(told(), "text").coded
    assert row["joint_share"] == pytest.approx((coded["ATTITUDE"] * coded["SPEED"]).mean())
    assert row["expected_share"] == pytest.approx(coded["ATTITUDE"].mean() * coded["SPEED"].mean())
    assert row["lift"] == pytest.approx(row["joint_share"] / row["expected_share"])
    assert row["estimate"] == pytest.approx(coded["ATTITUDE"].corr(coded["SPEED"]))
    assert any(problem.code == "TOGETHER-CONSTANT" for problem in found.problems)


@pytest.mark.parametrize(
    "words", [["服务态度", "排队", "慢"], ["очередь", "вежливый"], ["queue"] * 1, [f"word{i}" for i in range(60)]]
)
def test_a_word_cloud_is_the_same_for_the_same_words_and_needs_no_luck(words):
    first = png(word_cloud(words, np.arange(len(words), 0, -1.0)))
    assert first == png(word_cloud(words, np.arange(len(words), 0, -1.0)))
    with pytest.raises(SurveykitError):
        word_cloud(words, np.zeros(len(words)))


HOSTILE = ["=cmd|' /C calc'!A0", "好" * 400, "line\nbreak 😡\tтекст", "+1 good", "\u0007bell", "x" * 40_000]


def filled(path, marks: dict[int, tuple[list[str], int | None]]) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["coding"]
    heads = {sheet.cell(1, at).value: at for at in range(1, sheet.max_column + 1)}
    for row in range(3, sheet.max_row + 1):
        codes, tone = marks.get(sheet.cell(row, 1).value, ([], None))
        for code in codes:
            sheet.cell(row, heads[code]).value = 1
        if tone is not None:
            sheet.cell(row, heads["polarity"]).value = tone
    book.save(path)


def test_sheets_go_out_and_come_back(tmp_path):
    paths = sk.coding_sheet(HOSTILE, None, "service", tmp_path, coders=("Анна", "李"))
    assert [path.name for path in paths] == ["coding_Анна.xlsx", "coding_李.xlsx"]
    sheet = openpyxl.load_workbook(paths[0])["coding"]
    assert sheet.cell(3, 2).data_type == "s" and sheet.cell(3, 2).value.startswith("=cmd")
    assert openpyxl.load_workbook(paths[0])["meta"].sheet_state == "hidden"
    assert [sheet.cell(row, 3).value for row in range(3, 9)] == [None] * 6, "no mark is made for the coder"
    filled(paths[0], {1: (["SPEED"], -1), 2: (["ATTITUDE", "PRICE"], 1), 3: ([], 0)})
    filled(paths[1], {1: (["SPEED"], -1), 2: (["ATTITUDE"], 0)})
    coding = sk.read_coding_sheets(paths, "service")
    assert coding.coders == ("Анна", "李") and coding.comments == (1, 2, 3, 4, 5, 6)
    speed = coding.codes.index("SPEED")
    assert_allclose(coding.marks[0, :, speed], [1, 0, 0, np.nan, np.nan, np.nan])
    assert_allclose(coding.polarity, [[-1, 1, 0] + [np.nan] * 3, [-1, 0] + [np.nan] * 4])


def test_a_sample_is_the_same_for_every_coder_and_hides_personal_data(tmp_path):
    texts = [f"comment {at}, call 13912345678" for at in range(50)]
    first, second = sk.coding_sheet(texts, None, "service", tmp_path, n=10, suggest=True)
    rows = [
        [row[:2] for row in openpyxl.load_workbook(path)["coding"].iter_rows(min_row=3, values_only=True)]
        for path in (first, second)
    ]
    assert rows[0] == rows[1] and len(rows[0]) == 10
    assert all("139" not in text for _, text in rows[0])
    assert openpyxl.load_workbook(first)["coding"].cell(1, 17).value == "suggested"


def test_files_of_others_are_not_written_over(tmp_path):
    sk.coding_sheet(["good"], None, "service", tmp_path)
    with pytest.raises(SurveykitError):
        sk.coding_sheet(["good"], None, "service", tmp_path)
    with pytest.raises(SurveykitError):
        sk.coding_sheet([""], None, "service", tmp_path, overwrite=True)
    with pytest.raises(SurveykitError):
        sk.coding_sheet(["good"], None, "service", tmp_path, coders=("A", "A"), overwrite=True)


def damaged(path, change) -> None:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda book: book.remove(book["meta"]), "CODING-NOSHEET"),
        (lambda book: book["meta"].cell(3, 2, "other"), "CODING-FRAME"),
        (lambda book: book["coding"].delete_cols(3), "CODING-COLUMNS"),
    ],
)
def test_a_sheet_that_was_broken_is_refused(tmp_path, change, code):
    (path,) = sk.coding_sheet(["good"], None, "service", tmp_path, coders=("A",))
    damaged(path, change)
    with pytest.raises(SurveykitError) as caught:
        sk.read_coding_sheets([path], "service")
    assert caught.value.problems[0].code == code


def test_marks_that_are_none_are_counted_with_their_row(tmp_path):
    (path,) = sk.coding_sheet(["good", "bad", "fine"], None, "service", tmp_path, coders=("A",))

    def change(book):
        book["coding"].cell(3, 3, "yes")
        book["coding"].cell(4, 15, 7)
        book["coding"].cell(5, 1, 2)

    damaged(path, change)
    coding = sk.read_coding_sheets([path], "service")
    assert [problem.code for problem in coding.problems] == ["CODING-MARK", "CODING-MARK", "CODING-ID"]
    assert "row 3" in coding.problems[0].place
    (tmp_path / "no.xlsx").write_text("no workbook", encoding="utf-8")
    for name in ("no.xlsx", "absent.xlsx"):
        with pytest.raises(SurveykitError):
            sk.read_coding_sheets([tmp_path / name], "service")


@pytest.fixture
def coding(tmp_path):
    said = COMMENTS[COMMENTS["polarity"].notna()].reset_index(drop=True)
    paths = sk.coding_sheet(said, "text", "service", tmp_path)
    own = {
        at: (sorted(codes), int(tone))
        for at, codes, tone in zip(range(1, len(said) + 1), said["categories"], said["polarity"], strict=True)
    }
    filled(paths[0], own)
    other = {**own, 1: (["SPEED"], 1)}
    filled(paths[1], other)
    return said, sk.read_coding_sheets(paths, "service")


def test_agreement_of_coders_by_category(coding):
    _, sheets = coding
    found = sk.coder_agreement(sheets, n_boot=200)
    rows = found.table.set_index(["category", "measure"])["estimate"]
    assert rows["PRICE", "krippendorff_alpha"] == 1
    assert rows["polarity", "krippendorff_alpha"] == 1
    assert rows["SPEED", "agreement_share"] == pytest.approx(8 / 9)
    # Cohen's kappa of SPEED by hand: 4 of 9 and 5 of 9 marked, 8 of 9 alike
    chance = 4 / 9 * 5 / 9 + 5 / 9 * 4 / 9
    assert rows["SPEED", "kappa"] == pytest.approx((8 / 9 - chance) / (1 - chance))
    assert np.isnan(rows["PRODUCT", "kappa"])
    assert any("PRODUCT" in problem.place for problem in found.problems)
    with pytest.raises(SurveykitError):
        sk.coder_agreement(_alone(sheets))


def _alone(sheets):
    return replace(sheets, coders=sheets.coders[:1], marks=sheets.marks[:1], polarity=sheets.polarity[:1])


def test_the_rules_against_the_coders(coding):
    said, sheets = coding
    found = sk.coding_accuracy(_alone(sheets), sk.comments(said, "text"))
    rows = found.table.set_index(["category", "measure"])
    assert rows.loc[("", "recall"), "estimate"] == 1
    assert rows.loc[("", "recall"), "n"] == said["categories"].map(len).sum()
    both = sk.coding_accuracy(sheets, sk.comments(said, "text"))
    ties = next(problem for problem in both.problems if problem.code == "CODING-TIES")
    assert dict(ties.values)["count"] == 2
    with pytest.raises(SurveykitError):
        sk.coding_accuracy(sheets, sk.comments(["good"]))


SLEEP = pd.DataFrame(
    {  # Student (1908), the sleep data of R's datasets: hours gained with two drugs by the same ten patients
        "first": [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
        "second": [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    }
)


def test_paired_change_meets_r():
    rows = sk.before_after(SLEEP, "first", "second").table.set_index("measure")
    change = rows.loc["mean_change"]
    # t.test(first, second, paired = TRUE): t = -4.0621, df = 9, p-value = 0.002833, 95 percent CI -2.4598858 -0.7001142
    assert change["estimate"] == pytest.approx(1.58)
    assert change["conf_low"] == pytest.approx(0.7001142, abs=5e-8)
    assert change["conf_high"] == pytest.approx(2.4598858, abs=5e-8)
    assert change["p_value"] == pytest.approx(0.002833, abs=5e-7)
    # wilcox.test(first, second, paired = TRUE): V = 0, p-value = 0.009091
    assert rows.loc["median_change", "p_value"] == pytest.approx(0.009091, abs=5e-7)
    # binom.test(9, 9): p-value = 0.003906
    assert rows.loc["improved_share", "p_value"] == pytest.approx(0.00390625)
    assert rows.loc["improved_share", "estimate"] == 0.9 and rows.loc["same_share", "estimate"] == 0.1
    assert rows.loc["cohens_dz", "estimate"] == pytest.approx(1.58 / 1.229995, abs=1e-5)


def test_two_groups_differ_in_their_changes():
    # t.test(extra ~ group, data = sleep): 95 percent CI -3.3654832 0.2054832, p-value = 0.07939 (Welch)
    data = pd.DataFrame({"b": 0.0, "a": [*SLEEP["first"], *SLEEP["second"]], "g": ["x"] * 10 + ["y"] * 10})
    row = sk.before_after(data, "b", "a", "g").table.iloc[-1]
    assert row["group"] == "x - y"
    assert_allclose([row["conf_low"], row["conf_high"]], [-3.3654832, 0.2054832], atol=5e-8)
    assert row["p_value"] == pytest.approx(0.07939, abs=5e-6)


def test_gaps_are_counted_and_few_pairs_are_said_to_be_few():
    found = sk.before_after(SLEEP.assign(second=[np.nan, *SLEEP["second"][1:]]), "first", "second")
    assert found.n == 9
    assert {"ANALYSE-DROPPED", "BEFORE-FEW"} == {problem.code for problem in found.problems}


def test_coded_comments_feed_the_suggestion_indicators():
    coded = sk.comments(told(), "text").coded
    feedback = pd.DataFrame(
        {
            "at": "2026-01-05",
            "kind": "suggestion",
            "type": np.where(coded["SPEED"] == 1, "SPEED", "OTHER"),
            "adopted": np.arange(len(coded)) % 2,
        }
    )
    found = sk.operations({"feedback": feedback}, "month", metrics=["suggestion_type", "suggestion_adoption"])
    speed = found.metric("suggestion_type", category="SPEED")["estimate"].iloc[0]
    assert speed == pytest.approx((coded["SPEED"] == 1).mean())
    assert found.metric("suggestion_adoption")["estimate"].iloc[0] == 0.5
