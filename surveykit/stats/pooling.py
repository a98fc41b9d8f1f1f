"""Rubin's rules: one estimate of several completed data sets, with what the missing values cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """Arrays (k,): estimate, total standard error, within and between variance, degrees of freedom, riv and fmi.

    `riv` is the relative increase in variance due to nonresponse, `fmi` the fraction of missing information.
    """

    estimate: FloatArray
    std_error: FloatArray
    within: FloatArray
    between: FloatArray
    df: FloatArray
    riv: FloatArray
    fmi: FloatArray


def rubin(estimates: ArrayLike, errors: ArrayLike, df_complete: ArrayLike = np.inf) -> Pooled:
    """Pool estimates and standard errors (m, k) of m >= 2 completed data sets.

    T = mean(se^2) + (1 + 1/m) var(estimates); degrees of freedom of Barnard and Rubin (1999) with those of the complete
    data, `df_complete` (k,). In R: `mice::pool(with(imp, lm(...)))`.
    """
    found, error = np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    m = len(found)
    estimate, within = found.mean(axis=0), (error**2).mean(axis=0)
    between = found.var(axis=0, ddof=1)
    extra = (1 + 1 / m) * between
    total = within + extra
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.maximum(extra / total, 1e-4)
        complete = np.broadcast_to(np.asarray(df_complete, dtype=np.float64), estimate.shape)
        old = (m - 1) / share**2
        seen = np.where(np.isinf(complete), np.inf, (complete + 1) / (complete + 3) * complete * (1 - share))
        df = np.where(np.isinf(seen), old, old * seen / (old + seen))
        riv = extra / within
        fmi = (riv + 2 / (df + 3)) / (riv + 1)
    return Pooled(estimate, np.sqrt(total), within, between, df, riv, fmi)


@dataclass(frozen=True, slots=True)
class JointTest:
    """F that several parameters are zero together, with its degrees of freedom and p value."""

    f: float
    df1: float
    df2: float
    p_value: float
    riv: float


def joint(estimates: ArrayLike, covariances: ArrayLike) -> JointTest:
    """D1 of Li, Raghunathan and Rubin (1991): estimates (m, k) and covariances (m, k, k) of m completed data sets.

    In R: `mice::D1(full, small)`; `pool.compare` of mice 3.15 leaves out the covariances.
    """
    found, parts = np.asarray(estimates, dtype=np.float64), np.asarray(covariances, dtype=np.float64)
    m, k = found.shape
    mean, within = found.mean(axis=0), parts.mean(axis=0)
    between = np.atleast_2d(np.cov(found.T))
    riv = (1 + 1 / m) * float(np.trace(np.linalg.solve(within, between))) / k
    f = float(mean @ np.linalg.solve(within, mean)) / k / (1 + riv)
    size = k * (m - 1)
    small = size * (1 + 1 / k) * (1 + 1 / riv) ** 2 / 2
    df2 = 4 + (size - 4) * (1 + (1 - 2 / size) / riv) ** 2 if size > 4 else small
    return JointTest(f, float(k), df2, float(special.fdtrc(k, df2, f)), riv)


def pooled_r2(r2: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> tuple[float, float, float]:
    """Squared multiple correlation of completed data sets (m,), pooled as Fisher's z of its root, with its interval.

    Source: Harel 2009. In R: `mice::pool.r.squared(fit)`.
    """
    root = np.sqrt(np.asarray(r2, dtype=np.float64))
    rows = np.broadcast_to(np.asarray(n, dtype=np.float64), root.shape)
    found = rubin(np.arctanh(root)[:, None], (1 / np.sqrt(rows - 3))[:, None])
    z, half = float(found.estimate[0]), float(special.ndtri((1 + conf_level) / 2) * found.std_error[0])
    return float(np.tanh(z) ** 2), float(np.tanh(max(z - half, 0.0)) ** 2), float(np.tanh(z + half) ** 2)
