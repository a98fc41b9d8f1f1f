"""Lines with bands of uncertainty on one pair of axes: predictions along a predictor, slopes along a moderator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import clean, plain, vector
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import DEFAULT, Chart, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

_HEIGHT = 2.7


def bands(
    x: npt.ArrayLike,
    lines: Sequence[npt.ArrayLike],
    low: Sequence[npt.ArrayLike],
    high: Sequence[npt.ArrayLike],
    *,
    labels: Sequence[str] = (),
    ordered: bool = False,
    ticks: Sequence[str] | None = None,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    floor: float | None = None,
    fmt: Format = plain,
    fmt_x: Format = plain,
    style: Style = DEFAULT,
) -> Chart:
    """Each line (x,) with its band from `low` to `high`; dots with whiskers where `ticks` name the places of `x`.

    `labels` name the lines (`ordered`: lowest answer first, colours from one pole to the other). `floor` is the least
    end of the axis of values. NaN is not drawn. Errors: DRAW-EMPTY without a line, DRAW-SHAPE for lengths that differ.
    """
    place = np.asarray(x, dtype=float)
    if not len(lines) or not len(place):
        raise SurveykitError.of("DRAW-EMPTY")
    middle, lower, upper = (
        [vector(line, len(place), name) for line in each]
        for name, each in (("lines", lines), ("low", low), ("high", high))
    )
    below, above, head_text = clean([xlabel, ylabel, title])
    names = clean(labels)
    places = clean(ticks) if ticks is not None else []
    style = style.suited([*names, *places, below, above, head_text])
    palette = style.palette
    many = len(middle) > 1
    if ordered and many:
        colours = list(palette.ramp(len(middle)))
        if len(middle) % 2:
            colours[len(middle) // 2] = palette.muted
    else:
        colours = [palette.series[at % len(palette.series)] if many else palette.accent for at in range(len(middle))]
    with styled(style):
        ruler = Ruler(style)
        keys = [Key(name, colour) for name, colour in zip(names, colours, strict=False)] if many else []
        head = Head.of(head_text, keys, style, ruler)
        values, texts = _scale([*middle, *lower, *upper], floor, fmt)
        side = max(ruler.width(text, style.small) for text in texts) + 0.1
        room = style.width - 2 * MARGIN - side - 0.1
        width_each = room / max(len(place), 1) - 0.05
        wrapped = [ruler.wrap(text, style.small, width_each) for text in places]
        tick_room = max([ruler.height(text, style.small) for text in wrapped], default=style.small / 72) + 0.14
        over = ruler.wrap(above, style.small, style.width - 2 * MARGIN)
        under = ruler.wrap(below, style.small, room)
        top = head.height + (ruler.height(over, style.small) + 0.1 if over.strip() else 0.05)
        sheet = Sheet(top + _HEIGHT + tick_room + ruler.height(under, style.small) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, over, style.small, palette.muted)
        area = sheet.axes(MARGIN + side, top, room, _HEIGHT)
        area.set_ylim(values[0], values[-1])
        area.set_yticks(values, texts)
        if style.grid:
            area.grid(axis="y", color=palette.grid, lw=0.7)
        if values[0] <= 0 <= values[-1]:
            area.axhline(0.0, color=palette.neutral, lw=0.8, zorder=1)
        if ticks is not None:
            area.set_xlim(float(place[0]) - 0.5, float(place[-1]) + 0.5)
            area.set_xticks(list(place), wrapped)
        else:
            area.set_xlim(float(place[0]), float(place[-1]))
            marks = [float(v) for v in MaxNLocator(nbins=8, steps=[1, 2, 5, 10]).tick_values(place[0], place[-1])]
            marks = [mark for mark in marks if place[0] <= mark <= place[-1]]
            area.set_xticks(marks, clean([fmt_x(mark) for mark in marks]))
        for at, (line, bottom, ceiling) in enumerate(zip(middle, lower, upper, strict=True)):
            if ticks is None:
                area.fill_between(place, bottom, ceiling, color=colours[at], alpha=0.13, lw=0, zorder=2)
                area.plot(place, line, color=colours[at], lw=1.6, zorder=3)
                continue
            shift = (at - (len(middle) - 1) / 2) * min(0.12, 0.6 / len(middle))
            area.vlines(place + shift, bottom, ceiling, color=colours[at], lw=1.3, zorder=2)
            area.plot(place + shift, line, ls="", marker="o", ms=5, color=colours[at], zorder=3)
        sheet.text(MARGIN + side, top + _HEIGHT + tick_room, under, style.small, palette.muted)
        return sheet.figure


def _scale(lines: Sequence[npt.NDArray[np.float64]], floor: float | None, fmt: Format) -> tuple[list[float], list[str]]:
    known = np.concatenate([line[np.isfinite(line)] for line in lines])
    least, most = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    if floor is not None:
        least = min(floor, least)
    if most - least < 1e-9:
        least, most = least - 0.5, most + 0.5
    values = [float(v) for v in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(least, most)]
    if floor is not None:
        values = [value for value in values if value >= floor]
    return values, clean([fmt(value) for value in values])
