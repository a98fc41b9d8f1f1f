"""The frame of every figure that is a table with a plot in it: wrapped row labels, plot panels, columns of
numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import Chart, Style
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

GAP, ROW_PAD, SMALLEST_PLOT = 0.2, 0.13, 1.2
Format = Callable[[float], str]


@dataclass(frozen=True)
class Panel:
    """One plot area from `low` to `high`; all panels of a figure share one scale, so equal lengths mean equal
    numbers.

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
    air = (high - low) * pad or 0.5
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
    plot = style.width - taken - label_width - (GAP if label_width else 0) - GAP * (len(panels) - 1)
    plot -= 0.0 if columns else _overhang(panels[-1], style, ruler)
    widths, scale = _panel_widths(panels, plot, style, ruler)

    heights = np.array([max(ruler.height(label, size), mark) + ROW_PAD for label in wrapped])
    edges = np.concatenate([[0.0], np.cumsum(heights)])
    panel_headers = [
        ruler.wrap(panel.header, small, wide) for panel, wide in zip(panels, widths, strict=True)
    ]
    guides = [
        [(value, ruler.wrap(words, small, wide)) for value, words in panel.guides]
        for panel, wide in zip(panels, widths, strict=True)
    ]
    guide_band = max(
        (ruler.height(words, small) + 0.04 for some in guides for _, words in some if words), default=0.0
    )
    band = max([ruler.height(words, small) for words in (*column_headers, *panel_headers)], default=0.0)
    band = max(band + guide_band if any(panel_headers) else max(band, guide_band), 0.02)
    tick_band = small / 72 * 1.9 if any(panel.tick_text for panel in panels) else 0.04
    starts = np.cumsum(
        [MARGIN + label_width + (GAP if label_width else 0), *(wide + GAP for wide in widths[:-1])]
    )
    below = _axis_labels(panels, starts, style, ruler)
    label_band = max((ruler.height(words, small) for words in below), default=0.0)

    top = head.height + band + 0.06
    foot = top + edges[-1]
    sheet = Sheet(foot + tick_band + label_band + (0.05 if label_band else 0) + MARGIN * 0.6, style)
    sheet.head(head)
    palette = style.palette
    for middle, words in zip((edges[:-1] + edges[1:]) / 2, wrapped, strict=True):
        sheet.text(MARGIN, top + middle, words, size, palette.ink, va="center")
    if style.grid:
        for edge in edges:
            sheet.rule(top + edge, palette.grid)

    axes = []
    for panel, x, wide, header, beneath, marks in zip(
        panels, starts, widths, panel_headers, below, guides, strict=True
    ):
        area = sheet.axes(x, top, wide, edges[-1])
        area.set_xlim(panel.low, panel.low + wide / scale)
        area.set_ylim(edges[-1], 0)
        axes.append(area)
        sheet.text(x, top - 0.04 - guide_band, header, small, palette.muted, va="bottom")
        if panel.tick_text:
            _ticks(area, panel, wide, style, ruler)
        for value, words in marks:
            area.axvline(value, color=palette.muted, lw=0.9, ls=(0, (4, 3)), zorder=1)
            half = ruler.width(words, small) / 2
            middle = min(max((value - panel.low) * scale, half), wide - half)
            sheet.text(x + middle, top - 0.03, words, small, palette.muted, ha="center", va="bottom")
        sheet.text(x, foot + tick_band + 0.03, beneath, small, palette.muted)
    x = starts[-1] + widths[-1] + GAP
    for column, wide, header in zip(columns, column_widths, column_headers, strict=True):
        sheet.text(x + wide, top - 0.04, header, small, palette.muted, ha="right", va="bottom")
        for middle, words in zip((edges[:-1] + edges[1:]) / 2, column.cells, strict=True):
            sheet.text(x + wide, top + middle, words, size, palette.ink, ha="right", va="center")
        x += wide + GAP
    return Rows(sheet.figure, axes, (edges[:-1] + edges[1:]) / 2, ruler)


def _columns(columns: Sequence[Column], style: Style, ruler: Ruler) -> tuple[list[float], list[str]]:
    """Column widths from their cells, with headers wrapped to them (a header may widen its column up to 0.75
    inch).
    """
    widths, headers = [], []
    for column in columns:
        cells = max((ruler.width(cell, style.font_size) for cell in column.cells), default=0.0)
        word = min(ruler.longest_word(column.header, style.small), 1.2)
        header = ruler.wrap(column.header, style.small, max(cells, word, 0.75 * style.small / 8))
        headers.append(header)
        widths.append(max(cells, ruler.width(header, style.small)))
    return widths, headers


def _labels(labels: Sequence[str], style: Style, ruler: Ruler, room: float) -> tuple[list[str], float]:
    """Labels wrapped to at most 45 % of the room that the columns leave, and the width that they then need."""
    wrapped = [ruler.wrap(label, style.font_size, 0.45 * room) for label in labels]
    return wrapped, max((ruler.width(label, style.font_size) for label in wrapped), default=0.0)


def _axis_labels(panels: Sequence[Panel], starts: np.ndarray, style: Style, ruler: Ruler) -> list[str]:
    """Axis labels wrapped to what is free up to the next one; said once where all panels would say the same."""
    words = [panel.xlabel for panel in panels]
    if len(set(words)) == 1:
        words[1:] = [""] * (len(words) - 1)
    ends = [style.width - MARGIN] * len(panels)
    for at, word in enumerate(words[1:], start=1):
        if word:
            ends[:at] = [min(end, starts[at] - GAP) for end in ends[:at]]
    return [
        ruler.wrap(word, style.small, end - start)
        for word, start, end in zip(words, starts, ends, strict=True)
    ]


def _overhang(panel: Panel, style: Style, ruler: Ruler) -> float:
    """What half of the last tick label may stick out at the right."""
    return ruler.width(panel.tick_text(panel.high), style.small) / 2 if panel.tick_text else 0.0


def _panel_widths(
    panels: Sequence[Panel], plot: float, style: Style, ruler: Ruler
) -> tuple[list[float], float]:
    """Widths in inches and the scale (inches a unit) that all panels share; no panel is narrower than a word
    of its header.
    """
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


def _ticks(area: Axes, panel: Panel, wide: float, style: Style, ruler: Ruler) -> None:
    """Round tick values, as many as have room for their labels, with a light grid."""
    fmt = panel.tick_text
    assert fmt is not None
    chosen, words = [], []
    for count in range(max(2, min(7, int(wide / 0.3))), 0, -1):
        values = MaxNLocator(nbins=count, steps=[1, 2, 2.5, 5, 10]).tick_values(panel.low, panel.high)
        inside = [float(v) for v in values if panel.low - 1e-9 <= v <= panel.high + 1e-9]
        chosen, words = inside, [fmt(v) for v in inside]
        if sum(ruler.width(word, style.small) + 0.1 for word in words) <= wide + 0.2:
            break
    area.set_xticks(chosen, words)
    if style.grid:
        area.grid(axis="x", color=style.palette.grid, lw=0.7)


def centred(axes: Axes, style: Style) -> Callable[..., None]:
    """A writer of small centred text in data units of `axes`."""
    return partial(axes.text, fontsize=style.small, ha="center", va="center_baseline", clip_on=False)
