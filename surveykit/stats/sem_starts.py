"""Starting values: loadings and variances from the covariances of the indicators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def factor_start(covariance: FloatArray, marker: int) -> tuple[FloatArray, float]:
    """Loadings (k,) with that of `marker` 1, and the factor's variance, from one factor's indicators (k, k).

    Ratios of covariances that both meet the other indicators, as instrumental variables (Haegglund 1982, FABIN 2).
    """
    k = len(covariance)
    loadings = np.ones(k)
    for j in range(k):
        others = [at for at in range(k) if at not in (j, marker)]
        if j == marker:
            continue
        if others:
            with_marker, with_item = covariance[others, marker], covariance[others, j]
            bottom = float(with_marker @ with_marker)
            loadings[j] = float(with_marker @ with_item) / bottom if bottom > 1e-12 else 1.0
        else:
            loadings[j] = 1.0 if covariance[j, marker] >= 0 else -1.0
    ratio = np.sqrt(np.diag(covariance) / covariance[marker, marker])
    small, large = 0.05 * ratio, 10 * ratio
    sign = np.where(loadings < 0, -1.0, 1.0)
    loadings = np.where(np.arange(k) == marker, 1.0, sign * np.clip(np.abs(loadings), small, large))
    pairs = [(a, b) for a in range(k) for b in range(a)]
    if not pairs:
        return loadings, float(covariance[0, 0]) * 0.9
    top = sum(covariance[a, b] * loadings[a] * loadings[b] for a, b in pairs)
    bottom = sum((loadings[a] * loadings[b]) ** 2 for a, b in pairs)
    own = covariance[marker, marker]
    return loadings, float(np.clip(top / bottom, 0.05 * own, 0.9 * own))
