"""Internal consistency from a covariance or correlation matrix of items that point the same way.

Every function takes a (k, k) matrix. Give the covariance matrix for raw coefficients and the correlation
matrix (`arrays.standardise`) for standardised ones. Where a coefficient is undefined it is NaN;
`item_problems` says why.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from surveykit.errors import Problem
from surveykit.stats.arrays import standardise
from surveykit.stats.exact import FloatArray


def item_problems(covariance: ArrayLike, names: Sequence[str], place: str = "") -> tuple[Problem, ...]:
    """Why coefficients are undefined: one item, a constant item, no total variance, duplicates."""
    matrix = np.asarray(covariance, dtype=np.float64)
    if len(names) < 2:
        return (Problem.of("STATS-ONE-ITEM", place, items=len(names)),)
    constant = np.diag(matrix) <= 0
    found = [
        Problem.of("STATS-CONSTANT-ITEM", f"item {name}", "warning")
        for name, flat in zip(names, constant, strict=True)
        if flat
    ]
    total = float(matrix.sum())
    if not _positive_total(matrix):
        found.append(Problem.of("STATS-TOTAL-VARIANCE", place, variance=f"{total:.3g}"))
    elif not found and np.isnan(smc(matrix)).any():
        found.append(Problem.of("STATS-SINGULAR-ITEMS", place, "warning"))
    return tuple(found)


def _positive_total(matrix: FloatArray) -> bool:
    return bool(matrix.sum() > 1e-12 * max(float(np.trace(matrix)), np.finfo(float).tiny))


def _ratio(numerator: float, matrix: FloatArray) -> float:
    return float(numerator / matrix.sum()) if _positive_total(matrix) else float("nan")


def alpha(covariance: ArrayLike) -> float:
    """Cronbach's alpha, k / (k - 1) (1 - trace / total), which may be negative; NaN for one item.

    Raw from a covariance matrix; from a correlation matrix it is the standardised alpha. Cronbach (1951).
    In R: `psych::alpha(items)$total$raw_alpha`.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    k = len(matrix)
    return float("nan") if k < 2 else k / (k - 1) * _ratio(matrix.sum() - np.trace(matrix), matrix)


def alpha_standardised(covariance: ArrayLike) -> float:
    """Alpha of the items standardised, k r / (1 + (k - 1) r). In R: `psych::alpha(items)$total$std.alpha`."""
    return alpha(standardise(np.asarray(covariance, dtype=np.float64)))


def alpha_ase(covariance: ArrayLike, n: float) -> float:
    """Asymptotic standard error of raw alpha under normality.

    sqrt(Q / n), Q = 2 k^2 / ((k - 1)^2 T^3) (T (tr C^2 + (tr C)^2) - 2 tr C sum(C^2)), T the sum of C
    and C^2 the matrix product. van Zyl, Neudecker & Nel (2000); Duhachek & Iacobucci (2004). In R (psych
    2.2.9): `psych::alpha(items)$total$ase`, where n counts all rows, also those with missing items.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    k, total, trace = len(matrix), float(matrix.sum()), float(np.trace(matrix))
    if k < 2 or n < 1 or not _positive_total(matrix):
        return float("nan")
    squared = matrix @ matrix
    inner = total * (np.trace(squared) + trace**2) - 2 * trace * squared.sum()
    return float(np.sqrt(max(2 * k**2 / ((k - 1) ** 2 * total**3) * inner, 0.0) / n))


def alpha_if_deleted(covariance: ArrayLike) -> FloatArray:
    """Alpha of the other k - 1 items for each item, (k,); NaN for fewer than three items.

    In R: `psych::alpha(items)$alpha.drop$raw_alpha`.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    k, own = len(matrix), np.diag(matrix)
    rest = matrix.sum() - 2 * matrix.sum(axis=1) + own
    if k < 3:
        return np.full(k, np.nan)
    return (k - 1) / (k - 2) * (1 - (own.sum() - own) / np.where(rest > 0, rest, np.nan))


def item_rest_correlations(covariance: ArrayLike) -> FloatArray:
    """Correlation of each item with the sum of the others, (k,).

    In R: `psych::alpha(items)$item.stats$r.drop`.
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    own, row = np.diag(matrix), matrix.sum(axis=1)
    product = own * (matrix.sum() - 2 * row + own)
    return np.asarray((row - own) / np.sqrt(np.where(product > 0, product, np.nan)))


def _off_diagonal(covariance: ArrayLike) -> FloatArray:
    correlation = standardise(np.asarray(covariance, dtype=np.float64))
    return correlation[np.tril_indices(len(correlation), -1)]


def average_r(covariance: ArrayLike) -> float:
    """Mean of the correlations between items. In R: `psych::alpha(items)$total$average_r`."""
    values = _off_diagonal(covariance)
    return float(values.mean()) if values.size else float("nan")


def median_r(covariance: ArrayLike) -> float:
    """Median of the correlations between items. In R: `psych::alpha(items)$total$median_r`."""
    values = _off_diagonal(covariance)
    return float(np.median(values)) if values.size else float("nan")


def smc(covariance: ArrayLike) -> FloatArray:
    """Squared multiple correlation of each item with the others, (k,); NaN when the matrix is singular."""
    correlation = standardise(np.asarray(covariance, dtype=np.float64))
    if not np.all(np.isfinite(correlation)) or np.linalg.eigvalsh(correlation)[0] < 1e-10:
        return np.full(len(correlation), np.nan)
    return np.asarray(1 - 1 / np.diag(np.linalg.inv(correlation)))


def lambda1(matrix: ArrayLike) -> float:
    """Guttman's (1945) first bound, 1 - trace / total.

    Give the correlations for `psych::guttman(items)$lambda.1`.
    """
    values = np.asarray(matrix, dtype=np.float64)
    return _ratio(values.sum() - np.trace(values), values) if len(values) > 1 else float("nan")


def lambda2(matrix: ArrayLike) -> float:
    """Guttman's second bound, never below alpha: covariances plus sqrt(k / (k - 1) sum of their squares)."""
    values = np.asarray(matrix, dtype=np.float64)
    k = len(values)
    if k < 2:
        return float("nan")
    off = values - np.diag(np.diag(values))
    return _ratio(off.sum() + np.sqrt(k / (k - 1) * (off**2).sum()), values)


def lambda3(matrix: ArrayLike) -> float:
    """Guttman's third bound, which is alpha of the matrix given."""
    return alpha(matrix)


def lambda5(matrix: ArrayLike) -> float:
    """Guttman's fifth bound: lambda1 plus 2 sqrt(largest column sum of squared covariances) / total."""
    values = np.asarray(matrix, dtype=np.float64)
    if len(values) < 2:
        return float("nan")
    off = values - np.diag(np.diag(values))
    return _ratio(off.sum() + 2 * np.sqrt((off**2).sum(axis=0).max()), values)


def lambda6(matrix: ArrayLike) -> float:
    """Guttman's sixth bound, 1 - sum of item variances not explained by the other items / total.

    In R, from correlations: `psych::guttman(items)$lambda.6`, `psych::alpha(items)$total[["G6(smc)"]]`.
    """
    values = np.asarray(matrix, dtype=np.float64)
    if len(values) < 2:
        return float("nan")
    return _ratio(values.sum() - float(np.diag(values) @ (1 - smc(values))), values)


def spearman_brown(reliability: ArrayLike, factor: ArrayLike = 2.0) -> FloatArray:
    """Reliability of a scale `factor` times as long, f r / (1 + (f - 1) r).

    Two items: their correlation and factor 2.
    """
    value, times = np.asarray(reliability, dtype=np.float64), np.asarray(factor, dtype=np.float64)
    below = 1 + (times - 1) * value
    return np.asarray(times * value / np.where(below > 0, below, np.nan))
