"""Multivariate skewness and kurtosis: how far answers are from a joint normal distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import SurveykitError

_BLOCK = 2000


@dataclass(frozen=True, slots=True)
class Mardia:
    """Skewness b1p with its chi-square test and kurtosis b2p with its z test, from n complete rows of p variables."""

    n: int
    p: int
    skew: float
    skew_chi2: float
    skew_df: float
    skew_p: float
    kurtosis: float
    kurtosis_z: float
    kurtosis_p: float


def mardia(rows: ArrayLike) -> Mardia:
    """Mardia's coefficients of an (n, p) array; a row with a NaN is left out.

    b1p = mean of (d_i' S^-1 d_j)^3 over all pairs, b2p = mean of (d_i' S^-1 d_i)^2, S with divisor n - 1; n b1p / 6 is
    chi-square on p(p+1)(p+2)/6, and (b2p - p(p+2)) / sqrt(8p(p+2)/n) standard normal. Raises SurveykitError where the
    covariance matrix is singular. Source: Mardia 1970. In R: `psych::mardia(x)`.
    """
    values = np.asarray(rows, dtype=np.float64)
    values = values[~np.isnan(values).any(axis=1)]
    n, p = values.shape
    centred = values - values.mean(axis=0)
    covariance = centred.T @ centred / max(n - 1, 1)
    if n <= p or np.linalg.eigvalsh(covariance)[0] <= 1e-12 * np.trace(covariance):
        raise SurveykitError.of("STATS-SINGULAR-ROWS", "", n=n, p=p)
    turned = np.linalg.solve(np.linalg.cholesky(covariance), centred.T).T
    cubes = sum(float(((turned[at : at + _BLOCK] @ turned.T) ** 3).sum()) for at in range(0, n, _BLOCK))
    skew = cubes / n**2
    kurtosis = float((((turned**2).sum(axis=1)) ** 2).mean())
    df = p * (p + 1) * (p + 2) / 6
    z = (kurtosis - p * (p + 2)) / np.sqrt(8 * p * (p + 2) / n)
    chi2 = n * skew / 6
    return Mardia(
        n, p, skew, chi2, df, float(special.chdtrc(df, chi2)), kurtosis, float(z), float(2 * special.ndtr(-abs(z)))
    )
