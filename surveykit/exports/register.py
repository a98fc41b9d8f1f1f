"""Writes sheets to an XLSX file, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from surveykit.errors import SurveykitError
from surveykit.exports.sheet import xlsx_bytes


def write_workbook(sheets: Mapping[str, pd.DataFrame], path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """Write tables as the sheets of an XLSX file and return where it stands; no text ever becomes a formula.

    Folders on the way are made. Raises SurveykitError for another ending than .xlsx, a file that is there already
    unless `overwrite`, or a place that cannot be written.
    """
    return write_bytes(xlsx_bytes(sheets), path, overwrite)


def write_bytes(content: bytes, path: str | os.PathLike[str], overwrite: bool = False) -> Path:
    """Write the content of an XLSX file, whole or not at all; refusals as `write_workbook`."""
    goal = Path(path)
    if goal.suffix.lower() != ".xlsx":
        raise SurveykitError.of("EXPORT-SUFFIX", str(goal), target="xlsx", wanted=".xlsx")
    if goal.is_dir():
        raise SurveykitError.of("EXPORT-FOLDER", str(goal))
    if goal.exists() and not overwrite:
        raise SurveykitError.of("EXPORT-EXISTS", str(goal))
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        part = goal.with_name(goal.name + ".part")
        part.write_bytes(content)
        part.replace(goal)
    except OSError as fault:
        raise SurveykitError.of("EXPORT-DENIED", str(goal), detail=fault.strerror or type(fault).__name__) from None
    return goal
