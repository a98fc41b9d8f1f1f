"""The polychoric correlation of one table with its thresholds, all by one likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.ordinal_pairs import border_density
from surveykit.stats.polychoric import BOUND, corner_density, differences, maximise, probabilities

_STEPS, _TOLERANCE, _SHIFT = 50, 1e-9, 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class JointPolychoric:
    """Correlation, thresholds and their covariance (rho, row thresholds, column thresholds), log-likelihood, n.

    `chisq` and `df` test the bivariate normal response against the free table (likelihood ratio).
    """

    correlation: float
    std_error: float
    row_thresholds: FloatArray
    column_thresholds: FloatArray
    covariance: FloatArray
    loglik: float
    chisq: float
    df: int
    n: float
    empty_cells: int
    problems: tuple[Problem, ...]


def polychoric_ml(table: ArrayLike, place: str = "") -> JointPolychoric:
    """Maximum likelihood of correlation and thresholds of a two-way table (r, c) at once (Olsson 1979).

    Errors are from the inverse of the observed information. Rows and columns without answers are left out; empty
    cells stay empty, for they add nothing to the likelihood. NaN, with a Problem, where the likelihood still grows at
    |rho| = .9995 or an answer code stands alone. In R: `polycor::polychor(table, ML = TRUE, std.err = TRUE)`.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise SurveykitError.of("ORDINAL-TABLE", place)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n, empty = float(counts.sum()), int((counts == 0).sum())
    if min(counts.shape) < 2:
        return _undefined(n, empty, Problem.of("STATS-POLY-LEVELS", place, "warning"))
    r, c = counts.shape
    cuts = [special.ndtri(np.cumsum(counts.sum(axis=axis))[:-1] / n) for axis in (1, 0)]
    start = maximise(counts[None], cuts[0][None], cuts[1][None])[0]
    outside = Problem.of("STATS-POLY-BOUNDARY", place, "warning", bound=BOUND)
    if np.isnan(start):
        return _undefined(n, empty, outside)
    at = _climb(counts, np.concatenate([[start], *cuts]))
    if at is None or abs(at[0]) > BOUND - 1e-6:
        return _undefined(n, empty, outside)
    covariance = np.linalg.inv(_observed(counts, at))
    loglik = _loglik(counts, at)
    free = float(special.xlogy(counts, counts / n).sum())
    told = (Problem.of("STATS-POLY-EMPTY", place, "note", cells=empty, pairs=1),) if empty else ()
    return JointPolychoric(
        float(at[0]),
        float(np.sqrt(covariance[0, 0])),
        frozen(at[1:r]),
        frozen(at[r:]),
        frozen((covariance + covariance.T) / 2),
        loglik,
        2 * (free - loglik),
        r * c - r - c,
        n,
        empty,
        told,
    )


def _undefined(n: float, empty: int, problem: Problem) -> JointPolychoric:
    nan, none = float("nan"), frozen(np.empty(0))
    return JointPolychoric(nan, nan, none, none, frozen(np.empty((0, 0))), nan, nan, 0, n, empty, (problem,))


def _split(counts: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    return at[None, 1 : counts.shape[0]], at[None, counts.shape[0] :], at[:1]


def _loglik(counts: FloatArray, at: FloatArray) -> float:
    rows, columns, rho = _split(counts, at)
    if abs(rho[0]) >= 1 or np.any(np.diff(rows) <= 0) or np.any(np.diff(columns) <= 0):
        return -np.inf
    return float(special.xlogy(counts, np.maximum(probabilities(rows, columns, rho)[0], 1e-300)).sum())


def _slopes(counts: FloatArray, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Cell probabilities (r, c) and their derivatives (parameters, r, c)."""
    rows, columns, rho = _split(counts, at)
    r, c = counts.shape
    slopes = np.zeros((len(at), r, c))
    slopes[0] = differences(corner_density(rows, columns, rho))[0]
    along = border_density(rows, columns, rho)[0]
    across = border_density(columns, rows, rho)[0]
    k, j = np.arange(r - 1), np.arange(c - 1)
    slopes[1 + k, k], slopes[1 + k, k + 1] = along, -along
    slopes[r + j, :, j], slopes[r + j, :, j + 1] = across, -across
    return np.maximum(probabilities(rows, columns, rho)[0], 1e-300), slopes


def _gradient(counts: FloatArray, at: FloatArray) -> FloatArray:
    probability, slopes = _slopes(counts, at)
    return np.asarray((slopes * (counts / probability)).sum(axis=(1, 2)))


def _climb(counts: FloatArray, at: FloatArray) -> FloatArray | None:
    """Fisher scoring with step halving; None when it does not settle."""
    best = _loglik(counts, at)
    for _ in range(_STEPS):
        probability, slopes = _slopes(counts, at)
        gradient = (slopes * (counts / probability)).sum(axis=(1, 2))
        information = counts.sum() * np.einsum("aij,bij,ij->ab", slopes, slopes, 1 / np.maximum(probability, 1e-15))
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        if np.abs(step).max() < _TOLERANCE:
            return at
        share = 1.0
        while (found := _loglik(counts, at + share * step)) < best - 1e-9 * abs(best) and share > 1e-6:
            share /= 2
        at, best = at + share * step, max(found, best)
    return None


def _observed(counts: FloatArray, at: FloatArray) -> FloatArray:
    """Observed information, by central differences of the gradient."""
    shifts = np.eye(len(at)) * _SHIFT
    columns = [(_gradient(counts, at - one) - _gradient(counts, at + one)) / (2 * _SHIFT) for one in shifts]
    matrix = np.array(columns)
    return np.asarray((matrix + matrix.T) / 2)
