"""How texts are compared: case, width, spaces, dashes and quotes do not count."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_SAME = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("«»“”„‟″「」『』", '"'),
        **dict.fromkeys("‘’‚‛′`", "'"),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad"),
        "ё": "е",
    }
)
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The form in which two texts are compared: NFKC, lower case, one kind of space, dash and quote, no ends."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().translate(_SAME).split())


def fold_wording(text: str) -> str:
    """`fold` without the punctuation that platforms add to or take from the end of a question."""
    return fold(text).rstrip(".。!?:*; ")


def number_in(text: str) -> float | None:
    """The number that a folded text is, with a decimal point; None where it is not just a number."""
    return float(text) if _NUMBER.fullmatch(text) else None


def has_decimal_comma(text: str) -> bool:
    """Whether a folded text looks like 0,625, which is either 0.625 or 625."""
    return _DECIMAL_COMMA.fullmatch(text) is not None


def nearest(name: str, known: Iterable[str], count: int = 3) -> str:
    """The known names most like this one, for an error message."""
    names = {fold(each): each for each in known}
    near = difflib.get_close_matches(fold(name), list(names), n=count, cutoff=0.5)
    return ", ".join(names[each] for each in near) or shortened(list(names.values()))


def shortened(names: Iterable[object], count: int = 8) -> str:
    """The first few names, and how many more there are."""
    listed = [str(name) for name in names]
    more = f", ... (+{len(listed) - count})" if len(listed) > count else ""
    return (", ".join(listed[:count]) or "-") + more
