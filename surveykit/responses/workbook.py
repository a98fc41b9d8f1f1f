"""Excel workbooks: one sheet, cells as their typed values."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from surveykit.errors import SurveykitError
from surveykit.responses.table import Table, blank, text_table


def read_workbook(path: Path, *, sheet: str | int | None) -> Table:
    """The table of one sheet; with several sheets that hold something, `sheet` must say which."""
    try:
        with path.open("rb") as stream:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            grids = {each.title: _grid(each) for each in book.worksheets if _wanted(each.title, sheet, book)}
            titles = [each.title for each in book.worksheets]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="Excel", detail=str(fault)[:80]) from None
    if sheet is not None and not grids:
        raise SurveykitError.of("RESP-NOSHEET", path.name, sheet=str(sheet), known=", ".join(titles))
    filled = {title: grid for title, grid in grids.items() if grid}
    if not filled:
        raise SurveykitError.of("RESP-EMPTY", path.name)
    if len(filled) > 1:
        raise SurveykitError.of("RESP-SHEETS", path.name, known=", ".join(filled))
    title, grid = next(iter(filled.items()))
    start = next(row for row, cells in enumerate(grid) if not all(blank(cell) for cell in cells))
    rows = range(start + 2, len(grid) + 1)
    return text_table(grid[start], grid[start + 1 :], rows, file=path.name, format="Excel workbook", sheet=title)


def _wanted(title: str, sheet: str | int | None, book: Any) -> bool:
    if isinstance(sheet, int):
        return 0 <= sheet < len(book.worksheets) and book.worksheets[sheet].title == title
    return sheet is None or title == sheet


def _grid(sheet: Any) -> list[list[Any]]:
    """Rows of cells, all equally long, without the formatted but empty ones at the end."""
    sheet.reset_dimensions()
    grid = [list(row) for row in sheet.iter_rows(values_only=True)]
    while grid and all(cell is None for cell in grid[-1]):
        grid.pop()
    width = max((len(row) for row in grid), default=0)
    return [row + [None] * (width - len(row)) for row in grid]
