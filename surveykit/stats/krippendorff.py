"""Krippendorff's alpha: agreement of any number of raters, on any level of measurement, with missing ratings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import Problem
from surveykit.stats.bootstrap_bounds import percentile
from surveykit.stats.exact import FloatArray

Level = Literal["nominal", "ordinal", "interval", "ratio"]
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")
_CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Alpha:
    """Alpha with its bootstrap error and interval, over `n` units with two ratings or more (`ratings` in all)."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    n: int
    ratings: int
    problems: tuple[Problem, ...]


def _fixed_distance(values: FloatArray, level: Level) -> FloatArray:
    if level == "nominal":
        return 1 - np.eye(len(values))
    gap = np.subtract.outer(values, values) ** 2
    total = np.add.outer(values, values) ** 2
    return np.divide(gap, total, out=np.zeros_like(gap), where=total > 0)


def _ordinal_distance(marginals: FloatArray) -> FloatArray:
    """Squared rank distances (b, c, c) from how often each of the c ordered values was used, (b, c)."""
    middle = np.cumsum(marginals, axis=1) - marginals / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2


def _ratio(observed: FloatArray, expected: FloatArray, total: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - np.where(expected > 0, observed * (total - 1) / expected, np.nan)


def _evaluator(tally: FloatArray, values: FloatArray, level: Level) -> Callable[[FloatArray], FloatArray]:
    """A function from weights (b, u) of the distinct units to alphas (b,)."""
    size = tally.sum(axis=1)
    if level == "interval":
        from_mean = values - values.mean()
        sums, squares = tally @ from_mean, tally @ from_mean**2
        apart = 2 * (size * squares - sums**2) / (size - 1)

        def moments(weights: FloatArray) -> FloatArray:
            total = weights @ size
            expected = 2 * (total * (weights @ squares) - (weights @ sums) ** 2)
            return _ratio(weights @ apart, np.where(expected > 1e-12 * total**2, expected, 0.0), total)

        return moments
    if level != "ordinal":
        distance = _fixed_distance(values, level)
        within = np.einsum("uc,cd,ud->u", tally, distance, tally, optimize=True) / (size - 1)

        def fixed(weights: FloatArray) -> FloatArray:
            marginals = weights @ tally
            expected = np.einsum("bc,cd,bd->b", marginals, distance, marginals, optimize=True)
            return _ratio(weights @ within, expected, marginals.sum(axis=1))

        return fixed
    c = tally.shape[1]
    pairs = (tally[:, :, None] * tally[:, None, :] - np.eye(c) * tally[:, :, None]) / (size - 1)[:, None, None]
    flat = pairs.reshape(len(tally), c * c)

    def ordinal(weights: FloatArray) -> FloatArray:
        marginals = weights @ tally
        distance = _ordinal_distance(marginals)
        observed = ((weights @ flat).reshape(-1, c, c) * distance).sum(axis=(1, 2))
        expected = np.einsum("bc,bcd,bd->b", marginals, distance, marginals, optimize=True)
        return _ratio(observed, expected, marginals.sum(axis=1))

    return ordinal


def _tally(ratings: FloatArray) -> tuple[FloatArray, FloatArray]:
    present = ~np.isnan(ratings)
    values, codes = np.unique(ratings[present], return_inverse=True)
    tally = np.zeros((len(ratings), len(values)))
    np.add.at(tally, (np.nonzero(present)[0], codes), 1)
    return tally, values


def krippendorff(
    ratings: ArrayLike,
    level: Level = "nominal",
    conf_level: float = 0.95,
    n_boot: int = 1000,
    seed: int = 1,
    place: str = "ratings",
) -> Alpha:
    """Krippendorff's alpha, 1 - observed / expected disagreement, of n units by k raters with NaN where not rated.

    Disagreement of two values is 0 or 1 (nominal), the squared number of ratings between them (ordinal), the squared
    difference (interval), or that over the squared sum (ratio). Units rated less than twice carry no pair and are
    left out. The interval is the percentile one of `n_boot` resamples of units; none when 0, or when agreement is
    perfect. Where every rating is the same, or no unit was rated twice, alpha is NaN with a Problem. Source:
    Krippendorff 2011; Hayes & Krippendorff 2007; Zapf et al. 2016 (resampling units). In R: `irr::kripp.alpha(t(x),
    method = level)$value`.
    """
    rows = np.asarray(ratings, dtype=np.float64)
    rows = rows[(~np.isnan(rows)).sum(axis=1) >= 2]
    nan = float("nan")
    n, total = len(rows), int((~np.isnan(rows)).sum())
    if n == 0:
        return Alpha(nan, nan, nan, nan, 0, 0, (Problem.of("AGREE-NOCASES", place, "warning"),))
    tally, values = _tally(rows)
    if len(values) < 2:
        return Alpha(nan, nan, nan, nan, n, total, (Problem.of("AGREE-ONECATEGORY", place, "warning"),))
    if level == "ratio" and values[0] < 0:
        return Alpha(nan, nan, nan, nan, n, total, (Problem.of("AGREE-RATIO", place, "warning"),))
    distinct, times = np.unique(tally, axis=0, return_counts=True)
    evaluate = _evaluator(distinct, values, level)
    estimate = float(evaluate(times[None, :].astype(np.float64))[0])
    if estimate > 1 - 1e-12:
        return Alpha(1.0, nan, nan, nan, n, total, (Problem.of("AGREE-PERFECT", place, "note"),))
    if n_boot < 1:
        return Alpha(estimate, nan, nan, nan, n, total, ())
    problems: tuple[Problem, ...] = ()
    draws = _resampled(evaluate, times, n_boot, seed, len(values) if level == "ordinal" else 1)
    defined = np.isfinite(draws)
    if defined.mean() < 1:
        problems = (Problem.of("AGREE-RESAMPLES", place, "warning", lost=int((~defined).sum()), draws=n_boot),)
    low, high = percentile(draws[:, None], conf_level)
    error = float(draws[defined].std(ddof=1)) if defined.sum() > 1 else nan
    return Alpha(estimate, error, float(low[0]), float(high[0]), n, total, problems)


def _resampled(
    evaluate: Callable[[FloatArray], FloatArray], times: NDArray[np.int64], n_boot: int, seed: int, c: int
) -> FloatArray:
    generator = np.random.default_rng(seed)
    n = int(times.sum())
    block = max(1, _CHUNK // max(len(times), c * c))
    parts = []
    for start in range(0, n_boot, block):
        size = min(block, n_boot - start)
        parts.append(evaluate(generator.multinomial(n, times / n, size=size).astype(np.float64)))
    return np.concatenate(parts)
