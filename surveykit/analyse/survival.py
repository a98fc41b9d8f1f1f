"""How long customers stay: survival curves of all or by group, and whether the groups differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.compare_outcomes import groups_of
from surveykit.analyse.customer_rows import Row, between, flags, not_negative, numbers, row
from surveykit.analyse.frames import names_of, table_of, unweighted
from surveykit.analyse.survival_words import survival_sentences
from surveykit.draw.traces import Trace, traces
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import normal_quantile
from surveykit.stats.survival import Curve, kaplan_meier, log_rank

FEW = 30


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Survival(Result):
    """A row a group and measure: median time, restricted mean time, survival at the times asked for.

    `curves` has the whole steps: group, time, at_risk, events, survival, conf_low, conf_high. `measures`: log-rank
    logrank_chi2, logrank_df, logrank_p (with groups), until (end of the restricted mean).
    """

    kind: ClassVar[str] = "survival"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("group", "measure", "at", "estimate", "conf_low", "conf_high", "events", "n")

    rows: pd.DataFrame
    curves: pd.DataFrame
    measures: Mapping[str, float]
    groups: tuple[str, ...]
    group: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        drawn = []
        for name in self.groups:
            own = self.curves[self.curves["group"] == name]
            parts = [np.append(1.0, own[column]) for column in ("survival", "conf_low", "conf_high")]
            parts[1:] = [np.where(parts[0] == 1.0, 1.0, part) for part in parts[1:]]
            drawn.append(Trace(name, np.append(0.0, own["time"]), *parts, form="stairs"))
        return traces(
            drawn,
            include=[0.0, 1.0],
            xlabel=write.say("survival.axis_x"),
            ylabel=write.say("survival.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return survival_sentences(table, self.measures, self.groups, self.group, write)


def survival(
    data: Any,
    time: str,
    event: str,
    group: str | None = None,
    *,
    at: Sequence[float] = (),
    conf_level: float = 0.95,
) -> Survival:
    """Kaplan-Meier curves of the time until an event, by group with the log-rank test.

    `data`: a customer a row; `time` from start to event or to the end of observation (not negative), `event` 1 where
    it happened and 0 where the customer was still there (censored, not dropped). Each group: the median with its
    bounds (where the curve's bounds cross 1/2), the mean time restricted to the shortest of the groups' last times,
    and survival at each time of `at`, with Greenwood errors and log-log intervals. NaN with a Problem: a median that
    half of the customers have not reached, a time beyond what was seen. Rows with gaps are left out and counted.
    Errors: SurveykitError for negative times, events other than 0 and 1. Source: Kaplan & Meier 1958; Greenwood 1926;
    Mantel 1966. In R: `survfit(Surv(time, event) ~ group, conf.type = "log-log")`, `survdiff`.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    unweighted(data, "survival")
    frame = table_of(data, list(dict.fromkeys([time, event, *([group] if group else [])])))
    t, d = numbers(frame, time), flags(frame, event)
    not_negative(t, time)
    known = ~np.isnan(t) & ~np.isnan(d)
    if group is not None:
        known &= frame[group].notna().to_numpy()
    if not known.any():
        raise SurveykitError.of("VALUE-NOCUSTOMERS", f"columns {time}, {event}")
    problems: list[Problem] = []
    if not known.all():
        problems.append(Problem.of("VALUE-GAPS", time, "note", left=int((~known).sum()), rows=len(frame)))
    if group is None:
        codes, labels = np.zeros(int(known.sum()), dtype=np.int64), ("",)
    else:
        read = groups_of(frame.loc[known, group], group, "survival")
        codes, labels = read.codes, read.labels
    t, d = t[known], d[known]
    if not d.any():
        problems.append(Problem.of("SURVIVAL-NOEVENTS", f"column {event}", "warning", n=len(d)))
    found = [kaplan_meier(t[codes == one], d[codes == one], conf_level) for one in range(len(labels))]
    until = min(float(curve.time[-1]) for curve in found)
    rows: list[Row] = []
    for name, curve in zip(labels, found, strict=True):
        more, met = _rows(name, curve, until, at, conf_level)
        rows += more
        problems += met
    measures = {"until": until, "events": float(d.sum())}
    if group is not None:
        test = log_rank(t, d, codes, len(labels))
        measures |= {"logrank_chi2": test.chi2, "logrank_df": float(test.df), "logrank_p": test.p_value}
    return Survival(
        n=len(t),
        rows=pd.DataFrame(rows),
        curves=pd.concat([_steps(*one) for one in zip(labels, found, strict=True)], ignore_index=True),
        measures=measures,
        groups=labels,
        group=group or "",
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "survival",
            data=fingerprint_of(data),
            time=time,
            event=event,
            group=group,
            at=tuple(at),
            conf_level=conf_level,
        ),
    )


def _rows(name: str, curve: Curve, until: float, at: Sequence[float], level: float) -> tuple[list[Row], list[Problem]]:
    events = int(curve.events.sum())
    more = {"group": name, "events": events}
    place = f"group {name}" if name else "survival"
    problems = []
    if 0 < events < FEW:
        problems.append(Problem.of("SURVIVAL-FEW", place, "note", events=events, least=FEW))
    median, low, high = curve.reached(0.5)
    if np.isnan(median) and events:
        problems.append(Problem.of("SURVIVAL-NOMEDIAN", place, "note", last=f"{curve.time[-1]:g}"))
    rows = [row("median_time", median, np.nan, low, high, curve.n, "kaplan_meier", at=np.nan, **more)]
    mean, error = curve.restricted_mean(until)
    reach = normal_quantile(level) * error
    rows.append(row("restricted_mean_time", mean, error, mean - reach, mean + reach, curve.n, "kaplan_meier",
                    at=until, **more))  # fmt: skip
    for when in at:
        step = int(np.searchsorted(curve.time, when, side="right")) - 1
        value = curve.at(when)
        known = np.isfinite(value)
        if not known:
            problems.append(Problem.of("SURVIVAL-BEYOND", place, "warning", at=f"{when:g}", last=f"{curve.time[-1]:g}"))
        inside = known and step >= 0
        ends = (curve.error[step], curve.low[step], curve.high[step]) if inside else (np.nan, np.nan, np.nan)
        rows.append(row("survival_share", value, *ends, curve.n, "kaplan_meier", at=float(when), **more))
    return rows, problems


def _steps(name: str, curve: Curve) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "group": name,
            "time": curve.time,
            "at_risk": curve.at_risk,
            "events": curve.events,
            "survival": curve.survival,
            "conf_low": curve.low,
            "conf_high": curve.high,
        }
    )
