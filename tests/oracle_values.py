"""Reads the reference values that R made, and the exact data they were made from."""

import json
from functools import cache
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "oracle"


@cache
def values() -> dict[str, tuple[float, float]]:
    """Reference id -> (value, tolerance)."""
    entries = json.loads((FOLDER / "values.json").read_text(encoding="utf-8"))["values"]
    return {entry["id"]: (entry["value"], entry["tol"]) for entry in entries}


def ids(*prefixes: str) -> list[str]:
    """Every reference id that begins with one of the prefixes."""
    return [key for key in values() if key.startswith(prefixes)]


def assert_meets(key: str, computed: float) -> None:
    """Fail unless `computed` is within the declared tolerance of the reference value `key`."""
    value, tolerance = values()[key]
    assert abs(computed - value) <= tolerance * max(1.0, abs(value)), f"{key}: {computed!r} is not {value!r}"


@cache
def _frame(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "data" / f"{name}.csv", encoding="utf-8")


def frame(name: str) -> pd.DataFrame:
    """A fresh copy of one of the oracle's data sets."""
    return _frame(name).copy()
