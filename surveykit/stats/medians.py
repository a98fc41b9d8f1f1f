"""Medians with intervals that need no shape of the distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special


def median_bounds(values: ArrayLike, conf_level: float = 0.95) -> tuple[float, float, float]:
    """Median with its interval between two order statistics, at least `conf_level` by the binomial distribution.

    NaN bounds where the sample is too small for the level. In R: `DescTools::MedianCI(x, conf.level, method =
    "exact")`.
    """
    x = np.sort(np.asarray(values, dtype=np.float64))
    n = len(x)
    if not n:
        return np.nan, np.nan, np.nan
    below = special.bdtr(np.arange(n), n, 0.5)
    place = int((below <= (1 - conf_level) / 2).sum())
    if place == 0:
        return float(np.median(x)), np.nan, np.nan
    return float(np.median(x)), float(x[place - 1]), float(x[n - place])
