"""The priority map: importance against performance, with intervals on both axes and cross-hairs that are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import names_of
from surveykit.analyse.importance import Importance
from surveykit.analyse.priority_data import Limits, Line, derived, given, line_at, rated, stated_columns
from surveykit.draw.quadrants import quadrant_map
from surveykit.errors import Problem, SurveykitError
from surveykit.language import term
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer

QUADRANTS = ("concentrate_here", "keep_up", "low_priority", "possible_overkill")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PriorityMap(Result):
    """Performance (estimate) and importance of each attribute, its quadrant, and which lines its intervals cross.

    `measures`: importance_line, performance_line, n_attributes, n_unclear. `lines` says how they were chosen, `units`
    what the axes are (importance, performance). `weakest` lists the attributes to concentrate on, clear ones first.
    """

    kind: ClassVar[str] = "priority_map"
    measure_column: ClassVar[str | None] = "quadrant"
    named_columns: ClassVar[tuple[str, ...]] = ("attribute",)
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "quadrant",
        "estimate",
        "conf_low",
        "conf_high",
        "importance",
        "importance_low",
        "importance_high",
        "lines_crossed",
        "n",
    )

    points: pd.DataFrame
    measures: Mapping[str, float]
    lines: tuple[str, str]
    units: tuple[str, str]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.points.assign(conf_level=self.conf_level, method=self.units[0])

    @property
    def weakest(self) -> tuple[str, ...]:
        """Attributes of high importance and low performance, those whose intervals cross no line first."""
        found = self.points[self.points["quadrant"] == "concentrate_here"]
        return tuple(found.sort_values(["lines_crossed", "importance"], ascending=[True, False])["attribute"])

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        kinds = [term(unit).kind for unit in self.units]
        level = write.number(self.conf_level, "share", 0)
        return quadrant_map(
            [write.name(name) for name in table["attribute"]],
            table["estimate"].to_numpy(),
            table["importance"].to_numpy(),
            x_low=table["conf_low"].to_numpy(),
            x_high=table["conf_high"].to_numpy(),
            y_low=table["importance_low"].to_numpy(),
            y_high=table["importance_high"].to_numpy(),
            x_line=self.measures["performance_line"],
            y_line=self.measures["importance_line"],
            quadrants=tuple(write.label(name) for name in QUADRANTS),  # type: ignore[arg-type]
            uncertain=list(table["lines_crossed"] > 0),
            certain_label=write.say("priority.clear_point"),
            uncertain_label=write.say("priority.unclear_point", level=level),
            x_label=write.label(self.units[1]),
            y_label=write.label(self.units[0]),
            note=self._lines_said(write),
            fmt_x=lambda value: write.number(value, kinds[1], None if kinds[1] == "coefficient" else 0),
            fmt_y=lambda value: write.number(value, kinds[0], 0 if kinds[0] in ("share", "points") else None),
            **style,
        )

    def _lines_said(self, write: Writer) -> str:
        return write.say(
            "priority.lines",
            performance=write.say(f"priority.line_{self.lines[1]}"),
            performance_line=write.number(self.measures["performance_line"], "statistic"),
            importance=write.say(f"priority.line_{self.lines[0]}"),
            importance_line=write.number(
                self.measures["importance_line"], "share" if self.units[0] == "derived_importance" else "statistic"
            ),
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if not table["estimate"].notna().any():
            return [write.say("priority.undefined")]
        said = []
        clear = table[table["lines_crossed"] == 0]
        for quadrant in QUADRANTS:
            names = list(clear.loc[clear["quadrant"] == quadrant, "attribute"])
            if names:
                said.append(write.say(f"priority.{quadrant}", names=write.listed(names)))
        unclear = list(table.loc[table["lines_crossed"] > 0, "attribute"])
        if unclear:
            said.append(write.say("priority.unclear", names=write.listed(unclear)))
        unknown = list(table.loc[table["quadrant"] == "not_placed", "attribute"])
        if unknown:
            said.append(write.say("priority.not_placed", names=write.listed(unknown)))
        return [*said, self._lines_said(write), write.say(f"priority.about_{self.units[0]}")]


def priority_map(
    importance: Importance | Mapping[str, str] | Mapping[str, float],
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    crosshair: Line | tuple[Line, Line] = "mean",
    limits: Limits | None = None,
    conf_level: float = 0.95,
) -> PriorityMap:
    """Where to concentrate: importance against performance of each attribute (Martilla & James 1977).

    `importance`: a result of `importance` (derived: shares of the explained variance), a mapping attribute -> column of
    `data` in which respondents stated its importance (means), or attribute -> number. `columns` names the column of
    performance where it is not the attribute itself, as it must for groups. `crosshair`: "mean" or "median" of the
    attributes, "middle" of the scale, or a number; a pair is (importance, performance). Performance and stated
    importance are means with Student intervals, on 0-100 where the ends of the scale are known (scores, items of a
    questionnaire, or `limits`), over all who answered the column, weighted where the answers are. Intervals are
    pointwise and the lines are taken as fixed: an attribute whose interval holds a line is flagged, not forced into a
    quadrant's advice. A column without answers, or an undefined importance, is not placed (NaN with a Problem). Raises
    SurveykitError for unknown columns, answers beyond `limits`, a "middle" that is not known.
    """
    chosen = _attributes(importance)
    if not chosen:
        raise SurveykitError.of("PRIORITY-NOTHING")
    named = dict(columns or {})
    performance = rated(data, [named.get(name, name) for name in chosen], limits, conf_level, "performance")
    if isinstance(importance, Importance):
        weight = derived(importance, chosen)
    else:
        stated = stated_columns(importance, chosen)
        weight = rated(data, stated, limits, conf_level, "stated") if stated else given(list(importance.values()))
    pair = crosshair if isinstance(crosshair, tuple) else (crosshair, crosshair)
    line_y, line_x = line_at(pair[0], weight, "crosshair"), line_at(pair[1], performance, "crosshair")
    crossed = _holds(weight.low, weight.high, line_y) + _holds(performance.low, performance.high, line_x)
    placed = np.isfinite(weight.value) & np.isfinite(performance.value)
    quadrant = np.select(
        [
            np.logical_not(placed),
            (weight.value >= line_y) & (performance.value < line_x),
            weight.value >= line_y,
            performance.value < line_x,
        ],
        ["not_placed", "concentrate_here", "keep_up", "low_priority"],
        "possible_overkill",
    )
    points = pd.DataFrame(
        {
            "attribute": list(chosen),
            "estimate": performance.value,
            "std_error": performance.error,
            "conf_low": performance.low,
            "conf_high": performance.high,
            "importance": weight.value,
            "importance_low": weight.low,
            "importance_high": weight.high,
            "quadrant": [str(name) for name in quadrant],
            "lines_crossed": np.where(placed, crossed, 0).astype(np.int64),
            "n": performance.n,
        }
    )
    return PriorityMap(
        n=int(performance.n.max()),
        points=points,
        measures={
            "importance_line": line_y,
            "performance_line": line_x,
            "n_attributes": float(len(chosen)),
            "n_unclear": float((points["lines_crossed"] > 0).sum()),
        },
        lines=tuple(str(line) if isinstance(line, str) else "given" for line in pair),  # type: ignore[arg-type]
        units=(weight.unit, performance.unit),
        conf_level=conf_level,
        problems=tuple(_problems(importance, chosen, placed, weight.low)),
        names={**(importance.names if isinstance(importance, Importance) else {}), **names_of(data)},
        provenance=Provenance.of(
            "priority_map",
            data=fingerprint_of(data),
            importance=importance.provenance.arguments if isinstance(importance, Importance) else dict(importance),
            columns=named,
            crosshair=crosshair,
            limits=limits,
            conf_level=conf_level,
        ),
    )


def _attributes(importance: Any) -> list[str]:
    if isinstance(importance, Importance):
        return [str(name) for name in importance.table["predictor"]]
    return [str(name) for name in importance]


def _holds(low: Any, high: Any, line: float) -> Any:
    """1 where the interval holds the line, 0 where it does not or has no bounds."""
    return ((low <= line) & (line <= high)).astype(np.int64)


def _problems(importance: Any, chosen: list[str], placed: Any, low: Any) -> list[Problem]:
    found = [
        Problem.of("PRIORITY-NOTPLACED", f"attribute {name}", "warning")
        for name, known in zip(chosen, placed, strict=True)
        if not known
    ]
    if isinstance(importance, Importance):
        found += [problem for problem in importance.problems if problem.code == "IMPORT-SPREAD"]
    if not np.isfinite(low).any() and placed.any():
        found.append(Problem.of("PRIORITY-NOINTERVAL", "importance", "note"))
    return found
