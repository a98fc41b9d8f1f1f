"""Means of several columns, each over the rows that answered it, with standard errors, weighted or not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval, mean_t


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """Counts, means, standard deviations and standard errors of p columns, (p,) each; NaN where undefined."""

    n: NDArray[np.int64]
    mean: FloatArray
    sd: FloatArray
    std_error: FloatArray

    def interval(self, conf_level: float = 0.95) -> Interval:
        """Student intervals with n - 1 degrees of freedom; NaN below two answers."""
        return mean_t(self.mean, self.std_error * np.sqrt(np.maximum(self.n, 1)), self.n, conf_level)


def column_means(values: ArrayLike, weights: ArrayLike | None = None) -> Means:
    """Means of the columns of an (n, p) array, a NaN being no answer.

    Weighted: mean = sum(w x) / sum(w), its error by linearisation with replacement, sqrt(n / (n - 1) sum(w^2 (x -
    mean)^2)) / sum(w), which is sd / sqrt(n) for equal weights. Rows of weight zero do not count. In R:
    `survey::svymean(~x, survey::svydesign(~1, weights = ~w, data))`.
    """
    rows = np.asarray(values, dtype=np.float64)
    weight = np.ones(len(rows)) if weights is None else np.asarray(weights, dtype=np.float64)
    answered = np.isfinite(rows) & (weight > 0)[:, None]
    used = np.where(answered, weight[:, None], 0.0)
    filled = np.where(answered, rows, 0.0)
    n = answered.sum(axis=0)
    total = used.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (used * filled).sum(axis=0) / total
        gap = np.where(answered, filled - mean, 0.0)
        correction = np.where(n > 1, n / (n - 1), np.nan)
        sd = np.sqrt((used * gap**2).sum(axis=0) / total * correction)
        error = np.sqrt(((used * gap) ** 2).sum(axis=0) * correction) / total
    return Means(frozen(n), frozen(mean), frozen(sd), frozen(error))
