"""What every analysis asks of its data: columns of any kind, the names of things, and no weights it would ignore."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.design import SurveyDesign
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import require_columns, require_table, weights_of
from surveykit.result import Names
from surveykit.spec.questionnaire import Questionnaire
from surveykit.stats.moments import Moments


def table_of(data: Any, names: Sequence[str]) -> pd.DataFrame:
    """These columns with the kinds they have; of scores, also columns of the answers behind them."""
    require_columns(data, names)
    if isinstance(data, Responses):
        return data.frame(list(names))
    if not isinstance(data, Scores):
        return data[list(names)].reset_index(drop=True)
    own = [name for name in names if name in data.values.columns]
    others = [name for name in names if name not in own]
    parts = [data.values[own].reset_index(drop=True)]
    if others and data.source is not None:
        parts.append(data.source.frame(others).reset_index(drop=True))
    return pd.concat(parts, axis=1)[list(names)]


def numeric_names(data: Any) -> tuple[str, ...]:
    """Every numeric column, scale or variable of the data."""
    if isinstance(data, Moments):
        return data.names
    if isinstance(data, Scores):
        return data.scales
    require_table(data)
    frame = data.frame() if isinstance(data, Responses) else data
    return tuple(str(name) for name in frame.columns if pd.api.types.is_numeric_dtype(frame[name].dtype))


def names_of(data: Any) -> Names:
    """Names of items and dimensions in every language, where the data come with a questionnaire."""
    if isinstance(data, Scores):
        behind = names_of(data.source) if data.source is not None else {}
        return {**behind, **data.names}
    if not isinstance(data, Responses) or data.questionnaire is None:
        return {}
    own = {code: dict(text.root) for code, text in data.study.names.items()} if data.study else {}
    return {**questionnaire_names(data.questionnaire), **own}


def questionnaire_names(questionnaire: Questionnaire) -> Names:
    """Code -> language -> wording of every item and name of every dimension."""
    items = {
        item.code: {lang: questionnaire.wording(item, lang) for lang in questionnaire.languages}
        for item in questionnaire.items
    }
    dimensions = {
        dimension.code: {lang: dimension.name.get(lang, dimension.code) for lang in questionnaire.languages}
        for dimension in questionnaire.dimensions
    }
    return {**items, **dimensions}


def answer_names(data: Any, column: str) -> Names:
    """Answer code -> language -> its label, for a question of the questionnaire whose answers are groups."""
    source = data.source if isinstance(data, Scores) else data
    form = source.questionnaire if isinstance(source, Responses) else None
    scale = form.scale(column) if form is not None and form.has(column) else None
    if form is None or scale is None:
        return {}
    return {str(value): {lang: scale.label(value, lang) for lang in form.languages} for value in scale.values}


def left_out(place: str, dropped: int, rows: int) -> list[Problem]:
    """The note that so many of all rows were left out for a missing value; none where all were used."""
    return [Problem.of("ANALYSE-DROPPED", place, "note", dropped=dropped, rows=rows)] if dropped else []


def unweighted(data: Any, call: str) -> None:
    """Refuse designed samples and weighted answers where an analysis would ignore their weights."""
    weighted = weights_of(data) is not None if isinstance(data, Responses | Scores) else isinstance(data, SurveyDesign)
    if weighted:
        raise SurveykitError.of("ANALYSE-WEIGHTS", call=call)


def choice(argument: str, found: Any, allowed: Sequence[str]) -> None:
    """Refuse a value that is not one of those allowed."""
    if found not in allowed:
        raise SurveykitError.of("ANALYSE-CHOICE", argument=argument, found=str(found), allowed=", ".join(allowed))
