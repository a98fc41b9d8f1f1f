"""Columns that are no item: kept under their own name, numbers only where every cell is a number beyond doubt."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from surveykit.errors import Problem
from surveykit.responses.decode import within
from surveykit.responses.table import Table, blank
from surveykit.responses.text import has_decimal_comma, shortened

_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_NO_NUMBER = frozenset(("NA", "N/A", "#N/A", "NaN", "nan", "NULL", "."))
_TEXTS = frozenset(("form", "version", "fingerprint"))
"""Columns of the web page that are names, even when they look like numbers."""
_EXACT_DIGITS = 15
"""Whole numbers of more digits, such as card numbers, would be rounded by a float and stay text."""


def extra_column(name: str, cells: pd.Series, table: Table, decimal: str | None) -> tuple[pd.Series, list[Problem]]:
    """The column as it is, or as numbers; a decimal comma without `decimal` is refused, never read as thousands."""
    if name in table.missing:
        return _without_declared(name, cells, table)
    if cells.dtype != object:
        return cells, []
    plain = pd.Series([None if blank(cell) else cell for cell in cells.tolist()], dtype=object)
    answered = plain.dropna()
    if not len(answered):
        return (plain, []) if len(plain) else (pd.Series(dtype=object), [])
    if all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in answered):
        return _numbers(plain), []
    if not all(isinstance(cell, str) for cell in answered):
        times = all(hasattr(cell, "isoformat") for cell in answered)
        return (pd.to_datetime(plain) if times and all(hasattr(cell, "hour") for cell in answered) else plain), []
    if name in _TEXTS and "fingerprint" in table.columns:
        return plain, []
    texts = [cell.strip() for cell in answered]
    numbers = [text for text in texts if text not in _NO_NUMBER]
    if numbers and len(numbers) < len(texts) and all(_is_plain(text) or has_decimal_comma(text) for text in numbers):
        words = sorted(set(texts) - set(numbers))
        place = f"{table.file}, column {name}"
        note = Problem.of("RESP-NAWORDS", place, "note", values=", ".join(words), count=len(texts) - len(numbers))
        column, problems = extra_column(name, plain.where(~plain.isin(words), None), table, decimal)
        return column, [note, *problems]
    commas = [has_decimal_comma(text) for text in texts]
    if any(commas) and all(comma or _is_plain(text) for comma, text in zip(commas, texts, strict=True)):
        if decimal == ",":
            return _numbers(plain.map(lambda cell: float(cell.replace(",", ".")), na_action="ignore")), []
        if decimal is None:
            shown = shortened([f'"{text}"' for text, comma in zip(texts, commas, strict=True) if comma], 3)
            place = f"{table.file}, column {name}"
            return plain, [Problem.of("RESP-DECIMAL", place, item=name, values=shown, count=sum(commas))]
    if all(_is_plain(text) for text in texts):
        return _numbers(plain.map(_number, na_action="ignore")), []
    return plain, []


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and sum(sign.isdigit() for sign in text) <= _EXACT_DIGITS


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _numbers(cells: pd.Series) -> pd.Series:
    whole = all(isinstance(cell, int | np.integer) for cell in cells.tolist())
    if whole and any(abs(cell) > 2**63 - 1 for cell in cells.tolist()):
        return cells
    return cells.astype("int64" if whole else "float64")


def _without_declared(name: str, cells: pd.Series, table: Table) -> tuple[pd.Series, list[Problem]]:
    declared = [
        not pd.isna(cell) and any(within(cell, low, high) for low, high in table.missing[name])
        for cell in cells.tolist()
    ]
    if not any(declared):
        return cells, []
    shown = shortened(sorted({str(cell) for cell, gone in zip(cells.tolist(), declared, strict=True) if gone}))
    kept = cells.mask(np.array(declared))
    if cells.dtype == object and all(not isinstance(cell, str) for cell in kept.dropna()):
        kept = kept.astype("float64")
    place = f"{table.file}, column {name}"
    return kept, [Problem.of("RESP-DECLARED", place, "note", values=shown, count=sum(declared))]
