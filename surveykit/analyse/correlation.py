"""Correlations of several variables with their intervals: Pearson, Spearman, Kendall, polychoric, partial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.correlation_pairs import Found, kendalls, partialled, polychorics, spearmans
from surveykit.analyse.frames import choice, names_of, numeric_names
from surveykit.analyse.words import strongest_pair
from surveykit.draw.heatmap import correlation_heatmap
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import fingerprint_of, moments_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import fisher_z
from surveykit.stats.many_tests import ADJUSTMENTS, adjusted
from surveykit.stats.rank_correlation import spearman_error, tanh_bounds

Method = Literal["pearson", "spearman", "kendall", "polychoric", "partial"]
METHODS = ("pearson", "spearman", "kendall", "polychoric", "partial")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Correlations(Result):
    """Correlations of every pair of variables over the rows that have them all.

    `partial` are the variables held constant. `errors` and `p_values` (k x k) are stored for the methods whose errors
    do not follow from the correlation and n.
    """

    kind: ClassVar[str] = "correlations"
    estimate_kind: ClassVar[Kind] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "item2")
    variables: tuple[str, ...]
    matrix: np.ndarray
    conf_level: float
    method: str = "pearson"
    partial: tuple[str, ...] = ()
    adjust: str = "none"
    errors: np.ndarray | None = None
    p_values: np.ndarray | None = None

    def _table(self) -> pd.DataFrame:
        rows, columns = np.tril_indices(len(self.variables), -1)
        r = self.matrix[rows, columns]
        held = len(self.partial)
        df = self.n - 2 - held
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt((1 - r**2) / df) if df > 0 else np.full(len(r), np.nan)
            p = 2 * special.stdtr(df, -np.abs(r / error)) if df > 0 else np.full(len(r), np.nan)
        if self.errors is not None and self.p_values is not None:
            error, p = self.errors[rows, columns], self.p_values[rows, columns]
        elif self.method == "spearman":
            error = spearman_error(r, self.n, held)
        if self.method in ("pearson", "partial"):
            low, high = fisher_z(r, self.n, self.conf_level, held)
        else:
            low, high = tanh_bounds(r, error, self.conf_level)
        table = pd.DataFrame(
            {
                "item": [self.variables[row] for row in rows],
                "item2": [self.variables[column] for column in columns],
                "estimate": r,
                "std_error": error,
                "conf_low": low,
                "conf_high": high,
                "p_value": p,
                "p_adjusted": adjusted(p, self.adjust),
                "conf_level": self.conf_level,
                "n": self.n,
                "method": self.method,
            }
        )
        return table.drop(columns="p_adjusted") if self.adjust == "none" else table

    @property
    def shown(self) -> tuple[str, ...]:  # type: ignore[override]
        """The columns of the table for people."""
        p = ("p_value",) if self.adjust == "none" else ("p_value", "p_adjusted")
        return ("item", "item2", "estimate", "conf_low", "conf_high", *p, "n")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        key = "correlation.axis" if self.method == "pearson" else f"correlate.axis_{self.method}"
        return correlation_heatmap(
            self.matrix,
            [write.name(name) for name in self.variables],
            scale_label=write.say(key),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table.dropna(subset=["estimate"])
        if known.empty:
            return [write.say("correlation.undefined")]
        key = "correlation.finding" if self.method == "pearson" else f"correlate.finding_{self.method}"
        said = [strongest_pair(key, known, write)]
        if self.partial:
            said.append(write.say("correlate.held", names=write.listed(list(self.partial))))
        return said


def correlate(
    data: Any,
    variables: Sequence[str] | None = None,
    conf_level: float = 0.95,
    *,
    method: Method = "pearson",
    partial: Sequence[str] = (),
    adjust: str = "none",
) -> Correlations:
    """Correlations among variables with intervals and tests, over the rows that have them all.

    `data`: DataFrame, Responses, Scores or (Pearson, partial) Moments; `variables` default to all of its numeric
    columns. `method`: "pearson" (Fisher's interval, t test); "partial", or any `partial` with Pearson's or Spearman's
    method, holds those variables constant (residual co-moments; n loses one for each); "spearman" (interval through
    atanh with the variance of Bonett & Wright, t test); "kendall" (tau-b; error of Brown & Benedetti, without ties
    that of Fieller, Hartley & Pearson; normal test corrected for ties); "polychoric" (normal responses behind ordered
    answers, Muthen's errors, Wald test). `adjust`: "holm", "hochberg", "bonferroni", "BH", "BY" adds p_adjusted over
    all pairs. Weights count for Pearson, partial and polychoric correlations, the others refuse them; the intervals of
    Pearson and partial correlations do not know of weights. A constant variable, or one that the held ones determine,
    has undefined correlations (NaN) and a Problem. Source: Fisher 1921; Bonett & Wright 2000; Brown & Benedetti 1977;
    Olsson 1979. In R: `cor.test(x, y, method = )`, `cor(na.omit(data))`, `ppcor::pcor.test(x, y, z)`.
    """
    choice("method", method, METHODS)
    choice("adjust", adjust, ADJUSTMENTS)
    held = tuple(partial)
    chosen = tuple(variables if variables is not None else [n for n in numeric_names(data) if n not in held])
    _check_partial(method, held, chosen)
    if method == "kendall":
        found = kendalls(data, chosen)
    elif method == "polychoric":
        found = polychorics(data, chosen)
    elif method == "spearman":
        found = spearmans(data, chosen, held)
    elif held:
        found = partialled(moments_of(data, [*chosen, *held]), chosen, held)
    else:
        moments = moments_of(data, chosen)
        found = Found(moments.n, moments.correlation, np.diag(moments.covariance))
    problems = list(found.problems)
    if found.n > 1:
        problems += [
            Problem.of("STATS-CONSTANT-ITEM", f"variable {name}", "warning")
            for name, variance in zip(chosen, found.variance, strict=True)
            if not variance > 0
        ]
    else:
        problems.append(Problem.of("ANALYSE-FEWCOMPLETE", n=found.n))
    return Correlations(
        n=found.n,
        problems=tuple(problems),
        variables=chosen,
        matrix=found.correlation,
        conf_level=conf_level,
        method="partial" if held and method == "pearson" else method,
        partial=held,
        adjust=adjust,
        errors=found.errors,
        p_values=found.p_values,
        names=names_of(data),
        provenance=Provenance.of(
            "correlate",
            data=fingerprint_of(data),
            variables=chosen,
            method=method,
            partial=held,
            adjust=adjust,
            conf_level=conf_level,
        ),
    )


def _check_partial(method: str, held: tuple[str, ...], chosen: tuple[str, ...]) -> None:
    if method == "partial" and not held:
        raise SurveykitError.of("CORR-NOPARTIAL")
    if held and method in ("kendall", "polychoric"):
        raise SurveykitError.of("CORR-PARTIALMETHOD", method=method)
    both = [name for name in chosen if name in held]
    if both:
        raise SurveykitError.of("CORR-OVERLAP", names=", ".join(both))
