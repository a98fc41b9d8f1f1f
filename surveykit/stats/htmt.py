"""Heterotrait-monotrait ratios of every pair of constructs, for one correlation matrix or for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Htmt:
    """HTMT and HTMT2 of the pairs below the diagonal, (..., m (m - 1) / 2), in the order of `tril_indices(m, -1)`."""

    arithmetic: FloatArray
    geometric: FloatArray


def htmt(correlations: ArrayLike, groups: Sequence[Sequence[int]], absolute: bool = True) -> Htmt:
    """HTMT and HTMT2 from correlations (..., p, p) of items that point the same way, `groups` being m sets of items.

    HTMT = mean r between the items of two constructs / sqrt(mean r within one x mean r within the other) (Henseler,
    Ringle & Sarstedt 2015); HTMT2 takes geometric means (Roemer, Schuberth & Henseler 2021). `absolute` takes the
    absolute correlations (HTMT+ of Ringle et al. 2023); signed, HTMT2 is NaN for a pair that has a negative one. NaN
    also for a construct of one item, without positive mean correlation, or with an undefined correlation. In R:
    `semTools::htmt(model, data, htmt2 = FALSE)` and `htmt2 = TRUE`.
    """
    r = np.asarray(correlations, dtype=np.float64)
    used = np.abs(r) if absolute else r.copy()
    diagonal = np.arange(r.shape[-1])
    used[..., diagonal, diagonal] *= 0.0
    logs = np.log(np.where(used > 0, used, 1e-300))
    logs[np.isnan(used) | (used < 0)] = np.nan
    logs[..., diagonal, diagonal] = used[..., diagonal, diagonal]
    means, mean_logs = _block_means(used, groups), _block_means(logs, groups)
    own = np.einsum("...ii->...i", means)
    own = np.sqrt(np.where(own > 0, own, np.nan))
    own_logs = np.einsum("...ii->...i", mean_logs) / 2
    arithmetic = means / (own[..., :, None] * own[..., None, :])
    geometric = np.exp(mean_logs - own_logs[..., :, None] - own_logs[..., None, :])
    geometric = np.where(np.isnan(arithmetic), np.nan, geometric)
    below = np.tril_indices(len(groups), -1)
    return Htmt(arithmetic[..., below[0], below[1]], geometric[..., below[0], below[1]])


def _block_means(matrix: FloatArray, groups: Sequence[Sequence[int]]) -> FloatArray:
    """Means of the blocks of pairs of constructs (..., m, m), within a construct without the diagonal; NaN if none."""
    m = len(groups)
    means = np.full((*matrix.shape[:-2], m, m), np.nan)
    for i, rows in enumerate(groups):
        for j, columns in enumerate(groups[: i + 1]):
            pairs = len(rows) * (len(columns) - (i == j))
            if pairs:
                block = matrix[..., np.asarray(rows)[:, None], np.asarray(columns)]
                means[..., i, j] = means[..., j, i] = block.sum(axis=(-2, -1)) / pairs
    return means
