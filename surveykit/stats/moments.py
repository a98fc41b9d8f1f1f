"""Means and co-moments as an additive type: fold blocks, leave one out, recode, combine, without the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import SurveykitError
from surveykit.stats import exact
from surveykit.stats.arrays import check_names, frozen, read_rows, standardise
from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Count, mean and centred cross products of p variables over the rows that have them all.

    A commutative monoid: `Moments.of(a) + Moments.of(b)` is `Moments.of(a and b)`, `Moments.empty` its
    identity, and `-` takes a block out again. Unweighted integers (answer codes, |x| <= 2^20) are held
    as exact sums (`exact` is true), so any order and split of the rows gives `==` moments; other numbers
    are merged by the centred update of Chan, Golub & LeVeque (1983), which is stable and commutative,
    but associative only up to rounding. `first` and `second` hold sums and raw cross products when
    `exact`, means and centred cross products otherwise.

    `n` counts rows used, `weight` sums their weights, `dropped` counts rows left out for a missing value.
    """

    names: tuple[str, ...]
    n: int
    weight: float
    dropped: int
    exact: bool
    first: NDArray[Any]
    second: NDArray[Any]

    @classmethod
    def empty(cls, names: Sequence[str]) -> Moments:
        """The moments of no rows."""
        p = len(names)
        zeros, square = frozen(np.zeros(p, np.int64)), frozen(np.zeros((p, p), np.int64))
        return cls(check_names(names), 0, 0, 0, True, zeros, square)

    @classmethod
    def of(cls, rows: ArrayLike, names: Sequence[str], weights: ArrayLike | None = None) -> Moments:
        """Moments of an (n, p) array; a row with a NaN is left out (listwise) and counted in `dropped`.

        Weights are (n,), finite and not negative; rows of weight zero are outside the sample.
        """
        values, weight = read_rows(rows, names, weights)
        complete = ~np.isnan(values).any(axis=1)
        dropped = len(values) - int(complete.sum())
        values = values[complete]
        n = len(values)
        if n == 0:
            return replace(cls.empty(names), dropped=dropped)
        if weight is None and exact.is_integral(values):
            sums = exact.product(values, np.ones((n, 1)))[:, 0]
            return cls(
                check_names(names), n, n, dropped, True, frozen(sums), frozen(exact.product(values, values))
            )
        weight = np.ones(n) if weight is None else weight[complete]
        total = float(weight.sum())
        mean = weight @ values / total
        constant = values.min(axis=0) == values.max(axis=0)
        mean[constant] = values[0, constant]
        deviations = values - mean
        second = (deviations * weight[:, None]).T @ deviations
        return cls(
            check_names(names), n, total, dropped, False, frozen(mean), frozen((second + second.T) / 2)
        )

    @classmethod
    def of_covariance(
        cls, names: Sequence[str], covariance: ArrayLike, n: int, means: ArrayLike | None = None
    ) -> Moments:
        """Moments from a published covariance (or correlation) matrix with divisor n - 1.

        Unknown means are NaN.
        """
        matrix = np.asarray(covariance, dtype=np.float64)
        p = len(names)
        if matrix.shape != (p, p) or not np.allclose(matrix, matrix.T, rtol=1e-8, atol=1e-10) or n < 2:
            raise SurveykitError.of("STATS-COVARIANCE", size=p)
        mean = np.full(p, np.nan) if means is None else np.asarray(means, dtype=np.float64)
        if mean.shape != (p,):
            raise SurveykitError.of("STATS-SHAPE", found=str(mean.shape), wanted=f"({p},)")
        second = (matrix + matrix.T) / 2 * (n - 1)
        return cls(check_names(names), n, n, 0, False, frozen(mean), frozen(second))

    @property
    def mean(self) -> FloatArray:
        """Means (p,), NaN when there are no rows or when only a covariance matrix is known."""
        if self.n == 0:
            return np.full(len(self.names), np.nan)
        return np.asarray(self.first / self.n, dtype=np.float64) if self.exact else self.first

    @property
    def comoment(self) -> FloatArray:
        """Sums of (weighted) products of deviations from the means, (p, p)."""
        if not self.exact:
            return self.second
        return np.zeros(self.second.shape) if self.n == 0 else exact.centred(self.n, self.first, self.second)

    @property
    def covariance(self) -> FloatArray:
        """Covariance matrix, NaN below two rows.

        Divisor n - 1; with weights, weight (n - 1) / n, which does not change when all weights are
        multiplied by a number and is what `survey::svyvar` uses. In R: `cov(na.omit(rows))`.
        """
        if self.n < 2:
            return np.full(self.second.shape, np.nan)
        return self.comoment / (self.weight * (self.n - 1) / self.n)

    @property
    def sd(self) -> FloatArray:
        """Standard deviations (p,)."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def correlation(self) -> FloatArray:
        """Pearson correlations; NaN where a variable is constant. In R: `cor(na.omit(rows))`."""
        return standardise(self.covariance)

    def __add__(self, other: Moments) -> Moments:
        self._check(other)
        dropped = self.dropped + other.dropped
        if other.n == 0:
            return replace(self, dropped=dropped)
        if self.n == 0:
            return replace(other, dropped=dropped)
        if self.exact and other.exact:
            return self._exactly(other, 1)
        weight = self.weight + other.weight
        mean = (self.weight * self.mean + other.weight * other.mean) / weight
        gap = other.mean - self.mean
        between = np.multiply.outer(gap, gap) * (self.weight * other.weight / weight)
        second = self.comoment + other.comoment + between
        return Moments(self.names, self.n + other.n, weight, dropped, False, frozen(mean), frozen(second))

    def __sub__(self, other: Moments) -> Moments:
        self._check(other)
        n, dropped, weight = self.n - other.n, self.dropped - other.dropped, self.weight - other.weight
        if n < 0 or dropped < 0 or (n > 0 and weight <= 0):
            raise SurveykitError.of("STATS-SUBTRACT", whole=self.n, part=other.n)
        if n == 0:
            return replace(Moments.empty(self.names), dropped=dropped)
        if other.n == 0:
            return replace(self, dropped=dropped)
        if self.exact and other.exact:
            return self._exactly(other, -1)
        mean = (self.weight * self.mean - other.weight * other.mean) / weight
        gap = other.mean - mean
        between = np.multiply.outer(gap, gap) * (weight * other.weight / self.weight)
        second = self.comoment - other.comoment - between
        return Moments(self.names, n, weight, dropped, False, frozen(mean), frozen(second))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Moments):
            return NotImplemented
        ours = (self.names, self.n, self.weight, self.dropped, self.exact)
        theirs = (other.names, other.n, other.weight, other.dropped, other.exact)
        if ours != theirs or not np.array_equal(self.second, other.second):
            return False
        return bool(np.array_equal(self.first, other.first, equal_nan=not self.exact))

    __hash__ = None  # type: ignore[assignment]

    def select(self, names: Sequence[str]) -> Moments:
        """Moments of some variables, in the order asked for; rows stay those complete on all variables."""
        missing = [name for name in names if name not in self.names]
        if missing:
            raise SurveykitError.of("STATS-NAME-UNKNOWN", name=missing[0], known=", ".join(self.names))
        index = [self.names.index(name) for name in names]
        second = self.second[np.ix_(index, index)]
        return replace(self, names=check_names(names), first=frozen(self.first[index]), second=frozen(second))

    def affine(self, scale: ArrayLike, shift: ArrayLike = 0.0) -> Moments:
        """Moments of `scale * x + shift` per variable; exact integers stay exact under integer recoding."""
        p = len(self.names)
        return self.combine(
            np.diag(np.broadcast_to(np.asarray(scale, dtype=np.float64), p)), self.names, shift
        )

    def reversed(self, mask: ArrayLike, low_plus_high: ArrayLike) -> Moments:
        """Moments where x becomes `low_plus_high - x` where `mask` is true (lowest plus highest code)."""
        flip = np.asarray(mask, dtype=bool)
        return self.affine(np.where(flip, -1.0, 1.0), np.where(flip, low_plus_high, 0.0))

    def combine(self, matrix: ArrayLike, names: Sequence[str], shift: ArrayLike = 0.0) -> Moments:
        """Moments of the linear combinations `matrix @ x + shift`, matrix (q, p): scale means, totals."""
        weights = np.asarray(matrix, dtype=np.float64)
        if weights.shape != (len(names), len(self.names)):
            raise SurveykitError.of(
                "STATS-SHAPE", found=str(weights.shape), wanted=f"({len(names)}, {len(self.names)})"
            )
        offset = np.broadcast_to(np.asarray(shift, dtype=np.float64), len(names))
        if self.exact and exact.is_integral(weights) and exact.is_integral(offset):
            lift = np.rint(np.column_stack([weights, offset])).astype(np.int64)
            raw = np.block([[self.second, self.first[:, None]], [self.first[None, :], np.array([[self.n]])]])
            moved = exact.matmul(exact.matmul(lift, raw), lift.T)
            sums = exact.matmul(lift, raw[:, -1:])[:, 0]
            return replace(self, names=check_names(names), first=frozen(sums), second=frozen(moved))
        if self.n == 0:
            return replace(Moments.empty(names), dropped=self.dropped)
        second = weights @ self.comoment @ weights.T
        mean = weights @ self.mean + offset
        return replace(
            self,
            names=check_names(names),
            exact=False,
            first=frozen(mean),
            second=frozen((second + second.T) / 2),
        )

    def _check(self, other: Moments) -> None:
        if self.names != other.names:
            raise SurveykitError.of(
                "STATS-NAMES-DIFFER", left=", ".join(self.names), right=", ".join(other.names)
            )
        blocks = [block for block in (self, other) if block.n]
        if len(blocks) == 2 and any(np.isnan(block.mean).any() for block in blocks):
            raise SurveykitError.of("STATS-MEANS-UNKNOWN")

    def _exactly(self, other: Moments, sign: int) -> Moments:
        first = exact.add(self.first, other.first, sign)
        second = exact.add(self.second, other.second, sign)
        n, dropped = self.n + sign * other.n, self.dropped + sign * other.dropped
        return Moments(self.names, n, n, dropped, True, frozen(first), frozen(second))
