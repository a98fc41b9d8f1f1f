"""Habits of survey platforms: extra header rows, bookkeeping columns, and where their files mislead."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import pandas as pd

from surveykit.responses.table import Table, blank
from surveykit.responses.text import fold

Dialect = Literal["auto", "plain", "wjx", "qualtrics"]
DIALECTS = ("auto", "plain", "wjx", "qualtrics")

WJX_HEADERS = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
_WJX_EMPTY = ("(空)", "(跳过)", "-2", "-3")
_SECONDS = re.compile(r"([0-9]+)\s*秒?")
_WJX_ENOUGH = 2


def detect(table: Table) -> Dialect:
    """The platform that a file gives away by its columns; "plain" where it does not."""
    if sum(name in WJX_HEADERS for name in table.columns) >= _WJX_ENOUGH:
        return "wjx"
    return "qualtrics" if _imports(table) else "plain"


def prepare(table: Table, dialect: Dialect) -> Table:
    """The table without what the platform adds: header rows of Qualtrics; of WJX, the seconds become a number."""
    if dialect == "qualtrics" and _imports(table):
        captions = {name: str(cells.iloc[0]) for name, cells in table.columns.items() if not blank(cells.iloc[0])}
        columns = {name: cells.iloc[2:].reset_index(drop=True) for name, cells in table.columns.items()}
        return replace(table, columns=columns, rows=tuple(table.rows[2:]), captions=captions)
    if dialect == "wjx" and "所用时间" in table.columns and "seconds" not in table.columns:
        found = [_SECONDS.fullmatch(fold(str(cell))) for cell in table.columns["所用时间"]]
        if all(found):
            seconds = pd.Series([float(match[1]) for match in found if match], dtype="float64")
            return replace(table, columns={**table.columns, "seconds": seconds})
    return table


def open_answer_missing(dialect: Dialect) -> frozenset[str]:
    """The whole cells that stand for no answer to an open question; elsewhere only an empty cell does."""
    return frozenset(fold(word) for word in _WJX_EMPTY) if dialect == "wjx" else frozenset()


def _imports(table: Table) -> bool:
    cells = [column.iloc[1] for column in table.columns.values() if len(column) > 1]
    return bool(cells) and all(isinstance(cell, str) and cell.startswith('{"ImportId"') for cell in cells)
