"""What is missing, together with what, and how its imputation went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.missing import missing_patterns
from surveykit.language import Kind
from surveykit.result import Result, Writer

UNSETTLED = 1.2
"""Above this R-hat the chains have not mixed (Gelman & Rubin 1992)."""
PATTERNS, VARIABLES = 10, 40


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MissingData(Result):
    """The missing share of each variable, observed and imputed means, and whether the chains settled.

    `patterns` has a row a pattern (most frequent first): a column a variable, 1 where missing, and `count`. `m` is how
    many imputations were made, `trace` (iterations, m, variables) the means of imputed values,
    `unsettled` the variables whose chains differ by more than chance.
    """

    kind: ClassVar[str] = "missing_data"
    estimate_kind: ClassVar[Kind] = "share"
    shown: ClassVar[tuple[str, ...]] = ("item", "estimate", "n", "observed_mean", "imputed_mean", "r_hat", "method")

    rows: pd.DataFrame
    patterns: pd.DataFrame
    complete: int
    m: int
    trace: np.ndarray
    unsettled: tuple[str, ...]

    @property
    def measures(self) -> dict[str, float]:
        """Rows complete in every variable, imputations, and the share of complete rows."""
        share = self.complete / self.n if self.n else np.nan
        return {"complete": float(self.complete), "imputations": float(self.m), "complete_share": share}

    def _table(self) -> pd.DataFrame:
        empty = np.full(len(self.rows), np.nan)
        return self.rows.assign(std_error=empty, conf_low=empty, conf_high=empty, conf_level=empty)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        gaps = table[table["estimate"] > 0].sort_values("estimate", ascending=False, kind="stable").head(VARIABLES)
        shown = (gaps if len(gaps) else table)["item"].tolist()
        top = self.patterns.head(PATTERNS)
        shares = table.set_index("item").loc[shown, "estimate"]
        return missing_patterns(
            [write.name(item) for item in shown],
            top[shown].to_numpy(dtype=float),
            top["count"].to_numpy(dtype=float),
            shares.to_numpy(),
            missing_label=write.say("missing.gone"),
            observed_label=write.say("missing.there"),
            share_title=write.label("missing"),
            xlabel=write.say("missing.axis"),
            fmt=lambda value: write.number(value, "share"),
            fmt_n=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        gaps = table[table["estimate"] > 0]
        if gaps.empty:
            return [write.say("missing.none", rows=write.count(self.n))]
        worst = gaps.loc[gaps["estimate"].idxmax()]
        said = [
            write.say(
                "missing.finding",
                complete=write.count(self.complete),
                rows=write.count(self.n),
                item=write.name(worst["item"]),
                share=write.number(worst["estimate"], "share"),
            ),
            write.say("missing.imputed", m=write.count(self.m)),
        ]
        if self.unsettled:
            said.append(write.say("missing.unsettled", names=write.listed(list(self.unsettled))))
        return said
