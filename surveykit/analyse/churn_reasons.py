"""Why customers leave, and when: the share of each reason, and its cumulative incidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.customer_rows import Row, between, flags, not_negative, numbers, row, share_row
from surveykit.analyse.frames import answer_names, left_out, table_of, unweighted
from surveykit.draw.traces import Trace, traces
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.competing import Incidence, cumulative_incidence

MOST, DRAWN, WATCHED = 30, 6, 0.1


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ChurnReasons(Result):
    """A row a reason and measure: its share of those who left, and the share of all customers gone for it by a time.

    `curves`: reason, time, at_risk, incidence, conf_low, conf_high.
    """

    kind: ClassVar[str] = "churn_reasons"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("reason",)
    shown: ClassVar[tuple[str, ...]] = ("reason", "measure", "at", "estimate", "conf_low", "conf_high", "n")

    rows: pd.DataFrame
    curves: pd.DataFrame
    reasons: tuple[str, ...]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        drawn = []
        for name in self.reasons[:DRAWN]:
            own = self.curves[self.curves["reason"] == name]
            x, y = (np.append(0.0, own[column].to_numpy(dtype=float)) for column in ("time", "incidence"))
            drawn.append(Trace(write.name(name), x, y, form="stairs"))
        if not drawn:
            drawn = [Trace(write.say("reasons.none"), np.zeros(1), np.zeros(1), form="stairs")]
        return traces(
            drawn,
            include=[0.0],
            xlabel=write.say("survival.axis_x"),
            ylabel=write.say("reasons.axis"),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        own = table[table["measure"] == "reason_share"].sort_values("estimate", ascending=False, kind="stable")
        if own.empty:
            return [write.say("reasons.none")]
        listed = [
            write.say(
                "reasons.one",
                name=write.name(each["reason"]),
                share=write.number(each["estimate"], "share"),
                interval=write.interval(each["conf_low"], each["conf_high"], "share"),
            )
            for each in own.head(3).to_dict("records")
        ]
        said = [
            write.say("reasons.most", n=write.count(own["n"].iloc[0]), listed=write.say("list.semicolon").join(listed))
        ]
        last = table[(table["measure"] == "cumulative_incidence") & np.isfinite(table["estimate"])]
        if len(last):
            latest = last[last["at"] == last["at"].max()]
            top = latest.loc[latest["estimate"].idxmax()]
            said.append(
                write.say(
                    "reasons.by",
                    name=write.name(top["reason"]),
                    time=write.number(top["at"], "coefficient"),
                    share=write.number(top["estimate"], "share"),
                )
            )
        return said


def churn_reasons(
    data: Any, time: str, event: str, reason: str, *, at: Sequence[float] = (), conf_level: float = 0.95
) -> ChurnReasons:
    """Which reasons customers leave for, and how many have gone for each by when.

    `data`: a customer a row; `time` until leaving or the end of observation, `event` 1 where the customer left,
    `reason` in words. Share of a reason = those who left for it / those who left for a known reason, Wilson interval.
    Cumulative incidence at each time of `at` (by default the last at which a tenth are still watched): the share of all
    customers gone for that reason, other reasons competing (Aalen-Johansen; 1 - Kaplan-Meier of each reason would be
    too high), log-log interval. An unknown reason is a reason of its own there, counted in a Problem. Nobody left: no
    row of shares, a Problem. Errors: negative times, events other than 0 and 1, over 30 reasons. In R:
    `survfit(Surv(time, factor(reason)) ~ 1)`.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    unweighted(data, "churn_reasons")
    frame = table_of(data, [time, event, reason])
    t, gone = numbers(frame, time), flags(frame, event)
    not_negative(t, time)
    known = ~np.isnan(t) & ~np.isnan(gone)
    problems = left_out(f"columns {time}, {event}", int((~known).sum()), len(frame))
    said = frame[reason].map(lambda cell: "" if pd.isna(cell) else str(cell).strip()).to_numpy(dtype=object)
    left = known & (gone == 1)
    names = sorted(set(said[left]) - {""})
    if len(names) > MOST:
        raise SurveykitError.of("REASONS-MANY", f"column {reason}", found=len(names), most=MOST)
    unknown = int((left & (said == "")).sum())
    if unknown:
        problems.append(
            Problem.of("REASONS-UNKNOWN", f"column {reason}", "warning", count=unknown, left=int(left.sum()))
        )
    if not left.any():
        problems.append(Problem.of("REASONS-NONE", f"column {event}", "warning", n=int(known.sum())))
    told = int(left.sum()) - unknown
    order = sorted(names, key=lambda name: -int((left & (said == name)).sum()))
    rows: list[Row] = [
        share_row("reason_share", int((left & (said == name)).sum()), told, conf_level) | {"reason": name, "at": np.nan}
        for name in order
    ]
    place = {name: number for number, name in enumerate([*order, ""], 1)}
    codes = np.array([place[one] if out else 0 for one, out in zip(said[known], left[known], strict=True)], dtype=int)
    found = cumulative_incidence(t[known], codes, len(order) + 1, conf_level)
    moments = tuple(at) or _watched(found)
    for moment in moments:
        rows += _incidences(found, order, moment, int(known.sum()), problems)
    return ChurnReasons(
        n=int(known.sum()),
        rows=pd.DataFrame(rows, columns=[*_COLUMNS]),
        curves=_steps(found, order),
        reasons=tuple(order),
        conf_level=conf_level,
        problems=tuple(problems),
        names=answer_names(data, reason),
        provenance=Provenance.of(
            "churn_reasons", data=fingerprint_of(data), time=time, event=event, reason=reason, at=tuple(at),
            conf_level=conf_level,
        ),
    )  # fmt: skip


def _watched(found: Incidence) -> tuple[float, ...]:
    """The last time at which a tenth of the customers are still watched; none where nobody left."""
    enough = found.time[found.at_risk >= WATCHED * found.at_risk[0]] if len(found.time) else found.time
    return (float(enough[-1]),) if len(enough) and found.share.any() else ()


_COLUMNS = ("reason", "measure", "at", "estimate", "std_error", "conf_low", "conf_high", "n", "method")


def _incidences(found: Incidence, names: list[str], moment: float, n: int, problems: list[Problem]) -> list[Row]:
    values = found.at(moment)
    if names and np.isnan(values[0]).all():
        problems.append(Problem.of("REASONS-BEYOND", "", "note", at=f"{moment:g}", last=f"{found.time[-1]:g}"))
    return [
        row("cumulative_incidence", *(float(part[at]) for part in values), n, "aalen_johansen", reason=name, at=moment)
        for at, name in enumerate(names)
    ]


def _steps(found: Incidence, names: list[str]) -> pd.DataFrame:
    parts = [
        pd.DataFrame(
            {
                "reason": name,
                "time": found.time,
                "at_risk": found.at_risk,
                "incidence": found.share[at],
                "conf_low": found.low[at],
                "conf_high": found.high[at],
            }
        )
        for at, name in enumerate(names)
    ]
    columns = ["reason", "time", "at_risk", "incidence", "conf_low", "conf_high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns, dtype=float)
