"""Finds words and phrases in comments: by lemma in English and Russian, by characters in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

from surveykit.responses.text import fold
from surveykit.responses.words import WORD, lemma

V = TypeVar("V")
BREAKS = ".!?;。！？；\n…"
MARK = r"[:;=]-?[()dp]|[()]{2,}|[\u2764\U0001f300-\U0001faff]"
PIECE = re.compile(rf"{WORD.pattern}|{MARK}|[{re.escape(BREAKS)}]+")
Found = tuple[int, int, V | None]


class Phrases(Generic[V]):
    """Phrases of one language with a value each; the longest one wins where several begin at one place."""

    def __init__(self, values: Mapping[str, V], lang: str) -> None:
        self.lang = lang
        self._single_words: dict[str, V] = {}
        self._begins: dict[str, V] = {}
        self._several: dict[str, list[tuple[tuple[str, ...], V]]] = {}
        self._scan: re.Pattern[str] | None = None
        if lang == "zh":
            self._chars = {fold(phrase).rstrip("*"): value for phrase, value in values.items()}
            breaks = rf"|[{re.escape(BREAKS)}]"
            self._scan = re.compile(branched(self._chars) + breaks if self._chars else rf"[{re.escape(BREAKS)}]")
            return
        for phrase, value in values.items():
            folded = fold(phrase)
            words = tuple(folded.split(" ")) if folded.endswith("*") else tuple(PIECE.findall(folded)) or (folded,)
            if len(words) > 1:
                self._several.setdefault(words[0], []).append((words, value))
            elif folded.endswith("*"):
                self._begins[folded[:-1]] = value
            else:
                self._single_words[words[0]] = value
        for same in self._several.values():
            same.sort(key=lambda each: -len(each[0]))
        self._prefix = re.compile(branched(self._begins)) if self._begins else None
        self._single = lru_cache(maxsize=200_000)(self._looked_up)

    def find(self, text: str) -> list[Found[V]]:
        """(start, end, value) of every phrase in order, value None at the end of a sentence.

        Places count words in English and Russian, characters in Chinese.
        """
        if self._scan is not None:
            return [(m.start(), m.end(), self._chars.get(m.group())) for m in self._scan.finditer(fold_lines(text))]
        pieces = PIECE.findall(fold_lines(text))
        found: list[Found[V]] = []
        at = 0
        while at < len(pieces):
            size, value = self._at(pieces, at)
            if size:
                found.append((at, at + size, value))
            elif pieces[at][0] in BREAKS:
                found.append((at, at + 1, None))
            at += size or 1
        return found

    def _at(self, pieces: list[str], at: int) -> tuple[int, V | None]:
        for first in dict.fromkeys((pieces[at], lemma(pieces[at], self.lang))):
            for words, value in self._several.get(first, ()):
                if self._same(words, pieces[at : at + len(words)]):
                    return len(words), value
        value = self._single(pieces[at])
        return (0, None) if value is None else (1, value)

    def _same(self, words: tuple[str, ...], pieces: list[str]) -> bool:
        """Whether the pieces of a text are these words, as written or in their dictionary form."""
        return len(words) == len(pieces) and all(
            piece.startswith(word[:-1]) if word.endswith("*") else word in (piece, lemma(piece, self.lang))
            for word, piece in zip(words, pieces, strict=True)
        )

    def _looked_up(self, word: str) -> V | None:
        for form in (word, lemma(word, self.lang)):
            if form in self._single_words:
                return self._single_words[form]
        match = self._prefix.match(word) if self._prefix else None
        return self._begins[match.group()] if match else None


def fold_lines(text: str) -> str:
    """A folded text that keeps its line ends, since they end sentences."""
    return "\n".join(fold(line) for line in text.splitlines())


def branched(words: Iterable[str]) -> str:
    """A pattern of all these words that shares their beginnings, so that thousands cost little; longest first."""
    tree: dict[str, dict[str, object]] = {}
    for word in words:
        node: dict = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _pattern(tree)


def _pattern(node: Mapping[str, Mapping]) -> str:
    ends = "" in node
    parts = [re.escape(char) + _pattern(below) for char, below in node.items() if char]
    if not parts:
        return ""
    body = parts[0] if len(parts) == 1 and not ends else f"(?:{'|'.join(parts)})"
    return f"{body}?" if ends else body
