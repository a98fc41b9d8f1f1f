"""Differential item functioning of one item: three nested proportional-odds models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval, normal_quantile
from surveykit.stats.logistic_ordinal import proportional_odds, tabulate


@dataclass(frozen=True, slots=True, eq=False)
class Dif:
    """Uniform, non-uniform and total test, each array (3,); log odds of each group against the first (g - 1,)."""

    chi2: FloatArray
    df: FloatArray
    p_value: FloatArray
    nagelkerke: FloatArray
    mcfadden: FloatArray
    log_odds: FloatArray
    errors: FloatArray
    problems: tuple[Problem, ...]

    @property
    def wald_p(self) -> FloatArray:
        """Two-sided p values of the log odds."""
        return np.asarray(2 * special.ndtr(-np.abs(self.log_odds / self.errors)))

    def bounds(self, conf_level: float = 0.95) -> Interval:
        """Wald interval of the log odds."""
        reach = normal_quantile(conf_level) * self.errors
        return self.log_odds - reach, self.log_odds + reach


def item_dif(answers: ArrayLike, matching: ArrayLike, groups: ArrayLike, place: str = "") -> Dif:
    """Tests of one item's (n,) answers by (n,) group codes 0, 1, ... at the same (n,) matching score.

    Likelihood ratios of score + group against score (uniform), of score x group against score + group (non-uniform)
    and of both together (total), with the changes of Nagelkerke's and McFadden's R2. A model without a finite
    estimate makes the tests that need it NaN, with its Problem. In R: `ordinal::clm`, see `lordif::rundif`.
    """
    y, theta = np.asarray(answers, dtype=np.float64), np.asarray(matching, dtype=np.float64)
    owner = np.asarray(groups)
    extra = int(owner.max(initial=0))
    dummies = (owner[:, None] == np.arange(1, extra + 1)).astype(np.float64)
    counts, rows, _ = tabulate(y, np.column_stack([theta, dummies]))
    centred = rows[:, :1] - theta.mean()
    design = np.column_stack([centred, rows[:, 1:], centred * rows[:, 1:]])
    fits = [proportional_odds(counts, design[:, : 1 + step * extra], place) for step in (0, 1, 2)]
    level, nagelkerke, mcfadden = (
        np.array([getattr(fit, name) for fit in fits]) for name in ("log_likelihood", "nagelkerke", "mcfadden")
    )
    df = np.array([extra, extra, 2 * extra], dtype=np.float64)
    chi2 = np.maximum(2 * _changes(level), 0.0)
    slopes = slice(1, 1 + extra)
    problems = tuple(dict.fromkeys(problem for fit in fits for problem in fit.problems))
    return Dif(
        frozen(chi2),
        frozen(df),
        frozen(special.chdtrc(df, chi2)),
        frozen(_changes(nagelkerke)),
        frozen(_changes(mcfadden)),
        frozen(fits[1].slopes[slopes]),
        frozen(fits[1].slope_errors[slopes]),
        problems,
    )


def _changes(values: FloatArray) -> FloatArray:
    return np.array([values[1] - values[0], values[2] - values[1], values[2] - values[0]])


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """p values adjusted for the false discovery rate (Benjamini & Hochberg 1995); NaN stays and is not counted.

    In R: `p.adjust(p, "BH")`.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(p.shape, np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    ranked = p[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return adjusted
