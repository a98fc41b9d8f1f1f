"""Figures of levels by group: a heat map of segments by outcomes, or dots with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.compare_words import kind
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.segments import segment_heatmap
from surveykit.result import Writer


def segments_figure(table: pd.DataFrame, groups: Sequence[str], write: Writer, **style: Any) -> Figure:
    """A row an outcome (or category), a column a group; coloured by the difference from all in standard deviations."""
    total = table[table["role"] == "total"]
    cells = table[table["role"] == "group"]
    order = list(zip(total["outcome"], total["category"], strict=True))
    place = {key: at for at, key in enumerate(order)}
    column = {name: at for at, name in enumerate(groups)}
    shape = (len(order), len(groups))
    value, n, apart = np.full(shape, np.nan), np.zeros(shape), np.full(shape, np.nan)
    texts = np.full(shape, "", dtype=object)
    whole = total.set_index(["outcome", "category"])
    for row in cells.to_dict("records"):
        at = place[row["outcome"], row["category"]], column[row["group"]]
        own = whole.loc[(row["outcome"], row["category"])]
        value[at], n[at] = row["estimate"], row["n"]
        texts[at] = write.number(row["estimate"], kind(row))
        apart[at] = (row["estimate"] - own["estimate"]) / own["sd"] if own["sd"] > 0 else 0.0
    rows = [f"{write.name(outcome)}: {category}" if category else write.name(outcome) for outcome, category in order]
    return segment_heatmap(
        rows,
        [f"{write.name(name)}\nn = {_range(n[:, at], write)}" for at, name in enumerate(groups)],
        apart,
        texts,
        n,
        overall=[write.number(row["estimate"], kind(row)) for row in total.to_dict("records")],
        overall_title=write.say("segments.all"),
        scale_label=write.say("segments.scale"),
        suppressed_label=write.say("segments.suppressed"),
        small_label=write.say("segments.small"),
        fmt=lambda number: write.number(number, "coefficient", 1),
        **style,
    )


def _range(n: np.ndarray, write: Writer) -> str:
    """How many answered: one number, or from fewest to most over the outcomes."""
    ends = dict.fromkeys((write.count(n.min()), write.count(n.max())))
    return "–".join(ends)


def levels_figure(levels: pd.DataFrame, group: str, write: Writer, **style: Any) -> Figure:
    """The groups (or, without groups, the outcomes) as dots with intervals; suppressed levels are left empty."""
    hidden = (levels["base"] == "suppressed").to_numpy()
    numbers = [np.where(hidden, np.nan, levels[name]) for name in ("estimate", "conf_low", "conf_high")]
    first = levels.iloc[0].to_dict()
    names = [write.name(name) for name in levels["group" if group else "outcome"]]
    measure = write.label(first["measure"])
    title = f"{write.name(first['outcome'])}: {measure}" if group else measure
    return dot_intervals(
        names,
        *numbers,
        n=levels["n"].to_numpy(dtype=float),
        n_title=write.label("n"),
        xlabel=write.say("segments.axis", what=title, level=write.number(first["conf_level"], "share", 0)),
        fmt=lambda value: write.number(value, kind(first)),
        fmt_n=write.count,
        **style,
    )
