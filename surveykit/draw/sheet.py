"""A figure as a printed sheet: inches from the top left corner, a left-aligned title, a flowing legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from surveykit.draw.style import Chart, Style
from surveykit.draw.text import LINE_SPACING, Ruler

MARGIN = 0.1


@dataclass(frozen=True)
class Key:
    """One legend entry: a colour swatch, or a marker where `marker` is given (`hollow`: filled white)."""

    label: str
    colour: str
    marker: str = ""
    hollow: bool = False


@dataclass(frozen=True)
class Head:
    """Title and legend, wrapped and placed; `height` in inches is what they take from the top."""

    title: str
    title_height: float
    keys: tuple[tuple[float, float, Key], ...]
    height: float

    @classmethod
    def of(cls, title: str, keys: Sequence[Key], style: Style, ruler: Ruler) -> Head:
        """Wrap and place the title and the legend for the width of `style`."""
        wide = style.width - 2 * MARGIN
        title = ruler.wrap(title, style.large, wide) if title.strip() else ""
        height = ruler.height(title, style.large)
        top = height + (0.11 if title else 0.0)
        placed, bottom = _flow([key for key in keys if key.label.strip()], top, wide, style, ruler)
        return cls(title, height, tuple(placed), MARGIN + bottom + (0.1 if placed else 0.0))


def _flow(
    keys: Sequence[Key], top: float, wide: float, style: Style, ruler: Ruler
) -> tuple[list[tuple[float, float, Key]], float]:
    """Legend entries from left to right, a new line where one is full; their places and the lower edge."""
    swatch, gap = _swatch(style), 0.16
    placed: list[tuple[float, float, Key]] = []
    x, y, deepest = 0.0, top, 0.0
    for key in keys:
        label = ruler.wrap(key.label, style.small, wide - swatch * 1.5)
        width, height = ruler.box(label, style.small)
        entry = swatch * 1.5 + width
        if x > 0 and x + entry > wide:
            x, y, deepest = 0.0, y + deepest + 0.05, 0.0
        placed.append((x, y, Key(label, key.colour, key.marker, key.hollow)))
        x += entry + gap
        deepest = max(deepest, height)
    return placed, y + deepest


def _swatch(style: Style) -> float:
    return style.small / 72 * 0.95


class Sheet:
    """A Chart that is drawn on in inches from its top left corner."""

    def __init__(self, height: float, style: Style) -> None:
        self.width, self.height, self.style = style.width, height, style
        self.figure = Chart(style.width, height, style)

    def text(
        self, x: float, y: float, words: str, size: float, colour: str, ha: str = "left", va: str = "top"
    ) -> Text:
        """Put a text block with its corner (or middle) at x, y."""
        return self.figure.text(
            x / self.width,
            1 - y / self.height,
            words,
            fontsize=size,
            color=colour,
            ha=ha,
            va=va,
            multialignment=ha,
            linespacing=LINE_SPACING,
        )

    def rectangle(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle whose top left corner is at x, y."""
        corner = (x / self.width, 1 - (y + height) / self.height)
        self.figure.add_artist(
            Rectangle(
                corner, width / self.width, height / self.height, facecolor=colour, edgecolor="none", lw=0
            )
        )

    def rule(self, y: float, colour: str, left: float = MARGIN, right: float | None = None) -> None:
        """A horizontal hairline."""
        end = (self.width - MARGIN if right is None else right) / self.width
        level = 1 - y / self.height
        self.figure.add_artist(
            Line2D([left / self.width, end], [level, level], color=colour, lw=0.6, zorder=0)
        )

    def axes(self, x: float, y: float, width: float, height: float) -> Axes:
        """Bare axes (no frame, no ticks) whose top left corner is at x, y."""
        place = (x / self.width, 1 - (y + height) / self.height, width / self.width, height / self.height)
        axes = self.figure.add_axes(place)
        axes.set_facecolor("none")
        for spine in axes.spines.values():
            spine.set_visible(False)
        axes.tick_params(length=0, labelsize=self.style.small)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.set_axisbelow(True)
        return axes

    def head(self, head: Head) -> None:
        """Draw the title and the legend at the top."""
        palette, style = self.style.palette, self.style
        if head.title:
            self.text(MARGIN, MARGIN, head.title, style.large, palette.ink)
        swatch = _swatch(style)
        for x, y, key in head.keys:
            left, line = MARGIN + x, MARGIN + y + style.small / 72 * 0.6
            if key.marker:
                self.figure.add_artist(
                    Line2D(
                        [(left + swatch / 2) / self.width],
                        [1 - line / self.height],
                        marker=key.marker,
                        ls="",
                        ms=5,
                        mfc="white" if key.hollow else key.colour,
                        mec=key.colour,
                        mew=1.2,
                    )
                )
            else:
                self.rectangle(left, line - swatch / 2, swatch, swatch, key.colour)
            self.text(left + swatch * 1.5, MARGIN + y, key.label, style.small, palette.ink)
