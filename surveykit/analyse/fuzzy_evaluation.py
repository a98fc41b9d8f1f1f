"""Fuzzy comprehensive evaluation of indicators that were graded in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice
from surveykit.analyse.indicator_weights import weights_for
from surveykit.draw.importance import importance_bars
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.fuzzy_evaluation import OPERATORS, Operator, compose


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FuzzyEvaluation(Result):
    """A row a grade: its share of the composite membership (estimate) and the membership before scaling.

    `measures`: score, the mean of the grades' points by their shares (NaN without points).
    """

    kind: ClassVar[str] = "fuzzy_evaluation"
    estimate_kind: ClassVar[Kind] = "share"
    named_columns: ClassVar[tuple[str, ...]] = ("grade",)
    shown: ClassVar[tuple[str, ...]] = ("grade", "grade_points", "membership", "estimate")

    grades: pd.DataFrame
    weights: Mapping[str, float]
    measures: Mapping[str, float]
    method: str

    def _table(self) -> pd.DataFrame:
        blank = dict.fromkeys(("std_error", "conf_low", "conf_high", "conf_level"), np.nan)
        return self.grades.assign(**blank, n=self.n, method=self.method)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return importance_bars(
            [write.name(grade) for grade in table["grade"]],
            *(table[name].to_numpy() for name in ("estimate", "conf_low", "conf_high")),
            xlabel=write.say("fuzzy.axis"),
            fmt=lambda value: write.number(value, "share", 1),
            fmt_tick=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if table["estimate"].isna().any():
            return [write.say("fuzzy.undefined")]
        most = table[table["estimate"] >= table["estimate"].max() - 1e-12]
        membership = write.number(table["estimate"].max(), "share")
        grades = [str(grade) for grade in most["grade"]]
        if len(grades) == 1:
            said = [write.say("fuzzy.grade", grade=write.name(grades[0]), membership=membership)]
        else:
            said = [write.say("fuzzy.tied", grades=write.listed(grades), membership=membership)]
        if np.isfinite(self.measures["score"]):
            said.append(write.say("fuzzy.score", score=write.number(self.measures["score"], "statistic")))
        if self.method in ("fuzzy_max_min", "fuzzy_max_product"):
            said.append(write.say("fuzzy.loss"))
        return said


def fuzzy_evaluation(
    memberships: pd.DataFrame,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    points: Mapping[str, float] | None = None,
    operator: Operator = "weighted",
) -> FuzzyEvaluation:
    """Combine how far each indicator belongs to each grade into one evaluation.

    `memberships`: a row an indicator (its index the name), a column a grade, best or worst first as you like; shares,
    or counts of answers (a row with a number above 1 is divided by its sum). `weights` by indicator (default: equal),
    scaled to sum 1. "weighted" sum of w r uses all; "max_min", "max_product" let one indicator decide each grade;
    "bounded_sum" min(1, sum of min(w, r)). The composite is scaled to sum 1. `points` by grade give a score. For
    several levels evaluate the branches first and use their grades as rows. A missing membership leaves all NaN with
    a Problem. Raises SurveykitError for negative or empty rows and impossible weights. Source: Zadeh 1965; Chinese
    textbooks of fuzzy mathematics.
    """
    choice("operator", operator, OPERATORS)
    if not isinstance(memberships, pd.DataFrame):
        raise SurveykitError.of("RESP-NOTABLE", found=type(memberships).__name__)
    grades = [str(name) for name in memberships.columns]
    table = columns_of(memberships.set_axis(grades, axis=1), grades).to_numpy()
    names = [str(name) for name in memberships.index]
    if not table.size:
        raise SurveykitError.of("INDIC-NOUNITS")
    wrong = [name for name, row in zip(names, table, strict=True) if np.nanmin(row, initial=0) < 0 or not np.any(row)]
    if wrong or not np.isfinite(table[~np.isnan(table)]).all():
        raise SurveykitError([Problem.of("INDIC-MEMBERSHIP", "memberships", row=name) for name in wrong or names[:1]])
    counted = np.nanmax(table, axis=1, initial=0) > 1
    table = np.where(counted[:, None], table / np.maximum(table.sum(axis=1, keepdims=True), 1e-300), table)
    shares = weights_for(weights, names)
    composite = compose(shares, table, operator)
    scaled = composite / composite.sum() if composite.sum() > 0 else np.full(len(grades), np.nan)
    if points is not None and (set(points) != set(grades) or not all(np.isfinite(list(points.values())))):
        raise SurveykitError.of(
            "INDIC-VALUE", "points", node="points", found=str(dict(points))[:60], allowed=", ".join(grades)
        )
    worth = np.array([np.nan if points is None else float(points[grade]) for grade in grades])
    problems = []
    if np.isnan(scaled).any():
        gone = ", ".join(name for name, row in zip(names, table, strict=True) if np.isnan(row).any())
        problems.append(Problem.of("INDIC-MEMBERSHIP", "memberships", "warning", row=gone))
    return FuzzyEvaluation(
        n=len(names),
        grades=pd.DataFrame({"grade": grades, "grade_points": worth, "membership": composite, "estimate": scaled}),
        weights=dict(zip(names, shares.tolist(), strict=True)),
        measures={"score": float((scaled * worth).sum())},
        method=f"fuzzy_{operator}",
        problems=tuple(problems),
        provenance=Provenance.of(
            "fuzzy_evaluation",
            data=fingerprint_of(memberships),
            weights=tuple(shares.tolist()),
            operator=operator,
            points=None if points is None else tuple(sorted(points.items())),
        ),
    )
