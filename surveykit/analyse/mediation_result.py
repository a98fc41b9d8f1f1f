"""The result of a mediation analysis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.mediation_words import mediation_sentences
from surveykit.draw.coefficients import coefficient_plot
from surveykit.draw.path import path_diagram
from surveykit.draw.path_layout import Edge, Node
from surveykit.errors import SurveykitError
from surveykit.result import Result, Writer

EFFECTS = ("indirect", "total_indirect", "conditional_indirect", "direct", "total_effect", "natural_indirect",
           "natural_direct")  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Mediation(Result):
    """Paths, direct, indirect and total associations with bootstrap intervals.

    `table` has a row an estimate: predictor, via (the mediators), outcome, measure, at (value of the moderator),
    estimate and its interval, beta (standardised) and its interval, sobel_error and delta_error of single chains.
    `equations` holds the regressions with classical errors; `measures` the R2 of each outcome.
    """

    kind: ClassVar[str] = "mediation"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("predictor", "via", "outcome")
    shown: ClassVar[tuple[str, ...]] = (
        "predictor", "via", "outcome", "measure", "at", "estimate", "std_error", "conf_low", "conf_high", "beta",
    )  # fmt: skip

    x: tuple[str, ...]
    m: tuple[str, ...]
    y: str
    covariates: tuple[str, ...]
    moderator: str
    serial: bool
    ordered: bool
    effects: pd.DataFrame
    equations: pd.DataFrame
    measures: Mapping[str, float]
    interval: str
    n_boot: int
    conf_level: float
    dropped: int

    def _table(self) -> pd.DataFrame:
        return self.effects.assign(conf_level=self.conf_level, n=self.n, method=f"boot_{self.interval}")

    def estimate(self, measure: str, predictor: str | None = None, via: str | None = None) -> pd.Series:
        """The first row of a measure, such as "indirect"; KeyError where there is none."""
        found = self._made[self._made["measure"] == measure]
        for column, value in (("predictor", predictor), ("via", via)):
            found = found if value is None else found[found[column] == value]
        if found.empty:
            raise KeyError((measure, predictor, via))
        return found.iloc[0]

    def _figure(self, table: pd.DataFrame, write: Writer, view: str = "paths", **style: Any) -> Figure:
        """`view`: "paths" (the diagram) or "effects" (intervals)."""
        if view not in ("paths", "effects"):
            raise SurveykitError.of("ANALYSE-CHOICE", argument="view", found=str(view), allowed="paths, effects")
        return self._diagram(table, write, **style) if view == "paths" else self._intervals(table, write, **style)

    def _diagram(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        rows = table[table["measure"].isin(["path", "direct", "probit_slope"])]
        edges = []
        for (source, target), part in rows.groupby(["predictor", "outcome"], sort=False):
            row = part.iloc[len(part) // 2]
            column = "estimate" if self.ordered or len(part) > 1 else "beta"
            kind = "coefficient" if column == "estimate" else "bounded"
            clear = bool((part["conf_low"] > 0).all() or (part["conf_high"] < 0).all())
            edges.append(Edge(source, target, "regression", write.number(row[column], kind), clear))
        nodes = [Node(name, write.name(name)) for name in (*self.x, *self.m, self.y)]
        level = write.number(self.conf_level, "share", 0)
        said = [write.say("mediation.note_raw" if self.ordered else "mediation.note", level=level)]
        if self.moderator:
            said.append(write.say("mediation.note_moderator", name=write.name(self.moderator)))
        if self.covariates:
            said.append(write.say("mediation.note_covariates", names=write.listed(list(self.covariates))))
        return path_diagram(nodes, edges, **{"note": write.say("sem.space").join(said), **style})

    def _intervals(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        rows = table[table["measure"].isin(EFFECTS)]
        names = ("estimate", "conf_low", "conf_high") if self.ordered else ("beta", "beta_low", "beta_high")
        values = rows[list(names)].to_numpy(dtype=float)
        labels = []
        for row in rows.to_dict("records"):
            label = f"{write.name(row['predictor'])}: {write.label(row['measure'])}"
            if row["via"] and row["measure"] in ("indirect", "conditional_indirect"):
                label += f" ({write.name(row['via'])})"
            if np.isfinite(row["at"]):
                label += f", {write.name(self.moderator)} = {write.number(row['at'], 'coefficient')}"
            labels.append(label)
        return coefficient_plot(
            labels,
            *values.T,
            significant=list((values[:, 1] > 0) | (values[:, 2] < 0)),
            significant_label=write.say("mediation.clear"),
            not_significant_label=write.say("mediation.unclear"),
            xlabel=write.say(
                "mediation.axis_raw" if self.ordered else "mediation.axis",
                level=write.number(self.conf_level, "share", 0),
            ),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return mediation_sentences(table, self, write)
