"""Satisfaction measures of a designed or weighted sample: NPS, boxes, effort, and the description of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from surveykit.analyse.survey_data import Column, always_design, answer_column, estimates, groups_of, within
from surveykit.analyse.survey_result import SurveyEstimates
from surveykit.errors import SurveykitError
from surveykit.responses.design import SurveyDesign
from surveykit.stats.exact import FloatArray
from surveykit.stats.survey import means


def survey_nps(data: Any, column: str | None, by: str | None, conf_level: float) -> SurveyEstimates:
    """NPS as the mean of 100, 0 and -100, with the shares behind it."""
    design = always_design(data)
    name = _named(column, "nps")
    values = answer_column(design.data, name, 0, 10, "nps")
    parts = {
        "nps": 100 * ((values >= 9).astype(float) - (values <= 6)),
        "promoters": values >= 9,
        "passives": (values >= 7) & (values <= 8),
        "detractors": values <= 6,
    }
    return _estimated(design, name, values, parts, by, conf_level, "nps")


def survey_boxes(
    data: Any, column: str | None, ends: tuple[int, int], boxes: int, measure: str, by: str | None, conf_level: float
) -> SurveyEstimates:
    """The share of answers in the highest values of a scale."""
    design = always_design(data)
    name = _named(column, measure)
    values = answer_column(design.data, name, *ends, measure)
    parts = {measure: values > ends[1] - boxes}
    return _estimated(design, name, values, parts, by, conf_level, measure, boxes=boxes, scale=ends)


def survey_effort(
    data: Any, column: str | None, ends: tuple[int, int], by: str | None, conf_level: float
) -> SurveyEstimates:
    """The mean of the effort question."""
    design = always_design(data)
    name = _named(column, "ces")
    values = answer_column(design.data, name, *ends, "ces")
    return _estimated(design, name, values, {"ces": values}, by, conf_level, "ces", scale=ends)


def survey_items(
    design: SurveyDesign, items: Sequence[str], ends: Mapping[str, tuple[int, int]], boxes: int, conf_level: float
) -> SurveyEstimates:
    """Mean, boxes, floor, ceiling and missing share of each item; `ends` is each item's scale."""
    columns = []
    for item in items:
        low, high = ends[item]
        values = answer_column(design.data, item, low, high, "describe")
        gone = np.isnan(values)
        held = min(boxes, (high - low + 1) // 2)
        parts = {
            "mean": values,
            "top_box": np.where(gone, np.nan, values > high - held),
            "bottom_box": np.where(gone, np.nan, values < low + held),
            "floor": np.where(gone, np.nan, values == low),
            "ceiling": np.where(gone, np.nan, values == high),
            "missing": gone.astype(float),
        }
        columns += [Column(item, measure, part) for measure, part in parts.items()]
    found = means(design.sampling, np.column_stack([column.values for column in columns]))
    return estimates(design, columns, found, conf_level, "describe", items=tuple(items), boxes=boxes, lead="top_box")


def survey_scales(
    design: SurveyDesign, values: Mapping[str, FloatArray], limits: Mapping[str, tuple[float, float]], conf_level: float
) -> SurveyEstimates:
    """Mean of each scale score, and POMP where the limits of the scale are known."""
    columns = []
    for scale, score in values.items():
        low, high = limits[scale]
        columns.append(Column(scale, "mean", score))
        if np.isfinite(high - low):
            columns.append(Column(scale, "pomp", (score - low) / (high - low) * 100))
    found = means(design.sampling, np.column_stack([column.values for column in columns]))
    lead = "pomp" if any(column.measure == "pomp" for column in columns) else "mean"
    return estimates(design, columns, found, conf_level, "describe", lead=lead)


def _named(column: str | None, call: str) -> str:
    if column is None:
        raise SurveykitError.of("DESIGN-NOCOLUMN", "column", call=call)
    return column


def _estimated(
    design: SurveyDesign,
    name: str,
    values: FloatArray,
    parts: Mapping[str, FloatArray],
    by: str | None,
    conf_level: float,
    call: str,
    **arguments: Any,
) -> SurveyEstimates:
    answered = ~np.isnan(values)
    columns = [
        Column(name, measure, within(np.where(answered, part, np.nan), rows), group)
        for group, rows in groups_of(design.data, by)
        for measure, part in parts.items()
    ]
    found = means(design.sampling, np.column_stack([column.values for column in columns]))
    return estimates(design, columns, found, conf_level, call, column=name, by=by, **arguments)
