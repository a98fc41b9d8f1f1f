"""Cox regression with Efron's ties, and the score test that hazards stay proportional."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

FloatArray = NDArray[np.float64]
NAN = float("nan")
STEPS = 40
FLAT = 50.0
"""Standard error of a standardised coefficient above which the likelihood is flat: the events are separated."""


@dataclass(frozen=True, slots=True)
class Cox:
    """Log hazard ratios (p,), their covariance, log partial likelihoods, tests, and what the fit met.

    `zph` (p + 1, 2): chi-squared and p of proportionality a column of x, last of all together. Not
    converged: NaN.
    """

    coefficients: FloatArray
    covariance: FloatArray
    log_likelihood: float
    null_log_likelihood: float
    score_chi2: float
    zph: FloatArray
    n: int
    events: int
    converged: bool


class _Sums:
    """Risk sets at every event, Efron's share of the ties taken off; rows are sorted by falling time."""

    def __init__(self, time: FloatArray, event: FloatArray, x: FloatArray) -> None:
        order = np.argsort(-time, kind="stable")
        self.x = x[order]
        t, d = time[order], event[order] == 1
        last = np.searchsorted(-t, -t, side="right") - 1
        self.died = np.flatnonzero(d)
        self.risk_end = last[self.died]
        times, self.tie = np.unique(-t[self.died], return_inverse=True)
        self.ties = np.bincount(self.tie, minlength=len(times))
        start = np.concatenate([[0], self.ties.cumsum()[:-1]])
        self.share = (np.arange(len(self.died)) - start[self.tie]) / self.ties[self.tie]
        self.when = t[self.died]

    def at(self, beta: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Log partial likelihood, Schoenfeld residuals (events, p), covariance of x in each risk set."""
        linear = self.x @ beta
        weight = np.exp(linear - linear.max())
        wx = self.x * weight[:, None]
        squares = wx[:, :, None] * self.x[:, None, :]
        s0, s1, s2 = (self._less_ties(part) for part in (weight, wx, squares))
        mean = s1 / s0[:, None]
        spread = s2 / s0[:, None, None] - mean[:, :, None] * mean[:, None, :]
        level = float(linear[self.died].sum() - np.log(s0).sum() - len(self.died) * linear.max())
        return level, self.x[self.died] - mean, spread

    def _less_ties(self, part: FloatArray) -> FloatArray:
        risk = part.cumsum(axis=0)[self.risk_end]
        tied = np.zeros((len(self.ties), *part.shape[1:]))
        np.add.at(tied, self.tie, part[self.died])
        share = self.share.reshape(-1, *[1] * (part.ndim - 1))
        return np.asarray(risk - share * tied[self.tie])


def cox_fit(time: ArrayLike, event: ArrayLike, x: ArrayLike) -> Cox:
    """Maximise the partial likelihood by Newton's method with step halving.

    `time` (n,) positive, `event` (n,) 0 or 1, `x` (n, p). Proportionality: score test of x times 1 - Kaplan-Meier
    (Grambsch & Therneau 1994). Source: Cox 1972; Efron 1977. In R: `coxph(Surv(time, event) ~ x)`, `cox.zph(fit)`.
    """
    t, d, raw = (np.asarray(part, dtype=np.float64) for part in (time, event, x))
    n, p = raw.shape
    events = int(d.sum())
    scale = raw.std(axis=0)
    nothing = Cox(
        np.full(p, NAN), np.full((p, p), NAN), NAN, NAN, NAN, np.full((p + 1, 2), NAN), n, events, False
    )  # fmt: skip
    if events == 0 or not (scale > 0).all():
        return nothing
    sums = _Sums(t, d, (raw - raw.mean(axis=0)) / scale)
    beta = np.zeros(p)
    level, residuals, spread = sums.at(beta)
    null, score_chi2 = level, NAN
    done = False
    for step in range(STEPS):
        score, information = residuals.sum(axis=0), spread.sum(axis=0)
        if np.linalg.matrix_rank(information, hermitian=True) < p:
            return nothing
        move = np.linalg.solve(information, score)
        if step == 0:
            score_chi2 = float(score @ move)
        if float(score @ move) < 1e-12:
            done = True
            break
        for _ in range(30):
            found = sums.at(beta + move)
            if found[0] >= level - 1e-12:
                break
            move = move / 2
        beta = beta + move
        level, residuals, spread = found
    if not done:
        return nothing
    covariance = np.linalg.inv(spread.sum(axis=0))
    if np.sqrt(np.diag(covariance)).max() > FLAT:
        return nothing
    zph = _proportional(sums, t, d, residuals, spread)
    return Cox(
        beta / scale, covariance / np.outer(scale, scale), level, null, score_chi2, zph, n, events, True
    )  # fmt: skip


def _proportional(
    sums: _Sums, time: FloatArray, event: FloatArray, residuals: FloatArray, spread: FloatArray
) -> FloatArray:
    """Score tests at the fit that log hazards do not change with g = 1 - Kaplan-Meier just before the event."""
    at, place = np.unique(time, return_inverse=True)
    d = np.bincount(place, event, len(at))
    risk = np.bincount(place, minlength=len(at))[::-1].cumsum()[::-1]
    before = np.concatenate([[1.0], np.cumprod(1 - d / risk)[:-1]])
    g = 1 - before[np.searchsorted(at, sums.when)]
    g = g - g.mean()
    score = g @ residuals
    first = spread.sum(axis=0)
    cross, second = np.tensordot(g, spread, 1), np.tensordot(g**2, spread, 1)
    left = second - cross @ np.linalg.solve(first, cross)
    p = len(score)
    found = np.full((p + 1, 2), NAN)
    own = np.diag(left)
    # as in R: the test of one term holds the interactions of the others at zero
    found[:p, 0] = np.divide(score**2, own, out=np.full(p, NAN), where=own > 1e-10)
    found[:p, 1] = stats.chi2.sf(found[:p, 0], 1)
    if np.linalg.matrix_rank(left, hermitian=True) == p:
        found[p, 0] = float(score @ np.linalg.solve(left, score))
        found[p, 1] = stats.chi2.sf(found[p, 0], p)
    return found


def concordance(time: ArrayLike, event: ArrayLike, risk: ArrayLike) -> float:
    """Share of comparable pairs in which the higher risk has its event first; ties of risk count half.

    A pair is comparable when the shorter time is an event (a tie of times: when just one of the two is). Pairs are
    counted in blocks: the work grows with events x rows. Source: Harrell et al. 1996. In R: `concordance(fit)`.
    """
    t, d, r = (np.asarray(part, dtype=np.float64) for part in (time, event, risk))
    right = comparable = 0.0
    for at in np.array_split(np.flatnonzero(d == 1), max(1, int(d.sum()) * len(t) // 4_000_000)):
        later = (t[at, None] < t) | ((t[at, None] == t) & (d == 0))
        comparable += later.sum()
        right += (later & (r[at, None] > r)).sum() + 0.5 * (later & (r[at, None] == r)).sum()
    return float(right / comparable) if comparable else NAN
