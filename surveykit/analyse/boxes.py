"""Shares of satisfied answers: top boxes and CSAT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.series import answers, series_fingerprint
from surveykit.analyse.survey_data import is_table
from surveykit.analyse.survey_result import SurveyEstimates
from surveykit.analyse.survey_scores import survey_boxes
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.result import Provenance, Result, Writer
from surveykit.spec.scale import Scale
from surveykit.stats.intervals import clopper_pearson, wilson

Method = Literal["wilson", "clopper_pearson"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BoxShare(Result):
    """The share of answers in the highest values of a scale, with a Wilson interval."""

    kind: ClassVar[str] = "box_share"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "estimate", "conf_low", "conf_high", "n")

    measure: str
    successes: int
    boxes: tuple[int, ...]
    missing: int
    conf_level: float
    method: Method

    def _table(self) -> pd.DataFrame:
        interval = wilson if self.method == "wilson" else clopper_pearson
        low, high = interval(self.successes, self.n, self.conf_level)
        share = self.successes / self.n if self.n else np.nan
        row = {
            "measure": self.measure,
            "estimate": share,
            "std_error": np.sqrt(share * (1 - share) / self.n) if self.n else np.nan,
            "conf_low": float(low),
            "conf_high": float(high),
            "conf_level": self.conf_level,
            "n": self.n,
            "count": self.successes,
            "missing": self.missing / (self.n + self.missing) if self.n + self.missing else np.nan,
            "method": self.method,
        }
        return pd.DataFrame([row])

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            [write.label(self.measure)],
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            fmt=lambda value: write.number(value, "share", 0),
            axis=(0.0, 1.0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        row = table.iloc[0]
        if not row["n"]:
            return [write.say("boxes.undefined", measure=write.label(self.measure))]
        said = write.say(
            "boxes.finding",
            measure=write.label(self.measure),
            share=write.number(row["estimate"], "share"),
            interval=write.interval(row["conf_low"], row["conf_high"], "share"),
            level=write.number(row["conf_level"], "share", 0),
            n=write.count(row["n"]),
        )
        return [said]


def top_box(
    x: Any,
    scale: Scale | tuple[int, int],
    boxes: int = 2,
    conf_level: float = 0.95,
    method: Method = "wilson",
    *,
    column: str | None = None,
    by: str | None = None,
) -> BoxShare | SurveyEstimates:
    """The share of answers in the `boxes` highest values of a scale.

    `x` holds answer codes (n,), or is a survey design, weighted answers or a frame whose `column` has them: errors are
    then design-based (see `survey_share`), of each category of `by` where there is one. `scale` is a Scale or its (low,
    high). Estimate = count in the boxes / count answered, with Wilson's score interval. Missing answers are outside the
    base; their share stands in the table. Raises SurveykitError for answers outside the scale and for more boxes than
    the scale has values. No answers: undefined (NaN) with a Problem. Source: Wilson 1927. In R: `prop.test(count, n,
    correct = FALSE)`.
    """
    return _share(x, scale, boxes, conf_level, "top_box", method, column, by)


def csat(
    x: Any,
    scale: Scale | tuple[int, int] = (1, 5),
    conf_level: float = 0.95,
    *,
    column: str | None = None,
    by: str | None = None,
) -> BoxShare | SurveyEstimates:
    """Customer satisfaction score: the share in the two highest values of a scale.

    Of a scale of ten values or more it is the three highest, of three values or fewer the highest.

    Arguments, base, interval and errors as `top_box`.
    """
    low, high = _ends(scale)
    size = high - low + 1
    boxes = 1 if size <= 3 else 3 if size >= 10 else 2
    return _share(x, scale, boxes, conf_level, "csat", "wilson", column, by)


def _ends(scale: Scale | tuple[int, int]) -> tuple[int, int]:
    return (scale.low, scale.high) if isinstance(scale, Scale) else (int(scale[0]), int(scale[1]))


def _share(
    x: Any,
    scale: Scale | tuple[int, int],
    boxes: int,
    conf_level: float,
    measure: str,
    method: Method,
    column: str | None,
    by: str | None,
) -> BoxShare | SurveyEstimates:
    low, high = _ends(scale)
    if not 1 <= boxes <= high - low:
        raise SurveykitError.of("ANALYSE-BOXES", call=measure, boxes=boxes, size=high - low + 1)
    if is_table(x):
        return survey_boxes(x, column, (low, high), boxes, measure, by, conf_level)
    values, missing = answers(x, low, high, measure)
    problems = () if len(values) else (Problem.of("ANALYSE-NOANSWER", measure, "warning"),)
    return BoxShare(
        n=len(values),
        measure=measure,
        successes=int((values > high - boxes).sum()),
        boxes=tuple(range(high - boxes + 1, high + 1)),
        missing=missing,
        conf_level=conf_level,
        method=method,
        problems=problems,
        provenance=Provenance.of(
            measure,
            data=series_fingerprint(values, missing),
            low=low,
            high=high,
            boxes=boxes,
            conf_level=conf_level,
            method=method,
        ),
    )
