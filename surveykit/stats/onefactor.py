"""One common factor by maximum likelihood, and omega from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import normal_quantile

_FLOOR = 0.005
_STEPS = 100
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class OneFactor:
    """Loadings and unique variances (k,) in the metric of the matrix given, the factor's variance being 1.

    `chi2` is n F with F the likelihood discrepancy, on `df` degrees of freedom (0 for three items).
    `covariance` (2k, 2k) is that of loadings then unique variances, from expected information; NaN for
    an improper solution. `minimum` is F.
    """

    names: tuple[str, ...]
    n: float
    loadings: FloatArray
    uniquenesses: FloatArray
    covariance: FloatArray
    minimum: float
    chi2: float
    df: int
    p_value: float
    steps: int
    converged: bool
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Omega:
    """A reliability with its standard error and interval."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    conf_level: float
    method: str


def _discrepancy(inverse: FloatArray, logs: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    root = np.exp(logs / 2)
    values, vectors = np.linalg.eigh(inverse * np.multiply.outer(root, root))
    rest = values[1:]
    return float(np.sum(np.log(rest) + 1 / rest - 1)), values, vectors


def _newton(
    values: FloatArray, vectors: FloatArray, free: NDArray[np.bool_], gradient: FloatArray
) -> FloatArray:
    """Newton step in the log unique variances, from the exact Hessian where it is positive definite."""
    rest, tail, first = values[1:], vectors[:, 1:], vectors[:, 0]
    shared = (tail / rest) @ tail.T
    everything = tail @ tail.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = (1 - 1 / rest) * (rest + values[0]) / (rest - values[0])
    exact = shared * everything + np.multiply.outer(first, first) * ((tail * mixed) @ tail.T)
    index = np.flatnonzero(free)
    for hessian in (exact, everything**2 + 1e-8 * np.eye(len(first))):
        block = hessian[np.ix_(index, index)]
        if np.all(np.isfinite(block)) and np.linalg.eigvalsh(block)[0] > 1e-8:
            step = np.zeros(len(first))
            step[index] = -np.linalg.solve(block, gradient[index])
            return np.clip(step, -2.0, 2.0)
    return np.clip(-gradient * free, -2.0, 2.0)


def _fit(correlation: FloatArray) -> tuple[FloatArray, FloatArray, float, int, float]:
    """Loadings, unique variances, discrepancy, steps and largest gradient for a correlation matrix."""
    inverse = np.asarray(np.linalg.inv(correlation), dtype=np.float64)
    floor = np.log(_FLOOR)
    logs = np.clip(np.log(1 / np.diag(inverse)), floor, 0.0)
    value, values, vectors = _discrepancy(inverse, logs)
    steepest = np.inf
    steps = 0
    while steps < _STEPS:
        gradient = (vectors[:, 1:] ** 2) @ (1 - 1 / values[1:])
        free = ~((logs <= floor + 1e-12) & (gradient > 0))
        steepest = float(np.abs(gradient[free]).max(initial=0.0))
        if steepest < _TOLERANCE:
            break
        steps += 1
        step = _newton(values, vectors, free, gradient)
        for _ in range(30):
            proposal = np.maximum(logs + step, floor)
            found = _discrepancy(inverse, proposal)
            if found[0] < value + 1e-4 * float(gradient @ (proposal - logs)) + 1e-14:
                break
            step = step / 2
        logs, (value, values, vectors) = proposal, found
    unique = np.exp(logs)
    loadings = np.sqrt(unique) * vectors[:, 0] * np.sqrt(max(1 / values[0] - 1, 0.0))
    return loadings * (1.0 if loadings.sum() >= 0 else -1.0), unique, value, steps, steepest


def _information(loadings: FloatArray, unique: FloatArray, n: float) -> FloatArray:
    weight = np.linalg.inv(np.multiply.outer(loadings, loadings) + np.diag(unique))
    towards = weight @ loadings
    both = np.multiply.outer(towards, towards) + float(loadings @ towards) * weight
    cross = weight * towards[None, :]
    return n * np.block([[both, cross], [cross.T, weight**2 / 2]])


def one_factor(covariance: ArrayLike, n: float, names: Sequence[str] = (), place: str = "") -> OneFactor:
    """One-factor maximum likelihood of a (k, k) covariance or correlation matrix of n rows, k >= 3.

    Newton steps on the unique variances with the loadings concentrated out (Joereskog 1967; Clarke
    1970). A unique variance is not let below .005 of the item's variance; reaching it (a Heywood case),
    no convergence, a matrix that is not positive definite or fewer than three items give Problems, the
    last two NaN. Loadings take the sign that makes their sum positive. In R: `psych::fa(x, 1, fm =
    "ml")` for correlations; `lavaan::cfa("f =~ ...", std.lv = TRUE)` for covariances with divisor n
    (chi2 and omega do not depend on the divisor).
    """
    matrix = np.asarray(covariance, dtype=np.float64)
    k = len(matrix)
    labels = tuple(names) or tuple(f"{i + 1}" for i in range(k))
    variance = np.diag(matrix)
    problems: list[Problem] = []
    if k < 3:
        problems.append(Problem.of("STATS-FACTOR-ITEMS", place, items=k))
    elif not np.all(np.isfinite(matrix)) or not np.all(variance > 0):
        flat = ", ".join(name for name, value in zip(labels, variance, strict=True) if not value > 0)
        problems.append(Problem.of("STATS-CONSTANT-ITEM", f"item {flat}"))
    else:
        scale = np.sqrt(variance)
        correlation = matrix / np.multiply.outer(scale, scale)
        smallest = float(np.linalg.eigvalsh(correlation)[0])
        if smallest < 1e-8:
            problems.append(Problem.of("STATS-NOT-PD", place, eigenvalue=f"{smallest:.3g}"))
    if problems:
        nan, square = np.full(k, np.nan), np.full((2 * k, 2 * k), np.nan)
        undefined = (
            frozen(nan),
            frozen(nan),
            frozen(square),
            np.nan,
            np.nan,
            max(k * (k - 3) // 2, 0),
            np.nan,
        )
        return OneFactor(labels, n, *undefined, 0, False, tuple(problems))
    loadings, unique, minimum, steps, steepest = _fit(correlation)
    converged = steepest < 1e-6
    if not converged:
        gradient = f"{steepest:.2g}"
        problems.append(Problem.of("STATS-NOT-CONVERGED", place, "warning", steps=steps, gradient=gradient))
    bound = unique <= _FLOOR * (1 + 1e-9)
    for name, reached in zip(labels, bound, strict=True):
        if reached:
            problems.append(Problem.of("STATS-HEYWOOD", f"item {name}", "warning", share=f"{_FLOOR:g}"))
    errors = np.full((2 * k, 2 * k), np.nan)
    if converged and not bound.any():
        information = _information(loadings, unique, n)
        if np.linalg.cond(information) < 1e12:
            units = np.concatenate([scale, variance])
            errors = np.linalg.inv(information) * np.multiply.outer(units, units)
        else:
            problems.append(Problem.of("STATS-NO-FACTOR", place, "warning"))
    df = k * (k - 3) // 2
    minimum = max(minimum, 0.0)
    p_value = float(special.chdtrc(df, n * minimum)) if df > 0 else float("nan")
    return OneFactor(
        labels,
        n,
        frozen(loadings * scale),
        frozen(unique * variance),
        frozen(errors),
        minimum,
        n * minimum,
        df,
        p_value,
        steps,
        converged,
        tuple(problems),
    )


def omega(fit: OneFactor, conf_level: float = 0.95, standardised: bool = False) -> Omega:
    """Omega of the item sum under one factor, L^2 / (L^2 + T) (McDonald 1999).

    L is the sum of the loadings, T that of the unique variances. `standardised` gives the sum of
    standardised items, whatever matrix was fitted. The standard error is by the delta method from the
    expected information; the interval is taken on the logit scale, which keeps it in 0..1. Both are NaN
    for an improper solution.
    """
    loadings, unique = fit.loadings, fit.uniquenesses
    variance = loadings**2 + unique
    scale = np.sqrt(variance) if standardised else np.ones(len(loadings))
    common, rest = float((loadings / scale).sum()), float((unique / scale**2).sum())
    total = common**2 + rest
    estimate = common**2 / total
    by_common, by_rest = 2 * common * rest / total**2, -(common**2) / total**2
    if standardised:
        slope = by_common * unique / scale**3 - by_rest * 2 * loadings * unique / scale**4
        slope_unique = -by_common * loadings / (2 * scale**3) + by_rest * loadings**2 / scale**4
    else:
        slope, slope_unique = np.full(len(loadings), by_common), np.full(len(loadings), by_rest)
    gradient = np.concatenate([slope, slope_unique])
    squared = float(gradient @ fit.covariance @ gradient)
    error = float(np.sqrt(squared)) if squared >= 0 else float("nan")
    low = high = float("nan")
    if 0 < estimate < 1 and np.isfinite(error):
        centre, half = (
            special.logit(estimate),
            normal_quantile(conf_level) * error / (estimate * (1 - estimate)),
        )
        low, high = float(special.expit(centre - half)), float(special.expit(centre + half))
    method = "omega, one-factor ML, delta method on the logit scale"
    return Omega(estimate, error, low, high, conf_level, method)
