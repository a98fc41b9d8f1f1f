"""A dot with its whisker, cut with an arrow where it leaves the axis."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from surveykit.draw.checks import Array
from surveykit.draw.style import Style

MARKERS = "osD^vPX"
OFFSET = 0.15


def offsets(series: int) -> Array:
    """Vertical places in inches of several marks in one row, the first on top, centred on the row."""
    return (np.arange(series) - (series - 1) / 2) * OFFSET


def whiskers(
    axes: Axes,
    at: Array,
    estimate: Array,
    low: Array,
    high: Array,
    *,
    colour: str,
    style: Style,
    marker: str = "o",
    hollow: Sequence[bool] | None = None,
) -> None:
    """Draw estimates with intervals at heights `at`; NaN bounds give a bare dot, NaN estimates nothing."""
    left, right = axes.get_xlim()
    for row in np.flatnonzero(np.isfinite(estimate)):
        y, point = at[row], estimate[row]
        if np.isfinite(low[row]) and np.isfinite(high[row]):
            ends = np.clip([low[row], high[row]], left, right)
            axes.plot(ends, [y, y], color=colour, lw=1.4, solid_capstyle="butt", zorder=3)
            for value, edge, arrow in ((low[row], left, "<"), (high[row], right, ">")):
                if (value - edge) * (1 if arrow == ">" else -1) > 0 and left <= point <= right:
                    axes.plot([edge], [y], arrow, color=colour, ms=4, clip_on=False, zorder=3)
        shape = "<" if point < left else ">" if point > right else marker
        fill = "white" if hollow is not None and hollow[row] else colour
        axes.plot(
            [np.clip(point, left, right)],
            [y],
            shape,
            ms=style.font_size * 0.62,
            mfc=fill,
            mec=colour,
            mew=1.3,
            clip_on=False,
            zorder=4,
        )


def absent(axes: Axes, at: Sequence[float], missing: str, style: Style, x: float | None = None) -> None:
    """Write `missing` in the rows that have nothing to draw, at `x` or at the start of the axis."""
    for y in at:
        axes.text(
            axes.get_xlim()[0] if x is None else x,
            y,
            f" {missing}",
            color=style.palette.muted,
            va="center_baseline",
        )
