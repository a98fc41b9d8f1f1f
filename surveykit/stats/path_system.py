"""Systems of regressions without loops, solved for many covariance matrices at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveykit.stats.exact import FloatArray

_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class Equation:
    """One regression: the column explained and the columns that explain it."""

    outcome: int
    predictors: tuple[int, ...]


def solve_many(matrix: FloatArray, right: FloatArray) -> FloatArray:
    """X (k, r, b) of `matrix` (k, k, b) X = `right` (k, r, b) for symmetric positive definite matrices.

    Elimination runs over k and works on all b at once. A pivot that falls below 1e-10 of its diagonal (collinear
    variables) makes the solution NaN.
    """
    a, x = matrix.copy(), right.copy()
    k = len(a)
    least = _SINGULAR * np.einsum("iib->ib", matrix)
    for i in range(k):
        pivot = np.where(a[i, i] > least[i], a[i, i], np.nan)
        for j in range(i + 1, k):
            factor = a[j, i] / pivot
            a[j, i + 1 :] -= factor * a[i, i + 1 :]
            x[j] -= factor * x[i]
        a[i, i] = pivot
    for i in range(k - 1, -1, -1):
        for j in range(i + 1, k):
            x[i] -= a[i, j] * x[j]
        x[i] /= a[i, i]
    return x


def coefficients(covariance: FloatArray, equation: Equation) -> FloatArray:
    """Slopes (k, b) of one equation in covariance matrices (p, p, b)."""
    use = np.array(equation.predictors)
    if not len(use):
        return np.empty((0, covariance.shape[2]))
    return solve_many(covariance[np.ix_(use, use)], covariance[use, equation.outcome][:, None])[:, 0]


def residual_variance(covariance: FloatArray, equation: Equation, slopes: FloatArray) -> FloatArray:
    """Variance (b,) that an equation leaves, with the divisor of `covariance`."""
    use = np.array(equation.predictors, dtype=int)
    explained = (slopes * covariance[use, equation.outcome]).sum(axis=0)
    return np.asarray(covariance[equation.outcome, equation.outcome] - explained)


def slope_errors(covariance: FloatArray, equation: Equation, slopes: FloatArray, n: int) -> FloatArray:
    """Classical standard errors (k,) from one covariance matrix (p, p, 1) with divisor n; NaN if n <= k + 1."""
    use = np.array(equation.predictors)
    k = len(use)
    freedom = n - k - 1
    if freedom <= 0 or not k:
        return np.full(k, np.nan)
    inverse = solve_many(covariance[np.ix_(use, use)], np.eye(k)[:, :, None])
    variance = residual_variance(covariance, equation, slopes)[0] / freedom
    return np.asarray(np.sqrt(np.maximum(np.diag(inverse[:, :, 0]) * variance, 0.0)))


def ordered_subsets(mediators: Sequence[int], serial: bool) -> list[tuple[int, ...]]:
    """The chains of mediators that an indirect path may take: one each, or every subset in order."""
    if not serial:
        return [(one,) for one in mediators]
    chains: list[tuple[int, ...]] = [()]
    for one in mediators:
        chains += [(*chain, one) for chain in chains]
    return sorted(chains[1:], key=lambda chain: (len(chain), chain))
