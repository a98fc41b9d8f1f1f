"""Ordered probit regression of many weighted samples at once, by Newton's method."""

from __future__ import annotations

import numpy as np
from scipy import special

from surveykit.stats.exact import FloatArray

_STEPS = 40
_FARTHEST = 12.0
"""Slopes per standard deviation beyond this separate the answers."""
_FLAT = 1e-3
"""Information below this is that of no single answer."""
_LEAST = 1e-290


def ordered_probit(
    answers: FloatArray, x: FloatArray, weights: FloatArray, start: FloatArray | None = None
) -> FloatArray:
    """Thresholds, then slopes, (b, c - 1 + q) of P(y <= j) = Phi(threshold_j - x slopes) by maximum likelihood.

    `answers` (n,) are codes 0..c-1, `x` (n, q) predictors, `weights` (b, n) how often each row counts. NaN for a
    sample that lacks a category or whose answers are separated. In R: `MASS::polr(y ~ x, method = "probit")`.
    """
    n, q = x.shape
    cuts = int(answers.max())
    hot = (answers[:, None] == np.arange(cuts + 1)).astype(float)
    upper, lower = np.zeros((n, cuts + q)), np.zeros((n, cuts + q))
    upper[:, :cuts], lower[:, :cuts] = hot[:, :cuts], hot[:, 1:]
    upper[:, cuts:] = lower[:, cuts:] = -x
    top, bottom = answers == cuts, answers == 0
    tally = weights @ hot
    usable = (tally > 0).all(axis=1)
    theta = np.zeros((len(weights), cuts + q))
    share = np.cumsum(tally, axis=1)[:, :-1] / np.maximum(tally.sum(axis=1, keepdims=True), 1e-300)
    theta[:, :cuts] = special.ndtri(np.clip(share, 1e-9, 1 - 1e-9)) if start is None else start[:cuts]
    if start is not None:
        theta[:, cuts:] = start[cuts:]
    products = [_pairs(upper, upper), _pairs(lower, lower), _pairs(upper, lower) + _pairs(lower, upper)]
    open_ = np.flatnonzero(usable)
    value = np.full(len(weights), -np.inf)
    value[open_] = _likelihood(theta[open_], upper, lower, top, bottom, weights[open_])
    done = np.zeros(len(weights), dtype=bool)
    for _ in range(_STEPS):
        if not len(open_):
            break
        w = weights[open_]
        gradient, information = _derivatives(theta[open_], upper, lower, top, bottom, w, products)
        step = _steps(information, gradient)
        finite = np.isfinite(step).all(axis=1) & (np.abs(theta[open_][:, cuts:]).max(axis=1, initial=0.0) < _FARTHEST)
        finite &= np.einsum("bii->bi", information).min(axis=1) > _FLAT
        near = finite & ((gradient * step).sum(axis=1) < 1e-10 * n)
        done[open_[near]] = True
        theta[open_[near]] += step[near]
        going = finite & ~near
        open_, step = open_[going], step[going]
        size = np.ones(len(open_))
        waiting = np.arange(len(open_))
        for _ in range(30):
            if not len(waiting):
                break
            rows = open_[waiting]
            proposal = theta[rows] + size[waiting, None] * step[waiting]
            found = _likelihood(proposal, upper, lower, top, bottom, weights[rows])
            better = found >= value[rows] - 1e-10 * np.abs(value[rows])
            theta[rows[better]], value[rows[better]] = proposal[better], found[better]
            waiting = waiting[~better]
            size[waiting] /= 2
        open_ = np.delete(open_, waiting)
    theta[~done] = np.nan
    return theta


def _pairs(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray((a[:, :, None] * b[:, None, :]).reshape(len(a), -1))


def _ends(
    theta: FloatArray, upper: FloatArray, lower: FloatArray, top: FloatArray, bottom: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Upper and lower ends of each answer's interval, and its probability, taken in the tail where it is exact."""
    high, low = theta @ upper.T, theta @ lower.T
    high[:, top], low[:, bottom] = np.inf, -np.inf
    mirrored = low > 0
    p = special.ndtr(np.where(mirrored, -low, high)) - special.ndtr(np.where(mirrored, -high, low))
    return high, low, np.asarray(p)


def _likelihood(
    theta: FloatArray, upper: FloatArray, lower: FloatArray, top: FloatArray, bottom: FloatArray, w: FloatArray
) -> FloatArray:
    p = _ends(theta, upper, lower, top, bottom)[2]
    log = np.log(np.maximum(p, _LEAST))
    log[p <= 0] = -1e4
    return np.asarray((w * log).sum(axis=1))


def _derivatives(
    theta: FloatArray, upper: FloatArray, lower: FloatArray, top: FloatArray, bottom: FloatArray, w: FloatArray,
    products: list[FloatArray],
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    high, low, p = _ends(theta, upper, lower, top, bottom)
    p = np.maximum(p, _LEAST)
    high, low = np.clip(high, -40, 40), np.clip(low, -40, 40)
    first = np.exp(-(high**2) / 2) / np.sqrt(2 * np.pi) / p
    second = np.exp(-(low**2) / 2) / np.sqrt(2 * np.pi) / p
    first[:, top], second[:, bottom] = 0.0, 0.0
    gradient = (w * first) @ upper - (w * second) @ lower
    own = (w * (-high * first - first**2)) @ products[0]
    own += (w * (low * second - second**2)) @ products[1]
    own += (w * first * second) @ products[2]
    return gradient, -own.reshape(len(theta), theta.shape[1], theta.shape[1])


def _steps(information: FloatArray, gradient: FloatArray) -> FloatArray:
    found = np.full(gradient.shape, np.nan)
    good = np.isfinite(information).all(axis=(1, 2))
    if not good.any():
        return found
    scale = np.sqrt(np.maximum(np.einsum("bii->bi", information[good]), 1e-300))
    scaled = information[good] / (scale[:, :, None] * scale[:, None, :])
    values, vectors = np.linalg.eigh(scaled)
    clear = values[:, 0] > 1e-9
    turned = np.einsum("bij,bi->bj", vectors, gradient[good] / scale)
    step = np.einsum("bij,bj->bi", vectors, turned / np.maximum(values, 1e-9)) / scale
    step[~clear] = np.nan
    found[good] = step
    return found
