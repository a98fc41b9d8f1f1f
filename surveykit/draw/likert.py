"""Stacked bars of ordered answers: diverging around the neutral level, with it aside, or plain to 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from surveykit.draw.checks import Array, clean, percent, rows_of, vector, whole, written
from surveykit.draw.colour import text_on
from surveykit.draw.rows import Column, Format, Panel, Rows, centred, lay_out
from surveykit.draw.sheet import Key
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.errors import SurveykitError

Neutral = Literal["split", "aside", "plain"]
BAR = 0.24
SMALLEST_LABEL = 0.05


@dataclass(frozen=True)
class Geometry:
    """Where bars start on the main axis (`left`, items x levels) and which level is drawn apart (`aside`)."""

    left: Array
    aside: int | None

    @classmethod
    def of(cls, shares: Array, neutral: Neutral) -> Geometry:
        """Left of zero: negative shares plus half the neutral (split), those alone (aside), none."""
        levels = shares.shape[1]
        half = levels // 2
        middle = half if levels % 2 and levels > 1 else None
        ends = np.cumsum(shares, axis=1)
        starts = ends - shares
        if neutral == "plain":
            return cls(starts, None)
        below = ends[:, half - 1] if half else np.zeros(len(shares))
        if neutral == "aside" and middle is not None:
            left = starts - below[:, None]
            left[:, middle + 1 :] -= shares[:, [middle]]
            left[:, middle] = 0.0
            return cls(left, middle)
        centre = below + (shares[:, middle] / 2 if middle is not None else 0.0)
        return cls(starts - centre[:, None], None)


def likert_bars(
    shares: npt.ArrayLike,
    items: Sequence[str],
    levels: Sequence[str],
    *,
    neutral: Neutral = "split",
    dont_know: npt.ArrayLike | None = None,
    dont_know_title: str = "",
    bases: npt.ArrayLike | None = None,
    bases_title: str = "n",
    right: npt.ArrayLike | None = None,
    right_title: str = "",
    title: str = "",
    xlabel: str = "",
    fmt: Format = percent,
    fmt_n: Format = whole,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Shares of ordered answers per item as horizontal stacked bars, levels always as given.

    `shares` (items x levels): fractions of the valid base, each row sums to 1; a row with NaN is drawn as
    `missing`. `neutral`: an odd middle level is split over zero, set aside in a panel of its own, or left in
    a plain 100 % bar; an even number of levels has no neutral level and diverges between the two middle ones.
    `dont_know`: share per item of all asked, drawn apart. `right`: shares printed at the right (top-two-box).
    Labels are hidden under 5 % and where the bar is narrower than its text. Errors: DRAW-EMPTY, DRAW-SHAPE,
    DRAW-SHARES.
    """
    labels, names = rows_of(items), clean(levels)
    matrix = _checked(shares, len(labels), len(names))
    palette = style.palette
    colours = palette.ramp(len(names))
    style = style.suited([*labels, *names, title, dont_know_title, right_title])
    columns = []
    if right is not None:
        cells = written(vector(right, len(labels), "right"), fmt, missing)
        columns.append(Column(clean([right_title])[0], cells))
    if bases is not None:
        cells = written(vector(bases, len(labels), "bases"), fmt_n, missing)
        columns.append(Column(clean([bases_title])[0], cells))

    geometry = Geometry.of(matrix, neutral)
    text_room = style.small / 72 * 3.1
    main = [level for level in range(len(names)) if level != geometry.aside]
    ends = geometry.left + matrix
    low = min(np.nanmin(geometry.left[:, main], initial=0.0), 0.0)
    high = max(np.nanmax(ends[:, main], initial=0.0), 0.0)
    span = max(high - low, 0.05)
    panels = [Panel(low, low + span, tick_text=lambda at: fmt(abs(at)), xlabel=clean([xlabel])[0])]
    apart: list[tuple[Array, str]] = []
    if geometry.aside is not None:
        level = geometry.aside
        apart.append((matrix[:, level], colours[level]))
        panels.append(_apart_panel(matrix[:, level], names[level], text_room))
    if dont_know is not None:
        unsure = vector(dont_know, len(labels), "dont_know")
        apart.append((unsure, palette.aside))
        panels.append(_apart_panel(unsure, clean([dont_know_title])[0], text_room))

    keys = [Key(names[level], colours[level]) for level in main]
    with styled(style):
        rows = lay_out(labels, panels, columns, title=clean([title])[0], style=style, keys=keys, mark=BAR)
        area = rows.axes[0]
        if neutral != "plain":
            area.axvline(0, color=palette.ink, lw=0.8, zorder=1.5)
        for level in main:
            given = matrix[:, level] > 0
            area.barh(
                rows.centres[given],
                matrix[given, level],
                BAR,
                left=geometry.left[given, level],
                color=colours[level],
                edgecolor="white",
                lw=0.5,
                zorder=2,
            )
        _labels(area, rows, matrix[:, main], geometry.left[:, main], [colours[at] for at in main], fmt, style)
        for row in np.flatnonzero(np.isnan(matrix).any(axis=1)):
            spot = 0 if neutral != "plain" else low
            area.text(spot, rows.centres[row], f" {missing} ", color=palette.muted, va="center_baseline")
        for panel, (values, colour) in zip(rows.axes[1:], apart, strict=True):
            panel.barh(rows.centres, np.nan_to_num(values), BAR, color=colour, lw=0)
            for at, value, words in zip(rows.centres, values, written(values, fmt, missing), strict=True):
                panel.text(
                    np.nan_to_num(value),
                    at,
                    f" {words}",
                    fontsize=style.small,
                    color=palette.muted,
                    va="center_baseline",
                )
        return rows.figure


def _checked(shares: npt.ArrayLike, items: int, levels: int) -> Array:
    matrix = np.asarray(shares, dtype=float)
    if matrix.shape != (items, levels) or levels < 2:
        found, expected = " x ".join(map(str, matrix.shape)), f"{items} x {max(levels, 2)}"
        raise SurveykitError.of("DRAW-SHAPE", "shares", what="shares", found=found, expected=expected)
    for row, values in enumerate(matrix):
        if not np.isnan(values).any() and (values.min() < -1e-9 or abs(values.sum() - 1) > 1e-6):
            raise SurveykitError.of(
                "DRAW-SHARES", f"shares, row {row + 1}", row=row + 1, total=f"{values.sum():.6g}"
            )
    return matrix


def _apart_panel(values: Array, header: str, text_room: float) -> Panel:
    return Panel(0.0, max(float(np.nanmax(values, initial=0.0)), 0.02), header=header, extra=text_room)


def _labels(
    area: Axes, rows: Rows, values: Array, left: Array, colours: Sequence[str], fmt: Format, style: Style
) -> None:
    low, high = area.get_xlim()
    inches = area.get_position().width * rows.figure.get_figwidth() / (high - low)
    write = centred(area, style)
    for row, level in np.argwhere(values >= SMALLEST_LABEL):
        share, words = values[row, level], clean([fmt(values[row, level])])[0]
        if rows.ruler.width(words, style.small) + 0.02 <= share * inches:
            middle = left[row, level] + share / 2
            write(middle, rows.centres[row], words, color=text_on(colours[level]), zorder=4)
