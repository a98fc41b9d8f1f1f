"""Words as large as they are frequent or telling, packed from the middle outwards; a word list for the eye."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from surveykit.draw.checks import clean, vector
from surveykit.draw.sheet import MARGIN, Head, Key, Sheet
from surveykit.draw.style import DEFAULT, Chart, Style, styled
from surveykit.draw.text import Ruler
from surveykit.errors import SurveykitError

SMALLEST, LARGEST = 0.95, 3.6
TURNS, PAD, FLAT = 4000, 0.05, 0.55
Box = tuple[float, float, float, float]


def word_cloud(
    words: Sequence[str],
    weight: npt.ArrayLike,
    *,
    side: Sequence[int] = (),
    legend: Sequence[str] = ("", ""),
    title: str = "",
    style: Style = DEFAULT,
) -> Chart:
    """The words, heaviest first and in the middle; area of a word follows its weight, colour its side (1 or -1).

    The layout is the same for the same words. Sizes are hard to compare by eye: a list of bars says more. Errors:
    DRAW-EMPTY, DRAW-SHAPE.
    """
    names = clean(words)
    heavy = vector(weight, len(names), "weight")
    kept = [int(at) for at in np.argsort(-np.nan_to_num(heavy), kind="stable") if heavy[at] > 0]
    if not kept:
        raise SurveykitError.of("DRAW-EMPTY")
    sides = list(side) or [1] * len(names)
    style = style.suited([*names, *legend, title])
    palette = style.palette
    colours = {1: palette.positive[2], -1: palette.negative[0]}
    keys = [Key(clean([label])[0], colours[own]) for label, own in zip(legend, (1, -1), strict=True) if label]
    with styled(style):
        ruler = Ruler(style)
        head = Head.of(clean([title])[0], keys, style, ruler)
        room = style.width - 2 * MARGIN
        root = np.sqrt(heavy[kept] / heavy[kept[0]])
        sizes = style.font_size * (SMALLEST + (LARGEST - SMALLEST) * root)
        placed: list[Box] = []
        for at, size in zip(kept, sizes, strict=True):
            wide, tall = ruler.box(names[at], float(size))
            placed.append(_free(placed, wide + PAD, tall + PAD, room))
        left = min(box[0] for box in placed)
        top = min(box[1] for box in placed)
        low, right = max(box[3] for box in placed), max(box[2] for box in placed)
        shift = MARGIN + (room - (right - left)) / 2 - left
        down = head.height + 0.05 - top
        sheet = Sheet(low + down + MARGIN, style)
        sheet.head(head)
        for at, size, box in zip(kept, sizes, placed, strict=True):
            x, y = (box[0] + box[2]) / 2 + shift, (box[1] + box[3]) / 2 + down
            sheet.text(x, y, names[at], float(size), colours[sides[at]], ha="center", va="center")
        return sheet.figure


def _free(placed: Sequence[Box], wide: float, tall: float, room: float) -> Box:
    """The first free place on a spiral from the middle; below everything where the spiral finds none."""
    for step in range(TURNS):
        angle, reach = step * 0.35, step * 0.012
        x, y = reach * np.cos(angle), reach * np.sin(angle) * FLAT
        box = (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)
        if box[2] - box[0] <= room and abs(x) + wide / 2 > room / 2:
            continue
        if not any(box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in placed):
            return box
    low = max(b[3] for b in placed)
    return (-wide / 2, low, wide / 2, low + tall)
