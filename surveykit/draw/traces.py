"""Lines and stairs over one axis, with bands, limits and marked points: survival, cumulative counts, control charts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import Array, clean, plain, vector
from surveykit.draw.rows import Format, limits
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import DEFAULT, Chart, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

HEIGHT = 2.6
Form = Literal["line", "stairs", "points", "limit", "mark"]


@dataclass(frozen=True)
class Trace:
    """One series: y at x, perhaps in a band.

    `form`: a line, stairs that hold a value until the next x, points joined by a line, a dashed grey limit, or rings
    around single points. NaN is not drawn; a trace without a label has no legend entry.
    """

    label: str
    x: npt.ArrayLike
    y: npt.ArrayLike
    low: npt.ArrayLike | None = None
    high: npt.ArrayLike | None = None
    form: Form = "line"


def traces(
    series: Sequence[Trace],
    *,
    include: Sequence[float] = (),
    ticks: Sequence[str] = (),
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    fmt: Format = plain,
    style: Style = DEFAULT,
) -> Chart:
    """All series in one area; coloured in the order given, limits grey, marks in the colour of the low pole.

    `include` are values that the y axis must hold; `ticks` are texts of x = 0, 1, 2, ... where x is no number.
    Errors: DRAW-EMPTY without a series, DRAW-SHAPE for x, y and bands of different lengths.
    """
    if not series:
        raise SurveykitError.of("DRAW-EMPTY")
    drawn = [_arrays(one) for one in series]
    labels = clean([one.label for one in series])
    words, texts = clean([xlabel, ylabel, title]), clean(ticks)
    style = style.suited([*labels, *words, *texts])
    palette = style.palette
    ordinary = [at for at, one in enumerate(series) if one.form not in ("limit", "mark")]
    colours = {at: palette.series[rank % len(palette.series)] for rank, at in enumerate(ordinary)}
    colours |= {at: palette.muted for at, one in enumerate(series) if one.form == "limit"}
    colours |= {at: palette.negative[0] for at, one in enumerate(series) if one.form == "mark"}
    with styled(style):
        ruler = Ruler(style)
        keys = [
            Key(label, colours[at], {"mark": "o", "points": "o"}.get(series[at].form, ""), series[at].form == "mark")
            for at, label in enumerate(labels)
            if label.strip()
        ]
        head = Head.of(words[2], keys, style, ruler)
        low, high = limits([part for each in drawn for part in each[1:]], *include)
        values, shown = _scale(low, high, fmt)
        side = max((ruler.width(text, style.small) for text in shown), default=0.0) + 0.1
        wide = style.width - 2 * MARGIN - side - 0.1
        above = ruler.wrap(words[1], style.small, style.width - 2 * MARGIN)
        below = ruler.wrap(words[0], style.small, wide)
        top = head.height + (ruler.height(above, style.small) + 0.08 if above.strip() else 0.0)
        band = style.small / 72 * 1.9
        sheet = Sheet(top + HEIGHT + band + ruler.height(below, style.small) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, above, style.small, palette.muted)
        area = sheet.axes(MARGIN + side, top, wide, HEIGHT)
        area.set_ylim(low, high)
        area.set_yticks(values, shown)
        if style.grid:
            area.grid(axis="y", color=palette.grid, lw=0.7)
        _across(area, [each[0] for each in drawn], texts, ruler, wide, style)
        for at, (one, parts) in enumerate(zip(series, drawn, strict=True)):
            _draw(area, one.form, parts, colours[at], style)
        sheet.text(MARGIN + side, top + HEIGHT + band, below, style.small, palette.muted)
        return sheet.figure


def _arrays(one: Trace) -> tuple[Array, Array, Array, Array]:
    x = np.asarray(one.x, dtype=float)
    empty = np.full(len(x), np.nan)
    low = empty if one.low is None else vector(one.low, len(x), "low")
    high = empty if one.high is None else vector(one.high, len(x), "high")
    return x, vector(one.y, len(x), "y"), low, high


def _scale(low: float, high: float, fmt: Format) -> tuple[list[float], list[str]]:
    values = [float(value) for value in MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
    values = [value for value in values if low <= value <= high]
    return values, clean([fmt(value) for value in values])


def _across(area: Axes, xs: Sequence[Array], texts: Sequence[str], ruler: Ruler, wide: float, style: Style) -> None:
    flat = np.concatenate(xs)
    flat = flat[np.isfinite(flat)]
    first, last = (float(flat.min()), float(flat.max())) if len(flat) else (0.0, 1.0)
    last = last if last > first else first + 1.0
    air = 0.02 * (last - first)
    area.set_xlim(first - air, last + air)
    if not texts:
        whole = bool((flat == np.round(flat)).all())
        marks = [
            float(v)
            for v in MaxNLocator(nbins=7, integer=whole).tick_values(first, last)
            if first - air <= v <= last + air
        ]
        area.set_xticks(marks, clean([f"{mark:g}".replace("-", "\N{MINUS SIGN}") for mark in marks]))
        return
    most = max(ruler.width(text, style.small) for text in texts) + 0.15
    every = max(1, int(np.ceil(len(texts) * most / wide)))
    area.set_xticks(range(0, len(texts), every), list(texts[::every]))


def _draw(area: Axes, form: Form, parts: tuple[Array, Array, Array, Array], colour: str, style: Style) -> None:
    x, y, low, high = parts
    if form == "mark":
        area.plot(x, y, "o", ms=style.font_size * 0.95, mfc="none", mec=colour, mew=1.6, zorder=5)
        return
    if form == "limit":
        area.step(x, y, where="mid", color=colour, lw=0.9, ls=(0, (4, 2)), zorder=2)
        return
    if np.isfinite(low).any():
        stairs = "post" if form == "stairs" else None
        area.fill_between(x, low, high, step=stairs, color=colour, alpha=0.15, lw=0, zorder=2)
    if form == "stairs":
        area.step(x, y, where="post", color=colour, lw=1.5, zorder=3)
        return
    area.plot(x, y, color=colour, lw=1.4, zorder=3)
    if form == "points":
        area.plot(x, y, "o", ms=style.font_size * 0.4, color=colour, zorder=4)
