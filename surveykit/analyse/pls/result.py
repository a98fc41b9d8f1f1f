"""The result of a partial least squares path model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.pls.words import pls_sentences
from surveykit.draw.path import path_diagram
from surveykit.draw.path_layout import Edge, Node
from surveykit.result import Result, Writer


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsModel(Result):
    """Estimates of a path model among weighted composites.

    `table` has a row an estimate: measure, scale (the construct concerned), predictor, item. `scores` holds the
    standardised scores with the row of the data (from 1); `cross_loadings` correlations of items with every
    construct; `correlations` those among constructs.
    """

    kind: ClassVar[str] = "pls"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("scale", "predictor", "item")
    shown: ClassVar[tuple[str, ...]] = (
        "measure", "scale", "predictor", "item", "estimate", "std_error", "conf_low", "conf_high",
    )  # fmt: skip

    model: str
    scheme: str
    consistent: bool
    constructs: tuple[str, ...]
    formative: tuple[str, ...]
    estimates: pd.DataFrame
    cross_loadings: pd.DataFrame
    correlations: pd.DataFrame
    scores: pd.DataFrame
    measures: Mapping[str, float]
    n_boot: int
    conf_level: float

    def _table(self) -> pd.DataFrame:
        method = "plsc" if self.consistent else "pls"
        return self.estimates.assign(conf_level=self.conf_level, n=self.n, method=method)

    def estimate(self, measure: str, scale: str | None = None, predictor: str | None = None) -> pd.Series:
        """The first row of a measure, such as "pls_path"; KeyError where there is none."""
        found = self._made[self._made["measure"] == measure]
        for column, value in (("scale", scale), ("predictor", predictor)):
            found = found if value is None else found[found[column] == value]
        if found.empty:
            raise KeyError((measure, scale, predictor))
        return found.iloc[0]

    def matrix(self, measure: str = "pls_path") -> pd.DataFrame:
        """Paths, effects or f2 as a table, from row to column; HTMT as a symmetric one."""
        names = list(self.constructs)
        found = pd.DataFrame(np.nan, index=names, columns=names)
        rows = self._made[self._made["measure"] == measure]
        for source, target, value in zip(rows["predictor"], rows["scale"], rows["estimate"], strict=True):
            found.loc[source, target] = value
            if measure == "htmt":
                found.loc[target, source] = value
        return found

    def _figure(
        self, table: pd.DataFrame, write: Writer, indicators: Literal["all", "none"] = "none", **style: Any
    ) -> Figure:
        r2 = table[table["measure"] == "r2"].set_index("scale")["estimate"]
        nodes = []
        for name in self.constructs:
            label = write.name(name)
            if name in r2.index and np.isfinite(r2[name]):
                label += f"\nR² = {write.number(float(r2[name]), 'bounded')}"
            nodes.append(Node(name, label, "latent"))
        edges = [
            Edge(row["predictor"], row["scale"], "regression", write.number(row["estimate"], "bounded"), _clear(row))
            for row in table[table["measure"] == "pls_path"].to_dict("records")
        ]
        if indicators == "all":
            for row in table[table["measure"] == "loading"].to_dict("records"):
                name = f"item {row['scale']} {row['item']}"
                nodes.append(Node(name, str(row["item"]), "observed"))
                edges.append(Edge(row["scale"], name, "loading", write.number(row["estimate"], "bounded"), _clear(row)))
        said = [write.say("path.standardised")]
        if self.n_boot:
            said.append(write.say("pls.dashed", level=write.number(self.conf_level, "share", 0)))
        return path_diagram(nodes, edges, indicators=indicators, **{"note": write.say("sem.space").join(said), **style})

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return pls_sentences(table, self.measures, write)


def _clear(row: Mapping[Any, Any]) -> bool:
    """Without intervals nothing is called unclear."""
    return bool(row["conf_low"] > 0 or row["conf_high"] < 0 or np.isnan(row["conf_low"]))
