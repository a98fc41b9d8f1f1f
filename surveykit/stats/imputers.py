"""Draws of missing values from one regression with drawn coefficients."""

from __future__ import annotations

import numpy as np
from scipy import special
from scipy.linalg import lapack

from surveykit.errors import SurveykitError
from surveykit.stats.exact import FloatArray
from surveykit.stats.logistic_ordinal import proportional_odds, tabulate
from surveykit.stats.raking import IntArray

_PRIOR = 0.01
"""Precision of a normal prior on standardised logit coefficients (standard deviation 10): finite under separation."""
_STEPS = 25


def draw_linear(
    gram: FloatArray, cross: FloatArray, total: float, n: int, ridge: float, random: np.random.Generator
) -> tuple[FloatArray, FloatArray, float]:
    """Estimated and drawn coefficients (q,) and the drawn residual deviation of a linear regression.

    `gram` (q, q) and `cross` (q,) are X'X and X'y of n rows, `total` y'y. sigma^2 is drawn as RSS / chi2(n - q), then
    coefficients as normal with covariance sigma^2 inv(X'X). Source: Rubin 1987, p. 167.
    """
    q = len(cross)
    held = gram.copy()
    held.flat[:: q + 1] *= 1 + ridge
    held.flat[:: q + 1] += 1e-9
    lower, failed = lapack.dpotrf(held, lower=1, overwrite_a=1)
    if failed:
        raise SurveykitError.of("IMPUTE-SINGULAR")
    best = lapack.dpotrs(lower, cross, lower=1)[0]
    rss = total - 2 * float(best @ cross) + float(best @ gram @ best)
    sigma = float(np.sqrt(max(rss, 1e-12 * total, 1e-300) / random.chisquare(max(n - q, 1))))
    noise = lapack.dtrtrs(lower, random.standard_normal(q), lower=1, trans=1)[0]
    return best, best + sigma * noise, sigma


def match(observed: FloatArray, wanted: FloatArray, donors: int, random: np.random.Generator) -> IntArray:
    """For each wanted prediction the place of one of the `donors` nearest observed ones, drawn at random.

    Equal predictions are put in random order first. The nearest in a sorted array are neighbours: the i-th to the left
    is one of them when it is nearer than the one that would be in its place to the right.
    """
    donors = min(donors, len(observed))
    spread = float(observed.max() - observed.min())
    shaken = observed + random.random(len(observed)) * (1e-9 * spread if spread > 0 else 1.0)
    order = np.argsort(shaken)
    ordered = np.full(len(order) + 2 * donors, np.inf)
    ordered[:donors] = -np.inf
    ordered[donors:-donors] = shaken[order]
    at = np.searchsorted(ordered[donors:-donors], wanted)
    step = np.arange(donors)
    left = wanted[:, None] - ordered[at[:, None] + (donors - 1 - step)]
    right = ordered[at[:, None] + (2 * donors - 1 - step)] - wanted[:, None]
    start = at - (left < right).sum(axis=1)
    return np.asarray(order[start + random.integers(0, donors, len(wanted))])


def draw_categories(x: FloatArray, y: FloatArray, wanted: FloatArray, random: np.random.Generator) -> FloatArray:
    """Values of a categorical y at rows `wanted` (k, q), from a multinomial logit on x (n, q) with drawn coefficients.

    Newton's method with a wide normal prior; coefficients are drawn from the normal approximation at its maximum.
    """
    codes, place = np.unique(y, return_inverse=True)
    groups, q = len(codes) - 1, x.shape[1]
    if groups == 0:
        return np.full(len(wanted), codes[0])
    hit = (place[:, None] == np.arange(1, groups + 1)).astype(np.float64)
    beta: FloatArray = np.zeros((q, groups))
    lower: FloatArray = np.eye(q * groups)
    for _ in range(_STEPS):
        p = _shares(x, beta)[:, 1:]
        gradient = (x.T @ (hit - p) - _PRIOR * beta).T.ravel()
        information = np.empty((groups, q, groups, q))
        for a in range(groups):
            for b in range(a, groups):
                curve = p[:, a] * ((a == b) - p[:, b])
                information[a, :, b] = information[b, :, a] = x.T @ (curve[:, None] * x)
        held = information.reshape(groups * q, groups * q) + _PRIOR * np.eye(groups * q)
        lower = np.asarray(np.linalg.cholesky(held), dtype=np.float64)
        step = np.linalg.solve(held, gradient).reshape(groups, q).T
        beta = np.asarray(beta + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12)))
        if np.abs(step).max() < 1e-6:
            break
    noise = np.linalg.solve(lower.T, random.standard_normal(groups * q)).reshape(groups, q).T
    return _pick(_shares(wanted, beta + noise), codes, random)


def draw_ordered(x: FloatArray, y: FloatArray, wanted: FloatArray, random: np.random.Generator) -> FloatArray:
    """As `draw_categories`, for ordered categories, from a proportional-odds model.

    Where that has no maximum (a category told apart completely), the multinomial draw is used.
    """
    counts, rows, codes = tabulate(y, x[:, 1:])
    varying = np.ptp(rows, axis=0) > 0
    if len(codes) < 3 or not varying.any():
        return draw_categories(x, y, wanted, random)
    fit = proportional_odds(counts, rows[:, varying])
    if not fit.converged or not np.isfinite(fit.covariance).all():
        return draw_categories(x, y, wanted, random)
    drawn = random.multivariate_normal(np.concatenate([fit.thresholds, fit.slopes]), fit.covariance, method="eigh")
    cuts, slopes = np.sort(drawn[: len(codes) - 1]), drawn[len(codes) - 1 :]
    below = special.expit(cuts - (wanted[:, 1:][:, varying] @ slopes)[:, None])
    shares = np.diff(np.column_stack([np.zeros(len(wanted)), below, np.ones(len(wanted))]), axis=1)
    return _pick(shares, codes, random)


def _shares(x: FloatArray, beta: FloatArray) -> FloatArray:
    return np.asarray(special.softmax(np.column_stack([np.zeros(len(x)), x @ beta]), axis=1))


def _pick(shares: FloatArray, codes: FloatArray, random: np.random.Generator) -> FloatArray:
    level = random.random((len(shares), 1))
    return np.asarray(codes[np.minimum((np.cumsum(shares, axis=1) < level).sum(axis=1), len(codes) - 1)])
