"""How often each theme is mentioned, and in which tone: stacked bars with the interval of their whole length."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, percent, rows_of, vector, written
from surveykit.draw.rows import Column, Format, Panel, lay_out, limits
from surveykit.draw.sheet import Key
from surveykit.draw.style import DEFAULT, Style, styled

BAR, CAP = 0.2, 0.045


def theme_bars(
    labels: Sequence[str],
    negative: npt.ArrayLike,
    neutral: npt.ArrayLike,
    positive: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    legend: Sequence[str] = ("", "", ""),
    columns: Sequence[tuple[str, Sequence[str]]] = (),
    value_title: str = "",
    xlabel: str = "",
    title: str = "",
    fmt: Format = percent,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """A bar a theme of three shares of all comments, stacked; their sum has the interval low..high as a line.

    NaN shares are drawn as nothing. `columns`: (title, cells) at the right of the sum. Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(labels)
    parts = [vector(part, len(names), "share") for part in (negative, neutral, positive)]
    lower, upper = vector(low, len(names), "low"), vector(high, len(names), "high")
    whole = np.sum(parts, axis=0)
    added = [Column(clean([head])[0], clean(list(cells))) for head, cells in columns]
    words = [word for column in added for word in (column.header, *column.cells)]
    style = style.suited([*names, *legend, title, xlabel, value_title, *words])
    palette = style.palette
    colours = (palette.negative[1], palette.middle, palette.positive[1])
    keys = [Key(clean([label])[0], colour) for label, colour in zip(legend, colours, strict=True) if label]
    with styled(style):
        panel = Panel(*limits([whole, upper], 0.0), xlabel=clean([xlabel])[0], tick_text=fmt)
        table = [Column(clean([value_title])[0], written(whole, fmt, missing)), *added]
        rows = lay_out(names, [panel], table, title=clean([title])[0], style=style, keys=keys, mark=BAR + 0.06)
        area, start = rows.axes[0], np.zeros(len(names))
        for part, colour in zip(parts, colours, strict=True):
            length = np.nan_to_num(part)
            area.barh(rows.centres, length, left=start, height=BAR, color=colour, zorder=2)
            start = start + length
        for y, left, right in zip(rows.centres, lower, upper, strict=True):
            if np.isfinite(left) and np.isfinite(right):
                area.plot([left, right], [y, y], color=palette.ink, lw=1.0, clip_on=False, zorder=3)
                for edge in (left, right):
                    area.plot([edge, edge], [y - CAP, y + CAP], color=palette.ink, lw=1.0, clip_on=False, zorder=3)
        area.axvline(0, color=palette.ink, lw=0.8, zorder=5)
        return rows.figure
