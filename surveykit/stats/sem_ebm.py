"""Empirical Bayes modal scores of latent variables from ordered and continuous answers, all rows at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_STEPS, _HALVINGS = 60, 20
_TOLERANCE = 1e-10
_FLAT = 1e-5
"""Curvature, over that of all items in the middle of their scales, below which a row's likelihood has no maximum."""
_ROOT = np.sqrt(2 * np.pi)


@dataclass(frozen=True, slots=True, eq=False)
class Responding:
    """How answers come from latent variables: item responses are intercept (p,) + loadings (p, k) eta + residual.

    `residual` (p,) are variances, independent of each other given eta. `low` and `high` (n, p) are the borders of each
    row's response, equal to the answer where the item is continuous; NaN where missing. Latent variables have `mean`
    (k,) and covariance root root' (k, k).
    """

    loadings: FloatArray
    intercept: FloatArray
    residual: FloatArray
    mean: FloatArray
    root: FloatArray


def modal_scores(model: Responding, low: FloatArray, high: FloatArray, prior: bool) -> FloatArray:
    """The eta (n, k) that maximises each row's log-likelihood, plus the log density of eta with `prior`.

    Newton steps with halving for all rows together; the function is concave. Without prior a row may have no maximum
    (every answer to a factor's items at one end): NaN for those latent variables. Equal rows are solved once. In R:
    `lavPredict(fit, method = "EBM")` or `"ML"`.
    """
    both, member = np.unique(np.concatenate([low, high], axis=1), axis=0, return_inverse=True)
    low, high = both[:, : low.shape[1]], both[:, low.shape[1] :]
    loadings = model.loadings @ model.root if prior else model.loadings
    unit = np.sqrt(model.residual)
    slopes = loadings / unit[:, None]
    shift = model.intercept + (model.loadings @ model.mean if prior else 0.0)
    ends = [(border - shift) / unit for border in (low, high)]
    at = np.zeros((len(low), loadings.shape[1]))
    value, gradient, curved = _parts(ends[0], ends[1], at, slopes, prior)
    open_ = np.arange(len(at))
    settled = np.zeros(len(at), dtype=bool)
    for _ in range(_STEPS):
        if len(open_) == 0:
            break
        step = _solved(curved, gradient)
        gain = (gradient * step).sum(axis=1)
        done = gain < _TOLERANCE
        settled[open_[done]] = True
        keep = ~done & np.isfinite(gain)
        open_, step, value, gain = open_[keep], step[keep], value[keep], gain[keep]
        size = np.ones(len(open_))
        for _ in range(_HALVINGS):
            trial = at[open_] + size[:, None] * step
            there = _parts(ends[0][open_], ends[1][open_], trial, slopes, prior)
            worse = ~(there[0] >= value + 1e-4 * size * gain - 1e-12)
            if not worse.any():
                break
            size[worse] /= 2
        at[open_] = trial
        value, gradient, curved = there
    at[~settled] = np.nan
    if not prior:
        values, vectors = np.linalg.eigh(_parts(ends[0], ends[1], np.nan_to_num(at), slopes, prior)[2])
        flat = values < _FLAT * (slopes**2).sum(axis=0).min()
        at[(vectors**2 * flat[:, None, :]).sum(axis=2) > 1e-6] = np.nan
    out = model.mean + at @ model.root.T if prior else at
    return np.asarray(out[member.reshape(-1)])


def _solved(curved: FloatArray, gradient: FloatArray) -> FloatArray:
    """Newton steps; where an answer says next to nothing the curvature is kept away from zero."""
    size = curved.shape[-1]
    floor = 1e-9 * np.eye(size)
    return np.asarray(np.linalg.solve(curved + floor, gradient[:, :, None])[:, :, 0])


def _parts(
    low: FloatArray, high: FloatArray, at: FloatArray, slopes: FloatArray, prior: bool
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log density (n,), gradient (n, k) and minus the Hessian (n, k, k)."""
    move = at @ slopes.T
    a, b = low - move, high - move
    number = low == high
    with np.errstate(all="ignore"):
        flip = a + b > 0
        lower, upper = np.where(flip, -b, a), np.where(flip, -a, b)
        width = special.ndtr(upper) - special.ndtr(lower)
        log_width = np.where(width > 1e-290, np.log(width), special.log_ndtr(upper))
        density = [np.exp(-np.minimum(border**2, 1e8) / 2 - log_width) / _ROOT for border in (a, b)]
        first = density[1] - density[0]
        finite = [np.where(np.isfinite(border), border, 0.0) for border in (a, b)]
        second = first**2 + density[1] * finite[1] - density[0] * finite[0]
        log_width = np.where(number, -(a**2) / 2, log_width)
        first = np.where(number, -a, first)
        second = np.where(number, 1.0, second)
    gone = np.isnan(low)
    log_width, first, second = (np.where(gone, 0.0, part) for part in (log_width, first, np.maximum(second, 0.0)))
    value = log_width.sum(axis=1)
    gradient = -(first @ slopes)
    curved = np.einsum("np,pk,pl->nkl", second, slopes, slopes, optimize=True)
    if prior:
        value = value - (at**2).sum(axis=1) / 2
        gradient = gradient - at
        curved = curved + np.eye(at.shape[1])
    return value, gradient, curved
