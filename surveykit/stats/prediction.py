"""How good predicted probabilities are, and would be on rows that the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.glm import generalised
from surveykit.stats.roc import auc

EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Corrected:
    """Figures of a model's predictions, less what they flatter it by on its own rows."""

    area_optimism: float
    slope: float
    slope_error: float
    brier: float
    scaled_brier: float


def corrected(x: ArrayLike, y: ArrayLike, draws: int = 200, seed: int = 1) -> Corrected:
    """Optimism of a binary logit by Harrell's bootstrap.

    `x` (n, p) with its column of ones, `y` (n,) of 0 and 1. A model fitted to each resample is tried on the resample
    and on the rows themselves; the mean difference is what the figures of the model flatter it by. The slope is that of
    the rows on the resample models' logits (mean and its spread). Resamples that cannot be fitted are left out; NaN
    where a fifth or more cannot. Source: Harrell, Lee & Mark 1996. In R: `rms::validate(fit, B = 200)`.
    """
    design, outcome = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    n = len(outcome)
    generator = np.random.default_rng(seed)
    whole = generalised(design, outcome, "binomial")
    found = []
    for _ in range(draws):
        at = generator.integers(0, n, n)
        own = outcome[at]
        if own.min() == own.max():
            continue
        fit = generalised(design[at], own, "binomial")
        if not np.isfinite(fit.coefficients).all():
            continue
        inside, outside = (special.expit(part @ fit.coefficients) for part in (design[at], design))
        (slope, _), _ = calibration(outcome, outside)
        found.append(
            (
                auc(own, inside)[0] - auc(outcome, outside)[0],
                slope,
                ((own - inside) ** 2).mean() - ((outcome - outside) ** 2).mean(),
            )
        )
    none = float("nan")
    if len(found) <= 0.8 * draws or not np.isfinite(whole.coefficients).all():
        return Corrected(none, none, none, none, none)
    table = np.array(found)
    table = table[np.isfinite(table).all(axis=1)]
    brier = scaled_brier(outcome, special.expit(design @ whole.coefficients))[0] - float(table[:, 2].mean())
    share = float(outcome.mean())
    return Corrected(
        float(table[:, 0].mean()), float(table[:, 1].mean()), float(table[:, 1].std(ddof=1)), brier,
        1 - brier / (share * (1 - share)),
    )  # fmt: skip


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
