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
        return pd.concat([self._rows(item) for item in self.counts], ignore_index=True)

    def _rows(self, item: str) -> pd.DataFrame:
        low, high = self.limits[self.scale_of[item]]
        counts = np.array(self.counts[item])
        values = np.arange(low, high + 1)
        n = int(counts.sum())
        asked = n + self.missing[item]
        mean = float(counts @ values / n) if n else np.nan
        sd = float(np.sqrt(counts @ (values - mean) ** 2 / (n - 1))) if n > 1 else np.nan
        boxes = min(self.boxes, len(counts) // 2)
        successes = np.array([counts[-boxes:].sum(), counts[:boxes].sum(), counts[0], counts[-1], self.missing[item]])
        bases = np.array([n, n, n, n, asked])
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = successes / bases
            errors = np.sqrt(shares * (1 - shares) / bases)
        lows, highs = wilson(successes, bases, self.conf_level)
        mean_low, mean_high = mean_t(mean, sd, n, self.conf_level)
        return pd.DataFrame(
            {
                "item": item,
                "measure": MEASURES,
                "estimate": [mean, *shares],
                "std_error": [sd / np.sqrt(n) if n else np.nan, *errors],
                "conf_low": [float(mean_low), *lows],
                "conf_high": [float(mean_high), *highs],
                "conf_level": self.conf_level,
                "sd": [sd, *[np.nan] * 5],
                "n": [n, *bases],
                "method": ["mean_t", *["wilson"] * 5],
            }
        )

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
