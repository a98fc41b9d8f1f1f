"""Chance-corrected agreement of raters who sort cases into categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import normal_quantile

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True, slots=True)
class Kappa:
    """Kappa with its asymptotic error and interval; `observed` and `expected` are the (weighted) agreements."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    observed: float
    expected: float
    n: float
    problems: tuple[Problem, ...]


def agreement_weights(values: ArrayLike, kind: Weights) -> FloatArray:
    """How much two answers count as agreeing, (c, c), from their numeric values (c,).

    none: 1 where equal; linear: 1 - |a - b| / range; quadratic: 1 - (a - b)^2 / range^2.
    """
    code = np.asarray(values, dtype=np.float64)
    if kind == "none" or len(code) < 2:
        return np.eye(len(code))
    gap = np.abs(code[:, None] - code) / (code.max() - code.min())
    return 1 - (gap if kind == "linear" else gap**2)


def _undefined(n: float, code: str, place: str) -> Kappa:
    nan = float("nan")
    return Kappa(nan, nan, nan, nan, nan, nan, n, (Problem.of(code, place, "warning"),))


def cohen(table: ArrayLike, weights: ArrayLike | None = None, conf_level: float = 0.95, place: str = "") -> Kappa:
    """Cohen's kappa of a (c, c) table of two raters, weighted where `weights` (c, c) are given.

    kappa = (Po - Pe) / (1 - Pe) with Po = sum w p and Pe = sum w p_i. p_.j. The error is the large-sample one for a
    kappa that need not be 0 (Fleiss, Cohen & Everitt 1969). No case, or only one category used by both, gives NaN
    with a Problem; perfect agreement leaves the estimate and makes error and interval NaN. In R:
    `psych::cohen.kappa(cbind(a, b))`, whose weights are quadratic (2.2.9 prints another error for weighted kappa,
    which resampling does not bear out).
    """
    counts = np.asarray(table, dtype=np.float64)
    w = np.eye(len(counts)) if weights is None else np.asarray(weights, dtype=np.float64)
    n = float(counts.sum())
    if n == 0:
        return _undefined(n, "AGREE-NOCASES", place)
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    observed, expected = float((w * p).sum()), float(rows @ w @ columns)
    if expected > 1 - 1e-12:
        return _undefined(n, "AGREE-ONECATEGORY", place)
    estimate = (observed - expected) / (1 - expected)
    if observed > 1 - 1e-12:
        nan = float("nan")
        return Kappa(1.0, nan, nan, nan, 1.0, expected, n, (Problem.of("AGREE-PERFECT", place, "note"),))
    typical = (w @ columns)[:, None] + (rows @ w)[None, :]
    spread = float((p * (w - typical * (1 - estimate)) ** 2).sum()) - (estimate - expected * (1 - estimate)) ** 2
    error = float(np.sqrt(max(spread, 0.0) / n) / (1 - expected))
    half = normal_quantile(conf_level) * error
    return Kappa(estimate, error, estimate - half, min(estimate + half, 1.0), observed, expected, n, ())


def fleiss(counts: ArrayLike, conf_level: float = 0.95, place: str = "") -> Kappa:
    """Fleiss' kappa of n cases by c categories, each cell how many raters chose it; cases may have 2 raters or more.

    Pa is the mean share of agreeing pairs of raters, Pe = sum of squared mean category shares (Fleiss 1971). The
    error takes cases as sampled and raters as given, and does not assume kappa = 0 (Gwet 2021); the interval is
    t with n - 1. Cases rated fewer than twice are left out. In R: `irrCAC::fleiss.kappa.raw(ratings)`.
    """
    tally = np.asarray(counts, dtype=np.float64)
    raters = tally.sum(axis=1)
    tally, raters = tally[raters >= 2], raters[raters >= 2]
    n = len(tally)
    if n == 0:
        return _undefined(n, "AGREE-NOCASES", place)
    share = (tally / raters[:, None]).mean(axis=0)
    agreed = (tally * (tally - 1)).sum(axis=1) / (raters * (raters - 1))
    observed, expected = float(agreed.mean()), float((share**2).sum())
    if expected > 1 - 1e-12:
        return _undefined(n, "AGREE-ONECATEGORY", place)
    estimate = (observed - expected) / (1 - expected)
    nan = float("nan")
    if observed > 1 - 1e-12 or n < 2:
        why = "AGREE-PERFECT" if n > 1 else "AGREE-ONECASE"
        return Kappa(estimate, nan, nan, nan, observed, expected, n, (Problem.of(why, place, "note"),))
    chance = (tally / raters[:, None]) @ share
    single = (agreed - expected) / (1 - expected) - 2 * (1 - estimate) * (chance - expected) / (1 - expected)
    error = float(np.sqrt(((single - estimate) ** 2).sum() / (n * (n - 1))))
    half = float(special.stdtrit(n - 1, (1 + conf_level) / 2)) * error
    return Kappa(estimate, error, estimate - half, min(estimate + half, 1.0), observed, expected, n, ())
