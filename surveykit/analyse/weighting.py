"""Weights with their receipt: what each margin was, is and should be, and what the weights cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.reliability import reliability_card
from surveykit.errors import SurveykitError
from surveykit.language import Kind
from surveykit.responses.design import SurveyDesign
from surveykit.responses.responses import Responses
from surveykit.result import Result, Writer
from surveykit.stats.design import Calibration

T = TypeVar("T", pd.DataFrame, Responses, SurveyDesign)
COSTLY = 1.5
"""Said aloud above this design effect: a third of the sample's information is gone."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Weighting(Result):
    """Weights a row (`weights`, n,) and the margins they meet.

    The table has a row a category: share before (with the base weights), after, and the target. `measures`: kish_deff,
    kish_n, weight_min, weight_max, weight_sum, sweeps, converged (1 or 0), deviation (largest miss of a target before
    trimming, a share), trimmed (rows held at a bound). `base` are the weights that were adjusted, `cell` (n,) the row's
    combination of categories, `cells` (cells, margins) the categories of each.
    """

    kind: ClassVar[str] = "weighting"
    estimate_kind: ClassVar[Kind] = "share"
    named_columns: ClassVar[tuple[str, ...]] = ("item",)
    shown: ClassVar[tuple[str, ...]] = (
        "item",
        "margin_category",
        "n",
        "margin_before",
        "estimate",
        "margin_target",
    )

    margins: pd.DataFrame
    weights: np.ndarray
    base: np.ndarray
    cell: np.ndarray
    cells: np.ndarray
    measures: Mapping[str, float]
    method: str

    @property
    def calibration(self) -> Calibration:
        """What a design needs to know of these weights."""
        return Calibration(self.base, tuple(self.cells[self.cell].T))

    def apply(self, data: T, column: str = "weight") -> T:
        """The same data with these weights: a frame or answers with a column more, a design calibrated to the margins.

        Rows are matched by position; another number of rows raises SurveykitError.
        """
        rows = len(data) if isinstance(data, pd.DataFrame) else data.n
        if rows != len(self.weights):
            raise SurveykitError.of("RAKE-ROWS", "weights", weights=len(self.weights), rows=rows)
        if isinstance(data, SurveyDesign):
            if data.sampling.replication is not None:
                raise SurveykitError.of("DESIGN-RAKEREP", "replicates")
            return replace(data, sampling=data.sampling.calibrated(self.weights, self.calibration))
        if isinstance(data, Responses):
            return data.with_columns(pd.DataFrame({column: self.weights})).weighted(column)
        return data.assign(**{column: self.weights})

    def _table(self) -> pd.DataFrame:
        empty = np.full(len(self.margins), np.nan)
        return self.margins.assign(
            std_error=empty, conf_low=empty, conf_high=empty, conf_level=empty, method=self.method
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        empty = np.full(len(table), np.nan)
        return reliability_card(
            [f"{write.name(row['item'])}: {row['margin_category']}" for _, row in table.iterrows()],
            {
                write.label("margin_before"): (table["margin_before"], empty, empty),
                write.label("margin_target"): (table["margin_target"], empty, empty),
            },
            n=table["n"].to_numpy(),
            guide=None,
            xlabel=write.say("weighting.axis"),
            fmt=lambda value: write.number(value, "share", 0),
            fmt_n=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        found = self.measures
        gap = (table["margin_target"] - table["margin_before"]).abs()
        widest = table.loc[gap.idxmax()]
        said = [
            write.say(
                "weighting.finding",
                deff=write.number(found["kish_deff"], "statistic"),
                rows=write.count(self.n),
                effective=write.count(found["kish_n"]),
                low=write.number(found["weight_min"], "coefficient"),
                high=write.number(found["weight_max"], "coefficient"),
            ),
            write.say(
                "weighting.gap",
                margin=write.name(widest["item"]),
                category=widest["margin_category"],
                before=write.number(widest["margin_before"], "share"),
                target=write.number(widest["margin_target"], "share"),
            ),
        ]
        if not found["converged"]:
            said.append(write.say("weighting.open", sweeps=write.count(found["sweeps"])))
        if found["trimmed"]:
            said.append(write.say("weighting.trimmed", rows=write.count(found["trimmed"])))
        if found["kish_deff"] > COSTLY:
            said.append(write.say("weighting.costly"))
        return said
