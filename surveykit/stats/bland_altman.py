"""Bias and limits of agreement of two measurements of the same subjects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import normal_quantile


@dataclass(frozen=True, slots=True, eq=False)
class BlandAltman:
    """Bias, lower limit and upper limit, each array (3,), and the standard deviation of the differences."""

    estimate: FloatArray
    std_error: FloatArray
    conf_low: FloatArray
    conf_high: FloatArray
    sd: float
    p_value: float
    n: int
    problems: tuple[Problem, ...]


def bland_altman(
    a: ArrayLike, b: ArrayLike, conf_level: float = 0.95, limits: float = 0.95, place: str = ""
) -> BlandAltman:
    """Bland-Altman bias (mean of a - b) and limits bias -+ z sd within which a share `limits` of differences lies.

    Errors sd / sqrt(n) and sd sqrt(1 / n + z^2 / (2 (n - 1))), intervals t with n - 1; `p_value` is that of a zero
    bias. `a` and `b` are (n,) without missing values; below two pairs all is NaN with a Problem, and where every
    difference is the same only the bias is defined. Source: Bland & Altman 1999. In R: `blandr::blandr.statistics(a,
    b)` (its limits use 1.96).
    """
    difference = np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)
    n = len(difference)
    estimate, error = np.full(3, np.nan), np.full(3, np.nan)
    if n < 2:
        found = Problem.of("AGREE-SIZE", place, "warning", subjects=n, raters=2)
        return BlandAltman(estimate, error, estimate, estimate, np.nan, np.nan, n, (found,))
    sd = 0.0 if np.ptp(difference) == 0 else float(difference.std(ddof=1))
    bias, z = float(difference.mean()), normal_quantile(limits)
    estimate = np.array([bias, np.nan, np.nan])
    if sd == 0:
        found = Problem.of("AGREE-SAMEDIFFERENCE", place, "warning", bias=f"{bias:g}")
        return BlandAltman(estimate, error, error, error, 0.0, np.nan, n, (found,))
    estimate[1:] = bias - z * sd, bias + z * sd
    wide = sd * np.sqrt(1 / n + z**2 / (2 * (n - 1)))
    error = np.array([sd / np.sqrt(n), wide, wide])
    reach = special.stdtrit(n - 1, (1 + conf_level) / 2) * error
    p_value = float(2 * special.stdtr(n - 1, -abs(bias) / error[0]))
    return BlandAltman(estimate, error, estimate - reach, estimate + reach, sd, p_value, n, ())
