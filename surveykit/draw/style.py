"""What every figure shares: measures and colours, a scope that leaves no state behind, SVG and PNG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from io import BytesIO, StringIO

import matplotlib
import matplotlib.style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from surveykit.draw.colour import Palette
from surveykit.draw.fonts import families, register
from surveykit.errors import SurveykitError


@dataclass(frozen=True)
class Style:
    """Width in inches (the height follows), font size in points, dots per inch, colours, grid."""

    width: float = 7.0
    font_size: float = 9.0
    dpi: int = 200
    grid: bool = True
    palette: Palette = field(default_factory=Palette)
    family: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, low, high in (("width", 3.0, 40.0), ("font_size", 5.0, 40.0), ("dpi", 36, 1200)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise SurveykitError.of(
                    "DRAW-STYLE", "style", field=name, found=value, allowed=f"{low:g} - {high:g}"
                )

    def suited(self, texts: Iterable[str]) -> Style:
        """This style with the font order that suits `texts`, unless an order was given."""
        return self if self.family else replace(self, family=tuple(families(texts)))

    @property
    def small(self) -> float:
        """Size of ticks, legends, headers and notes, in points."""
        return round(self.font_size * 0.88, 2)

    @property
    def large(self) -> float:
        """Size of the title, in points."""
        return round(self.font_size * 1.22, 2)


DEFAULT = Style()


@contextmanager
def styled(style: Style) -> Iterator[None]:
    """Draw under the house settings, whatever the session has set; on leaving, rcParams are as before."""
    register()
    palette = style.palette
    with matplotlib.rc_context():
        matplotlib.style.use("default")
        matplotlib.rcParams.update(
            {
                "font.family": list(style.family or families()),
                "font.size": style.font_size,
                "text.color": palette.ink,
                "text.parse_math": False,
                "axes.unicode_minus": True,
                "axes.edgecolor": palette.neutral,
                "axes.labelcolor": palette.muted,
                "xtick.color": palette.muted,
                "ytick.color": palette.muted,
                "svg.fonttype": "path",
                "svg.hashsalt": "surveykit",
                "figure.dpi": 100,
            }
        )
        yield


class Chart(Figure):
    """A matplotlib Figure outside pyplot that shows itself in a notebook at its true size."""

    def __init__(self, width: float, height: float, style: Style) -> None:
        super().__init__(figsize=(width, height), dpi=100, facecolor="white")
        self.style = style
        FigureCanvasAgg(self)

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        wide, high = (round(96 * side) for side in self.get_size_inches())
        return png(self, self.style.dpi), {"width": wide, "height": high}


def _style_of(figure: Figure) -> Style:
    return figure.style if isinstance(figure, Chart) else DEFAULT


def png(figure: Figure, dpi: int = 200) -> bytes:
    """The figure as PNG bytes; equal figures give equal bytes."""
    stream = BytesIO()
    with styled(_style_of(figure)):
        figure.savefig(stream, format="png", dpi=dpi, metadata={"Software": None})
    return stream.getvalue()


def svg(figure: Figure, title: str, name: str = "figure") -> str:
    """The figure as an SVG element to put inline in a page: glyphs as paths, labelled by `title`, no dates.

    Every id starts with `name`, so that several figures stand in one page; give each its own. Equal figures
    give equal text.
    """
    stream = StringIO()
    with styled(_style_of(figure)):
        figure.savefig(
            stream, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<!--.*?-->\s*|<metadata>.*?</metadata>\s*|<metadata\s*/>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>\s*", "", text, count=1, flags=re.DOTALL)
    prefix = re.sub(r"[^0-9A-Za-z_-]", "-", name)
    text = re.sub(r'\bid="', f'id="{prefix}-', text)
    text = re.sub(r'href="#', f'href="#{prefix}-', text)
    text = text.replace("url(#", f"url(#{prefix}-")
    label = escape(title, quote=True)
    head = f'<svg role="img" aria-label="{label}" style="max-width:100%;height:auto;stroke-linejoin:round" '
    start = text.index(">") + 1
    opening = re.sub(r'\s+version="1.1"', "", text[:start]).replace("<svg ", head, 1)
    return f"{opening}\n<title>{label}</title>{text[start:]}"
