"""A series in order of time, with the names of its periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.customer_rows import numbers
from surveykit.analyse.frames import table_of, unweighted
from surveykit.errors import Problem, SurveykitError


@dataclass(frozen=True)
class Series:
    """Values (t,) of each column asked for, in time order, and the text of each period."""

    values: tuple[np.ndarray, ...]
    periods: tuple[str, ...]
    problems: tuple[Problem, ...]


def series_of(data: Any, columns: Sequence[str], time: str | None, call: str, least: int) -> Series:
    """The columns sorted by `time` (the order of the rows without one); a period named twice is refused."""
    unweighted(data, call)
    frame = table_of(data, list(dict.fromkeys([*columns, *([time] if time else [])])))
    values = [numbers(frame, name) for name in columns]
    if time is None:
        order, periods = np.arange(len(frame)), [str(at + 1) for at in range(len(frame))]
    else:
        when = frame[time]
        if when.isna().any():
            raise SurveykitError.of("TRENDS-NOTIME", f"column {time}", rows=int(when.isna().sum()))
        if when.duplicated().any():
            twice = str(when[when.duplicated()].iloc[0])
            raise SurveykitError.of("TRENDS-TWICE", f"column {time}", period=twice)
        order = np.argsort(when.to_numpy(), kind="stable")
        dates = pd.api.types.is_datetime64_any_dtype(when.dtype)
        text = when.dt.strftime("%Y-%m-%d") if dates else when.astype(str)
        periods = [str(text.iloc[at]) for at in order]
    known = int(np.isfinite(values[0]).sum())
    if known < least:
        raise SurveykitError.of("TRENDS-SHORT", f"column {columns[0]}", found=known, least=least)
    gaps = len(frame) - int(np.isfinite(np.column_stack(values)).all(axis=1).sum())
    problems = (Problem.of("TRENDS-GAPS", f"column {columns[0]}", "note", gaps=gaps, rows=len(frame)),) if gaps else ()
    return Series(tuple(one[order] for one in values), tuple(periods), problems)


def lag_one(values: np.ndarray) -> float:
    """Correlation of a series with itself a step before; NaN where undefined."""
    known = values[np.isfinite(values)]
    off = known - known.mean() if len(known) else known
    square = float(off @ off)
    return float(off[1:] @ off[:-1] / square) if square > 0 else np.nan
