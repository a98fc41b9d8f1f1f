"""Population margins against the rows: which category a row is in, what share it should have, what does not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import Cells, IntArray

Margin = str | tuple[str, ...]
Targets = Mapping[Margin, Mapping[Any, float]]
_SMALL = 4096


@dataclass(frozen=True, slots=True, eq=False)
class CodedMargin:
    """One margin: its columns, its categories as text, each row's category (n,), the target of each category."""

    name: str
    categories: tuple[str, ...]
    codes: IntArray
    targets: FloatArray


def columns_needed(targets: Targets) -> list[str]:
    """Every column that the margins speak of, once."""
    names = [name for margin in targets for name in ((margin,) if isinstance(margin, str) else margin)]
    return list(dict.fromkeys(names))


def coded_margins(frame: pd.DataFrame, targets: Targets, base_total: float) -> list[CodedMargin]:
    """The margins of these rows, with targets on one total: every finding about all of them is raised together."""
    problems: list[Problem] = []
    margins = []
    for margin, wanted in targets.items():
        names = (margin,) if isinstance(margin, str) else tuple(margin)
        place = f"margin {' x '.join(names)}"
        if not wanted:
            problems.append(Problem.of("RAKE-NOTARGET", place))
            continue
        numbers = np.array([_number(value) for value in wanted.values()])
        wrong = [str(key) for key, value in zip(wanted, numbers, strict=True) if not (np.isfinite(value) and value > 0)]
        if wrong:
            problems.append(Problem.of("RAKE-TARGET", place, categories=_listed(wrong)))
            continue
        codes, found = _codes(frame, names, list(wanted), place)
        if found:
            problems.extend(found)
            continue
        margins.append(CodedMargin(" × ".join(names), tuple(map(_label, wanted)), codes, numbers))
    if problems:
        raise SurveykitError(problems)
    return _on_one_total(margins, base_total)


def occupied(margins: Sequence[CodedMargin], cells: Cells, totals: FloatArray) -> None:
    """Refuse categories in which there is nobody of positive weight; `totals` (cells,) are sums of base weights."""
    problems = []
    for at, margin in enumerate(margins):
        found = np.bincount(cells.codes[:, at], weights=totals, minlength=len(margin.targets))
        empty = [name for name, total in zip(margin.categories, found, strict=True) if not total > 0]
        if empty:
            problems.append(Problem.of("RAKE-EMPTY", f"margin {margin.name}", categories=_listed(empty)))
    if problems:
        raise SurveykitError(problems)


def fingerprint(margins: Sequence[CodedMargin], cells: Cells, base: FloatArray) -> str:
    """SHA-256 of the margins' names, categories and rows, and of the base weights."""
    digest = hashlib.sha256(repr([(margin.name, margin.categories) for margin in margins]).encode("utf-8"))
    digest.update(np.ascontiguousarray(cells.of_row, dtype="<i4").data)
    if (base != 1).any():
        digest.update(np.ascontiguousarray(base, dtype="<f8").data)
    return digest.hexdigest()


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float | np.integer | np.floating) else float("nan")


def _codes(
    frame: pd.DataFrame, names: Sequence[str], categories: list[Any], place: str
) -> tuple[IntArray, list[Problem]]:
    if len(names) == 1:
        codes = _positions(frame[names[0]], categories)
        gone = frame[names[0]].isna().to_numpy() if len(codes) and codes.min() < 0 else None
    else:
        wrong = [str(key) for key in categories if not isinstance(key, tuple) or len(key) != len(names)]
        if wrong:
            return np.empty(0, int), [Problem.of("RAKE-TUPLE", place, columns=len(names), found=_listed(wrong))]
        parts = [list(dict.fromkeys(key[at] for key in categories)) for at in range(len(names))]
        single = [_positions(frame[name], part) for name, part in zip(names, parts, strict=True)]
        table = np.full([len(part) + 1 for part in parts], -1)
        for code, key in enumerate(categories):
            table[tuple(part.index(value) for part, value in zip(parts, key, strict=True))] = code
        codes = table[tuple(single)]
        gone = frame[list(names)].isna().any(axis=1).to_numpy() if len(codes) and codes.min() < 0 else None
    if gone is None:
        return codes, []
    problems = []
    if gone.any():
        problems.append(Problem.of("RAKE-MISSING", place, rows=int(gone.sum()), all=len(codes)))
    unknown = frame.loc[(codes < 0) & ~gone, list(names)].drop_duplicates()
    if len(unknown):
        found = [_label(row[0] if len(row) == 1 else row) for row in unknown.itertuples(index=False, name=None)]
        rows = int(((codes < 0) & ~gone).sum())
        problems.append(Problem.of("RAKE-UNKNOWN", place, categories=_listed(found), rows=rows))
    return codes, problems


def _positions(column: pd.Series, categories: list[Any]) -> IntArray:
    """The place of each value among the categories, -1 where it is not among them."""
    values = column.to_numpy() if not isinstance(column.dtype, pd.CategoricalDtype) else None
    small = _small(values, categories) if values is not None else None
    if small is not None:
        return small
    if values is None:
        known, codes = list(column.cat.categories), column.cat.codes.to_numpy()
    else:
        codes, known = pd.factorize(column)
    place = {key: at for at, key in enumerate(categories)}
    table = np.array([*(place.get(value, -1) for value in known), -1])
    return table[codes]


def _small(values: Any, categories: list[Any]) -> IntArray | None:
    """By one look-up where values are whole numbers from 0 to 4095; None where they are not."""
    whole = all(
        isinstance(key, int | np.integer | float) and 0 <= key < _SMALL and key == int(key) for key in categories
    )
    if not whole or values.dtype not in (np.int64, np.uint64) or values.view(np.uint64).max(initial=0) >= _SMALL:
        return None
    table = np.full(_SMALL, -1, dtype=np.int16)
    table[[int(key) for key in categories]] = np.arange(len(categories))
    return table[values]


def _on_one_total(margins: list[CodedMargin], rows_total: float) -> list[CodedMargin]:
    """Shares (summing to 1) take the total of the margins given as counts, or the sum of the base weights."""
    sums = [float(margin.targets.sum()) for margin in margins]
    counts = {margin.name: total for margin, total in zip(margins, sums, strict=True) if abs(total - 1) > 1e-6}
    total = next(iter(counts.values()), rows_total)
    if any(abs(found - total) > 1e-6 * total for found in counts.values()):
        listed = "; ".join(f"{name}: {found:.12g}" for name, found in counts.items())
        raise SurveykitError.of("RAKE-TOTALS", "targets", found=listed)
    return [
        CodedMargin(margin.name, margin.categories, margin.codes, margin.targets * (total / own))
        for margin, own in zip(margins, sums, strict=True)
    ]


def _label(value: Any) -> str:
    if isinstance(value, tuple):
        return " × ".join(map(_label, value))
    if isinstance(value, float | np.floating) and value == int(value):
        return str(int(value))
    return str(value)


def _listed(found: Sequence[str]) -> str:
    return ", ".join(found[:8]) + (" ..." if len(found) > 8 else "")
