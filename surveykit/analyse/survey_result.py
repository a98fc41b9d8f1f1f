"""Estimates from a designed or weighted sample, with errors that follow from how it was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.intervals import dot_intervals
from surveykit.language import term
from surveykit.result import Result, Writer

WHOLE = ""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurveyEstimates(Result):
    """Means, shares, totals or quantiles; `rows` holds them, `lead` is the measure that figure and words speak of.

    `design_deff` compares the variance with that of a simple random sample of as many rows; `design_df` are the degrees
    of freedom of the interval. `variance` says how errors were found: taylor, JK1, JKn or bootstrap.
    """

    kind: ClassVar[str] = "survey_estimates"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "group")
    shown: ClassVar[tuple[str, ...]] = (
        "item",
        "group",
        "measure",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "design_deff",
        "n",
    )

    rows: pd.DataFrame
    lead: str
    conf_level: float
    variance: str
    sample: str

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _leading(self, table: pd.DataFrame) -> pd.DataFrame:
        return table[table["measure"] == self.lead]

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        shown, kind = self._leading(table), term(self.lead).kind
        whole = {"share": (0.0, 1.0)}.get(kind)
        return dot_intervals(
            [self._label(row, write) for _, row in shown.iterrows()],
            shown["estimate"].to_numpy(),
            shown["conf_low"].to_numpy(),
            shown["conf_high"].to_numpy(),
            fmt=lambda value: write.number(value, kind, 0 if kind == "share" else None),
            axis=whole,
            n=shown["n"].to_numpy(),
            n_title=write.label("n"),
            fmt_n=write.count,
            xlabel=write.say(
                "survey.axis", measure=write.label(self.lead), level=write.number(self.conf_level, "share", 0)
            ),
            **style,
        )

    def _label(self, row: pd.Series, write: Writer) -> str:
        return write.name(row["item"]) + (f": {write.name(row['group'])}" if row["group"] != WHOLE else "")

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        shown = self._leading(table)
        known = shown.dropna(subset=["estimate"])
        if known.empty:
            return [write.say("boxes.undefined", measure=write.label(self.lead))]
        picked = [known.iloc[0]]
        if len(known) > 1:
            picked = [known.loc[known["estimate"].idxmax()], known.loc[known["estimate"].idxmin()]]
        kind = term(self.lead).kind
        said = [
            write.say(
                key,
                measure=write.label(self.lead),
                item=self._label(row, write),
                estimate=write.number(row["estimate"], kind),
                interval=write.interval(row["conf_low"], row["conf_high"], kind),
                level=write.number(row["conf_level"], "share", 0),
                n=write.count(row["n"]),
            )
            for key, row in zip(
                ["survey.one"] if len(picked) == 1 else ["survey.highest", "survey.lowest"], picked, strict=True
            )
        ]
        if self.lead == "nps":
            crosses = known[(known["conf_low"] <= 0) & (known["conf_high"] >= 0)]
            said += [write.say("nps.crosses")] if len(known) == 1 and len(crosses) else []
        said.append(write.say("survey.modelled" if self.sample == "opt_in" else "survey.errors"))
        return said
