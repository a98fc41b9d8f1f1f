"""Means of scale scores, in the scale's own units and from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.intervals import dot_intervals
from surveykit.result import Result, Writer
from surveykit.stats.intervals import mean_t


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ScoreDescription(Result):
    """Mean and POMP (0-100) of each scale score, with Student intervals; POMP = (mean - low) / (high - low) x 100."""

    kind: ClassVar[str] = "score_description"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("scale", "measure", "estimate", "conf_low", "conf_high", "sd", "n")

    summary: pd.DataFrame
    limits: Mapping[str, tuple[float, float]]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        base = self.summary
        low, high = mean_t(base["mean"], base["sd"], base["n"], self.conf_level)
        bottom = np.array([self.limits[scale][0] for scale in base["scale"]])
        width = np.array([self.limits[scale][1] for scale in base["scale"]]) - bottom
        error = base["sd"] / np.sqrt(base["n"].where(base["n"] > 0))
        means = pd.DataFrame(
            {
                "scale": base["scale"],
                "measure": "mean",
                "estimate": base["mean"],
                "std_error": error,
                "conf_low": low,
                "conf_high": high,
                "sd": base["sd"],
            }
        )
        pomps = means.assign(
            measure="pomp",
            estimate=(means["estimate"] - bottom) / width * 100,
            std_error=means["std_error"] / width * 100,
            conf_low=(means["conf_low"] - bottom) / width * 100,
            conf_high=(means["conf_high"] - bottom) / width * 100,
            sd=means["sd"] / width * 100,
        )
        both = pd.concat([means, pomps]).sort_index(kind="stable")
        both["conf_level"] = self.conf_level
        both["n"] = base["n"].repeat(2)
        both["method"] = "mean_t"
        return both

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        pomp = table[table["measure"] == "pomp"]
        return dot_intervals(
            [write.name(scale) for scale in pomp["scale"]],
            pomp["estimate"].to_numpy(),
            pomp["conf_low"].to_numpy(),
            pomp["conf_high"].to_numpy(),
            fmt=lambda value: write.number(value, "points", 0),
            fmt_interval=lambda value, low, high: write.number(value, "points"),
            axis=(0.0, 100.0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        pomp = table[table["measure"] == "pomp"].dropna(subset=["estimate"])
        if pomp.empty:
            return [write.say("describe.nothing")]
        best, worst = pomp.loc[pomp["estimate"].idxmax()], pomp.loc[pomp["estimate"].idxmin()]
        said = write.say(
            "describe.scores",
            best=write.name(best["scale"]),
            best_score=write.number(best["estimate"], "points"),
            best_interval=write.interval(best["conf_low"], best["conf_high"], "points"),
            worst=write.name(worst["scale"]),
            worst_score=write.number(worst["estimate"], "points"),
            worst_interval=write.interval(worst["conf_low"], worst["conf_high"], "points"),
            level=write.number(best["conf_level"], "share", 0),
        )
        return [said]
