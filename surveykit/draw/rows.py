"""The frame of figures that are tables with a plot in them: row labels, plot panels, columns of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import clean
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import Chart, Style
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

GAP, ROW_PAD, SMALLEST_PLOT = 0.2, 0.13, 1.2
Format = Callable[[float], str]


@dataclass(frozen=True)
class Panel:
    """One plot area from `low` to `high`; all panels of a figure share one scale.

    `extra` inches are kept free at its right for text; without `tick_text` it has no axis; guides are (value,
    label).
    """

    low: float
    high: float
    header: str = ""
    xlabel: str = ""
    tick_text: Format | None = None
    guides: tuple[tuple[float, str], ...] = ()
    extra: float = 0.0


@dataclass(frozen=True)
class Column:
    """A column of text at the right of the panels."""

    header: str
    cells: Sequence[str]


@dataclass(frozen=True)
class Rows:
    """The laid-out figure: `centres` are the row middles in axes data units (inches), rows run downwards."""

    figure: Chart
    axes: list[Axes]
    centres: np.ndarray
    ruler: Ruler


def limits(values: Sequence[np.ndarray], *include: float, pad: float = 0.06) -> tuple[float, float]:
    """A range that holds every finite value and `include`, with a little air at the ends that data define."""
    flat = np.concatenate([np.asarray(part, dtype=float).ravel() for part in values] or [np.array([])])
    flat = flat[np.isfinite(flat)]
    low, high = min([*flat, *include], default=0.0), max([*flat, *include], default=1.0)
    if low == high:
        return low - 0.5, high + 0.5
    air = (high - low) * pad
    return (low if low in include else low - air), (high if high in include else high + air)


def lay_out(
    labels: Sequence[str],
    panels: Sequence[Panel],
    columns: Sequence[Column] = (),
    *,
    title: str,
    style: Style,
    keys: Sequence[Key] = (),
    mark: float = 0.2,
) -> Rows:
    """Measure everything, choose the height, and draw all but the data; call inside `styled`."""
    ruler = Ruler(style)
    size, small = style.font_size, style.small
    head = Head.of(title, keys, style, ruler)
    column_widths, column_headers = _columns(columns, style, ruler)
    taken = 2 * MARGIN + sum(column_widths) + GAP * len(columns)
    wrapped, label_width = _labels(labels, style, ruler, style.width - taken)
    indent = label_width + (GAP if label_width else 0)
    plot = style.width - taken - indent - GAP * (len(panels) - 1)
    plot -= 0.0 if columns else _overhang(panels[-1], style, ruler)
    placed, scale = _placed(panels, MARGIN + indent, plot, style, ruler)

    heights = np.array([max(ruler.height(label, size), mark) + ROW_PAD for label in wrapped])
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    centres = (edges[:-1] + edges[1:]) / 2
    guide_band = max(
        (ruler.height(words, small) + 0.04 for each in placed for _, words in each.guides if words),
        default=0.0,
    )
    panel_band = max(ruler.height(each.header, small) for each in placed)
    column_band = max((ruler.height(words, small) for words in column_headers), default=0.0)
    tick_band = small / 72 * 1.9 if any(panel.tick_text for panel in panels) else 0.04
    label_band = max(ruler.height(each.below, small) for each in placed)

    top = head.height + max(panel_band + guide_band, column_band) + 0.06
    foot = top + edges[-1]
    sheet = Sheet(foot + tick_band + label_band + (0.05 if label_band else 0) + MARGIN * 0.6, style)
    sheet.head(head)
    ink, muted = style.palette.ink, style.palette.muted
    for middle, words in zip(centres, wrapped, strict=True):
        sheet.text(MARGIN, top + middle, words, size, ink, va="center")
    for edge in edges if style.grid else ():
        sheet.rule(top + edge, style.palette.grid)

    axes = []
    for each in placed:
        area = sheet.axes(each.x, top, each.width, edges[-1])
        area.set_xlim(each.panel.low, each.panel.low + each.width / scale)
        area.set_ylim(edges[-1], 0)
        axes.append(area)
        sheet.text(each.x, top - 0.04 - guide_band, each.header, small, muted, va="bottom")
        sheet.text(each.x, foot + tick_band + 0.03, each.below, small, muted)
        _ticks(area, each, style, ruler)
        for value, words in each.guides:
            area.axvline(value, color=muted, lw=0.9, ls=(0, (4, 3)), zorder=1)
            half = ruler.width(words, small) / 2
            middle = min(max((value - each.panel.low) * scale, half), each.width - half)
            sheet.text(each.x + middle, top - 0.03, words, small, muted, ha="center", va="bottom")
    x = placed[-1].x + placed[-1].width
    for column, wide, header in zip(columns, column_widths, column_headers, strict=True):
        x += GAP + wide
        sheet.text(x, top - 0.04, header, small, muted, ha="right", va="bottom")
        for middle, words in zip(centres, column.cells, strict=True):
            sheet.text(x, top + middle, words, size, ink, ha="right", va="center")
    return Rows(sheet.figure, axes, centres, ruler)


@dataclass(frozen=True)
class _Placed:
    """A panel with its place and width in inches and its texts wrapped."""

    panel: Panel
    x: float
    width: float
    header: str
    below: str
    guides: tuple[tuple[float, str], ...]


def _placed(
    panels: Sequence[Panel], start: float, plot: float, style: Style, ruler: Ruler
) -> tuple[list[_Placed], float]:
    """Panels from `start` on over `plot` inches, and the scale in inches a unit."""
    widths, scale = _panel_widths(panels, plot, style, ruler)
    starts = start + np.concatenate([[0.0], np.cumsum([width + GAP for width in widths[:-1]])])
    below = _axis_labels(panels, starts, style, ruler)
    placed = []
    for panel, x, width, words in zip(panels, starts, widths, below, strict=True):
        guides = tuple((value, ruler.wrap(label, style.small, width)) for value, label in panel.guides)
        header = ruler.wrap(panel.header, style.small, width)
        placed.append(_Placed(panel, float(x), width, header, words, guides))
    return placed, scale


def _columns(columns: Sequence[Column], style: Style, ruler: Ruler) -> tuple[list[float], list[str]]:
    """Column widths from their cells or the longest word of the header, and the headers wrapped to them."""
    widths, headers = [], []
    for column in columns:
        cells = max((ruler.width(cell, style.font_size) for cell in column.cells), default=0.0)
        word = min(ruler.longest_word(column.header, style.small), 1.2)
        header = ruler.wrap(column.header, style.small, max(cells, word, 0.75 * style.small / 8))
        headers.append(header)
        widths.append(max(cells, ruler.width(header, style.small)))
    return widths, headers


def _labels(labels: Sequence[str], style: Style, ruler: Ruler, room: float) -> tuple[list[str], float]:
    """Labels wrapped to at most 42 % of the room that the columns leave, and the width they then need."""
    wrapped = [ruler.wrap(label, style.font_size, 0.42 * room) for label in labels]
    return wrapped, max((ruler.width(label, style.font_size) for label in wrapped), default=0.0)


def _axis_labels(panels: Sequence[Panel], starts: np.ndarray, style: Style, ruler: Ruler) -> list[str]:
    """Axis labels wrapped to what is free up to the next one; said once where all are the same."""
    words = [panel.xlabel for panel in panels]
    if len(set(words)) == 1:
        words[1:] = [""] * (len(words) - 1)
    ends = [style.width - MARGIN] * len(panels)
    for at, word in enumerate(words[1:], start=1):
        if word:
            ends[:at] = [min(end, starts[at] - GAP) for end in ends[:at]]
    return [ruler.wrap(word, style.small, end - start) for word, start, end in zip(words, starts, ends, strict=True)]


def _overhang(panel: Panel, style: Style, ruler: Ruler) -> float:
    """What half of the last tick label may stick out at the right."""
    return ruler.width(panel.tick_text(panel.high), style.small) / 2 if panel.tick_text else 0.0


def _panel_widths(panels: Sequence[Panel], plot: float, style: Style, ruler: Ruler) -> tuple[list[float], float]:
    """Widths and the scale (inches a unit) of all panels; none is narrower than a word of its header."""
    least = [min(ruler.longest_word(panel.header, style.small), 1.3) for panel in panels]
    pinned: set[int] = set()
    while True:
        free = plot - sum(least[i] if i in pinned else panel.extra for i, panel in enumerate(panels))
        span = sum(panel.high - panel.low for i, panel in enumerate(panels) if i not in pinned)
        if span == 0 or free < SMALLEST_PLOT * 0.6:
            raise SurveykitError.of("DRAW-NARROW", "style", width=f"{style.width:g}")
        scale = free / span
        needs = [(panel.high - panel.low) * scale + panel.extra for panel in panels]
        short = {i for i, width in enumerate(needs) if width < least[i] and len(panels) > 1} - pinned
        if not short:
            return [least[i] if i in pinned else width for i, width in enumerate(needs)], scale
        pinned |= short


def _ticks(area: Axes, placed: _Placed, style: Style, ruler: Ruler) -> None:
    """Round tick values, as many as have room for their labels, with a light grid."""
    panel, wide, fmt = placed.panel, placed.width, placed.panel.tick_text
    if fmt is None:
        return
    chosen: list[float] = []
    words: list[str] = []
    for count in range(max(2, min(7, int(wide / 0.3))), 0, -1):
        values = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(panel.low, panel.high)
        chosen = [float(value) for value in values if panel.low - 1e-9 <= value <= panel.high + 1e-9]
        words = clean([fmt(value) for value in chosen])
        if sum(ruler.width(word, style.small) + 0.1 for word in words) <= wide + 0.2:
            break
    area.set_xticks(chosen, words)
    if style.grid:
        area.grid(axis="x", color=style.palette.grid, lw=0.7)


def centred(axes: Axes, style: Style) -> Callable[..., None]:
    """A writer of small centred text in data units of `axes`."""
    return partial(axes.text, fontsize=style.small, ha="center", va="center_baseline", clip_on=False)
