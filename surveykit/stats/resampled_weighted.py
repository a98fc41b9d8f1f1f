"""Correlation matrices of bootstrap resamples of weighted rows, and of normal samples with given moments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray
from surveykit.stats.resampled_moments import resample_weights

_BLOCK = 2_000_000


def packed_products(values: FloatArray) -> FloatArray:
    """Products of every pair of columns with i <= j, (n, q (q + 1) / 2)."""
    first, second = np.triu_indices(values.shape[1])
    return np.asarray(values[:, first] * values[:, second])


def unpacked(packed: FloatArray, size: int) -> FloatArray:
    """Symmetric matrices (b, size, size) of packed upper triangles (b, size (size + 1) / 2)."""
    first, second = np.triu_indices(size)
    found = np.empty((len(packed), size, size))
    found[:, first, second] = packed
    found[:, second, first] = packed
    return found


def _correlations(raw: FloatArray) -> FloatArray:
    """Correlations (b, p, p) from raw moments (b, p + 1, p + 1) whose first variable is 1."""
    total = raw[:, 0, 0][:, None, None]
    mean = raw[:, 0, 1:] / total[:, :, 0]
    second = raw[:, 1:, 1:] / total
    covariance = second - mean[:, :, None] * mean[:, None, :]
    index = np.arange(covariance.shape[1])
    variance, square = covariance[:, index, index], second[:, index, index]
    deviation = np.sqrt(np.where(variance > 1e-12 * square, variance, np.nan))
    correlation = covariance / (deviation[:, :, None] * deviation[:, None, :])
    correlation[:, index, index] = np.where(np.isnan(deviation), np.nan, 1.0)
    return np.asarray(correlation)


def bootstrap_correlations(rows: ArrayLike, n_boot: int, seed: int, weights: ArrayLike | None = None) -> FloatArray:
    """Pearson correlations (n_boot, p, p) of resamples of an (n, p) array, a row counting by its weight.

    Rows are drawn with equal chances and keep their weights; NaN where a variable is constant in the resample.
    """
    values = np.asarray(rows, dtype=np.float64)
    values = np.where(values.min(axis=0) == values.max(axis=0), 0.0, values - values.mean(axis=0))
    n, p = values.shape
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    augmented = np.column_stack([np.ones(n), values])
    width = (p + 1) * (p + 2) // 2
    chunk = max(1, _BLOCK // width)
    blocks = []
    for counts in resample_weights(n, n_boot, seed):
        packed = np.zeros((len(counts), width))
        for start in range(0, n, chunk):
            part = slice(start, start + chunk)
            packed += (counts[:, part] * weight[part]) @ packed_products(augmented[part])
        blocks.append(_correlations(unpacked(packed, p + 1)))
    return np.concatenate(blocks) if blocks else np.empty((0, p, p))


def normal_correlations(correlation: ArrayLike, n: int, n_boot: int, seed: int) -> FloatArray:
    """Correlations (n_boot, p, p) of samples of n rows from a normal population with this correlation matrix.

    Wishart draws by Bartlett's decomposition (1933); for moments without rows.
    """
    target = np.asarray(correlation, dtype=np.float64)
    p = len(target)
    generator = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(target)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    lower = np.tril(generator.standard_normal((n_boot, p, p)), -1)
    index = np.arange(p)
    lower[:, index, index] = np.sqrt(generator.chisquare(n - 1 - index, (n_boot, p)))
    factor = root @ lower
    covariance = factor @ factor.transpose(0, 2, 1)
    deviation = np.sqrt(covariance[:, index, index])
    return np.asarray(covariance / (deviation[:, :, None] * deviation[:, None, :]))
