"""Small multiples of curves on one scale: what a scale and each of its items tell along a trait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import clean, plain, vector
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import DEFAULT, Chart, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

GAP, HEIGHT, WIDE_HEIGHT, NARROWEST = 0.22, 1.05, 1.7, 1.75


@dataclass(frozen=True)
class Curves:
    """One panel: lines (m, x) under a title; a `band` (low, high) of x is shaded."""

    title: str
    lines: npt.ArrayLike
    band: tuple[float, float] | None = None


def curves(
    x: npt.ArrayLike,
    panels: Sequence[Curves],
    *,
    top: Curves | None = None,
    labels: Sequence[str] = (),
    band_label: str = "",
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    fmt: Format = plain,
    style: Style = DEFAULT,
) -> Chart:
    """A grid of panels that share both scales, under one wide panel (`top`) that has its own height scale.

    `labels` name the lines of the panels, lowest answer first (colours from one pole to the other); without them a
    panel's line is filled. NaN is not drawn. Errors: DRAW-EMPTY without a panel, DRAW-SHAPE for lines that have
    another length than `x`.
    """
    if not panels:
        raise SurveykitError.of("DRAW-EMPTY")
    place = np.asarray(x, dtype=float)
    drawn = [*([top] if top else []), *panels]
    lines = [
        [vector(line, len(place), f"lines[{panel.title}]") for line in np.atleast_2d(np.asarray(panel.lines))]
        for panel in drawn
    ]
    titles = clean([panel.title for panel in drawn])
    words = clean([band_label, xlabel, ylabel, title])
    names = clean(labels)
    style = style.suited([*titles, *words, *names])
    palette = style.palette
    colours = palette.ramp(len(names)) if names else [palette.accent]
    with styled(style):
        ruler = Ruler(style)
        keys = [Key(name, colour) for name, colour in zip(names, colours[: len(names)], strict=True)]
        banded = any(panel.band for panel in drawn)
        head = Head.of(words[3], [*keys, *([Key(words[0], palette.grid)] if banded else [])], style, ruler)
        shared = _scale([line for each in lines[bool(top) :] for line in each], fmt)
        own = _scale(lines[0], fmt) if top else shared
        side = max(ruler.width(text, style.small) for text in [*own[1], *shared[1]]) + 0.1
        room = style.width - 2 * MARGIN - side - 0.05
        columns = max(1, min(len(panels), int((room + GAP) // (NARROWEST * style.font_size / 9 + GAP))))
        wide = (room - GAP * (columns - 1)) / columns
        tick_band = style.small / 72 * 1.9
        above = ruler.wrap(words[2], style.small, style.width - 2 * MARGIN)
        below = ruler.wrap(words[1], style.small, style.width - 2 * MARGIN)
        wrapped = [ruler.wrap(text, style.small, room if top and not at else wide) for at, text in enumerate(titles)]
        tall = [ruler.height(text, style.small) + 0.06 for text in wrapped]
        y = head.height + (ruler.height(above, style.small) + 0.08 if above.strip() else 0.0)
        places: list[tuple[float, float, float, float]] = []
        if top:
            y += tall[0]
            places.append((MARGIN + side, y, room, WIDE_HEIGHT))
            y += WIDE_HEIGHT + tick_band + 0.05
        for start in range(0, len(panels), columns):
            row = tall[bool(top) + start : bool(top) + start + columns]
            y += max(row)
            places += [(MARGIN + side + at * (wide + GAP), y, wide, HEIGHT) for at in range(len(row))]
            y += HEIGHT + tick_band + 0.05
        sheet = Sheet(y + ruler.height(below, style.small) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, above, style.small, palette.muted)
        for at, (panel, each, name, rectangle) in enumerate(zip(drawn, lines, wrapped, places, strict=True)):
            left, down = rectangle[:2]
            sheet.text(left, down - tall[at], name, style.small, palette.ink)
            area = sheet.axes(*rectangle)
            area.set_xlim(float(place[0]), float(place[-1]))
            values, ticks = own if top and not at else shared
            area.set_ylim(0.0, values[-1])
            first = left < MARGIN + side + 0.01
            area.set_yticks(values, ticks if first else [""] * len(ticks))
            marks = [float(v) for v in MaxNLocator(nbins=6, integer=True).tick_values(place[0], place[-1])]
            marks = [mark for mark in marks if place[0] < mark < place[-1]]
            area.set_xticks(marks, clean([f"{mark:g}".replace("-", "\N{MINUS SIGN}") for mark in marks]))
            _panel(area, place, panel, each, colours if names and not (top and not at) else [palette.accent], style)
        sheet.text(MARGIN + side, y, below, style.small, palette.muted)
        return sheet.figure


def _scale(lines: Sequence[npt.NDArray[np.float64]], fmt: Format) -> tuple[list[float], list[str]]:
    """Ticks from 0 to a round number over every line, and their texts."""
    highest = max((float(np.nanmax(line)) for line in lines if np.isfinite(line).any()), default=1.0)
    highest = highest if highest > 1e-6 else 1.0
    locator = MaxNLocator(nbins=3, steps=[1, 2, 2.5, 5, 10])
    values = [float(value) for value in locator.tick_values(0.0, highest) if value >= 0]
    return values, clean([fmt(value) for value in values])


def _panel(
    area: Axes,
    x: npt.NDArray[np.float64],
    panel: Curves,
    lines: Sequence[npt.NDArray[np.float64]],
    colours: Sequence[str],
    style: Style,
) -> None:
    palette = style.palette
    if panel.band:
        area.axvspan(*panel.band, color=palette.grid, lw=0, zorder=0)
    if style.grid:
        area.grid(axis="y", color=palette.grid, lw=0.7)
    area.axhline(0.0, color=palette.neutral, lw=0.8, zorder=1)
    if len(colours) == 1 and len(lines) == 1:
        area.fill_between(x, 0.0, np.nan_to_num(lines[0]), color=palette.accent, alpha=0.18, lw=0, zorder=2)
    for at, line in enumerate(lines):
        area.plot(x, line, color=colours[at % len(colours)], lw=1.5, zorder=3, clip_on=False)
