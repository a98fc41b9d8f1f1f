"""The greatest lower bound to the reliability of a sum of items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.arrays import frozen
from surveykit.stats.dimensionality import positive_definite
from surveykit.stats.exact import FloatArray
from surveykit.stats.factoring import degrees_of_freedom, extract

_ROUNDS = 60


@dataclass(frozen=True, slots=True, eq=False)
class LowerBound:
    """The bound and the common part of each item's variance (p,) that gives it; `factors` is 0 for the algebraic."""

    estimate: float
    common: FloatArray
    factors: int


def glb_factor(correlation: ArrayLike) -> LowerBound:
    """A bound from factor communalities in place of the diagonal, as psych estimates it.

    As many minres factors as eigenvalues of the matrix reduced by one factor are positive (one fewer where that
    leaves no degrees of freedom). It can lie on either side of `glb_algebraic`. In R: `psych::glb.fa(r)$glb`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    p = len(matrix)
    factors = int((extract(matrix, 1).values > 0).sum())
    if degrees_of_freedom(p, factors) < 0:
        factors -= 1
    found = extract(matrix, max(factors, 1))
    common = found.communalities
    return LowerBound(float((matrix.sum() - p + common.sum()) / matrix.sum()), common, factors)


def glb_algebraic(covariance: ArrayLike) -> LowerBound:
    """The greatest lower bound: 1 - max trace(U) / sum C, over diagonal U >= 0 with C - U positive semidefinite.

    (Jackson & Agunwamba 1977; Woodhouse & Jackson 1977.) A semidefinite programme, by Newton steps on its log
    barrier to a relative gap of 1e-9. Overestimates in samples under about 1000 (ten Berge & Socan 2004). NaN where
    the matrix is not positive definite. In R: `psych::glb.algebraic(c)$glb`.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    p = len(matrix)
    if not positive_definite(matrix):
        return LowerBound(float("nan"), frozen(np.full(p, np.nan)), 0)
    unique = np.full(p, 0.5 * float(np.linalg.eigvalsh(matrix)[0]))
    weight = 1.0 / float(np.trace(matrix))
    goal = 2 * p / (1e-9 * float(matrix.sum()))
    while weight < goal:
        weight = min(weight * 8, goal)
        unique = _centred(matrix, unique, weight)
        if weight == goal:
            break
    total = float(matrix.sum())
    return LowerBound(1 - float(unique.sum()) / total, frozen(np.diag(matrix) - unique), 0)


def _centred(matrix: FloatArray, unique: FloatArray, weight: float) -> FloatArray:
    """The maximum of weight * sum u + log det (C - U) + sum log u, from a point inside."""
    for _ in range(_ROUNDS):
        inverse = np.linalg.inv(matrix - np.diag(unique))
        gradient = weight - np.diag(inverse) + 1 / unique
        step = np.linalg.solve(inverse**2 + np.diag(unique**-2), gradient)
        decrement = float(gradient @ step)
        if decrement < 1e-10:
            break
        length = 1.0 if decrement < 0.06 else 1 / (1 + np.sqrt(decrement))
        while not _inside(matrix, unique + length * step):
            length /= 2
        unique = unique + length * step
    return unique


def _inside(matrix: FloatArray, unique: FloatArray) -> bool:
    return bool(unique.min() > 0 and np.linalg.eigvalsh(matrix - np.diag(unique))[0] > 0)
