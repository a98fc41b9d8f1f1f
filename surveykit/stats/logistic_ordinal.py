"""The proportional-odds model of an ordered answer, by Newton's method on the distinct predictor rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray

_STEPS = 60
_FARTHEST = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalOdds:
    """logit P(y <= j) = thresholds_j - x slopes: estimates, their covariance (thresholds first), log-likelihoods.

    `null` is the log-likelihood without predictors; `n` the (weighted) number of answers.
    """

    thresholds: FloatArray
    slopes: FloatArray
    covariance: FloatArray
    log_likelihood: float
    null: float
    n: float
    steps: int
    converged: bool
    problems: tuple[Problem, ...]

    @property
    def slope_errors(self) -> FloatArray:
        """Standard errors of the slopes, (q,)."""
        start = len(self.thresholds)
        return np.asarray(np.sqrt(np.diag(self.covariance)[start:]))

    @property
    def mcfadden(self) -> float:
        """1 - log-likelihood / that without predictors (McFadden 1974)."""
        return 1 - self.log_likelihood / self.null if self.null < 0 else float("nan")

    @property
    def nagelkerke(self) -> float:
        """Cox and Snell's R2 over its maximum (Nagelkerke 1991)."""
        if not self.null < 0:
            return float("nan")
        return float(-np.expm1(2 * (self.null - self.log_likelihood) / self.n) / -np.expm1(2 * self.null / self.n))


def tabulate(answers: ArrayLike, predictors: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Counts (u, c) of answers at each distinct predictor row (u, q), and the answers' codes (c,)."""
    y, x = np.asarray(answers, dtype=np.float64), np.asarray(predictors, dtype=np.float64)
    codes, column = np.unique(y, return_inverse=True)
    rows, row = np.unique(x, axis=0, return_inverse=True)
    counts = np.zeros((len(rows), len(codes)))
    np.add.at(counts, (row.ravel(), column), 1.0)
    return counts, rows, codes


def _null(counts: FloatArray) -> float:
    totals = counts.sum(axis=0)
    return float(special.xlogy(totals, totals / totals.sum()).sum())


def _likelihood(counts: FloatArray, cuts: FloatArray, shift: FloatArray) -> tuple[float, FloatArray, FloatArray]:
    """Log-likelihood, cell probabilities (u, c) and cumulative probabilities (u, c - 1)."""
    eta = cuts - shift[:, None]
    cumulative = special.expit(eta)
    probability = np.empty(counts.shape)
    probability[:, 0], probability[:, -1] = cumulative[:, 0], special.expit(-eta[:, -1])
    flipped = eta[:, 1:] > 0
    inner = np.where(flipped, special.expit(-eta[:, :-1]) - special.expit(-eta[:, 1:]), np.diff(cumulative, axis=1))
    probability[:, 1:-1] = inner
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(special.xlogy(counts, probability).sum())
    return value, probability, cumulative


def _derivatives(
    counts: FloatArray, x: FloatArray, probability: FloatArray, cumulative: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Gradient and observed information in thresholds, then slopes."""
    safe = np.maximum(probability, 1e-300)
    density = cumulative * (1 - cumulative)
    curve = density * (1 - 2 * cumulative)
    up, down = density / safe[:, :-1], density / safe[:, 1:]
    low, high = counts[:, :-1], counts[:, 1:]
    first = low * up - high * down
    own = low * (curve / safe[:, :-1] - up**2) + high * (-curve / safe[:, 1:] - down**2)
    between = counts[:, 1:-1] * density[:, 1:] * density[:, :-1] / safe[:, 1:-1] ** 2
    by_cut = own.copy()
    by_cut[:, :-1] += between
    by_cut[:, 1:] += between
    gradient = np.concatenate([first.sum(axis=0), -(x.T @ first.sum(axis=1))])
    c1 = cumulative.shape[1]
    size = c1 + x.shape[1]
    information = np.zeros((size, size))
    index = np.arange(c1)
    information[index, index] = -own.sum(axis=0)
    information[index[:-1], index[1:]] = information[index[1:], index[:-1]] = -between.sum(axis=0)
    information[:c1, c1:] = by_cut.T @ x
    information[c1:, :c1] = information[:c1, c1:].T
    information[c1:, c1:] = -(x.T * by_cut.sum(axis=1)) @ x
    return gradient, information


def _undefined(c: int, q: int, n: float, problem: Problem) -> ProportionalOdds:
    size = max(c - 1, 0)
    cuts, slopes, errors = np.full(size, np.nan), np.full(q, np.nan), np.full((size + q, size + q), np.nan)
    return ProportionalOdds(cuts, slopes, errors, np.nan, np.nan, n, 0, False, (problem,))


def proportional_odds(counts: ArrayLike, predictors: ArrayLike, place: str = "") -> ProportionalOdds:
    """Maximum likelihood of the proportional-odds model for counts (u, c) of answers at predictor rows (u, q).

    Rows may repeat; `tabulate` makes the counts of raw answers, so that work depends on the distinct rows only. The
    likelihood is concave (Pratt 1981); Newton steps are halved until it grows. Fewer than two used answers, linearly
    dependent predictors, or separated answers (slopes without a finite maximum) give NaN with a Problem. Answers
    nobody gave have no threshold: leave them out. Source: McCullagh 1980. In R: `ordinal::clm(y ~ x)`, `MASS::polr`.
    """
    n_y, x = np.asarray(counts, dtype=np.float64), np.asarray(predictors, dtype=np.float64)
    n, c, q = float(n_y.sum()), n_y.shape[1], x.shape[1]
    if c < 2 or np.any(n_y.sum(axis=0) <= 0):
        return _undefined(c, q, n, Problem.of("DIF-ONECATEGORY", place, "warning"))
    weight = n_y.sum(axis=1)
    centre = weight @ x / n
    spread = np.sqrt(weight @ (x - centre) ** 2 / n)
    if q and (np.any(spread < 1e-12 * (1 + np.abs(centre))) or _dependent((x - centre) / spread, weight)):
        return _undefined(c, q, n, Problem.of("DIF-DEPENDENT", place, "warning"))
    z = (x - centre) / spread
    cuts = special.logit(np.cumsum(n_y.sum(axis=0))[:-1] / n)
    slopes = np.zeros(q)
    value, probability, cumulative = _likelihood(n_y, cuts, z @ slopes)
    converged, steps, information = False, 0, np.eye(c - 1 + q)
    while steps < _STEPS:
        gradient, information = _derivatives(n_y, z, probability, cumulative)
        step = _solve(information, gradient)
        if step is None or np.abs(slopes).max(initial=0.0) > _FARTHEST:
            break
        if float(gradient @ step) < 1e-12 * n:
            converged = True
            break
        steps += 1
        for _ in range(40):
            new_cuts, new_slopes = cuts + step[: c - 1], slopes + step[c - 1 :]
            if np.all(np.diff(new_cuts) > 0):
                proposal = _likelihood(n_y, new_cuts, z @ new_slopes)
                if proposal[0] > value - 1e-12 * abs(value):
                    break
            step = step / 2
        else:
            break
        cuts, slopes, (value, probability, cumulative) = new_cuts, new_slopes, proposal
    if not converged:
        return _undefined(c, q, n, Problem.of("DIF-SEPARATION", place, "warning"))
    covariance = np.linalg.inv(information)
    back = np.eye(c - 1 + q)
    back[c - 1 :, c - 1 :] = np.diag(1 / spread)
    back[: c - 1, c - 1 :] = centre / spread
    unscaled = slopes / spread
    return ProportionalOdds(
        frozen(cuts + float(centre @ unscaled)),
        frozen(unscaled),
        frozen(back @ covariance @ back.T),
        value,
        _null(n_y),
        n,
        steps,
        True,
        (),
    )


def _dependent(z: FloatArray, weight: FloatArray) -> bool:
    """Whether standardised predictors are collinear."""
    return bool(np.linalg.eigvalsh((z.T * weight) @ z / weight.sum())[0] < 1e-10)


def _solve(information: FloatArray, gradient: FloatArray) -> FloatArray | None:
    try:
        factor = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    if np.diag(factor).min() < 1e-6 * np.diag(factor).max():
        return None
    return np.asarray(np.linalg.solve(factor.T, np.linalg.solve(factor, gradient)))
