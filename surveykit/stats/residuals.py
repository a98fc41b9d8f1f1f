"""What a linear fit needs the rows for: robust standard errors and the checks of its assumptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray

_FULL_LEVERAGE = 1 - 1e-10


def leverage(design: ArrayLike, bread: ArrayLike | None = None) -> FloatArray:
    """Diagonal of X (X'X)^-1 X', (n,). In R: `hatvalues(fit)`."""
    x = np.asarray(design, dtype=np.float64)
    inverse = np.linalg.inv(x.T @ x) if bread is None else np.asarray(bread, dtype=np.float64)
    return np.asarray(np.einsum("ij,ij->i", x @ inverse, x))


def robust_covariance(
    design: ArrayLike, residuals: ArrayLike, kind: str = "HC3", bread: ArrayLike | None = None
) -> FloatArray:
    """Covariance of coefficients valid when residual variances differ (White 1980; MacKinnon & White 1985).

    `design` (n, p) with its column of ones, `bread` its (X'X)^-1 if already known. The squared residuals
    count as HC0: e^2; HC1: e^2 n / (n - p); HC2: e^2 / (1 - h); HC3: e^2 / (1 - h)^2. NaN where a row
    has leverage 1 (HC2, HC3). In R: `sandwich::vcovHC(fit, "HC3")`.
    """
    x, e = np.asarray(design, dtype=np.float64), np.asarray(residuals, dtype=np.float64)
    n, p = x.shape
    inverse = np.linalg.inv(x.T @ x) if bread is None else np.asarray(bread, dtype=np.float64)
    h = leverage(x, inverse)
    rest = np.where(h < _FULL_LEVERAGE, 1 - h, np.nan)
    factor = {
        "HC0": np.ones(n),
        "HC1": np.full(n, n / (n - p) if n > p else np.nan),
        "HC2": 1 / rest,
        "HC3": 1 / rest**2,
    }
    if kind not in factor:
        raise SurveykitError.of("STATS-HC-KIND", kind=kind, known=", ".join(factor))
    meat = (x * (e**2 * factor[kind])[:, None]).T @ x
    return np.asarray(inverse @ meat @ inverse)


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostics:
    """Checks of one linear fit.

    `leverage`, `cook`, `studentised` (externally) and `fitted`, `residuals` are (n,). `breusch_pagan` is
    the studentised (Koenker) statistic, chi-squared with one degree a predictor; `reset` the F of adding
    squares and cubes of the fitted values; `condition` the largest over the smallest singular value of
    the design with columns scaled to length one.
    """

    fitted: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    studentised: FloatArray
    cook: FloatArray
    durbin_watson: float
    breusch_pagan: float
    breusch_pagan_p: float
    reset: float
    reset_p: float
    shapiro: float
    shapiro_p: float
    press: float
    q2_loo: float
    condition: float
    problems: tuple[Problem, ...]


def _breusch_pagan(q: FloatArray, residuals: FloatArray) -> tuple[float, float]:
    squares = residuals**2
    about = squares - squares.mean()
    total, df = float(about @ about), q.shape[1] - 1
    if total <= 0 or df < 1:
        return float("nan"), float("nan")
    left = squares - q @ (q.T @ squares)
    statistic = len(squares) * (1 - float(left @ left) / total)
    return statistic, float(special.chdtrc(df, statistic))


def _reset(q: FloatArray, residuals: FloatArray, fitted: FloatArray, rss: float) -> tuple[float, float]:
    spread, df = float(fitted.std()), len(fitted) - q.shape[1] - 2
    if spread <= 0 or df < 1 or rss <= 0:
        return float("nan"), float("nan")
    scaled = (fitted - fitted.mean()) / spread
    powers = np.column_stack([scaled**2, scaled**3])
    added = powers - q @ (q.T @ powers)
    basis, triangle = np.linalg.qr(added / np.linalg.norm(powers, axis=0))
    if np.abs(np.diag(triangle)).min() < 1e-7:
        return float("nan"), float("nan")
    gained = float(((basis.T @ residuals) ** 2).sum())
    if gained >= rss:
        return float("nan"), float("nan")
    statistic = gained / 2 / ((rss - gained) / df)
    return statistic, float(special.fdtrc(2, df, statistic))


def diagnostics(design: ArrayLike, outcome: ArrayLike) -> Diagnostics:
    """Checks of the least-squares fit of `outcome` (n,) on `design` (n, p), ones first, full rank.

    No missing values. Undefined checks are NaN (a row of leverage 1, no residual degrees of freedom,
    more than 5000 rows for Shapiro-Wilk), with a Problem. In R: `hatvalues`, `cooks.distance`,
    `rstudent`, `lmtest::dwtest`, `lmtest::bptest`, `lmtest::resettest(power = 2:3)`,
    `shapiro.test(resid(fit))`.
    """
    x, y = np.asarray(design, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    n, p = x.shape
    q, triangle = np.linalg.qr(x)
    lengths = np.linalg.norm(x, axis=0)
    diagonal = np.abs(np.diag(triangle)) if n >= p else np.zeros(p)
    if np.any(diagonal <= 1e-10 * lengths):
        raise SurveykitError.of("STATS-DESIGN", columns=p)
    fitted = q @ (q.T @ y)
    e, h = y - fitted, np.minimum((q**2).sum(axis=1), 1.0)
    rss, df = float(e @ e), n - p
    problems = []
    full = np.flatnonzero(h >= _FULL_LEVERAGE)
    if full.size:
        rows = ", ".join(str(row + 1) for row in full[:10])
        problems.append(Problem.of("STATS-LEVERAGE", f"rows {rows}", "warning"))
    if df < 1:
        problems.append(Problem.of("STATS-FEW-ROWS", "", rows=n, terms=p))
    rest = np.where(h < _FULL_LEVERAGE, 1 - h, np.nan)
    variance = rss / df if df > 0 and rss > 0 else np.nan
    without = (rss - e**2 / rest) / (df - 1) if df > 1 else np.full(n, np.nan)
    press = float(((e / rest) ** 2).sum())
    tss = float(((y - y.mean()) ** 2).sum())
    shapiro = (float("nan"), float("nan"))
    if 3 <= n <= 5000 and rss > 0:
        found = stats.shapiro(e)
        shapiro = (float(found.statistic), float(found.pvalue))
    elif not 3 <= n <= 5000:
        problems.append(Problem.of("STATS-SHAPIRO", "", "note", rows=n))
    return Diagnostics(
        frozen(fitted),
        frozen(e),
        frozen(h),
        frozen(e / np.sqrt(np.where(without > 0, without, np.nan) * rest)),
        frozen(e**2 * h / (p * variance * rest**2)),
        float((np.diff(e) ** 2).sum() / rss) if rss > 0 else float("nan"),
        *_breusch_pagan(q, e),
        *_reset(q, e, fitted, rss),
        *shapiro,
        press,
        1 - press / tss if tss > 0 else float("nan"),
        float(np.linalg.cond(triangle / lengths)),
        tuple(problems),
    )
