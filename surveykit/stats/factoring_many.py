"""Common factors of many correlation matrices at once, such as those of resamples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.exact import FloatArray
from surveykit.stats.factoring import FLOOR, Method

_STEPS, _HALVINGS, _TOLERANCE = 40, 25, 1e-7
Spectrum = tuple[FloatArray, FloatArray]
Value = Callable[[FloatArray, FloatArray], tuple[FloatArray, Spectrum]]
Slopes = Callable[[FloatArray, Spectrum], tuple[FloatArray, FloatArray, FloatArray]]


def extract_many(correlations: ArrayLike, k: int, method: Method, start: ArrayLike) -> FloatArray:
    """Unrotated loadings (b, p, k) of correlation matrices (b, p, p), from the unique variances `start` (p,).

    As `extract` finds them one at a time, by the same Newton steps side by side; "pa", run to its end, is minres.
    NaN for a matrix with an undefined correlation, no convergence, or fewer than k factors; for "ml" also where the
    matrix is not positive definite.
    """
    matrices = np.asarray(correlations, dtype=np.float64)
    b, p = matrices.shape[:2]
    good = np.asarray(np.isfinite(matrices).all(axis=(1, 2)), dtype=bool)
    if method == "ml":
        good[good] = np.linalg.eigvalsh(matrices[good])[:, 0] > 1e-10
    some = np.flatnonzero(good)
    out = np.full((b, p, k), np.nan)
    if not len(some):
        return out
    given = np.asarray(np.linalg.inv(matrices[some]), dtype=np.float64) if method == "ml" else matrices[some]
    value, slopes = _likelihood(k) if method == "ml" else _residual(k)
    begin = np.tile(np.clip(np.asarray(start, dtype=np.float64), FLOOR, 1.0), (len(some), 1))
    unique, (values, vectors), steepest = _minimise(given, begin, value, slopes)
    if method == "ml":
        size = np.sqrt(np.maximum(1 / values[:, :k] - 1, 0.0))
        loadings = np.sqrt(unique)[:, :, None] * vectors[:, :, :k] * size[:, None, :]
    else:
        size = np.sqrt(np.maximum(values[:, ::-1][:, :k], 0.0))
        loadings = vectors[:, :, ::-1][:, :, :k] * size[:, None, :]
    fine = (steepest < 1e-5) & (size > 1e-6).all(axis=1)
    out[some[fine]] = loadings[fine]
    return out


def _residual(k: int) -> tuple[Value, Slopes]:
    """Half the squared residuals that k axes leave; see `factoring`."""

    def value(matrices: FloatArray, unique: FloatArray) -> tuple[FloatArray, Spectrum]:
        at = np.arange(unique.shape[1])
        reduced = matrices.copy()
        reduced[:, at, at] -= unique
        values, vectors = np.linalg.eigh(reduced)
        return (values[:, :-k] ** 2).sum(axis=1) / 2, (values, vectors)

    def slopes(unique: FloatArray, found: Spectrum) -> tuple[FloatArray, FloatArray, FloatArray]:
        values, vectors = found
        rest, tail = values[:, :-k], vectors[:, :, :-k]
        gradient = -((tail**2) @ rest[:, :, None])[:, :, 0]
        exact = (tail @ tail.transpose(0, 2, 1)) ** 2
        safe = exact + 1e-8 * np.eye(unique.shape[1])
        for j in range(values.shape[1] - k, values.shape[1]):
            with np.errstate(divide="ignore", invalid="ignore"):
                share = rest / (rest - values[:, [j]])
            exact = exact + 2 * _outer(vectors[:, :, j]) * ((tail * share[:, None, :]) @ tail.transpose(0, 2, 1))
        return gradient, exact, safe

    return value, slopes


def _likelihood(k: int) -> tuple[Value, Slopes]:
    """The likelihood discrepancy, from inverse correlations; see `factoring`."""

    def value(inverse: FloatArray, unique: FloatArray) -> tuple[FloatArray, Spectrum]:
        root = np.sqrt(unique)
        values, vectors = np.linalg.eigh(inverse * _outer(root))
        rest = np.maximum(values[:, k:], 1e-300)
        return np.sum(np.log(rest) + 1 / rest - 1, axis=1), (values, vectors)

    def slopes(unique: FloatArray, found: Spectrum) -> tuple[FloatArray, FloatArray, FloatArray]:
        values, vectors = found
        rest, tail = values[:, k:], vectors[:, :, k:]
        turned = tail.transpose(0, 2, 1)
        slope = ((tail**2) @ (1 - 1 / rest)[:, :, None])[:, :, 0]
        everything = tail @ turned
        exact = ((tail / rest[:, None, :]) @ turned) * everything
        for j in range(k):
            with np.errstate(divide="ignore", invalid="ignore"):
                mixed = (1 - 1 / rest) * (rest + values[:, [j]]) / (rest - values[:, [j]])
            exact = exact + _outer(vectors[:, :, j]) * ((tail * mixed[:, None, :]) @ turned)
        scale = _outer(unique)
        eye = np.eye(unique.shape[1])
        return slope / unique, (exact - slope[:, :, None] * eye) / scale, (everything**2 + 1e-8 * eye) / scale

    return value, slopes


def _outer(rows: FloatArray) -> FloatArray:
    return rows[:, :, None] * rows[:, None, :]


def _minimise(
    given: FloatArray, unique: FloatArray, value: Value, slopes: Slopes
) -> tuple[FloatArray, Spectrum, FloatArray]:
    """Minimise over unique variances in FLOOR..1: where, the eigenvalues and -vectors there, the gradient left."""
    level, (values, vectors) = value(given, unique)
    steepest = np.full(len(unique), np.inf)
    active = np.arange(len(unique))
    for _ in range(_STEPS):
        here = unique[active]
        gradient, exact, safe = slopes(here, (values[active], vectors[active]))
        free = ~((here <= FLOOR) & (gradient > 0) | (here >= 1) & (gradient < 0))
        steepest[active] = np.abs(np.where(free, gradient, 0.0)).max(axis=1)
        left = steepest[active] > _TOLERANCE
        if not left.any():
            break
        step = _step(gradient[left], free[left], exact[left], safe[left])
        active, gradient = active[left], gradient[left]
        waiting = np.arange(len(active))
        for _ in range(_HALVINGS):
            at = active[waiting]
            proposal = np.clip(unique[at] + step[waiting], FLOOR, 1.0)
            reached, (lambdas, axes) = value(given[at], proposal)
            gain = (gradient[waiting] * (proposal - unique[at])).sum(axis=1)
            fine = reached <= level[at] + 1e-4 * gain + 1e-14 * np.abs(level[at])
            done = at[fine]
            unique[done], level[done] = proposal[fine], reached[fine]
            values[done], vectors[done] = lambdas[fine], axes[fine]
            waiting = waiting[~fine]
            if not len(waiting):
                break
            step[waiting] /= 2
        active = np.delete(active, waiting)
        if not len(active):
            break
    return unique, (values, vectors), steepest


def _step(gradient: FloatArray, free: NDArray[np.bool_], exact: FloatArray, safe: FloatArray) -> FloatArray:
    held = ~free
    both = held[:, :, None] | held[:, None, :]
    eye = np.eye(gradient.shape[1])
    exact, safe = np.where(both, eye, exact), np.where(both, eye, safe)
    usable = np.asarray(np.isfinite(exact).all(axis=(1, 2)), dtype=bool)
    usable[usable] = np.linalg.eigvalsh(exact[usable])[:, 0] > 1e-10
    hessian = np.where(usable[:, None, None], exact, safe)
    return np.clip(-np.linalg.solve(hessian, np.where(free, gradient, 0.0)[:, :, None])[:, :, 0], -0.3, 0.3)
