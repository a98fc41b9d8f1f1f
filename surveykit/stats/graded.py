"""The graded response model of ordered answers, by marginal maximum likelihood over a normal trait."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray

FARTHEST = 40.0
"""A discrimination beyond this has no finite estimate: answers to the item follow the trait without error."""
_NODES = np.linspace(-6.0, 6.0, 61)
_PRIOR = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
_STEPS, _EARLY, _SETTLED, _NEGLIGIBLE = 600, 20, 1e-8, 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Graded:
    """P(y >= k) = expit(a_j (theta - b_jk)): `slopes` (p,) a, `thresholds` (p, m) b, NaN beyond an item's own.

    `covariance` (p, m + 1, m + 1) of a, b1, ... within each item; NaN where the information is not positive definite.
    `fault`: "" (converged), "diverged" (items named by `slopes` beyond any limit) or "unsettled".
    """

    slopes: FloatArray
    thresholds: FloatArray
    covariance: FloatArray
    log_likelihood: float
    n_parameters: int
    n_patterns: int
    steps: int
    fault: str

    @property
    def errors(self) -> FloatArray:
        """Standard errors (p, m + 1) of a, b1, ..."""
        variance = np.diagonal(self.covariance, axis1=1, axis2=2)
        return np.sqrt(np.where(variance > 0, variance, np.nan))


def probabilities(slopes: ArrayLike, thresholds: ArrayLike, theta: ArrayLike) -> FloatArray:
    """Probability of every answer (p, m + 1, q) at trait values theta (q,); 0 for answers that an item has not."""
    a = np.asarray(slopes, dtype=np.float64)
    return _Curves(a, _intercepts(a, thresholds), np.asarray(theta, dtype=np.float64)).cell


def item_information(slopes: ArrayLike, thresholds: ArrayLike, theta: ArrayLike) -> FloatArray:
    """Fisher information (p, q) of each item about the trait at theta (q,): sum over answers of P'^2 / P.

    Source: Samejima 1969. In R: `mirt::iteminfo`.
    """
    a = np.asarray(slopes, dtype=np.float64)
    curves = _Curves(a, _intercepts(a, thresholds), np.asarray(theta, dtype=np.float64))
    change = -np.diff(curves.density, axis=1)
    information: FloatArray = a[:, None] ** 2 * (change**2 / curves.safe).sum(axis=1)
    return information


def expected_scores(slopes: ArrayLike, thresholds: ArrayLike, codes: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation (n,) of the trait given codes (n, p) 0, 1, ..., -1 missing, under a normal prior.

    A row without an answer is NaN. In R: `mirt::fscores(fit, method = "EAP")`.
    """
    a, found = np.asarray(slopes, dtype=np.float64), np.asarray(codes)
    patterns, row = np.unique(found, axis=0, return_inverse=True)
    curves = _Curves(a, _intercepts(a, thresholds), _NODES)
    posterior, _ = _posterior(_indicators(patterns, curves.cell.shape[1]), curves)
    mean = posterior @ _NODES
    deviation = np.sqrt(np.maximum(posterior @ _NODES**2 - mean**2, 0.0))
    silent = (patterns < 0).all(axis=1)
    mean[silent] = deviation[silent] = np.nan
    return mean[row.ravel()], deviation[row.ravel()]


def graded(codes: ArrayLike) -> Graded:
    """Samejima's graded response model of codes (n, p) 0 .. m, -1 where missing (at random), every code in use.

    theta is standard normal, integrated over 61 equally spaced nodes in -6 .. 6. Work depends on the distinct rows
    only. Steps of EM (one Newton step on the expected counts) go over to Newton's method with the observed
    information (Louis 1982), halved until the likelihood grows; settled when half the squared Newton step promises
    a gain below 1e-8. Standard errors are of that information, of thresholds by the delta method. Source: Samejima
    1969; Bock & Aitkin 1981. In R: `mirt::mirt(x, 1, "graded", SE = TRUE, SE.type = "Louis")`.
    """
    rows = np.asarray(codes)
    patterns, counts = np.unique(rows[(rows >= 0).any(axis=1)], axis=0, return_counts=True)
    weight = counts.astype(np.float64)
    cuts = patterns.max(axis=0)
    shape = (patterns.shape[1], int(cuts.max()) + 1)
    own = np.arange(1, shape[1])[None, :] <= cuts[:, None]
    used = np.column_stack([np.ones(shape[0], dtype=bool), own])
    indicators = _indicators(patterns, shape[1])
    a, c = _start(patterns, weight, own)
    curves = _Curves(a, c, _NODES)
    posterior, value = _posterior(indicators, curves)
    level = float(weight @ value)
    fault, steps, early = "unsettled", 0, _EARLY
    while steps < _STEPS:
        expected = (indicators.T @ (weight[:, None] * posterior)).reshape(*shape, -1)
        gradient, complete = curves.derivatives(expected)
        step = None
        if steps >= early:
            observed = _observed(complete, curves, indicators, weight, posterior, used)
            step = _solved(observed, gradient[used])
            if step is None:
                early = steps + _EARLY
            elif float(step @ gradient[used]) < 2 * _SETTLED:
                fault = ""
                break
        move = np.zeros(used.shape)
        if step is None:
            held = complete + np.eye(shape[1]) * np.where(used, 1e-9 * weight.sum(), 1.0)[:, None, :]
            move = np.linalg.solve(held, gradient[:, :, None])[:, :, 0] * used
        else:
            move[used] = step
        for _ in range(40):
            trial = _Curves(a + move[:, 0], c + move[:, 1:], _NODES)
            if trial.ordered(own):
                new, value = _posterior(indicators, trial)
                if float(weight @ value) >= level - 1e-13 * abs(level):
                    break
            move = move / 2
        else:
            if step is None:
                break
            early = steps + _EARLY
            steps += 1
            continue
        a, c, curves, posterior, level = trial.slopes, trial.intercepts, trial, new, float(weight @ value)
        steps += 1
        if np.abs(a).max() > FARTHEST:
            fault = "diverged"
            break
    covariance = np.full((shape[0], shape[1], shape[1]), np.nan)
    if not fault:
        covariance = _covariance(np.asarray(np.linalg.inv(observed), dtype=np.float64), a, c, used)
    thresholds = np.where(own, -np.where(own, c, 0.0) / a[:, None], np.nan)
    return Graded(
        frozen(a), frozen(thresholds), frozen(covariance), level, int(used.sum()), len(patterns), steps, fault
    )


class _Curves:
    """Cumulative and answer probabilities at the nodes, with densities of the cumulative logits."""

    def __init__(self, slopes: FloatArray, intercepts: FloatArray, theta: FloatArray) -> None:
        self.slopes, self.intercepts, self.theta = slopes, intercepts, theta
        p, q = len(slopes), len(theta)
        eta = slopes[:, None, None] * theta + intercepts[:, :, None]
        edge = np.full((p, 1, q), np.inf)
        logits = np.concatenate([edge, eta, -edge], axis=1)
        up, down = special.expit(logits), special.expit(-logits)
        self.cell = np.where(logits[:, 1:] > 0, down[:, 1:] - down[:, :-1], up[:, :-1] - up[:, 1:])
        self.safe = np.maximum(self.cell, 1e-300)
        self.density = up * down
        self.curve = self.density * (down - up)

    def ordered(self, own: NDArray[np.bool_]) -> bool:
        """Whether the intercepts of every item fall."""
        both = own[:, 1:] & own[:, :-1]
        return bool(np.all(self.intercepts[:, 1:][both] < self.intercepts[:, :-1][both]))

    def derivatives(self, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (p, m + 1) and information (p, m + 1, m + 1) of a, c1, ... from expected counts (p, m + 1, q)."""
        density, curve = self.density[:, 1:-1], self.curve[:, 1:-1]
        high, low = density / self.safe[:, 1:], density / self.safe[:, :-1]
        above, below = expected[:, 1:], expected[:, :-1]
        first = above * high - below * low
        own = above * (curve / self.safe[:, 1:] - high**2) - below * (curve / self.safe[:, :-1] + low**2)
        between = expected[:, 1:-1] * high[:, :-1] * low[:, 1:]
        by_cut = own.copy()
        by_cut[:, :-1] += between
        by_cut[:, 1:] += between
        p, m = self.intercepts.shape
        gradient = np.column_stack([first.sum(axis=1) @ self.theta, first.sum(axis=2)])
        information = np.zeros((p, m + 1, m + 1))
        at = np.arange(1, m + 1)
        information[:, at, at] = -own.sum(axis=2)
        information[:, at[:-1], at[1:]] = information[:, at[1:], at[:-1]] = -between.sum(axis=2)
        information[:, 0, 1:] = information[:, 1:, 0] = -(by_cut @ self.theta)
        information[:, 0, 0] = -(by_cut.sum(axis=1) @ self.theta**2)
        return gradient, information

    def answer_scores(self) -> FloatArray:
        """Derivatives (q, p, m + 1 answers, m + 1 parameters) of the log probability of every answer."""
        p, m = self.intercepts.shape
        found = np.zeros((len(self.theta), p, m + 1, m + 1))
        lower, upper = (self.density[:, :-1] / self.safe), (self.density[:, 1:] / self.safe)
        found[:, :, :, 0] = np.moveaxis((lower - upper) * self.theta, 2, 0)
        at = np.arange(m)
        found[:, :, at + 1, at + 1] = np.moveaxis(lower[:, 1:], 2, 0)
        found[:, :, at, at + 1] = -np.moveaxis(upper[:, :-1], 2, 0)
        return found


def _intercepts(slopes: FloatArray, thresholds: ArrayLike) -> FloatArray:
    b = np.asarray(thresholds, dtype=np.float64)
    return np.where(np.isnan(b), -np.inf, -slopes[:, None] * np.nan_to_num(b))


def _indicators(patterns: NDArray[np.int64], answers: int) -> FloatArray:
    """(u, p * answers) 1 where a pattern has the answer."""
    found = patterns[:, :, None] == np.arange(answers)
    return found.reshape(len(patterns), -1).astype(np.float64)


def _posterior(indicators: FloatArray, curves: _Curves) -> tuple[FloatArray, FloatArray]:
    """Posterior of the nodes (u, q) and marginal log-likelihood (u,) of each pattern."""
    joint = indicators @ np.log(curves.safe).reshape(indicators.shape[1], -1) + np.log(_PRIOR)
    largest = joint.max(axis=1, keepdims=True)
    np.exp(joint - largest, out=joint)
    total = joint.sum(axis=1, keepdims=True)
    joint /= total
    return joint, (largest + np.log(total)).ravel()


def _observed(
    complete: FloatArray,
    curves: _Curves,
    indicators: FloatArray,
    weight: FloatArray,
    posterior: FloatArray,
    used: NDArray[np.bool_],
) -> FloatArray:
    """Louis 1982: expected complete information less the posterior covariance of the complete scores."""
    p, size = used.shape
    total = np.zeros((p, size, p, size))
    total[np.arange(p), :, np.arange(p), :] = complete
    found = total.reshape(p * size, p * size)
    mean = np.zeros((len(weight), p * size))
    for at, scores in enumerate(curves.answer_scores()):
        near = np.flatnonzero(posterior[:, at] > _NEGLIGIBLE)
        share, answers = posterior[near, at], indicators[near]
        pairs = answers.T @ ((weight[near] * share)[:, None] * answers)
        half = (scores.transpose(0, 2, 1) @ pairs.reshape(p, size, -1)).reshape(p * size, p, size)
        found -= (half.transpose(1, 0, 2) @ scores).transpose(1, 0, 2).reshape(p * size, -1)
        each = answers.reshape(-1, p, size).transpose(1, 0, 2) @ scores
        mean[near] += share[:, None] * each.transpose(1, 0, 2).reshape(len(near), -1)
    found += (mean.T * weight) @ mean
    keep = used.ravel()
    return np.asarray(found[np.ix_(keep, keep)])


def _solved(information: FloatArray, gradient: FloatArray) -> FloatArray | None:
    try:
        factor = np.linalg.cholesky(information)
    except np.linalg.LinAlgError:
        return None
    if np.diag(factor).min() < 1e-7 * np.diag(factor).max():
        return None
    return np.asarray(np.linalg.solve(factor.T, np.linalg.solve(factor, gradient)))


def _start(patterns: NDArray[np.int64], weight: FloatArray, own: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
    """Slopes from the first component of the correlations, intercepts from the answers' cumulated shares."""
    known = patterns >= 0
    n = weight @ known
    mean = (weight @ np.where(known, patterns, 0)) / n
    centred = np.where(known, patterns - mean, 0.0)
    cross = (centred.T * weight) @ centred
    deviation = np.sqrt(np.diag(cross))
    values, vectors = np.linalg.eigh(cross / np.multiply.outer(deviation, deviation))
    loading = vectors[:, -1] * np.sqrt(max(values[-1], 0.0)) * (1 if vectors[:, -1].sum() >= 0 else -1)
    loading = np.clip(loading * 0.9, -0.85, 0.85)
    a = 1.7 * loading / np.sqrt(1 - loading**2)
    above = np.stack([weight @ (patterns >= cut) for cut in range(1, own.shape[1] + 1)], axis=1) / n[:, None]
    shares = np.where(own, above, 0.0)
    return a, special.logit(shares) * np.sqrt(1 + a[:, None] ** 2 / 1.7**2)


def _covariance(inverse: FloatArray, a: FloatArray, c: FloatArray, used: NDArray[np.bool_]) -> FloatArray:
    """Covariance within each item of a, b = -c / a by the delta method."""
    p, size = used.shape
    place = np.full(used.shape, -1)
    place[used] = np.arange(int(used.sum()))
    found = np.full((p, size, size), np.nan)
    for item in range(p):
        own = np.flatnonzero(used[item])
        at = place[item, own]
        turn = np.eye(len(own))
        turn[1:, 0] = c[item, own[1:] - 1] / a[item] ** 2
        turn[1:, 1:] *= -1 / a[item]
        found[item][np.ix_(own, own)] = turn @ inverse[np.ix_(at, at)] @ turn.T
    return found
