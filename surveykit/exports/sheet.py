"""Writes a table so that a spreadsheet shows every text as the text it is and never computes it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_WIDE = 60


def plain_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before one that begins like a formula."""
    return f"'{text}" if text.startswith(_STARTS) else text


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark; texts that begin like a formula get an apostrophe before."""
    safe = frame.map(lambda value: plain_text(value) if isinstance(value, str) else value)
    safe.columns = [plain_text(str(name)) for name in frame.columns]
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def xlsx_bytes(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables as a workbook, a sheet each; texts are stored as texts, characters that XML forbids become U+FFFD."""
    book = Workbook()
    book.remove(book.active)
    for title, frame in sheets.items():
        _fill(book.create_sheet(title[:31]), frame)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(sheet: Worksheet, frame: pd.DataFrame) -> None:
    rows: list[Sequence[Any]] = [list(frame.columns), *frame.astype(object).to_numpy().tolist()]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            put(sheet, number, column, value)
    for column in range(1, len(frame.columns) + 1):
        head = sheet.cell(1, column)
        head.font = Font(bold=True)
        widest = max(len(str(sheet.cell(row, column).value or "")) for row in range(1, len(rows) + 1))
        sheet.column_dimensions[get_column_letter(column)].width = min(_WIDE, max(8, widest + 2))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions


def put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write one cell: a text as a text, never as a formula; nothing where the value is missing."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_STARTS)
        cell.alignment = Alignment(vertical="top", wrap_text=len(value) > _WIDE)
    elif not pd.isna(value):
        cell.value = value
        cell.alignment = Alignment(vertical="top")
