"""What `operations` found: a row a metric, window, group and category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.operations.records import RECORDS_BY_CODE
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.waves import Line, wave_lines
from surveykit.language import term
from surveykit.result import Result, Writer

WINDOWS, PANELS = 12, 8
COLUMNS = (
    "metric", "period", "group", "category", "estimate", "std_error", "conf_low", "conf_high", "n", "method",
    "measured_in",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Operations(Result):
    """Service indicators by window of time and group.

    `values`: a row a metric, period, group and category (empty where a metric has none). `measures`: rows read and
    rows excluded. `receipt`: exclusions by table and reason.
    """

    kind: ClassVar[str] = "operations"
    measure_column: ClassVar[str | None] = "metric"
    named_columns: ClassVar[tuple[str, ...]] = ("period", "group", "category")
    shown: ClassVar[tuple[str, ...]] = (
        "metric", "period", "group", "category", "estimate", "conf_low", "conf_high", "n", "measured_in",
    )  # fmt: skip

    values: pd.DataFrame
    measures: Mapping[str, float]
    receipt: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.values.assign(conf_level=self.conf_level)

    def metric(self, code: str, group: str = "all", category: str = "") -> pd.DataFrame:
        """The rows of one metric, group and category by period; KeyError for an unknown metric."""
        table = self.table
        own = table[table["metric"] == code]
        if own.empty:
            raise KeyError(code)
        return own[(own["group"] == group) & (own["category"] == category)].reset_index(drop=True)

    @property
    def headlines(self) -> list[str]:
        """The metrics to tell first: headlines that are defined somewhere, else the first ones that are."""
        return _headlines(self.table)

    def _figure(self, table: pd.DataFrame, write: Writer, metrics: Sequence[str] | None = None, **style: Any) -> Figure:
        wanted = list(metrics) if metrics is not None else _headlines(table)
        windows = list(dict.fromkeys(table["period"]))[-WINDOWS:]
        rows = table[table["metric"].isin(wanted) & table["period"].isin(windows) & (table["category"] == "")]
        panels: list[Line] = []
        for (metric, group), own in rows.groupby(["metric", "group"], sort=False):
            if np.isfinite(own["estimate"]).any() and len(panels) < PANELS:
                panels.append(self._line(str(metric), str(group), own.set_index("period"), windows, write))
        level = write.say("operations.axis", level=write.number(self.conf_level, "share", 0))
        if panels:
            return wave_lines([write.name(window) for window in windows], panels, ylabel=level, **style)
        first = table.groupby("metric", sort=False).tail(1).tail(PANELS)
        nothing = np.full(len(first), np.nan)
        return dot_intervals([write.label(code) for code in first["metric"]], nothing, nothing, nothing, **style)

    def _line(self, metric: str, group: str, own: pd.DataFrame, windows: list[str], write: Writer) -> Line:
        kind = term(metric).kind
        own = own.reindex(windows)
        title = write.label(metric) + (f" · {write.name(group)}" if group != "all" else "")
        unit = unit_of(metric, write)
        return Line(
            title + (f", {unit}" if unit else ""),
            own["estimate"].to_numpy(dtype=float),
            own["conf_low"].to_numpy(dtype=float),
            own["conf_high"].to_numpy(dtype=float),
            fmt=partial(_formatted, write, kind),
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said = []
        for metric in _headlines(table):
            own = table[(table["metric"] == metric) & np.isfinite(table["estimate"])]
            own = own[own["period"] == own["period"].iloc[-1]]
            said.append(self._level(metric, own, write))
        undefined = [
            str(code) for code, own in table.groupby("metric", sort=False) if not np.isfinite(own["estimate"]).any()
        ]
        if undefined:
            said.append(write.say("operations.undefined", names=self._labels(undefined, write)))
        sources = [code for code in dict.fromkeys(table["metric"]) if RECORDS_BY_CODE[code].source_form]
        if sources:
            pairs = [
                write.say(
                    "operations.pair", source=write.label(code), standard=write.label(RECORDS_BY_CODE[code].standard)
                )
                for code in sources
            ]
            said.append(write.say("operations.sources", pairs=write.say("list.comma").join(pairs)))
        if self.measures["excluded"]:
            counts = {name: write.count(self.measures[name]) for name in ("excluded", "rows")}
            said.append(write.say("operations.excluded", **counts))
        return said or [write.say("operations.nothing")]

    def _level(self, metric: str, own: pd.DataFrame, write: Writer) -> str:
        if len(own) == 1:
            words = {"period": write.name(own["period"].iloc[0]), "metric": write.label(metric)}
            key = "operations.level" if np.isfinite(own[["conf_low", "conf_high"]].iloc[0]).all() else "operations.bare"
            return write.say(key, **words, **self._numbers(metric, own.iloc[0], write))
        top, bottom = own.loc[own["estimate"].idxmax()], own.loc[own["estimate"].idxmin()]
        ends = {
            "high": self._numbers(metric, top, write)["value"],
            "low": self._numbers(metric, bottom, write)["value"],
        }
        return write.say(
            "operations.groups",
            metric=write.label(metric),
            period=write.name(top["period"]),
            most=write.name(top["group"]),
            least=write.name(bottom["group"]),
            **ends,
        )

    def _numbers(self, metric: str, row: pd.Series, write: Writer) -> dict[str, str]:
        kind, unit = term(metric).kind, unit_of(metric, write)
        value = write.number(row["estimate"], kind)
        return {
            "value": f"{value}\u00a0{unit}" if unit else value,
            "interval": write.interval(row["conf_low"], row["conf_high"], kind),
            "level": write.number(self.conf_level, "share", 0),
            "n": write.count(row["n"]),
        }

    def _labels(self, codes: list[str], write: Writer) -> str:
        return write.say("list.comma").join(write.label(code) for code in codes)


def unit_of(metric: str, write: Writer) -> str:
    """What stands behind the number of a metric: the unit of a time, nothing else."""
    unit = RECORDS_BY_CODE[metric].unit
    return write.say(f"operations.unit.{unit}") if unit in ("seconds", "hours", "months") else ""


def _formatted(write: Writer, kind: Any, value: float) -> str:
    return write.number(value, kind)


def _headlines(table: pd.DataFrame) -> list[str]:
    """The metrics to tell first: headlines that are defined somewhere, else the first ones that are."""
    finite = table[np.isfinite(table["estimate"]) & (table["category"] == "")]
    found = [str(code) for code in dict.fromkeys(finite["metric"])]
    return [code for code in found if RECORDS_BY_CODE[code].headline] or found[:4]
