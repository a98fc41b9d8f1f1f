"""R2 on rows that a regression has not seen, by repeated k-fold cross-validation from the moments of the folds."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray
from surveykit.stats.resampled_weighted import packed_products, unpacked

_BLOCK = 2_000_000


def k_fold_r2(
    rows: ArrayLike, folds: int = 10, repeats: int = 20, seed: int = 1, weights: ArrayLike | None = None
) -> FloatArray:
    """R2 left out, (repeats,), of the last column of an (n, p + 1) array on the others.

    Each repeat deals the rows into `folds` parts of equal size, predicts every part by least squares on the others, and
    gives 1 - sum of squared errors / sum of squares around the mean of all rows: below the in-sample R2, and below
    0 when predictions are worse than that mean. Collinear predictors take the pseudo-inverse. NaN when a training part
    has fewer rows than coefficients plus one, or the outcome is constant. Source: Stone 1974.
    """
    values = np.asarray(rows, dtype=np.float64)
    n, q = values.shape
    folds = min(folds, n)
    if folds < 2 or n - -(-n // folds) < q + 1 or values[:, -1].min() == values[:, -1].max():
        return np.full(repeats, np.nan)
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    values = values - weight @ values / weight.sum()
    spread = values.std(axis=0)
    values = values / np.where(spread > 0, spread, 1.0)
    generator = np.random.default_rng(seed)
    part = np.array([generator.permutation(np.arange(n) % folds) for _ in range(repeats)])
    augmented = np.column_stack([np.ones(n), values])
    moments = np.zeros((repeats, folds, (q + 1) * (q + 2) // 2))
    chunk = max(1, _BLOCK // max(moments.shape[2], folds))
    for start in range(0, n, chunk):
        at = slice(start, start + chunk)
        products = packed_products(augmented[at])
        for turn in range(repeats):
            member = (part[turn, at] == np.arange(folds)[:, None]) * weight[at]
            moments[turn] += member @ products
    held = unpacked(moments.reshape(repeats * folds, -1), q + 1).reshape(repeats, folds, q + 1, q + 1)
    total = held.sum(axis=1, keepdims=True)
    train = total - held
    slopes = np.linalg.pinv(train[..., :-1, :-1], rcond=1e-10, hermitian=True) @ train[..., :-1, -1:]
    error = np.concatenate([-slopes[..., 0], np.ones((repeats, folds, 1))], axis=-1)
    press = np.einsum("rfi,rfij,rfj->r", error, held, error)
    return np.asarray(1 - press / total[:, 0, -1, -1])
