"""Intraclass correlations of several ratings of the same subjects, from two-way mean squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen, read_rows
from surveykit.stats.exact import FloatArray

FORMS = ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k")


@dataclass(frozen=True, slots=True)
class MeanSquares:
    """Mean squares of n subjects by k raters: between subjects, within subjects, between raters, residual."""

    n: int
    k: int
    subjects: float
    within: float
    raters: float
    error: float

    @property
    def measurement_error(self) -> float:
        """Standard error of measurement for agreement, sqrt(rater variance + residual variance).

        A negative estimate of the rater variance counts as 0. Source: de Vet, Terwee, Knol & Bouter 2006.
        """
        return float(np.sqrt(max((self.raters - self.error) / self.n, 0.0) + self.error))


@dataclass(frozen=True, slots=True, eq=False)
class Icc:
    """The six forms in the order of `FORMS`, each array (6,): estimate, interval, F with df1, df2 and p."""

    squares: MeanSquares
    estimate: FloatArray
    conf_low: FloatArray
    conf_high: FloatArray
    f: FloatArray
    df1: FloatArray
    df2: FloatArray
    p_value: FloatArray
    problems: tuple[Problem, ...]


def mean_squares(ratings: ArrayLike) -> MeanSquares:
    """Mean squares of an (n, k) array without missing values; NaN below two subjects or two raters.

    Sums of squares below 1e-13 of the whole are rounding and count as 0.
    """
    values, _ = read_rows(ratings, [""] * np.shape(ratings)[-1], None)
    n, k = values.shape
    if n < 2 or k < 2 or not np.all(np.isfinite(values)):
        return MeanSquares(n, k, np.nan, np.nan, np.nan, np.nan)
    centred = values - values[0, 0]
    centred = centred - centred.mean()
    by_subject, by_rater = centred.mean(axis=1), centred.mean(axis=0)
    whole = float((centred**2).sum())
    parts = np.array(
        [
            k * (by_subject**2).sum(),
            ((centred - by_subject[:, None]) ** 2).sum(),
            n * (by_rater**2).sum(),
            ((centred - by_subject[:, None] - by_rater) ** 2).sum(),
        ]
    )
    parts[parts < 1e-13 * whole] = 0.0
    subjects, within, raters, error = parts / [n - 1, n * (k - 1), k - 1, (n - 1) * (k - 1)]
    return MeanSquares(n, k, float(subjects), float(within), float(raters), float(error))


def _ratio(above: float, below: float) -> float:
    return above / below if below else float("nan")


def _estimates(s: MeanSquares) -> FloatArray:
    shift = (s.raters - s.error) / s.n
    return np.array(
        [
            _ratio(s.subjects - s.within, s.subjects + (s.k - 1) * s.within),
            _ratio(s.subjects - s.error, s.subjects + (s.k - 1) * s.error + s.k * shift),
            _ratio(s.subjects - s.error, s.subjects + (s.k - 1) * s.error),
            _ratio(s.subjects - s.within, s.subjects),
            _ratio(s.subjects - s.error, s.subjects + shift),
            _ratio(s.subjects - s.error, s.subjects),
        ]
    )


def _from_f(f: float, df1: float, df2: float, k: int, tail: float) -> tuple[float, float]:
    low, high = f / stats.f.ppf(1 - tail, df1, df2), f * stats.f.ppf(1 - tail, df2, df1)
    return float((low - 1) / (low + k - 1)), float((high - 1) / (high + k - 1))


def _agreement_bounds(s: MeanSquares, icc: float, tail: float) -> tuple[float, float]:
    ratio = s.raters / s.error
    rest = s.n * (1 + (s.k - 1) * icc) - s.k * icc
    df = (s.n - 1) * (s.k - 1) * (s.k * icc * ratio + rest) ** 2
    df /= (s.n - 1) * (s.k * icc * ratio) ** 2 + rest**2
    if not df > 0:
        return float("nan"), float("nan")
    below, above = stats.f.ppf(1 - tail, s.n - 1, df), stats.f.ppf(1 - tail, df, s.n - 1)
    noise = s.k * s.raters + (s.k * s.n - s.k - s.n) * s.error
    low = s.n * (s.subjects - below * s.error) / (below * noise + s.n * s.subjects)
    high = s.n * (above * s.subjects - s.error) / (noise + s.n * above * s.subjects)
    return float(low), float(high)


def icc(ratings: ArrayLike, conf_level: float = 0.95, place: str = "ratings") -> Icc:
    """The six intraclass correlations of Shrout & Fleiss (1979) for n subjects by k raters, no value missing.

    With mean squares between subjects (B), within (W), of raters (J) and residual (E): ICC1 = (B - W) / (B + (k - 1)
    W); ICC2 = (B - E) / (B + (k - 1) E + k (J - E) / n), absolute agreement; ICC3 = (B - E) / (B + (k - 1) E),
    consistency; 1k, 2k, 3k are those of the mean of k ratings. F tests of zero; intervals as in McGraw & Wong (1996).
    Fewer than two subjects or raters, or subjects that do not differ, give NaN; without any residual the estimates
    stand, their tests and intervals are NaN; a Problem says so. In R: `psych::ICC(x, lmer = FALSE)`.
    """
    s = mean_squares(ratings)
    nothing = np.full(6, np.nan)
    estimate, low, high, f, p = nothing.copy(), nothing.copy(), nothing.copy(), nothing.copy(), nothing.copy()
    df1 = np.full(6, float(s.n - 1))
    wide, narrow = float(s.n * (s.k - 1)), float((s.n - 1) * (s.k - 1))
    df2 = np.array([wide, narrow, narrow] * 2)
    problems: list[Problem] = []
    if s.n < 2 or s.k < 2:
        problems.append(Problem.of("AGREE-SIZE", place, "warning", subjects=s.n, raters=s.k))
        return Icc(s, estimate, low, high, f, nothing, nothing, p, tuple(problems))
    if not s.subjects > 0:
        problems.append(Problem.of("AGREE-NOVARIANCE", place, "warning"))
        return Icc(s, estimate, low, high, f, df1, df2, p, tuple(problems))
    estimate = _estimates(s)
    tail = (1 - conf_level) / 2
    if s.within > 0:
        f[[0, 3]] = s.subjects / s.within
        low[0], high[0] = _from_f(f[0], df1[0], df2[0], s.k, tail)
    if s.error > 0:
        f[[1, 2, 4, 5]] = s.subjects / s.error
        low[2], high[2] = _from_f(f[2], df1[2], df2[2], s.k, tail)
        low[1], high[1] = _agreement_bounds(s, float(estimate[1]), tail)
    else:
        problems.append(Problem.of("AGREE-PERFECT", place, "note"))
    with np.errstate(divide="ignore", invalid="ignore"):
        for one, many in ((0, 3), (1, 4), (2, 5)):
            low[many] = s.k * low[one] / (1 + (s.k - 1) * low[one])
            high[many] = s.k * high[one] / (1 + (s.k - 1) * high[one])
    p = np.asarray(special.fdtrc(df1, df2, f))
    estimate, low, high, f, p = (frozen(part) for part in (estimate, low, high, f, p))
    return Icc(s, estimate, low, high, f, df1, df2, p, tuple(problems))
