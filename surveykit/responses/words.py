"""The words of comments in Chinese, English and Russian: which language, which lemmas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import rjieba
import simplemma

from surveykit.responses.text import fold

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
HAN_WEIGHT = 3


def language_of(text: str) -> str:
    """zh, ru or en by the letters that a text is written in; "" where there are none.

    A Chinese character counts as three letters, since it carries about as much as a short word.
    """
    counts = {
        "zh": HAN_WEIGHT * len(HAN.findall(text)),
        "ru": len(CYRILLIC.findall(text)),
        "en": len(LATIN.findall(text)),
    }
    lang = max(counts, key=lambda name: counts[name])
    return lang if counts[lang] else ""


@lru_cache(maxsize=200_000)
def lemma(word: str, lang: str) -> str:
    """The dictionary form of a folded word of English or Russian."""
    return fold(simplemma.lemmatize(word, lang=lang))


def lemmas(text: str, lang: str) -> tuple[str, ...]:
    """The words of an English or Russian text in their dictionary form, in order; Chinese is cut into its words."""
    folded = fold(text)
    if lang == "zh":
        return tuple(piece for piece in rjieba.cut(folded) if WORD.search(piece))
    return tuple(lemma(word, lang) for word in WORD.findall(folded))


def tokens(texts: Sequence[str], langs: Iterable[str]) -> list[tuple[str, ...]]:
    """The lemmas of every text in its language; none where the language is unknown.

    Chinese by jieba's dictionary and hidden Markov model; English and Russian by simplemma's dictionaries, a word at a
    time, so that a form which belongs to two words is read as the likelier.
    """
    return [lemmas(text, lang) if lang else () for text, lang in zip(texts, langs, strict=True)]
