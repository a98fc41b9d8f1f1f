"""Importance as bars with intervals, and how often each predictor takes each rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, percent, rows_of, vector, whole, written
from surveykit.draw.colour import text_on
from surveykit.draw.dots import absent
from surveykit.draw.rows import Column, Format, Panel, lay_out, limits
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

BAR, CAP = 0.17, 0.045


def importance_bars(
    labels: Sequence[str],
    estimate: npt.ArrayLike,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    *,
    value_title: str = "",
    title: str = "",
    xlabel: str = "",
    fmt: Format = percent,
    fmt_tick: Format | None = None,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """A bar from zero for each estimate with its interval as a line across the bar's end, values at the right.

    `fmt_tick` writes the axis where its ticks need more digits than the values (default: `fmt`). A NaN estimate is an
    empty row with `missing`; a NaN bound leaves the bar alone. Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(labels)
    count = len(names)
    centre, lower, upper = (
        vector(estimate, count, "estimate"),
        vector(low, count, "low"),
        vector(high, count, "high"),
    )
    style = style.suited([*names, title, xlabel, value_title])
    palette = style.palette
    start, end = limits([centre, lower, upper], 0.0)
    with styled(style):
        panel = Panel(start, end, xlabel=clean([xlabel])[0], tick_text=fmt_tick or fmt)
        columns = [Column(clean([value_title])[0], written(centre, fmt, missing))]
        rows = lay_out(names, [panel], columns, title=clean([title])[0], style=style, mark=BAR + 0.06)
        area = rows.axes[0]
        area.barh(rows.centres, np.nan_to_num(centre), height=BAR, color=palette.positive[0], zorder=2)
        for at in np.flatnonzero(np.isfinite(lower) & np.isfinite(upper)):
            y = rows.centres[at]
            area.plot([lower[at], upper[at]], [y, y], color=palette.accent, lw=1.4, solid_capstyle="butt", zorder=3)
            for edge in (lower[at], upper[at]):
                area.plot([edge, edge], [y - CAP, y + CAP], color=palette.accent, lw=1.4, clip_on=False, zorder=3)
        shown = np.isfinite(centre)
        area.plot(centre[shown], rows.centres[shown], "o", color=palette.accent, ms=style.font_size * 0.5, zorder=4)
        area.axvline(0, color=palette.ink, lw=0.8, zorder=5)
        absent(area, list(rows.centres[~shown]), missing, style)
        return rows.figure


def rank_stability(
    labels: Sequence[str],
    shares: npt.ArrayLike,
    *,
    column_title: str = "",
    title: str = "",
    fmt: Format = percent,
    fmt_rank: Format = whole,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Cells of the share (k, k) of resamples in which a row's predictor had a column's rank, the darker the oftener.

    Shares that print as zero are left blank. NaN is `missing`. Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(labels)
    count = len(names)
    values = np.asarray(shares, dtype=float)
    if values.shape != (count, count):
        found = " x ".join(map(str, values.shape))
        raise SurveykitError.of("DRAW-SHAPE", "shares", what="shares", found=found, expected=f"{count} x {count}")
    style = style.suited([*names, title, column_title])
    palette = style.palette
    colours = palette.diverging()
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(clean([title])[0], (), style, ruler)
        room = style.width - 2 * MARGIN - 0.15
        wrapped = [ruler.wrap(name, style.font_size, 0.42 * room) for name in names]
        label_width = max(ruler.width(name, style.font_size) for name in wrapped)
        cell = min((room - label_width) / count, 0.75)
        tall = max(0.27, *(ruler.height(name, style.font_size) + 0.08 for name in wrapped))
        left = MARGIN + label_width + 0.15
        above = ruler.wrap(clean([column_title])[0], style.small, style.width - left - MARGIN)
        top = head.height + ruler.height(above, style.small) + style.small / 72 * 1.9
        sheet = Sheet(top + count * tall + MARGIN, style)
        sheet.head(head)
        sheet.text(left, head.height, above, style.small, palette.muted)
        size = min(style.font_size, style.font_size * (cell - 0.06) / ruler.width(fmt(1.0), style.font_size))
        for column in range(count):
            x = left + (column + 0.5) * cell
            words = clean([fmt_rank(float(column + 1))])[0]
            sheet.text(x, top - 0.04, words, style.small, palette.muted, ha="center", va="bottom")
        for row in range(count):
            y = top + row * tall
            sheet.text(MARGIN, y + tall / 2, wrapped[row], style.font_size, palette.ink, va="center")
            for column in range(count):
                share = values[row, column]
                fill = to_hex(colours(0.5 + 0.5 * share)) if np.isfinite(share) else "#ffffff"
                sheet.rectangle(left + column * cell + 0.01, y + 0.01, cell - 0.02, tall - 0.02, fill)
                words = clean([fmt(float(share))])[0] if np.isfinite(share) else missing
                if words != clean([fmt(0.0)])[0]:
                    x = left + (column + 0.5) * cell
                    sheet.text(x, y + tall / 2, words, size, text_on(fill), ha="center", va="center_baseline")
        return sheet.figure
