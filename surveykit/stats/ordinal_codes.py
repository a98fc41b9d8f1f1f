"""Rows of ordered answers and numbers as positions, numbers and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.arrays import read_rows
from surveykit.stats.exact import FloatArray

MOST_LEVELS = 30
_CHUNK = 16_384


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Values (n, p) with NaN, weights (n,) that sum to n, positions of the answers (ordered variables, n).

    `levels` holds the codes of each ordered variable, nothing for a continuous one; `position` (p,) is the row of an
    ordered variable in `codes`; a missing answer has the position `width`, the largest number of levels.
    """

    names: tuple[str, ...]
    ordered: NDArray[np.bool_]
    levels: tuple[tuple[float, ...], ...]
    values: FloatArray
    weights: FloatArray
    codes: NDArray[np.intp]
    position: NDArray[np.intp]
    width: int
    dropped: int


def read(
    rows: ArrayLike,
    names: Sequence[str],
    ordered: NDArray[np.bool_],
    levels: Sequence[Sequence[float] | None] | None,
    weights: ArrayLike | None,
    missing: Literal["listwise", "pairwise"],
) -> Rows:
    """Checked rows; without any answer, or (listwise) without one of them, a row is dropped."""
    values, weight = read_rows(rows, names, weights)
    gone = np.isnan(values)
    if missing not in ("listwise", "pairwise"):
        raise SurveykitError.of("ORDINAL-MISSING", found=missing)
    keep = ~(gone.any(axis=1) if missing == "listwise" else gone.all(axis=1))
    values = np.ascontiguousarray(values[keep])
    if len(values) < 2 or np.isnan(values).all(axis=0).any():
        raise SurveykitError.of("ORDINAL-NO-ROWS", rows=len(values))
    share = np.ones(len(values)) if weight is None else weight[keep] * len(values) / weight[keep].sum()
    given = [None] * len(names) if levels is None else list(levels)
    if len(given) != len(names):
        raise SurveykitError.of("STATS-LEVELS-WANTED", found=len(given), wanted=len(names))
    problems: list[Problem] = []
    used = tuple(
        _levels(values[:, j], name, codes, problems) if mark else ()
        for j, (name, codes, mark) in enumerate(zip(names, given, ordered, strict=True))
    )
    if problems:
        raise SurveykitError(problems)
    width = max((len(codes) for codes in used), default=0)
    position = np.where(ordered, np.cumsum(ordered) - 1, -1).astype(np.intp)
    codes = np.full((int(ordered.sum()), len(values)), width, dtype=np.intp)
    for j in np.flatnonzero(ordered):
        seen = ~np.isnan(values[:, j])
        codes[position[j], seen] = np.searchsorted(np.array(used[j]), values[seen, j])
    return Rows(tuple(names), ordered, used, values, share, codes, position, width, int((~keep).sum()))


def _levels(column: FloatArray, name: str, given: Sequence[float] | None, problems: list[Problem]) -> tuple[float, ...]:
    found = np.unique(column[~np.isnan(column)])
    place = f"column {name}"
    if given is not None:
        wanted = np.unique(np.asarray(given, dtype=np.float64))
        stray, unused = np.setdiff1d(found, wanted), np.setdiff1d(wanted, found)
        allowed = ", ".join(f"{code:g}" for code in wanted)
        if stray.size:
            tally = int((column == stray[0]).sum())
            problems.append(Problem.of("STATS-LEVEL", place, count=tally, value=f"{stray[0]:g}", levels=allowed))
        if unused.size:
            problems.append(Problem.of("ORDINAL-LEVEL-UNUSED", place, value=", ".join(f"{code:g}" for code in unused)))
    if len(found) > MOST_LEVELS:
        problems.append(Problem.of("ORDINAL-LEVELS-MANY", place, levels=len(found), most=MOST_LEVELS))
    return tuple(found.tolist())


def tables(rows: Rows) -> tuple[FloatArray, FloatArray]:
    """Weight of each level (variables, L) and of each pair of levels (variables, L, variables, L)."""
    count, size = len(rows.codes), rows.width
    joint = np.zeros((count * size, count * size))
    for start in range(0, len(rows.values), _CHUNK):
        codes = rows.codes[:, start : start + _CHUNK]
        hot = (codes.T[:, :, None] == np.arange(size)).reshape(codes.shape[1], count * size).astype(np.float64)
        joint += hot.T @ (hot * rows.weights[start : start + _CHUNK, None])
    return np.diag(joint).reshape(count, size).copy(), joint.reshape(count, size, count, size)
