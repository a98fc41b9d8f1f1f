"""What samples of growing size achieve: one curve, the line of the target, and the size in question."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import clean, plain, vector
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Chart, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

HEIGHT = 2.6


def achieved_curve(
    n: npt.ArrayLike,
    achieved: npt.ArrayLike,
    *,
    at: tuple[float, float],
    at_label: str = "",
    target: float | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    fmt: Format = plain,
    fmt_n: Format = plain,
    style: Style = DEFAULT,
) -> Chart:
    """A curve of `achieved` over n, a dot at `at` = (n, achieved) with its label, and a dashed line at `target`.

    Errors: DRAW-EMPTY without a finite value, DRAW-SHAPE for unequal lengths.
    """
    sizes = np.atleast_1d(np.asarray(n, dtype=float))
    line = vector(achieved, len(sizes), "achieved")
    if not np.isfinite(line).any():
        raise SurveykitError.of("DRAW-EMPTY")
    words = clean([at_label, xlabel, ylabel, title])
    style = style.suited(words)
    palette = style.palette
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(words[3], [], style, ruler)
        top = max(float(np.nanmax(line)), at[1], target or 0.0)
        ticks = [float(v) for v in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(0.0, top) if v >= 0]
        texts = clean([fmt(value) for value in ticks])
        side = max(ruler.width(text, style.small) for text in texts) + 0.1
        above = ruler.wrap(words[2], style.small, style.width - 2 * MARGIN)
        start = head.height + (ruler.height(above, style.small) + 0.1 if above.strip() else 0.0)
        below = ruler.wrap(words[1], style.small, style.width - 2 * MARGIN)
        band = style.small / 72 * 1.9
        sheet = Sheet(start + HEIGHT + band + ruler.height(below, style.small) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, above, style.small, palette.muted)
        area = sheet.axes(MARGIN + side, start, style.width - 2 * MARGIN - side - 0.1, HEIGHT)
        area.set_xlim(0.0, float(sizes.max()))
        area.set_ylim(0.0, ticks[-1])
        area.set_yticks(ticks, texts)
        marks = [
            float(v) for v in MaxNLocator(nbins=6, integer=True).tick_values(0, sizes.max()) if 0 <= v <= sizes.max()
        ]
        area.set_xticks(marks, clean([fmt_n(mark) for mark in marks]))
        if style.grid:
            area.grid(axis="y", color=palette.grid, lw=0.7)
        if target is not None:
            area.axhline(target, color=palette.muted, lw=1.0, ls=(0, (4, 2)), zorder=2)
        area.plot(sizes, line, color=palette.accent, lw=1.8, zorder=3)
        area.plot(*at, "o", ms=style.font_size * 0.7, color=palette.accent, zorder=4, clip_on=False)
        right = at[0] > 0.6 * float(sizes.max())
        high = at[1] > 0.75 * ticks[-1]
        area.annotate(
            words[0],
            at,
            xytext=(-8 if right else 8, -9 if high else 9),
            textcoords="offset points",
            ha="right" if right else "left",
            va="top" if high else "bottom",
            fontsize=style.small,
            color=palette.ink,
        )
        sheet.text(MARGIN + side, start + HEIGHT + band, below, style.small, palette.muted)
        return sheet.figure
