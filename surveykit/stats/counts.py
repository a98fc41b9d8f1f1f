"""How often each answer, and each pair of answers, was given: an additive type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.arrays import check_names, frozen, read_rows
from surveykit.stats.exact import FloatArray

Levels = tuple[tuple[float, ...], ...]
_CHUNK = 16_384


def _levels(levels: Iterable[Any], p: int) -> Levels:
    given = list(levels)
    if given and not np.ndim(given[0]):
        return (tuple(float(value) for value in given),) * p
    if len(given) != p:
        raise SurveykitError.of("STATS-LEVELS-WANTED", found=len(given), wanted=p)
    return tuple(tuple(float(value) for value in one) for one in given)


def _one_hot(values: FloatArray, names: Sequence[str], levels: Levels) -> FloatArray:
    columns, problems = [], []
    for j, (name, codes) in enumerate(zip(names, levels, strict=True)):
        hot = values[:, j : j + 1] == np.array(codes)
        stray = ~hot.any(axis=1) & ~np.isnan(values[:, j])
        if stray.any():
            found = f"{values[stray.argmax(), j]:g}"
            allowed = ", ".join(f"{code:g}" for code in codes)
            problems.append(
                Problem.of(
                    "STATS-LEVEL", f"column {name}", count=int(stray.sum()), value=found, levels=allowed
                )
            )
        columns.append(hot)
    if problems:
        raise SurveykitError(problems)
    return np.concatenate(columns, axis=1).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Univariate and all two-way tables of p answer codes.

    A commutative monoid like `Moments`: `+`, `-`, `Counts.empty`. Each table uses the rows where its
    variables are present. Without weights all counts are int64 and exact. `joint` (K, K) holds every
    table side by side, K the total number of levels; `n` counts rows (of positive weight), `missing`
    (p,) those without the variable.
    """

    names: tuple[str, ...]
    levels: Levels
    n: int
    missing: NDArray[np.int64]
    joint: NDArray[Any]

    @classmethod
    def empty(cls, names: Sequence[str], levels: Iterable[Any]) -> Counts:
        """The counts of no rows."""
        return cls.of(np.empty((0, len(names))), names, levels)

    @classmethod
    def of(
        cls, codes: ArrayLike, names: Sequence[str], levels: Iterable[Any], weights: ArrayLike | None = None
    ) -> Counts:
        """Counts of an (n, p) array of codes, NaN = missing.

        `levels`: the ordered codes, one sequence for all variables or one for each. A code that is not
        among them is refused, with its column.
        """
        values, weight = read_rows(codes, names, weights)
        each = _levels(levels, len(names))
        size = sum(len(one) for one in each)
        joint: NDArray[Any] = np.zeros((size, size), np.int64 if weight is None else np.float64)
        for start in range(0, len(values), _CHUNK):
            hot = _one_hot(values[start : start + _CHUNK], names, each)
            if weight is None:
                joint += np.rint(hot.T @ hot).astype(np.int64)
            else:
                joint += hot.T @ (hot * weight[start : start + _CHUNK, None])
        missing = np.isnan(values).sum(axis=0).astype(np.int64)
        return cls(check_names(names), each, len(values), frozen(missing), frozen(joint))

    def span(self, name: str) -> slice:
        """Where the levels of a variable lie in `joint`."""
        if name not in self.names:
            raise SurveykitError.of("STATS-NAME-UNKNOWN", name=name, known=", ".join(self.names))
        position = self.names.index(name)
        start = sum(len(one) for one in self.levels[:position])
        return slice(start, start + len(self.levels[position]))

    def table(self, a: str, b: str) -> NDArray[Any]:
        """Two-way table (levels of a, levels of b) over the rows that have both. In R: `table(a, b)`."""
        return self.joint[self.span(a), self.span(b)]

    def univariate(self, a: str) -> NDArray[Any]:
        """Counts of the levels of one variable over the rows that have it. In R: `table(a)`."""
        return np.diag(self.table(a, a)).copy()

    def select(self, names: Sequence[str]) -> Counts:
        """Counts of some variables, in the order asked for."""
        spans = [np.arange(self.joint.shape[0])[self.span(name)] for name in names]
        index = np.concatenate(spans) if spans else np.array([], dtype=int)
        order = [self.names.index(name) for name in names]
        levels = tuple(self.levels[i] for i in order)
        joint = frozen(self.joint[np.ix_(index, index)])
        return Counts(check_names(names), levels, self.n, frozen(self.missing[order]), joint)

    def __add__(self, other: Counts) -> Counts:
        return self._merged(other, 1)

    def __sub__(self, other: Counts) -> Counts:
        if other.n > self.n:
            raise SurveykitError.of("STATS-SUBTRACT", whole=self.n, part=other.n)
        return self._merged(other, -1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Counts):
            return NotImplemented
        return (
            (self.names, self.levels, self.n) == (other.names, other.levels, other.n)
            and bool(np.array_equal(self.missing, other.missing))
            and bool(np.array_equal(self.joint, other.joint))
        )

    __hash__ = None  # type: ignore[assignment]

    def _merged(self, other: Counts, sign: int) -> Counts:
        if (self.names, self.levels) != (other.names, other.levels):
            raise SurveykitError.of(
                "STATS-NAMES-DIFFER", left=", ".join(self.names), right=", ".join(other.names)
            )
        missing = frozen(self.missing + sign * other.missing)
        joint = frozen(self.joint + sign * other.joint)
        if np.any(missing < 0) or (joint.dtype.kind == "i" and np.any(joint < 0)):
            raise SurveykitError.of("STATS-SUBTRACT", whole=self.n, part=other.n)
        return Counts(self.names, self.levels, self.n + sign * other.n, missing, joint)
