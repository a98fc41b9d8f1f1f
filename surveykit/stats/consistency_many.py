"""Coefficients of internal consistency for many covariance matrices at once, such as those of resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.exact import FloatArray
from surveykit.stats.halves import half_members
from surveykit.stats.onefactor_many import one_factor_many

_CELLS = 4_000_000


def consistency_many(
    covariances: ArrayLike, start: ArrayLike | None = None, seed: int = 1, as_psych: bool = False
) -> dict[str, FloatArray]:
    """Coefficient -> its values (b,) for covariance matrices (b, k, k) of items that point the same way.

    The same coefficients as `classical`, `split_halves` and `omega` give one matrix at a time; NaN where undefined.
    `start` (k,) are unique variances of the standardised items from which omega's fits begin; without them omega is
    left out.
    """
    raw = np.asarray(covariances, dtype=np.float64)
    k = raw.shape[1]
    variance = np.einsum("bii->bi", raw)
    root = np.sqrt(np.where(variance > 1e-12 * variance.max(initial=0.0), variance, np.nan))
    r = raw / (root[:, :, None] * root[:, None, :])
    rows, columns = np.tril_indices(k, -1)
    pairs = r[:, rows, columns]
    found = {"alpha": _alpha(raw), "alpha_standardised": _alpha(r)}
    if start is not None and k >= 3:
        loadings, unique = one_factor_many(r, start)
        found["omega"] = _omega(loadings * root, unique * variance)
        found["omega_standardised"] = _omega(loadings, unique)
    off = r - np.eye(k)
    total = np.where(r.sum(axis=(1, 2)) > 0, r.sum(axis=(1, 2)), np.nan)
    shared = off.sum(axis=(1, 2))
    squares = (off**2).sum(axis=(1, 2))
    found |= {
        "lambda1": shared / total,
        "lambda2": (shared + np.sqrt(k / (k - 1) * squares)) / total,
        "lambda3": _alpha(r),
        "lambda5": (shared + 2 * np.sqrt((off**2).sum(axis=1).max(axis=1))) / total,
        "lambda6": (total - (1 - _smc(r)).sum(axis=1)) / total,
        "average_r": pairs.mean(axis=1),
        "median_r": np.median(pairs, axis=1),
    }
    high, low = _halves(pairs, total, k, seed, as_psych)
    found |= {"split_half_max": high, "split_half_min": low}
    if not as_psych:
        size = k // 2
        found["split_half_mean"] = 4 * size * (k - size) / (k * (k - 1)) * shared / total
    if k == 2:
        found["spearman_brown"] = 2 * pairs[:, 0] / np.where(pairs[:, 0] > -1, 1 + pairs[:, 0], np.nan)
    return found


def _alpha(matrices: FloatArray) -> FloatArray:
    k = matrices.shape[1]
    total = matrices.sum(axis=(1, 2))
    trace = np.einsum("bii->b", matrices)
    return np.asarray(k / (k - 1) * (1 - trace / np.where(total > 1e-12 * trace, total, np.nan)))


def _omega(loadings: FloatArray, unique: FloatArray) -> FloatArray:
    common = loadings.sum(axis=1) ** 2
    return np.asarray(common / (common + unique.sum(axis=1)))


def _smc(r: FloatArray) -> FloatArray:
    """Squared multiple correlations (b, k); NaN for a singular matrix."""
    out = np.full(r.shape[:2], np.nan)
    good = np.asarray(np.isfinite(r).all(axis=(1, 2)), dtype=bool)
    good[good] = np.linalg.eigvalsh(r[good])[:, 0] > 1e-10
    out[good] = 1 - 1 / np.einsum("bii->bi", np.linalg.inv(r[good]))
    return out


def _halves(
    pairs: FloatArray, total: NDArray[np.float64], k: int, seed: int, as_psych: bool
) -> tuple[FloatArray, FloatArray]:
    """Greatest and smallest split half: 4 times the correlations across the halves over the total."""
    member = half_members(k, seed=seed, as_psych=as_psych)
    rows, columns = np.tril_indices(k, -1)
    apart = (member[:, rows] != member[:, columns]).astype(np.float64)
    block = max(1, _CELLS // len(apart))
    ends = []
    for start in range(0, len(pairs), block):
        across = pairs[start : start + block] @ apart.T
        ends.append((across.max(axis=1), across.min(axis=1)))
    high, low = (4 * np.concatenate(part) / total for part in zip(*ends, strict=True))
    return high, low
