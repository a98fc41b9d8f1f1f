"""Answers as positions on their items' ordered codes, all pointing the same way: what an item response model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import left_out, unweighted
from surveykit.analyse.scales import Keys, levels_of, scale_items, scale_matrices
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import columns_of
from surveykit.stats.moments import Moments

FEWEST_ITEMS, FEWEST_ANSWERS = 3, 5


@dataclass(frozen=True, slots=True, eq=False)
class OrderedItems:
    """Positions (n, p) 0, 1, ..., -1 missing, on `levels`: each item's codes in use, lowest standing first."""

    items: tuple[str, ...]
    levels: Mapping[str, tuple[float, ...]]
    reversed_items: tuple[str, ...]
    positions: NDArray[np.int64]
    problems: tuple[Problem, ...]

    @property
    def varied(self) -> NDArray[np.bool_]:
        """Items (p,) that have two codes or more."""
        return np.array([len(self.levels[item]) > 1 for item in self.items])


def ordered_items(data: Any, keys: Keys, only: str | Sequence[str] | None) -> OrderedItems:
    """The items chosen, as positions on their codes; rows without any answer are left out and counted."""
    if isinstance(data, Moments):
        raise SurveykitError.of("IRT-NOROWS")
    unweighted(data, "irt")
    items = _chosen(data, only)
    if len(items) < FEWEST_ITEMS:
        raise SurveykitError.of("IRT-ITEMS", found=len(items), least=FEWEST_ITEMS)
    answers = columns_of(data, items).to_numpy(dtype=float)
    known = ~np.isnan(answers)
    if not known.any():
        raise SurveykitError.of("IRT-NOROWS")
    some = known.any(axis=1)
    direction = next(scale_matrices(data, {"scale": items}, keys, "pairwise", False))
    turned = tuple(item for item, sign in zip(items, direction.signs, strict=True) if sign < 0)
    ascending = dict(zip(items, levels_of(answers, items), strict=True))
    levels = {item: codes[::-1] if item in turned else codes for item, codes in ascending.items()}
    problems = list(direction.problems)
    problems += left_out("", int((~some).sum()), len(some))
    partly = int((some & ~known.all(axis=1)).sum())
    if partly:
        problems.append(Problem.of("IRT-MISSING", "", "note", partly=partly, rows=int(some.sum())))
    positions = positions_of(answers[some], items, levels)
    return OrderedItems(
        items, levels, turned, positions, (*problems, *_code_problems(data, items, ascending, positions, levels))
    )


def positions_of(
    answers: NDArray[np.float64], items: Sequence[str], levels: Mapping[str, Sequence[float]]
) -> NDArray[np.int64]:
    """Position of every answer among its item's codes, -1 where missing; a code that is not among them is refused."""
    found = np.full(answers.shape, -1, dtype=np.int64)
    problems = []
    for at, item in enumerate(items):
        column = answers[:, at]
        for position, code in enumerate(levels[item]):
            found[column == code, at] = position
        strange = np.unique(column[~np.isnan(column) & (found[:, at] < 0)])
        if len(strange):
            listed = ", ".join(f"{value:g}" for value in strange[:8])
            problems.append(Problem.of("IRT-NEWCODE", f"item {item}", found=listed))
    if problems:
        raise SurveykitError(problems)
    return found


def _chosen(data: Any, only: str | Sequence[str] | None) -> tuple[str, ...]:
    if only is not None and not isinstance(only, str):
        return tuple(dict.fromkeys(only))
    scales = scale_items(data, None)
    if only is None and len(scales) == 1:
        return next(iter(scales.values()))
    if only is None or only not in scales:
        raise SurveykitError.of("IRT-SCALE", found=str(only), scales=", ".join(scales))
    return scales[only]


def _code_problems(
    data: Any,
    items: Sequence[str],
    ascending: Mapping[str, Sequence[float]],
    positions: NDArray[np.int64],
    levels: Mapping[str, Sequence[float]],
) -> list[Problem]:
    offered = _offered(data, items)
    problems = []
    for at, item in enumerate(items):
        codes = ascending[item]
        place = f"item {item}"
        if len(codes) < 2:
            problems.append(Problem.of("IRT-CONSTANT", place, "warning"))
            continue
        wanted = offered.get(item, range(int(codes[0]), int(codes[-1]) + 1))
        empty = [f"{code:g}" for code in wanted if code not in codes]
        if empty:
            problems.append(Problem.of("IRT-EMPTY", place, "warning", codes=", ".join(empty)))
        counts = np.bincount(positions[positions[:, at] >= 0, at], minlength=len(codes))
        rare = sorted(levels[item][k] for k in np.flatnonzero(counts < FEWEST_ANSWERS))
        if rare:
            listed = ", ".join(f"{code:g}" for code in rare)
            problems.append(Problem.of("IRT-RARE", place, "note", codes=listed, least=FEWEST_ANSWERS))
    return problems


def _offered(data: Any, items: Sequence[str]) -> dict[str, Sequence[int]]:
    """The codes that the questionnaire offers, by item."""
    asked = data.questionnaire if isinstance(data, Responses) else None
    if asked is None:
        return {}
    values = {scale.code: tuple(scale.values) for scale in asked.scales}
    owner = {item: asked.item(item).scale for item in items if asked.has(item)}
    return {item: values[scale] for item, scale in owner.items() if scale is not None and scale in values}
