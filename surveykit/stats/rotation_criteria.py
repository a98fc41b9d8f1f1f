"""What a rotation minimises: each criterion with its gradient in the rotated loadings (..., p, k)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from surveykit.stats.exact import FloatArray

Criterion = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def criterion_of(method: str, target: FloatArray | None, epsilon: float) -> Criterion:
    """The criterion of a method; `target` and `epsilon` are those of target and geomin rotation."""
    if method.startswith("target") and target is not None:
        return partial(target_gap, target)
    if method.startswith("geomin"):
        return partial(geomin, epsilon)
    return {"varimax": varimax, "quartimax": quartimax, "oblimin": quartimin, "quartimin": quartimin}[method]


def varimax(rotated: FloatArray) -> tuple[FloatArray, FloatArray]:
    squares = rotated**2
    spread = squares - squares.mean(axis=-2, keepdims=True)
    return -(spread**2).sum(axis=(-2, -1)) / 4, -rotated * spread


def quartimax(rotated: FloatArray) -> tuple[FloatArray, FloatArray]:
    squares = rotated**2
    return -(squares**2).sum(axis=(-2, -1)) / 4, -rotated * squares


def quartimin(rotated: FloatArray) -> tuple[FloatArray, FloatArray]:
    squares = rotated**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    return (squares * others).sum(axis=(-2, -1)) / 4, rotated * others


def geomin(epsilon: float, rotated: FloatArray) -> tuple[FloatArray, FloatArray]:
    lifted = rotated**2 + epsilon
    k = rotated.shape[-1]
    product = np.exp(np.log(lifted).mean(axis=-1, keepdims=True))
    return product.sum(axis=(-2, -1)), 2 / k * rotated / lifted * product


def target_gap(target: FloatArray, rotated: FloatArray) -> tuple[FloatArray, FloatArray]:
    gap = np.where(np.isnan(target), 0.0, rotated - np.nan_to_num(target))
    return (gap**2).sum(axis=(-2, -1)), 2 * gap
