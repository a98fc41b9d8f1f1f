"""Rotations of many sets of loadings at once, each towards the axes of one known rotation of a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray
from surveykit.stats.rotation import NORMALISED, ORTHOGONAL, Rotation, descend
from surveykit.stats.rotation_criteria import criterion_of, varimax

_STEPS, _SETTLED = 400, 1e-4


def rotate_many(
    loadings: ArrayLike,
    unrotated: ArrayLike,
    known: Rotation,
    *,
    target: ArrayLike | None = None,
    normalise: bool | None = None,
    power: float = 4.0,
    epsilon: float = 0.01,
) -> FloatArray:
    """Rotated loadings (b, p, k) of unrotated ones (b, p, k), columns and signs as in `known`.

    `known` is the rotation of the sample's `unrotated` (p, k). Each set is first turned to the sample's by an
    orthogonal Procrustes rotation, and its own rotation starts from the sample's, so that it ends in the like
    minimum; columns are then matched by congruence and reflected to the sample's signs. NaN without convergence.
    Varimax goes on to its optimum here, beyond the early stop of `rotate`.
    Source: gradient projection of Bernaards & Jennrich 2005; alignment as in Zhang, Preacher & Luo 2010.
    """
    given, own = np.asarray(loadings, dtype=np.float64), np.asarray(unrotated, dtype=np.float64)
    out = np.full(given.shape, np.nan)
    fine = np.isfinite(given).all(axis=(1, 2))
    if not fine.any():
        return out
    method, k = known.method, own.shape[1]
    some = given[fine]
    if method == "none" or k == 1:
        out[fine] = _aligned(some, np.asarray(known.loadings))
        return out
    left, _, right = np.linalg.svd(np.swapaxes(some, 1, 2) @ own)
    plain = some @ (left @ right)
    weigh = method in NORMALISED if normalise is None else normalise
    length = np.sqrt((plain**2).sum(axis=2, keepdims=True))
    scaled = plain / np.where(length > 0, length, 1.0) if weigh or method == "promax" else plain
    orthogonal = method in ORTHOGONAL or method == "promax"
    start = np.linalg.inv(known.matrix).T
    if method == "promax":
        u, _, v = np.linalg.svd(start)
        start = u @ v
    aim = None if target is None else np.asarray(target, dtype=np.float64)
    criterion = varimax if method == "promax" else criterion_of(method, aim, epsilon)
    turned, _, norm, _ = descend(scaled, criterion, np.tile(start, (len(some), 1, 1)), orthogonal, _STEPS)
    matrix = turned if orthogonal else np.swapaxes(np.linalg.inv(turned), 1, 2)
    if method == "promax":
        matrix = turned @ _towards(scaled if weigh else plain, turned, power)
    rotated = plain @ matrix
    rotated[norm >= _SETTLED] = np.nan
    out[fine] = _aligned(rotated, np.asarray(known.loadings))
    return out


def _towards(loadings: FloatArray, turned: FloatArray, power: float) -> FloatArray:
    """Promax: the transformation of varimax loadings to their powers, factors scaled to unit variance."""
    rotated = loadings @ turned
    across = np.swapaxes(rotated, 1, 2)
    found = np.linalg.solve(across @ rotated, across @ (rotated * np.abs(rotated) ** (power - 1)))
    spread = np.einsum("bii->bi", np.linalg.inv(np.swapaxes(found, 1, 2) @ found))
    return np.asarray(found * np.sqrt(spread)[:, None, :])


def _aligned(loadings: FloatArray, known: FloatArray) -> FloatArray:
    """Columns in the order and with the signs of `known`, by congruence, where each has one of its own."""
    with np.errstate(invalid="ignore", divide="ignore"):
        congruence = np.swapaxes(loadings, 1, 2) @ known / np.sqrt((loadings**2).sum(axis=1))[:, :, None]
    congruence = np.nan_to_num(congruence)
    order = np.abs(congruence).argmax(axis=1)
    plain = np.arange(known.shape[1])
    distinct = (np.sort(order, axis=1) == plain).all(axis=1)
    order = np.where(distinct[:, None], order, plain)
    signs = np.sign(np.take_along_axis(congruence, order[:, None, :], axis=1))
    return np.take_along_axis(loadings, order[:, None, :], axis=2) * np.where(signs == 0, 1.0, signs)
