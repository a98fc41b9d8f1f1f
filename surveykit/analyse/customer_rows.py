"""Rows of estimates about customers, and the intervals they come with."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import SurveykitError
from surveykit.stats.delta import delta_logit
from surveykit.stats.intervals import mean_t, normal_quantile, wilson

Row = dict[str, Any]


def row(
    measure: str, estimate: float, error: float, low: float, high: float, n: float, method: str, **more: Any
) -> Row:
    """One row of a table of estimates."""
    parts = {"estimate": estimate, "std_error": error, "conf_low": low, "conf_high": high}
    return {"measure": measure, **{name: float(v) for name, v in parts.items()}, "n": int(n), "method": method, **more}


def positive_row(measure: str, estimate: float, error: float, n: float, level: float, method: str) -> Row:
    """A positive estimate with a normal interval on the log scale."""
    if not (estimate > 0 and error >= 0):
        return row(measure, estimate, np.nan, np.nan, np.nan, n, method)
    half = np.exp(normal_quantile(level) * error / estimate)
    return row(measure, estimate, error, estimate / half, estimate * half, n, method)


def share_by_delta(measure: str, estimate: float, error: float, n: float, level: float, method: str) -> Row:
    """A share with a normal interval on the logit scale."""
    if not (0 < estimate < 1 and error >= 0):
        return row(measure, estimate, np.nan, np.nan, np.nan, n, method)
    error, low, high = delta_logit(estimate, [1.0], [[error**2]], level)
    return row(measure, estimate, error, low, high, n, method)


def mean_row(measure: str, values: np.ndarray, level: float) -> Row:
    """A mean with Student's interval."""
    n = len(values)
    sd = float(values.std(ddof=1)) if n > 1 else np.nan
    centre = float(values.mean()) if n else np.nan
    low, high = mean_t(centre, sd, n, level)
    return row(measure, centre, sd / np.sqrt(n) if n else np.nan, float(low), float(high), n, "mean_t")


def share_row(measure: str, count: int, n: int, level: float) -> Row:
    """A share with Wilson's interval."""
    share = count / n if n else np.nan
    low, high = wilson(count, n, level)
    error = float(np.sqrt(share * (1 - share) / n)) if n else np.nan
    return row(measure, share, error, float(low), float(high), n, "wilson")


def numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as floats; SurveykitError where it holds text or an infinite number."""
    column = pd.to_numeric(frame[name], errors="coerce") if frame[name].dtype != bool else frame[name].astype(float)
    values = column.to_numpy(dtype=float, na_value=np.nan)
    wrong = (np.isnan(values) & frame[name].notna().to_numpy()) | np.isinf(values)
    if wrong.any():
        raise SurveykitError.of("VALUE-NUMBERS", f"column {name}", rows=int(wrong.sum()), first=_first(wrong))
    return values


def flags(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column of 0 and 1 (or False and True) as floats; SurveykitError where it holds anything else."""
    values = numbers(frame, name)
    wrong = ~np.isnan(values) & (values != 0) & (values != 1)
    if wrong.any():
        raise SurveykitError.of("VALUE-FLAGS", f"column {name}", rows=int(wrong.sum()), first=_first(wrong))
    return values


def not_negative(values: np.ndarray, name: str) -> None:
    """Refuse negative times and amounts."""
    wrong = values < 0
    if wrong.any():
        raise SurveykitError.of("VALUE-NEGATIVE", f"column {name}", rows=int(wrong.sum()), first=_first(wrong))


def between(argument: str, found: float, low: float, high: float) -> None:
    """Refuse a number outside low..high."""
    if not low <= found <= high:
        raise SurveykitError.of("VALUE-BETWEEN", argument=argument, found=found, low=low, high=high)


def _first(wrong: np.ndarray) -> str:
    rows = np.flatnonzero(wrong)
    return ", ".join(str(at + 1) for at in rows[:5]) + (" ..." if len(rows) > 5 else "")


def in_formulas(data: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """The table with column names that a formula can hold, and the name that each column got."""
    names: dict[str, str] = {}
    for column in map(str, data.columns):
        plain = re.sub(r"\W|^(?=\d)", "_", column)
        while plain in names.values():
            plain += "_"
        names[column] = plain
    return data.rename(columns=names), names
