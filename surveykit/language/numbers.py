"""The one formatter that turns numbers into text; computing and rounding stay apart.

`kind` says what a number is: `count`, `coefficient`, `bounded` (between -1 and 1), `index` (bounded, three digits, as
fit indices are written), `p`, `share` (a fraction, shown in per cent), `points` (in per cent or 0-100 already),
`statistic`, `plain` (as many digits as it needs). `style` says how a reader's field writes it: `apa7` drops the zero of
bounded numbers, `gbt` keeps it, `gost` has the decimal comma and spaces between thousands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "count", "coefficient", "bounded", "p", "index", "share", "points", "statistic", "plain"]
StyleName = Literal["apa7", "gbt", "gost", "plain"]

UNDEFINED = "–"

_DIGITS: dict[str, int] = {
    "count": 0,
    "coefficient": 2,
    "bounded": 2,
    "index": 3,
    "p": 3,
    "share": 1,
    "points": 1,
    "statistic": 2,
}


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How one field writes numbers."""

    decimal: str
    thousands: str
    minus: str
    leading_zero: bool
    percent: str
    between: str


STYLES: dict[StyleName, NumberStyle] = {
    "apa7": NumberStyle(".", ",", "−", False, "%", ", "),
    "gbt": NumberStyle(".", ",", "−", True, "%", ", "),
    "gost": NumberStyle(",", "\u00a0", "−", True, "\u00a0%", "; "),
    "plain": NumberStyle(".", "", "-", True, "%", ", "),
}

STYLE_OF: dict[str, StyleName] = {"en": "apa7", "zh": "gbt", "ru": "gost"}


def number(value: float, kind: Kind, style: StyleName = "plain", digits: int | None = None) -> str:
    """One number as text; NaN and infinities are written as undefined."""
    if value is None or not math.isfinite(value):
        return UNDEFINED
    form = STYLES[style]
    if kind == "plain":
        return _marks(f"{value:,.12g}" if abs(value) < 1e15 else f"{value:.6g}", form)
    places = _DIGITS[kind] if digits is None else digits
    if kind == "p" and 0 <= value < 10**-places:
        return "< " + _bounded(f"{10**-places:.{places}f}", form)
    shown = value * 100 if kind == "share" else value
    text = f"{shown:,.{places}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    if kind in ("bounded", "index", "p"):
        return _bounded(text, form)
    return _marks(text, form) + (form.percent if kind == "share" else "")


def interval(low: float, high: float, kind: Kind, style: StyleName = "plain", digits: int | None = None) -> str:
    """An interval as text, in brackets; undefined where either end is."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return UNDEFINED
    ends = number(low, kind, style, digits), number(high, kind, style, digits)
    return f"[{STYLES[style].between.join(ends)}]"


def _bounded(text: str, form: NumberStyle) -> str:
    if not form.leading_zero:
        text = text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
    return _marks(text, form)


def _marks(text: str, form: NumberStyle) -> str:
    swapped = text.replace(",", "\0").replace(".", form.decimal).replace("\0", form.thousands)
    return swapped.replace("-", form.minus)
