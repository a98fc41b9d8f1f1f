"""What the model leaves over: sample moments minus model moments, raw, as correlations, and as z values."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.sem.fitting import Fitted
from surveykit.errors import SurveykitError
from surveykit.stats.sem_ram import Point
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]
Kind = Literal["raw", "correlation", "standardised"]


def residuals(fitted: Fitted, kind: Kind) -> pd.DataFrame:
    """A row a pair of observed variables: group, lhs, rhs, observed, implied, residual."""
    if kind not in ("raw", "correlation", "standardised"):
        raise SurveykitError.of(
            "ANALYSE-CHOICE", argument="kind", found=str(kind), allowed="raw, correlation, standardised"
        )
    found = []
    for g, (sample, group) in enumerate(zip(fitted.samples, fitted.made.system.groups, strict=True)):
        point = group.at(fitted.solution.theta)
        row, col, seen, model = _moments(sample.covariance, group.sample, point)
        gap = seen - model
        if kind == "correlation":
            own, other = np.sqrt(np.diag(sample.covariance)), np.sqrt(np.diag(point.implied.sigma))
            if not isinstance(group.sample, WeightedStatistics):
                gap = seen / (own[row] * own[col]) - model / (other[row] * other[col])
        elif kind == "standardised":
            gap = _z(fitted, g, point, row, col, gap)
        for i, j, a, b, c in zip(row, col, seen, model, gap, strict=True):
            found.append((sample.label, sample.names[j], sample.names[i], a, b, c))
    return pd.DataFrame(found, columns=["group", "lhs", "rhs", "observed", "implied", "residual"])


def _moments(
    covariance: FloatArray, sample: object, point: Point
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray, FloatArray]:
    if isinstance(sample, WeightedStatistics):
        row, col = sample.layout.row, sample.layout.col
        count = len(row)
        return row, col, sample.statistics[-count:], sample.expected(point)[-count:]
    row, col = (index.astype(np.int64) for index in np.tril_indices(len(covariance)))
    return row, col, covariance[row, col], point.implied.sigma[row, col]


def _z(
    fitted: Fitted, g: int, point: Point, row: NDArray[np.int64], col: NDArray[np.int64], gap: FloatArray
) -> FloatArray:
    """Residuals over their asymptotic standard errors: sqrt of the diagonal of (Gamma - Delta I^-1 Delta') / n."""
    group = fitted.made.system.groups[g]
    spread = group.spread(fitted.made.system.size)
    sample = group.sample
    n = fitted.samples[g].n
    if isinstance(sample, WeightedStatistics):
        slopes = sample.slopes(point) @ spread
        keep = np.eye(len(slopes)) - slopes @ fitted.solution.inverse @ (sample.weighted(slopes) * group.share).T
        variance = np.diag(keep @ sample.gamma @ keep.T)[-len(row) :] / n
    else:
        slopes = point.slopes.matrix(row, col) @ spread
        sigma = point.implied.sigma
        own = sigma[row, row] * sigma[col, col] + sigma[row, col] ** 2
        explained = ((slopes @ fitted.solution.inverse) * slopes).sum(axis=1)
        variance = (own - explained) / n
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(variance > 1e-12, gap / np.sqrt(np.maximum(variance, 1e-300)), np.nan)
