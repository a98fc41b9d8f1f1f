"""Measuring and wrapping text: Latin, Cyrillic and Chinese, in the faces in which it is drawn."""

from __future__ import annotations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from surveykit.draw.fonts import is_wide
from surveykit.draw.style import Style

NOT_FIRST = set("、。，．！？；：）］｝」』】》〉”’…—～·％℃,.!?;:)]}%»")
NOT_LAST = set("（［｛「『【《〈“‘([{«№")
LINE_SPACING = 1.18
DPI = 300


def breaks_between(left: str, right: str, before: str = "") -> bool:
    """Whether a line may end between two neighbouring characters; `before` stands ahead of `left`."""
    if right in NOT_FIRST or left in NOT_LAST:
        return False
    if left == " ":
        return right != " "
    if left in "-/–" and right.isalpha() and before.isalpha():
        return True
    return (is_wide(left) or is_wide(right)) and right not in " \u00a0" and left != "\u00a0"


def atoms(line: str) -> list[str]:
    """The pieces of a line between which it may be broken; joined they are the line again."""
    pieces, start = [], 0
    for place in range(1, len(line)):
        if breaks_between(line[place - 1], line[place], line[place - 2 : place - 1]):
            pieces.append(line[start:place])
            start = place
    return [*pieces, line[start:]]


class Ruler:
    """Measures text in inches, in the faces of a style; make it and use it inside `styled`."""

    def __init__(self, style: Style) -> None:
        figure = Figure(dpi=DPI)
        self._renderer = FigureCanvasAgg(figure).get_renderer()
        self._text: Text = figure.text(0, 0, "", linespacing=LINE_SPACING)
        self._size = style.font_size
        self._advance: dict[str, float] = {}

    def box(self, text: str, size: float) -> tuple[float, float]:
        """Width and height of a text block as drawn, in inches; an empty text has none."""
        if not text.strip():
            return 0.0, 0.0
        self._text.set_text(text)
        self._text.set_fontsize(size)
        extent = self._text.get_window_extent(self._renderer)
        return extent.width / DPI, extent.height / DPI

    def width(self, text: str, size: float) -> float:
        """Width of a text block as drawn, in inches."""
        return self.box(text, size)[0]

    def height(self, text: str, size: float) -> float:
        """Height of a text block as drawn, in inches."""
        return self.box(text, size)[1]

    def longest_word(self, text: str, size: float) -> float:
        """Width of the longest piece that must not be broken, in inches."""
        pieces = (atom.rstrip() for line in text.split("\n") for atom in atoms(line))
        return max((self._run(piece, size) for piece in pieces), default=0.0) * 1.02

    def _run(self, text: str, size: float) -> float:
        for char in text:
            if char not in self._advance:
                pair = self._renderer.get_text_width_height_descent
                font = self._text.get_fontproperties().copy()
                font.set_size(10.0)
                self._advance[char] = (pair(char * 8, font, False)[0]) / 8 / DPI / 10.0
        return size * sum(self._advance[char] for char in text)

    def wrap(self, text: str, size: float, inches: float) -> str:
        """`text` broken into lines not wider than `inches`; longer words break inside, nothing is cut off.

        Chinese may break between any two characters, but no line starts with a closing mark or ends with an
        opening one.
        """
        lines: list[str] = []
        for paragraph in text.split("\n"):
            filled = self._filled(paragraph, size, inches)
            if len(filled) > 1 and self._run(filled[-1], size) < 0.35 * inches:
                filled = self._balanced(paragraph, size, inches, len(filled))
            lines.extend(filled)
        return "\n".join(lines)

    def _balanced(self, paragraph: str, size: float, inches: float, count: int) -> list[str]:
        """The same number of lines in the narrowest measure that gives it."""
        widest = max((self._run(atom.rstrip(), size) for atom in atoms(paragraph)), default=0.0)
        low, high = min(max(inches / 2, widest), inches), inches
        for _ in range(6):
            middle = (low + high) / 2
            if len(self._filled(paragraph, size, middle)) > count:
                low = middle
            else:
                high = middle
        return self._filled(paragraph, size, high)

    def _filled(self, paragraph: str, size: float, inches: float) -> list[str]:
        lines, line = [], ""
        for atom in atoms(paragraph):
            if self._run((line + atom).rstrip(), size) <= inches:
                line += atom
                continue
            if line:
                lines.append(line.rstrip())
            while self._run(atom.rstrip(), size) > inches and len(atom) > 1:
                fits = next((n for n in range(2, len(atom)) if self._run(atom[:n], size) > inches), len(atom)) - 1
                lines.append(atom[:fits])
                atom = atom[fits:]
            line = atom
        return [*lines, line.rstrip()]
