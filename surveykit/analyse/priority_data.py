"""The two axes of a priority map: how important each attribute is, and how well it is rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.importance import Importance
from surveykit.errors import SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import columns_of, weights_of
from surveykit.stats.means import column_means

Array = NDArray[np.float64]
Limits = tuple[float, float]
Line = str | float


@dataclass(frozen=True, slots=True, eq=False)
class Axis:
    """Values of k attributes with intervals, their unit (a glossary name) and the middle of their scale (or NaN)."""

    value: Array
    error: Array
    low: Array
    high: Array
    n: NDArray[np.int64]
    unit: str
    middle: float


def derived(found: Importance, attributes: Sequence[str]) -> Axis:
    """The shares of an importance result."""
    table = found.table.set_index("predictor").loc[list(attributes)]
    share, low, high = (table[name].to_numpy(dtype=float) for name in ("share", "share_low", "share_high"))
    n = np.full(len(share), found.n)
    return Axis(share, np.full(len(share), np.nan), low, high, n, "derived_importance", float("nan"))


def given(values: Sequence[float]) -> Axis:
    """Importances from elsewhere, without intervals."""
    known = np.asarray(values, dtype=np.float64)
    nothing = np.full(len(known), np.nan)
    return Axis(known, nothing, nothing, nothing, np.zeros(len(known), np.int64), "given_importance", float("nan"))


def rated(data: Any, columns: Sequence[str], limits: Limits | None, conf_level: float, unit: str) -> Axis:
    """Means of columns with Student intervals: on 0-100 where the ends of their scales are known, else as rated."""
    ends = [limits or ends_of(data, column) for column in columns]
    values = columns_of(data, columns).to_numpy()
    means = column_means(values, weights_of(data))
    low, high = means.interval(conf_level)
    parts: list[Array] = [means.mean, means.std_error, low, high]
    known = [end for end in ends if end is not None and np.isfinite(end).all()]
    if len(known) < len(columns):
        return Axis(*parts, means.n, f"{unit}_mean", float("nan"))
    bottom = np.array([end[0] for end in known], dtype=float)
    width = np.array([end[1] for end in known], dtype=float) - bottom
    outside = (np.nanmin(values, axis=0, initial=np.inf) < bottom) | (
        np.nanmax(values, axis=0, initial=-np.inf) > bottom + width
    )
    if outside.any() or (width <= 0).any():
        wrong = columns[int(np.argmax(outside | (width <= 0)))]
        raise SurveykitError.of("PRIORITY-LIMITS", f"column {wrong}")
    scaled = [100 * (part - shift) / width for part, shift in zip(parts, (bottom, 0, bottom, bottom), strict=True)]
    return Axis(*scaled, means.n, f"{unit}_pomp", 50.0)


def ends_of(data: Any, column: str) -> Limits | None:
    """Lowest and highest possible value of a score or of an item of the questionnaire, where they are known."""
    if isinstance(data, Scores) and column in data.limits:
        return data.limits[column]
    answers = data.source if isinstance(data, Scores) else data
    if not isinstance(answers, Responses) or answers.questionnaire is None or column not in answers.items:
        return None
    scale = answers.questionnaire.scale(column)
    return None if scale is None else (float(scale.low), float(scale.high))


def line_at(line: Line, axis: Axis, argument: str) -> float:
    """Where a cross-hair stands: the mean or median of the attributes, the middle of the scale, or a number."""
    if isinstance(line, int | float) and not isinstance(line, bool) and np.isfinite(line):
        return float(line)
    known = axis.value[np.isfinite(axis.value)]
    if line == "mean":
        return float(known.mean()) if known.size else float("nan")
    if line == "median":
        return float(np.median(known)) if known.size else float("nan")
    if line == "middle":
        if np.isnan(axis.middle):
            raise SurveykitError.of("PRIORITY-MIDDLE", argument)
        return axis.middle
    raise SurveykitError.of("ANALYSE-CHOICE", argument=argument, found=str(line), allowed="mean, median, middle, 50")


def stated_columns(importance: Mapping[str, Any], attributes: Sequence[str]) -> list[str] | None:
    """The columns of stated importance, or None where numbers were given; a mixture is refused."""
    kinds = {isinstance(importance[name], str) for name in attributes}
    if len(kinds) > 1:
        raise SurveykitError.of("PRIORITY-MIXED")
    return [str(importance[name]) for name in attributes] if kinds == {True} else None
