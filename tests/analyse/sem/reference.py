"""Reference values that R made for this room alone: `tests/oracle/sem/make.R`."""

import json
from functools import cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).parents[2] / "oracle" / "sem" / "values.json"


@cache
def _values() -> dict:
    return json.loads(FILE.read_text(encoding="utf-8"))["values"]


def reference(key: str) -> np.ndarray:
    """The numbers under one id."""
    return np.array(_values()[key], dtype=float)
