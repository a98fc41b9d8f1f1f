"""Frequencies, means and boxes of single items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.likert import likert_bars
from surveykit.result import Names, Result, Writer
from surveykit.stats.intervals import mean_t, wilson

MEASURES = ("mean", "top_box", "bottom_box", "floor", "ceiling", "missing")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ItemDescription(Result):
    """How each item was answered. `counts` holds the answers per value of the item's scale, lowest first."""

    kind: ClassVar[str] = "item_description"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("item", "measure", "estimate", "conf_low", "conf_high", "n")

    counts: Mapping[str, tuple[int, ...]]
    missing: Mapping[str, int]
    scale_of: Mapping[str, str]
    limits: Mapping[str, tuple[int, int]]
    level_names: Mapping[str, Names]
    boxes: int
    conf_level: float

    def _table(self) -> pd.DataFrame:
        moments = np.array([self._moments(item) for item in self.counts])
        successes = np.array([self._successes(item) for item in self.counts], dtype=float)
        n = moments[:, :1]
        bases = np.column_stack([np.repeat(n, 4, axis=1), n[:, 0] + list(self.missing.values())])
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = successes / bases
            errors = np.sqrt(shares * (1 - shares) / bases)
            mean_error = moments[:, 2] / np.sqrt(n[:, 0])
        low, high = wilson(successes, bases, self.conf_level)
        mean_low, mean_high = mean_t(moments[:, 1], moments[:, 2], n[:, 0], self.conf_level)
        k = len(self.counts)

        def column(first: Any, rest: Any) -> Any:
            return np.column_stack([first, rest]).ravel()

        return pd.DataFrame(
            {
                "item": np.repeat(np.array(list(self.counts), dtype=object), len(MEASURES)),
                "measure": MEASURES * k,
                "estimate": column(moments[:, 1], shares),
                "std_error": column(mean_error, errors),
                "conf_low": column(mean_low, low),
                "conf_high": column(mean_high, high),
                "conf_level": self.conf_level,
                "sd": column(moments[:, 2], np.full((k, 5), np.nan)),
                "n": column(n, bases).astype(int),
                "method": ("mean_t", *["wilson"] * 5) * k,
            }
        )

    def _moments(self, item: str) -> tuple[float, float, float]:
        low, high = self.limits[self.scale_of[item]]
        counts, values = np.array(self.counts[item]), np.arange(low, high + 1)
        n = int(counts.sum())
        mean = float(counts @ values / n) if n else np.nan
        return n, mean, float(np.sqrt(counts @ (values - mean) ** 2 / (n - 1))) if n > 1 else np.nan

    def _successes(self, item: str) -> tuple[int, int, int, int, int]:
        counts = self.counts[item]
        boxes = min(self.boxes, len(counts) // 2)
        return sum(counts[-boxes:]), sum(counts[:boxes]), counts[0], counts[-1], self.missing[item]

    @property
    def frequencies(self) -> pd.DataFrame:
        """A row an item and answer: item, value, count, share of those who answered."""
        rows = []
        for item, counts in self.counts.items():
            low, high = self.limits[self.scale_of[item]]
            base = sum(counts)
            for value, count in zip(range(low, high + 1), counts, strict=True):
                rows.append((item, value, count, count / base if base else np.nan))
        return pd.DataFrame(rows, columns=["item", "value", "count", "share"])

    def _figure(
        self,
        table: pd.DataFrame,
        write: Writer,
        *,
        items: Sequence[str] | None = None,
        neutral: str = "split",
        **style: Any,
    ) -> Figure:
        chosen = list(items) if items is not None else self._same_scale()
        scale = self.scale_of[chosen[0]]
        low, high = self.limits[scale]
        counts = np.array([self.counts[item] for item in chosen], dtype=float)
        bases = counts.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = counts / bases[:, None]
        top = table[table["measure"] == "top_box"].set_index("item")["estimate"]
        labels = self.level_names.get(scale, {})
        return likert_bars(
            shares,
            [write.name(item) for item in chosen],
            [_level(labels, value, write.lang) for value in range(low, high + 1)],
            neutral=neutral,
            bases=bases,
            fmt_n=write.count,
            right=top[chosen].to_numpy(),
            right_title=write.say("describe.top_box_short", boxes=min(self.boxes, (high - low + 1) // 2)),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _same_scale(self) -> list[str]:
        """The items of the scale that most items use; one figure has one set of answers."""
        scales = pd.Series(self.scale_of)
        ends = scales.map(lambda scale: self.limits[scale])
        common = scales.groupby(ends).size().idxmax()
        return list(scales.index[[end == common for end in ends]])

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        top = table[table["measure"] == "top_box"].dropna(subset=["estimate"])
        if top.empty:
            return [write.say("describe.nothing")]
        best, worst = top.loc[top["estimate"].idxmax()], top.loc[top["estimate"].idxmin()]
        said = [
            write.say(
                "describe.items",
                items=write.count(len(self.counts)),
                best=write.name(best["item"]),
                best_share=write.number(best["estimate"], "share"),
                worst=write.name(worst["item"]),
                worst_share=write.number(worst["estimate"], "share"),
                n=len(self.counts),
            )
        ]
        return said


def _level(labels: Names, value: int, lang: str) -> str:
    return labels[str(value)].get(lang, str(value)) if str(value) in labels else str(value)
