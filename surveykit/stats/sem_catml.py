"""Robust fit of ordered models: the likelihood discrepancy of polychoric correlations at the weighted estimates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_normal import log_determinant
from surveykit.stats.sem_system import Group
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]


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
    slopes, weights, values, gammas = [], [], [], []
    for group in groups:
        sample = group.sample
        assert isinstance(sample, WeightedStatistics)
        point = group.at(theta)
        row, col = sample.layout.row, sample.layout.col
        count = len(row)
        p = len(sample.layout.ordered)
        seen, model = np.eye(p), np.eye(p)
        seen[row, col] = seen[col, row] = sample.statistics[-count:]
        model[row, col] = model[col, row] = sample.expected(point)[-count:]
        try:
            observed, implied = log_determinant(seen), log_determinant(model)
        except np.linalg.LinAlgError:
            return None
        inner = np.linalg.inv(model)
        stat += sample.n * (implied + float((inner * seen).sum()) - observed - p)
        null -= sample.n * observed
        share = group.share / total
        gamma = sample.gamma[-count:, -count:] / share
        null_trace += float(np.trace(gamma))
        slopes.append((sample.slopes(point) @ group.spread(size))[-count:])
        weight = sample.weight[-count:] if sample.weight.ndim == 1 else np.diag(sample.weight)[-count:]
        weights.append(share * weight)
        one, other = inner[np.ix_(row, row)] * inner[np.ix_(col, col)], inner[np.ix_(row, col)] * inner[np.ix_(col, row)]
        values.append(share * (one + other))
        gammas.append(gamma)
    counts = np.cumsum([0, *[len(part) for part in slopes]])
    every = np.concatenate(slopes)
    keep = np.eye(len(every)) - every @ inverse @ (every * np.concatenate(weights)[:, None]).T
    blocks = [slice(a, b) for a, b in zip(counts[:-1], counts[1:], strict=True)]
    trace = 0.0
    for a, value in zip(blocks, values, strict=True):
        for b, gamma in zip(blocks, gammas, strict=True):
            part = keep[a, b]
            trace += float(((part.T @ value @ part) * gamma).sum())
    df = len(every) - parameters
    if df <= 0:
        return None
    return CategoricalFit(stat, trace / df, df, null, null_trace / len(every))
