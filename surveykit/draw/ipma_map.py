"""Importance against performance, with intervals on both axes and labels that do not overlap."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import Array, clean, plain, rows_of, vector
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import Ruler

HEIGHT = 3.4
LABEL_WRAP = 1.3


def ipma_map(
    labels: Sequence[str],
    importance: npt.ArrayLike,
    performance: npt.ArrayLike,
    importance_bounds: npt.ArrayLike,
    performance_bounds: npt.ArrayLike,
    *,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    note: str = "",
    fmt_x: Format = plain,
    fmt_y: Format = plain,
    style: Style = DEFAULT,
) -> Figure:
    """Dots at (importance, performance) with whiskers on both axes and lines at the means.

    Bounds are (count, 2); NaN bounds draw no whisker, NaN points are not drawn. Labels stand where they cover the
    fewest points and other labels. Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(labels)
    count = len(names)
    x, y = vector(importance, count, "importance"), vector(performance, count, "performance")
    xs = np.asarray(importance_bounds, dtype=float).reshape(count, 2)
    ys = np.asarray(performance_bounds, dtype=float).reshape(count, 2)
    words = clean([title, xlabel, ylabel, note])
    style = style.suited([*names, *words])
    palette = style.palette
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(words[0], (), style, ruler)
        side = 0.55
        wide = style.width - 2 * MARGIN - side - 0.1
        foot = ruler.wrap(words[3], style.small, style.width - 2 * MARGIN) if words[3].strip() else ""
        top = head.height + ruler.height(words[2], style.small) + 0.1
        bottom = top + HEIGHT
        tick_band = style.small / 72 * 1.9
        end = bottom + tick_band + ruler.height(words[1], style.small) + 0.06
        sheet = Sheet(end + (ruler.height(foot, style.small) + 0.06 if foot else 0.0) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, words[2], style.small, palette.muted)
        area = sheet.axes(MARGIN + side, top, wide, HEIGHT)
        left, right = _span(np.concatenate([x, xs.ravel()]), 0.12)
        low, high = _span(np.concatenate([y, ys.ravel()]), 0.12)
        area.set_xlim(left, right)
        area.set_ylim(low, high)
        for axis, (start, stop), fmt in ((area.xaxis, (left, right), fmt_x), (area.yaxis, (low, high), fmt_y)):
            ticks = [float(t) for t in MaxNLocator(nbins=5).tick_values(start, stop) if start <= t <= stop]
            axis.set_ticks(ticks, clean([fmt(t) for t in ticks]))
        known = np.isfinite(x) & np.isfinite(y)
        if known.any():
            area.axvline(float(x[known].mean()), color=palette.neutral, lw=0.8, ls=(0, (4, 3)), zorder=1)
            area.axhline(float(y[known].mean()), color=palette.neutral, lw=0.8, ls=(0, (4, 3)), zorder=1)
        for at in np.flatnonzero(known):
            area.plot(xs[at], [y[at]] * 2, color=palette.aside, lw=1.1, zorder=2)
            area.plot([x[at]] * 2, ys[at], color=palette.aside, lw=1.1, zorder=2)
            area.plot(x[at], y[at], "o", color=palette.accent, ms=style.font_size * 0.6, zorder=4)
        inches = np.column_stack([(x - left) / (right - left) * wide, (y - low) / (high - low) * HEIGHT])
        wrapped = [ruler.wrap(name, style.small, LABEL_WRAP) for name in names]
        sizes = [ruler.box(name, style.small) for name in wrapped]
        across = np.column_stack([(xs - left) / (right - left) * wide, (ys - low) / (high - low) * HEIGHT])
        for at, place in _placed(inches, across, sizes, known, (wide, HEIGHT)).items():
            area.text(
                left + place[0] / wide * (right - left), low + place[1] / HEIGHT * (high - low), wrapped[at],
                fontsize=style.small, color=palette.ink, ha="center", va="center", zorder=5, linespacing=1.15,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
            )  # fmt: skip
        sheet.text(MARGIN + side, bottom + tick_band, words[1], style.small, palette.muted)
        sheet.text(MARGIN, end, foot, style.small, palette.muted)
        return sheet.figure


def _span(values: Array, air: float) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return 0.0, 1.0
    start, stop = float(known.min()), float(known.max())
    room = (stop - start) * air or 0.5
    return start - room, stop + room


def _placed(
    points: Array,
    whiskers: Array,
    sizes: Sequence[tuple[float, float]],
    known: npt.NDArray[np.bool_],
    room: tuple[float, float],
) -> dict[int, tuple[float, float]]:
    """The centre of each label in inches: of places around its point, the one that covers least."""
    taken: list[tuple[float, float, float, float]] = [
        (px - 0.06, py - 0.06, px + 0.06, py + 0.06) for px, py in points[known]
    ]
    for (px, py), (west, east, south, north) in zip(points[known], whiskers[known], strict=True):
        if np.isfinite([west, east]).all():
            taken.append((west, py - 0.03, east, py + 0.03))
        if np.isfinite([south, north]).all():
            taken.append((px - 0.03, south, px + 0.03, north))
    found = {}
    for at in np.flatnonzero(known):
        wide, high = sizes[at]
        best, cost = None, np.inf
        for reach, (dx, dy) in product((1.0, 1.8, 2.8), ((1, 1), (1, -1), (-1, 1), (-1, -1), (0, 1), (0, -1))):
            cx = points[at, 0] + dx * (wide / 2 + 0.08 * reach)
            cy = points[at, 1] + dy * (high / 2 + 0.09 * reach)
            box = (cx - wide / 2, cy - high / 2, cx + wide / 2, cy + high / 2)
            outside = max(0.0, -box[0]) + max(0.0, -box[1]) + max(0.0, box[2] - room[0]) + max(0.0, box[3] - room[1])
            price = 20 * outside + sum(10 * _shared(box, other) for other in taken) + 0.01 * reach
            if price < cost - 1e-9:
                best, cost = box, price
        if best is not None:
            taken.append(best)
            found[int(at)] = ((best[0] + best[2]) / 2, (best[1] + best[3]) / 2)
    return found


def _shared(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
