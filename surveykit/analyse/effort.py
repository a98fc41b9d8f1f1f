"""The customer effort score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.series import answers, series_fingerprint
from surveykit.analyse.survey_data import is_table
from surveykit.analyse.survey_result import SurveyEstimates
from surveykit.analyse.survey_scores import survey_effort
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem
from surveykit.result import Provenance, Result, Writer
from surveykit.spec.scale import Scale
from surveykit.stats.intervals import mean_t


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class EffortScore(Result):
    """The mean of the effort question with a Student interval; high is easy."""

    kind: ClassVar[str] = "ces"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "estimate", "conf_low", "conf_high", "sd", "n")

    mean: float
    sd: float
    low: int
    high: int
    missing: int
    conf_level: float

    def _table(self) -> pd.DataFrame:
        low, high = mean_t(self.mean, self.sd, self.n, self.conf_level)
        row = {
            "measure": "ces",
            "estimate": self.mean,
            "std_error": self.sd / np.sqrt(self.n) if self.n else np.nan,
            "conf_low": float(low),
            "conf_high": float(high),
            "conf_level": self.conf_level,
            "sd": self.sd,
            "n": self.n,
            "method": "mean_t",
        }
        return pd.DataFrame([row])

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            [write.label("ces")],
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            fmt=lambda value: write.number(value, "coefficient"),
            axis=(self.low, self.high),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        row = table.iloc[0]
        if not self.n:
            return [write.say("boxes.undefined", measure=write.label("ces"))]
        said = write.say(
            "ces.finding",
            mean=write.number(row["estimate"], "coefficient"),
            interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
            level=write.number(row["conf_level"], "share", 0),
            n=write.count(row["n"]),
        )
        return [said]


def ces(
    x: Any,
    scale: Scale | tuple[int, int] = (1, 7),
    conf_level: float = 0.95,
    *,
    column: str | None = None,
    by: str | None = None,
) -> EffortScore | SurveyEstimates:
    """Customer effort score: the mean answer to the effort question, on the scale's own units, high meaning easy.

    `x` holds answer codes (n,) of `scale` (a Scale or its (low, high)), or is a survey design, weighted answers or a
    frame whose `column` has them, with design-based errors, of each category of `by` where there is one. Interval: mean
    -+ t(n - 1) sd / sqrt(n). Missing answers are outside the base. Raises SurveykitError for answers outside the scale.
    Below two answers the interval is undefined, without any the mean is, with a Problem. Source: Dixon, Freeman & Toman
    2010 (the question). In R: `t.test(x)`.
    """
    low, high = (scale.low, scale.high) if isinstance(scale, Scale) else scale
    if is_table(x):
        return survey_effort(x, column, (low, high), by, conf_level)
    values, missing = answers(x, low, high, "ces")
    n = len(values)
    return EffortScore(
        n=n,
        mean=float(values.mean()) if n else np.nan,
        sd=float(values.std(ddof=1)) if n > 1 else np.nan,
        low=low,
        high=high,
        missing=missing,
        conf_level=conf_level,
        problems=() if n else (Problem.of("ANALYSE-NOANSWER", "ces", "warning"),),
        provenance=Provenance.of(
            "ces", data=series_fingerprint(values, missing), low=low, high=high, conf_level=conf_level
        ),
    )
