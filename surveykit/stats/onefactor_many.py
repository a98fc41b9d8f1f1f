"""One common factor by maximum likelihood for many correlation matrices at once, such as those of resamples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.exact import FloatArray

_FLOOR, _STEPS, _HALVINGS, _TOLERANCE = 0.005, 60, 25, 1e-8


class _Point(NamedTuple):
    """Discrepancy (b,), eigenvalues (b, k) rising and eigenvectors (b, k, k) of the weighted inverse."""

    value: FloatArray
    values: FloatArray
    vectors: FloatArray

    def take(self, at: NDArray[np.intp]) -> _Point:
        return _Point(self.value[at], self.values[at], self.vectors[at])

    def put(self, at: NDArray[np.intp], other: _Point) -> None:
        for mine, new in zip(self, other, strict=True):
            mine[at] = new


def one_factor_many(correlations: ArrayLike, start: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Loadings and unique variances, each (b, k), of correlation matrices (b, k, k), k >= 3.

    Newton's method as in `one_factor`, all matrices side by side, from the unique variances `start` (k,). A matrix
    that is not positive definite, an improper solution (a unique variance at its bound of .005) or no convergence is
    NaN.
    """
    matrices = np.asarray(correlations, dtype=np.float64)
    b, k = matrices.shape[:2]
    loadings, unique = np.full((2, b, k), np.nan)
    good = np.asarray(np.isfinite(matrices).all(axis=(1, 2)), dtype=bool)
    good[good] = np.linalg.eigvalsh(matrices[good])[:, 0] > 1e-8
    some = np.flatnonzero(good)
    if not len(some):
        return loadings, unique
    inverse = np.asarray(np.linalg.inv(matrices[some]), dtype=np.float64)
    floor = float(np.log(_FLOOR))
    logs = np.tile(np.clip(np.log(np.asarray(start, dtype=np.float64)), floor + 0.01, 0.0), (len(some), 1))
    point = _discrepancy(inverse, logs)
    steepest = np.full(len(some), np.inf)
    active = np.arange(len(some))
    for _ in range(_STEPS):
        here = point.take(active)
        gradient = ((here.vectors[:, :, 1:] ** 2) @ (1 - 1 / here.values[:, 1:])[:, :, None])[:, :, 0]
        free = ~((logs[active] <= floor + 1e-12) & (gradient > 0))
        steepest[active] = np.abs(np.where(free, gradient, 0.0)).max(axis=1)
        open_ = steepest[active] > _TOLERANCE
        if not open_.any():
            break
        active = active[open_]
        _advance(inverse, logs, point, active, _newton(here, gradient, free)[open_], gradient[open_])
    proper = (steepest < 1e-6) & (logs > floor + 1e-9).all(axis=1)
    found = np.exp(logs)
    first = np.sqrt(found) * point.vectors[:, :, 0] * np.sqrt(np.maximum(1 / point.values[:, :1] - 1, 0.0))
    first *= np.where(first.sum(axis=1, keepdims=True) >= 0, 1.0, -1.0)
    loadings[some[proper]], unique[some[proper]] = first[proper], found[proper]
    return loadings, unique


def _discrepancy(inverse: FloatArray, logs: FloatArray) -> _Point:
    root = np.exp(logs / 2)
    values, vectors = np.linalg.eigh(inverse * root[:, :, None] * root[:, None, :])
    rest = np.maximum(values[:, 1:], 1e-300)
    return _Point(np.sum(np.log(rest) + 1 / rest - 1, axis=1), values, vectors)


def _newton(point: _Point, gradient: FloatArray, free: NDArray[np.bool_]) -> FloatArray:
    """Newton steps in the log unique variances, from the exact Hessian where it is positive definite."""
    rest, tail, first = point.values[:, 1:], point.vectors[:, :, 1:], point.vectors[:, :, 0]
    everything = tail @ tail.transpose(0, 2, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = (1 - 1 / rest) * (rest + point.values[:, :1]) / (rest - point.values[:, :1])
    across = (tail * mixed[:, None, :]) @ tail.transpose(0, 2, 1)
    exact = ((tail / rest[:, None, :]) @ tail.transpose(0, 2, 1)) * everything
    exact += first[:, :, None] * first[:, None, :] * across
    held = ~free
    both = held[:, :, None] | held[:, None, :]
    eye = np.eye(first.shape[1])
    exact = np.where(both, eye, exact)
    usable = np.asarray(np.isfinite(exact).all(axis=(1, 2)), dtype=bool)
    usable[usable] = np.linalg.eigvalsh(exact[usable])[:, 0] > 1e-8
    safe = np.where(both, eye, everything**2 + 1e-6 * eye)
    hessian = np.where(usable[:, None, None], exact, safe)
    step = -np.linalg.solve(hessian, np.where(free, gradient, 0.0)[:, :, None])[:, :, 0]
    return np.clip(step, -2.0, 2.0)


def _advance(
    inverse: FloatArray,
    logs: FloatArray,
    point: _Point,
    active: NDArray[np.intp],
    step: FloatArray,
    gradient: FloatArray,
) -> None:
    """Take the steps, halved where the discrepancy does not fall enough."""
    floor = float(np.log(_FLOOR))
    left = np.arange(len(active))
    for _ in range(_HALVINGS):
        at = active[left]
        proposal = np.maximum(logs[at] + step[left], floor)
        found = _discrepancy(inverse[at], proposal)
        gain = np.sum(gradient[left] * (proposal - logs[at]), axis=1)
        fine = found.value < point.value[at] + 1e-4 * gain + 1e-14
        point.put(at[fine], found.take(np.flatnonzero(fine)))
        logs[at[fine]] = proposal[fine]
        left = left[~fine]
        if not len(left):
            return
        step[left] /= 2
