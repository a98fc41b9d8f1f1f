"""Files of every kind: what is read, and what is refused with its place and a remedy."""

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest

from surveykit.errors import SurveykitError
from surveykit.responses import read_responses
from surveykit.spec.questionnaire import Questionnaire

ROWS = "RES1,RES2,OPEN1\n5,99,быстрее\n1,,更快\n"


def refused(*args, **kwargs) -> dict[str, str]:
    with pytest.raises(SurveykitError) as caught:
        read_responses(*args, **kwargs)
    return {problem.code: str(problem) for problem in caught.value.problems}


def codes(responses, severity: str = "warning") -> list[str]:
    return [problem.code for problem in responses.receipt.problems if problem.severity == severity]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_marked_text_and_utf8_are_read_without_asking(tmp_path: Path, form: Questionnaire, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(ROWS.encode(encoding))
    read = read_responses(path, form)
    assert read.frame(["RES1"])["RES1"].tolist() == [5, 1]
    assert read.frame(["OPEN1"])["OPEN1"].tolist() == ["быстрее", "更快"]
    assert read.receipt.encoding == encoding
    assert codes(read) == ["RESP-NOTFOUND"]


@pytest.mark.parametrize(
    ("encoding", "label", "open_answer"), [("gb18030", "非常同意", "更快"), ("cp1251", "Полностью согласен", "быстрее")]
)
def test_an_encoding_proven_by_the_questionnaire_is_used_and_said(
    tmp_path: Path, form: Questionnaire, encoding: str, label: str, open_answer: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"RES1,OPEN1\n{label},{open_answer}\n".encode(encoding))
    read = read_responses(path, form)
    assert read.frame(["RES1", "OPEN1"]).to_numpy().tolist() == [[5.0, open_answer]]
    assert read.receipt.encoding == encoding
    assert "RESP-ENCODINGUSED" in codes(read)


@pytest.mark.parametrize("encoding", ["gb18030", "cp1251"])
def test_an_encoding_that_nothing_proves_is_refused_and_can_be_given(
    tmp_path: Path, form: Questionnaire, encoding: str
) -> None:
    text = {"gb18030": "更快", "cp1251": "быстрее"}[encoding]
    path = tmp_path / "a.csv"
    path.write_bytes(f"RES1,OPEN1\n5,{text}\n".encode(encoding))
    assert "encoding=" in refused(path, form)["RESP-ENCODING"]
    assert "RESP-ENCODING" in refused(path)
    read = read_responses(path, form, encoding=encoding)
    assert read.frame(["OPEN1"])["OPEN1"].tolist() == [text]


def test_a_wrong_or_unknown_encoding_is_refused(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("RES1,OPEN1\n5,更快\n".encode("gb18030"))
    assert "RESP-BADENCODING" in refused(path, form, encoding="utf-8")
    assert "RESP-NOENCODING" in refused(path, form, encoding="klingon")


@pytest.mark.parametrize(("delimiter", "name"), [(",", ","), (";", ";"), ("\t", "tab")])
def test_the_delimiter_is_found_and_named(tmp_path: Path, form: Questionnaire, delimiter: str, name: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'RES1{delimiter}OPEN1\n5{delimiter}"a, b; c"\n', encoding="utf-8")
    read = read_responses(path, form)
    assert read.receipt.delimiter == name
    assert read.frame(["OPEN1"])["OPEN1"].tolist() == ["a, b; c"]


def test_a_delimiter_that_could_be_two_signs_is_refused(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text("RES1,x;RES2\n5,1;2\n", encoding="utf-8")
    assert "delimiter=" in refused(path, form)["RESP-DELIMITER"]
    assert read_responses(path, form, delimiter=",").receipt.delimiter == ","


def test_a_decimal_comma_is_never_read_as_thousands(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text("BG2;RES1;weight\n0,625;4;1,5\n12;5;2\n", encoding="utf-8")
    message = refused(path, form)["RESP-DECIMAL"]
    assert "decimal=" in message
    assert set(refused(path)) == {"RESP-DECIMAL"}
    read = read_responses(path, form, decimal=",")
    assert read.frame(["BG2", "weight"]).to_numpy().tolist() == [[0.625, 1.5], [12.0, 2.0]]
    assert read.receipt.decimal == ","
    assert read_responses(path, decimal=".").frame(["weight"])["weight"].tolist() == ["1,5", "2"]


def wrong_kinds(folder: Path) -> dict[str, Path]:
    book = openpyxl.Workbook()
    book.active.append(["RES1"])
    book.save(folder / "book.xlsx")
    made = {
        "RESP-MISNAMED": folder / "renamed.csv",
        "RESP-WRONGKIND": folder / "picture.csv",
        "RESP-HTML": folder / "page.csv",
        "RESP-EMPTY": folder / "empty.csv",
        "RESP-RAGGED": folder / "ragged.csv",
        "RESP-TWICE": folder / "twice.csv",
        "RESP-QUOTE": folder / "quote.csv",
        "RESP-DAMAGED": folder / "damaged.sav",
        "RESP-NOTPAGE": folder / "other.json",
        "RESP-NOFILE": folder / "none.csv",
        "RESP-NOMATCH": folder / "strange.csv",
    }
    made["RESP-MISNAMED"].write_bytes((folder / "book.xlsx").read_bytes())
    made["RESP-WRONGKIND"].write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    made["RESP-HTML"].write_text("\n <html><table><tr><td>RES1</td></tr></table></html>", encoding="utf-8")
    made["RESP-EMPTY"].write_bytes(b"")
    made["RESP-RAGGED"].write_text("RES1,RES2\n1,2\n3\n4,5,6\n", encoding="utf-8")
    made["RESP-TWICE"].write_text("RES1,RES1\n1,2\n", encoding="utf-8")
    made["RESP-QUOTE"].write_text('RES1,OPEN1\n1,"no end\n2,x\n', encoding="utf-8")
    made["RESP-DAMAGED"].write_bytes(b"$FL2@(#) SPSS" + bytes(50))
    made["RESP-NOTPAGE"].write_text('{"a": 1}', encoding="utf-8")
    made["RESP-NOMATCH"].write_text("a,b\n1,2\n", encoding="utf-8")
    return made


def test_files_of_the_wrong_kind_are_refused_by_name(tmp_path: Path, form: Questionnaire) -> None:
    for code, path in wrong_kinds(tmp_path).items():
        found = refused(path, form)
        assert list(found) == [code], path.name
        assert path.name in found[code]


def test_ragged_rows_have_spreadsheet_rows(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "ragged.csv"
    path.write_text('RES1,OPEN1\n1,"two\nlines"\n\n3\n', encoding="utf-8")
    assert "rows 4" in refused(path, form)["RESP-RAGGED"]


@pytest.mark.parametrize("name", ["x.xlsx", "x.sav", "x.dta", "x.parquet", "x.json"])
def test_text_under_a_binary_name_is_refused(tmp_path: Path, form: Questionnaire, name: str) -> None:
    (tmp_path / name).write_text("RES1\n5\n", encoding="utf-8")
    assert set(refused(tmp_path / name, form)) <= {"RESP-MISNAMED", "RESP-DAMAGED"}


@pytest.mark.parametrize("name", ["x.xlsx", "x.sav", "x.dta", "x.parquet"])
def test_damaged_files_are_refused(tmp_path: Path, form: Questionnaire, name: str) -> None:
    data = pd.DataFrame({"RES1": [1.0, 2.0]})
    path = tmp_path / name
    if name == "x.xlsx":
        data.to_excel(path, index=False)
    elif name == "x.parquet":
        data.to_parquet(path)
    else:
        (pyreadstat.write_sav if name == "x.sav" else pyreadstat.write_dta)(data, str(path))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert set(refused(path, form)) <= {"RESP-DAMAGED", "RESP-WRONGKIND"}


def test_no_rows_and_one_row(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text("RES1,OPEN1\n", encoding="utf-8")
    none = read_responses(path, form)
    assert none.n == 0 and none.items == ("RES1", "OPEN1")
    assert "RESP-NOROWS" in codes(none)
    path.write_text("RES1,OPEN1\n4,x\n", encoding="utf-8")
    assert read_responses(path, form).frame().to_numpy().tolist() == [[4.0, "x"]]


def test_empty_rows_at_the_end_are_left_out_and_said(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text("RES1;RES2\n1;2\n;\n3;4\n;\n;\n", encoding="utf-8")
    read = read_responses(path, form)
    assert read.n == 3
    assert "rows 5-6" in next(str(p) for p in read.receipt.problems if p.code == "RESP-EMPTYROWS")


def test_long_numbers_leading_zeros_and_times_are_not_harmed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "card,zip,phone,when,age,score,gone\n"
        "6222021234567890123,01001,+79161234567,2026-01-05 10:00,30,1.5,NA\n"
        "6222021234567890124,90001,+79161234568,2026-01-06 11:00,41,2,3\n",
        encoding="utf-8",
    )
    frame = read_responses(path).frame()
    assert frame["card"].tolist() == ["6222021234567890123", "6222021234567890124"]
    assert frame["zip"].tolist() == ["01001", "90001"]
    assert frame["phone"].tolist()[0] == "+79161234567"
    assert frame["when"].tolist()[0] == "2026-01-05 10:00"
    assert frame["age"].tolist() == [30, 41]
    assert frame["score"].tolist() == [1.5, 2.0]
    assert frame["gone"].isna().tolist() == [True, False]


def test_a_workbook_with_several_filled_sheets_needs_a_name(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.xlsx"
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame({"RES1": [5, 4]}).to_excel(writer, sheet_name="答卷", index=False)
        pd.DataFrame({"RES1": [1]}).to_excel(writer, sheet_name="other", index=False)
    assert "答卷" in refused(path, form)["RESP-SHEETS"]
    assert read_responses(path, form, sheet="答卷").frame(["RES1"])["RES1"].tolist() == [5, 4]
    assert "RESP-NOSHEET" in refused(path, form, sheet="third")


def test_spss_labels_and_declared_missing_values_are_followed(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.sav"
    data = pd.DataFrame({"V1": [1.0, 5.0, 8.0, None], "REC1": [1.0, 11.0, 6.0, 2.0], "RES2": [5.0, 4.0, 3.0, 9.0]})
    pyreadstat.write_sav(
        data,
        str(path),
        column_labels={"V1": "他们回复很快。"},
        variable_value_labels={
            "V1": {1.0: "非常同意", 5.0: "非常不同意", 8.0: "拒答"},
            "REC1": {float(code): str(code - 1) for code in range(1, 12)},
        },
        missing_ranges={"V1": [8], "RES2": [{"lo": 6, "hi": 9}]},
    )
    read = read_responses(path, form)
    frame = read.frame(["RES1", "REC1", "RES2"])
    assert frame["RES1"].tolist()[:2] == [5, 1] and frame["RES1"].isna().tolist() == [False, False, True, True]
    assert frame["REC1"].tolist() == [0, 10, 5, 1]
    assert frame["RES2"].isna().tolist() == [False, False, False, True]
    assert read.raw["RES2"].tolist()[3] == 9
    assert read.receipt.item("RES1").matched_by == "label"
    assert read.receipt.item("RES1").missing == (("8", 1),)
    assert codes(read).count("RESP-RELABELLED") == 2
    alone = read_responses(path)
    assert alone.frame(["V1"])["V1"].isna().tolist() == [False, False, True, True]
    assert codes(alone, "note") == ["RESP-DECLARED", "RESP-DECLARED"]


def test_extended_missing_values_of_stata_are_missing_with_their_letter(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.dta"
    data = pd.DataFrame({"RES1": pd.Series([1, 2, "a"], dtype=object), "age": pd.Series([30, "b", 41], dtype=object)})
    pyreadstat.write_dta(data, str(path), missing_user_values={"RES1": ["a"], "age": ["b"]})
    read = read_responses(path, form)
    assert read.frame(["RES1"])["RES1"].isna().tolist() == [False, False, True]
    assert read.receipt.item("RES1").missing == (("a", 1),)
    assert read.frame(["age"])["age"].fillna(-1).tolist() == [30, -1, 41]
    assert codes(read, "note") == ["RESP-DECLARED"]


def page(form: Questionnaire, respondent: str) -> dict[str, object]:
    return {
        "surveykit": 1,
        "form": form.code,
        "version": form.version,
        "fingerprint": form.fingerprint,
        "respondent": respondent,
        "language": "zh",
        "started": "2026-01-05T10:00:00Z",
        "finished": "2026-01-05T10:03:00Z",
        "seconds": 180,
        "answers": {"RES1": 4, "RES2": 99, "OPEN1": "=1+1"},
    }


def test_a_folder_of_downloaded_forms_is_one_file(tmp_path: Path, form: Questionnaire) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.json").write_text(json.dumps(page(form, name)), encoding="utf-8")
    (tmp_path / "c.csv").write_text(
        f"respondent,form,version,fingerprint,language,seconds,RES1,ACC1\nc,{form.code},1.0,{form.fingerprint},ru,90,5,7\n",
        encoding="utf-8",
    )
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    read = read_responses(tmp_path, form)
    assert read.n == 3 and read.id == "respondent"
    assert read.frame(["respondent", "RES1", "seconds"]).to_numpy().tolist() == [
        ["a", 4, 180],
        ["b", 4, 180],
        ["c", 5, 90],
    ]
    assert read.frame(["OPEN1"])["OPEN1"].tolist() == ["=1+1", "=1+1", None]
    assert read.raw["RES2"].tolist()[0] == 99
    assert codes(read, "note") == ["RESP-IGNORED"]
    unread = read.receipt.item("ACC1").unread
    assert [(value.value, value.count, value.rows) for value in unread] == [("7", 1, "c.csv row 2")]


def test_other_forms_versions_and_respondents_met_twice_are_noticed(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(page(form, "a")), encoding="utf-8")
    assert codes(read_responses(path, form)) == ["RESP-NOTFOUND"]
    path.write_text(json.dumps([page(form, "a"), {**page(form, "a"), "fingerprint": "0"}]), encoding="utf-8")
    assert codes(read_responses(path, form)) == ["RESP-NOTFOUND", "RESP-VERSION", "RESP-SAMEID"]
    path.write_text(json.dumps({**page(form, "a"), "form": "other"}), encoding="utf-8")
    assert "other" in refused(path, form)["RESP-FORM"]


def test_arguments_that_make_no_sense_are_refused(tmp_path: Path, form: Questionnaire) -> None:
    path = tmp_path / "a.csv"
    path.write_text(ROWS, encoding="utf-8")
    assert "RESP-DIALECT" in refused(path, form, "excel")
    assert "RESP-DECIMALARG" in refused(path, form, decimal=";")
    assert "RESP-BADDELIMITER" in refused(path, form, delimiter=";;")
    assert "RESP-NOID" in refused(path, form, id="nobody")
    assert "RESP-MAPALONE" in refused(path, columns={"RES1": "a"})
    (tmp_path / "none").mkdir()
    assert "RESP-NOFILES" in refused(tmp_path / "none", form)
