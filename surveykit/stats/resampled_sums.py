"""Sums over bootstrap resamples, and covariance matrices of resamples and of leave-one-out samples, all at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray

_CELLS = 50_000
"""Counts made at a time: they stay in the cache."""


def resampled_sums(values: ArrayLike, n_boot: int, seed: int) -> FloatArray:
    """Column sums (b, k) of `n_boot` resamples of the n rows of an (n, k) array.

    A resample is n rows drawn with equal chances, so that the counts of the rows are exactly multinomial; its sums are
    those counts times the rows, one matrix product for many resamples.
    """
    rows = np.ascontiguousarray(values, dtype=np.float64)
    n, k = rows.shape
    generator = np.random.default_rng(seed)
    block = max(1, _CELLS // max(n, 1))
    sums = np.empty((n_boot, k))
    narrow = np.uint16 if n <= 65_535 else np.int64
    start_of = (np.arange(block) * n)[:, None]
    for start in range(0, n_boot, block):
        size = min(block, n_boot - start)
        chosen = generator.integers(0, n, (size, n), dtype=narrow) + start_of[:size]
        counts = np.bincount(chosen.ravel(), minlength=size * n).astype(np.float64)
        np.matmul(counts.reshape(size, n), rows, out=sums[start : start + size])
    return sums


def resampled_moments(rows: ArrayLike, n_boot: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Means (p, b) and covariances (p, p, b), divisor n, of resamples of an (n, p) array without missing values."""
    whole = np.asarray(rows, dtype=np.float64)
    middle = whole.mean(axis=0)
    values = whole - middle
    n, p = values.shape
    upper = np.triu_indices(p)
    sums = resampled_sums(np.column_stack([values, values[:, upper[0]] * values[:, upper[1]]]), n_boot, seed) / n
    mean = np.ascontiguousarray(sums[:, :p].T)
    found = np.empty((p, p, n_boot))
    for at, (i, j) in enumerate(zip(*upper, strict=True)):
        found[i, j] = sums[:, p + at] - mean[i] * mean[j]
        found[j, i] = found[i, j]
    return mean + middle[:, None], found


def resampled_covariances(rows: ArrayLike, n_boot: int, seed: int) -> FloatArray:
    """Covariances (p, p, b), divisor n, of resamples of an (n, p) array without missing values."""
    return resampled_moments(rows, n_boot, seed)[1]


def left_out_covariances(rows: ArrayLike) -> FloatArray:
    """Covariances (p, p, n), divisor n - 1, of an (n, p) array without each of its rows in turn."""
    values = np.asarray(rows, dtype=np.float64)
    values = values - values.mean(axis=0)
    n = len(values)
    own = values.T
    whole = values.T @ values
    return np.asarray((whole[:, :, None] - own[:, None] * own[None, :] * (n / (n - 1))) / (n - 1))


def covariances_of_parts(rows: ArrayLike, masks: ArrayLike) -> FloatArray:
    """Covariances (b, p, p), divisor the number of rows, of the rows (n, p) that each of b masks (b, n) picks."""
    values = np.asarray(rows, dtype=np.float64)
    values = values - values.mean(axis=0)
    chosen = np.asarray(masks, dtype=np.float64)
    p = values.shape[1]
    upper = np.triu_indices(p)
    size = chosen.sum(axis=1, keepdims=True)
    mean = chosen @ values / size
    packed = chosen @ (values[:, upper[0]] * values[:, upper[1]]) / size
    found = np.empty((len(chosen), p, p))
    found[:, upper[0], upper[1]] = packed
    found[:, upper[1], upper[0]] = packed
    return found - mean[:, :, None] * mean[:, None, :]
