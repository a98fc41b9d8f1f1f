"""The comments of any kind of data: their texts, languages and groups, and which of them say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import table_of
from surveykit.errors import Problem, SurveykitError
from surveykit.language import LANGUAGES
from surveykit.language.lexicon import lexicon
from surveykit.responses.text import fold
from surveykit.responses.words import language_of


@dataclass(frozen=True, slots=True, eq=False)
class Comments:
    """Comments that say something: texts, languages ("" unknown), groups, and `row`, the row each stood in (from 1)."""

    texts: tuple[str, ...]
    langs: tuple[str, ...]
    group: NDArray[np.object_]
    row: NDArray[np.int64]
    rows: int
    problems: tuple[Problem, ...]


def comments_of(data: Any, text: str | Sequence[str] | None, lang: str | None, by: str | None = None) -> Comments:
    """The comments of a column, or of several on top of one another; of a Series of texts without a column.

    Blank cells and answers such as "none", 无 or нет are counted, not kept. `lang`: one of the languages, a column that
    says which, or None to let the letters tell.
    """
    if isinstance(data, pd.Series):
        data, text = data.rename("text").to_frame(), "text"
    elif isinstance(data, list | tuple):
        data, text = pd.DataFrame({"text": list(data)}, dtype=object), "text"
    columns = [text] if isinstance(text, str) else list(text or ())
    named = lang if lang is not None and lang not in LANGUAGES else None
    frame = table_of(data, list(dict.fromkeys([*columns, *([named] if named else []), *([by] if by else [])])))
    for column in columns:
        kind = frame[column].dtype
        if pd.api.types.is_numeric_dtype(kind) and frame[column].notna().any():
            raise SurveykitError.of("COMMENTS-NOTEXT", column=column, found=str(kind))
    cells = pd.concat([frame[column].reset_index(drop=True) for column in columns], ignore_index=True)
    row = np.tile(np.arange(len(frame)), len(columns))
    texts = cells.map(lambda cell: cell.strip() if isinstance(cell, str) else "").to_numpy(dtype=object)
    languages = _languages(texts, frame, row, lang, named)
    says = np.array([_says(one, own) for one, own in zip(texts, languages, strict=True)], dtype=bool)
    group = frame[by].to_numpy(dtype=object)[row] if by else np.full(len(row), "all", dtype=object)
    problems = []
    if not says.any():
        problems.append(Problem.of("COMMENTS-NONE", f"column {', '.join(columns)}", "warning", rows=len(texts)))
    elif not says.all():
        place = f"column {', '.join(columns)}"
        problems.append(Problem.of("COMMENTS-EMPTY", place, "note", count=int((~says).sum()), rows=len(texts)))
    return Comments(
        texts=tuple(texts[says]),
        langs=tuple(languages[says]),
        group=np.array([_named(value) for value in group[says]], dtype=object),
        row=row[says] + 1,
        rows=len(texts),
        problems=tuple(problems),
    )


def _languages(
    texts: NDArray[np.object_], frame: pd.DataFrame, row: NDArray[np.int64], lang: str | None, named: str | None
) -> NDArray[np.object_]:
    if lang is None:
        return np.array([language_of(one) for one in texts], dtype=object)
    if named is None:
        return np.full(len(texts), lang, dtype=object)
    given = frame[named].map(lambda cell: str(cell).strip().lower()[:2] if isinstance(cell, str) else "")
    known = given.isin(LANGUAGES).to_numpy()
    if not known.any() and len(frame):
        raise SurveykitError.of("COMMENTS-LANG", f"column {named}", found=str(frame[named].iloc[0])[:20])
    return np.array(
        [given.iloc[at] if known[at] else language_of(one) for one, at in zip(texts, row, strict=True)], dtype=object
    )


def _says(text: str, lang: str) -> bool:
    bare = fold(text).strip(".!?。！？;；… ")
    return bool(bare) and not any(bare in lexicon(one).empty for one in ([lang] if lang else LANGUAGES))


def _named(value: object) -> str:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    text = str(value).strip()
    return text[:-2] if text.endswith(".0") else text
