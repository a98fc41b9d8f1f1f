"""Weights that turn standardised answers into factor scores."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.dimensionality import positive_definite
from surveykit.stats.exact import FloatArray

ScoreMethod = Literal["regression", "bartlett", "tenberge"]
SCORE_METHODS = ("regression", "bartlett", "tenberge")


def score_weights(
    correlation: ArrayLike, loadings: ArrayLike, factor_correlation: ArrayLike, method: ScoreMethod = "regression"
) -> FloatArray:
    """Weights (p, k): scores are standardised answers times them.

    `regression`: R^-1 L Phi, closest to the factors (Thurstone 1935); `bartlett`: U^-1 L (L' U^-1 L)^-1, conditionally
    unbiased (Bartlett 1937); `tenberge`: correlated as the factors are (ten Berge et al. 1999). NaN where the matrix,
    or for Bartlett a unique variance, is not positive. In R: `psych::factor.scores(r, L, Phi, method =)$weights`.
    """
    matrix, pattern, phi = (np.asarray(part, dtype=np.float64) for part in (correlation, loadings, factor_correlation))
    undefined = np.full(pattern.shape, np.nan)
    if not positive_definite(matrix) or not np.all(np.isfinite(pattern)):
        return undefined
    if method == "regression":
        return np.asarray(np.linalg.solve(matrix, pattern @ phi))
    if method == "bartlett":
        unique = 1 - np.einsum("ij,jk,ik->i", pattern, phi, pattern)
        if unique.min() <= 0:
            return undefined
        scaled = pattern / unique[:, None]
        return np.asarray(scaled @ np.linalg.inv(pattern.T @ scaled))
    root, half = _power(phi, 0.5), _power(matrix, -0.5)
    turned = pattern @ root
    inner = turned.T @ np.linalg.solve(matrix, turned)
    return np.asarray(half @ half @ turned @ _power(inner, -0.5) @ root)


def determinacy(correlation: ArrayLike, loadings: ArrayLike, factor_correlation: ArrayLike) -> FloatArray:
    """Squared multiple correlation of each factor with the items, (k,). In R: `psych::fa(...)$R2`."""
    weights = score_weights(correlation, loadings, factor_correlation)
    structure = np.asarray(loadings, dtype=np.float64) @ np.asarray(factor_correlation, dtype=np.float64)
    return np.asarray((weights * structure).sum(axis=0))


def _power(matrix: FloatArray, exponent: float) -> FloatArray:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.maximum(values, 1e-300) ** exponent) @ vectors.T)
