"""Writes answers as codes, in the layout that `read_responses` knows best."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import SurveykitError
from surveykit.responses.decode import ScaleReader
from surveykit.responses.responses import Responses
from surveykit.responses.table import blank


def write_csv(responses: Responses, path: str | Path, *, overwrite: bool = False) -> Path:
    """Write answers to a UTF-8 CSV: every other column first, then item codes; missing codes stay, gaps are empty.

    A column `respondent` (1, 2, ...) is put first where nothing tells respondents apart. Cells are the very answers:
    the file is for programs, not for a spreadsheet. Raises SurveykitError where the file is there and `overwrite` is
    false, or where an answer holds half a character that UTF-8 cannot hold.
    """
    path = Path(path)
    frame = responses.frame()
    items = set(responses.items)
    if responses.id is None and "respondent" not in frame.columns:
        frame.insert(0, "respondent", np.arange(1, len(frame) + 1))
    names = [*(name for name in frame.columns if name not in items), *responses.items]
    columns = [_item(responses, name, frame[name]) if name in items else _cells(frame[name]) for name in names]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    try:
        content = text.getvalue().encode("utf-8")
    except UnicodeEncodeError:
        raise SurveykitError.of("RESP-SURROGATE", path.name) from None
    try:
        with path.open("wb" if overwrite else "xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise SurveykitError.of("RESP-EXISTS", str(path)) from None
    return path


def _item(responses: Responses, code: str, values: pd.Series) -> list[str]:
    """The codes of an item; where there is no answer, the missing code that was given instead of one."""
    form = responses.questionnaire
    scale = form.scale(code) if form is not None else None
    if scale is None or not scale.missing or code not in responses.raw_engine.columns:
        return _cells(values)
    given = ScaleReader(scale, None).decode(responses.raw_engine.frame([code])[code]).codes
    reasons = values.isna().to_numpy() & np.isin(given, list(scale.missing))
    return _cells(values.mask(reasons, pd.Series(given)))


def _cells(column: pd.Series) -> list[str]:
    shown = {cell: _shown(cell) for cell in column.unique()} if column.dtype != object else {}
    return [shown[cell] if cell in shown else _shown(cell) for cell in column.tolist()]


def _shown(cell: Any) -> str:
    if blank(cell) and not (isinstance(cell, str) and cell):
        return ""
    if isinstance(cell, str):
        return cell
    if pd.isna(cell):
        return ""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    if isinstance(cell, float | np.floating):
        return repr(float(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
