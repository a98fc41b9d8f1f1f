"""Two conservative readings of one wording: is it far too long, and does it join two questions."""

import re

MOST_WORDS = 40
MOST_CHARACTERS = 60

_JOINS = {
    "en": re.compile(r"\band\b", re.IGNORECASE),
    "ru": re.compile(r"(?<=\s)и(?=\s)", re.IGNORECASE),
    "zh": re.compile(
        r"以及|并且|(?<![温缓平谦祥柔暖总饱])和(?![谐气善蔼睦平解好])|(?<![以涉提普顾波触来不未危遍])及(?![时早格第至])"
    ),
}
_SETS_APART = {"en": re.compile(r"\b(between|both)\b", re.IGNORECASE), "ru": re.compile(r"\bмежду\b", re.IGNORECASE)}


def long(text: str, lang: str) -> int:
    """The length of a text of more than 40 words, in Chinese of more than 60 characters, else 0."""
    if lang == "zh":
        characters = sum(not letter.isspace() for letter in text)
        return characters if characters > MOST_CHARACTERS else 0
    words = len(text.split())
    return words if words > MOST_WORDS else 0


def joined(text: str, lang: str) -> str:
    """The word that may join two questions in one ("and", "и", "和", "及", "以及", "并且"), or an empty text."""
    if lang not in _JOINS or (lang in _SETS_APART and _SETS_APART[lang].search(text)):
        return ""
    found = _JOINS[lang].search(text)
    return found[0] if found else ""
