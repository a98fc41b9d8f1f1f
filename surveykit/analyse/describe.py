"""Describes answers item by item, or scores scale by scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.frames import names_of
from surveykit.analyse.items import ItemDescription
from surveykit.analyse.scores import ScoreDescription
from surveykit.analyse.survey_data import as_design
from surveykit.analyse.survey_result import SurveyEstimates
from surveykit.analyse.survey_scores import survey_items, survey_scales
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Names, Provenance
from surveykit.spec.questionnaire import Questionnaire


def describe(
    data: Any,
    items: Sequence[str] | None = None,
    *,
    limits: tuple[int, int] | None = None,
    boxes: int = 2,
    conf_level: float = 0.95,
) -> ItemDescription | ScoreDescription | SurveyEstimates:
    """Frequencies, means and box shares of items, or means of scale scores.

    `data`: Responses with a questionnaire (its rating items, on their scales), a DataFrame of answers with `limits`
    (lowest, highest), or Scores. Items: mean with a Student interval; shares in the `boxes` highest and lowest
    values, at the floor and at the ceiling with Wilson intervals of those who answered; share without an answer of
    all. Scores: mean and POMP (0-100) with Student intervals. Answers outside the scale raise SurveykitError. In R:
    `prop.table(table(x))`, `t.test(x)`, `prop.test(k, n, correct = FALSE)`.

    Weighted answers, and a survey design, give the same measures as SurveyEstimates, with design-based errors.
    """
    design = as_design(data)
    data = design.data if design is not None else data
    if isinstance(data, Scores):
        if design is None:
            return _scores(data, conf_level)
        values = {str(scale): data.frame[scale].to_numpy(dtype=float) for scale in data.scales}
        return survey_scales(design, values, data.limits, conf_level)
    questionnaire = data.questionnaire if isinstance(data, Responses) else None
    if questionnaire is not None:
        chosen = list(items) if items is not None else _rating_items(data, questionnaire)
        scale_of = {item: questionnaire.scale(item).code for item in chosen}  # type: ignore[union-attr]
        used = {scale.code: scale for scale in questionnaire.scales if scale.code in set(scale_of.values())}
        ends = {code: (scale.low, scale.high) for code, scale in used.items()}
        levels: dict[str, Names] = {
            code: {
                str(value): {lang: scale.label(value, lang) for lang in questionnaire.languages}
                for value in scale.values
            }
            for code, scale in used.items()
        }
    else:
        if limits is None:
            raise SurveykitError.of("ANALYSE-CHOICE", argument="limits", found="None", allowed="(lowest, highest)")
        chosen = list(items) if items is not None else [str(name) for name in data.columns]
        scale_of = dict.fromkeys(chosen, "scale")
        ends, levels = {"scale": limits}, {}
    if not chosen:
        raise SurveykitError.of("ANALYSE-NOSCALES")
    if design is not None:
        return survey_items(design, chosen, {item: ends[scale_of[item]] for item in chosen}, boxes, conf_level)
    frame = columns_of(data, chosen)
    counts, missing, problems = _counts(frame, scale_of, ends)
    return ItemDescription(
        n=len(frame),
        counts=counts,
        missing=missing,
        scale_of=scale_of,
        limits=ends,
        level_names=levels,
        boxes=boxes,
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "describe", data=fingerprint_of(data), items=tuple(chosen), boxes=boxes, conf_level=conf_level
        ),
    )


def _rating_items(data: Responses, questionnaire: Questionnaire) -> list[str]:
    present = set(data.items)
    return [item.code for item in questionnaire.items if item.kind == "rating" and item.code in present]


def _counts(
    frame: pd.DataFrame, scale_of: dict[str, str], ends: dict[str, tuple[int, int]]
) -> tuple[dict[str, tuple[int, ...]], dict[str, int], list[Problem]]:
    counts, missing, problems = {}, {}, []
    for item in frame.columns:
        low, high = ends[scale_of[item]]
        values = frame[item].to_numpy(dtype=float)
        answered = values[~np.isnan(values)]
        wrong = (answered < low) | (answered > high) | (answered != np.round(answered))
        if wrong.any():
            found = ", ".join(f"{value:g}" for value in np.unique(answered[wrong])[:8])
            raise SurveykitError.of("ANALYSE-RANGE", f"item {item}", call="describe", found=found, low=low, high=high)
        tally = np.bincount((answered - low).astype(int), minlength=high - low + 1)
        counts[str(item)] = tuple(int(count) for count in tally)
        missing[str(item)] = len(values) - len(answered)
        if not len(answered):
            problems.append(Problem.of("ANALYSE-NOANSWER", f"item {item}", "warning"))
    return counts, missing, problems


def _scores(data: Scores, conf_level: float) -> ScoreDescription:
    frame = data.frame
    n = frame.notna().sum()
    problems = [
        Problem.of("ANALYSE-NOSCALEDATA", f"scale {scale}", "warning", scale=str(scale))
        for scale in frame.columns
        if n[scale] == 0
    ]
    summary = pd.DataFrame(
        {
            "scale": [str(name) for name in frame.columns],
            "n": n.to_numpy(),
            "mean": frame.mean().to_numpy(dtype=float),
            "sd": frame.std(ddof=1).to_numpy(dtype=float),
        }
    )
    return ScoreDescription(
        n=len(frame),
        summary=summary,
        limits=dict(data.limits),
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of("describe", data=fingerprint_of(data), conf_level=conf_level),
    )
