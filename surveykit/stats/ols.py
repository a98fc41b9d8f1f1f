"""Linear regression from moments alone: the rows are never needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.arrays import frozen, standardise
from surveykit.stats.exact import FloatArray
from surveykit.stats.moments import Moments

INTERCEPT = "Intercept"
_DEPENDENT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Ols:
    """A least-squares fit; every array runs over `terms`, the intercept first.

    Coefficients of dependent or constant predictors are NaN and out of the model, `problems` names them.
    `covariance` is the classical one. `betas` and `vif` are NaN for the intercept; `betas` are
    coefficients of standardised variables. `df_model` and `df_residual` go with `f`; `rss` and `tss` are
    residual and total sums of squares.
    """

    outcome: str
    terms: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    betas: FloatArray
    vif: FloatArray
    n: int
    df_model: int
    df_residual: int
    rss: float
    tss: float
    aic: float
    bic: float
    problems: tuple[Problem, ...]

    @property
    def std_errors(self) -> FloatArray:
        """Classical standard errors."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def t(self) -> FloatArray:
        """Coefficients over their classical standard errors."""
        errors = self.std_errors
        return np.asarray(self.coefficients / np.where(errors > 0, errors, np.nan))

    @property
    def p_values(self) -> FloatArray:
        """Two-sided p values of `t` with df_residual degrees of freedom."""
        return np.asarray(2 * special.stdtr(self.df_residual, -np.abs(self.t)))

    @property
    def r2(self) -> float:
        """Explained share of the outcome's sum of squares; NaN for a constant outcome."""
        return 1 - self.rss / self.tss if self.tss > 0 else float("nan")

    @property
    def adjusted_r2(self) -> float:
        """1 - (1 - R2)(n - 1) / df_residual; NaN without residual degrees of freedom."""
        return 1 - (1 - self.r2) * (self.n - 1) / self.df_residual if self.df_residual > 0 else float("nan")

    @property
    def sigma(self) -> float:
        """Residual standard error."""
        return float(np.sqrt(self.rss / self.df_residual)) if self.df_residual > 0 else float("nan")

    @property
    def f(self) -> float:
        """F of all predictors together; NaN without predictors or residuals."""
        if self.df_model < 1 or not self.sigma > 0:
            return float("nan")
        return (self.tss - self.rss) / self.df_model / self.sigma**2

    @property
    def f_p_value(self) -> float:
        """p value of `f`."""
        return float(special.fdtrc(self.df_model, self.df_residual, self.f))


def _independent(
    correlation: FloatArray, usable: NDArray[np.bool_]
) -> tuple[list[int], dict[int, list[int]]]:
    """Predictors kept in the order given, and for each one left out those it depends on.

    Cholesky row by row: a predictor is out when those kept before it leave less than 1e-10 of its variance.
    """
    kept: list[int] = []
    dependent: dict[int, list[int]] = {}
    for j in np.flatnonzero(usable).tolist():
        if not kept:
            kept.append(j)
            continue
        weights = np.linalg.solve(correlation[np.ix_(kept, kept)], correlation[kept, j])
        if 1 - weights @ correlation[kept, j] > _DEPENDENT:
            kept.append(j)
        else:
            dependent[j] = [i for i, weight in zip(kept, weights, strict=True) if abs(weight) > 1e-6]
    return kept, dependent


def _problems(
    moments: Moments,
    outcome: str,
    predictors: Sequence[str],
    usable: NDArray[np.bool_],
    dependent: dict[int, list[int]],
) -> list[Problem]:
    found = []
    for j, name in enumerate(predictors):
        if not usable[j]:
            found.append(Problem.of("STATS-CONSTANT-PREDICTOR", f"predictor {name}"))
        elif j in dependent:
            others = ", ".join(predictors[i] for i in dependent[j])
            found.append(Problem.of("STATS-COLLINEAR", f"predictor {name}", others=others))
    if not moments.select([outcome]).comoment[0, 0] > 0:
        found.append(Problem.of("STATS-CONSTANT-OUTCOME", f"outcome {outcome}"))
    return found


def ols(moments: Moments, outcome: str, predictors: Sequence[str]) -> Ols:
    """Ordinary least squares of `outcome` on `predictors` and an intercept, from their moments.

    Rows with a missing value were left out when the moments were made. A predictor that is constant, or
    an exact linear combination of those before it, gets NaN and a Problem naming the others, and the
    rest is fitted without it. Weighted moments give weighted least squares with the weights scaled to
    mean 1; AIC and BIC are then NaN, since they need the rows. Without means (a published matrix) the
    intercept is NaN. In R: `summary(lm(y ~ ., data))`, `AIC`, `car::vif`.
    """
    if outcome in predictors:
        raise SurveykitError.of("STATS-NAMES-TWICE", name=outcome)
    chosen = moments.select([*predictors, outcome])
    k, n = len(predictors), chosen.n
    comoment = chosen.comoment * (n / chosen.weight if chosen.weight else 1.0)
    means = chosen.mean
    usable = np.diag(comoment)[:k] > 0
    kept, dependent = _independent(standardise(comoment), usable)
    problems = _problems(chosen, outcome, predictors, usable, dependent)
    df_residual = n - len(kept) - 1
    if df_residual < 1:
        problems.append(Problem.of("STATS-FEW-ROWS", f"outcome {outcome}", rows=n, terms=len(kept) + 1))
    coefficients, betas, vif = np.full(k + 1, np.nan), np.full(k + 1, np.nan), np.full(k + 1, np.nan)
    covariance = np.full((k + 1, k + 1), np.nan)
    rss = tss = aic = bic = float("nan")
    if n > 0 and df_residual >= 0:
        tss = float(comoment[k, k])
        spread = np.sqrt(np.diag(comoment)[kept])
        inverse = np.linalg.inv(comoment[np.ix_(kept, kept)] / np.multiply.outer(spread, spread))
        standardised = inverse @ (comoment[kept, k] / spread)
        slopes = standardised / spread
        rss = max(tss - float(slopes @ comoment[kept, k]), 0.0)
        rss = 0.0 if rss < 1e-14 * tss else rss
        at = [j + 1 for j in kept]
        coefficients[at] = slopes
        coefficients[0] = means[k] - slopes @ means[kept]
        betas[at] = standardised / np.sqrt(tss) if tss > 0 else np.nan
        vif[at] = np.diag(inverse)
        if df_residual > 0:
            bread = inverse / np.multiply.outer(spread, spread)
            towards = bread @ means[kept]
            full = np.block(
                [[np.atleast_2d(1 / n + means[kept] @ towards), -towards[None]], [-towards[:, None], bread]]
            )
            index = [0, *at]
            covariance[np.ix_(index, index)] = full * rss / df_residual
        if rss > 0 and chosen.weight == n:
            minus_2_log = n * (np.log(2 * np.pi * rss / n) + 1)
            aic = float(minus_2_log + 2 * (len(kept) + 2))
            bic = float(minus_2_log + np.log(n) * (len(kept) + 2))
    return Ols(
        outcome,
        (INTERCEPT, *predictors),
        frozen(coefficients),
        frozen(covariance),
        frozen(betas),
        frozen(vif),
        n,
        len(kept),
        max(df_residual, 0),
        rss,
        tss,
        aic,
        bic,
        tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """What the predictors added to a model explain: R2 change, its F, degrees of freedom and p value."""

    r2_small: float
    r2_large: float
    r2_change: float
    f: float
    df_added: int
    df_residual: int
    p_value: float


def compare(small: Ols, large: Ols) -> Change:
    """F test of the larger of two nested models fitted to the same rows. In R: `anova(small, large)`."""
    nested = set(small.terms) <= set(large.terms) and small.outcome == large.outcome and small.n == large.n
    if not nested or not np.isclose(small.tss, large.tss, rtol=1e-9):
        raise SurveykitError.of("STATS-NOT-NESTED", rows=large.n)
    added = large.df_model - small.df_model
    f = (small.rss - large.rss) / added / large.sigma**2 if added > 0 and large.sigma > 0 else float("nan")
    p = float(special.fdtrc(added, large.df_residual, f)) if added > 0 else float("nan")
    return Change(small.r2, large.r2, large.r2 - small.r2, f, added, large.df_residual, p)
