"""How often customers come back, and whether they still do: the BG/NBD model of purchases without a contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

FloatArray = NDArray[np.float64]
NAMES = ("bgnbd_r", "bgnbd_alpha", "bgnbd_a", "bgnbd_b")
STARTS = ((1.0, 1.0, 1.0, 1.0), (0.25, 4.0, 0.8, 2.5))
FLAT = 1e-5
"""Largest gradient a customer at the maximum."""
OPTIONS: Any = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9}
LARGEST = 9.0
"""Log of a parameter at which the mixture has no spread left: the maximum lies at infinity."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """Maximum likelihood estimates of positive parameters; `covariance` is of their logarithms, NaN where undefined."""

    values: FloatArray
    covariance: FloatArray
    log_likelihood: float
    n: int
    converged: bool


def bgnbd(repeats: ArrayLike, last: ArrayLike, age: ArrayLike) -> Mixture:
    """Fit r, alpha (gamma of purchase rates) and a, b (beta of dropout) by maximum likelihood, analytic gradient.

    `repeats` (n,) purchases after the first, `last` (n,) time from first to last purchase (0 without repeats), `age`
    (n,) time from first purchase to the end of observation, any unit of time. Equal customers are counted once.
    Source: Fader, Hardie & Lee 2005, equation 6. In R: `BTYD::bgnbd.EstimateParameters(cal.cbs)`.
    """
    rows = np.column_stack([repeats, last, age]).astype(np.float64)
    cells, counts = np.unique(rows, axis=0, return_counts=True)
    weight = counts.astype(np.float64)
    unit = float(weight @ cells[:, 2] / weight.sum()) or 1.0
    scaled = cells / np.array([1.0, unit, unit])

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        value, slope = bgnbd_log_likelihood(np.exp(at), scaled[:, 0], scaled[:, 1], scaled[:, 2], weight)
        return -value / weight.sum(), -slope / weight.sum()

    return best(loss, STARTS, len(rows), np.array([0.0, np.log(unit), 0.0, 0.0]), float(weight @ cells[:, 0]))


def best(
    loss: Callable[[Any], tuple[float, FloatArray]],
    starts: tuple[tuple[float, ...], ...],
    n: int,
    shift: FloatArray,
    jacobian: float = 0.0,
) -> Mixture:
    """The lowest minimum of `loss` (value and gradient, a customer) over log parameters from several starts.

    `shift` takes the log parameters back to the unit of the data; `jacobian` times the log of the unit, which is
    `shift[1]`, is taken off the log-likelihood.
    """
    bounds = [(-12.0, LARGEST + 3)] * len(starts[0])
    tries = [
        optimize.minimize(loss, np.log(start), jac=True, method="L-BFGS-B", bounds=bounds, options=OPTIONS)
        for start in starts
    ]
    found = min(tries, key=lambda one: float(one.fun))
    point = np.asarray(found.x)
    flat = bool(np.abs(found.jac).max() < FLAT and np.abs(point).max() < LARGEST)
    covariance = np.full((len(point), len(point)), np.nan)
    if flat:
        step = 1e-4
        rows = [(loss(point + e)[1] - loss(point - e)[1]) / (2 * step) for e in np.eye(len(point)) * step]
        curvature = n * (np.array(rows) + np.array(rows).T) / 2
        if np.linalg.eigvalsh(curvature).min() > 0:
            covariance = np.linalg.inv(curvature)
    level = -float(found.fun) * n - jacobian * float(shift[1])
    return Mixture(np.exp(point + shift), covariance, level, n, flat and bool(np.isfinite(covariance).all()))


def bgnbd_log_likelihood(
    values: FloatArray, repeats: FloatArray, last: FloatArray, age: FloatArray, weight: FloatArray
) -> tuple[float, FloatArray]:
    """Log-likelihood of customers counted `weight` times, and its gradient by the logs of r, alpha, a, b."""
    r, alpha, a, b = values
    x, psi = repeats, special.digamma
    back = x > 0
    steady = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
    steady += special.betaln(a, b + x) - special.betaln(a, b)
    alive = -(r + x) * np.log(alpha + age)
    with np.errstate(divide="ignore", invalid="ignore"):
        gone = np.where(back, np.log(a) - np.log(b + x - 1) - (r + x) * np.log(alpha + last), -np.inf)
    total = np.logaddexp(alive, gone)
    share, left = np.exp(alive - total), np.exp(gone - total)
    by_r = psi(r + x) - psi(r) + np.log(alpha) - share * np.log(alpha + age) - left * np.log(alpha + last)
    by_alpha = r / alpha - share * (r + x) / (alpha + age) - left * (r + x) / (alpha + last)
    both = psi(a + b) - psi(a + b + x)
    by_a = both + left / a
    by_b = both + psi(b + x) - psi(b) - np.where(back, left / np.where(back, b + x - 1, 1.0), 0.0)
    steady = steady + total - np.where(back, 0.0, special.betaln(a, b + x) - special.betaln(a, b))
    by_a, by_b = np.where(back, by_a, 0.0), np.where(back, by_b, 0.0)
    slope = np.array([weight @ by_r * r, weight @ by_alpha * alpha, weight @ by_a * a, weight @ by_b * b])
    return float(weight @ steady), slope


def expected_purchases(values: FloatArray, time: ArrayLike) -> FloatArray:
    """Purchases after the first that a new customer makes until `time` on average (equation 9)."""
    r, alpha, a, b = _regular(values)
    t = np.asarray(time, dtype=np.float64)
    left = (alpha / (alpha + t)) ** r * special.hyp2f1(r, b, a + b - 1, t / (alpha + t))
    return np.asarray((a + b - 1) / (a - 1) * (1 - left))


def alive_share(values: FloatArray, repeats: ArrayLike, last: ArrayLike, age: ArrayLike) -> FloatArray:
    """Probability that a customer has not dropped out; 1 without repeats, a trait of the model."""
    r, alpha, a, b = values
    x, tx, t = (np.asarray(part, dtype=np.float64) for part in (repeats, last, age))
    later = np.maximum(b + x - 1, 1e-12)
    odds = np.where(x > 0, a / later * np.exp((r + x) * (np.log(alpha + t) - np.log(alpha + tx))), 0.0)
    return np.asarray(1 / (1 + odds))


def future_purchases(
    values: FloatArray, repeats: ArrayLike, last: ArrayLike, age: ArrayLike, time: ArrayLike
) -> FloatArray:
    """Purchases expected in the next `time` of customers with this history (equation 10); arguments broadcast."""
    r, alpha, a, b = _regular(values)
    x, t, ahead = (np.asarray(part, dtype=np.float64) for part in (repeats, age, time))
    left = np.exp((r + x) * (np.log(alpha + t) - np.log(alpha + t + ahead)))
    left = left * special.hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + t + ahead))
    return np.asarray((a + b + x - 1) / (a - 1) * (1 - left) * alive_share(values, repeats, last, age))


def _regular(values: FloatArray) -> tuple[float, float, float, float]:
    """The parameters, a moved off 1, where the formula is 0 / 0 and its limit finite."""
    r, alpha, a, b = (float(value) for value in values)
    return r, alpha, (a if abs(a - 1) > 1e-6 else 1 + 1e-6), b
