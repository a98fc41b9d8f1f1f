"""Generalised linear models by Newton's method: yes or no (logit), counts (Poisson, negative binomial)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen
from surveykit.stats.cumulative import dependent
from surveykit.stats.exact import FloatArray

_STEPS = 100
_SEPARATED = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Glm:
    """Estimates over the columns of the design (ones first), with what errors of every kind need.

    `bread` is the inverse expected information, `scores` (n, p) the derivatives of each row's log-likelihood,
    `leverage` (n,) the diagonal of the hat matrix. `size` is the negative binomial's theta (infinite for Poisson) and
    `size_error` its standard error.
    """

    coefficients: FloatArray
    bread: FloatArray
    scores: FloatArray
    leverage: FloatArray
    fitted: FloatArray
    log_likelihood: float
    n: int
    size: float
    size_error: float
    problems: tuple[Problem, ...]


def _likelihood(family: str, y: FloatArray, eta: FloatArray, size: float) -> float:
    if family == "binomial":
        return float((y * eta - np.logaddexp(0, eta)).sum())
    mean = np.exp(eta)
    if family == "poisson":
        return float((y * eta - mean - special.gammaln(y + 1)).sum())
    return float(
        (
            special.gammaln(y + size)
            - special.gammaln(size)
            - special.gammaln(y + 1)
            + size * np.log(size / (size + mean))
            + special.xlogy(y, mean / (size + mean))
        ).sum()
    )


def _pieces(family: str, y: FloatArray, eta: FloatArray, size: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean, score of the linear predictor, expected information of it."""
    if family == "binomial":
        mean = special.expit(eta)
        return mean, y - mean, mean * (1 - mean)
    mean = np.exp(eta)
    if family == "poisson":
        return mean, y - mean, mean
    return mean, (y - mean) / (1 + mean / size), mean / (1 + mean / size)


def _climb(
    family: str, x: FloatArray, y: FloatArray, offset: FloatArray, start: FloatArray, size: float
) -> tuple[FloatArray, bool]:
    beta, value = start, _likelihood(family, y, offset + x @ start, size)
    for _ in range(_STEPS):
        _, score, weight = _pieces(family, y, offset + x @ beta, size)
        gradient, information = x.T @ score, (x.T * weight) @ x
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return beta, False
        decrement = float(gradient @ step)
        if not np.isfinite(decrement):
            return beta, False
        if decrement < 1e-13 * max(len(y), 100):
            return beta + step, True
        for _ in range(40):
            with np.errstate(over="ignore", invalid="ignore"):
                proposal = _likelihood(family, y, offset + x @ (beta + step), size)
            if proposal > value - 1e-12 * abs(value):
                break
            step = step / 2
        else:
            return beta, False
        beta, value = beta + step, proposal
        if family == "binomial" and np.abs(beta[1:]).max(initial=0.0) > _SEPARATED:
            return beta, False
    return beta, False


def separating(design: FloatArray, y: FloatArray) -> list[int]:
    """Columns of the design that take part in separating zeros from ones, by linear programming (Konis 2007).

    Those that separate by themselves, if any do. Empty where the maximum of the likelihood is finite. In R:
    `detectseparation::detect_separation`.
    """
    signed = design * np.where(y > 0, 1.0, -1.0)[:, None]
    found = optimize.linprog(
        -signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(y)), bounds=[(-1, 1)] * design.shape[1], method="highs"
    )
    if found.x is None or found.fun is None or found.fun > -1e-7:
        return []
    zeros, ones = design[y <= 0], design[y > 0]
    alone = (zeros.max(axis=0) <= ones.min(axis=0)) | (ones.max(axis=0) <= zeros.min(axis=0))
    if alone[1:].any():
        return [int(at) for at in np.flatnonzero(alone) if at > 0]
    return [int(at) for at in np.flatnonzero(np.abs(found.x) > 1e-6) if at > 0]


def generalised(
    design: ArrayLike,
    outcome: ArrayLike,
    family: str,
    offset: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Glm:
    """Maximum likelihood of `family` "binomial" (0/1, logit), "poisson" or "negbin" (counts, log link).

    `design` (n, p) with ones first, `outcome` (n,), `offset` (n,) is added to the linear predictor (log exposure).
    No missing values. The negative binomial has variance mu + mu^2 / theta; theta and the coefficients are found in
    turn. Constant or dependent predictors, an outcome of one value, and separation give NaN with a Problem that names
    the predictors. Source: McCullagh & Nelder 1989; Hilbe 2011. In R: `glm(y ~ x, binomial)`, `glm(y ~ x, poisson)`,
    `MASS::glm.nb(y ~ x)`.
    """
    x, y = np.asarray(design, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    n, p = x.shape
    shift = np.zeros(n) if offset is None else np.asarray(offset, dtype=np.float64)
    labels = list(names) or [str(at) for at in range(1, p)]
    if n == 0 or y.min() == y.max():
        return _undefined(n, p, Problem.of("GLM-ONEVALUE", "", "warning"))
    if n <= p:
        return _undefined(n, p, Problem.of("STATS-FEW-ROWS", "", "warning", rows=n, terms=p))
    bad = dependent(x[:, 1:])
    if bad:
        return _undefined(
            n, p, Problem.of("GLM-DEPENDENT", "", "warning", predictors=", ".join(labels[at] for at in bad))
        )
    centre, spread = x[:, 1:].mean(axis=0), x[:, 1:].std(axis=0)
    scaled = np.column_stack([np.ones(n), (x[:, 1:] - centre) / spread])
    start = np.zeros(p)
    start[0] = special.logit(y.mean()) if family == "binomial" else np.log(y.sum() / np.exp(shift).sum())
    beta, converged = _climb("poisson" if family == "negbin" else family, scaled, y, shift, start, np.inf)
    size = size_error = np.inf
    problems: list[Problem] = []
    if family == "negbin" and converged:
        beta, converged, size, size_error = _with_size(scaled, y, shift, beta)
        if not np.isfinite(size):
            problems.append(Problem.of("GLM-NOOVERDISPERSION", "", "note"))
    suspect = family == "binomial" and (not converged or np.abs(shift + scaled @ beta).max() > 15)
    guilty = separating(scaled, y) if suspect else []
    if guilty:
        named = ", ".join(labels[at - 1] for at in guilty)
        return _undefined(n, p, Problem.of("GLM-SEPARATION", "", "warning", predictors=named))
    if not converged:
        return _undefined(n, p, Problem.of("GLM-NOTCONVERGED", "", "warning"))
    real = beta.copy()
    real[1:] /= spread
    real[0] -= float(real[1:] @ centre)
    eta = shift + x @ real
    kind = "poisson" if family == "negbin" and not np.isfinite(size) else family
    mean, score, weight = _pieces(kind, y, eta, size)
    bread = np.linalg.inv((x.T * weight) @ x)
    leverage = weight * np.einsum("ij,ij->i", x @ bread, x)
    value = _likelihood(kind, y, eta, size)
    return Glm(
        frozen(real),
        frozen(bread),
        frozen(x * score[:, None]),
        frozen(leverage),
        frozen(mean),
        value,
        n,
        float(size),
        float(size_error),
        tuple(problems),
    )


def _with_size(
    x: FloatArray, y: FloatArray, offset: FloatArray, beta: FloatArray
) -> tuple[FloatArray, bool, float, float]:
    """Coefficients and theta in turn until neither moves; theta infinite where counts are not overdispersed."""
    size, converged = np.inf, True
    for _ in range(200):
        mean = np.exp(offset + x @ beta)

        def slope(log_size: float, mean: FloatArray = mean) -> float:
            t = float(np.exp(log_size))
            return float(
                (special.digamma(y + t) - special.digamma(t) + np.log(t / (t + mean)) + 1 - (y + t) / (mean + t)).sum()
            )

        if slope(16.0) > 0:
            return beta, True, np.inf, np.inf
        if slope(-16.0) < 0:
            return beta, False, np.inf, np.inf
        found = float(np.exp(optimize.brentq(slope, -16.0, 16.0, xtol=1e-12)))
        moved = abs(np.log(found) - (np.log(size) if np.isfinite(size) else np.inf))
        size = found
        beta, converged = _climb("negbin", x, y, offset, beta, size)
        if not converged or moved < 1e-9:
            break
    mean = np.exp(offset + x @ beta)
    information = float(
        (
            special.polygamma(1, size)
            - special.polygamma(1, y + size)
            - 1 / size
            + 2 / (mean + size)
            - (y + size) / (mean + size) ** 2
        ).sum()
    )
    return beta, converged, size, float(1 / np.sqrt(information)) if information > 0 else float("nan")


def _undefined(n: int, p: int, problem: Problem) -> Glm:
    gone = np.full(p, np.nan)
    rows = np.full((n, p), np.nan)
    none = float("nan")
    return Glm(gone, np.full((p, p), np.nan), rows, rows[:, 0], rows[:, 0], none, n, none, none, (problem,))
