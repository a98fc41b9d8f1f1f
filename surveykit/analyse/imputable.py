"""Columns that can be imputed: as numbers for the equations, and back as they stood in the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.frames import choice
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import require_columns
from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import IntArray

METHODS = ("auto", "pmm", "linear", "logit", "ordinal")
MOST_TEXTS, MOST_CATEGORIES = 12, 30


@dataclass(frozen=True, slots=True, eq=False)
class Imputable:
    """One column: its `codes` (n,) as numbers, NaN where missing, and `levels`, the values behind nominal codes."""

    name: str
    column: pd.Series
    codes: FloatArray
    method: str
    nominal: bool
    levels: tuple[Any, ...]

    @property
    def gaps(self) -> IntArray:
        """Places of missing values."""
        return np.flatnonzero(np.isnan(self.codes))

    def completed(self, drawn: FloatArray) -> pd.Series:
        """The column with these values in its gaps, of the kind that it was where that is possible."""
        if self.nominal:
            values = self.column.astype(object).to_numpy(copy=True)
            values[self.gaps] = np.array(self.levels, dtype=object)[drawn.astype(np.int64)]
            kind = self.column.dtype
            return pd.Series(values, index=self.column.index).astype(bool if _flags(self.levels) else kind)
        values = self.codes.copy()
        values[self.gaps] = drawn
        made = pd.Series(values, index=self.column.index)
        whole = pd.api.types.is_integer_dtype(self.column.dtype) and (values == np.round(values)).all()
        return made.astype(self.column.dtype) if whole else made


def imputables(
    data: pd.DataFrame | Responses, columns: Sequence[str] | None, method: str | Mapping[str, str]
) -> tuple[tuple[Imputable, ...], list[Problem]]:
    """The columns to impute with their methods, and what is left out; raises for columns that cannot be imputed."""
    names, problems = _chosen(data, columns)
    frame = (data.frame(names) if isinstance(data, Responses) else data[names]).reset_index(drop=True)
    if not len(frame):
        raise SurveykitError.of("IMPUTE-NOROWS", "data")
    given = (
        dict.fromkeys(names, method) if isinstance(method, str) else {name: method.get(name, "auto") for name in names}
    )
    if not isinstance(method, str):
        require_columns(frame, list(method))
    for name in names:
        choice("method", given[name], METHODS)
    found, wrong = [], []
    for name in names:
        made = _imputable(frame[name], name, given[name])
        (wrong if isinstance(made, Problem) else found).append(made)
    if wrong:
        raise SurveykitError(wrong)
    if len(found) < 2:
        raise SurveykitError.of("IMPUTE-COLUMNS", "columns", found=len(found))
    return tuple(found), problems


def _chosen(data: pd.DataFrame | Responses, columns: Sequence[str] | None) -> tuple[list[str], list[Problem]]:
    if columns is not None:
        require_columns(data, columns)
        return list(dict.fromkeys(columns)), []
    if isinstance(data, Responses) and data.questionnaire is not None:
        asked = {item.code for item in data.questionnaire.items if item.kind == "rating"}
        return [name for name in data.items if name in asked], []
    frame = data.frame() if isinstance(data, Responses) else data
    apart = {data.id, data.weights} if isinstance(data, Responses) else set()
    usable, left = [], []
    for name in map(str, frame.columns):
        (usable if name not in apart and _usable(frame[name]) else left).append(name)
    note = [Problem.of("IMPUTE-LEFT", ", ".join(left[:8]), "note")] if left else []
    return usable, note


def _usable(column: pd.Series) -> bool:
    if column.isna().all():
        return False
    if _number(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return True
    return not pd.api.types.is_datetime64_any_dtype(column.dtype) and column.nunique() <= MOST_TEXTS


def _number(column: pd.Series) -> bool:
    kind = column.dtype
    return pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)


def _imputable(column: pd.Series, name: str, method: str) -> Imputable | Problem:
    place = f"column {name}"
    if column.isna().all():
        return Problem.of("IMPUTE-NOBODY", place)
    if _number(column):
        codes = column.to_numpy(dtype=np.float64, na_value=np.nan)
        if np.isinf(codes).any():
            return Problem.of("STATS-INFINITE", place)
        values = np.unique(codes[~np.isnan(codes)])
        chosen = ("logit" if len(values) == 2 else "pmm") if method == "auto" else method
        if chosen in ("logit", "ordinal") and len(values) > MOST_CATEGORIES:
            return Problem.of("IMPUTE-CATEGORIES", place, found=len(values), most=MOST_CATEGORIES)
        return Imputable(name, column, codes, chosen, False, ())
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = tuple(level for level in column.cat.categories if (column == level).any())
    else:
        levels = tuple(sorted(column.dropna().unique(), key=str))
    if len(levels) > MOST_CATEGORIES:
        return Problem.of("IMPUTE-CATEGORIES", place, found=len(levels), most=MOST_CATEGORIES)
    if method in ("pmm", "linear"):
        return Problem.of("IMPUTE-TEXT", place, method=method)
    place_of = {level: float(at) for at, level in enumerate(levels)}
    codes = np.array([place_of.get(value, np.nan) for value in column.astype(object)])
    ordered = method == "ordinal"
    return Imputable(name, column, codes, "ordinal" if ordered else "logit", True, levels)


def _flags(levels: tuple[Any, ...]) -> bool:
    return set(map(type, levels)) <= {bool, np.bool_}
