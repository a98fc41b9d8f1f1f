"""Linear and logistic regression from a sample of known design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from surveykit.stats.design import Sampling
from surveykit.stats.exact import FloatArray

_STEPS, _CLOSE = 50, 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class SurveyFit:
    """Coefficients (k,) with their design-based covariance; `df` is clusters - strata + 1 - k, as in R's `svyglm`."""

    coefficients: FloatArray
    covariance: FloatArray
    df: float
    converged: bool


def linear(sampling: Sampling, x: FloatArray, y: FloatArray, rows: FloatArray) -> SurveyFit:
    """Weighted least squares of y (m,) on x (m, k) of full rank, intercept included.

    `rows` (m,) are their places in the sample.
    Covariance inv(X'WX) V inv(X'WX), V that of the sum of w x residual. In R: `svyglm(y ~ x, design)`.
    """
    weights = sampling.weights[rows]
    bread = np.linalg.inv(x.T @ (weights[:, None] * x))
    beta = bread @ (x.T @ (weights * y))
    if sampling.replication is None:
        scores = np.zeros((len(sampling.weights), x.shape[1]))
        scores[rows] = (weights * (y - x @ beta))[:, None] * x @ bread
        covariance = sampling.covariance(scores)
    else:
        k = x.shape[1]
        products = np.zeros((len(sampling.weights), k * k + k))
        products[rows, : k * k] = (weights[:, None, None] * x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
        products[rows, k * k :] = (weights * y)[:, None] * x
        totals = sampling.replication.totals(sampling.cluster_sums(products))
        squares = totals[:, : k * k].reshape(-1, k, k)
        usable = np.linalg.cond(squares) < 1e14
        estimates = np.full((len(totals), k), np.nan)
        estimates[usable] = np.linalg.solve(squares[usable], totals[usable, k * k :, None])[..., 0]
        covariance = sampling.replication.covariance(estimates)
    return SurveyFit(beta, covariance, _df(sampling, rows, x.shape[1]), True)


def logistic(sampling: Sampling, x: FloatArray, y: FloatArray, rows: FloatArray) -> SurveyFit:
    """Weighted logistic regression of y (m,) in 0..1; everything else as `linear`, linearisation only.

    In R: `svyglm(y ~ x, design, family = quasibinomial)`.
    """
    weights = sampling.weights[rows]
    weights = weights / weights.mean()
    beta = np.zeros(x.shape[1])
    bread, converged = np.full((x.shape[1], x.shape[1]), np.nan), False
    for _ in range(_STEPS):
        p = special.expit(x @ beta)
        curve = weights * p * (1 - p)
        information = x.T @ (curve[:, None] * x)
        if not np.linalg.cond(information) < 1e14:
            break
        bread = np.linalg.inv(information)
        step = bread @ (x.T @ (weights * (y - p)))
        beta = beta + step
        if np.abs(step).max() < _CLOSE:
            converged = True
            break
    scores = np.zeros((len(sampling.weights), x.shape[1]))
    scores[rows] = (weights * (y - special.expit(x @ beta)))[:, None] * x @ bread
    covariance = sampling.covariance(scores) if converged else np.full(bread.shape, np.nan)
    return SurveyFit(beta, covariance, _df(sampling, rows, x.shape[1]), converged)


def _df(sampling: Sampling, rows: FloatArray, k: int) -> float:
    inside = np.zeros(len(sampling.weights))
    inside[rows] = 1
    return sampling.df(inside) + 1 - k
