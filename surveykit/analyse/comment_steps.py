"""The comments that a study names: coded, compared between satisfied and dissatisfied, and together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from surveykit.analyse.comments.co_occurrence import co_occurrence
from surveykit.analyse.comments.keyness import keyness
from surveykit.analyse.comments.public import comments
from surveykit.analyse.comments.result import CodedComments
from surveykit.analyse.evidence import Analyses, Step
from surveykit.errors import Problem
from surveykit.responses.table_check import ids

LEAST = 30


def comment_steps(run: Analyses) -> Iterator[Step]:
    """Themes and tone; with enough comments of satisfied and dissatisfied, their words; what is named together."""
    plan, frame = run.study.comments, run.study.frame
    if plan is None or frame is None:
        return
    run.tell("code the comments")
    told = _texts(run)
    found: CodedComments | None = None
    for name, result in run.tried("comments", lambda: comments(told, "text", frame)):
        found = result if isinstance(result, CodedComments) else None
        yield name, result
    limits = run.scores.limits.get(run.study.satisfaction) if run.scores is not None else None
    if found is None or found.n < LEAST or limits is None or not np.isfinite(limits).all():
        return
    middle = sum(limits) / 2
    sides = (told["satisfaction"].dropna() < middle).value_counts()
    if len(sides) == 2 and sides.min() >= LEAST / 3:
        yield from run.tried("keyness", lambda: keyness(told, "text", "satisfaction", cut=middle))
    yield from run.tried("co_occurrence", lambda: co_occurrence(found))


def _texts(run: Analyses) -> pd.DataFrame:
    """Every comment with the satisfaction of its writer, where that is known."""
    plan = run.study.comments
    answers, score = run.evidence.answers, run.satisfaction()
    own = score.to_numpy(dtype=float) if score is not None else np.full(answers.n, np.nan)
    parts = []
    for source in plan.sources if plan else ():
        table, dot, column = source.partition(".")
        tables = run.evidence.tables
        if not dot:
            if source in answers.items:
                parts.append(pd.DataFrame({"text": answers.frame([source])[source], "satisfaction": own}))
        elif tables is not None and tables.has(table, column):
            frame = tables.frames[table]
            said = np.full(len(frame), np.nan)
            if run.key is not None and "customer" in frame.columns:
                known = pd.Series(own, index=ids(answers.frame([run.key])[run.key]))
                said = frame["customer"].map(known[known.index.notna() & ~known.index.duplicated()]).to_numpy(float)
            parts.append(pd.DataFrame({"text": frame[column], "satisfaction": said}))
        else:
            run.reading.append(Problem.of("STUDY-NOCOLUMN", "comments", "warning", source=source))
    columns = {"text": pd.Series(dtype=object), "satisfaction": pd.Series(dtype=float)}
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns)
