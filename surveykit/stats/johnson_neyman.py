"""Where along a moderator an effect differs from zero: simple slopes and the Johnson-Neyman bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True)
class Region:
    """Where the slope differs significantly from zero: between the bounds ("inside"), beyond them ("outside"), above
    or below the only one ("above", "below"), "everywhere" or "nowhere". Bounds are NaN where there are none.
    """

    where: str
    low: float
    high: float


def simple_slopes(slope: float, change: float, covariance: ArrayLike, at: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """slope + change w and its standard error at moderator values w; `covariance` (2, 2) of slope and change.

    Source: Aiken & West 1991.
    """
    w, v = np.asarray(at, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    variance = v[0, 0] + 2 * w * v[0, 1] + w**2 * v[1, 1]
    return np.asarray(slope + change * w), np.sqrt(np.maximum(variance, 0.0))


def johnson_neyman(slope: float, change: float, covariance: ArrayLike, t: float) -> Region:
    """Moderator values at which |slope + change w| = t times its standard error (Johnson & Neyman 1936).

    `t` is the critical value. Roots of (b + c w)^2 = t^2 var(b + c w). In R: `interactions::johnson_neyman(fit)`.
    """
    v = np.asarray(covariance, dtype=np.float64)
    none = float("nan")
    if not (np.isfinite([slope, change, t]).all() and np.isfinite(v).all()):
        return Region("undefined", none, none)
    a = change**2 - t**2 * v[1, 1]
    b = 2 * (slope * change - t**2 * v[0, 1])
    c = slope**2 - t**2 * v[0, 0]
    if abs(a) < 1e-14 * max(change**2, t**2 * v[1, 1], 1e-300):
        if b == 0:
            return Region("everywhere" if c > 0 else "nowhere", none, none)
        root = -c / b
        return Region("above", root, none) if b > 0 else Region("below", none, root)
    inner = b**2 - 4 * a * c
    if inner <= 0:
        return Region("everywhere" if a > 0 else "nowhere", none, none)
    q = -(b + np.copysign(np.sqrt(inner), b)) / 2
    low, high = sorted((q / a, c / q if q else -b / a - q / a))
    return Region("outside" if a > 0 else "inside", float(low), float(high))
