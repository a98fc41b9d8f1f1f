"""The two faces of every figure: DejaVu Sans (from matplotlib) and Noto Sans SC (from a font package)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import matplotlib
from matplotlib.font_manager import fontManager, get_font

from surveykit.errors import SurveykitError

LATIN, HAN = "DejaVu Sans", "Noto Sans SC"
PACKAGE, MODULE, FILE = "pylopdf-fonts-zh-cn", "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
REPLACEMENT = "\ufffd"


def han_path() -> Path:
    """The Noto Sans SC file of the installed font package; SurveykitError DRAW-FONT when it is not there."""
    path = Path(str(files(MODULE) / FILE)) if find_spec(MODULE) else None
    if path is None or not path.is_file():
        raise SurveykitError.of("DRAW-FONT", file=FILE, package=PACKAGE)
    return path


def latin_path() -> Path:
    """The DejaVu Sans file that matplotlib ships."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def register() -> None:
    """Make both faces known to matplotlib once, whatever its cached list or the system holds."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in (latin_path(), han_path()):
        if str(path) not in known:
            fontManager.addfont(str(path))


def families(texts: Iterable[str] = ()) -> list[str]:
    """The family list for per-glyph fallback: Noto first where a text holds Chinese, else DejaVu.

    Noto's digits match Chinese, but it draws curly quotes, apostrophe and ellipsis a full em wide, which is
    wrong in other scripts.
    """
    chinese = any(is_wide(char) for text in texts for char in text)
    return [HAN, LATIN] if chinese else [LATIN, HAN]


def is_wide(char: str) -> bool:
    """Whether a character fills the full em square of East Asian type."""
    return unicodedata.east_asian_width(char) in "WF"


@cache
def coverage() -> frozenset[int]:
    """The code points that at least one of the two faces can draw."""
    return frozenset().union(*(get_font(str(path)).get_charmap() for path in (latin_path(), han_path())))


def printable(text: str) -> str:
    """`text` with the undrawable as U+FFFD, control characters as spaces, format characters dropped."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_drawn(char) for char in text)


def _drawn(char: str) -> str:
    kind = unicodedata.category(char)
    if char == "\n":
        return char
    if kind == "Cc":
        return " "
    if kind == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return ""
    return char if ord(char) in coverage() else REPLACEMENT
