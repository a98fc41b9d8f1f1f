"""The chi-square difference of two nested models, plain and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import choice
from surveykit.analyse.sem.fitting import Fitted
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.sem_missing import saturated_elements
from surveykit.stats.sem_robust import chi_square_p
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]
Method = Literal["auto", "plain", "satorra_bentler_2001", "satorra_2000"]
METHODS = ("auto", "plain", "satorra_bentler_2001", "satorra_2000")


@dataclass(frozen=True, slots=True)
class Difference:
    """Chi-square difference of two nested models; NaN with a problem where it is not defined."""

    stat: float
    df: int
    p_value: float
    method: str
    problems: tuple[Problem, ...] = ()


def difference_test(wide: Fitted, narrow: Fitted, method: Method = "auto") -> Difference:
    """Test of `narrow` against `wide`, which has fewer degrees of freedom and contains it.

    "plain": difference of the statistics. "satorra_bentler_2001": their difference over a pooled scaling factor (MLM,
    MLR). "satorra_2000": scaled and shifted, from the wider model (WLSMV). "auto" takes what fits the estimator. In R:
    `lavaan::lavTestLRT(wide, narrow, method = ...)`.
    """
    choice("method", method, METHODS)
    one, other = wide.solution.test, narrow.solution.test
    if method == "auto":
        method = "plain"
        if np.isfinite(one.scaled):
            method = "satorra_2000" if np.isfinite(one.shift) else "satorra_bentler_2001"
    df = other.df - one.df
    stat = other.stat - one.stat
    if df <= 0 or not (wide.solution.minimum.converged and narrow.solution.minimum.converged):
        return Difference(np.nan, df, np.nan, method, (Problem.of("SEM-NOT-NESTED", "", "warning", df=df),))
    if method == "satorra_bentler_2001":
        pooled = (other.df * other.factor - (one.df * one.factor if one.df > 0 else 0.0)) / df
        if not pooled > 0:
            return Difference(np.nan, df, np.nan, method, (Problem.of("SEM-NEGATIVE-SCALING", "", "warning"),))
        stat = stat / pooled
    elif method == "satorra_2000":
        stat = _satorra_2000(wide, narrow, stat, df)
    return Difference(stat, df, chi_square_p(stat, df), method)


def _satorra_2000(wide: Fitted, narrow: Fitted, stat: float, df: int) -> float:
    meat = wide.solution.meat
    if meat is None:
        raise SurveykitError.of("SEM-NOT-ROBUST", "", estimator=wide.recipe.name)
    basis = wide.solution.basis
    steep, flat = _moment_slopes(wide) @ basis, _moment_slopes(narrow) @ narrow.solution.basis
    within = np.linalg.lstsq(steep, flat, rcond=None)[0]
    vectors, values, _ = np.linalg.svd(within, full_matrices=True)
    rank = int((values > 1e-8 * values[0]).sum())
    lost = vectors[:, rank:].T @ basis.T
    inverse = wide.solution.inverse
    middle = inverse @ lost.T @ np.linalg.pinv(lost @ inverse @ lost.T) @ lost @ inverse
    turned = middle @ meat
    trace, square = float(np.trace(turned)), float((turned * turned.T).sum())
    slope = np.sqrt(df / square)
    return float(stat * slope + df - slope * trace)


def _moment_slopes(fitted: Fitted) -> FloatArray:
    """Derivatives of all implied statistics in the parameters, groups under each other."""
    parts = []
    for group in fitted.made.system.groups:
        point = group.at(fitted.solution.theta)
        spread = group.spread(fitted.made.system.size)
        if isinstance(group.sample, WeightedStatistics):
            parts.append(group.sample.slopes(point) @ spread)
            continue
        _, elements = saturated_elements(len(point.implied.mu))
        slopes = point.slopes
        pair = elements.kind == 1
        covariances = slopes.matrix(elements.row[pair], elements.col[pair])
        means = slopes.mean.T if fitted.means else np.zeros((0, len(point.free)))
        parts.append(np.concatenate([covariances, means]) @ spread)
    return np.concatenate(parts)
