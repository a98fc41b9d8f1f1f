"""Polychoric correlations among ordered answers, polyserial with numbers: what latent variable models start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.frames import choice, names_of, numeric_names, unweighted
from surveykit.analyse.words import strongest_pair
from surveykit.draw.heatmap import correlation_heatmap
from surveykit.errors import Problem
from surveykit.language import Kind
from surveykit.responses.source import columns_of, fingerprint_of, weights_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.ordinal import OrdinalMoments
from surveykit.stats.ordinal_joint import polychoric_ml
from surveykit.stats.polychoric import smoothed


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Polychorics(Result):
    """Correlations of the normal responses behind every pair of variables.

    `matrix` is what to factor (smoothed when that was asked for and needed); `thresholds` has a row a threshold: the
    item, the answer below it, estimate and error. The table holds the estimates before any smoothing, and `smoothed`
    beside them where the matrix was smoothed.
    """

    kind: ClassVar[str] = "polychoric"
    estimate_kind: ClassVar[Kind] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "item2")
    shown: ClassVar[tuple[str, ...]] = (
        "item",
        "item2",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "n",
        "empty_cells",
        "method",
    )

    variables: tuple[str, ...]
    correlation: NDArray[np.float64]
    adjusted: NDArray[np.float64]
    errors: NDArray[np.float64]
    pairs: NDArray[np.int64]
    empty: NDArray[np.int64]
    methods: tuple[tuple[str, ...], ...]
    thresholds: pd.DataFrame
    conf_level: float

    @property
    def matrix(self) -> pd.DataFrame:
        """Correlation matrix with the names of the variables, a fresh copy."""
        return pd.DataFrame(self.adjusted.copy(), index=list(self.variables), columns=list(self.variables))

    def _table(self) -> pd.DataFrame:
        rows, columns = np.tril_indices(len(self.variables), -1)
        estimate, error = self.correlation[rows, columns], self.errors[rows, columns]
        reach = special.ndtri(0.5 + self.conf_level / 2) * error / (1 - estimate**2)
        table = pd.DataFrame(
            {
                "item": [self.variables[row] for row in rows],
                "item2": [self.variables[column] for column in columns],
                "estimate": estimate,
                "std_error": error,
                "conf_low": np.tanh(np.arctanh(estimate) - reach),
                "conf_high": np.tanh(np.arctanh(estimate) + reach),
                "conf_level": self.conf_level,
                "n": self.pairs[rows, columns],
                "empty_cells": self.empty[rows, columns],
                "method": [self.methods[row][column] for row, column in zip(rows, columns, strict=True)],
            }
        )
        if not np.array_equal(self.adjusted, self.correlation, equal_nan=True):
            table.insert(3, "smoothed", self.adjusted[rows, columns])
        return table

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return correlation_heatmap(
            self.correlation,
            [write.name(name) for name in self.variables],
            scale_label=write.say("polychoric.axis"),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table.dropna(subset=["conf_low"])
        if known.empty:
            return [write.say("polychoric.undefined")]
        said = [strongest_pair("polychoric.finding", known, write)]
        codes = {problem.code for problem in self.problems}
        if "smoothed" in table.columns:
            said.append(write.say("polychoric.smoothed"))
        elif "STATS-NOT-PD" in codes:
            said.append(write.say("polychoric.not_pd"))
        return said


def polychoric(
    data: Any,
    variables: Sequence[str] | None = None,
    ordered: Sequence[str] | None = None,
    *,
    missing: Literal["listwise", "pairwise"] = "listwise",
    estimator: Literal["two_step", "joint"] = "two_step",
    smooth: bool = False,
    conf_level: float = 0.95,
) -> Polychorics:
    """Polychoric correlations of ordered answers, with thresholds, standard errors and intervals.

    `data`: DataFrame, Responses or Scores, a row a respondent; weights of Responses are used as sampling weights.
    `variables` default to all numeric columns; `ordered` names those that are ordered, all by default: between an
    ordered and a continuous variable the correlation is polyserial, between continuous ones Pearson's.

    Each response is a standard normal cut at thresholds, the normal quantiles of the cumulative proportions; each
    correlation maximises the likelihood of its two-way table at these thresholds. Errors by Muthen's sandwich;
    intervals tanh(atanh r -+ z SE / (1 - r^2)). `estimator="joint"` estimates each pair of ordered variables with its
    own thresholds by one likelihood, errors from the observed information (Olsson 1979; no weights); `thresholds` and
    pairs with a continuous variable stay as they are. Empty cells stay empty (they are counted, and told), but a 2 x 2
    table with one empty cell gets half a row there, margins kept. `missing`: only rows with all variables, or for each
    statistic the rows that have what it needs. A pair without an estimate is NaN with a Problem. A matrix that is not
    positive definite is told and left as it is; `smooth=True` raises its eigenvalues below 1e-12 (as
    `psych::cor.smooth`), in `matrix` only, and says so.

    Errors: ANALYSE-CHOICE, ORDINAL-NO-ROWS, ORDINAL-LEVELS-MANY, RESP-NOCOLUMN. Source: Olsson 1979; Olsson, Drasgow &
    Dorans 1982; Muthen 1984. In R: `lavaan::lavCor(data, ordered = ...)`, `psych::polychoric(data, correct = 0)`;
    joint: `polycor::polychor(x, y, ML = TRUE, std.err = TRUE)`.
    """
    choice("missing", missing, ("listwise", "pairwise"))
    choice("estimator", estimator, ("two_step", "joint"))
    if estimator == "joint":
        unweighted(data, 'polychoric(estimator="joint")')
    chosen = tuple(variables) if variables is not None else numeric_names(data)
    rows = columns_of(data, chosen).to_numpy(dtype=np.float64)
    found = OrdinalMoments.of(rows, chosen, ordered, None, weights_of(data), missing)
    problems = list(found.problems)
    correlation, errors = found.correlation, found.correlation_std_error
    if estimator == "joint":
        correlation, errors, more = _joint(rows, found, missing)
        problems = [problem for problem in problems if problem.code != "STATS-NOT-PD"] + more
    adjusted = smoothed(correlation) if smooth else correlation
    change = np.abs(adjusted - correlation)
    if np.nanmax(change, initial=0.0) > 0:
        problems = [problem for problem in problems if problem.code != "STATS-NOT-PD"]
        problems.append(Problem.of("ORDINAL-SMOOTHED", "", "warning", change=f"{np.nanmax(change):.3f}"))
    seen = ~np.isnan(rows)
    together = seen.T.astype(np.int64) @ seen if missing == "pairwise" else np.full((len(chosen),) * 2, found.n)
    return Polychorics(
        n=found.n,
        variables=chosen,
        correlation=correlation,
        adjusted=adjusted,
        errors=errors,
        pairs=together,
        empty=found.empty_cells,
        methods=tuple(tuple(_method(one, other, estimator) for other in found.ordered) for one in found.ordered),
        thresholds=_thresholds(found),
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "polychoric",
            data=fingerprint_of(data),
            variables=chosen,
            ordered=ordered,
            missing=missing,
            estimator=estimator,
            smooth=smooth,
            conf_level=conf_level,
        ),
    )


def _method(one: bool, other: bool, estimator: str) -> str:
    if one and other:
        return "polychoric" if estimator == "two_step" else "polychoric_joint"
    return "polyserial" if one or other else "pearson"


def _joint(
    rows: NDArray[np.float64], found: OrdinalMoments, missing: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[Problem]]:
    """Correlations and errors of ordered pairs by one likelihood a pair; what the matrix then is."""
    correlation, errors = np.array(found.correlation), np.array(found.correlation_std_error)
    seen = ~np.isnan(rows)
    if missing == "listwise":
        seen = np.repeat(seen.all(axis=1, keepdims=True), rows.shape[1], axis=1)
    problems: list[Problem] = []
    ordered = [at for at, is_ordered in enumerate(found.ordered) if is_ordered]
    for i, j in combinations(ordered, 2):
        both = seen[:, i] & seen[:, j]
        table = pd.crosstab(rows[both, i], rows[both, j]).to_numpy() if both.any() else np.zeros((1, 1))
        one = polychoric_ml(table, f"items {found.names[i]}, {found.names[j]}")
        correlation[i, j] = correlation[j, i] = one.correlation
        errors[i, j] = errors[j, i] = one.std_error
        problems += [problem for problem in one.problems if problem.code != "STATS-POLY-EMPTY"]
    smallest = float(np.linalg.eigvalsh(correlation)[0]) if np.isfinite(correlation).all() else np.nan
    if smallest < 1e-10:
        problems.append(Problem.of("STATS-NOT-PD", "", "warning", eigenvalue=f"{smallest:.3g}"))
    return correlation, errors, problems


def _thresholds(found: OrdinalMoments) -> pd.DataFrame:
    errors = dict(zip(found.labels, found.std_error, strict=True))
    rows = [
        (name, codes[position], cut, errors[f"{name}|t{position + 1}"])
        for name, codes, cuts in zip(found.names, found.levels, found.thresholds, strict=True)
        for position, cut in enumerate(cuts)
    ]
    return pd.DataFrame(rows, columns=["item", "answer", "estimate", "std_error"]).astype(
        {"answer": float, "estimate": float, "std_error": float}
    )
