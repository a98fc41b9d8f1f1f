"""The fingerprint of a frame: equal content gives an equal digest on every platform, whatever the width of numbers."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd


def digest(frame: pd.DataFrame) -> str:
    """SHA-256 over the columns in order: name, kind (integer, number, boolean, time, text) and every cell."""
    whole = hashlib.sha256(f"{len(frame)} rows".encode())
    for name in frame.columns:
        kind, content = _content(frame[name])
        whole.update(_framed(str(name)) + _framed(kind) + hashlib.sha256(content).digest())
    return whole.hexdigest()


def _content(column: pd.Series) -> tuple[str, bytes]:
    types = pd.api.types
    missing = column.isna().to_numpy()
    if types.is_bool_dtype(column.dtype):
        return "boolean", _numbers(column, missing, "int64", "<i8")
    if types.is_integer_dtype(column.dtype):
        unsigned = types.is_unsigned_integer_dtype(column.dtype)
        return "integer", _numbers(column, missing, "uint64" if unsigned else "int64", "<i8")
    if types.is_float_dtype(column.dtype):
        return "number", _numbers(column, missing, "float64", "<f8")
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        ticks = column.to_numpy().astype("datetime64[us]").astype("int64")
        return "time", np.where(missing, 0, ticks).astype("<i8").tobytes() + missing.tobytes()
    cells = column.astype(object).tolist()
    return "text", b"".join(b"0" if gone else _cell(cell) for cell, gone in zip(cells, missing, strict=True))


def _numbers(column: pd.Series, missing: np.ndarray, wide: str, stored: str) -> bytes:
    values = column.fillna(False if wide == "int64" and column.dtype.kind == "b" else 0) if missing.any() else column
    plain = values.to_numpy().astype(wide).astype(stored, copy=False)
    return (plain + 0).tobytes() + missing.tobytes()


def _cell(cell: Any) -> bytes:
    tag = "s" if isinstance(cell, str) else type(cell).__name__
    return _framed(tag) + _framed(cell if isinstance(cell, str) else repr(cell))


def _framed(text: str) -> bytes:
    raw = text.encode("utf-8", "surrogatepass")
    return f"{len(raw)}:".encode() + raw
