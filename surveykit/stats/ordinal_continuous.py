"""Means, variances, polyserial and Pearson correlations beside ordered answers, with their casewise influence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.polychoric import BOUND

_STEPS = 100
_TINY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True, eq=False)
class Continuous:
    """Mean, variance (divisor: sum of weights), z scores (n,) and influence of each row on mean and variance (2, n).

    A missing value has a z score of NaN and an influence of zero.
    """

    mean: float
    variance: float
    z: FloatArray
    influence: FloatArray


def continuous(values: FloatArray, weights: FloatArray) -> Continuous:
    """Normal maximum likelihood mean and variance of one variable; information from outer products of the scores."""
    seen = ~np.isnan(values)
    weight = np.where(seen, weights, 0.0)
    mean = float(weight @ np.where(seen, values, 0.0) / weight.sum())
    deviation = np.where(seen, values - mean, 0.0)
    variance = float(weight @ deviation**2 / weight.sum())
    if not variance > 0:
        return Continuous(mean, variance, np.full(len(values), np.nan), np.full((2, len(values)), np.nan))
    scores = np.stack([deviation / variance, np.where(seen, deviation**2 / variance - 1, 0.0) / (2 * variance)])
    influence = np.asarray(np.linalg.solve((scores * weight) @ scores.T, scores), dtype=np.float64)
    z = np.where(seen, deviation / np.sqrt(variance), np.nan)
    return Continuous(mean, variance, z, influence)


def pearson(one: Continuous, other: Continuous, weights: FloatArray) -> tuple[float, FloatArray]:
    """Correlation and casewise influence (n,), means and variances taken as each variable's own estimates."""
    both = ~np.isnan(one.z) & ~np.isnan(other.z)
    x, y = np.where(both, one.z, 0.0), np.where(both, other.z, 0.0)
    weight = np.where(both, weights, 0.0)
    rho = _pearson_rho(weight @ (x * y), weight @ (x * x + y * y), weight.sum())
    if np.isnan(rho):
        return rho, np.full(len(x), np.nan)
    rest = 1 - rho**2
    score = np.where(both, (rho + (x * y * (1 + rho**2) - rho * (x * x + y * y)) / rest) / rest, 0.0)
    nuisances = [
        (_normal_scores(x, y, rho, one.variance), one.influence),
        (_normal_scores(y, x, rho, other.variance), other.influence),
    ]
    return rho, _influence(score, weight, nuisances)


def _pearson_rho(product: float, squares: float, total: float) -> float:
    """Root of rho^3 - m rho^2 + (q - 1) rho - m, the score: m when q = 2 (m mean product, q mean sum of squares)."""
    if total <= 0:
        return float("nan")
    mean = product / total
    roots = np.roots([1.0, -mean, squares / total - 1.0, -mean])
    real = roots[np.abs(roots.imag) < 1e-8].real
    inside = real[np.abs(real) < BOUND]
    return float(inside[np.abs(inside - mean).argmin()]) if inside.size else float("nan")


def _normal_scores(x: FloatArray, y: FloatArray, rho: float, variance: float) -> FloatArray:
    rest = 1 - rho**2
    return np.stack([(x - rho * y) / (np.sqrt(variance) * rest), ((x * x - rho * x * y) / rest - 1) / (2 * variance)])


def polyserial(
    one: Continuous,
    codes: NDArray[np.intp],
    cuts: FloatArray,
    cut_influence: FloatArray,
    weights: FloatArray,
) -> tuple[float, FloatArray]:
    """Two-step maximum likelihood polyserial correlation (Olsson, Drasgow & Dorans 1982) and influence (n,).

    `codes` (n,): position of the answer, `len(cuts) + 1` where it is missing; `cut_influence` (n, thresholds). NaN
    where the likelihood still grows at |rho| = .9995.
    """
    both = ~np.isnan(one.z) & (codes <= len(cuts))
    z = np.where(both, one.z, 0.0)
    weight = np.where(both, weights, 0.0)
    borders = np.concatenate([[-np.inf], cuts, [np.inf, np.inf]])
    lower, upper = borders[codes], borders[np.minimum(codes + 1, len(cuts) + 1)]
    rho = _polyserial_rho(z[both], lower[both], upper[both], weight[both])
    if np.isnan(rho):
        return rho, np.full(len(z), np.nan)
    root = np.sqrt(1 - rho**2)
    probability, low, high = _slice(z, lower, upper, rho)
    inverse = np.where(both, 1 / probability, 0.0)
    step = inverse * (high - low)
    score = _rho_score(z, lower, upper, low, high, rho) * inverse
    moved = np.stack(
        [
            (z + step * rho / root) / np.sqrt(one.variance),
            (np.where(both, z**2 - 1, 0.0) + step * rho * z / root) / (2 * one.variance),
        ]
    )
    thresholds = np.zeros((len(cuts), len(z)))
    for level in range(len(cuts)):
        thresholds[level] = inverse / root * np.where(codes == level, high, np.where(codes == level + 1, -low, 0.0))
    return rho, _influence(score, weight, [(moved, one.influence), (thresholds, cut_influence.T)])


def _slice(
    z: FloatArray, lower: FloatArray, upper: FloatArray, rho: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    root = np.sqrt(1 - rho**2)
    low, high = (lower - rho * z) / root, (upper - rho * z) / root
    # both tails from the side where they are small, so that their difference keeps its digits
    turned = low > 0
    probability = np.where(turned, special.ndtr(-low) - special.ndtr(-high), special.ndtr(high) - special.ndtr(low))
    scale = 1 / np.sqrt(2 * np.pi)
    return np.maximum(probability, _TINY), scale * np.exp(-(low**2) / 2), scale * np.exp(-(high**2) / 2)


def _rho_score(
    z: FloatArray, lower: FloatArray, upper: FloatArray, low: FloatArray, high: FloatArray, rho: float
) -> FloatArray:
    ends = [
        np.where(np.isfinite(cut), density * (np.where(np.isfinite(cut), cut, 0.0) * rho - z), 0.0)
        for cut, density in ((lower, low), (upper, high))
    ]
    return (ends[1] - ends[0]) / (1 - rho**2) ** 1.5


def _polyserial_rho(z: FloatArray, lower: FloatArray, upper: FloatArray, weight: FloatArray) -> float:
    low, high, rho = -BOUND, BOUND, 0.0
    for _ in range(_STEPS):
        probability, left, right = _slice(z, lower, upper, rho)
        score = _rho_score(z, lower, upper, left, right, rho) / probability
        first, information = float(weight @ score), float(weight @ score**2)
        low, high = (rho, high) if first > 0 else (low, rho)
        proposal = rho + first / max(information, 1e-12)
        updated = proposal if low < proposal < high else (low + high) / 2
        if abs(updated - rho) < 1e-10:
            break
        rho = updated
    return rho if abs(rho) < BOUND - 1e-6 else float("nan")


def _influence(score: FloatArray, weight: FloatArray, nuisances: Sequence[tuple[FloatArray, FloatArray]]) -> FloatArray:
    weighted = weight * score
    total = score.copy()
    for scores, influence in nuisances:
        total -= (scores @ weighted) @ influence
    return np.asarray(total / (weighted @ score))


def polyserial_from_moments(values: FloatArray, codes: FloatArray) -> float:
    """The quick polyserial correlation of numbers (n,) and answer codes (n,), rows with both.

    Formula: Pearson correlation times the standard deviation (divisor n) of the ranks of the codes over the sum of
    the normal densities at the thresholds (Olsson, Drasgow & Dorans 1982). NaN when one of the two is constant; it may
    pass 1 in absolute value. In R: `polycor::polyserial(values, codes)`.
    """
    both = ~np.isnan(values) & ~np.isnan(codes)
    _, rank, tally = np.unique(codes[both], return_inverse=True, return_counts=True)
    if len(tally) < 2 or np.ptp(values[both]) == 0:
        return float("nan")
    heights = np.exp(-(special.ndtri(np.cumsum(tally)[:-1] / tally.sum()) ** 2) / 2) / np.sqrt(2 * np.pi)
    return float(np.corrcoef(values[both], rank)[0, 1] * rank.std() / heights.sum())
