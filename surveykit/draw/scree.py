"""Eigenvalues in falling order with what random data give: the figure of parallel analysis."""

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

GAP, HEIGHT = 0.3, 2.5


@dataclass(frozen=True)
class Scree:
    """One panel: observed and random eigenvalues, and how many of the first lie above the random line."""

    title: str
    observed: npt.ArrayLike
    random: npt.ArrayLike
    above: float


def scree(
    panels: Sequence[Scree],
    *,
    observed_label: str,
    random_label: str,
    xlabel: str = "",
    ylabel: str = "",
    title: str = "",
    fmt: Format = plain,
    style: Style = DEFAULT,
) -> Chart:
    """Panels side by side on one scale; eigenvalues that count are filled dots, the others hollow.

    NaN is not drawn. Errors: DRAW-EMPTY without a panel, DRAW-SHAPE where a random line has another length.
    """
    if not panels:
        raise SurveykitError.of("DRAW-EMPTY")
    titles = clean([panel.title for panel in panels])
    words = clean([observed_label, random_label, xlabel, ylabel, title])
    style = style.suited([*titles, *words])
    palette = style.palette
    observed = [np.asarray(panel.observed, dtype=float) for panel in panels]
    random = [
        vector(panel.random, len(real), f"random[{name}]")
        for panel, real, name in zip(panels, observed, titles, strict=True)
    ]
    flat = np.concatenate([*observed, *random, [0.0]])
    flat = flat[np.isfinite(flat)]
    low, high = float(flat.min()), float(flat.max())
    air = (high - low) * 0.06 or 0.5
    with styled(style):
        ruler = Ruler(style)
        keys = [Key(words[0], palette.accent, "o"), Key(words[1], palette.series[1])]
        head = Head.of(words[4], keys, style, ruler)
        values = [float(v) for v in MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)]
        values = [value for value in values if low - air <= value <= high + air]
        ticks = clean([fmt(value) for value in values])
        side = max(ruler.width(tick, style.small) for tick in ticks) + 0.1
        count = len(panels)
        wide = (style.width - 2 * MARGIN - side - GAP * (count - 1) - 0.05) / count
        wrapped = [ruler.wrap(words_, style.small, wide) for words_ in titles]
        above = ruler.wrap(words[3], style.small, style.width - 2 * MARGIN)
        band = max(ruler.height(each, style.small) for each in wrapped) + 0.06
        axis_band = ruler.height(above, style.small) + 0.08 if above.strip() else 0.0
        top = head.height + axis_band + band
        foot = top + HEIGHT
        below = ruler.wrap(words[2], style.small, style.width - 2 * MARGIN)
        tick_band = style.small / 72 * 1.9
        sheet = Sheet(foot + tick_band + ruler.height(below, style.small) + MARGIN, style)
        sheet.head(head)
        sheet.text(MARGIN, head.height, above, style.small, palette.muted)
        for which, (panel, real, null, name) in enumerate(zip(panels, observed, random, wrapped, strict=True)):
            x = MARGIN + side + which * (wide + GAP)
            sheet.text(x, top - band, name, style.small, palette.ink)
            area = sheet.axes(x, top, wide, HEIGHT)
            area.set_xlim(0.4, len(real) + 0.6)
            area.set_ylim(low - air, high + air)
            area.set_yticks(values, ticks if which == 0 else [""] * len(ticks))
            step = max(1, 5 * round(len(real) / 30)) if len(real) > 12 else 1 + len(real) // 9
            every = [1, *(at for at in range(step, len(real) + 1, step) if at > 1)]
            area.set_xticks(every, [str(at) for at in every])
            _lines(area, real, null, panel.above, style)
        sheet.text(MARGIN + side, foot + tick_band, below, style.small, palette.muted)
        return sheet.figure


def _lines(area: Axes, real: np.ndarray, null: np.ndarray, above: float, style: Style) -> None:
    palette = style.palette
    place = np.arange(1, len(real) + 1)
    if style.grid:
        area.grid(axis="y", color=palette.grid, lw=0.7)
    area.axhline(0.0, color=palette.neutral, lw=0.8, zorder=1)
    area.plot(place, null, color=palette.series[1], lw=1.6, ls=(0, (4, 2)), zorder=3)
    area.plot(place, real, color=palette.accent, lw=1.0, zorder=2)
    counted = place <= (above if np.isfinite(above) else 0)
    size = style.font_size * 0.55
    for chosen, fill in ((counted, palette.accent), (~counted, "white")):
        area.plot(place[chosen], real[chosen], "o", ms=size, mfc=fill, mec=palette.accent, mew=1.1, zorder=4)
