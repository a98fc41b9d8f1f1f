"""Is an indicator under control: control charts with run rules and their rate of false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from surveykit.analyse.customer_rows import between, not_negative
from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.series_data import Series, lag_one, series_of
from surveykit.analyse.trend_words import chart_sentences
from surveykit.draw.traces import Trace, traces
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.control import (
    NELSON,
    WESTERN,
    Chart,
    cusum,
    cusum_run_length,
    ewma,
    ewma_run_length,
    individuals,
    rates,
    shares,
    shewhart_run_length,
    signals,
)

Kind = Literal["individuals", "p", "u", "ewma", "cusum"]
KINDS = ("individuals", "p", "u", "ewma", "cusum")
RULE_SETS = {"western": WESTERN, "nelson": NELSON, "limits": ("beyond_limit",)}
SHORT = 20
WIDE = 0.001
"""p under which counts vary more than a p or u chart assumes."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ControlChart(Result):
    """A row a point: estimate (the plotted statistic), centre, limit_low, limit_high, z, and the rules it completes.

    A CUSUM has two rows a point, its upper and its lower sum. `measures`: run_length (mean points to a false alarm),
    false_alarm (its inverse), alarms, points, centre, base_points, process_sigma, lag_one (correlation with
    the point before).
    """

    kind: ClassVar[str] = "control_chart"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = (
        "period", "measure", "estimate", "centre", "limit_low", "limit_high", "signal",
    )  # fmt: skip

    rows: pd.DataFrame
    measures: Mapping[str, float]
    value: str
    chart: str
    rules: str

    def _table(self) -> pd.DataFrame:
        return self.rows

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        first = table["measure"].iloc[0]
        own = table[table["measure"] == first].reset_index(drop=True)
        x = np.arange(len(own))
        drawn = [
            Trace(write.label(measure), x, part["estimate"].to_numpy(), form="points")
            for measure, part in table.groupby("measure", sort=False)
        ]
        drawn += [
            Trace(write.say("chart.limits") if column == "limit_low" else "", x, own[column].to_numpy(), form="limit")
            for column in ("limit_high", "limit_low")
        ]
        drawn.append(Trace("", x, own["centre"].to_numpy(), form="limit"))
        hit = table[table["signal"] != ""]
        if len(hit):
            place = {period: at for at, period in enumerate(own["period"])}
            drawn.append(
                Trace(write.say("chart.alarm"), [place[p] for p in hit["period"]], hit["estimate"], form="mark")
            )
        share = first == "chart_p"
        return traces(
            drawn,
            ticks=list(own["period"]),
            ylabel=write.name(self.value),
            fmt=lambda value: write.number(value, "share" if share else "plain", 1 if share else None),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return chart_sentences(table, self.measures, self.value, self.chart, write)


def control_chart(
    data: Any,
    value: str,
    time: str | None = None,
    size: str | None = None,
    *,
    chart: Kind = "individuals",
    rules: Literal["western", "nelson", "limits"] = "western",
    baseline: int | None = None,
    weight: float = 0.2,
) -> ControlChart:
    """Tell change from noise in an indicator followed over time, and say how often it would alarm for nothing.

    `data`: a period a row, in order of `time` (or as they stand). `chart`: "individuals" (any number; sigma from the
    mean moving range), "p" (`value` cases out of `size`), "u" (`value` events in `size` units of exposure), "ewma"
    (slow drifts; `weight` of the newest point, limits 2.86 sigma), "cusum" (small lasting shifts; slack 0.5, limit 5
    sigma). Centre and sigma come from the first `baseline` points (all without one: then the chart looks back, it
    does not warn). `rules`: Western Electric's four, Nelson's eight, or points beyond the limits alone; EWMA and CUSUM
    have their limits alone. The rate of false alarms is that of an unchanged normal process with known limits:
    Markov chain for CUSUM and EWMA, exact for limits alone, 4,000 simulated series for run rules (error about 2 %).
    Missing points break runs. Problems: a short baseline, correlated points, counts more spread than a p or u chart
    assumes. Errors: SurveykitError for text, negative counts, more cases than `size`, a period twice. Source: Western
    Electric 1956; Nelson 1984; Page 1954; Roberts 1959; Champ & Woodall 1987. In R: `qcc::qcc(x, "xbar.one")`.
    """
    choice("chart", chart, KINDS)
    choice("rules", rules, tuple(RULE_SETS))
    between("weight", weight, 0.01, 1.0)
    counted = chart in ("p", "u")
    if counted and size is None:
        raise SurveykitError.of("TRENDS-NOSIZE", chart=chart)
    read = series_of(data, [value, size] if counted and size else [value], time, "control_chart", 2)
    length = len(read.periods)
    if baseline is not None:
        between("baseline", baseline, 2, length)
    base = baseline or length
    if counted:
        _check_counts(read, value, str(size), chart)
    lower: np.ndarray | None = None
    if chart == "individuals":
        made = individuals(read.values[0], base)
    elif counted:
        made = (shares if chart == "p" else rates)(read.values[0], read.values[1], base)
    elif chart == "ewma":
        made = ewma(read.values[0], base, weight)
    else:
        made, lower = cusum(read.values[0], base)
    used = RULE_SETS[rules] if chart in ("individuals", "p", "u") else ("beyond_limit",)
    width = {"ewma": 2.86, "cusum": 5.0}.get(chart, 3.0)
    found = signals(made.z, used, width)
    arl = _run_length(chart, used, weight)
    rows = _rows(read, made, lower, found, chart)
    z = individuals(read.values[0], base).z if not counted else made.z
    return ControlChart(
        n=int(np.isfinite(made.value).sum()),
        rows=rows,
        measures={
            "run_length": arl,
            "false_alarm": 1 / arl,
            "alarms": float(rows.loc[rows["signal"] != "", "period"].nunique()),
            "points": float(np.isfinite(made.value).sum()),
            "base_points": float(np.isfinite(made.value[:base]).sum()),
            "centre": float(made.centre[0]),
            "process_sigma": made.sigma,
            "lag_one": lag_one(z[:base]),
        },
        value=value,
        chart=chart,
        rules=rules if len(used) > 1 else "limits",
        problems=(*read.problems, *_problems(made, z[:base], value, baseline, counted)),
        names=names_of(data),
        provenance=Provenance.of(
            "control_chart",
            data=fingerprint_of(data),
            value=value,
            time=time,
            size=size,
            chart=chart,
            rules=rules,
            baseline=baseline,
            weight=weight,
        ),
    )


def _check_counts(read: Series, value: str, size: str, chart: str) -> None:
    not_negative(read.values[0], value)
    not_negative(read.values[1], size)
    over = read.values[0] > read.values[1]
    if chart == "p" and over.any():
        first = read.periods[int(np.flatnonzero(over)[0])]
        raise SurveykitError.of("TRENDS-OVER", f"column {value}", rows=int(over.sum()), first=first, size=size)


def _run_length(chart: str, used: tuple[str, ...], weight: float) -> float:
    if chart == "cusum":
        return cusum_run_length()
    return ewma_run_length(weight) if chart == "ewma" else shewhart_run_length(used)


def _rows(
    read: Series, made: Chart, lower: np.ndarray | None, found: Mapping[str, np.ndarray], chart: str
) -> pd.DataFrame:
    told = np.array([" ".join(rule for rule, at in found.items() if at[i]) for i in range(len(read.periods))])
    size = np.ones(len(told)) if len(read.values) == 1 else np.nan_to_num(read.values[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(made.z != 0, (made.value - made.centre) / made.z, np.nan) if lower is None else np.nan
    rows = pd.DataFrame(
        {
            "period": read.periods,
            "measure": f"chart_{chart}" if lower is None else "chart_cusum_high",
            "estimate": made.value,
            "std_error": error,
            "conf_low": np.nan,
            "conf_high": np.nan,
            "conf_level": np.nan,
            "centre": made.centre,
            "limit_low": made.low,
            "limit_high": made.high,
            "z": made.z,
            "signal": told,
            "n": size,
            "method": f"control_{chart}",
        }
    )
    if lower is None:
        return rows
    up, down = made.value > made.high, lower < made.low
    rows["signal"] = np.where(up, "beyond_limit", "")
    under = rows.assign(measure="chart_cusum_low", estimate=lower, signal=np.where(down, "beyond_limit", ""))
    return pd.concat([rows, under], ignore_index=True)


def _problems(made: Chart, z: np.ndarray, value: str, baseline: int | None, counted: bool) -> list[Problem]:
    place, known = f"column {value}", z[np.isfinite(z)]
    if not np.isfinite(made.z).any():
        return [Problem.of("TRENDS-FLAT", place, "warning")]
    problems = []
    if len(known) < SHORT:
        problems.append(Problem.of("TRENDS-BASE", place, "warning", found=len(known), least=SHORT))
    if baseline is None:
        problems.append(Problem.of("TRENDS-LOOKSBACK", place, "note"))
    related = lag_one(known)
    if len(known) >= 8 and abs(related) > 2 / np.sqrt(len(known)):
        problems.append(Problem.of("TRENDS-RELATED", place, "warning", r=round(related, 2)))
    if counted and len(known) > 2 and stats.chi2.sf(float(known @ known), len(known) - 1) < WIDE:
        problems.append(Problem.of("TRENDS-SPREAD", place, "warning"))
    return problems
