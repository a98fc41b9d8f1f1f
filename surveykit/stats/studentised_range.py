"""The distribution of the studentised range (Tukey), for many pairs and degrees of freedom at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import elementwise

from surveykit.stats.exact import FloatArray

_Z, _WEIGHT = np.polynomial.legendre.leggauss(64)
NODES = 14
_MANY = 25_000.0
"""Degrees of freedom from which the normal range is used."""


def cdf(q: ArrayLike, groups: int, df: ArrayLike) -> FloatArray:
    """P(range of `groups` standard normals over an independent root of chi2(df) / df <= q), NaN where df < 1.

    Gauss-Legendre over both integrals; within 1e-8 of R's `ptukey(q, groups, df)` for df >= 2.
    """
    width, freedom = (np.asarray(part, dtype=np.float64) for part in np.broadcast_arrays(q, df))
    freedom = np.minimum(freedom, _MANY)
    valid = (freedom >= 1) & np.isfinite(width)
    nu = np.where(valid, freedom, 1.0)[..., None]
    low = np.sqrt(special.chdtri(nu, 1 - 1e-13) / nu)
    high = np.sqrt(special.chdtri(nu, 1e-13) / nu)
    scale = (low + high) / 2 + (high - low) / 2 * _Z
    log_density = (
        nu / 2 * np.log(nu / 2) - special.gammaln(nu / 2) + np.log(2) + (nu - 1) * np.log(scale) - nu * scale**2 / 2
    )
    inside = _normal_range(np.where(valid, width, 0.0)[..., None] * scale, groups)
    total = (np.exp(log_density) * inside * _WEIGHT).sum(axis=-1) * ((high - low) / 2)[..., 0]
    return np.where(valid, np.clip(total, 0.0, 1.0), np.nan)


def quantile(p: float, groups: int, df: ArrayLike) -> FloatArray:
    """The q with cdf(q) = p, NaN where df < 1. In R: `qtukey(p, groups, df)`.

    Of many degrees of freedom it is found at Chebyshev nodes of 1 / df and interpolated (error below 1e-6).
    """
    freedom = np.asarray(df, dtype=np.float64)
    valid = freedom >= 1
    nu = np.minimum(np.where(valid, freedom, 1.0), _MANY)
    ends = 1 / nu.max(initial=1.0), 1 / nu.min(initial=_MANY)
    if nu.size <= NODES or not ends[0] < ends[1]:
        return np.where(valid, _quantile(p, groups, nu), np.nan)
    angles = np.cos(np.pi * (np.arange(NODES) + 0.5) / NODES)
    at = (ends[0] + ends[1]) / 2 + (ends[1] - ends[0]) / 2 * angles
    curve = np.polynomial.Chebyshev.fit(at, np.log(_quantile(p, groups, 1 / at)), NODES - 1, domain=list(ends))
    return np.where(valid, np.exp(curve(1 / nu)), np.nan)


def _quantile(p: float, groups: int, nu: FloatArray) -> FloatArray:
    pairs = groups * (groups - 1) / 2
    low = np.sqrt(2) * special.stdtrit(nu, (1 + p) / 2) * 0.999
    high = np.sqrt(2) * special.stdtrit(nu, 1 - (1 - p) / pairs / 2) * 1.001
    find: Any = elementwise.find_root
    gap = {"xatol": 1e-9, "xrtol": 1e-9}
    found = find(lambda q, v: cdf(q, groups, v) - p, (low, high), args=(nu,), tolerances=gap)
    return np.asarray(found.x, dtype=np.float64)


def _normal_range(width: FloatArray, groups: int) -> FloatArray:
    """P(range of standard normals <= width): groups * integral of phi(z) (Phi(z) - Phi(z - width))^(groups - 1)."""
    z = 8.0 * _Z
    gap = special.ndtr(z) - special.ndtr(z - width[..., None])
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    return groups * 8.0 * (density * gap ** (groups - 1) * _WEIGHT).sum(axis=-1)
