"""Least squares of many samples at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ManyRegressions:
    """Slopes, their errors and two-sided p values (samples, predictors), and the rows used (samples,)."""

    slopes: FloatArray
    errors: FloatArray
    p_values: FloatArray
    n: FloatArray


def regress_each(outcome: FloatArray, predictors: FloatArray) -> ManyRegressions:
    """Regress outcome (samples, rows) on predictors (samples, rows, k) in every sample, complete rows only.

    Errors are the classical ones with n - k - 1 degrees of freedom. A sample with perfectly collinear predictors, a
    constant outcome or too few rows has NaN throughout.
    """
    held = np.isfinite(outcome) & np.isfinite(predictors).all(axis=2)
    n = held.sum(axis=1).astype(float)
    k = predictors.shape[2]
    both = np.where(held[:, :, None], np.concatenate([predictors, outcome[:, :, None]], axis=2), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(held[:, :, None], both - both.sum(axis=1, keepdims=True) / n[:, None, None], 0.0)
        products = np.swapaxes(centred, 1, 2) @ centred
        spread = np.sqrt(np.diagonal(products, axis1=1, axis2=2))
        scaled = products / (spread[:, :, None] * spread[:, None, :])
        df = n - k - 1
        usable = (df > 0) & np.isfinite(scaled).all(axis=(1, 2))
        scaled = np.where(usable[:, None, None], scaled, np.eye(k + 1))
        usable &= np.linalg.cond(scaled[:, :k, :k]) < 1e10
        scaled = np.where(usable[:, None, None], scaled, np.eye(k + 1))
        inverse = np.linalg.inv(scaled[:, :k, :k])
        beta = np.einsum("sij,sj->si", inverse, scaled[:, :k, k])
        left = np.clip(1 - np.einsum("si,si->s", beta, scaled[:, :k, k]), 0, None)
        error = np.sqrt(np.diagonal(inverse, axis1=1, axis2=2) * (left / df)[:, None])
        ratio = spread[:, k:] / spread[:, :k]
        p = 2 * special.stdtr(df[:, None], -np.abs(beta / error))
    gone = ~usable[:, None]
    slopes, errors, p_values = (np.where(gone, np.nan, part) for part in (beta * ratio, error * ratio, p))
    return ManyRegressions(slopes, errors, p_values, n)
