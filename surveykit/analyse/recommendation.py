"""The net promoter score with an interval that holds in small samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, overload

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.series import answers, series_fingerprint
from surveykit.analyse.survey_data import is_table
from surveykit.analyse.survey_result import SurveyEstimates
from surveykit.analyse.survey_scores import survey_nps
from surveykit.draw.nps import nps_bar
from surveykit.errors import Problem
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import nps_adjusted_wald, nps_score, nps_wald, wilson

Method = Literal["adjusted_wald", "wald"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NetPromoter(Result):
    """Promoters minus detractors, in points, with the distribution behind it."""

    kind: ClassVar[str] = "nps"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "estimate", "conf_low", "conf_high", "n")

    counts: tuple[int, ...]
    missing: int
    conf_level: float
    method: Method

    def _table(self) -> pd.DataFrame:
        detractors, passives, promoters = (sum(self.counts[part]) for part in (slice(0, 7), slice(7, 9), slice(9, 11)))
        bounds = nps_adjusted_wald if self.method == "adjusted_wald" else nps_wald
        score, error = nps_score(promoters, detractors, self.n)
        low, high = bounds(promoters, detractors, self.n, self.conf_level)
        groups = np.array([promoters, passives, detractors])
        lows, highs = wilson(groups, self.n, self.conf_level)
        shares = groups / self.n if self.n else np.full(3, np.nan)
        return pd.DataFrame(
            {
                "measure": ["nps", "promoters", "passives", "detractors"],
                "estimate": [float(score), *shares],
                "std_error": [float(error), *np.sqrt(shares * (1 - shares) / max(self.n, 1))],
                "conf_low": [float(low), *lows],
                "conf_high": [float(high), *highs],
                "conf_level": self.conf_level,
                "n": self.n,
                "count": [self.n, *groups],
                "method": [self.method, "wilson", "wilson", "wilson"],
            }
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        row = table.iloc[0]
        return nps_bar(
            self.counts,
            nps=row["estimate"],
            low=row["conf_low"],
            high=row["conf_high"],
            groups=(write.label("detractors"), write.label("passives"), write.label("promoters")),
            nps_label=write.label("nps"),
            fmt=lambda value: write.number(value, "share", 0),
            fmt_nps=lambda value: write.number(value, "points"),
            fmt_tick=lambda value: write.number(value, "points", 0),
            interval_text=write.interval(row["conf_low"], row["conf_high"], "points"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if not self.n:
            return [write.say("boxes.undefined", measure=write.label("nps"))]
        nps, up, _, down = (row for _, row in table.iterrows())
        finding = write.say(
            "nps.finding",
            nps=write.number(nps["estimate"], "points"),
            interval=write.interval(nps["conf_low"], nps["conf_high"], "points"),
            level=write.number(nps["conf_level"], "share", 0),
            promoters=write.number(up["estimate"], "share"),
            detractors=write.number(down["estimate"], "share"),
            n=write.count(nps["n"]),
        )
        crosses = nps["conf_low"] <= 0 <= nps["conf_high"]
        return [finding, write.say("nps.crosses")] if crosses else [finding]


@overload
def nps(x: Any, conf_level: float = 0.95, method: Method = "adjusted_wald") -> NetPromoter: ...


@overload
def nps(
    x: Any, conf_level: float = 0.95, method: Method = "adjusted_wald", *, column: str, by: str | None = None
) -> SurveyEstimates: ...


def nps(
    x: Any,
    conf_level: float = 0.95,
    method: Method = "adjusted_wald",
    *,
    column: str | None = None,
    by: str | None = None,
) -> NetPromoter | SurveyEstimates:
    """Net promoter score of answers from 0 to 10: per cent promoters (9-10) minus per cent detractors (0-6).

    `x` holds answer codes (n,), or is a survey design, weighted answers or a frame whose `column` has them, which gives
    design-based errors (and t intervals), of each category of `by` where there is one. Of answer codes: standard error
    100 sqrt((p + d - (p - d)^2) / n); interval by adjusted Wald (three answers added: 3/4 promoter, 3/4 detractor, 3/2
    passive) or plain Wald. Missing answers are outside the base. Raises SurveykitError for anything but whole numbers
    from 0 to 10, and names the shift when the codes run from 1 to 11. No answers: undefined with a Problem. Source:
    Rocks 2016 (interval). In R: no standard function; see tests/oracle/make.R, ids `nps.*`.
    """
    if is_table(x):
        return survey_nps(x, column, by, conf_level)
    values, missing = answers(x, 0, 10, "nps")
    return NetPromoter(
        n=len(values),
        counts=tuple(int(count) for count in np.bincount(values, minlength=11)),
        missing=missing,
        conf_level=conf_level,
        method=method,
        problems=() if len(values) else (Problem.of("ANALYSE-NOANSWER", "nps", "warning"),),
        provenance=Provenance.of("nps", data=series_fingerprint(values, missing), conf_level=conf_level, method=method),
    )
