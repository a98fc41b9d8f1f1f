"""A workbook in which a person codes comments: a sheet to fill in, the categories, and what the workbook is."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from surveykit.exports.sheet import put
from surveykit.language import say
from surveykit.spec.coding_frame import CodingFrame

SHEET, GUIDE, META = "coding", "guide", "meta"
FIRST_ROW = 3
POLARITY, NOTE, SUGGESTED = "polarity", "note", "suggested"
LONGEST = 32_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetContent:
    """What one coder gets: `comments` id -> text, `suggested` id -> categories that the rules found (may be empty)."""

    coder: str
    frame: CodingFrame
    comments: Mapping[int, str]
    suggested: Mapping[int, Sequence[str]]
    lang: str


def coding_workbook(content: SheetContent) -> bytes:
    """The workbook as bytes. Row 1 holds codes, row 2 names; cells take 1 or nothing, polarity -1, 0 or 1."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    frame, lang = content.frame, content.lang
    codes = [category.code for category in frame.categories]
    heads = ["id", "text", *codes, POLARITY, NOTE, *([SUGGESTED] if content.suggested else [])]
    own = {category.code: category.name.get(lang, category.code) for category in frame.categories}
    for column, code in enumerate(heads, 1):
        put(sheet, 1, column, code)
        put(sheet, 2, column, own.get(code) or say(f"coding.{code}", lang))
        sheet.cell(1, column).font = Font(color="808080", size=8)
        sheet.cell(2, column).font = Font(bold=True)
        sheet.cell(2, column).alignment = Alignment(wrap_text=True, vertical="bottom", text_rotation=0)
        sheet.column_dimensions[get_column_letter(column)].width = {"id": 7, "text": 70, NOTE: 25}.get(code, 13)
    for row, (number, text) in enumerate(content.comments.items(), FIRST_ROW):
        put(sheet, row, 1, int(number))
        put(sheet, row, 2, text[:LONGEST])
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        if content.suggested:
            put(sheet, row, len(heads), ", ".join(own[code] for code in content.suggested.get(number, ())))
            sheet.cell(row, len(heads)).fill = PatternFill("solid", fgColor="EEEEEE")
    last = FIRST_ROW + max(len(content.comments), 1) - 1
    _choices(sheet, '"1"', 3, 2 + len(codes), last)
    _choices(sheet, '"-1,0,1"', 3 + len(codes), 3 + len(codes), last)
    sheet.freeze_panes = sheet.cell(FIRST_ROW, 3)
    _guide(book.create_sheet(GUIDE), frame, lang)
    meta = book.create_sheet(META)
    facts = {"coder": content.coder, "frame": frame.code, "fingerprint": frame.fingerprint}
    for row, (name, value) in enumerate(facts.items(), 1):
        put(meta, row, 1, name)
        put(meta, row, 2, value)
    meta.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _choices(sheet: Worksheet, formula: str, first: int, last: int, rows: int) -> None:
    allowed = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
    sheet.add_data_validation(allowed)
    allowed.add(f"{get_column_letter(first)}{FIRST_ROW}:{get_column_letter(last)}{rows}")


def _guide(sheet: Worksheet, frame: CodingFrame, lang: str) -> None:
    heads = ("code", "name", "definition", "examples")
    for column, head in enumerate(heads, 1):
        put(sheet, 1, column, say(f"coding.{head}", lang))
        sheet.cell(1, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = (14, 26, 70, 60)[column - 1]
    for row, category in enumerate(frame.categories, 2):
        definition = category.definition.get(lang) if category.definition else ""
        examples = "\n".join(category.examples.get(lang, ()))
        for column, text in enumerate((category.code, category.name.get(lang), definition, examples), 1):
            put(sheet, row, column, ILLEGAL_CHARACTERS_RE.sub("\ufffd", text))
            sheet.cell(row, column).alignment = Alignment(wrap_text=True, vertical="top")
