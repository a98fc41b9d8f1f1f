"""The house palette, safe for colour-blind readers, and the choice of black or white text on a fill."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

BLACK, WHITE = "#000000", "#ffffff"


@dataclass(frozen=True)
class Palette:
    """Colours by duty: accent for data, neutral for context, `negative` and `positive` for the two poles."""

    accent: str = "#1f5f99"
    neutral: str = "#b8bdc2"
    ink: str = "#1c2127"
    muted: str = "#5f6770"
    grid: str = "#e4e7ea"
    middle: str = "#dfe2e5"
    aside: str = "#9aa1a8"
    negative: tuple[str, ...] = ("#a84a0c", "#dd8438", "#f8d3a8")
    positive: tuple[str, ...] = ("#bcd9ee", "#5598cb", "#15508a")
    series: tuple[str, ...] = ("#1f5f99", "#d0701f", "#4a4f55", "#6aaed6", "#8a5fa8", "#8c8c3c")

    def ramp(self, levels: int) -> list[str]:
        """Colours of `levels` ordered answers, lowest first; only an odd number has a grey middle."""
        half = levels // 2
        low = _sampled(self.negative, half)
        high = _sampled(self.positive[::-1], half)[::-1]
        return [*low, *([self.middle] if levels % 2 else []), *high]

    def diverging(self) -> LinearSegmentedColormap:
        """A continuous colour map from `negative` over white to `positive`."""
        return LinearSegmentedColormap.from_list("house", [*self.negative, "#fbfbfb", *self.positive])


def _sampled(anchors: tuple[str, ...], count: int) -> list[str]:
    """`count` colours from first anchor towards last, short of it; a single one is the middle."""
    if count == 1:
        return [to_hex(anchors[len(anchors) // 2])]
    line = LinearSegmentedColormap.from_list("side", anchors)
    last = 1 - 0.5 / count if count else 1.0
    return [to_hex(line(last * step / (count - 1))) for step in range(count)]


def luminance(colour: str) -> float:
    """Relative luminance 0-1 of a colour (WCAG 2.2)."""
    red, green, blue = (_linear(channel) for channel in to_rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(first: str, second: str) -> float:
    """Contrast ratio 1-21 of two colours (WCAG 2.2)."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def text_on(fill: str) -> str:
    """Black or white, whichever has the greater contrast on `fill`; the ratio is never under 4.58."""
    return BLACK if contrast(BLACK, fill) >= contrast(WHITE, fill) else WHITE
