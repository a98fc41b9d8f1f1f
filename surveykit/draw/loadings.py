"""Loadings of items on factors as coloured cells with their numbers, items grouped by factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, plain, rows_of
from surveykit.draw.colour import text_on
from surveykit.draw.rows import Column, Format
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

GAP, ROW_PAD, LEAST_CELL, WISHED_CELL, MOST_CELL = 0.16, 0.07, 0.3, 0.55, 0.95


def loading_map(
    loadings: npt.ArrayLike,
    items: Sequence[str],
    factors: Sequence[str],
    *,
    columns: Sequence[Column] = (),
    salient: float = 0.30,
    note: str = "",
    title: str = "",
    fmt: Format = plain,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Loadings (p x k) as cells coloured from -1 to 1; those under `salient` are uncoloured and grey.

    Rows keep the order given; `columns` are texts at the right, such as communalities. NaN is shown as `missing`.
    Errors: DRAW-EMPTY, DRAW-SHAPE, DRAW-NARROW where the cells would be under 0.3 inches.
    """
    labels, heads = rows_of(items), rows_of(factors)
    values = np.asarray(loadings, dtype=float)
    if values.shape != (len(labels), len(heads)):
        found = " x ".join(map(str, values.shape))
        expected = f"{len(labels)} x {len(heads)}"
        raise SurveykitError.of("DRAW-SHAPE", "loadings", what="loadings", found=found, expected=expected)
    titles = clean([column.header for column in columns])
    words = clean([note, title])
    style = style.suited([*labels, *heads, *titles, *words])
    palette = style.palette
    size, small = style.font_size, style.small
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(words[1], (), style, ruler)
        sides = [
            max(max(ruler.width(cell, size) for cell in column.cells), min(ruler.longest_word(name, small), 0.9))
            for column, name in zip(columns, titles, strict=True)
        ]
        room = style.width - 2 * MARGIN - sum(sides) - GAP * len(sides)
        natural = max(ruler.width(label, size) for label in labels) * 1.04
        label_width = min(natural, max(room - GAP - WISHED_CELL * len(heads), 0.3 * room))
        cell = min((room - GAP - label_width) / len(heads), MOST_CELL)
        if cell < LEAST_CELL:
            raise SurveykitError.of("DRAW-NARROW", "style", width=f"{style.width:g}")
        wrapped = [ruler.wrap(label, size, label_width) for label in labels]
        label_width = max(ruler.width(label, size) for label in wrapped)
        over = [ruler.wrap(name, small, cell * 0.96) for name in heads]
        beside = [ruler.wrap(name, small, side) for name, side in zip(titles, sides, strict=True)]
        band = max(ruler.height(name, small) for name in [*over, *beside]) + 0.08
        heights = np.array([ruler.height(label, size) + ROW_PAD for label in wrapped])
        heights = np.maximum(heights, size / 72 * 1.5)
        edges = head.height + band + np.concatenate([[0.0], np.cumsum(heights)])
        foot = ruler.wrap(words[0], small, style.width - 2 * MARGIN)
        sheet = Sheet(edges[-1] + ruler.height(foot, small) + (0.1 if foot.strip() else 0) + MARGIN, style)
        sheet.head(head)
        left = MARGIN + label_width + GAP
        colours = palette.diverging()
        for at, name in enumerate(over):
            middle = left + (at + 0.5) * cell
            sheet.text(middle, edges[0] - 0.05, name, small, palette.ink, ha="center", va="bottom")
        for row, label in enumerate(wrapped):
            middle = (edges[row] + edges[row + 1]) / 2
            sheet.text(MARGIN, middle, label, size, palette.ink, va="center")
            for at in range(len(heads)):
                value = values[row, at]
                strong = bool(np.isfinite(value) and abs(value) >= salient)
                fill = to_hex(colours((np.clip(value, -1, 1) + 1) / 2)) if strong else "#ffffff"
                if strong:
                    box = (left + at * cell + 0.015, edges[row] + 0.012, cell - 0.03, heights[row] - 0.024)
                    sheet.rectangle(*box, fill)
                text = clean([fmt(float(value))])[0] if np.isfinite(value) else missing
                tint = text_on(fill) if strong else palette.muted
                sheet.text(left + (at + 0.5) * cell, middle, text, size if strong else small, tint, "center", "center")
        x = left + cell * len(heads)
        for column, name, side in zip(columns, beside, sides, strict=True):
            x += GAP + side
            sheet.text(x, edges[0] - 0.05, name, small, palette.muted, ha="right", va="bottom")
            for row, text in enumerate(column.cells):
                sheet.text(x, (edges[row] + edges[row + 1]) / 2, text, size, palette.ink, ha="right", va="center")
        for edge in edges if style.grid else ():
            sheet.rule(float(edge), palette.grid, right=x)
        sheet.text(MARGIN, edges[-1] + 0.06, foot, small, palette.muted)
        return sheet.figure
