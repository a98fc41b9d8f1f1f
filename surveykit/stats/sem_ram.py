"""Model-implied moments of one group in the reticular action model, with first and second derivatives.

Sigma = F (I - A)^-1 S (I - A)^-T F', mu = F (I - A)^-1 m (McArdle & McDonald 1984). The derivative of Sigma in any
parameter has rank two, u v' + v u', so that gradient and information never need the matrix of derivatives itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PATH, COVARIANCE, MEAN, THRESHOLD, SCALE = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class Elements:
    """Places of parameters: `kind`, `row` and `col` (K,).

    PATH: row is explained by col. COVARIANCE: row with col. MEAN: of row. THRESHOLD: col-th threshold of row.
    SCALE: of row.
    """

    kind: IntArray
    row: IntArray
    col: IntArray

    def __len__(self) -> int:
        return len(self.kind)

    def where(self, kind: int) -> IntArray:
        """Indices of the elements of a kind."""
        return np.flatnonzero(self.kind == kind)

    def take(self, index: IntArray) -> Elements:
        """Some of the elements."""
        return Elements(self.kind[index], self.row[index], self.col[index])


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Number of variables, and which of them are observed (p,), in the order of the sample moments."""

    size: int
    observed: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Matrices:
    """Paths A, covariances S and intercepts m of all v variables."""

    paths: FloatArray
    covariances: FloatArray
    means: FloatArray

    @classmethod
    def of(cls, shape: Shape, elements: Elements, values: FloatArray) -> Matrices:
        """Matrices with these values at these places, zero elsewhere."""
        paths, covariances = np.zeros((2, shape.size, shape.size))
        means = np.zeros(shape.size)
        at = elements.where(PATH)
        paths[elements.row[at], elements.col[at]] = values[at]
        at = elements.where(COVARIANCE)
        covariances[elements.row[at], elements.col[at]] = values[at]
        covariances[elements.col[at], elements.row[at]] = values[at]
        at = elements.where(MEAN)
        means[elements.row[at]] = values[at]
        return cls(paths, covariances, means)


@dataclass(frozen=True, slots=True, eq=False)
class Implied:
    """Total effects E = (I - A)^-1, covariances V = E S E' and means E m of all variables, and the observed part."""

    effects: FloatArray
    covariance: FloatArray
    means: FloatArray
    observed: IntArray
    sigma: FloatArray
    mu: FloatArray

    @classmethod
    def of(cls, shape: Shape, matrices: Matrices) -> Implied:
        """Moments that the matrices imply; LinAlgError where a loop of paths has no solution."""
        effects = np.linalg.inv(np.eye(shape.size) - matrices.paths)
        covariance = effects @ matrices.covariances @ effects.T
        covariance = (covariance + covariance.T) / 2
        means = effects @ matrices.means
        seen = shape.observed
        return cls(effects, covariance, means, seen, covariance[np.ix_(seen, seen)], means[seen])

    def slopes(self, elements: Elements, everywhere: bool = False) -> Slopes:
        """First derivatives, of the observed moments or of those of all variables."""
        effects = self.effects if everywhere else self.effects[self.observed]
        covariance = self.covariance if everywhere else self.covariance[self.observed]
        size = len(effects)
        count = len(elements)
        left, right, mean = np.zeros((3, count, size))
        path, cov, level = (elements.where(kind) for kind in (PATH, COVARIANCE, MEAN))
        row, col = elements.row, elements.col
        left[path] = effects[:, row[path]].T
        right[path] = covariance[:, col[path]].T
        mean[path] = left[path] * self.means[col[path]][:, None]
        left[cov] = effects[:, row[cov]].T
        half = np.where(row[cov] == col[cov], 0.5, 1.0)
        right[cov] = effects[:, col[cov]].T * half[:, None]
        mean[level] = effects[:, row[level]].T
        return Slopes(left, right, mean)


@dataclass(frozen=True, slots=True, eq=False)
class Slopes:
    """Derivatives in K parameters: dSigma_k = left_k right_k' + right_k left_k', dmu_k = mean_k; each (K, p)."""

    left: FloatArray
    right: FloatArray
    mean: FloatArray

    def matrix(self, rows: IntArray, cols: IntArray) -> FloatArray:
        """Derivatives of the covariances at (rows, cols), (len(rows), K)."""
        left, right = self.left, self.right
        return (left[:, rows] * right[:, cols] + right[:, rows] * left[:, cols]).T


def complete(shape: Shape, matrices: Matrices, derived: IntArray, scales: FloatArray) -> Matrices:
    """Residual variances of `derived` variables such that their total variances are 1 / scales^2."""
    effects = np.linalg.inv(np.eye(shape.size) - matrices.paths)
    others = matrices.covariances.copy()
    others[derived, derived] = 0.0
    known = np.einsum("ij,jk,ik->i", effects[derived], others, effects[derived])
    own = np.linalg.solve(effects[np.ix_(derived, derived)] ** 2, 1 / scales**2 - known)
    others[derived, derived] = own
    return Matrices(matrices.paths, others, matrices.means)


def curvature(
    implied: Implied, elements: Elements, weight: FloatArray, mean_weight: FloatArray | None
) -> FloatArray:
    """Sum of weight * d2 Sigma / 2 and mean_weight * d2 mu over the observed moments, (K, K).

    `weight` (p, p) is symmetric; both are held constant.
    """
    effects, covariance = implied.effects, implied.covariance
    seen_effects, seen_covariance = effects[implied.observed], covariance[implied.observed]
    by_effects = seen_effects.T @ weight @ seen_effects
    by_both = seen_effects.T @ weight @ seen_covariance
    out = np.zeros((len(elements), len(elements)))
    path, cov, level = (elements.where(kind) for kind in (PATH, COVARIANCE, MEAN))
    i, j = elements.row[path], elements.col[path]
    if len(path) == 0:
        return out
    p, q = i[None, :], j[None, :]
    i, j = i[:, None], j[:, None]
    block = (
        effects[q, i] * by_both[p, j]
        + by_effects[i, p] * covariance[q, j]
        + by_both[i, q] * effects[j, p]
    )
    if mean_weight is not None:
        by_mean = mean_weight @ seen_effects
        block = block + by_mean[p] * effects[q, i] * implied.means[j] + by_mean[i] * effects[j, p] * implied.means[q]
        mixed = by_mean[p] * effects[q, elements.row[level][:, None]]
        out[np.ix_(level, path)] = mixed
        out[np.ix_(path, level)] = mixed.T
    out[np.ix_(path, path)] = block
    if len(cov):
        r, s = elements.row[cov][:, None], elements.col[cov][:, None]
        half = np.where(r == s, 0.5, 1.0)
        mixed = half * (effects[q, r] * by_effects[p, s] + by_effects[r, p] * effects[q, s])
        out[np.ix_(cov, path)] = mixed
        out[np.ix_(path, cov)] = mixed.T
    return out


@dataclass(frozen=True, eq=False)
class Point:
    """A model at given parameters: implied moments, values of all elements, and the slopes in the free ones."""

    implied: Implied
    elements: Elements
    values: FloatArray
    free: Elements

    @cached_property
    def slopes(self) -> Slopes:
        """First derivatives of the observed moments in the free elements."""
        return self.implied.slopes(self.free)
