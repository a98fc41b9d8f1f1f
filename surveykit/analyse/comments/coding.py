"""Sorts comments into the categories of a frame by its keywords."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.comments.phrases import Phrases
from surveykit.responses.text import fold
from surveykit.spec.coding_frame import CodingFrame

Marks = frozenset[int]


def coded(frame: CodingFrame, texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.bool_]:
    """Whether each text belongs to each category, (texts, categories); none where its language has no keywords.

    A keyword within a longer phrase of `exclude` does not count for that category. What belongs to a category belongs
    to its parents too.
    """
    marks = np.zeros((len(texts), len(frame.categories)), dtype=bool)
    for lang in sorted(set(langs) & set(frame.languages)):
        phrases = Phrases(_marks(frame, lang), lang)
        for at, (text, own) in enumerate(zip(texts, langs, strict=True)):
            if own == lang:
                hits = {mark for _, _, found in phrases.find(text) if found for mark in found}
                marks[at, list(hits)] = True
    places = {each.code: at for at, each in enumerate(frame.categories)}
    for at, each in enumerate(frame.categories):
        above = each.parent
        while above is not None:
            marks[:, places[above]] |= marks[:, at]
            above = frame.categories[places[above]].parent
    return marks


def _marks(frame: CodingFrame, lang: str) -> dict[str, Marks]:
    """Phrase -> the categories that it speaks for, with those of the shorter phrases within it."""
    own: dict[str, set[int]] = {}
    denied: dict[str, set[int]] = {}
    for at, category in enumerate(frame.categories):
        for phrase in category.keywords.get(lang, ()):
            own.setdefault(fold(phrase), set()).add(at)
        for phrase in category.exclude.get(lang, ()):
            denied.setdefault(fold(phrase), set()).add(at)
    return {
        phrase: frozenset(
            own.get(phrase, set())
            | {
                mark
                for other, marks in own.items()
                if other != phrase and _within(other, phrase, lang)
                for mark in marks - denied.get(phrase, set())
            }
        )
        for phrase in (*own, *(each for each in denied if each not in own))
    }


def _within(part: str, whole: str, lang: str) -> bool:
    """Whether one phrase stands inside another."""
    if lang == "zh":
        return part in whole
    if " " not in whole:
        return False
    return any(value for _, _, value in Phrases({part: True}, lang).find(whole.replace("*", "")))
