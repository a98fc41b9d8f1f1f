from __future__ import annotations

import csv
import io

import openpyxl
import pandas as pd
import pytest

from surveykit.errors import SurveykitError
from surveykit.exports.codebook import codebook
from surveykit.exports.write import export
from tests.exports.forms import small_form


def test_a_row_an_item_with_scale_keying_and_labels(form):
    table = codebook(form).set_index("code")
    assert list(table.index) == [item.code for item in form.items]
    reversed_item = table.loc["RES2"]
    assert (reversed_item.section, reversed_item.dimension, reversed_item.role) == ("RES", "RES", "driver")
    assert (reversed_item.low, reversed_item.high, reversed_item.keyed) == (1, 5, -1)
    assert bool(reversed_item.scored) and bool(reversed_item.required)
    assert reversed_item.missing == "99"
    assert table.loc["NPS1", "labels_zh"] == "0 = 完全不可能; 5 = 中立; 10 = 极有可能; 99 = 无法判断"
    assert not table.loc["NPS1", "scored"]
    assert table.loc["OPEN1", "scale"] == "" and pd.isna(table.loc["OPEN1", "low"])
    assert table.loc["RES1", "wording_ru"] == form.wording("RES1", "ru")


def test_csv_reads_back_as_the_same_table(form, tmp_path):
    file = export(form, None, tmp_path / "codes.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    expected = codebook(form)
    back = pd.read_csv(file, keep_default_na=False, na_values={"low": "", "high": ""}, dtype={"missing": str})
    back = back.astype({"low": "Int64", "high": "Int64"})
    assert back.fillna(-1).to_dict("list") == expected.fillna(-1).to_dict("list")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_no_text_becomes_a_formula(tmp_path, start):
    wording = f"{start}HYPERLINK(1)"
    form = small_form(tmp_path, ("en: Urgent requests are taken up at once.", f'en: "{wording}"'))
    text = export(form, "codebook.csv", tmp_path / "c.csv").read_text(encoding="utf-8-sig")
    row = next(row for row in csv.DictReader(io.StringIO(text)) if row["code"] == "RES3")
    assert row["wording_en"] == "'" + wording
    book = openpyxl.load_workbook(export(form, "codebook.xlsx", tmp_path / "c.xlsx"))
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert wording in [cell.value for cell in cells]


def test_xlsx_holds_numbers_as_numbers_and_explains_its_columns(form, tmp_path):
    book = openpyxl.load_workbook(export(form, None, tmp_path / "codes.xlsx"))
    table, about = book.worksheets
    head = [cell.value for cell in table[1]]
    assert head == list(codebook(form).columns)
    rows = {row[0]: dict(zip(head, row, strict=True)) for row in table.iter_rows(min_row=2, values_only=True)}
    assert rows["RES2"]["keyed"] == -1 and rows["NPS1"]["low"] == 0 and rows["OPEN1"]["low"] is None
    explained = {row[0] for row in about.iter_rows(min_row=2, values_only=True)}
    assert {name if "_" not in name else name.split("_")[0] + "_*" for name in head} == explained


def test_text_that_xml_forbids_does_not_stop_the_workbook(tmp_path):
    form = small_form(tmp_path, ("en: Urgent requests are taken up at once.", 'en: "bell \\a here"'))
    book = openpyxl.load_workbook(export(form, "codebook.xlsx", tmp_path / "c.xlsx"))
    assert "bell \ufffd here" in [cell.value for line in book.worksheets[0].iter_rows() for cell in line]


@pytest.mark.parametrize("name", ["a.html", "a.csv", "a.xlsx"])
def test_an_existing_file_is_left_alone_unless_told(form, tmp_path, name):
    file = tmp_path / name
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(SurveykitError) as caught:
        export(form, None, file)
    assert caught.value.problems[0].code == "EXPORT-EXISTS"
    assert file.read_text(encoding="utf-8") == "mine"
    assert export(form, None, file, overwrite=True) == file
    assert len(file.read_bytes()) > 1000
    assert sorted(entry.name for entry in tmp_path.iterdir() if entry.is_file()) == [name]


@pytest.mark.parametrize(
    ("target", "name", "code"),
    [
        ("pdf", "a.pdf", "EXPORT-TARGET"),
        (None, "a.pdf", "EXPORT-NOTARGET"),
        (None, "noending", "EXPORT-NOTARGET"),
        ("html", "a.csv", "EXPORT-SUFFIX"),
        ("html", "folder.html", "EXPORT-FOLDER"),
        ("html", "file/a.html", "EXPORT-DENIED"),
    ],
)
def test_refusals_say_what_to_do(form, tmp_path, target, name, code):
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(SurveykitError) as caught:
        export(form, target, tmp_path / name)
    assert caught.value.problems[0].code == code
    for lang in ("en", "zh", "ru"):
        assert "{" not in caught.value.problems[0].message(lang)


def test_folders_on_the_way_are_made(form, tmp_path):
    assert export(form, None, tmp_path / "new" / "deep" / "a.htm").is_file()
