"""Weights of several indicators: from pairwise judgements (AHP), or from how their values vary (entropy, CRITIC)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.exact import FloatArray

RANDOM_INDEX = (0.0, 0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
"""Mean consistency index of random judgements on n = 0, 1, ... 15 elements (Saaty 1980)."""
MOST_INCONSISTENT = 0.10
"""Above this consistency ratio judgements should be revised (Saaty 1980)."""
_ROUNDING = 0.02
"""A written reciprocal (.33 for 1/3) may be off by this share."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Weights (k,), largest eigenvalue, consistency index and ratio of one matrix of judgements."""

    weights: FloatArray
    eigenvalue: float
    index: float
    ratio: float


def judged(matrix: ArrayLike, place: str = "judgements") -> Judged:
    """Weights of a positive reciprocal matrix (k, k): its principal eigenvector, summing to 1 (AHP).

    Consistency index (eigenvalue - k) / (k - 1); the ratio divides it by the mean index of random matrices: 0 for k
    below 3, where judgements cannot contradict each other, NaN above 15, for which Saaty gives no index. The upper
    triangle counts where a reciprocal was rounded. Raises SurveykitError for a matrix that is not square, not
    positive or not reciprocal. Source: Saaty 1980. In R: `eigen(matrix)`.
    """
    values = reciprocal(matrix, place)
    k = len(values)
    roots, vectors = np.linalg.eig(values)
    at = int(np.argmax(roots.real))
    weights = np.abs(vectors[:, at].real)
    largest = float(roots[at].real)
    index = max(largest - k, 0.0) / (k - 1) if k > 2 else 0.0
    random = RANDOM_INDEX[k] if k < len(RANDOM_INDEX) else np.nan
    return Judged(weights / weights.sum(), largest, index, index / random if k > 2 else 0.0)


def reciprocal(matrix: ArrayLike, place: str = "judgements") -> FloatArray:
    """The judgements as a matrix whose lower triangle is exactly the reciprocal of the upper one."""
    try:
        values = np.array(matrix, dtype=np.float64)
    except (TypeError, ValueError):
        raise SurveykitError.of("INDIC-NOTSQUARE", place, found="text") from None
    if values.ndim != 2 or values.shape[0] != values.shape[1] or not values.size:
        raise SurveykitError.of("INDIC-NOTSQUARE", place, found=" x ".join(map(str, values.shape)))
    wrong = []
    for row, column in np.argwhere(~(np.isfinite(values) & (values > 0))):
        wrong.append(Problem.of("INDIC-NOTPOSITIVE", place, row=int(row) + 1, column=int(column) + 1))
    if wrong:
        raise SurveykitError(wrong)
    off = np.abs(values * values.T - 1.0) > _ROUNDING
    for row, column in np.argwhere(np.triu(off)):
        wrong.append(
            Problem.of(
                "INDIC-NOTRECIPROCAL",
                place,
                row=int(row) + 1,
                column=int(column) + 1,
                above=f"{values[row, column]:g}",
                below=f"{values[column, row]:g}",
            )
        )
    if wrong:
        raise SurveykitError(wrong)
    upper = np.triu(values, 1)
    lower = np.divide(1.0, upper.T, out=np.zeros_like(values), where=upper.T > 0)
    return upper + lower + np.eye(len(values))


def together(matrices: Sequence[ArrayLike], importance: FloatArray | None = None) -> FloatArray:
    """One matrix from the judgements of several people: geometric means cell by cell, which stay reciprocal.

    `importance`: how much each judge counts (default: all the same). Source: Aczel & Saaty 1983.
    """
    sizes = {np.shape(matrix) for matrix in matrices}
    if len(sizes) > 1:
        raise SurveykitError.of("INDIC-SIZES", "judgements")
    logs = np.log([reciprocal(matrix, f"judgements {at + 1}") for at, matrix in enumerate(matrices)])
    found = np.exp(np.average(logs, axis=0, weights=importance))
    return np.asarray(found, dtype=np.float64)


def entropy_weights(values: ArrayLike) -> FloatArray:
    """Weights (k,) of the columns of a non-negative (units, k) table: 1 - entropy, scaled to sum 1.

    p = value / column sum; entropy = -sum(p ln p) / ln(units). A column that is the same for all units has weight 0.
    NaN for fewer than two units, a missing or negative value, a column of zeros, or where every column is constant.
    It measures spread between these units, not importance. Source: Shannon 1948; Hwang & Yoon 1981.
    """
    table = np.asarray(values, dtype=np.float64)
    n, k = table.shape
    if n < 2 or not np.all(np.isfinite(table)) or (table < 0).any() or not np.all(table.sum(axis=0) > 0):
        return np.full(k, np.nan)
    p = table / table.sum(axis=0)
    logs = np.log(p, out=np.zeros_like(p), where=p > 0)
    diversity = np.where(np.ptp(table, axis=0) > 0, 1.0 + (p * logs).sum(axis=0) / np.log(n), 0.0)
    total = diversity.sum()
    return np.asarray(diversity / total if total > 0 else np.full(k, np.nan))


def critic_weights(values: ArrayLike) -> FloatArray:
    """Weights (k,) of the columns of a (units, k) table, higher being better: spread times conflict, scaled to sum 1.

    On min-max scaled columns, sd_j * sum_i (1 - r_ij). A constant column has weight 0 and counts in no sum. NaN for
    fewer than three units or a missing value; one column has weight 1, and columns that all correlate at 1 have NaN.
    Source: Diakoulaki, Mavrotas & Papayannakis 1995.
    """
    table = np.asarray(values, dtype=np.float64)
    n, k = table.shape
    weights = np.zeros(k)
    if n < 3 or not np.all(np.isfinite(table)):
        return np.full(k, np.nan)
    varied = np.flatnonzero(np.ptp(table, axis=0) > 0)
    if len(varied) < 2:
        weights[varied] = 1.0
        return weights if len(varied) else np.full(k, np.nan)
    part = table[:, varied]
    scaled = (part - part.min(axis=0)) / np.ptp(part, axis=0)
    conflict = (1.0 - np.corrcoef(scaled, rowvar=False)).sum(axis=0)
    information = scaled.std(axis=0) * np.where(conflict > 1e-12, conflict, 0.0)
    total = information.sum()
    weights[varied] = information / total if total > 0 else np.nan
    return weights
