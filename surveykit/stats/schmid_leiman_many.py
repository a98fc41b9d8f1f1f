"""Hierarchical omegas of many correlation matrices at once, such as those of resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray
from surveykit.stats.factoring import Method
from surveykit.stats.factoring_many import extract_many
from surveykit.stats.rotation_many import rotate_many
from surveykit.stats.schmid_leiman import SchmidLeiman


def hierarchical_many(
    correlations: ArrayLike, solution: SchmidLeiman, signs: ArrayLike, method: Method
) -> dict[str, FloatArray]:
    """Coefficient -> its values (b,) for correlations (b, p, p), as `hierarchical_omega` gives them one at a time.

    `solution` is the sample's, whose axes each rotation starts from; `signs` (p,) turn the items as in the sample.
    NaN where factors, rotation or the factor of factors have no solution.
    """
    matrices = np.asarray(correlations, dtype=np.float64)
    turn = np.asarray(signs, dtype=np.float64)
    p, k = solution.group.shape
    unrotated = extract_many(matrices, k, method, solution.uniquenesses)
    pattern = rotate_many(unrotated, solution.extraction.loadings, solution.rotation)
    second = _second_order(unrotated, pattern, solution.second_order)
    general = (pattern @ second[:, :, None])[:, :, 0] * turn
    group = pattern * np.sqrt(np.maximum(1 - second**2, 0.0))[:, None, :]
    turned = matrices * np.multiply.outer(turn, turn)
    total = turned.sum(axis=(1, 2))
    common = total - p + (unrotated**2).sum(axis=(1, 2))
    shared = general.sum(axis=1) ** 2
    squares = (general**2).sum(axis=1), (group**2).sum(axis=(1, 2))
    defined = np.isfinite(matrices).all(axis=(1, 2))
    multiple = np.full(len(matrices), np.nan)
    inverse = np.linalg.pinv(turned[defined], hermitian=True)
    multiple[defined] = (1 - 1 / np.einsum("bii->bi", inverse)).sum(axis=1)
    return {
        "omega_hierarchical": shared / total,
        "omega_total": common / total,
        "omega_asymptotic": shared / common,
        "explained_common": squares[0] / (squares[0] + squares[1]),
        "alpha_standardised": (total - p) / total * p / (p - 1),
        "lambda6": (total - p + multiple) / total,
    }


def _second_order(unrotated: FloatArray, pattern: FloatArray, known: FloatArray) -> FloatArray:
    """Loadings (b, k) of the correlated factors on the general one, with the signs of the sample's."""
    b, k = len(pattern), len(known)
    out = np.full((b, k), np.nan)
    fine = np.isfinite(pattern).all(axis=(1, 2))
    if k == 1 or not fine.any():
        out[fine] = 1.0
        return out
    across = np.swapaxes(unrotated[fine], 1, 2)
    matrix = np.linalg.solve(across @ unrotated[fine], across @ pattern[fine])
    phi = np.linalg.inv(np.swapaxes(matrix, 1, 2) @ matrix)
    if k == 2:
        shared = phi[:, 0, 1]
        found = np.sqrt(np.abs(shared))[:, None] * np.column_stack([np.ones(len(phi)), np.sign(shared)])
    else:
        found = extract_many(phi, 1, "minres", 1 - known**2)[:, :, 0]
    signs = np.where((found * known).sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    out[fine] = found * signs
    return out
