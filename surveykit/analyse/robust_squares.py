"""Least squares of a given design with robust or clustered errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.clusters import cluster_codes
from surveykit.errors import Problem
from surveykit.stats.residuals import robust_covariance
from surveykit.stats.sandwich import cluster_covariance


@dataclass(frozen=True, slots=True, eq=False)
class RobustSquares:
    """Coefficients (p,), their covariance (p, p; NaN where no residual is left), degrees of freedom of t, its quantile
    `reach` for the interval, sums of squares, the kind of errors, and what to know of them."""

    beta: NDArray[np.float64]
    vcov: NDArray[np.float64]
    df: int
    reach: float
    rss: float
    tss: float
    covariance: str
    problems: list[Problem]

    def contrasts(self, rows: Any) -> pd.DataFrame:
        """Linear combinations of the coefficients, a row of `rows` (m, p) each, with t tests and intervals."""
        estimate = rows @ self.beta
        error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", rows, self.vcov, rows), 0))
        with np.errstate(invalid="ignore", divide="ignore"):
            t = estimate / np.where(error > 0, error, np.nan)
        return pd.DataFrame(
            {
                "estimate": estimate,
                "std_error": error,
                "statistic": t,
                "p_value": 2 * special.stdtr(self.df, -np.abs(t)),
                "conf_low": estimate - self.reach * error,
                "conf_high": estimate + self.reach * error,
            }
        )


def robust_squares(
    design: Any, outcome: Any, covariance: str, clusters: pd.Series | None, place: str, conf_level: float
) -> RobustSquares:
    """Fit `outcome` (n,) on `design` (n, p), its column of ones included and its columns independent.

    `covariance`: "classical" or "HC0" to "HC3"; with `clusters`, a column of groups of dependent rows, CR1 with one
    degree of freedom less than there are groups. A perfect fit or a constant outcome has a Problem at `place`.
    """
    n, p = design.shape
    bread = np.linalg.inv(design.T @ design)
    beta = np.linalg.lstsq(design, outcome, rcond=None)[0]
    residuals = outcome - design @ beta
    rss, tss = float(residuals @ residuals), float(((outcome - outcome.mean()) ** 2).sum())
    df, problems = n - p, []
    if clusters is not None:
        codes, groups, problems = cluster_codes(clusters, str(clusters.name))
        vcov = cluster_covariance(bread, design * residuals[:, None], codes, rows=True)
        df, covariance = groups - 1, "CR1"
    elif covariance == "classical":
        vcov = bread * rss / df
    else:
        vcov = robust_covariance(design, residuals, covariance, bread)
    if rss <= 1e-14 * tss or tss <= 0:
        vcov = np.full((p, p), np.nan)
        problems.append(Problem.of("ANALYSE-PERFECT", place, "warning"))
    reach = float(special.stdtrit(df, (1 + conf_level) / 2))
    return RobustSquares(beta, vcov, df, reach, rss, tss, covariance, problems)
