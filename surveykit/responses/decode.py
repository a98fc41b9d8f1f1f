"""Turns the cells of one column into the codes of its scale; what is no answer is counted, never dropped."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.responses.table import Range
from surveykit.responses.text import fold, has_decimal_comma, number_in
from surveykit.spec.scale import Scale

Kind = Literal["answer", "missing", "blank", "unread", "ambiguous", "conflict", "comma"]

_MISSING_WORDS = frozenset(
    fold(word) for word in ("(空)", "(跳过)", "NA", "N/A", "#N/A", "NaN", "NULL", "None", ".", "#NULL!")
)
_MISSING_NUMBERS = frozenset((-2.0, -3.0))
_CODE_AND_LABEL = re.compile(r"[(\[]?([+-]?[0-9]+)[)\]]?\s*[-.、:=)]?\s*([^0-9].*)")
_UNITS = frozenset(fold(word) for word in ("分", "星", "points", "point", "stars", "star", "балл", "балла", "баллов"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one distinct cell value is."""

    kind: Kind
    value: float = np.nan
    by_code: bool = True
    languages: frozenset[str] = frozenset()


_BLANK = Verdict("blank")
_UNREAD = Verdict("unread")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """The codes of a column (NaN where there is no answer) and every cell that is not one.

    `codes` are the values with the scale's missing codes still in place. `positions` gives the rows of the values of
    a kind: kind -> shown value -> row positions.
    """

    values: NDArray[np.float64]
    codes: NDArray[np.float64]
    answers: int
    recoded: int
    languages: tuple[str, ...]
    missing: tuple[tuple[str, int], ...]
    positions: Mapping[Kind, Mapping[str, Sequence[int]]]


class ScaleReader:
    """Knows every way in which an answer on a scale is written; None is a plain number."""

    def __init__(self, scale: Scale | None, decimal: str | None) -> None:
        self._scale = scale
        self._decimal = decimal
        self._labels: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
        if scale is not None:
            for value, text in [*scale.labels.items(), *scale.missing.items()]:
                for lang in text:
                    self._labels[fold(text[lang])][value].add(lang)

    def decode(
        self, column: pd.Series, labels: Mapping[Any, str] | None = None, missing: Sequence[Range] = ()
    ) -> Decoded:
        """Read each distinct cell once. A label goes before a code where the file itself labels its codes."""
        cells = column if pd.api.types.is_numeric_dtype(column.dtype) else _hashable(column)
        codes, uniques = pd.factorize(cells)
        by_label = any(self._only_label(cell) for cell in uniques)
        verdicts = [self._verdict(cell, labels or {}, missing, by_label) for cell in uniques]
        table = np.array([v.value if v.kind == "answer" else np.nan for v in verdicts] + [np.nan])
        counts = np.bincount(codes[codes >= 0], minlength=len(uniques))
        positions: dict[Kind, dict[str, Sequence[int]]] = defaultdict(dict)
        gone: Counter[str] = Counter()
        for place, verdict in enumerate(verdicts):
            shown = show(uniques[place])
            if verdict.kind == "missing":
                gone[shown] += int(counts[place])
            elif verdict.kind not in ("answer", "blank"):
                positions[verdict.kind][shown] = np.flatnonzero(codes == place).tolist()
        answered = [place for place, verdict in enumerate(verdicts) if verdict.kind == "answer"]
        return Decoded(
            values=table[codes],
            codes=np.array([v.value for v in verdicts] + [np.nan])[codes],
            answers=int(counts[answered].sum()),
            recoded=int(sum(counts[place] for place in answered if not verdicts[place].by_code)),
            languages=_common([v.languages for v in verdicts if v.languages]),
            missing=tuple(sorted(gone.items())),
            positions=positions,
        )

    def _only_label(self, cell: Any) -> bool:
        return isinstance(cell, str) and number_in(fold(cell)) is None and fold(cell) in self._labels

    def _verdict(self, cell: Any, labels: Mapping[Any, str], missing: Sequence[Range], by_label: bool) -> Verdict:
        if any(within(cell, low, high) for low, high in missing):
            return Verdict("missing")
        label = labels.get(cell) if not isinstance(cell, bool) else None
        if label:
            said = self._text(label, by_label=True)
            if said.kind in ("answer", "missing", "ambiguous"):
                same = said.value == cell
                return Verdict(said.kind, said.value, same, said.languages)
        if isinstance(cell, str):
            return self._text(cell, by_label)
        if isinstance(cell, int | float | np.number) and not isinstance(cell, bool):
            return self._number(float(cell))
        return _UNREAD

    def _text(self, text: str, by_label: bool) -> Verdict:
        folded = fold(text)
        if not folded:
            return _BLANK
        number = number_in(folded)
        if number is not None and not by_label:
            return self._number(number)
        if folded in self._labels:
            return self._labelled(folded)
        if number is not None:
            return self._number(number)
        if has_decimal_comma(folded):
            return self._number(float(folded.replace(",", "."))) if self._decimal == "," else Verdict("comma")
        if folded in _MISSING_WORDS:
            return Verdict("missing")
        return self._both(folded)

    def _labelled(self, folded: str) -> Verdict:
        said = self._labels[folded]
        if len(said) > 1:
            return Verdict("ambiguous")
        value, languages = next(iter(said.items()))
        kind: Kind = "missing" if self._scale and value in self._scale.missing else "answer"
        return Verdict(kind, float(value), by_code=False, languages=frozenset(languages))

    def _both(self, folded: str) -> Verdict:
        """A code with its label, as "5 - very satisfied"; where they disagree it is a conflict."""
        parts = _CODE_AND_LABEL.fullmatch(folded)
        if parts is None or self._scale is None:
            return _UNREAD
        value, label = float(parts[1]), parts[2].strip()
        if label in self._labels:
            said = self._labels[label]
            if value not in said:
                return Verdict("conflict")
            kind: Kind = "missing" if value in self._scale.missing else "answer"
            return Verdict(kind, value, by_code=False, languages=frozenset(said[int(value)]))
        coded = self._number(value)
        return Verdict(coded.kind, coded.value, by_code=False) if label in _UNITS else _UNREAD

    def _number(self, number: float) -> Verdict:
        if np.isnan(number):
            return _BLANK
        if self._scale is None:
            return Verdict("answer", number) if np.isfinite(number) else _UNREAD
        if number in self._scale.values:
            return Verdict("answer", number)
        if number in self._scale.missing or number in _MISSING_NUMBERS:
            return Verdict("missing", number)
        return _UNREAD


def show(cell: Any) -> str:
    """A cell as a message shows it: whole numbers without a decimal point, long texts cut."""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    text = str(cell)
    return text if len(text) <= 40 else text[:37] + "..."


def _hashable(column: pd.Series) -> NDArray[np.object_]:
    """Cells as objects that are told apart: a boolean is not 1, a time is its text."""
    plain = np.empty(len(column), dtype=object)
    for place, cell in enumerate(column.tolist()):
        simple = cell is None or (isinstance(cell, str | int | float) and not isinstance(cell, bool))
        plain[place] = cell if simple else None if cell is pd.NaT or cell is pd.NA else str(cell)
    return plain


def within(cell: Any, low: Any, high: Any) -> bool:
    if isinstance(cell, str) or isinstance(low, str) or isinstance(high, str):
        return isinstance(cell, str) and isinstance(low, str) and cell.strip() == low.strip()
    return bool(low <= cell <= high)


def _common(languages: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """The languages that account for all labels; where there is none, every language met."""
    if not languages:
        return ()
    shared = frozenset.intersection(*languages)
    return tuple(sorted(shared or frozenset.union(*languages)))
