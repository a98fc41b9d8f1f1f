"""Common factors of a correlation matrix: minimum residuals, maximum likelihood, principal axes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.arrays import frozen
from surveykit.stats.dimensionality import positive_definite, smc
from surveykit.stats.exact import FloatArray

Method = Literal["minres", "ml", "pa"]
FLOOR = 0.005
"""No unique variance is let below this share of the item's variance (minres and ML)."""
_STEPS, _AXIS_STEPS = 200, 1000
_TOLERANCE = 1e-8
_ROUNDING = 1e-14
_Point = tuple[float, FloatArray, Callable[[], tuple[FloatArray, ...]]]


@dataclass(frozen=True, slots=True, eq=False)
class Extraction:
    """Unrotated loadings (p, k) with orthogonal factors, each with a positive sum, the largest factor first.

    `communalities` and `uniquenesses` (p,) add up to 1. `values` (p,) are the eigenvalues of the matrix with the
    communalities in its diagonal. `heywood` (p,) marks variables whose unique variance reached its lower bound or
    left 0..1; `steepest` is the largest remaining gradient (ML, minres) or change of a communality (PA).
    """

    loadings: FloatArray
    communalities: FloatArray
    uniquenesses: FloatArray
    values: FloatArray
    heywood: NDArray[np.bool_]
    steps: int
    steepest: float
    converged: bool


def degrees_of_freedom(p: int, k: int) -> int:
    """Correlations minus free parameters of k factors of p variables; negative where there are too many factors."""
    return ((p - k) ** 2 - p - k) // 2


def extract(correlation: ArrayLike, k: int, method: Method = "minres") -> Extraction:
    """k common factors of a correlation matrix (p, p).

    `minres`: least squares of the off-diagonal residuals (Harman & Jones 1966); `ml`: maximum likelihood
    (Joreskog 1967); both by Newton's method in the unique variances with exact second derivatives (Joreskog 1977)
    and the bound `FLOOR`. `pa`: principal axes iterated until no communality moves by 1e-7, from squared multiple
    correlations; psych stops earlier, when their sum moves by less than .001. ML needs a positive definite
    matrix, else its loadings are NaN. In R: `psych::fa(r, k, rotate = "none", fm = "minres" | "ml" | "pa")`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    if not np.all(np.isfinite(matrix)) or (method == "ml" and not positive_definite(matrix)):
        return _undefined(len(matrix), k)
    if method == "pa":
        loadings, steps, steepest = _principal_axes(matrix, k)
        bound = np.zeros(len(matrix), dtype=bool)
    else:
        start, point, load = _problem(matrix, k, method)
        unique, steps, steepest = _newton(point, start)
        loadings, bound = load(unique), unique <= FLOOR * (1 + 1e-9)
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    communalities = (loadings**2).sum(axis=1)
    reduced = matrix.copy()
    np.fill_diagonal(reduced, communalities)
    heywood = bound | (communalities > 1 - 1e-9)
    return Extraction(
        frozen(loadings),
        frozen(communalities),
        frozen(1 - communalities),
        frozen(np.linalg.eigvalsh(reduced)[::-1]),
        frozen(heywood),
        steps,
        steepest,
        steepest < (1e-6 if method != "pa" else 1e-5),
    )


def _undefined(p: int, k: int) -> Extraction:
    nan = frozen(np.full(p, np.nan))
    return Extraction(
        frozen(np.full((p, k), np.nan)), nan, nan, nan, frozen(np.zeros(p, dtype=bool)), 0, float("nan"), False
    )


def _problem(
    matrix: FloatArray, k: int, method: Method
) -> tuple[FloatArray, Callable[[FloatArray], _Point], Callable[[FloatArray], FloatArray]]:
    """Start, objective and loadings as functions of the unique variances."""
    if method == "minres":
        start = np.clip(1 - smc(matrix), FLOOR, 1.0)
        return start, lambda unique: _residual_point(matrix, unique, k), lambda unique: _axes(matrix, unique, k)
    inverse = np.asarray(np.linalg.inv(matrix))
    start = np.clip((1 - 0.5 * k / len(matrix)) / np.diag(inverse), FLOOR, 1.0)

    def load(unique: FloatArray) -> FloatArray:
        root = np.sqrt(unique)
        values, vectors = np.linalg.eigh(inverse * np.multiply.outer(root, root))
        return root[:, None] * vectors[:, :k] * np.sqrt(np.maximum(1 / values[:k] - 1, 0.0))

    return start, lambda unique: _likelihood_point(inverse, unique, k), load


def _axes(matrix: FloatArray, unique: FloatArray, k: int) -> FloatArray:
    values, vectors = np.linalg.eigh(matrix - np.diag(unique))
    return np.asarray(vectors[:, ::-1][:, :k] * np.sqrt(np.maximum(values[::-1][:k], 0.0)))


def _residual_point(matrix: FloatArray, unique: FloatArray, k: int) -> _Point:
    """Half the squared residuals that k axes leave, with derivatives in the unique variances."""
    values, vectors = np.linalg.eigh(matrix - np.diag(unique))
    head = np.zeros(len(values), dtype=bool)
    head[-k:] = values[-k:] > 0
    rest, tail = values[~head], vectors[:, ~head]
    gradient = -(tail**2) @ rest

    def hessians() -> tuple[FloatArray, ...]:
        exact = (tail @ tail.T) ** 2
        safe = exact + 1e-8 * np.eye(len(unique))
        for value, axis in zip(values[head], vectors[:, head].T, strict=True):
            exact = exact + 2 * np.multiply.outer(axis, axis) * ((tail * (rest / (rest - value))) @ tail.T)
        return exact, safe

    return float(rest @ rest) / 2, gradient, hessians


def _likelihood_point(inverse: FloatArray, unique: FloatArray, k: int) -> _Point:
    """The likelihood discrepancy with derivatives in the unique variances."""
    root = np.sqrt(unique)
    values, vectors = np.linalg.eigh(inverse * np.multiply.outer(root, root))
    rest, tail = values[k:], vectors[:, k:]
    slope = (tail**2) @ (1 - 1 / rest)

    def hessians() -> tuple[FloatArray, ...]:
        everything = tail @ tail.T
        exact = ((tail / rest) @ tail.T) * everything
        for value, axis in zip(values[:k], vectors[:, :k].T, strict=True):
            mixed = (1 - 1 / rest) * (rest + value) / (rest - value)
            exact = exact + np.multiply.outer(axis, axis) * ((tail * mixed) @ tail.T)
        safe = everything**2 + 1e-8 * np.eye(len(unique))
        scale = np.multiply.outer(unique, unique)
        return (exact - np.diag(slope)) / scale, safe / scale

    return float(np.sum(np.log(rest) + 1 / rest - 1)), slope / unique, hessians


def _newton(evaluate: Callable[[FloatArray], _Point], start: FloatArray) -> tuple[FloatArray, int, float]:
    """Minimise over unique variances in FLOOR..1: where, after how many steps, with which largest gradient."""
    unique = start
    value, gradient, hessians = evaluate(unique)
    steepest, steps = np.inf, 0
    while steps < _STEPS:
        free = ~((unique <= FLOOR) & (gradient > 0) | (unique >= 1) & (gradient < 0))
        steepest = float(np.abs(gradient[free]).max(initial=0.0))
        if steepest < _TOLERANCE:
            break
        steps += 1
        step = _step(gradient, free, hessians())
        for _ in range(40):
            proposal = np.clip(unique + step, FLOOR, 1.0)
            found = evaluate(proposal)
            if found[0] <= value + 1e-4 * float(gradient @ (proposal - unique)) + _ROUNDING * abs(value):
                break
            step = step / 2
        else:
            break
        unique, (value, gradient, hessians) = proposal, found
    return unique, steps, steepest


def _step(gradient: FloatArray, free: NDArray[np.bool_], hessians: tuple[FloatArray, ...]) -> FloatArray:
    index = np.flatnonzero(free)
    step = np.zeros(len(gradient))
    for hessian in hessians:
        block = hessian[np.ix_(index, index)]
        if np.all(np.isfinite(block)) and np.linalg.eigvalsh(block)[0] > 1e-10:
            step[index] = -np.linalg.solve(block, gradient[index])
            return np.clip(step, -0.3, 0.3)
    step[index] = -gradient[index]
    return np.clip(step, -0.3, 0.3)


def _principal_axes(matrix: FloatArray, k: int) -> tuple[FloatArray, int, float]:
    """Principal axes, extrapolated along the last two moves (SQUAREM, Varadhan & Roland 2008) where that helps."""
    shares = smc(matrix)
    moved = np.inf
    steps = 0
    while steps < _AXIS_STEPS:
        once = (_axes(matrix, 1 - shares, k) ** 2).sum(axis=1)
        twice = (_axes(matrix, 1 - once, k) ** 2).sum(axis=1)
        steps += 2
        first, second = once - shares, (twice - once) - (once - shares)
        moved = float(np.abs(twice - once).max())
        if moved < 1e-7:
            shares = twice
            break
        bend = float(np.sqrt(second @ second))
        stretch = max(float(np.sqrt(first @ first)) / bend, 1.0) if bend > 0 else 1.0
        leap = shares + 2 * stretch * first + stretch**2 * second
        shares = leap if stretch < 50 and np.all((leap > 0) & (leap < 1)) else twice
    return _axes(matrix, 1 - shares, k), steps, moved
