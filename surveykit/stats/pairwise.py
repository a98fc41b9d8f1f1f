"""Covariances from the rows each pair of variables has in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import SurveykitError
from surveykit.stats import exact
from surveykit.stats.arrays import check_names, frozen, read_rows
from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class PairwiseMoments:
    """Additive moments of every pair of variables over the rows where both are present.

    `pair_n` (p, p) counts the rows of a pair (the diagonal: rows with the variable); `first[i, j]` and
    `square[i, j]` are the sum of variable i and of its square over the rows that have j too, `cross` the
    sums of products. Integer codes are held exactly; for other numbers the first block's column means
    are taken off first (`origin`), which keeps the sums stable.
    """

    names: tuple[str, ...]
    n: int
    pair_n: NDArray[np.int64]
    origin: FloatArray
    first: NDArray[Any]
    square: NDArray[Any]
    cross: NDArray[Any]

    @classmethod
    def empty(cls, names: Sequence[str]) -> PairwiseMoments:
        """The moments of no rows."""
        return cls.of(np.empty((0, len(names))), names)

    @classmethod
    def of(cls, rows: ArrayLike, names: Sequence[str], origin: ArrayLike | None = None) -> PairwiseMoments:
        """Pairwise moments of an (n, p) array, NaN = missing.

        Blocks to be added must be given one `origin` if not integers.
        """
        values, _ = read_rows(rows, names, None)
        present = ~np.isnan(values)
        filled = np.where(present, values, 0.0)
        start = np.zeros(len(names)) if origin is None else np.asarray(origin, dtype=np.float64)
        mask = present.astype(np.float64)
        integral = exact.is_integral(filled) and not start.any()
        if not integral:
            if origin is None:
                start = filled.sum(axis=0) / np.maximum(mask.sum(axis=0), 1)
            filled = np.where(present, values - start, 0.0)
        multiply = exact.product if integral else (lambda left, right: left.T @ right)
        first, square, cross = multiply(filled, mask), multiply(filled**2, mask), multiply(filled, filled)
        counts = np.asarray(exact.product(mask, mask), dtype=np.int64)
        return cls(
            check_names(names),
            len(values),
            frozen(counts),
            frozen(start),
            frozen(first),
            frozen(square),
            frozen(cross),
        )

    @property
    def covariance(self) -> FloatArray:
        """Covariances over each pair's own rows, divisor pair_n - 1, NaN below two.

        In R: `cov(x, use = "pairwise")`.
        """
        return self._comoment(self.cross, self.first, self.first.T) / self._divisor()

    @property
    def correlation(self) -> FloatArray:
        """Correlations with means and deviations of each pair's own rows. In R: `cor(x, use = "pairwise")`.

        `standardise(covariance)` divides by the deviations of all available rows instead, as
        `psych::alpha` does.
        """
        own = self._comoment(self.square, self.first, self.first) / self._divisor()
        variance = np.where(own * own.T > 0, own * own.T, np.nan)
        return np.asarray(self.covariance / np.sqrt(variance))

    def __add__(self, other: PairwiseMoments) -> PairwiseMoments:
        return self._merged(other, 1)

    def __sub__(self, other: PairwiseMoments) -> PairwiseMoments:
        if other.n > self.n or np.any(other.pair_n > self.pair_n):
            raise SurveykitError.of("STATS-SUBTRACT", whole=self.n, part=other.n)
        return self._merged(other, -1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PairwiseMoments):
            return NotImplemented
        fields = ("pair_n", "origin", "first", "square", "cross")
        return (self.names, self.n) == (other.names, other.n) and all(
            np.array_equal(getattr(self, field), getattr(other, field)) for field in fields
        )

    __hash__ = None  # type: ignore[assignment]

    def _merged(self, other: PairwiseMoments, sign: int) -> PairwiseMoments:
        if self.names != other.names:
            raise SurveykitError.of(
                "STATS-NAMES-DIFFER", left=", ".join(self.names), right=", ".join(other.names)
            )
        if other.n == 0:
            return self
        if self.n == 0 and sign > 0:
            return other
        if not np.array_equal(self.origin, other.origin):
            raise SurveykitError.of("STATS-ORIGIN")

        def joined(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
            if left.dtype.kind == "f" or right.dtype.kind == "f":
                return frozen(left + sign * right, np.float64)
            return frozen(exact.add(left, right, sign))

        return PairwiseMoments(
            self.names,
            self.n + sign * other.n,
            frozen(self.pair_n + sign * other.pair_n),
            self.origin,
            joined(self.first, other.first),
            joined(self.square, other.square),
            joined(self.cross, other.cross),
        )

    def _divisor(self) -> FloatArray:
        return np.where(self.pair_n > 1, self.pair_n - 1.0, np.nan)

    def _comoment(self, cross: NDArray[Any], left: NDArray[Any], right: NDArray[Any]) -> FloatArray:
        count = np.maximum(self.pair_n, 1)
        if cross.dtype.kind == "f":
            return np.asarray(cross - left * right / count, dtype=np.float64)
        whole = count.astype(object)
        numerator = whole * cross.astype(object) - left.astype(object) * right.astype(object)
        return np.asarray(numerator / whole, dtype=np.float64)


def pairwise(rows: ArrayLike, names: Sequence[str]) -> PairwiseMoments:
    """Pairwise-available moments of an (n, p) array; see `PairwiseMoments`."""
    return PairwiseMoments.of(rows, names)
