"""Pearson correlations of several variables with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.frames import names_of, numeric_names
from surveykit.analyse.words import strongest_pair
from surveykit.draw.heatmap import correlation_heatmap
from surveykit.errors import Problem
from surveykit.language import Kind
from surveykit.responses.source import fingerprint_of, moments_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import fisher_z


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Correlations(Result):
    """Correlations of every pair of variables over the rows that have them all."""

    kind: ClassVar[str] = "correlations"
    estimate_kind: ClassVar[Kind] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "item2")
    shown: ClassVar[tuple[str, ...]] = ("item", "item2", "estimate", "conf_low", "conf_high", "p_value", "n")

    variables: tuple[str, ...]
    matrix: np.ndarray
    conf_level: float

    def _table(self) -> pd.DataFrame:
        rows, columns = np.tril_indices(len(self.variables), -1)
        r = self.matrix[rows, columns]
        low, high = fisher_z(r, self.n, self.conf_level)
        df = self.n - 2
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt((1 - r**2) / df) if df > 0 else np.full(len(r), np.nan)
            p = 2 * special.stdtr(df, -np.abs(r / error)) if df > 0 else np.full(len(r), np.nan)
        return pd.DataFrame(
            {
                "item": [self.variables[row] for row in rows],
                "item2": [self.variables[column] for column in columns],
                "estimate": r,
                "std_error": error,
                "conf_low": low,
                "conf_high": high,
                "p_value": p,
                "conf_level": self.conf_level,
                "n": self.n,
                "method": "pearson",
            }
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return correlation_heatmap(
            self.matrix,
            [write.name(name) for name in self.variables],
            scale_label=write.say("correlation.axis"),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table.dropna(subset=["estimate"])
        if known.empty:
            return [write.say("correlation.undefined")]
        return [strongest_pair("correlation.finding", known, write)]


def correlate(data: Any, variables: Sequence[str] | None = None, conf_level: float = 0.95) -> Correlations:
    """Pearson correlations among variables, with Fisher intervals and t tests, over the rows that have them all.

    `data`: DataFrame, Responses, Scores or Moments; `variables` default to all of its numeric columns. A constant
    variable has undefined correlations (NaN). Source: Fisher 1921. In R: `cor.test(x, y)`, `cor(na.omit(data))`.
    """
    moments = moments_of(data, variables if variables is not None else numeric_names(data))
    constant = ~(np.diag(moments.covariance) > 0)
    problems = [
        Problem.of("STATS-CONSTANT-ITEM", f"variable {name}", "warning")
        for name, flat in zip(moments.names, constant, strict=True)
        if flat and moments.n > 1
    ]
    if moments.n < 2:
        problems.append(Problem.of("ANALYSE-FEWCOMPLETE", n=moments.n))
    return Correlations(
        n=moments.n,
        problems=tuple(problems),
        variables=moments.names,
        matrix=moments.correlation,
        conf_level=conf_level,
        names=names_of(data),
        provenance=Provenance.of(
            "correlate", data=fingerprint_of(data), variables=moments.names, conf_level=conf_level
        ),
    )
