"""Moments of complete continuous rows as a vector with its asymptotic covariance, for scaled and shifted tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_normal import NormalMoments, inverse
from surveykit.stats.sem_ram import Point
from surveykit.stats.sem_robust import Rows, predicted, rows_mean
from surveykit.stats.sem_weighted import RobustParts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def normal_parts(sample: NormalMoments, point: Point, rows: Rows, exogenous: IntArray) -> RobustParts:
    """Slopes, distribution-free covariance and normal-theory weight of means (if modelled) and covariances.

    With `exogenous` variables the covariance is that of what they leave unexplained. Source: Browne 1984; Asparouhov &
    Muthen 2010.
    """
    p = len(point.implied.mu)
    row, col = np.tril_indices(p)
    weight = inverse(point.implied.sigma) if sample.fixed_weight is None else sample.fixed_weight
    twice = np.where(row == col, 1.0, 2.0)
    both = weight[np.ix_(row, row)] * weight[np.ix_(col, col)] + weight[np.ix_(row, col)] * weight[np.ix_(col, row)]
    both *= np.multiply.outer(twice, twice) / 4
    slopes = point.slopes.matrix(row, col)
    influence = _influence(rows.values - rows_mean(rows), sample.mean is not None)
    if len(exogenous):
        influence = influence - _influence(predicted(rows, exogenous) - rows_mean(rows), sample.mean is not None)
    influence = influence - influence.mean(axis=0)
    gamma = influence.T @ influence / len(influence)
    if sample.mean is not None:
        slopes = np.concatenate([point.slopes.mean.T, slopes])
        joint = np.zeros((len(slopes), len(slopes)))
        joint[:p, :p], joint[p:, p:] = weight, both
        both = joint
    pulled = both @ slopes
    return RobustParts(slopes, gamma, both, pulled.T @ gamma @ pulled)


def _influence(centred: FloatArray, means: bool) -> FloatArray:
    row, col = np.tril_indices(centred.shape[1])
    products = centred[:, row] * centred[:, col]
    return np.concatenate([centred, products], axis=1) if means else products
