"""Intervals of shares by the delta method, on the logit scale, which keeps them between 0 and 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.intervals import normal_quantile

NAN = float("nan")


def delta_logit(
    estimate: float, gradient: ArrayLike, covariance: ArrayLike, conf_level: float = 0.95
) -> tuple[float, float, float]:
    """Standard error sqrt(g' V g) of a share and its interval; NaN for a share outside 0..1 or an undefined error.

    `gradient` (q,) and `covariance` (q, q) of the parameters. Source: Raykov 2002; Browne 1982 for the logit scale.
    """
    slope = np.asarray(gradient, dtype=np.float64)
    squared = float(slope @ np.asarray(covariance, dtype=np.float64) @ slope)
    if not (squared >= 0 and 0 < estimate < 1):
        return NAN, NAN, NAN
    error = float(np.sqrt(squared))
    half = normal_quantile(conf_level) * error / (estimate * (1 - estimate))
    centre = special.logit(estimate)
    return error, float(special.expit(centre - half)), float(special.expit(centre + half))
