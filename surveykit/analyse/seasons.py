"""When a series changed its level, and how it moves with the seasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.customer_rows import Row, between, row
from surveykit.analyse.frames import names_of
from surveykit.analyse.series_data import lag_one, series_of
from surveykit.analyse.trend_words import change_sentences, season_sentences
from surveykit.draw.traces import Trace, traces
from surveykit.errors import Problem
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.control import pettitt
from surveykit.stats.seasonal import seasonal_effects


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ChangePoint(Result):
    """Level before and after the most likely change, and their difference. `measures`: pettitt_k, p_value, lag_one.

    `series` holds period and value; `last_before` is the last period before the change.
    """

    kind: ClassVar[str] = "change_point"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "period", "estimate", "n", "method")

    rows: pd.DataFrame
    series: pd.DataFrame
    measures: Mapping[str, float]
    value: str
    alpha: float

    def _table(self) -> pd.DataFrame:
        return self.rows

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        x = np.arange(len(self.series))
        before = int(table["n"].iloc[0])
        levels = np.where(x < before, table["estimate"].iloc[0], table["estimate"].iloc[1])
        drawn = [
            Trace(write.name(self.value), x, self.series["value"].to_numpy(), form="points"),
            Trace(write.say("change.levels"), x, levels, form="limit"),
        ]
        periods = list(self.series["period"])
        return traces(drawn, ticks=periods, fmt=lambda value: write.number(value, "plain"), **style)

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return change_sentences(table, self.measures, self.value, self.alpha, write)


def change_point(data: Any, value: str, time: str | None = None, *, alpha: float = 0.05) -> ChangePoint:
    """Find the most likely single change of level in a series, and test it by ranks (Pettitt).

    `data`: a period a row in order of `time`; periods without a value are left out and counted. The p value is
    Pettitt's approximation, of independent points: correlated points make it too small (Problem). Means before and
    after have no interval: the place was chosen to make them differ. Errors: SurveykitError under 8 points. Source:
    Pettitt 1979. In R: `trend::pettitt.test(x)`.
    """
    between("alpha", alpha, 0.0001, 0.5)
    read = series_of(data, [value], time, "change_point", 8)
    known = np.isfinite(read.values[0])
    x = read.values[0][known]
    periods = [name for name, kept in zip(read.periods, known, strict=True) if kept]
    found = pettitt(x)
    at = found.last_before + 1
    problems = list(read.problems)
    left = np.concatenate([x[:at] - x[:at].mean(), x[at:] - x[at:].mean()])
    related = lag_one(left)
    if abs(related) > 2 / np.sqrt(len(x)):
        problems.append(Problem.of("TRENDS-RELATED", f"column {value}", "warning", r=round(related, 2)))
    levels = [float(x[:at].mean()), float(x[at:].mean())]
    nothing = (np.nan, np.nan, np.nan)
    rows: list[Row] = [
        row("level_before", levels[0], *nothing, at, "pettitt", period=periods[at - 1]),
        row("level_after", levels[1], *nothing, len(x) - at, "pettitt", period=periods[at]),
        row("level_change", levels[1] - levels[0], *nothing, len(x), "pettitt", period=periods[at]),
    ]
    return ChangePoint(
        n=len(x),
        rows=pd.DataFrame(rows).assign(conf_level=np.nan),
        series=pd.DataFrame({"period": periods, "value": x}),
        measures={"pettitt_k": found.k, "p_value": found.p_value, "lag_one": related},
        value=value,
        alpha=alpha,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of("change_point", data=fingerprint_of(data), value=value, time=time, alpha=alpha),
    )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Seasonality(Result):
    """Trend a period and the effect of each season, as difference from the mean of the seasons.

    `measures`: season_f, season_df1, season_df2, season_p, season_share (of the variance left by the trend),
    lag_one of the residuals.
    """

    kind: ClassVar[str] = "seasonality"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "season", "estimate", "conf_low", "conf_high", "n")

    rows: pd.DataFrame
    measures: Mapping[str, float]
    value: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        own = table[table["measure"] == "season_effect"]
        parts = [own[name].to_numpy() for name in ("season", "estimate", "conf_low", "conf_high")]
        return traces(
            [Trace("", *parts, form="points")],
            include=[0.0],
            xlabel=write.label("season"),
            ylabel=write.say("season.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "plain"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return season_sentences(table, self.measures, self.value, write)


def seasonality(
    data: Any, value: str, time: str | None = None, *, seasons: int = 12, conf_level: float = 0.95
) -> Seasonality:
    """Seasonal effects beside a straight trend, by least squares, with the test that there are none.

    `data`: a period a row in order of `time`, without periods left out (a missing value is fine); `seasons` periods
    make a cycle (12 months, 7 days, 4 quarters) and the first row is season 1. value = level + trend t + effect of the
    season, effects adding to zero; F test of all effects; t intervals, which take residuals as independent (Problem
    where each follows the one before). A season without a value: undefined, Problem. Errors: SurveykitError under two
    full cycles. In R: `lm(x ~ t + C(factor(season), contr.sum))`.
    """
    between("seasons", seasons, 2, 366)
    between("conf_level", conf_level, 0.5, 0.9999)
    read = series_of(data, [value], time, "seasonality", 2 * int(seasons))
    x = read.values[0]
    found = seasonal_effects(x, int(seasons), conf_level)
    problems = list(read.problems)
    related = lag_one(found.residuals)
    if not np.isfinite(found.f):
        problems.append(Problem.of("TRENDS-SEASONS", f"column {value}", "warning", seasons=int(seasons)))
    elif abs(related) > 2 / np.sqrt(np.isfinite(x).sum()):
        problems.append(Problem.of("TRENDS-RELATED", f"column {value}", "warning", r=round(related, 2)))
    names = ["trend_slope", *["season_effect"] * int(seasons)]
    rows = [
        {**row(name, *one, count, "ols_classical"), "season": float(at) if at else np.nan}
        for at, (name, one, count) in enumerate(zip(names, found.estimates, found.counts, strict=True))
    ]
    return Seasonality(
        n=int(np.isfinite(x).sum()),
        rows=pd.DataFrame(rows),
        measures={
            "season_f": found.f,
            "season_df1": float(found.df1),
            "season_df2": float(found.df2),
            "season_p": found.p_value,
            "season_share": found.share,
            "lag_one": related,
        },
        value=value,
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "seasonality",
            data=fingerprint_of(data),
            value=value,
            time=time,
            seasons=seasons,
            conf_level=conf_level,
        ),
    )
