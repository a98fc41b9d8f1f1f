"""Segments by outcomes as a heat map: each number stands, its colour says how far it is from all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from surveykit.draw.checks import clean, plain, rows_of
from surveykit.draw.colour import text_on
from surveykit.draw.rows import Format
from surveykit.draw.sheet import MARGIN, Head, Sheet
from surveykit.draw.style import DEFAULT, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

BAR_WIDTH, BAR_HEIGHT, BAR_STEPS = 1.6, 0.08, 61
WIDEST_CELL, NARROWEST_CELL, CELL_HEIGHT = 1.1, 0.3, 0.3
SUPPRESS, SMALL = 10, 30


def segment_heatmap(
    rows: Sequence[str],
    columns: Sequence[str],
    apart: npt.ArrayLike,
    texts: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    overall: Sequence[str] | None = None,
    overall_title: str = "",
    reach: float = 0.8,
    scale_label: str = "",
    suppressed_label: str = "",
    small_label: str = "",
    title: str = "",
    fmt: Format = plain,
    missing: str = "–",
    style: Style = DEFAULT,
) -> Figure:
    """Cells (rows x columns) with `texts`, coloured from -`reach` to `reach` by `apart`.

    `n`: answers behind each cell: under 10 the cell is grey and its number withheld, under 30 the number is starred;
    the labels explain that below where it occurs. `overall`: a text a row for everybody, the first column. A NaN
    `apart` is white with `missing`. Long column names are wrapped, and turned upright where they still do not fit.
    Errors: DRAW-EMPTY, DRAW-SHAPE.
    """
    names, heads = rows_of(rows), rows_of(columns)
    shape = (len(names), len(heads))
    far, base, words = np.asarray(apart, dtype=float), np.asarray(n, dtype=float), np.asarray(texts, dtype=object)
    for what, array in (("apart", far), ("n", base), ("texts", words)):
        if array.shape != shape:
            found, expected = (" x ".join(map(str, each)) for each in (array.shape, shape))
            raise SurveykitError.of("DRAW-SHAPE", what, what=what, found=found, expected=expected)
    first = clean(overall) if overall is not None else []
    if overall is not None and len(first) != len(names):
        raise SurveykitError.of("DRAW-SHAPE", "overall", what="overall", found=len(first), expected=len(names))
    notes = clean([scale_label, suppressed_label, small_label, title, overall_title])
    style = style.suited([*names, *heads, *notes])
    palette = style.palette
    hidden = (base < SUPPRESS) & (base > 0)
    small = (base >= SUPPRESS) & (base < SMALL)
    cells = _written(words, far, hidden, small, missing)
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(notes[3], (), style, ruler)
        room = style.width - 2 * MARGIN
        many = len(heads) + bool(first)
        natural = max(ruler.width(name, style.font_size) for name in names) * 1.04
        label_width = min(natural, max(0.25 * room, room - many * 0.75))
        wrapped = [ruler.wrap(name, style.font_size, label_width) for name in names]
        label_width = max(ruler.width(name, style.font_size) for name in wrapped) + 0.12
        cell = min(max((room - label_width) / many, NARROWEST_CELL), WIDEST_CELL)
        titles = [*([notes[4]] if first else []), *heads]
        upright = max(ruler.longest_word(name, style.small) for name in titles) > cell - 0.05
        lines = max(1, int((cell - 0.04) / (style.small / 72 * 1.2)))
        turned = [name.replace("\n", ", ") for name in titles]
        turned = [ruler.wrap(name, style.small, 1.5) if lines > 1 else name for name in turned]
        shown = turned if upright else [ruler.wrap(name, style.small, cell - 0.05) for name in titles]
        measure = ruler.width if upright else ruler.height
        band = max(measure(name, style.small) for name in shown) + 0.08
        tall = [max(CELL_HEIGHT, ruler.height(name, style.font_size) + 0.1) for name in wrapped]
        edges = np.concatenate([[0.0], np.cumsum(tall)])
        top = head.height + band
        foot = top + edges[-1]
        remarks = [notes[at] for at, mask in ((1, hidden), (2, small)) if mask.any() and notes[at].strip()]
        remark = ruler.wrap("  ".join(remarks), style.small, room) if remarks else ""
        beside = room - BAR_WIDTH - 0.2
        label = ruler.wrap(notes[0], style.small, beside)
        bar_band = max(BAR_HEIGHT + style.small / 72 * 1.8, ruler.height(label, style.small))
        remark_band = ruler.height(remark, style.small) + 0.08 if remark else 0.0
        sheet = Sheet(foot + 0.16 + bar_band + remark_band + MARGIN, style)
        sheet.head(head)
        left = MARGIN + label_width
        widest = max((ruler.width(str(text), style.font_size) for text in [*cells.ravel(), *first]), default=0.0)
        size = min(style.font_size, style.font_size * (cell - 0.04) / widest) if widest else style.font_size
        colours = palette.diverging()
        for at, words_above in enumerate(shown):
            x = left + (at + 0.5) * cell
            turn = sheet.text(x, top - 0.05, words_above, style.small, palette.muted, ha="center", va="bottom")
            if upright:
                turn.set_rotation(90)
        for row, name in enumerate(wrapped):
            y, high = top + edges[row], tall[row]
            sheet.text(MARGIN, y + high / 2, name, style.font_size, palette.ink, va="center")
            if first:
                sheet.text(left + cell / 2, y + high / 2, first[row], size, palette.ink, ha="center", va="center")
            for column in range(len(heads)):
                x = left + (column + bool(first)) * cell
                value = far[row, column]
                known = np.isfinite(value) and not hidden[row, column]
                tone = float(np.clip(value / reach, -1, 1)) if known else 0.0
                fill = to_hex(colours((tone + 1) / 2)) if known else palette.grid if hidden[row, column] else "#ffffff"
                sheet.rectangle(x + 0.01, y + 0.01, cell - 0.02, high - 0.02, fill)
                tint = text_on(fill) if known else palette.muted
                text = sheet.text(x + cell / 2, y + high / 2, cells[row, column], size, tint, ha="center", va="center")
                text.set_zorder(3)
        _bar(sheet, foot + 0.16, reach, fmt, label)
        if remark:
            sheet.text(MARGIN, foot + 0.16 + bar_band + 0.06, remark, style.small, palette.muted)
        return sheet.figure


def _written(
    texts: npt.NDArray[np.object_], far: npt.NDArray[np.float64], hidden: npt.NDArray[np.bool_],
    small: npt.NDArray[np.bool_], missing: str,
) -> npt.NDArray[np.object_]:  # fmt: skip
    """The text of every cell: its number, starred where few answered, withheld where very few did."""
    found = np.empty(texts.shape, dtype=object)
    for at, text in np.ndenumerate(texts):
        known = clean([text])[0] + "*" * bool(small[at])
        found[at] = f"<{SUPPRESS}" if hidden[at] else missing if np.isnan(far[at]) else known
    return found


def _bar(sheet: Sheet, y: float, reach: float, fmt: Format, label: str) -> None:
    style, colours = sheet.style, sheet.style.palette.diverging()
    width = BAR_WIDTH / BAR_STEPS
    for step in range(BAR_STEPS):
        overlap = 1.0 if step == BAR_STEPS - 1 else 1.6
        shade = to_hex(colours(step / (BAR_STEPS - 1)))
        sheet.rectangle(MARGIN + step * width, y, width * overlap, BAR_HEIGHT, shade)
    for value, place, ha in ((-reach, 0.0, "left"), (0.0, 0.5, "center"), (reach, 1.0, "right")):
        words = clean([fmt(value)])[0]
        below = y + BAR_HEIGHT + 0.03
        sheet.text(MARGIN + place * BAR_WIDTH, below, words, style.small * 0.9, style.palette.muted, ha=ha)
    sheet.text(MARGIN + BAR_WIDTH + 0.2, y - 0.03, label, style.small, style.palette.muted)
