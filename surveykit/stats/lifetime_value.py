"""What customers spend and how long they stay: gamma-gamma, shifted beta-geometric, sums of a portfolio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.stats.bgnbd import Mixture, best

FloatArray = NDArray[np.float64]


def gamma_gamma(orders: ArrayLike, mean_value: ArrayLike) -> Mixture:
    """Fit p, q and v (a unit of money) of mean order values by maximum likelihood.

    `orders` (n,) orders behind each customer's `mean_value` (n,), both positive. Order values are gamma with shape p
    and a rate that is gamma (q, v) over customers, independent of how often they buy. Source: Fader & Hardie 2013.
    In R: `BTYD::spend.EstimateParameters(m.x, x)`.
    """
    x, z = np.asarray(orders, dtype=np.float64), np.asarray(mean_value, dtype=np.float64)
    unit = float(np.median(z))
    money = z / unit
    psi = special.digamma

    def loss(at: FloatArray) -> tuple[float, FloatArray]:
        p, q, v = np.exp(at)
        shape = p * x
        mixed = np.log(v + x * money)
        value = q * np.log(v) - special.betaln(shape, q) + (shape - 1) * np.log(money) + shape * np.log(x)
        value = value - (shape + q) * mixed
        by_p = x * (psi(shape + q) - psi(shape) + np.log(money) + np.log(x) - mixed)
        by_q = np.log(v) + psi(shape + q) - psi(q) - mixed
        by_v = q / v - (shape + q) / (v + x * money)
        slope = np.array([by_p.mean() * p, by_q.mean() * q, by_v.mean() * v])
        return -float(value.mean()), -slope

    shift = np.array([0.0, 0.0, np.log(unit)])
    found = best(loss, ((2.0, 3.0, 1.0), (6.0, 4.0, 0.5)), len(x), shift)
    lower = found.log_likelihood - len(x) * np.log(unit)
    return Mixture(found.values, found.covariance, lower, found.n, found.converged)


def expected_order(values: FloatArray, orders: ArrayLike, mean_value: ArrayLike) -> FloatArray:
    """Mean order value expected of customers: their own mean, drawn towards that of all; NaN where q + p x <= 1."""
    p, q, v = values
    x, z = np.asarray(orders, dtype=np.float64), np.asarray(mean_value, dtype=np.float64)
    below = p * x + q - 1
    own = np.where(x > 0, x * z, 0.0)
    return np.where(below > 0, p * (v + own) / np.where(below > 0, below, 1.0), np.nan)


def shifted_beta_geometric(left: ArrayLike, censored: ArrayLike) -> Mixture:
    """Fit alpha and beta of the chance to end a contract at each renewal.

    `left` (t,) customers who left at renewal 1..t; `censored` (t,) customers last seen after they renewed 1..t times.
    Source: Fader & Hardie 2007, equations 5 and 6. In R: `optim` on that likelihood.
    """
    lost, kept = np.asarray(left, dtype=np.float64), np.asarray(censored, dtype=np.float64)
    at = np.arange(1.0, len(lost) + 1)
    n = lost.sum() + kept.sum()
    psi = special.digamma

    def loss(point: FloatArray) -> tuple[float, FloatArray]:
        alpha, beta = np.exp(point)
        end, total = psi(alpha + beta + at), psi(alpha + beta)
        value = lost @ special.betaln(alpha + 1, beta + at - 1) + kept @ special.betaln(alpha, beta + at)
        value -= n * special.betaln(alpha, beta)
        by_alpha = lost @ (psi(alpha + 1) - end) + kept @ (psi(alpha) - end) - n * (psi(alpha) - total)
        by_beta = lost @ (psi(beta + at - 1) - end) + kept @ (psi(beta + at) - end) - n * (psi(beta) - total)
        return -float(value) / n, -np.array([by_alpha * alpha, by_beta * beta]) / n

    return best(loss, ((1.0, 1.0), (0.7, 3.0)), int(n), np.zeros(2))


def beta_geometric_survival(values: FloatArray, renewals: ArrayLike) -> FloatArray:
    """Share of new customers who renew at least this many times."""
    alpha, beta = values
    t = np.asarray(renewals, dtype=np.float64)
    return np.asarray(np.exp(special.betaln(alpha, beta + t) - special.betaln(alpha, beta)))


def by_delta(
    target: Callable[[FloatArray], FloatArray], values: FloatArray, covariance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Targets at the estimates and their standard errors by the delta method over log parameters.

    `target` maps parameters (q,) to (m,); `covariance` (q, q) is of the logs. NaN covariance gives NaN errors.
    """
    centre = np.atleast_1d(target(values))
    step, at = 1e-4, np.log(values)
    if not np.isfinite(covariance).all():
        return centre, np.full(len(centre), np.nan)
    slopes = np.array([
        (np.atleast_1d(target(np.exp(at + e))) - np.atleast_1d(target(np.exp(at - e)))) / (2 * step)
        for e in np.eye(len(at)) * step
    ])  # fmt: skip
    return centre, np.sqrt(np.maximum(np.einsum("im,ij,jm->m", slopes, covariance, slopes), 0.0))


@dataclass(frozen=True, slots=True)
class Spending:
    """A customer a row: money a period, periods seen, 1 where lost by the end, money it cost to win the customer."""

    spend: FloatArray
    tenure: FloatArray
    lost: FloatArray
    cost: FloatArray


def annuity(lifetime: ArrayLike, discount: float) -> FloatArray:
    """Periods of an exponential lifetime with this mean, worth less by `discount` a period, paid as they run.

    1 / (1 / lifetime + log(1 + discount)); the lifetime itself without discount.
    """
    mean = np.asarray(lifetime, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 / (1 / mean + np.log1p(discount)))


def values_of(sums: FloatArray, customers: float, discount: float, lifetime: float | None) -> FloatArray:
    """Lifetime, its worth after discount, portfolio value and net value a customer, plain and discounted.

    `sums` (..., 4): spend, tenure, lost, cost, as means over customers.
    """
    spend, tenure, lost, cost = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(lost > 0, tenure / lost, np.nan) if lifetime is None else np.full_like(spend, lifetime)
    worth = annuity(mean, discount)
    parts = [
        mean,
        worth,
        spend * mean * customers,
        spend * worth * customers,
        spend * mean - cost,
        spend * worth - cost,
    ]
    return np.stack(parts, axis=-1)


def bootstrap_values(
    data: Spending, discount: float, lifetime: float | None, n_boot: int, seed: int, conf_level: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """`values_of` for all customers, with bootstrap errors and percentile bounds over customers.

    Draws without a lost customer have no lifetime and are left out where a lifetime is estimated.
    """
    rows = np.column_stack([data.spend, data.tenure, data.lost, data.cost])
    n = len(rows)
    centre = values_of(rows.mean(axis=0), n, discount, lifetime)
    rng = np.random.default_rng(seed)
    block = max(1, 4_000_000 // n)
    parts = [
        rng.multinomial(n, np.full(n, 1 / n), min(block, n_boot - start)) @ rows / n
        for start in range(0, n_boot, block)
    ]
    drawn = values_of(np.concatenate(parts), n, discount, lifetime)
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if len(drawn) < 0.9 * n_boot or not np.isfinite(centre).all():
        empty = np.full(len(centre), np.nan)
        return centre, empty, empty, empty
    tail = (1 - conf_level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return centre, drawn.std(axis=0, ddof=1), low, high
