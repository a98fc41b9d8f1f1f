"""Nested models side by side, each tested against the one it restricts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice
from surveykit.analyse.sem.difference_test import METHODS, Method
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.result import StructuralModel
from surveykit.analyse.sem.steps import named_rows, step_of
from surveykit.analyse.sem.words import difference_sentences
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.result import Provenance, Result, Writer

RMSEA_LEVEL = 0.90


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Differences(Result):
    """A row a model, from the freest to the most restricted, each tested against the one before.

    The estimate of a row is its RMSEA with a 90 % interval; chisq, cfi and rmsea are scaled or robust where the
    estimator has them. `method` names the difference test.
    """

    kind: ClassVar[str] = "sem_difference"
    estimate_kind: ClassVar[Kind] = "index"
    shown: ClassVar[tuple[str, ...]] = (
        "model_name", "chisq", "df", "p_value", "cfi", "rmsea", "bic", "d_chisq", "d_df", "d_p_value", "d_cfi",
    )  # fmt: skip

    rows: pd.DataFrame
    alpha: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(n=self.n, conf_level=RMSEA_LEVEL)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            table["model_name"].tolist(),
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            reference=0.0,
            xlabel=write.say("difference.axis", level=write.number(RMSEA_LEVEL, "share", 0)),
            fmt=lambda value: write.number(value, "index"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return difference_sentences(table, self.alpha, write)


def difference(
    *fits: StructuralModel, method: Method = "auto", names: Sequence[str] | None = None, conf_level: float = 0.95
) -> Differences:
    """Likelihood-ratio tests of nested models, scaled where the estimator scales them.

    `fits`: two or more models of the same variables, rows and estimator, fitted in this session; they are put in order
    of their degrees of freedom, and each is tested against the one before it, which must contain it. `names` are what
    the rows are called (default: "1", "2", ... as given). `method`: "plain" difference of the statistics (ML, GLS,
    ULS); "satorra_bentler_2001" divides it by a pooled scaling factor (MLR, MLM; undefined, with a Problem, where
    that is negative); "satorra_2000" scales and shifts by the freer model (ordered items); "auto" takes what suits the
    estimator. p below 1 - conf_level is called significant. Raises SurveykitError for fewer than two models, other data
    or another estimator, and for a stored result. Source: Satorra & Bentler 2001; Satorra 2000; Asparouhov & Muthen
    2006. In R: `lavaan::lavTestLRT(fit1, fit2, method =)`.
    """
    choice("method", method, METHODS)
    if len(fits) < 2:
        raise SurveykitError.of("SEM-ONE-MODEL", found=len(fits))
    labels = [str(at) for at in range(1, len(fits) + 1)] if names is None else [str(name) for name in names]
    if len(labels) != len(fits) or len(set(labels)) != len(labels):
        raise SurveykitError.of("SEM-MODEL-NAMES", found=", ".join(labels), wanted=len(fits))
    pairs = sorted(zip(labels, fits, strict=True), key=lambda pair: pair[1].working.solution.test.df)
    for label, fit in pairs[1:]:
        _same(pairs[0][1].working, fit.working, label)
    steps = []
    for label, fit in pairs:
        steps.append(step_of(label, fit.working, steps[-1] if steps else None, method))
    table = pd.DataFrame(named_rows(steps, "model_name"))
    table = table.assign(estimate=table["rmsea"], std_error=np.nan).rename(
        columns={"rmsea_low": "conf_low", "rmsea_high": "conf_high"}
    )
    table["method"] = [f"lrt_{step.method}" if step.method else f"sem_{pairs[0][1].estimator}" for step in steps]
    problems = [problem for step in steps for problem in step.problems]
    problems += [
        Problem.of("SEM-DIFFERENCE-NONE", step.name, "warning")
        for step in steps
        if not step.fitted.solution.minimum.converged
    ]
    return Differences(
        n=fits[0].n,
        rows=table,
        alpha=1 - conf_level,
        problems=tuple(problems),
        names=fits[0].names,
        provenance=Provenance.of(
            "difference", data=fits[0].provenance.data, models=[fit.model for fit in fits], method=method
        ),
    )


def _same(one: Fitted, other: Fitted, label: str) -> None:
    if one.recipe.name != other.recipe.name:
        raise SurveykitError.of("SEM-OTHER-ESTIMATOR", label, found=other.recipe.name, wanted=one.recipe.name)
    shapes = [(sample.label, sample.n, frozenset(sample.names)) for sample in one.samples]
    others = [(sample.label, sample.n, frozenset(sample.names)) for sample in other.samples]
    if shapes != others:
        raise SurveykitError.of("SEM-OTHER-DATA", label)
    for mine, theirs in zip(one.samples, other.samples, strict=True):
        order = [theirs.names.index(name) for name in mine.names]
        if not np.allclose(mine.covariance, theirs.covariance[np.ix_(order, order)], rtol=1e-8, atol=1e-10):
            raise SurveykitError.of("SEM-OTHER-DATA", label)
