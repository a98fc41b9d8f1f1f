"""What the model leaves over: sample moments minus model moments, raw, as correlations, and as z values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.sem.fitting import Fitted
from surveykit.errors import SurveykitError
from surveykit.stats.sem_ram import Point, Slopes
from surveykit.stats.sem_system import Group, inverse_within
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
            gap = _z(fitted, g, gap)
        for i, j, a, b, c in zip(row, col, seen, model, gap, strict=True):
            found.append((sample.label, sample.names[j], sample.names[i], a, b, c))
    return pd.DataFrame(found, columns=["group", "lhs", "rhs", "observed", "implied", "residual"])


def _moments(
    covariance: FloatArray, sample: object, point: Point
) -> tuple[NDArray[np.int64], NDArray[np.int64], FloatArray, FloatArray]:
    if isinstance(sample, WeightedStatistics):
        row, col = sample.layout.row, sample.layout.col
        pairs = sample.layout.pairs
        return row, col, sample.statistics[pairs], sample.expected(point)[pairs]
    row, col = (index.astype(np.int64) for index in np.tril_indices(len(covariance)))
    return row, col, covariance[row, col], point.implied.sigma[row, col]


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Slopes D of a group's statistics (s, q), W D, and n times the asymptotic covariance of the statistics."""

    slopes: FloatArray
    pulled: FloatArray
    gamma: FloatArray


def _parts(covariance: FloatArray, means: bool, group: Group, point: Point, size: int) -> _Parts:
    spread = group.spread(size)
    sample = group.sample
    if isinstance(sample, WeightedStatistics):
        slopes = sample.slopes(point) @ spread
        return _Parts(slopes, sample.weighted(slopes), sample.gamma)
    row, col = np.tril_indices(len(covariance))
    slopes = point.slopes.matrix(row, col)
    weight = np.linalg.inv(point.implied.sigma)
    pulled = Slopes(point.slopes.left @ weight, point.slopes.right @ weight, point.slopes.mean).matrix(row, col)
    pulled = np.where(row == col, 0.5, 1.0)[:, None] * pulled
    gamma = covariance[np.ix_(row, row)] * covariance[np.ix_(col, col)]
    gamma = gamma + covariance[np.ix_(row, col)] * covariance[np.ix_(col, row)]
    if not means:
        return _Parts(slopes @ spread, pulled @ spread, gamma)
    by_mean, p = point.slopes.mean.T, len(covariance)
    both = np.zeros((p + len(gamma), p + len(gamma)))
    both[:p, :p], both[p:, p:] = covariance, gamma
    return _Parts(np.concatenate([by_mean, slopes]) @ spread, np.concatenate([weight @ by_mean, pulled]) @ spread, both)


def _z(fitted: Fitted, g: int, gap: FloatArray) -> FloatArray:
    """Residuals over their standard errors, from (I - D I^-1 D' W) Gamma (I - D I^-1 D' W)' / n.

    With several groups that share parameters, the sampling of all of them counts (lavaan counts the group's own).
    """
    system, theta = fitted.made.system, fitted.solution.theta
    parts = [
        _parts(sample.covariance, fitted.means, group, group.at(theta), system.size)
        for sample, group in zip(fitted.samples, system.groups, strict=True)
    ]
    information = sum(
        group.share * (part.slopes.T @ part.pulled) for group, part in zip(system.groups, parts, strict=True)
    )
    inverse, _ = inverse_within(np.asarray(information), fitted.solution.basis)
    meat = sum(
        group.share * (part.pulled.T @ part.gamma @ part.pulled)
        for group, part in zip(system.groups, parts, strict=True)
    )
    own, n, share = parts[g], fitted.samples[g].n, system.groups[g].share
    turned = own.slopes @ inverse
    variance = np.diag(own.gamma) - 2 * share * (turned * (own.gamma @ own.pulled)).sum(axis=1)
    variance = variance + n / fitted.n * ((turned @ np.asarray(meat)) * turned).sum(axis=1)
    variance = variance[len(variance) - len(gap) :] / n
    with np.errstate(invalid="ignore", divide="ignore"):
        tiny = 1e-10 * np.diag(own.gamma)[len(own.gamma) - len(gap) :] / n
        return np.where(variance > tiny, gap / np.sqrt(np.maximum(variance, 1e-300)), np.nan)
