"""Composite reliability and average variance extracted, from the parameters of a fitted factor model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.classical import alpha
from surveykit.stats.delta import delta_logit
from surveykit.stats.exact import FloatArray
from surveykit.stats.onefactor import OneFactor


def composite_reliability(loadings: ArrayLike, uniquenesses: ArrayLike | None = None) -> float:
    """Composite reliability of one construct, (sum l)^2 / ((sum l)^2 + sum u); omega total of one factor.

    `loadings` (k,) with the factor's variance 1; `uniquenesses` (k,) default to 1 - l^2, for standardised loadings.
    NaN where a loading is missing or a unique variance negative. Source: Joereskog 1971; Fornell & Larcker 1981. In
    R, from `standardizedSolution(fit)`: `sum(l)^2 / (sum(l)^2 + sum(1 - l^2))`.
    """
    common, unique = _parts(loadings, uniquenesses)
    total = common.sum() ** 2
    return float(total / (total + unique.sum())) if _proper(common, unique) else float("nan")


def ave(loadings: ArrayLike, uniquenesses: ArrayLike | None = None) -> float:
    """Average variance extracted, mean of l^2 / (l^2 + u): the mean squared standardised loading.

    Arguments as in `composite_reliability`. Source: Fornell & Larcker 1981. In R: `mean(l^2)` of
    `standardizedSolution(fit)`; semTools' `avevar` is the ratio of sums instead, see `FactorReliability.ave`.
    """
    common, unique = _parts(loadings, uniquenesses)
    return float(np.mean(common**2 / (common**2 + unique))) if _proper(common, unique) else float("nan")


def _parts(loadings: ArrayLike, uniquenesses: ArrayLike | None) -> tuple[FloatArray, FloatArray]:
    common = np.asarray(loadings, dtype=np.float64)
    return common, 1 - common**2 if uniquenesses is None else np.asarray(uniquenesses, dtype=np.float64)


def _proper(common: FloatArray, unique: FloatArray) -> bool:
    return bool(len(common) and np.all(np.isfinite(common)) and np.all(unique >= 0) and np.any(common**2 + unique > 0))


def ave_interval(fit: OneFactor, conf_level: float = 0.95) -> tuple[float, float, float]:
    """Delta-method error of the AVE of a one-factor fit and its interval on the logit scale; NaN if improper."""
    loadings, unique = fit.loadings, fit.uniquenesses
    variance = loadings**2 + unique
    estimate, k = ave(loadings, unique), len(loadings)
    gradient = np.concatenate([2 * loadings * unique / variance**2, -(loadings**2) / variance**2]) / k
    return delta_logit(estimate, gradient, fit.covariance, conf_level)


@dataclass(frozen=True, slots=True)
class FactorReliability:
    """Reliability of one factor's unweighted composite of its indicators in a model of several factors.

    `alpha` from the observed covariances; `omega` assumes no other influence than the factor's own (Bollen 1980),
    `omega2` divides by the model-implied variance of the composite (Bentler 1972), `omega3` by the observed one
    (McDonald 1999); `ave` is the factor's share of the summed indicator variances.
    """

    alpha: float
    omega: float
    omega2: float
    omega3: float
    ave: float


def factor_reliability(
    loadings: ArrayLike,
    factor_covariance: ArrayLike,
    residual_covariance: ArrayLike,
    observed: ArrayLike,
    implied: ArrayLike | None = None,
) -> tuple[FactorReliability, ...]:
    """Reliabilities of each factor from a fitted CFA: loadings (p, m), psi (m, m), theta (p, p), observed S (p, p).

    Indicators of a factor are those with a loading that is not 0. `implied` (p, p) defaults to lam psi lam' + theta;
    give it where the items have other causes than the factors. All matrices in one metric, S with the divisor of
    the fit (n for maximum likelihood). A factor without indicators has NaN; so has alpha for one indicator. In R:
    `semTools::reliability(fit)`; `semTools::compRelSEM(fit)` is omega3.
    """
    lam, psi = np.asarray(loadings, dtype=np.float64), np.asarray(factor_covariance, dtype=np.float64)
    theta, s = np.asarray(residual_covariance, dtype=np.float64), np.asarray(observed, dtype=np.float64)
    whole = lam @ psi @ lam.T + theta if implied is None else np.asarray(implied, dtype=np.float64)
    found = []
    for j in range(lam.shape[1]):
        own = np.flatnonzero(lam[:, j])
        block = np.ix_(own, own)
        common = float(lam[own, j].sum() ** 2 * psi[j, j])
        single = float((lam[own, j] ** 2).sum() * psi[j, j])
        found.append(
            FactorReliability(
                alpha(s[block]) if len(own) else float("nan"),
                _share(common, common + float(theta[block].sum())),
                _share(common, float(whole[block].sum())),
                _share(common, float(s[block].sum())),
                _share(single, single + float(np.diag(theta)[own].sum())),
            )
        )
    return tuple(found)


def _share(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")
