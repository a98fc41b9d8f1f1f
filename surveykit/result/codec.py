"""Turns the fields of a result into JSON-safe data and back, without loss."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import Problem
from surveykit.result.provenance import Provenance

_RECORDS: dict[str, Any] = {"problem": Problem, "provenance": Provenance}


def encode(value: Any) -> Any:
    """JSON-safe form of a field: plain data stays, frames, arrays, records and non-finite numbers are marked."""
    if value is None or isinstance(value, str | bool | np.bool_):
        return bool(value) if isinstance(value, np.bool_) else value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if math.isfinite(number) else {"$float": str(number)}
    if isinstance(value, np.ndarray):
        return {"$array": encode(value.tolist()), "dtype": value.dtype.name}
    if isinstance(value, pd.DataFrame):
        return {"$frame": [_column(name, value[name]) for name in value.columns], "rows": len(value)}
    if isinstance(value, dict) or hasattr(value, "items"):
        return {"$map": [[encode(key), encode(child)] for key, child in value.items()]}
    if isinstance(value, list | tuple):
        return [encode(child) for child in value]
    for mark, kind in _RECORDS.items():
        if isinstance(value, kind):
            return {"$" + mark: {field.name: encode(getattr(value, field.name)) for field in fields(value)}}
    if hasattr(value, "to_dict"):
        return {"$result": value.to_dict()}
    raise TypeError(f"a result cannot hold a {type(value).__name__}")


def _column(name: str, column: pd.Series) -> dict[str, Any]:
    dtype = "object" if not pd.api.types.is_numeric_dtype(column.dtype) else column.dtype.name
    missing = column.isna() if dtype == "object" else pd.Series(False, index=column.index)
    values = [None if gone else encode(value) for value, gone in zip(column.tolist(), missing, strict=True)]
    return {"name": name, "dtype": dtype, "values": values}


def decode(value: Any, result_from_dict: Any) -> Any:
    """The inverse of `encode`; sequences come back as tuples."""
    if isinstance(value, list):
        return tuple(decode(child, result_from_dict) for child in value)
    if not isinstance(value, dict):
        return value
    if "$float" in value:
        return float(value["$float"])
    if "$array" in value:
        return np.array(_lists(value["$array"], result_from_dict), dtype=value["dtype"])
    if "$frame" in value:
        columns = {
            part["name"]: pd.Series(
                [decode(cell, result_from_dict) for cell in part["values"]], dtype=_dtype(part["dtype"])
            )
            for part in value["$frame"]
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(value["rows"]))
    if "$map" in value:
        return {decode(k, result_from_dict): decode(child, result_from_dict) for k, child in value["$map"]}
    if "$result" in value:
        return result_from_dict(value["$result"])
    for mark, kind in _RECORDS.items():
        if "$" + mark in value:
            parts = {name: decode(child, result_from_dict) for name, child in value["$" + mark].items()}
            return kind(**parts)
    raise ValueError(f"unknown mark in a stored result: {sorted(value)}")


def _lists(value: Any, result_from_dict: Any) -> Any:
    if isinstance(value, list):
        return [_lists(child, result_from_dict) for child in value]
    return decode(value, result_from_dict)


def _dtype(name: str) -> str | None:
    """None lets pandas infer its own text type, which differs between its versions."""
    return None if name == "object" else name
