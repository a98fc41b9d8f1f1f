"""Which words one group of texts uses more than another, and which themes stand together, from counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import normal_quantile

HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Contrast:
    """A value a word: log2 ratio of the shares with error and bounds, signed G2, and its p value."""

    log_ratio: FloatArray
    error: FloatArray
    low: FloatArray
    high: FloatArray
    g2: FloatArray
    p_value: FloatArray


def g_squared(table: ArrayLike) -> FloatArray:
    """Likelihood-ratio statistic of 2 x 2 tables (..., 2, 2): 2 sum o log(o / e) (Dunning 1993).

    In R: `quanteda.textstats::textstat_keyness(x, measure = "lr", correction = "none")`.
    """
    o = np.asarray(table, dtype=np.float64)
    total = o.sum(axis=(-2, -1), keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = o.sum(axis=-1, keepdims=True) * o.sum(axis=-2, keepdims=True) / total
        return np.asarray(2 * np.where(o > 0, o * np.log(o / expected), 0.0).sum(axis=(-2, -1)))


def contrasted(target: ArrayLike, reference: ArrayLike, n_target: float, n_reference: float, level: float) -> Contrast:
    """Counts of words in two sets of `n` units (texts, or words), compared.

    log2 of (a / n) / (b / m) (Hardie 2014), with 1/2 added to both counts (and 1 to both totals) where one is 0; error
    by the delta method, sqrt(1/a - 1/n + 1/b - 1/m) / log 2. G2 has the sign of the ratio; p from chi-squared with one
    degree of freedom.
    """
    a, b = (np.asarray(part, dtype=np.float64) for part in (target, reference))
    empty = (a == 0) | (b == 0)
    x, y = np.where(empty, a + HALF, a), np.where(empty, b + HALF, b)
    n, m = np.where(empty, n_target + 1, n_target), np.where(empty, n_reference + 1, n_reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log2(x / n) - np.log2(y / m)
        error = np.sqrt(np.maximum(1 / x - 1 / n + 1 / y - 1 / m, 0)) / np.log(2)
    table = np.stack([np.stack([a, n_target - a], -1), np.stack([b, n_reference - b], -1)], -2)
    g2 = g_squared(table)
    half = normal_quantile(level) * error
    return Contrast(ratio, error, ratio - half, ratio + half, np.sign(ratio) * g2, special.chdtrc(1, np.maximum(g2, 0)))


def phi(marks: ArrayLike) -> FloatArray:
    """Correlations of the columns of 0/1 marks (n, k), NaN for a constant column."""
    x = np.asarray(marks, dtype=np.float64)
    centred = x - x.mean(axis=0) if len(x) else x
    sums = centred.T @ centred
    spread = np.sqrt(np.diag(sums))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(sums / np.outer(spread, spread))
