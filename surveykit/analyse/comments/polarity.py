"""Whether a comment praises or blames, by rules that a reader can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.comments.phrases import Phrases
from surveykit.language.lexicon import Role, lexicon

REACH = 3
STRONGER, WEAKER, TURNED = 1.5, 0.6, -0.7
NEUTRAL = 0.25
Word = tuple[Role, float]


@dataclass(frozen=True, slots=True, eq=False)
class Polarity:
    """A value a comment: `score` (sum of the opinions found), `sign` (-1, 0, 1), `hits` (opinions found)."""

    score: NDArray[np.float64]
    sign: NDArray[np.float64]
    hits: NDArray[np.int64]


@cache
def opinions(lang: str) -> Phrases[Word]:
    """The words that opinions are read from."""
    return Phrases(lexicon(lang).roles, lang)


def polarity(texts: Sequence[str], langs: Sequence[str]) -> Polarity:
    """Praise or blame of every text.

    Each opinion of the lexicon counts 1 or 2, more after a strengthening word, less after a weakening one, and turns
    (by 0.7) within three words (Chinese: characters) after a negation of the same clause; "but", 但是 and но begin one.
    The sign is 0 where the sum lies within 0.25 of zero or no opinion was found. Irony is
    not recognised.
    """
    scored = [_scored(text, lang) if lang else (0.0, 0) for text, lang in zip(texts, langs, strict=True)]
    score = np.array([value for value, _ in scored], dtype=np.float64)
    sign = np.where(np.abs(score) > NEUTRAL, np.sign(score), 0.0)
    return Polarity(score, sign, np.array([count for _, count in scored], dtype=np.int64))


def _scored(text: str, lang: str) -> tuple[float, int]:
    total, hits = 0.0, 0
    turned = strong = weak = -1
    for start, end, word in opinions(lang).find(text):
        if word is None:
            turned = strong = weak = -1
            continue
        role, value = word
        if role == "negation":
            turned = -1 if start <= turned else end + REACH
        elif role == "more":
            strong = end + 1
        elif role == "less":
            weak = end + 1
        elif role == "contrast":
            turned = strong = weak = -1
        elif role == "opinion":
            value *= STRONGER if start <= strong else WEAKER if start <= weak else 1.0
            total += value * TURNED if start <= turned else value
            hits += 1
            turned = strong = weak = -1
    return total, hits
