"""Whether the slopes of an ordinal model are the same at every threshold: Brant's test and likelihood ratios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.cumulative import Cumulative, cumulative_link
from surveykit.stats.exact import FloatArray
from surveykit.stats.glm import generalised


@dataclass(frozen=True, slots=True)
class Chi2:
    """A chi-squared statistic, its degrees of freedom and p value; NaN where undefined."""

    statistic: float
    df: int

    @property
    def p_value(self) -> float:
        """Upper tail of chi-squared."""
        return float(special.chdtrc(self.df, self.statistic)) if self.df > 0 else float("nan")


def likelihood_ratio(
    codes: NDArray[np.intp], x: FloatArray, columns: Sequence[int], fitted: Cumulative, free: Sequence[int] = ()
) -> Chi2:
    """Gain of letting the slopes of `columns` differ by threshold, beside those already `free`.

    `fitted` has the columns of x in the order of `x`, without those that are free. In R: `ordinal::nominal_test(fit)`.
    """
    both = [*free, *columns]
    rest = [at for at in range(x.shape[1]) if at not in both]
    wider = cumulative_link(codes, x[:, rest], fitted.link, x[:, both])
    cuts = len(fitted.thresholds)
    statistic = 2 * (wider.supremum - fitted.log_likelihood)
    return Chi2(max(statistic, 0.0) if np.isfinite(statistic) else float("nan"), len(columns) * (cuts - 1))


def brant(
    codes: ArrayLike, predictors: ArrayLike, parts: Sequence[Sequence[int]]
) -> tuple[Chi2, list[Chi2], tuple[Problem, ...]]:
    """Wald test that c - 1 binary logits (answer above each threshold) share their slopes (Brant 1990).

    For all predictors together and for each of `parts` (columns that belong together). Undefined with a Problem where
    one of the binary models has no finite estimates. In R: `brant::brant(polr)`.
    """
    y: NDArray[np.intp] = np.asarray(codes, dtype=np.intp)
    x = np.asarray(predictors, dtype=np.float64)
    n, q = x.shape
    cuts = int(y.max(initial=0))
    undefined = Chi2(float("nan"), q * (cuts - 1)), [Chi2(float("nan"), len(part) * (cuts - 1)) for part in parts]
    if cuts < 2:
        return undefined[0], undefined[1], (Problem.of("GLM-BRANT-TWO", "", "note"),)
    design = np.column_stack([np.ones(n), x])
    fits = [generalised(design, (y > cut).astype(float), "binomial") for cut in range(cuts)]
    if not all(np.isfinite(fit.log_likelihood) for fit in fits):
        return undefined[0], undefined[1], (Problem.of("GLM-BRANT", "", "note"),)
    slopes = np.concatenate([fit.coefficients[1:] for fit in fits])
    covariance = np.zeros((cuts * q, cuts * q))
    for a in range(cuts):
        for b in range(a, cuts):
            weight = fits[b].fitted * (1 - fits[a].fitted)
            block = (fits[a].bread @ ((design.T * weight) @ design) @ fits[b].bread)[1:, 1:]
            covariance[a * q : (a + 1) * q, b * q : (b + 1) * q] = block
            covariance[b * q : (b + 1) * q, a * q : (a + 1) * q] = block.T

    def wald(columns: Sequence[int]) -> Chi2:
        contrast = np.zeros(((cuts - 1) * len(columns), cuts * q))
        for cut in range(1, cuts):
            for at, column in enumerate(columns):
                row = (cut - 1) * len(columns) + at
                contrast[row, column], contrast[row, cut * q + column] = 1.0, -1.0
        difference = contrast @ slopes
        try:
            statistic = float(difference @ np.linalg.solve(contrast @ covariance @ contrast.T, difference))
        except np.linalg.LinAlgError:
            statistic = float("nan")
        return Chi2(statistic if statistic >= 0 else float("nan"), len(difference))

    return wald(range(q)), [wald(part) for part in parts], ()
