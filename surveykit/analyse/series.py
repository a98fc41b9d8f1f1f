"""Checks one column of answers before it is counted."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import SurveykitError


def answers(x: Any, low: int, high: int, call: str) -> tuple[NDArray[np.int64], int]:
    """The whole-number answers within low..high and the number of missing ones.

    Raises SurveykitError naming the rows of values that are not answers: text, fractions, codes out of range.
    """
    column = pd.Series(x, dtype=object) if not isinstance(x, pd.Series) else x
    numbers = pd.to_numeric(column, errors="coerce")
    missing = column.isna().to_numpy()
    values = numbers.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~missing & ~((values >= low) & (values <= high) & (values == np.round(values)))
    if wrong.any():
        rows = np.flatnonzero(wrong)
        found = ", ".join(str(value) for value in dict.fromkeys(column.iloc[rows[:50]].astype(str)))
        place = "rows " + ", ".join(str(row + 1) for row in rows[:8]) + (" ..." if len(rows) > 8 else "")
        shifted = low == 0 and high == 10 and np.nanmin(values) >= 1 and np.nanmax(values) == 11
        code = "ANALYSE-SHIFTED" if shifted else "ANALYSE-RANGE"
        raise SurveykitError.of(code, place, call=call, found=found[:80], low=low, high=high)
    return values[~missing].astype(np.int64), int(missing.sum())


def series_fingerprint(values: NDArray[np.int64], missing: int) -> str:
    """SHA-256 of one column of answers."""
    digest = hashlib.sha256(np.ascontiguousarray(values, dtype="<i8").tobytes())
    digest.update(str(missing).encode())
    return digest.hexdigest()
