"""Confidence intervals, vectorised: every function returns the arrays (low, high).

Undefined input (no observations, a proportion outside 0..1, n too small) gives NaN bounds; the caller,
who knows the place, says why.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from surveykit.stats.exact import FloatArray

Interval = tuple[FloatArray, FloatArray]


def _arrays(*values: ArrayLike) -> list[NDArray[np.float64]]:
    return list(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))


def _bounds(low: ArrayLike, high: ArrayLike, valid: ArrayLike) -> Interval:
    return np.where(valid, low, np.nan), np.where(valid, high, np.nan)


def normal_quantile(conf_level: float) -> float:
    """The two-sided standard normal quantile, 1.96 for 0.95."""
    return float(special.ndtri((1 + conf_level) / 2))


def wilson(successes: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Score interval of a proportion (Wilson 1927), in 0..1; n may be an effective sample size.

    In R: `prop.test(x, n, correct = FALSE)$conf.int`.
    """
    x, size = _arrays(successes, n)
    valid = (size > 0) & (x >= 0) & (x <= size)
    size = np.where(valid, size, 1.0)
    p, z2 = x / size, normal_quantile(conf_level) ** 2
    centre = (p + z2 / (2 * size)) / (1 + z2 / size)
    half = np.sqrt(z2 * np.maximum(p * (1 - p) / size + z2 / (4 * size**2), 0)) / (1 + z2 / size)
    return _bounds(np.maximum(centre - half, 0), np.minimum(centre + half, 1), valid)


def clopper_pearson(successes: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Exact binomial interval of a proportion (Clopper & Pearson 1934). In R: `binom.test(x, n)$conf.int`."""
    x, size = _arrays(successes, n)
    valid = (size > 0) & (x >= 0) & (x <= size)
    tail = (1 - conf_level) / 2
    x, size = np.where(valid, x, 0.0), np.where(valid, size, 1.0)
    inner_low, inner_high = np.maximum(x, 1e-300), np.maximum(size - x, 1e-300)
    low = np.where(x > 0, special.betaincinv(inner_low, size - x + 1, tail), 0.0)
    high = np.where(x < size, special.betaincinv(x + 1, inner_high, 1 - tail), 1.0)
    return _bounds(low, high, valid)


def mean_t(mean: ArrayLike, sd: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Student interval of a mean, mean -+ t(n - 1) sd / sqrt(n); NaN below two observations.

    In R: `t.test(x)$conf.int`.
    """
    centre, spread, size = _arrays(mean, sd, n)
    valid = (size > 1) & (spread >= 0)
    size = np.where(valid, size, 2.0)
    half = special.stdtrit(size - 1, (1 + conf_level) / 2) * spread / np.sqrt(size)
    return _bounds(centre - half, centre + half, valid)


def fisher_z(r: ArrayLike, n: ArrayLike, conf_level: float = 0.95, partialled: int = 0) -> Interval:
    """Interval of a Pearson correlation, tanh(atanh r -+ z / sqrt(n - 3 - partialled)) (Fisher 1921).

    `partialled` counts the variables held constant in a partial correlation. In R: `cor.test(x, y)$conf.int`.
    """
    value, size = _arrays(r, n)
    valid = (np.abs(value) < 1) & (size - 3 - partialled > 0)
    z = np.arctanh(np.where(valid, value, 0.0))
    half = normal_quantile(conf_level) / np.sqrt(np.where(valid, size - 3 - partialled, 1.0))
    return _bounds(np.tanh(z - half), np.tanh(z + half), valid)


def feldt(alpha: ArrayLike, n: ArrayLike, k: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Interval of Cronbach's alpha from k items and n respondents (Feldt 1965; Feldt, Woodruff & Salih 1987).

    1 - (1 - alpha) F with n - 1 and (n - 1)(k - 1) degrees of freedom; it assumes essentially
    tau-equivalent normal items. In R: `psych::alpha.ci(alpha, n.obs = n, n.var = k)`.
    """
    value, size, items = _arrays(alpha, n, k)
    valid = (size > 1) & (items > 1) & (value <= 1)
    size, items = np.where(valid, size, 2.0), np.where(valid, items, 2.0)
    tail, df1, df2 = (1 - conf_level) / 2, size - 1, (size - 1) * (items - 1)
    low = 1 - (1 - value) * stats.f.ppf(1 - tail, df1, df2)
    high = 1 - (1 - value) * stats.f.ppf(tail, df1, df2)
    return _bounds(low, high, valid)


def nps_score(promoters: ArrayLike, detractors: ArrayLike, n: ArrayLike, added: float = 0.0) -> Interval:
    """Net promoter score and its standard error in points: 100 (p - d), 100 sqrt((p + d - (p - d)^2) / n).

    `added` answers are put in beforehand, a quarter to the promoters, a quarter to the detractors, half
    to the passives.
    """
    up, down, size = _arrays(promoters, detractors, n)
    valid = (size > 0) & (up >= 0) & (down >= 0) & (up + down <= size)
    size = np.where(valid, size, 1.0) + added
    p, d = (up + added / 4) / size, (down + added / 4) / size
    return _bounds(100 * (p - d), 100 * np.sqrt(np.maximum(p + d - (p - d) ** 2, 0) / size), valid)


def nps_wald(promoters: ArrayLike, detractors: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Wald interval of the net promoter score in points, held within -100..100.

    Too short in small samples.
    """
    score, error = nps_score(promoters, detractors, n)
    half = normal_quantile(conf_level) * error
    return np.clip(score - half, -100, 100), np.clip(score + half, -100, 100)


def nps_adjusted_wald(promoters: ArrayLike, detractors: ArrayLike, n: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Adjusted Wald interval of the net promoter score in points (Rocks 2016).

    Three answers are added, 3/4 of one a promoter, 3/4 a detractor. The interval is centred on
    `nps_score(..., added=3)`, held within -100..100, and is the default recommended for any n.
    """
    score, error = nps_score(promoters, detractors, n, added=3.0)
    half = normal_quantile(conf_level) * error
    return np.clip(score - half, -100, 100), np.clip(score + half, -100, 100)


def _random_cdf(r2: float, n: int, k: int, rho2: float) -> float:
    """P(R2 <= r2) when the k regressors are random normal and the population value is rho2.

    A sum over negative-binomial weights; where they are wide and smooth, the trapezoid rule over every few terms is
    exact to rounding.
    """
    shape = (n - 1) / 2
    if rho2 <= 0:
        return float(special.betainc(k / 2, (n - k - 1) / 2, r2))
    mean = shape * rho2 / (1 - rho2)
    spread = np.sqrt(mean / (1 - rho2))
    smooth = mean > 5 * spread
    step = max(1, int(spread / 5)) if smooth else 1
    below, above = (10 * spread, 16 * spread) if smooth else (np.inf, 12 * spread + 60 / (1 - rho2))
    j = np.arange(int(max(0.0, mean - below)), int(mean + above) + step, step, dtype=np.float64)
    log_weight = (
        special.gammaln(shape + j)
        - special.gammaln(shape)
        - special.gammaln(j + 1)
        + j * np.log(rho2)
        + shape * np.log1p(-rho2)
    )
    return float(step * (np.exp(log_weight) @ special.betainc(k / 2 + j, (n - k - 1) / 2, r2)))


def _fixed_cdf(r2: float, n: int, k: int, rho2: float) -> float:
    """P(R2 <= r2) for fixed regressors: noncentral F with noncentrality n rho2 / (1 - rho2)."""
    f = r2 / (1 - r2) * (n - k - 1) / k
    return float(special.ncfdtr(k, n - k - 1, n * rho2 / (1 - rho2), f))


def r_squared(r2: float, n: int, k: int, conf_level: float = 0.95, regressors: str = "random") -> tuple[float, float]:
    """Interval of the population squared multiple correlation from a sample R2, n rows and k predictors.

    The exact sampling distribution is inverted. `regressors="random"` (the survey case): R2 given normal
    predictors is a negative-binomial mixture of betas (Fisher 1928; Gurland 1968). `"fixed"`: noncentral
    F (Smithson 2001; the same as `effectsize::F_to_eta2` up to the choice of noncentrality n rho2 / (1 -
    rho2)). A bound that would lie below 0 is 0. Adjusted R2 estimates the same population value, so the
    interval serves both. NaN when n <= k + 1 or R2 is not in 0..1.
    """
    if not (0 <= r2 < 1 and k >= 1 and n > k + 1):
        return np.nan, np.nan
    cdf = {"random": _random_cdf, "fixed": _fixed_cdf}[regressors]
    tail, bounds = (1 - conf_level) / 2, []
    top = 1 - 1e-6 * (1 - r2)
    for target in (1 - tail, tail):
        if cdf(r2, n, k, 0.0) <= target:
            bounds.append(0.0)
        else:
            low, high = 0.0, r2 + (1 - r2) / 2
            while cdf(r2, n, k, high) > target and high < top:
                low, high = high, high + (1 - high) / 2
            solve = optimize.brentq(lambda rho2, aim=target: cdf(r2, n, k, rho2) - aim, low, high, xtol=1e-10)
            bounds.append(float(solve))
    return bounds[0], bounds[1]
