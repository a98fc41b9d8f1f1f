"""Reliability of the sum of ordered answers, from the loadings and thresholds of their normal responses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.errors import SurveykitError
from surveykit.stats import binormal
from surveykit.stats.exact import FloatArray

_SINGULAR = 1e-4


def omega_categorical(
    loadings: ArrayLike, thresholds: Sequence[ArrayLike], correlation: ArrayLike | None = None
) -> float:
    """Categorical omega: the part of the variance of the sum score that the common factor makes.

    `loadings` (k,): standardised, of the normal responses on one factor; `thresholds`: those of each item;
    `correlation` (k, k): of the responses, for the denominator; by default the one the loadings imply (give it where
    residuals correlate, or the polychoric matrix for semTools' omega3). Answers count as consecutive integers.

    omega = sum_jj' cov(j, j'; l_j l_j') / sum_jj' cov(j, j'; r_jj'), with cov(j, j'; r) the sum over thresholds c, c'
    of Phi2(t_jc, t_j'c'; r) - Phi(t_jc) Phi(t_j'c'); all pairs of items, each with itself too (r = 1 below the bar).
    NaN for a loading beyond 1 (Heywood case) or a missing number. Infinite thresholds add nothing.
    Source: Green & Yang 2009. In R: `semTools::reliability(fit)["omega", ]` of semTools 0.5 with ordered items.
    """
    weights = np.asarray(loadings, dtype=np.float64)
    cuts = [np.asarray(one, dtype=np.float64) for one in thresholds]
    k = len(weights)
    if weights.ndim != 1 or len(cuts) != k or any(one.ndim != 1 for one in cuts):
        raise SurveykitError.of("STATS-SHAPE", found=f"{weights.shape}, {len(cuts)}", wanted=f"({k},), {k}")
    common = np.multiply.outer(weights, weights)
    total = common.copy() if correlation is None else np.array(correlation, dtype=np.float64)
    if total.shape != (k, k):
        raise SurveykitError.of("STATS-SHAPE", found=str(total.shape), wanted=f"({k}, {k})")
    np.fill_diagonal(total, 1.0)
    missing = np.isnan(total).any() or np.isnan(common).any() or any(np.isnan(one).any() for one in cuts)
    if missing or np.abs(common).max(initial=0.0) > 1 or np.abs(total).max(initial=0.0) > 1:
        return float("nan")
    flat = np.concatenate([one[np.isfinite(one)] for one in cuts]) if cuts else np.empty(0)
    owner = np.repeat(np.arange(k), [int(np.isfinite(one).sum()) for one in cuts])
    below = _covariance(flat, owner, total)
    return float(_covariance(flat, owner, common) / below) if below > 0 else float("nan")


def _covariance(cuts: FloatArray, owner: NDArray[np.intp], correlation: FloatArray) -> float:
    """Sum over all pairs of items of the covariance of their answers."""
    h, k = np.broadcast_arrays(cuts[:, None], cuts[None, :])
    r = correlation[np.ix_(owner, owner)]
    joint = np.empty(r.shape)
    same, opposite = r > 1 - _SINGULAR, r < _SINGULAR - 1
    joint[same] = special.ndtr(np.minimum(h, k)[same])
    joint[opposite] = np.maximum(special.ndtr(h[opposite]) + special.ndtr(k[opposite]) - 1, 0.0)
    between = ~(same | opposite)
    nodes = np.where(between, binormal.node_count(r), 0)
    for count in np.unique(nodes[between]):
        at = nodes == count
        joint[at] = binormal.cdf(h[at], k[at], r[at])
    single = special.ndtr(cuts)
    return float(joint.sum() - single.sum() ** 2)


def alpha_ordinal(correlation: ArrayLike) -> float:
    """Alpha of the normal responses behind ordered answers, k / (k - 1) (1 - k / sum of the polychoric matrix).

    It is the reliability of a sum that nobody observed; `omega_categorical` is that of the answers. NaN for one item,
    a missing correlation or a sum that is not positive. Source: Zumbo, Gadermann & Zeisser 2007. In R:
    `psych::alpha(psych::polychoric(x, correct = 0)$rho)$total$std.alpha`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    k, total = len(matrix), float(matrix.sum())
    if k < 2 or not total > 0:
        return float("nan")
    return k / (k - 1) * (1 - k / total)
