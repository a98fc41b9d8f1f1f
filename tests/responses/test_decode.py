"""Columns find their items, and cells their codes, however they are written."""

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import SurveykitError
from surveykit.responses import read_responses
from surveykit.responses.decode import ScaleReader
from surveykit.spec.questionnaire import Questionnaire


def one(form: Questionnaire, item: str, cells: list[object], **kwargs) -> list[float | None]:
    read = read_responses(pd.DataFrame({item: pd.Series(cells, dtype=object)}), form, **kwargs)
    return [None if np.isnan(value) else value for value in read.frame([item])[item]]


def refused(frame: pd.DataFrame, form: Questionnaire, **kwargs) -> dict[str, str]:
    with pytest.raises(SurveykitError) as caught:
        read_responses(frame, form, **kwargs)
    return {problem.code: str(problem) for problem in caught.value.problems}


@pytest.mark.parametrize(
    "cell",
    [
        5,
        5.0,
        "5",
        "5.0",
        " 5 ",
        "５",
        "\u00a05\u00a0",
        "⑤",
        np.int64(5),
        "非常满意",
        " 非常满意\u200b",
        "Very  satisfied",
        "VERY SATISFIED",
        "Ｖｅｒｙ satisfied",
        "очень довольный",
        "Очень\u00a0довольный",
        "5 - Очень довольный",
        "5 — Very satisfied",
        "5.非常满意",
        "5、非常满意",
        "(5) very satisfied",
        "5非常满意",
        "5分",
    ],
)
def test_every_way_of_saying_five_is_five(form: Questionnaire, cell: object) -> None:
    assert one(form, "SAT1", [cell]) == [5]


@pytest.mark.parametrize(
    "cell", ["", "  ", None, float("nan"), "(空)", "（跳过）", "-2", -3, "N/A", "#N/A", "na", pd.NA]
)
def test_no_answer_is_missing_without_a_warning(form: Questionnaire, cell: object) -> None:
    read = read_responses(pd.DataFrame({"SAT1": pd.Series([4, cell], dtype=object)}), form)
    assert read.frame(["SAT1"])["SAT1"].isna().tolist() == [False, True]
    assert not any(problem.code == "RESP-UNREAD" for problem in read.receipt.problems)


@pytest.mark.parametrize("cell", [99, "99", "不适用", "does not apply", "99 - Не применимо"])
def test_missing_codes_and_labels_keep_their_reason(form: Questionnaire, cell: object) -> None:
    read = read_responses(pd.DataFrame({"RES1": pd.Series([4, cell], dtype=object)}), form)
    assert read.frame(["RES1"])["RES1"].isna().tolist() == [False, True]
    assert read.raw["RES1"].tolist() == [4, cell]
    assert read.receipt.item("RES1").missing == ((str(cell), 1),)


@pytest.mark.parametrize(
    "cell", [0, 6, "6", 4.5, "4.5", "maybe", True, "=5", "5 or 4", "1e0", "5;4", "<b>5</b>", float("inf")]
)
def test_what_is_no_answer_is_missing_and_listed(form: Questionnaire, cell: object) -> None:
    read = read_responses(pd.DataFrame({"SAT1": pd.Series([4, 4, cell], dtype=object)}), form)
    assert read.frame(["SAT1"])["SAT1"].isna().tolist() == [False, False, True]
    assert [(value.count, value.rows) for value in read.receipt.item("SAT1").unread] == [(1, "2")]
    problem = next(problem for problem in read.receipt.problems if problem.code == "RESP-UNREAD")
    assert problem.severity == "warning" and "SAT1" in problem.place


def test_rows_are_counted_as_a_spreadsheet_does(tmp_path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text("RES1\n5\n7\n4\n7\n", encoding="utf-8")
    (value,) = read_responses(path, form).receipt.item("RES1").unread
    assert (value.value, value.count, value.rows) == ("7", 2, "3, 5")


def test_ends_worded_scales_are_read_by_label_not_by_position(form: Questionnaire) -> None:
    cells = ["非常可能", "9", "完全不可能", "0", "10 - Extremely likely", "1"]
    assert one(form, "REC1", cells) == [10, 9, 0, 0, 10, 1]


def test_labels_that_look_like_codes_are_labels_where_the_column_has_labels(form: Questionnaire) -> None:
    assert one(form, "BG3", ["1", "2", "4"]) == [1, 2, 4]
    assert one(form, "BG3", ["1", "0", "Same"]) == [2, 1, 4]
    assert one(form, "BG1", ["1 to 5 years", "5年以上", "不到1年", 2]) == [2, 3, 1, 2]


def test_a_label_of_two_values_is_refused(form: Questionnaire) -> None:
    assert "2-5" in refused(pd.DataFrame({"BG3": ["2-5", "0"]}), form)["RESP-AMBIGUOUS"]


def test_a_number_with_another_numbers_label_is_refused(form: Questionnaire) -> None:
    found = refused(pd.DataFrame({"SAT1": ["1 - Very satisfied", "5 - Very dissatisfied"]}), form)
    assert list(found) == ["RESP-CONFLICT"]


def test_languages_met_are_named(form: Questionnaire) -> None:
    read = read_responses(pd.DataFrame({"RES1": ["同意", "一般"], "RES2": ["Согласен", "同意"], "RES3": [1, 2]}), form)
    assert [read.receipt.item(code).languages for code in ("RES1", "RES2", "RES3")] == [("zh",), ("ru", "zh"), ()]
    assert [read.receipt.item(code).recoded for code in ("RES1", "RES2", "RES3")] == [2, 2, 0]


def test_open_answers_are_the_very_same_strings(form: Questionnaire) -> None:
    cells = ["=cmd()", " x ", "a\x00b\x07", "N/A", "-2", "(空)", "\u200b", "", None, 5.0]
    read = read_responses(pd.DataFrame({"OPEN1": pd.Series(cells, dtype=object)}), form)
    assert read.frame(["OPEN1"])["OPEN1"].tolist() == [*cells[:7], None, None, "5"]


@pytest.mark.parametrize(
    "column",
    [
        "RES1",
        "res1",
        " ＲＥＳ１ ",
        "They answer quickly.",
        "they answer quickly",
        "他们回复很快。",
        "Они  быстро отвечают",
        "12、他们回复很快。",
        "12. They answer quickly.",
        "Q3: They answer quickly.",
        "第5题(他们回复很快。)",
        "5、请评价以下各项—他们回复很快。",
        "5、请评价以下各项:他们回复很快",
        "RES[RES1]",
        "RES1. They answer",
        "Оцените [Они быстро отвечают.]",
        "№ 4. Они быстро отвечают",
    ],
)
def test_a_column_finds_its_item(form: Questionnaire, column: str) -> None:
    read = read_responses(pd.DataFrame({column: [1, 2]}), form)
    assert read.items == ("RES1",)
    assert read.receipt.item("RES1").column == column


def test_a_mapping_goes_before_everything(form: Questionnaire) -> None:
    frame = pd.DataFrame({"q1": [1, 2], "q2": [3, 4], "RES3": [5, 5]})
    read = read_responses(frame, form, columns={"RES1": "q1", "RES2": "Q2"})
    assert read.items == ("RES1", "RES2", "RES3")
    assert [part.matched_by for part in read.receipt.items] == ["mapping", "mapping", "code"]
    assert "RESP-MAPITEM" in refused(frame, form, columns={"RES9": "q1"})
    assert "q1" in refused(frame, form, columns={"RES1": "q11"})["RESP-MAPCOLUMN"]
    assert "RESP-MAPTWICE" in refused(frame, form, columns={"RES1": "q1", "RES2": "q1"})
    assert "RESP-MAPCLASH" in refused(frame, form, columns={"RES3": "q1"})


def test_two_columns_for_one_item_are_refused_and_codes_go_before_wordings(form: Questionnaire) -> None:
    assert "RESP-TWOCOLUMNS" in refused(pd.DataFrame([[1, 2]], columns=["res1", "Res1"]), form)
    read = read_responses(pd.DataFrame([[1, 2]], columns=["They answer quickly.", "RES1"]), form)
    assert read.frame(["RES1"])["RES1"].tolist() == [2]
    assert read.receipt.unmatched == ("They answer quickly.",)


def test_what_was_not_found_is_said(form: Questionnaire) -> None:
    read = read_responses(pd.DataFrame({"RES1": [1], "mood": ["good"]}), form)
    assert read.receipt.unmatched == ("mood",)
    assert set(read.receipt.not_found) == {item.code for item in form.items} - {"RES1"}
    assert read.frame(["mood"])["mood"].tolist() == ["good"]
    assert read.receipt.table["item"].tolist() == ["RES1"]


def wjx(**columns: list[object]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    times = [f"{60 + row}秒" for row in range(rows)]
    own = {"序号": range(1, rows + 1), "提交答卷时间": ["2026/1/5 10:00"] * rows, "所用时间": times}
    return pd.DataFrame({**own, **columns})


def test_wjx_is_recognised(form: Questionnaire) -> None:
    cells = {"1、他们回复很快。": ["非常同意", "(空)", "-3"], "2、您有什么建议？": ["快", "(跳过)", "-2"]}
    read = read_responses(wjx(**cells), form)
    assert read.receipt.dialect == "wjx" and read.id == "序号"
    assert read.frame(["RES1"])["RES1"].tolist()[0] == 5
    assert read.frame(["OPEN1"])["OPEN1"].tolist() == ["快", None, None]
    assert read.frame(["seconds"])["seconds"].tolist() == [60, 61, 62]


def test_wjx_option_numbers_on_a_scale_from_zero_are_refused(form: Questionnaire) -> None:
    assert "RESP-SHIFTED" in refused(wjx(REC1=[1, 11, 10]), form)
    maybe = read_responses(wjx(REC1=[1, 9, 10]), form)
    assert "RESP-MAYBESHIFTED" in [problem.code for problem in maybe.receipt.problems]
    fine = read_responses(wjx(REC1=[0, 9, 10]), form)
    assert [problem.code for problem in fine.receipt.problems] == ["RESP-NOTFOUND"]


def test_header_rows_of_qualtrics_are_not_answers(tmp_path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        'Q1,RES2\nThey answer quickly.,Calls are taken.\n"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n5,6\n',
        encoding="utf-8",
    )
    read = read_responses(path, form)
    assert read.n == 1 and read.items == ("RES1", "RES2")
    assert read.receipt.item("RES2").unread[0].rows == "4"


def test_a_constant_and_an_all_missing_item_are_read(form: Questionnaire) -> None:
    read = read_responses(pd.DataFrame({"RES1": [3] * 4, "RES2": [None] * 4, "RES3": [99] * 4}), form)
    assert read.receipt.table["answers"].tolist() == [4, 0, 0]
    assert read.receipt.item("RES3").missing == (("99", 4),)


def test_a_plain_number_reads_a_decimal_comma_only_when_told() -> None:
    column = pd.Series(["1,5", "2"], dtype=object)
    assert ScaleReader(None, ",").decode(column).values.tolist() == [1.5, 2]
    assert list(ScaleReader(None, None).decode(column).positions) == ["comma"]
