"""The sections on what customers and the service do: indicators, charts, customers who stay, the indicator tree."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from surveykit.analyse.operations.result import Operations, unit_of
from surveykit.language import term
from surveykit.reports.document import Block, Grid, KeyFigure, Paragraph
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say
from surveykit.result import Result

SMALL_CELL = 10
CHARTS = ("chart", "change", "seasons")
DEEDS = ("says_does", "intention", "both")
SHOWN_FIGURES = 3


def service(result: StudyResult, say: Say) -> list[Block]:
    """Service indicators as they stand last, over time, among groups; and the control charts."""
    blocks: list[Block] = []
    for name, found in result.results.items():
        kind, _, about = name.partition(" ")
        if kind == "operations" and isinstance(found, Operations):
            blocks += _groups(found, about, say) if about else _latest(found, say)
        elif kind in CHARTS:
            blocks += _told(found, name, say.text(f"report.{kind}_of", about=term(about).label[say.lang]), say)
    return blocks


def customers(result: StudyResult, say: Say) -> list[Block]:
    """How long customers stay and what they are worth."""
    return _each(result, say, ("survival", "churn_reasons", "lifetime", "repeat"))


def deeds(result: StudyResult, say: Say) -> list[Block]:
    """Whether what customers say goes with what they do, deed by deed."""
    blocks: list[Block] = []
    for name, found in result.results.items():
        kind, _, deed = name.partition(" ")
        if kind in DEEDS:
            blocks += _told(found, name, say.text(f"report.{kind}_of", about=term(deed).label[say.lang]), say)
    return blocks


def tree(result: StudyResult, say: Say) -> list[Block]:
    """The tree of indicators against its targets, and where customers and provider part."""
    return _each(result, say, ("indicators", "two_way"))


def key_figures(result: StudyResult, say: Say) -> Iterator[KeyFigure]:
    """The index of the tree and the headline indicators, for the first page."""
    write = say.write
    found = result.results.get("indicators")
    if found is not None and np.isfinite(found.table["estimate"].iloc[0]):
        row = found.table.iloc[0]
        bounded = np.isfinite(row["conf_low"])
        interval = write.interval(row["conf_low"], row["conf_high"], "points") if bounded else ""
        detail = say.text("report.index_detail", interval=interval) if bounded else say.text("report.index_plain")
        yield KeyFigure(say.text("report.index"), write.number(row["estimate"], "points"), detail)
    operations = result.results.get("operations")
    if isinstance(operations, Operations):
        for code in operations.headlines[:SHOWN_FIGURES]:
            last = latest(operations.metric(code))
            kind = term(code).kind
            interval = write.interval(last["conf_low"], last["conf_high"], kind)
            detail = say.text(
                "report.period_detail", period=last["period"], interval=interval, n=write.count(last["n"])
            )
            unit = unit_of(code, write)
            value = write.number(last["estimate"], kind) + (f" {unit}" if unit else "")
            yield KeyFigure(term(code).label[say.lang], value, detail)


def latest(rows: pd.DataFrame) -> pd.Series:
    """The last row that is defined."""
    return rows[np.isfinite(rows["estimate"].astype(float))].iloc[-1]


def _each(result: StudyResult, say: Say, wanted: tuple[str, ...]) -> list[Block]:
    blocks: list[Block] = []
    for name in wanted:
        if name in result.results:
            blocks += _told(result.results[name], name, say.text(f"report.{name}_of"), say)
    return blocks


def _told(found: Result, name: str, title: str, say: Say) -> list[Block]:
    return [
        Paragraph(found.narrate(say.lang)),
        say.picture(found, name.replace(" ", "-"), title),
        say.grid(found, title, folded=True),
    ]


def _latest(found: Operations, say: Say) -> list[Block]:
    return [
        Paragraph(found.narrate(say.lang)),
        say.picture(found, "operations", say.text("report.operations_figure")),
        Grid.of(_standing(found, say), say.text("report.operations_table"), say.text("report.operations_note")),
    ]


def _standing(found: Operations, say: Say) -> pd.DataFrame:
    """Every indicator in the last period where it is defined, beside the period before."""
    write = say.write
    table = found.table[found.table["group"] == "all"]
    rows = []
    for (metric, category), own in table.groupby(["metric", "category"], sort=False):
        known = own[np.isfinite(own["estimate"].astype(float))]
        if known.empty:
            continue
        kind = term(str(metric)).kind
        row = known.iloc[-1]
        before = known.iloc[-2] if len(known) > 1 else None
        bounded = np.isfinite(row["conf_low"])
        rows.append(
            {
                write.label("metric"): write.label(str(metric))
                + (f" · {write.name(str(category))}" if category else ""),
                write.label("period"): write.name(str(row["period"])),
                write.label("estimate"): write.number(row["estimate"], kind),
                write.say("report.interval"): write.interval(row["conf_low"], row["conf_high"], kind)
                if bounded
                else "–",
                write.label("n"): write.count(row["n"]),
                write.say("report.before"): "–" if before is None else write.number(before["estimate"], kind),
                write.label("measured_in"): write.say(f"operations.unit.{row['measured_in']}"),
            }
        )
    return pd.DataFrame(rows)


def _groups(found: Operations, column: str, say: Say) -> list[Block]:
    title = say.text("report.operations_by", column=column)
    note = say.text("report.small_cells", limit=say.write.count(SMALL_CELL))
    return [Paragraph(found.narrate(say.lang)), Grid.of(_compared(found, say), title, note, folded=True)]


def _compared(found: Operations, say: Say) -> pd.DataFrame:
    """Indicator by indicator, the groups side by side; small bases withheld."""
    write = say.write
    table = found.table[found.table["category"] == ""]
    rows = []
    for (metric, group), own in table.groupby(["metric", "group"], sort=False):
        row, kind = own.iloc[-1], term(str(metric)).kind
        if not np.isfinite(row["estimate"]):
            continue
        small = row["n"] < SMALL_CELL
        bounded = np.isfinite(row["conf_low"]) and not small
        rows.append(
            {
                write.label("metric"): write.label(str(metric)),
                write.label("group"): write.name(str(group)),
                write.label("estimate"): "–" if small else write.number(row["estimate"], kind),
                write.say("report.interval"): write.interval(row["conf_low"], row["conf_high"], kind)
                if bounded
                else "–",
                write.label("n"): write.count(row["n"]),
            }
        )
    return pd.DataFrame(rows)
