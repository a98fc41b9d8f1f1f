"""What is compared between groups and waves: a column read as a mean, a share, a top box, an NPS or categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import choice, table_of
from surveykit.analyse.series import answers
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.spec.scale import Scale

FloatArray = NDArray[np.float64]
MEASURES = ("mean", "top_box", "nps", "share", "category")
MOST_CATEGORIES = 30

Measure = str | Mapping[str, str] | None
Ends = Scale | tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One outcome, a value a row, NaN where missing.

    A share and a top box are 0 and 1, an NPS is 100, 0 and -100 with `promoters` 0 and 1, categories are their places
    in `levels`.
    """

    name: str
    measure: str
    values: FloatArray
    promoters: FloatArray
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which group a row is in: `codes` (n,) are places in `labels`, -1 where it is in none."""

    codes: NDArray[np.int64]
    labels: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many groups there are."""
        return len(self.labels)


def listed(names: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several, as a tuple without repeats."""
    found = (names,) if isinstance(names, str) else tuple(str(name) for name in names)
    if not found:
        raise SurveykitError.of("GROUPS-NOOUTCOME")
    return tuple(dict.fromkeys(found))


def read_outcomes(
    data: Any, names: Sequence[str], measure: Measure, scale: Ends, boxes: int, call: str
) -> list[Outcome]:
    """Every outcome under its measure; by default numbers are means, true and false shares, texts categories."""
    frame = table_of(data, names)
    asked = dict(measure) if isinstance(measure, Mapping) else dict.fromkeys(names, measure)
    unknown = [name for name in asked if name not in names]
    if unknown:
        raise SurveykitError.of("GROUPS-MEASUREOF", found=", ".join(map(str, unknown)), known=", ".join(names))
    found = []
    for name in names:
        kind = asked.get(name)
        if kind is not None:
            choice("measure", kind, MEASURES)
        found.append(_outcome(frame[name], name, kind or _natural(frame[name]), data, scale, boxes, call))
    return found


def read_groups(data: Any, group: str, call: str, least: int = 2) -> Groups:
    """The groups of a column, in order of an ordered or categorical column, else sorted."""
    return groups_of(table_of(data, [group])[group], group, call, least)


def groups_of(owner: pd.Series, group: str, call: str, least: int = 2) -> Groups:
    """The groups of one column of values."""
    if isinstance(owner.dtype, pd.CategoricalDtype):
        used = [value for value in owner.cat.categories if (owner == value).any()]
        codes = owner.cat.set_categories(used).cat.codes.to_numpy().astype(np.int64)
        known: Sequence[Any] = used
    else:
        if owner.dtype == object and owner.map(type).nunique() > 2:
            owner = owner.where(owner.isna(), owner.astype(str))
        raw, known = pd.factorize(owner, sort=True)
        codes = raw.astype(np.int64)
    if len(known) < least:
        raise SurveykitError.of("GROUPS-FEW", f"column {group}", call=call, found=len(known), least=least)
    if len(known) > MOST_CATEGORIES and len(known) > len(owner) / 5:
        raise SurveykitError.of("GROUPS-MANY", f"column {group}", call=call, found=len(known))
    return Groups(codes, tuple(label(value) for value in known))


def label(value: Any) -> str:
    """A group's or category's value as text, whole numbers without decimals."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _natural(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column.dtype):
        return "share"
    return "mean" if pd.api.types.is_numeric_dtype(column.dtype) else "category"


def _outcome(column: pd.Series, name: str, measure: str, data: Any, scale: Ends, boxes: int, call: str) -> Outcome:
    none = np.full(len(column), np.nan)
    if measure == "category":
        codes, known = pd.factorize(column, sort=True)
        if len(known) > MOST_CATEGORIES:
            raise SurveykitError.of("GROUPS-CATEGORIES", f"column {name}", found=len(known), most=MOST_CATEGORIES)
        return Outcome(name, measure, np.where(codes < 0, np.nan, codes), none, tuple(label(value) for value in known))
    if not pd.api.types.is_numeric_dtype(column.dtype):
        raise SurveykitError([Problem.of("RESP-NOTNUMBER", f"column {name}")])
    numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(numbers).any():
        raise SurveykitError.of("STATS-INFINITE", f"column {name}")
    missing = np.isnan(numbers)
    if measure == "mean":
        return Outcome(name, measure, numbers, none)
    if measure == "share":
        answers(column, 0, 1, f"{call}(measure='share')")
        return Outcome(name, measure, numbers, none)
    if measure == "nps":
        answers(column, 0, 10, f"{call}(measure='nps')")
        up, down = numbers >= 9, numbers <= 6
        points = np.where(missing, np.nan, 100.0 * up - 100.0 * down)
        return Outcome(name, measure, points, np.where(missing, np.nan, up))
    low, high = _ends(data, name, scale)
    if not 1 <= boxes <= high - low:
        raise SurveykitError.of("ANALYSE-BOXES", call=call, boxes=boxes, size=high - low + 1)
    answers(column, low, high, f"{call}(measure='top_box')")
    return Outcome(name, measure, np.where(missing, np.nan, numbers > high - boxes), none)


def _ends(data: Any, name: str, scale: Ends) -> tuple[int, int]:
    """Lowest and highest answer: given, else of the item's own scale."""
    if isinstance(scale, Scale):
        return scale.low, scale.high
    if scale is not None:
        return int(scale[0]), int(scale[1])
    source = data.source if isinstance(data, Scores) else data
    if isinstance(source, Responses) and source.questionnaire is not None and source.questionnaire.has(name):
        own = source.questionnaire.scale(name)
        if own is not None:
            return own.low, own.high
    raise SurveykitError.of("GROUPS-NOSCALE", f"column {name}")
