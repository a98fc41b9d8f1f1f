"""Scores of a tree of indicators as bars, sub-goals above their parts, with the mark of each target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, rows_of, vector, whole, written
from surveykit.draw.dots import absent
from surveykit.draw.rows import Column, Format, Panel, lay_out, limits
from surveykit.draw.sheet import Key
from surveykit.draw.style import DEFAULT, Style, styled

BAR, CAP = 0.17, 0.045


def indicator_bars(
    labels: Sequence[str],
    depths: Sequence[int],
    score: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    target: npt.ArrayLike,
    missed: Sequence[bool],
    branch: Sequence[bool],
    *,
    columns: Sequence[tuple[str, Sequence[str]]] = (),
    value_title: str = "",
    met_label: str = "",
    missed_label: str = "",
    target_label: str = "",
    title: str = "",
    xlabel: str = "",
    axis: tuple[float, float] | None = (0.0, 100.0),
    fmt: Format = whole,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """A bar from zero for each node, labels indented by depth, the interval as a line, the target as a tick.

    `missed` bars have the negative colour, those of a `branch` (which has no target of its own) a grey one. NaN score:
    an empty row with `missing`; NaN bound or target: none is drawn. `columns`: (title, cells) at the right. Errors:
    DRAW-EMPTY, DRAW-SHAPE.
    """
    names = ["\u2003" * depth + name for depth, name in zip(depths, rows_of(labels), strict=True)]
    count = len(names)
    centre, lower, upper, goal = (
        vector(part, count, what) for part, what in ((score, "score"), (low, "low"), (high, "high"), (target, "target"))
    )
    added = [Column(clean([head])[0], clean(list(cells))) for head, cells in columns]
    words = [word for column in added for word in (column.header, *column.cells)]
    style = style.suited([*names, title, xlabel, value_title, met_label, missed_label, target_label, *words])
    palette = style.palette
    good, bad = palette.positive[0], palette.negative[0]
    ends = axis or limits([centre, lower, upper, goal], 0.0)
    keys = [
        Key(clean([label])[0], colour)
        for label, colour in ((met_label, good), (missed_label, bad), (target_label, palette.ink))
        if label
    ]
    with styled(style):
        panel = Panel(*ends, xlabel=clean([xlabel])[0], tick_text=fmt)
        table = [Column(clean([value_title])[0], written(centre, fmt, missing)), *added]
        rows = lay_out(names, [panel], table, title=clean([title])[0], style=style, keys=keys, mark=BAR + 0.06)
        area = rows.axes[0]
        colours = [
            palette.muted if inner else bad if flag else good for flag, inner in zip(missed, branch, strict=True)
        ]
        area.barh(rows.centres, np.nan_to_num(centre), height=BAR, color=colours, zorder=2)
        for at in range(count):
            y = rows.centres[at]
            if np.isfinite(lower[at]) and np.isfinite(upper[at]):
                area.plot([lower[at], upper[at]], [y, y], color=palette.accent, lw=1.4, clip_on=False, zorder=3)
                for edge in (lower[at], upper[at]):
                    area.plot([edge, edge], [y - CAP, y + CAP], color=palette.accent, lw=1.4, clip_on=False, zorder=3)
            if np.isfinite(goal[at]):
                reach = BAR * 0.72
                area.plot([goal[at]] * 2, [y - reach, y + reach], color=palette.ink, lw=2.0, clip_on=False, zorder=4)
        area.axvline(0, color=palette.ink, lw=0.8, zorder=5)
        absent(area, list(rows.centres[~np.isfinite(centre)]), missing, style)
        return rows.figure
