"""Robust fit of ordered models: the likelihood discrepancy of polychoric correlations at the weighted estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_normal import inverse as inverse_of
from surveykit.stats.sem_normal import log_determinant
from surveykit.stats.sem_system import Group
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_ROWS = 512


@dataclass(frozen=True, slots=True)
class CategoricalFit:
    """Statistic and factor of the model and of the independence model; `df` counts correlations only."""

    stat: float
    factor: float
    df: int
    null: float
    null_factor: float


def categorical_fit(
    groups: Sequence[Group], theta: FloatArray, inverse: FloatArray, parameters: int
) -> CategoricalFit | None:
    """n F_ML of the correlations, with the factors for CFI and RMSEA; None where a matrix is not positive definite.

    All variables are ordered. `inverse` is that of the weighted information, `parameters` the number of those that
    are not thresholds or intercepts. Source: Savalei 2021. In R: `fitMeasures(fit, "cfi.robust")` of WLSMV.
    """
    size = len(theta)
    total = sum(group.share for group in groups)
    stat = null = null_trace = 0.0
    count = 0
    trace = 0.0
    bent, spread = np.zeros((2, size, size))
    for group in groups:
        sample = group.sample
        assert isinstance(sample, WeightedStatistics)
        point = group.at(theta)
        row, col = sample.layout.row, sample.layout.col
        pairs = sample.layout.pairs
        p = len(sample.layout.ordered)
        seen, model = np.eye(p), np.eye(p)
        seen[row, col] = seen[col, row] = sample.statistics[pairs]
        model[row, col] = model[col, row] = sample.expected(point)[pairs]
        try:
            observed, implied = log_determinant(seen), log_determinant(model)
        except np.linalg.LinAlgError:
            return None
        inner = inverse_of(model)
        stat += sample.n * (implied + float((inner * seen).sum()) - observed - p)
        null -= sample.n * observed
        share = group.share / total
        gamma = sample.gamma[pairs, pairs]
        null_trace += float(np.trace(gamma)) / share
        slopes = (sample.slopes(point) @ group.spread(size))[pairs]
        weight = sample.weight[pairs] if sample.weight.ndim == 1 else np.diag(sample.weight)[pairs]
        kept = (slopes * weight[:, None]) @ inverse
        spread += share * (kept.T @ (gamma @ kept))
        pulled, own = _information(inner, row, col, slopes, gamma)
        bent += share * (slopes.T @ pulled)
        trace += own - 2 * share * float((pulled * (gamma @ kept)).sum())
        count += len(slopes)
    df = count - parameters
    if df <= 0:
        return None
    trace += float((bent * spread.T).sum())
    return CategoricalFit(stat, trace / df, df, null, null_trace / count)


def _information(
    inner: FloatArray, row: IntArray, col: IntArray, slopes: FloatArray, gamma: FloatArray
) -> tuple[FloatArray, float]:
    """V times the slopes and tr(V Gamma), V the normal-theory information of the correlations, some rows at a time."""
    pulled = np.empty_like(slopes)
    trace = 0.0
    for begin in range(0, len(row), _ROWS):
        part = slice(begin, begin + _ROWS)
        r, c = row[part], col[part]
        block = inner[np.ix_(r, row)] * inner[np.ix_(c, col)] + inner[np.ix_(r, col)] * inner[np.ix_(c, row)]
        pulled[part] = block @ slopes
        trace += float((block * gamma[part]).sum())
    return pulled, trace
