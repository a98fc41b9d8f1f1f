"""The lower triangle of a correlation matrix, with its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import seaborn as sns
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, plain, rows_of
from surveykit.draw.colour import text_on
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

BAR_WIDTH, BAR_HEIGHT, BAR_GAP, BAR_STEPS = 1.5, 0.08, 0.12, 61
SMALLEST_CELL, LARGEST_CELL, CROWDED = 0.17, 0.62, 12


def correlation_heatmap(
    matrix: npt.ArrayLike,
    labels: Sequence[str],
    *,
    diagonal: Sequence[str] | None = None,
    scale_label: str = "",
    title: str = "",
    fmt: Format = plain,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Correlations (k x k, only the lower triangle is read) as coloured cells, -1 to 1, with their numbers.

    Rows are numbered and columns carry the numbers, so that long labels stand once and upright (APA 7,
    section 7.11). `diagonal`: texts for the diagonal, such as a reliability or a square root of AVE. NaN is a
    white cell with `missing`. Numbers shrink with the cells and are left out where they would be under 4
    points; widen the style then. Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names = rows_of(labels)
    count = len(names)
    values = np.asarray(matrix, dtype=float)
    if values.shape != (count, count):
        found = " x ".join(map(str, values.shape))
        raise SurveykitError.of(
            "DRAW-SHAPE", "matrix", what="matrix", found=found, expected=f"{count} x {count}"
        )
    own = clean(diagonal) if diagonal is not None else [""] * count
    if len(own) != count:
        raise SurveykitError.of(
            "DRAW-SHAPE", "diagonal", what="diagonal", found=str(len(own)), expected=str(count)
        )
    style = style.suited([*names, title, scale_label])
    palette = style.palette
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(clean([title])[0], (), style, ruler)
        number = max(ruler.width(f"{at + 1}", style.font_size) for at in range(count)) + 0.1
        room = style.width - 2 * MARGIN - number - 0.15
        natural = max(ruler.width(name, style.font_size) for name in names) * 1.04
        label_width = min(natural, max(0.22 * room, min(0.5 * room, room - count * 0.45)))
        letter = style.font_size if count <= CROWDED else style.small * 0.9
        wrapped = [ruler.wrap(name, letter, label_width) for name in names]
        label_width = max(ruler.width(name, letter) for name in wrapped)
        cell = min(max((room - label_width) / count, SMALLEST_CELL), LARGEST_CELL)
        tallest = max(ruler.height(name, letter) for name in wrapped) + 0.06
        high = max(min(cell, 0.36), tallest)
        band = style.small / 72 * 1.7
        top = head.height + band
        foot = top + count * high
        left = MARGIN + number + label_width + 0.15
        label = clean([scale_label])[0]
        beside = style.width - MARGIN - BAR_WIDTH - BAR_GAP
        bar_left = left if ruler.width(label, style.small) < beside - left else MARGIN
        label = ruler.wrap(label, style.small, beside - bar_left)
        bar_band = max(BAR_HEIGHT + style.small / 72 * 1.6, ruler.height(label, style.small))
        sheet = Sheet(foot + 0.16 + bar_band + MARGIN, style)
        sheet.head(head)
        area = sheet.axes(left, top, count * cell, count * high)

        shown = np.tril(np.ones((count, count), dtype=bool), -1) & np.isfinite(values)
        colours = palette.diverging()
        sns.heatmap(
            np.where(shown, values, np.nan),
            mask=~shown,
            ax=area,
            cmap=colours,
            vmin=-1,
            vmax=1,
            cbar=False,
            linewidths=0.8,
            linecolor="white",
            xticklabels=False,
            yticklabels=False,
            rasterized=False,
        )
        texts = [
            [written_cell(values, own, row, column, fmt, missing) for column in range(count)]
            for row in range(count)
        ]
        size = _cell_size(texts, cell, style, ruler)
        for column in range(count if diagonal is not None else max(count - 1, 1)):
            sheet.text(
                left + (column + 0.5) * cell,
                top - 0.04,
                f"{column + 1}",
                min(style.small, max(size, 6)),
                palette.muted,
                ha="center",
                va="bottom",
            )
        for row in range(count):
            y = top + (row + 0.5) * high
            sheet.text(
                MARGIN + number - 0.08, y, f"{row + 1}", letter, palette.muted, ha="right", va="center"
            )
            sheet.text(MARGIN + number, y, wrapped[row], letter, palette.ink, va="center")
            for column in range(row + 1 if size else 0):
                fill = to_hex(colours((values[row, column] + 1) / 2)) if shown[row, column] else "#ffffff"
                tint = palette.muted if column == row else text_on(fill)
                area.text(
                    column + 0.5,
                    row + 0.5,
                    texts[row][column],
                    fontsize=size,
                    color=tint,
                    ha="center",
                    va="center_baseline",
                )
        _colour_bar(sheet, bar_left, foot + 0.16, fmt, label)
        return sheet.figure


def written_cell(
    values: np.ndarray, own: Sequence[str], row: int, column: int, fmt: Format, missing: str
) -> str:
    """The text of one cell of the lower triangle with its diagonal."""
    if column == row:
        return own[row]
    return clean([fmt(float(values[row, column]))])[0] if np.isfinite(values[row, column]) else missing


def _cell_size(texts: Sequence[Sequence[str]], cell: float, style: Style, ruler: Ruler) -> float:
    """The font size at which the widest number still fits its cell; 0 when that is under 4 points."""
    widest = max(
        (ruler.width(words, style.font_size) for row, line in enumerate(texts) for words in line[: row + 1]),
        default=0.0,
    )
    size = min(style.font_size, style.font_size * (cell - 0.02) / widest) if widest else style.font_size
    return size if size >= 4 else 0.0


def _colour_bar(sheet: Sheet, x: float, y: float, fmt: Format, label: str) -> None:
    """A strip from -1 to 1 with its ends and middle named, and `label` behind it."""
    style, colours = sheet.style, sheet.style.palette.diverging()
    width = BAR_WIDTH / BAR_STEPS
    for step in range(BAR_STEPS):
        shade = to_hex(colours(step / (BAR_STEPS - 1)))
        overlap = 1.0 if step == BAR_STEPS - 1 else 1.6
        sheet.rectangle(x + step * width, y, width * overlap, BAR_HEIGHT, shade)
    for value, place, ha in ((-1.0, 0.0, "left"), (0.0, 0.5, "center"), (1.0, 1.0, "right")):
        words = clean([fmt(value)])[0]
        below = y + BAR_HEIGHT + 0.03
        sheet.text(x + place * BAR_WIDTH, below, words, style.small * 0.9, style.palette.muted, ha=ha)
    sheet.text(x + BAR_WIDTH + BAR_GAP, y - 0.03, label, style.small, style.palette.muted)
