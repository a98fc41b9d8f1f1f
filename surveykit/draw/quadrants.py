"""Points with intervals on both axes, cross-hairs, names of the quadrants, and labels that do not collide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from surveykit.draw.checks import Array, clean, plain, rows_of, vector
from surveykit.draw.placing import LEADER, place_labels
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import LINE_SPACING, Ruler

RATIO, WRAP, AIR, LISTED = 0.68, 1.5, 0.07, 0.05


def quadrant_map(
    labels: Sequence[str],
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    x_low: npt.ArrayLike,
    x_high: npt.ArrayLike,
    y_low: npt.ArrayLike,
    y_high: npt.ArrayLike,
    x_line: float | None = None,
    y_line: float | None = None,
    quadrants: tuple[str, str, str, str] = ("", "", "", ""),
    uncertain: Sequence[bool] | None = None,
    certain_label: str = "",
    uncertain_label: str = "",
    diagonal: bool = False,
    x_axis: tuple[float, float] | None = None,
    y_axis: tuple[float, float] | None = None,
    x_label: str = "",
    y_label: str = "",
    note: str = "",
    title: str = "",
    fmt_x: Format = plain,
    fmt_y: Format = plain,
    style: Style = DEFAULT,
) -> Figure:
    """A map of points, hollow where `uncertain`, with lines at `x_line` and `y_line` and whiskers for the intervals.

    `quadrants` names upper left, upper right, lower left, lower right. Labels stand beside their points, with a thin
    line where they are further away; one that finds no place is a number explained below. NaN points are listed below
    too; NaN bounds leave the whisker out. `note` says in small print what the lines are. Errors: DRAW-EMPTY,
    DRAW-SHAPE.
    """
    names = rows_of(labels)
    count = len(names)
    across = [vector(part, count, what) for part, what in ((x, "x"), (x_low, "x_low"), (x_high, "x_high"))]
    up = [vector(part, count, what) for part, what in ((y, "y"), (y_low, "y_low"), (y_high, "y_high"))]
    open_points = np.zeros(count, dtype=bool) if uncertain is None else np.asarray(uncertain, dtype=bool)
    note, title, x_label, y_label = clean([note, title, x_label, y_label])
    corners = clean(quadrants)
    style = style.suited([*names, *corners, note, title, x_label, y_label, certain_label, uncertain_label])
    palette = style.palette
    ends_x = x_axis or _ends(across, x_line)
    ends_y = y_axis or _ends(up, y_line)
    keys = []
    if open_points.any() and uncertain_label:
        keys = [
            Key(clean([certain_label])[0], palette.accent, "o"),
            Key(clean([uncertain_label])[0], palette.accent, "o", hollow=True),
        ]
    with styled(style):
        ruler = Ruler(style)
        small = style.small
        head = Head.of(title, keys, style, ruler)
        ticks_x, ticks_y = _ticks(ends_x, fmt_x, 6), _ticks(ends_y, fmt_y, 6)
        tick_wide = max(ruler.width(words, small) for _, words in ticks_y)
        turned = ruler.height(y_label, small) + 0.06 if y_label else 0.0
        left = MARGIN + turned + tick_wide + 0.08
        beyond = ruler.width(ticks_x[-1][1], small) / 2 if ticks_x else 0.0
        width = style.width - left - max(MARGIN, beyond + 0.03)
        height = width * RATIO
        defined = np.isfinite(across[0]) & np.isfinite(up[0])
        points = np.column_stack([_scaled(across[0], ends_x, width), _scaled(up[0], ends_y, height)])
        corner_words, corner_boxes = _corners(corners, width, height, style, ruler)
        wrapped = [ruler.wrap(name, small, WRAP) for name in names]
        sizes = np.array([ruler.box(words, small) for words in wrapped]).reshape(-1, 2) + 0.03
        segments = _whiskers(across, up, ends_x, ends_y, width, height, points)
        guides = _guides(x_line, y_line, ends_x, ends_y, width, height)
        boxes = np.full((count, 4), np.nan)
        boxes[defined], _ = place_labels(
            points[defined],
            sizes[defined],
            (width, height),
            segments=segments,
            guides=guides,
            taken=corner_boxes,
            radius=style.font_size / 72 * 0.36,
        )
        listed = [at for at in range(count) if not np.isfinite(boxes[at, 0])]
        below = [ruler.wrap(f"{at + 1}  {names[at]}", small, style.width - 2 * MARGIN) for at in listed]
        tick_band = small / 72 * 1.9
        words = ruler.wrap(x_label, small, width)
        foot = head.height + 0.05 + height
        note_top = foot + tick_band + ruler.height(words, small) + 0.08
        note = ruler.wrap(note, small, style.width - 2 * MARGIN)
        list_top = note_top + (ruler.height(note, small) + LISTED if note else 0.0)
        sheet = Sheet(list_top + sum(ruler.height(line, small) + LISTED for line in below) + MARGIN, style)
        sheet.head(head)
        area = sheet.axes(left, head.height + 0.05, width, height)
        area.set_xlim(0, width)
        area.set_ylim(0, height)
        _frame(area, ticks_x, ticks_y, ends_x, ends_y, width, height, style)
        for x0, y0, x1, y1 in guides:
            area.plot([x0, x1], [y0, y1], color=palette.ink, lw=0.9, ls=(0, (4, 3)), zorder=2)
        if diagonal:
            low, high = max(ends_x[0], ends_y[0]), min(ends_x[1], ends_y[1])
            edge = np.array([low, high])
            area.plot(
                _scaled(edge, ends_x, width), _scaled(edge, ends_y, height), color=palette.muted, lw=0.9, zorder=2
            )
        for text, (x0, y0, x1, y1) in zip(corner_words, corner_boxes, strict=True):
            right = x1 > width - 0.2
            area.text(
                x1 if right else x0,
                (y0 + y1) / 2,
                text,
                fontsize=small,
                color=palette.muted,
                ha="right" if right else "left",
                va="center",
            )
        for x0, y0, x1, y1 in segments:
            area.plot([x0, x1], [y0, y1], color=palette.positive[1], lw=1.1, solid_capstyle="butt", zorder=3)
        for at in np.flatnonzero(defined):
            fill = "white" if open_points[at] else palette.accent
            area.plot(*points[at], "o", ms=style.font_size * 0.68, mfc=fill, mec=palette.accent, mew=1.3, zorder=5)
            _label(area, points[at], boxes[at], wrapped[at], f"{at + 1}", style)
        sheet.text(left, foot + tick_band, words, small, palette.muted)
        if y_label:
            turned_text = sheet.text(MARGIN, foot - height / 2, y_label, small, palette.muted, va="center")
            turned_text.set_rotation(90)
        sheet.text(MARGIN, note_top, note, small, palette.muted)
        for line in below:
            sheet.text(MARGIN, list_top, line, small, palette.ink)
            list_top += ruler.height(line, small) + LISTED
        return sheet.figure


def _ends(parts: Sequence[Array], line: float | None) -> tuple[float, float]:
    flat = np.concatenate([*parts, [] if line is None else [line]])
    flat = flat[np.isfinite(flat)]
    low, high = (float(flat.min()), float(flat.max())) if flat.size else (0.0, 1.0)
    if low == high:
        return low - 0.5, high + 0.5
    return low - AIR * (high - low), high + AIR * (high - low)


def _scaled(values: Array, ends: tuple[float, float], length: float) -> Array:
    return np.asarray((values - ends[0]) / (ends[1] - ends[0]) * length)


def _ticks(ends: tuple[float, float], fmt: Format, most: int) -> list[tuple[float, str]]:
    """Round tick values whose texts differ from each other."""
    found: list[tuple[float, str]] = []
    for count in range(most, 1, -1):
        values = MaxNLocator(nbins=count, steps=[1, 2, 5, 10]).tick_values(*ends)
        found = [(float(value), clean([fmt(float(value))])[0]) for value in values if ends[0] <= value <= ends[1]]
        if len({words for _, words in found}) == len(found):
            break
    return found


def _corners(
    corners: Sequence[str], width: float, height: float, style: Style, ruler: Ruler
) -> tuple[list[str], list[tuple[float, float, float, float]]]:
    """Names of the quadrants wrapped, and their boxes in the corners of the field."""
    words, boxes = [], []
    for at, corner in enumerate(corners):
        text = ruler.wrap(corner, style.small, width * 0.45)
        wide, tall = ruler.box(text, style.small)
        if not text.strip():
            continue
        x = 0.06 if at in (0, 2) else width - 0.06 - wide
        y = height - 0.05 - tall if at < 2 else 0.05
        words.append(text)
        boxes.append((x, y, x + wide, y + tall))
    return words, boxes


def _whiskers(
    across: Sequence[Array],
    up: Sequence[Array],
    ends_x: tuple[float, float],
    ends_y: tuple[float, float],
    width: float,
    height: float,
    points: Array,
) -> list[tuple[float, float, float, float]]:
    found = []
    for at, (x, y) in enumerate(points):
        if not np.isfinite(x + y):
            continue
        low, high = (np.clip(_scaled(part[at], ends_x, width), 0, width) for part in across[1:])
        if np.isfinite(low + high):
            found.append((float(low), y, float(high), y))
        low, high = (np.clip(_scaled(part[at], ends_y, height), 0, height) for part in up[1:])
        if np.isfinite(low + high):
            found.append((x, float(low), x, float(high)))
    return found


def _guides(
    x_line: float | None,
    y_line: float | None,
    ends_x: tuple[float, float],
    ends_y: tuple[float, float],
    width: float,
    height: float,
) -> list[tuple[float, float, float, float]]:
    found = []
    if x_line is not None and np.isfinite(x_line):
        at = float(_scaled(np.array(x_line), ends_x, width))
        found.append((at, 0.0, at, height))
    if y_line is not None and np.isfinite(y_line):
        at = float(_scaled(np.array(y_line), ends_y, height))
        found.append((0.0, at, width, at))
    return found


def _frame(
    area: Axes,
    ticks_x: Sequence[tuple[float, str]],
    ticks_y: Sequence[tuple[float, str]],
    ends_x: tuple[float, float],
    ends_y: tuple[float, float],
    width: float,
    height: float,
    style: Style,
) -> None:
    area.set_xticks([float(_scaled(np.array(v), ends_x, width)) for v, _ in ticks_x], [words for _, words in ticks_x])
    area.set_yticks([float(_scaled(np.array(v), ends_y, height)) for v, _ in ticks_y], [words for _, words in ticks_y])
    area.tick_params(labelsize=style.small)
    if style.grid:
        area.grid(color=style.palette.grid, lw=0.6)
    for side in ("left", "bottom"):
        area.spines[side].set_visible(True)


def _label(area: Axes, point: Array, box: Array, words: str, number: str, style: Style) -> None:
    """The label in its box with a thin line where it stands away, or the number that the list below explains."""
    if not np.isfinite(box[0]):
        area.text(*(point + 0.06), number, fontsize=style.small, color=style.palette.ink, zorder=6)
        return
    near = np.clip(point, box[:2], box[2:])
    if np.hypot(*(near - point)) > LEADER:
        area.plot(*zip(point, near, strict=True), color=style.palette.aside, lw=0.6, zorder=4)
    middle = (box[:2] + box[2:]) / 2
    area.text(
        *middle,
        words,
        fontsize=style.small,
        color=style.palette.ink,
        ha="center",
        va="center",
        multialignment="center",
        linespacing=LINE_SPACING,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.6},
        zorder=4.5,
    )
