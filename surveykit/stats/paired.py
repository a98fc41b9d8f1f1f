"""Standardised mean differences of paired answers, with exact intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval

_NODES, _MASS = np.polynomial.legendre.leggauss(160)
_EDGE = 1e-13


def _spread(df: float) -> tuple[FloatArray, FloatArray]:
    """Nodes of sqrt(chi2 / df) over all but 1e-13 of its mass at each end, and their probabilities."""
    low, high = np.sqrt(2 * special.gammaincinv(df / 2, [_EDGE, 1 - _EDGE]) / df)
    at = low + (high - low) * (_NODES + 1) / 2
    log = (df - 1) * np.log(at) - df * at**2 / 2
    mass = _MASS * np.exp(log - log.max())
    return at, np.asarray(mass / mass.sum())


def noncentral_t(t: float, df: float, conf_level: float = 0.95) -> tuple[float, float]:
    """The noncentralities at which a t this large, or this small, has the tail probability of the interval.

    P(T <= t) is the mean of the normal distribution function of t s - noncentrality over s = sqrt(chi2 / df), by
    quadrature. In R: `MBESS::conf.limits.nct(t, df)`.
    """
    if not (np.isfinite(t) and df > 0):
        return float("nan"), float("nan")
    at, mass = _spread(df)
    tail = (1 - conf_level) / 2

    def reached(shift: float, aim: float) -> float:
        return float(mass @ special.ndtr(t * at - shift)) - aim

    found = []
    for aim in (1 - tail, tail):
        low, high, step = t, t, 2.0 + abs(t) / 2
        while reached(low, aim) < 0:
            low -= step
        while reached(high, aim) > 0:
            high += step
        found.append(float(optimize.brentq(reached, low, high, args=(aim,), xtol=1e-10)) if low < high else float(t))
    return found[0], found[1]


def standardised(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> tuple[FloatArray, Interval]:
    """Cohen's d of paired differences, mean / sd (d_z), and its noncentral-t intervals, one for each row.

    NaN below two pairs or without spread. In R: `effectsize::cohens_d(x, y, paired = TRUE)`.
    """
    centre, spread, size = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (mean, sd, n))
    with np.errstate(invalid="ignore", divide="ignore"):
        d = np.asarray(np.where((size > 1) & (spread > 0), centre / spread, np.nan))
    ends = np.array([noncentral_t(v * np.sqrt(k), k - 1, conf_level) for v, k in zip(d, size, strict=True)])
    bounds = ends.reshape(-1, 2) / np.sqrt(np.maximum(size, 1))[:, None]
    return d, (bounds[:, 0], bounds[:, 1])
