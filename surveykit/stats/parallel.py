"""Parallel analysis: eigenvalues of the data against those of data without any factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.arrays import frozen
from surveykit.stats.dimensionality import eigenvalues
from surveykit.stats.exact import FloatArray
from surveykit.stats.factoring import extract
from surveykit.stats.null_polychoric import shuffled_polychorics

_STEPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Parallel:
    """Eigenvalues (p,) of components and of one-factor reduced matrices, and what random data exceed them by.

    `random_components`, `random_factors` (p,) are the `quantile` (None: the mean) over the draws that gave a
    solution, `draws` of them. `components`, `factors`: how many of the first eigenvalues lie above.
    """

    observed_components: FloatArray
    observed_factors: FloatArray
    random_components: FloatArray
    random_factors: FloatArray
    components: int
    factors: int
    draws: int
    quantile: float | None


def parallel_analysis(
    correlation: ArrayLike,
    n: int,
    draws: int = 100,
    quantile: float | None = 0.95,
    seed: int = 1,
    codes: FloatArray | None = None,
) -> Parallel:
    """Horn's (1965) parallel analysis of a correlation matrix (p, p) of n rows.

    Random data are n independent normal rows, whose correlation matrices are drawn directly (Wishart distribution,
    Bartlett's decomposition: the same law, no rows); with `codes` (n, p) they are those answers, each item permuted
    on its own, with polychoric correlations. Factor eigenvalues are those of the matrix with the communalities of
    one minres factor in its diagonal, as psych has them. The rule is the `quantile` over draws (Glorfeld 1995
    advises .95) or, with None, the mean (Horn). In R: `psych::fa.parallel(x, fm = "minres", fa = "both", quant =
    .95, n.iter = draws)`, up to its random numbers.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    p = len(matrix)
    if codes is None:
        random = random_correlations(p, n, draws, seed)
    else:
        random = np.array(list(shuffled_polychorics(codes, draws, seed)))
        random = random[np.isfinite(random).all(axis=(1, 2))]
    observed = eigenvalues(matrix), np.asarray(extract(matrix, 1).values)
    null = eigenvalues(random), eigenvalues(reduced_by_one(random))
    lines = [_line(each, quantile) for each in null]
    counts = [_above(real, line) for real, line in zip(observed, lines, strict=True)]
    shown = [frozen(each) for each in (*observed, *lines)]
    return Parallel(shown[0], shown[1], shown[2], shown[3], counts[0], counts[1], len(random), quantile)


def random_correlations(p: int, n: int, draws: int, seed: int) -> FloatArray:
    """Correlation matrices (draws, p, p) of n rows of p independent normals, without making the rows."""
    rng = np.random.default_rng(seed)
    root = np.tril(rng.standard_normal((draws, p, p)), -1)
    spread = np.sqrt(rng.chisquare(np.maximum(n - 1 - np.arange(p), 1), (draws, p)))
    root[:, np.arange(p), np.arange(p)] = spread
    root /= np.sqrt((root**2).sum(axis=2, keepdims=True))
    matrices = root @ np.swapaxes(root, 1, 2)
    matrices[:, np.arange(p), np.arange(p)] = 1.0
    return np.asarray(matrices)


def reduced_by_one(matrices: FloatArray) -> FloatArray:
    """Each matrix (m, p, p) with the communalities of one minres factor in its diagonal.

    Newton's method in the loadings of all matrices at once, damped until the squared off-diagonal residuals fall,
    loadings kept within 1 in size.
    """
    count, p, _ = matrices.shape
    off = 1 - np.eye(p)
    values, vectors = np.linalg.eigh(matrices)
    loads = vectors[:, :, -1] * np.sqrt(np.maximum(values[:, -1:] - 1, 0.05))
    damping = np.full(count, 1e-3)
    value, gradient, hessian = _residuals(matrices * off, loads, off)
    active = np.arange(count)
    for _ in range(_STEPS):
        active = active[np.abs(gradient[active]).max(axis=1, initial=0.0) > 1e-7]
        if not active.size:
            break
        bowl = hessian[active]
        lowest = np.linalg.eigvalsh(bowl)[:, 0]
        lift = np.maximum(damping[active], 1e-3 - lowest)
        step = np.linalg.solve(bowl + lift[:, None, None] * np.eye(p), -gradient[active][:, :, None])[:, :, 0]
        tried = np.clip(loads[active] + step, -0.9975, 0.9975)
        found = _residuals(matrices[active] * off, tried, off)
        better = found[0] <= value[active]
        damping[active] = np.where(better, damping[active] / 10, np.maximum(damping[active], 1e-3) * 10)
        taken = active[better]
        loads[taken], value[taken] = tried[better], found[0][better]
        gradient[taken], hessian[taken] = found[1][better], found[2][better]
        active = active[~better | (np.abs(step).max(axis=1) > 1e-9)]
    reduced = matrices * off
    reduced[:, np.arange(p), np.arange(p)] = loads**2
    return np.asarray(reduced)


def _residuals(
    offdiagonal: FloatArray, loads: FloatArray, off: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Half the squared residuals below the diagonal, with gradient and Hessian in the loadings."""
    product = loads[:, :, None] * loads[:, None, :] * off
    rest = offdiagonal - product
    gradient = -np.einsum("mij,mj->mi", rest, loads)
    hessian = product - rest
    squares = (loads**2).sum(axis=1, keepdims=True) - loads**2
    index = np.arange(loads.shape[1])
    hessian[:, index, index] = squares
    return (rest**2).sum(axis=(1, 2)) / 4, gradient, hessian


def _line(values: FloatArray, quantile: float | None) -> FloatArray:
    if not len(values):
        return np.full(values.shape[1:], np.nan)
    return np.asarray(values.mean(axis=0) if quantile is None else np.quantile(values, quantile, axis=0))


def _above(observed: FloatArray, line: FloatArray) -> int:
    below = ~(observed > line)
    return int(below.argmax()) if below.any() else len(observed)
