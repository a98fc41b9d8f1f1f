"""Hierarchical regression: what each block of predictors adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.design import Design, design_of
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.regression import Covariance
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import SurveykitError
from surveykit.language import Kind
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import r_squared
from surveykit.stats.ols import Ols, compare, ols
from surveykit.stats.residuals import robust_covariance


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Hierarchy(Result):
    """R2 of nested models on the same rows, and the F test of each step's gain."""

    kind: ClassVar[str] = "hierarchy"
    estimate_kind: ClassVar[Kind] = "bounded"
    shown: ClassVar[tuple[str, ...]] = (
        "step",
        "model",
        "estimate",
        "conf_low",
        "conf_high",
        "adj_r2",
        "delta_r2",
        "f_change",
        "df1",
        "df2",
        "p_value",
    )

    outcome: str
    steps: pd.DataFrame
    conf_level: float
    covariance: str = "classical"

    def _table(self) -> pd.DataFrame:
        return self.steps.assign(conf_level=self.conf_level, n=self.n, method=f"ols_{self.covariance}")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            [write.say("hierarchy.step", step=write.count(step)) for step in table["step"]],
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            axis=(0.0, 1.0),
            xlabel=write.label("r2"),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        first = table.iloc[0]
        said = [
            write.say(
                "hierarchy.first",
                outcome=write.name(self.outcome),
                r2=write.number(first["estimate"], "bounded"),
                n=write.count(first["n"]),
            )
        ]
        for _, row in table.iloc[1:].iterrows():
            clear = row["p_value"] < 1 - self.conf_level
            said.append(
                write.say(
                    "hierarchy.gain" if clear else "hierarchy.no_gain",
                    step=write.count(row["step"]),
                    delta=write.number(row["delta_r2"], "bounded"),
                    f=write.number(row["f_change"], "statistic"),
                    df1=write.count(row["df1"]),
                    df2=write.count(row["df2"]),
                    p=write.p(row["p_value"]),
                )
            )
        return said


def hierarchical(
    formulas: Sequence[str], data: Any, conf_level: float = 0.95, covariance: Covariance = "classical"
) -> Hierarchy:
    """Fit nested regressions on the same rows and test what each step adds.

    `formulas`: the same outcome, each with all predictors of the one before and more. Rows missing any variable of
    the last formula are left out of every step. delta R2 = R2 - R2 of the step before; F = (RSS1 - RSS2) / df1 /
    (RSS2 / df2) with equal residual variances, or with `covariance` HC0 to HC3 the Wald F of the added coefficients,
    as robust as the tests of `regress`. Raises SurveykitError when the steps are not nested or name different outcomes.
    In R:
    `anova(lm(step1), lm(step2))`, `lmtest::waldtest(step1, step2, vcov = sandwich::vcovHC(step2, "HC3"))`.
    """
    if len(formulas) < 2:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="formulas", found=str(len(formulas)), allowed="2 or more")
    choice("covariance", covariance, ("classical", "HC3", "HC2", "HC1", "HC0"))
    unweighted(data, "hierarchical")
    full = design_of(formulas[-1], data)
    designs = [design_of(formula, data, full.rows) for formula in formulas]
    outcomes = dict.fromkeys(design.outcome for design in designs)
    if len(outcomes) > 1:
        raise SurveykitError.of("ANALYSE-OUTCOMES", outcomes=", ".join(outcomes))
    for number, (before, after) in enumerate(pairwise(designs), start=2):
        lost = sorted(set(before.terms) - set(after.terms))
        if lost:
            raise SurveykitError.of("ANALYSE-NOTNESTED", formulas[number - 1], step=number, missing=", ".join(lost))
    moments = designs[-1].moments
    fits = [ols(moments, design.outcome, design.terms) for design in designs]
    return Hierarchy(
        n=fits[-1].n,
        outcome=full.outcome,
        steps=_robust(_steps(formulas, fits, conf_level), designs, fits, covariance),
        covariance=covariance,
        conf_level=conf_level,
        problems=tuple(problem for fit in fits[-1:] for problem in fit.problems),
        names=names_of(data),
        provenance=Provenance.of(
            "hierarchical",
            data=full.fingerprint,
            formulas=tuple(formulas),
            conf_level=conf_level,
            covariance=covariance,
        ),
    )


def _steps(formulas: Sequence[str], fits: Sequence[Ols], conf_level: float) -> pd.DataFrame:
    rows = []
    for number, (formula, fit) in enumerate(zip(formulas, fits, strict=True), start=1):
        change = compare(fits[number - 2], fit) if number > 1 else None
        low, high = r_squared(fit.r2, fit.n, fit.df_model, conf_level)
        rows.append(
            {
                "step": number,
                "model": formula,
                "estimate": fit.r2,
                "std_error": np.nan,
                "conf_low": float(low),
                "conf_high": float(high),
                "adj_r2": fit.adjusted_r2,
                "delta_r2": change.r2_change if change else np.nan,
                "f_change": change.f if change else np.nan,
                "df1": float(change.df_added if change else fit.df_model),
                "df2": float(fit.df_residual),
                "p_value": change.p_value if change else fit.f_p_value,
            }
        )
    return pd.DataFrame(rows)


def _robust(steps: pd.DataFrame, designs: Sequence[Design], fits: Sequence[Ols], covariance: str) -> pd.DataFrame:
    """The F and p of every step by a robust Wald test of the terms that it added."""
    if covariance == "classical":
        return steps
    tests = [_wald(set(), designs[0], fits[0], covariance)]
    tests += [
        _wald(set(small.terms), design, fit, covariance)
        for small, design, fit in zip(designs, designs[1:], fits[1:], strict=False)
    ]
    changed = [np.nan, *(f for f, _ in tests[1:])]
    return steps.assign(f_change=changed, p_value=[p for _, p in tests])


def _wald(before: set[str], design: Design, fit: Ols, covariance: str) -> tuple[float, float]:
    kept = np.isfinite(fit.coefficients)
    x = design.with_ones[:, kept]
    beta = fit.coefficients[kept]
    terms = [term for term, used in zip(fit.terms, kept, strict=True) if used]
    added = [at for at, term in enumerate(terms) if at > 0 and term not in before]
    if not added or fit.df_residual < 1 or not fit.rss > 0:
        return float("nan"), float("nan")
    block = robust_covariance(x, design.y - x @ beta, covariance)[np.ix_(added, added)]
    if not np.isfinite(block).all():
        return float("nan"), float("nan")
    f = float(beta[added] @ np.linalg.solve(block, beta[added])) / len(added)
    return f, float(special.fdtrc(len(added), fit.df_residual, f))
