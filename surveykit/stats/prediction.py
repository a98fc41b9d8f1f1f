"""How good predicted probabilities are on rows that the model has not seen: area, calibration, Brier score."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.glm import generalised

EDGE = 1e-6


def left_out(x: ArrayLike, y: ArrayLike, folds: int = 10, seed: int = 1) -> FloatArray:
    """Probabilities of a binary logit for rows left out, (n,), each tenth predicted from the others.

    `x` (n, p) with its column of ones, `y` (n,) of 0 and 1; folds are drawn within each outcome, so that none is
    without. NaN throughout where some fold cannot be fitted (separation, fewer cases than folds).
    """
    design, outcome = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    generator = np.random.default_rng(seed)
    fold = np.empty(len(outcome), dtype=np.int64)
    for value in (0.0, 1.0):
        own = np.flatnonzero(outcome == value)
        if len(own) < folds:
            return np.full(len(outcome), np.nan)
        fold[own] = generator.permutation(np.arange(len(own)) % folds)
    found = np.empty(len(outcome))
    for one in range(folds):
        train = fold != one
        fit = generalised(design[train], outcome[train], "binomial")
        found[~train] = special.expit(design[~train] @ fit.coefficients)
    return found if np.isfinite(found).all() else np.full(len(outcome), np.nan)


def calibration(y: ArrayLike, p: ArrayLike) -> tuple[tuple[float, float], tuple[float, float]]:
    """Slope and intercept of the logit of the outcome on the logit of its predicted probability, each with its error.

    1 and 0 for perfect predictions; a slope below 1 says that they are too extreme. The intercept is that of the
    slope's model. NaN where it cannot be fitted. Source: Cox 1958; Van Calster et al. 2016. In R:
    `glm(y ~ qlogis(p), binomial)`.
    """
    nan = (float("nan"), float("nan"))
    outcome, chance = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    if not np.isfinite(chance).all() or len(np.unique(outcome)) < 2 or len(np.unique(chance)) < 2:
        return nan, nan
    logit = special.logit(np.clip(chance, EDGE, 1 - EDGE))
    fit = generalised(np.column_stack([np.ones(len(logit)), logit]), outcome, "binomial")
    error = np.sqrt(np.diag(fit.bread))
    return (float(fit.coefficients[1]), float(error[1])), (float(fit.coefficients[0]), float(error[0]))


def scaled_brier(y: ArrayLike, p: ArrayLike) -> tuple[float, float]:
    """Brier score, mean (y - p)^2, and 1 - its ratio to that of the overall share: 0 useless, 1 perfect."""
    outcome, chance = np.asarray(y, dtype=np.float64), np.asarray(p, dtype=np.float64)
    score = float(((outcome - chance) ** 2).mean()) if len(outcome) else float("nan")
    share = float(outcome.mean()) if len(outcome) else float("nan")
    null = share * (1 - share)
    return score, 1 - score / null if null > 0 else float("nan")


def paired_shares(both: int, first: int, second: int, neither: int, level: float) -> tuple[float, float, float, float]:
    """Difference of two shares of the same people (first minus second), its error and adjusted Wald interval.

    `first` and `second` count those with the one only. (first - second) / n; the interval adds 1/2 to each of the four
    counts (Agresti & Min 2005).
    """
    n = both + first + second + neither
    if not n:
        return (float("nan"),) * 4
    gap = (first - second) / n
    error = float(np.sqrt(max(first + second - (first - second) ** 2 / n, 0)) / n)
    b, c, total = first + 0.5, second + 0.5, n + 2
    centre = (b - c) / total
    half = special.ndtri((1 + level) / 2) * np.sqrt(b + c - (b - c) ** 2 / total) / total
    return gap, error, float(max(-1.0, min(centre - half, gap))), float(min(1.0, max(centre + half, gap)))
