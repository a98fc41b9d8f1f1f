"""SPSS, Stata and Parquet: typed columns, with the wordings, value labels and missing values that the file declares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyreadstat

from surveykit.errors import SurveykitError
from surveykit.responses.table import Range, Table

_READSTAT_FAULTS = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, UnicodeDecodeError, ValueError)


def read_spss(path: Path, encoding: str | None) -> Table:
    """The table of a .sav or .zsav file; user-missing values stay in the cells and are declared beside them."""
    try:
        frame, meta = pyreadstat.read_sav(str(path), user_missing=True, encoding=encoding)
    except _READSTAT_FAULTS as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="SPSS", detail=str(fault)[:80]) from None
    missing = {name: tuple((part["lo"], part["hi"]) for part in parts) for name, parts in meta.missing_ranges.items()}
    return _table(path, "SPSS", frame, meta, missing)


def read_stata(path: Path, encoding: str | None) -> Table:
    """The table of a .dta file; extended missing values (.a to .z) stay in the cells and are declared beside them."""
    try:
        frame, meta = pyreadstat.read_dta(str(path), user_missing=True, encoding=encoding)
    except _READSTAT_FAULTS as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="Stata", detail=str(fault)[:80]) from None
    missing = {name: tuple((letter, letter) for letter in codes) for name, codes in meta.missing_user_values.items()}
    return _table(path, "Stata", frame, meta, missing)


def read_parquet(path: Path) -> Table:
    """The table of a Parquet file."""
    try:
        frame = pd.read_parquet(path)
    except (pyarrow.ArrowInvalid, OSError) as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="Parquet", detail=str(fault)[:80]) from None
    return frame_table(frame, path.name, "Parquet", range(2, len(frame) + 2))


def frame_table(frame: pd.DataFrame, file: str, kind: str, rows: Any) -> Table:
    """The table of a frame; categories become their texts."""
    columns = {str(name): _plain(frame[name]) for name in frame.columns}
    return Table(file=file, format=kind, columns=columns, rows=tuple(rows))


def _table(path: Path, kind: str, frame: pd.DataFrame, meta: Any, missing: dict[str, tuple[Range, ...]]) -> Table:
    return Table(
        file=path.name,
        format=kind,
        columns={str(name): _plain(frame[name]) for name in frame.columns},
        rows=range(2, len(frame) + 2),
        encoding=meta.file_encoding or "",
        captions={name: text for name, text in meta.column_names_to_labels.items() if text},
        labels=meta.variable_value_labels,
        missing=missing,
    )


def _plain(column: pd.Series) -> pd.Series:
    column = column.reset_index(drop=True)
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(kind) or not _typed(kind):
        cells = column.astype(object)
        return pd.Series([None if gone else cell for cell, gone in zip(cells, cells.isna(), strict=True)], dtype=object)
    return column.copy()


def _typed(kind: Any) -> bool:
    return pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)
