"""Levels over waves as lines in bands, a panel an outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import Array, clean, plain, vector
from surveykit.draw.rows import Format, limits
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Chart, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

GAP, HEIGHT, NARROWEST, STEP = 0.25, 1.35, 2.4, 0.75
FEW = 6


@dataclass(frozen=True)
class Line:
    """One panel: estimates with bounds, a value a wave (NaN: nothing drawn), and how its numbers are written.

    `hollow` marks waves of few answers.
    """

    title: str
    estimate: npt.ArrayLike
    low: npt.ArrayLike
    high: npt.ArrayLike
    hollow: Sequence[bool] = ()
    fmt: Format = plain


def wave_lines(
    waves: Sequence[str],
    panels: Sequence[Line],
    *,
    ylabel: str = "",
    note: str = "",
    title: str = "",
    style: Style = DEFAULT,
) -> Chart:
    """Panels with a line through the waves, the confidence intervals as a band, and every level as a number.

    Each panel has its own scale; waves are evenly spaced in the order given. `ylabel` stands above all panels, `note`
    below. Errors: DRAW-EMPTY without waves or panels, DRAW-SHAPE for values that are not one a wave.
    """
    names = clean(waves)
    if not panels or not names:
        raise SurveykitError.of("DRAW-EMPTY")
    count = len(names)
    lines = [
        (vector(p.estimate, count, "estimate"), vector(p.low, count, "low"), vector(p.high, count, "high"))
        for p in panels
    ]
    titles, words = clean([panel.title for panel in panels]), clean([ylabel, note, title])
    style = style.suited([*names, *titles, *words])
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(words[2], (), style, ruler)
        scales = [_scale(line, panel.fmt) for line, panel in zip(lines, panels, strict=True)]
        side = max(ruler.width(text, style.small) for _, ticks in scales for text in ticks) + 0.1
        full = style.width - 2 * MARGIN
        least = max(NARROWEST * style.font_size / 9, side + count * STEP * 0.8)
        columns = max(1, min(len(panels), int((full + GAP) // (least + GAP))))
        wide = (full - GAP * (columns - 1)) / columns - side
        wide = min(wide, max(count * 1.5, 2.4))
        step = wide / count
        every = _every(names, ruler, style, step - 0.06)
        labels = [
            ruler.wrap(name, style.small, every * step - 0.06) if (count - 1 - at) % every == 0 else ""
            for at, name in enumerate(names)
        ]
        tick_band = max(ruler.height(label, style.small) for label in labels) + 0.12
        above = ruler.wrap(words[0], style.small, full)
        below = ruler.wrap(words[1], style.small, full) if words[1].strip() else ""
        wrapped = [ruler.wrap(text, style.font_size, wide + side) for text in titles]
        tall = [ruler.height(text, style.font_size) + 0.1 for text in wrapped]
        y = head.height + (ruler.height(above, style.small) + 0.1 if above.strip() else 0.0)
        places = []
        for start in range(0, len(panels), columns):
            row = tall[start : start + columns]
            y += max(row)
            places += [(MARGIN + at * (wide + side + GAP), y) for at in range(len(row))]
            y += HEIGHT + tick_band + 0.12
        sheet = Sheet(y + (ruler.height(below, style.small) if below else 0.0) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, above, style.small, style.palette.muted)
        for at, (line, panel, (x, top)) in enumerate(zip(lines, panels, places, strict=True)):
            sheet.text(x, top - tall[at], wrapped[at], style.font_size, style.palette.ink)
            area = sheet.axes(x + side, top, wide, HEIGHT)
            ticks, texts = scales[at]
            area.set_yticks(ticks, texts)
            area.set_ylim(*_room(line))
            area.set_xlim(-0.5, count - 0.5)
            area.set_xticks(range(count), labels)
            few = list(panel.hollow) or [False] * count
            _draw(area, line, few, panel.fmt, ruler, step, style)
        sheet.text(MARGIN, y, below, style.small, style.palette.muted)
        return sheet.figure


def _every(names: Sequence[str], ruler: Ruler, style: Style, room: float) -> int:
    """Every how many of many waves a name is written, the last one always, so that no word of a name is broken."""
    if len(names) <= FEW:
        return 1
    return max(1, int(np.ceil(max(ruler.longest_word(name, style.small) for name in names) / room)))


def _room(line: tuple[Array, ...]) -> tuple[float, float]:
    low, high = limits(list(line), pad=0.1)
    return low, high + 0.12 * (high - low)


def _scale(line: tuple[Array, ...], fmt: Format) -> tuple[list[float], list[str]]:
    low, high = _room(line)
    for bins in (4, 3, 2, 1):
        values = [float(v) for v in MaxNLocator(nbins=bins, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
        values = [value for value in values if low <= value <= high]
        texts = clean([fmt(value) for value in values])
        if len(set(texts)) == len(texts):
            break
    return values, texts


def _draw(
    area: Axes, line: tuple[Array, ...], few: Sequence[bool], fmt: Format, ruler: Ruler, step: float, style: Style
) -> None:
    palette, place = style.palette, np.arange(len(line[0]), dtype=float)
    estimate, low, high = line
    if style.grid:
        area.grid(axis="y", color=palette.grid, lw=0.7)
    area.fill_between(place, low, high, color=palette.accent, alpha=0.18, lw=0, zorder=2)
    area.plot(place, estimate, color=palette.accent, lw=1.5, zorder=3)
    alone = np.isfinite(estimate)
    area.vlines(place[alone], low[alone], high[alone], color=palette.accent, lw=1.0, zorder=3)
    for at in np.flatnonzero(alone):
        fill, size = "white" if few[at] else palette.accent, style.font_size * 0.55
        area.plot([place[at]], [estimate[at]], "o", ms=size, mfc=fill, mec=palette.accent, mew=1.2, zorder=4)
        text = clean([fmt(float(estimate[at]))])[0]
        top = high[at] if np.isfinite(high[at]) else estimate[at]
        if ruler.width(text, style.small) < step:
            area.annotate(
                text, (place[at], top), (0, 2.5), textcoords="offset points", ha="center", va="bottom",
                fontsize=style.small, color=palette.ink, annotation_clip=False,
            )  # fmt: skip
