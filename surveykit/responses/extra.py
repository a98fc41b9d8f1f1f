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
    if not all(isinstance(cell, str | int | float) and not isinstance(cell, bool) for cell in answered):
        times = all(hasattr(cell, "isoformat") for cell in answered)
        return (pd.to_datetime(plain) if times and all(hasattr(cell, "hour") for cell in answered) else plain), []
    if name in _TEXTS and "fingerprint" in table.columns:
        return plain, []
    written = [cell.strip() for cell in answered if isinstance(cell, str)]
    texts = set(written)
    words = texts & _NO_NUMBER
    numbers = texts - words
    commas = {text for text in numbers if has_decimal_comma(text)}
    if not numbers or not all(_is_plain(text) for text in numbers - commas) or (commas and decimal == "."):
        return plain, []
    place = f"{table.file}, column {name}"
    if commas and decimal is None:
        shown = shortened([f'"{text}"' for text in sorted(commas)], 3)
        count = sum(text in commas for text in written)
        return plain, [Problem.of("RESP-DECIMAL", place, item=name, values=shown, count=count)]
    read = {text: _number(text.replace(",", ".")) for text in numbers}
    numeric = [read.get(cell.strip()) if isinstance(cell, str) else cell for cell in plain]
    found = _numbers(pd.Series(numeric, dtype=object))
    if not words:
        return found, []
    count = sum(text in words for text in written)
    return found, [Problem.of("RESP-NAWORDS", place, "note", values=", ".join(sorted(words)), count=count)]


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
