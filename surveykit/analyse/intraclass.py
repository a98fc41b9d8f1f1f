"""Intraclass correlations: how far ratings of the same subjects agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import unweighted
from surveykit.analyse.ratings import coded, table_of_ratings, wide
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats import icc as numerics


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IntraclassCorrelations(Result):
    """The six intraclass correlations; `mean_squares` holds subjects, within, raters and error."""

    kind: ClassVar[str] = "icc"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = (
        "measure",
        "estimate",
        "conf_low",
        "conf_high",
        "f_ratio",
        "df1",
        "df2",
        "p_value",
        "n",
        "n_raters",
    )

    coefficients: pd.DataFrame
    mean_squares: dict[str, float]
    raters: tuple[str, ...]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        added = {"conf_level": self.conf_level, "n": self.n, "n_raters": len(self.raters), "method": "mcgraw_wong"}
        return self.coefficients.assign(**added)

    def estimate(self, form: str) -> float:
        """One form, such as "icc2"; NaN where undefined. KeyError for an unknown form."""
        return float(self.coefficients.set_index("measure").loc[form, "estimate"])

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            [write.label(name) for name in table["measure"]],
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            axis=(min(0.0, float(np.nanmin([0.0, *table["conf_low"], *table["estimate"]]))), 1.0),
            reference=0.0,
            reference_label=write.number(0.0, "bounded"),
            xlabel=write.say("agreement.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        rows = table.set_index("measure")
        if not np.isfinite(rows.loc["icc2", "estimate"]):
            return [write.say("icc.undefined")]
        shared = {
            "level": write.number(self.conf_level, "share", 0),
            "k": write.count(rows.loc["icc2", "n_raters"]),
            "n": write.count(rows.loc["icc2", "n"]),
        }
        said = []
        for key, (agree, same) in {"icc.single": ("icc2", "icc3"), "icc.mean": ("icc2k", "icc3k")}.items():
            values = {
                "agreement": write.number(rows.loc[agree, "estimate"], "bounded"),
                "agreement_interval": _bounds(rows.loc[agree], write),
                "consistency": write.number(rows.loc[same, "estimate"], "bounded"),
                "consistency_interval": _bounds(rows.loc[same], write),
            }
            said.append(write.say(key, **values, **shared))
        return said


def _bounds(row: Any, write: Writer) -> str:
    return write.interval(row["conf_low"], row["conf_high"], "bounded")


def icc(
    ratings: Any,
    *,
    subject: str | None = None,
    rater: str | None = None,
    score: str | None = None,
    conf_level: float = 0.95,
) -> IntraclassCorrelations:
    """The six intraclass correlations of ratings, with F tests and intervals.

    `ratings`: a DataFrame with a row a subject and a column a rater (or a measurement), or in long form with the
    columns `subject`, `rater` and `score` named. icc1: each subject has its own raters; icc2: raters are a sample,
    absolute agreement, ICC(A,1); icc3: these raters only, consistency, ICC(C,1); icc1k, icc2k, icc3k: the mean of all
    k ratings. Subjects with a missing rating are left out and counted, since the mean squares need them all. Two
    subjects and raters are the least; subjects that do not differ are undefined; without residual variance there is
    no test and no interval (NaN with a Problem). Source: Shrout & Fleiss 1979; McGraw & Wong 1996. In R:
    `psych::ICC(ratings, lmer = FALSE)`.
    """
    unweighted(ratings, "icc")
    named = (subject, rater, score)
    if any(named) and not all(named):
        raise SurveykitError.of("AGREE-LONG")
    if subject and rater and score:
        frame = wide(table_of_ratings(ratings), subject, rater, score)
    else:
        frame = table_of_ratings(ratings)
    rated = coded(frame, "interval", None)
    place = f"ratings {', '.join(rated.raters)}"
    found = numerics.icc(rated.complete, conf_level, place)
    squares = found.squares
    return IntraclassCorrelations(
        n=squares.n,
        coefficients=pd.DataFrame(
            {
                "measure": numerics.FORMS,
                "estimate": found.estimate,
                "std_error": np.nan,
                "conf_low": found.conf_low,
                "conf_high": found.conf_high,
                "f_ratio": found.f,
                "df1": found.df1,
                "df2": found.df2,
                "p_value": found.p_value,
            }
        ),
        mean_squares={
            "subjects": squares.subjects,
            "within": squares.within,
            "raters": squares.raters,
            "error": squares.error,
        },
        raters=rated.raters,
        conf_level=conf_level,
        problems=(*rated.dropped(place), *found.problems),
        provenance=Provenance.of(
            "icc", data=fingerprint_of(ratings), subject=subject, rater=rater, score=score, conf_level=conf_level
        ),
    )
