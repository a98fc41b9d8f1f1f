"""Ratings of the same cases by several raters, as numbers: what every measure of agreement starts from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import require_columns


@dataclass(frozen=True, slots=True, eq=False)
class Ratings:
    """Codes (n, k) with NaN where not rated, the names of the raters, and the codes that may be used."""

    codes: NDArray[np.float64]
    raters: tuple[str, ...]
    values: NDArray[np.float64]
    frame: pd.DataFrame

    @property
    def complete(self) -> NDArray[np.float64]:
        """The cases that every rater rated."""
        return self.codes[~np.isnan(self.codes).any(axis=1)]

    def dropped(self, place: str) -> tuple[Problem, ...]:
        """The note on cases left out because a rating is missing."""
        gone = len(self.codes) - len(self.complete)
        if not gone:
            return ()
        return (Problem.of("ANALYSE-DROPPED", place, "note", dropped=gone, rows=len(self.codes)),)


def table_of_ratings(a: Any, b: Any = None) -> pd.DataFrame:
    """A column a rater: two columns put side by side, or a table as it is."""
    if b is None:
        if isinstance(a, Scores):
            return table_of_ratings(a.values)
        frame = a.frame() if isinstance(a, Responses) else pd.DataFrame(a)
        if frame.shape[1] < 2:
            raise SurveykitError.of("AGREE-COLUMNS", found=frame.shape[1])
        return frame.reset_index(drop=True)
    first, second = (pd.Series(column).reset_index(drop=True) for column in (a, b))
    if len(first) != len(second):
        raise SurveykitError.of("AGREE-LENGTHS", first=len(first), second=len(second))
    names = [getattr(column, "name", None) for column in (a, b)]
    if None in names or names[0] == names[1]:
        names = ["a", "b"]
    return pd.DataFrame({str(names[0]): first, str(names[1]): second})


def wide(ratings: pd.DataFrame, subject: str, rater: str, score: str) -> pd.DataFrame:
    """A row a subject and a column a rater from one row a rating; missing where a rater did not rate."""
    require_columns(ratings, [subject, rater, score])
    twice = ratings.duplicated([subject, rater])
    if twice.any():
        first = ratings[twice].iloc[0]
        raise SurveykitError.of("AGREE-TWICE", subject=str(first[subject]), rater=str(first[rater]))
    return ratings.pivot(index=subject, columns=rater, values=score).rename(columns=str).reset_index(drop=True)


def coded(frame: pd.DataFrame, level: str, categories: Sequence[Any] | None) -> Ratings:
    """Ratings as numbers: numbers as they are, text by its place among the categories.

    Raises SurveykitError for text on an ordered level without `categories`, and for answers outside them.
    """
    known = list(categories) if categories is not None else _declared(frame)
    names = tuple(str(name) for name in frame.columns)
    numeric = all(pd.api.types.is_numeric_dtype(frame[name].dtype) for name in frame.columns)
    if known is None and numeric:
        codes = frame.to_numpy(dtype=np.float64, na_value=np.nan)
        return Ratings(codes, names, np.unique(codes[~np.isnan(codes)]), frame)
    if known is None:
        used = pd.unique(pd.concat([frame[name] for name in frame.columns]).dropna())
        if level in ("interval", "ratio"):
            wrong = next((value for value in used if not isinstance(value, int | float)), "text")
            raise SurveykitError.of("AGREE-NUMBERS", level=level, found=str(wrong))
        if level == "ordinal":
            raise SurveykitError.of("AGREE-ORDER")
        known = sorted(used, key=str)
    place = {value: at for at, value in enumerate(known)}
    strange = [value for name in frame.columns for value in frame[name].dropna() if value not in place]
    if strange:
        raise SurveykitError.of("AGREE-UNKNOWN", found=str(strange[0]), known=", ".join(map(str, known)))
    numbers = all(isinstance(value, int | float | np.number) for value in known)
    values = np.array(known, dtype=np.float64) if numbers else np.arange(len(known), dtype=np.float64)
    lookup = {value: values[at] for value, at in place.items()}
    codes = np.column_stack(
        [[np.nan if pd.isna(value) else lookup[value] for value in frame[name]] for name in frame.columns]
    ).astype(np.float64)
    return Ratings(codes.reshape(len(frame), len(names)), names, values, frame)


def _declared(frame: pd.DataFrame) -> list[Any] | None:
    kinds = [frame[name].dtype for name in frame.columns]
    first = kinds[0]
    if isinstance(first, pd.CategoricalDtype) and first.ordered and all(kind == first for kind in kinds):
        return list(first.categories)
    return None
