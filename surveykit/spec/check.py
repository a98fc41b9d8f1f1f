"""Looks a questionnaire over before it goes out: faults of its structure and of its craft, with their place."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

import numpy as np

from surveykit.errors import Problem
from surveykit.spec.bank import Dimension
from surveykit.spec.base import Text
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.wording import joined, long

RESERVED = frozenset(["ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"])
"""Words that SPSS keeps for itself."""
NEAR = 0.9
FEWEST = 3


def check(questionnaire: Questionnaire) -> tuple[Problem, ...]:
    """Every finding about a questionnaire, faults first: severity "error", "warning" or "note", each with its place.

    Structure: codes that SPSS keeps for itself, an attention check whose answer is not on its scale, sections without
    items, choices without labels. Craft: wordings that are the same or nearly the same (difflib ratio of at least 0.9
    after normalisation), texts left untranslated, long and possibly double-barrelled wordings, dimensions with fewer
    than three scored items, on several scales, with no or only reverse-keyed items, no attention check, open questions
    that insist on an answer. Heuristics are notes: look, then decide. An empty tuple says that nothing was found.
    """
    found = [
        *_codes(questionnaire),
        *_sections(questionnaire),
        *_answers(questionnaire),
        *_alike(questionnaire),
        *_untranslated(questionnaire),
        *_wordings(questionnaire),
        *(problem for dimension in questionnaire.dimensions for problem in _dimension(dimension)),
    ]
    if not any(item.kind == "check" for item in questionnaire.items):
        found.append(Problem.of("CHECK-NOATTENTION", f"form {questionnaire.code}", "note"))
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda problem: order.index(problem.severity)))


def _codes(questionnaire: Questionnaire) -> Iterator[Problem]:
    named = [("dimension", d.code) for d in questionnaire.dimensions]
    named += [("section", section.code) for section in questionnaire.sections]
    for kind, code in named:
        if code in RESERVED:
            yield Problem.of("CHECK-RESERVED", f"{kind} {code}", "error", word=code)


def _sections(questionnaire: Questionnaire) -> Iterator[Problem]:
    for section in questionnaire.sections:
        if not section.items:
            yield Problem.of("CHECK-EMPTYSECTION", f"section {section.code}", "warning")


def _answers(questionnaire: Questionnaire) -> Iterator[Problem]:
    for item in questionnaire.items:
        scale, place = questionnaire.scale(item), f"item {item.code}"
        if scale is None:
            if item.required:
                yield Problem.of("CHECK-REQUIREDOPEN", place, "warning")
            continue
        bare = sorted(set(scale.values) - set(scale.labels))
        if item.kind == "choice" and bare:
            codes = ", ".join(map(str, bare))
            yield Problem.of("CHECK-NOLABEL", place, "warning", scale=scale.code, codes=codes)
        if item.answer is not None and item.answer not in scale.values:
            values = {"answer": item.answer, "scale": scale.code, "low": scale.low, "high": scale.high}
            yield Problem.of("CHECK-ANSWER", place, "error", **values)


def _alike(questionnaire: Questionnaire) -> Iterator[Problem]:
    codes = [item.code for item in questionnaire.items]
    same: dict[tuple[int, int], list[str]] = defaultdict(list)
    near: dict[tuple[int, int], list[str]] = defaultdict(list)
    for lang in questionnaire.languages:
        texts = [normal(questionnaire.wording(item, lang)) for item in questionnaire.items]
        for first, second in _candidates(texts):
            if texts[first] == texts[second]:
                same[first, second].append(lang)
            elif SequenceMatcher(None, texts[first], texts[second], autojunk=False).ratio() >= NEAR:
                near[first, second].append(lang)
    for (first, second), langs in sorted(same.items()):
        yield Problem.of("CHECK-SAMETEXT", f"items {codes[first]}, {codes[second]}", "warning", langs=", ".join(langs))
    for (first, second), langs in sorted(near.items()):
        yield Problem.of("CHECK-NEARTEXT", f"items {codes[first]}, {codes[second]}", "note", langs=", ".join(langs))


def normal(text: str) -> str:
    """A wording as it is compared: compatibility forms folded, case and everything but letters and digits dropped."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _candidates(texts: list[str]) -> Iterator[tuple[int, int]]:
    """Pairs whose difflib ratio can reach NEAR: twice the letters in common over both lengths is its upper bound."""
    if len(texts) < 2:
        return
    letters = {letter: place for place, letter in enumerate(sorted(set("".join(texts))))}
    counts = np.zeros((len(texts), len(letters) or 1), dtype=np.int32)
    for row, text in enumerate(texts):
        for letter in text:
            counts[row, letters[letter]] += 1
    lengths = counts.sum(axis=1)
    for row in range(len(texts) - 1):
        common = np.minimum(counts[row], counts[row + 1 :]).sum(axis=1)
        reach = 2 * common >= NEAR * (lengths[row] + lengths[row + 1 :])
        for other in np.flatnonzero(reach & (common > 0)):
            yield row, row + 1 + int(other)


def _untranslated(questionnaire: Questionnaire) -> Iterator[Problem]:
    for place, text in _placed(questionnaire):
        seen: dict[str, list[str]] = defaultdict(list)
        for lang in questionnaire.languages:
            words = text.get(lang)
            if any(letter.isalpha() for letter in words):
                seen[words.casefold()].append(lang)
        for langs in seen.values():
            if len(langs) > 1:
                yield Problem.of("CHECK-UNTRANSLATED", place, "warning", langs=", ".join(langs))


def _placed(questionnaire: Questionnaire) -> Iterator[tuple[str, Text]]:
    form = f"form {questionnaire.code}"
    yield from ((form, text) for text in (questionnaire.title, questionnaire.intro, questionnaire.closing))
    for section in questionnaire.sections:
        yield f"section {section.code}", section.title
        if section.lead:
            yield f"section {section.code}", section.lead
    for item in questionnaire.items:
        if wording := item.wording(questionnaire.voice):
            yield f"item {item.code}", wording
    for scale in questionnaire.scales:
        for value, label in {**scale.labels, **scale.missing}.items():
            yield f"scale {scale.code}, {value}", label
    for dimension in questionnaire.dimensions:
        yield f"dimension {dimension.code}", dimension.name


def _wordings(questionnaire: Questionnaire) -> Iterator[Problem]:
    for item in questionnaire.items:
        place = f"item {item.code}"
        double: dict[str, str] = {}
        for lang in questionnaire.languages:
            text = questionnaire.wording(item, lang)
            if size := long(text, lang):
                yield Problem.of("CHECK-LONG", place, "warning", lang=lang, n=size)
            if item.kind == "rating" and (word := joined(text, lang)):
                double[lang] = word
        if double and len(double) >= min(2, len(questionnaire.languages)):
            words = "; ".join(f"{lang}: {word}" for lang, word in double.items())
            yield Problem.of("CHECK-DOUBLE", place, "note", words=words)


def _dimension(dimension: Dimension) -> Iterator[Problem]:
    scored = [item for item in dimension.items if item.scored]
    if dimension.role not in ("driver", "outcome") or not scored:
        return
    place = f"dimension {dimension.code}"
    scales = _distinct(item.scale or "" for item in scored)
    if len(scales) > 1:
        yield Problem.of("CHECK-MIXEDSCALES", place, "warning", scales=", ".join(scales))
    if len(scored) < FEWEST:
        yield Problem.of("CHECK-FEWITEMS", place, "note", n=len(scored))
    reversed_items = sum(item.keyed == -1 for item in scored)
    if reversed_items == len(scored):
        yield Problem.of("CHECK-ALLREVERSED", place, "warning", n=len(scored))
    elif not reversed_items and len(scored) >= FEWEST:
        yield Problem.of("CHECK-NOREVERSE", place, "note", n=len(scored))


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
