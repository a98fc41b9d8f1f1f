"""`operations`: every service indicator that the tables allow, by period and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.frames import choice
from surveykit.analyse.operations.cells import PERIODS, WHOLE, Grid, grid
from surveykit.analyse.operations.hours import WorkingHours
from surveykit.analyse.operations.record import Context, Record
from surveykit.analyse.operations.records import RECORDS, RECORDS_BY_CODE
from surveykit.analyse.operations.result import COLUMNS, Operations
from surveykit.analyse.operations.rows import names_in, rows_of
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.table_schemas import SCHEMAS
from surveykit.responses.tables import Tables, read_tables
from surveykit.result import Provenance
from surveykit.stats.rates import Rates, points


def operations(
    tables: Tables | Mapping[str, Any],
    period: str = "month",
    by: str | Sequence[str] | None = None,
    *,
    metrics: Sequence[str] | None = None,
    rolling: int = 1,
    start: str | None = None,
    end: str | None = None,
    answer_within: float = 20.0,
    respond_within: float = 24.0,
    resolve_within: float = 72.0,
    scales: Mapping[str, tuple[float, float]] | None = None,
    boxes: int = 2,
    discount: float = 0.1,
    hours: WorkingHours | None = None,
    conf_level: float = 0.95,
) -> Operations:
    """Service indicators (docs/indicators.md) by period and group, each with its interval and its base.

    `tables`: what `read_tables` gives or takes. `period`: day, week, month, quarter, year or "all"; `rolling` joins
    that many periods in each window; `start` and `end` (not included) bound them, by default from the first event to
    the moment seen last. `by`: columns of a table or of its customer, or "hour" or "weekday" of the event. `metrics`:
    codes to compute, by default all that the tables allow. `answer_within` seconds (service level), `respond_within`
    and `resolve_within` hours (norms), in opening time where `hours` are given. `scales`: lowest and highest answer of
    satisfaction, recommendation and loyalty; `boxes` of the scale count as satisfied. `discount`: yearly rate.

    Shares have Wilson's interval, counts the exact Poisson one widened by the scatter among customers, means
    Student's, durations Kaplan-Meier with what is open or given up censored, lifetime value the delta method. A metric
    without a base is NaN with a Problem. Metrics that lack a table, a column, a time or the group are left out with a
    note. Errors: unknown period, metric or group, windows that cannot be, tables that `read_tables` refuses.
    In R: `prop.test`, `poisson.test`, `t.test`, `survival::survfit(conf.type = "log-log")`.
    """
    choice("period", period, PERIODS)
    read = tables if isinstance(tables, Tables) else read_tables(tables)
    names = (by,) if isinstance(by, str) else tuple(by or ())
    if not (isinstance(rolling, int) and rolling >= 1):
        raise SurveykitError.of("OPS-ROLLS", found=str(rolling))
    if not 0 < conf_level < 1:
        raise SurveykitError.of("OPS-LEVEL", found=str(conf_level))
    if not discount > -1:
        raise SurveykitError.of("OPS-DISCOUNT", found=str(discount))
    for name in metrics or ():
        choice("metrics", name, tuple(RECORDS_BY_CODE))
    for name, ends in (scales or {}).items():
        if not ends[0] < ends[1]:
            raise SurveykitError.of("OPS-SCALE", f"scale {name}", low=ends[0], high=ends[1])
    cut = grid(read, period, rolling, names, _bound(start, read), _bound(end, read))
    context = Context(
        grid=cut, conf_level=conf_level, answer_within=answer_within, respond_within=respond_within,
        resolve_within=resolve_within, scales=dict(scales or {}), boxes=boxes, discount=discount, hours=hours,
    )  # fmt: skip
    found, problems = _computed(context, metrics)
    if not found:
        raise SurveykitError([Problem.of("OPS-NOMETRIC"), *problems])
    if period != WHOLE and cut.as_of < cut.ends[-1]:
        problems.append(Problem.of("OPS-PARTIAL", cut.labels[-1], "note", moment=str(read.as_of)))
    values = pd.concat(
        [rows_of(cut.labels, cut.groups, record, category, rates) for record, category, rates in found],
        ignore_index=True,
    )
    rows = sum(count for _, count, _ in read.receipt.rows)
    excluded = rows - sum(kept for _, _, kept in read.receipt.rows)
    return Operations(
        n=rows - excluded,
        values=values[list(COLUMNS)],
        measures={"rows": float(rows), "excluded": float(excluded)},
        receipt=read.receipt.table,
        conf_level=conf_level,
        problems=(*problems, *(each.problem for each in read.receipt.exclusions), *read.receipt.problems),
        names=names_in(cut.labels, cut.groups, values),
        provenance=Provenance.of(
            "operations", data=read.fingerprint, period=period, by=names, metrics=metrics, rolling=rolling, start=start,
            end=end, answer_within=answer_within, respond_within=respond_within, resolve_within=resolve_within,
            scales=scales, boxes=boxes, discount=discount, hours=hours, conf_level=conf_level, timezone=read.timezone,
            as_of=str(read.as_of),
        ),
    )  # fmt: skip


def _bound(moment: str | None, tables: Tables) -> pd.Timestamp | None:
    if moment is None:
        return None
    try:
        found = pd.Timestamp(moment)
    except (ValueError, TypeError):
        raise SurveykitError.of("OPS-MOMENT", found=str(moment)) from None
    if found is pd.NaT:
        raise SurveykitError.of("OPS-MOMENT", found=str(moment))
    return found.tz_localize(tables.timezone) if found.tzinfo is None else found.tz_convert(tables.timezone)


def _computed(context: Context, metrics: Sequence[str] | None) -> tuple[list[tuple[Record, str, Rates]], list[Problem]]:
    found: list[tuple[Record, str, Rates]] = []
    problems: list[Problem] = []
    for record in RECORDS:
        if metrics is not None and record.code not in metrics:
            continue
        lacking = _lacking(context.grid, record)
        if lacking is not None:
            if metrics is not None or lacking.code != "OPS-LACKS":
                problems.append(lacking)
            continue
        if record.scale and record.scale not in context.scales and record.unit != "scale":
            nothing = np.full(context.grid.cells, np.nan)
            found.append((record, "", points(np.zeros(context.grid.cells), nothing)))
            problems.append(Problem.of("OPS-NOSCALE", f"metric {record.code}", "warning", scale=record.scale))
            continue
        rates = record.compute(context)
        if isinstance(rates, Rates):
            found.append((record, "", rates))
            problems += _undefined(context, record, rates)
        else:
            found += [(record, category, each) for category, each in rates.items()]
    return found, problems


def _lacking(cut: Grid, record: Record) -> Problem | None:
    """What a metric would need and the tables do not have."""
    place = f"metric {record.code}"
    for table, columns in record.needs.items():
        gone = [name for name in columns if not cut.tables.has(table, name)]
        if gone:
            return Problem.of("OPS-LACKS", place, "note", needs=f"{table}.{gone[0]}")
        time = SCHEMAS[table].time
        if cut.period != WHOLE and time and not cut.tables.has(table, time):
            return Problem.of("OPS-UNTIMED", place, "note", needs=f"{table}.{time}")
        if not cut.grouped(table):
            return Problem.of("OPS-NOGROUP", place, "note", table=table, by=", ".join(cut.by))
    if record.either and not any(cut.tables.has(table, column) for table, column in record.either):
        names = " / ".join(f"{table}.{column}" for table, column in record.either)
        return Problem.of("OPS-LACKS", place, "note", needs=names)
    return None


def _undefined(context: Context, record: Record, rates: Rates) -> list[Problem]:
    """Why cells of a metric are undefined, in one finding a reason."""
    place, cut = f"metric {record.code}", context.grid
    undefined = ~np.isfinite(rates.estimate)
    if not undefined.any():
        return []
    if cut.period == WHOLE and (record.timed or record.code == "retention_source"):
        return [Problem.of("OPS-TIMED", place, "warning")]
    if record.code == "churned_share" and cut.period != WHOLE:
        return [Problem.of("OPS-SNAPSHOT", place, "warning")]
    if record.code == "recommendation_nps" and context.scales["recommendation"] != (0, 10):
        return [Problem.of("OPS-NPS", place, "warning")]
    told = []
    empty = undefined & ~(rates.n > 0)
    for mask, code in ((empty, "OPS-NOBASE"), (undefined & ~empty, _reason(record))):
        if mask.any():
            at = int(np.flatnonzero(mask)[0])
            first = f"{cut.labels[at // len(cut.groups)]}, {cut.groups[at % len(cut.groups)]}"
            counts = {"count": int(mask.sum()), "cells": cut.cells}
            told.append(Problem.of(code, place, "warning", first=first, **counts))
    return told


def _reason(record: Record) -> str:
    if record.interval == "kaplan_meier_loglog":
        return "OPS-NOTSEEN"
    return "OPS-NOCHURN" if record.unit == "money" else "OPS-OVERFULL"
