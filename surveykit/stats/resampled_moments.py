"""Correlations and covariances of bootstrap resamples and of leave-one-out samples, from weighted cross products."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray

_BLOCK = 2_000_000


def resample_weights(n: int, n_boot: int, seed: int) -> Iterator[FloatArray]:
    """How often each of n rows stands in each of `n_boot` resamples, in blocks (b, n) with rows summing to n."""
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // max(n, 1))
    for start in range(0, n_boot, block):
        size = min(block, n_boot - start)
        chosen = generator.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        yield np.bincount(chosen.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def _centred(rows: ArrayLike) -> FloatArray:
    values = np.asarray(rows, dtype=np.float64)
    constant = values.min(axis=0) == values.max(axis=0)
    return np.where(constant, 0.0, values - values.mean(axis=0))


def _correlations(sums: FloatArray, products: FloatArray, total: float) -> FloatArray:
    """Correlations (b, p, p) from sums (b, p) and raw cross products (b, p, p); NaN where a variable is constant."""
    mean = sums / total
    covariance = products / total - mean[:, :, None] * mean[:, None, :]
    variance = np.einsum("bii->bi", covariance)
    raw = np.einsum("bii->bi", products) / total
    deviation = np.sqrt(np.where(variance > 1e-12 * raw, variance, np.nan))
    correlation = covariance / (deviation[:, :, None] * deviation[:, None, :])
    index = np.arange(sums.shape[1])
    correlation[:, index, index] = np.where(np.isnan(deviation), np.nan, 1.0)
    return np.asarray(correlation)


def resampled_correlations(rows: ArrayLike, n_boot: int, seed: int) -> Iterator[FloatArray]:
    """Pearson correlations of resamples of an (n, p) array without missing values, in blocks (b, p, p).

    A resample is a vector of counts of the rows; its cross products are one matrix product for a whole block.
    """
    for sums, products, n in _resampled(rows, n_boot, seed):
        yield _correlations(sums, products, n)


def resampled_covariances(rows: ArrayLike, n_boot: int, seed: int) -> Iterator[FloatArray]:
    """Covariances (divisor n - 1) of the resamples of `resampled_correlations`, the same ones for the same seed."""
    for sums, products, n in _resampled(rows, n_boot, seed):
        mean = sums / n
        yield (products - n * mean[:, :, None] * mean[:, None, :]) / (n - 1)


def _resampled(rows: ArrayLike, n_boot: int, seed: int) -> Iterator[tuple[FloatArray, FloatArray, float]]:
    """Sums (b, p) and raw cross products (b, p, p) of the centred rows of each resample, and n."""
    values = _centred(rows)
    n, p = values.shape
    upper = np.triu_indices(p)
    chunk = max(1, _BLOCK // len(upper[0]))
    for weights in resample_weights(n, n_boot, seed):
        packed = np.zeros((len(weights), len(upper[0])))
        for start in range(0, n, chunk):
            part = values[start : start + chunk]
            packed += weights[:, start : start + chunk] @ (part[:, upper[0]] * part[:, upper[1]])
        products = np.empty((len(weights), p, p))
        products[:, upper[0], upper[1]] = packed
        products[:, upper[1], upper[0]] = packed
        yield weights @ values, products, float(n)


def left_out_correlations(rows: ArrayLike) -> Iterator[FloatArray]:
    """Pearson correlations without each row of an (n, p) array in turn, in blocks (b, p, p)."""
    values = _centred(rows)
    n, p = values.shape
    sums, products = values.sum(axis=0), values.T @ values
    block = max(1, _BLOCK // (p * p))
    for start in range(0, n, block):
        part = values[start : start + block]
        yield _correlations(sums - part, products - part[:, :, None] * part[:, None, :], n - 1.0)
