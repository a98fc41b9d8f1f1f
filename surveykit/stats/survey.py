"""Estimates from a sample of known design: means, shares, totals, quantiles, alpha, with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from surveykit.stats.design import Sampling, group_sums
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval
from surveykit.stats.raking import kish


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Estimates (p,) with standard errors, degrees of freedom, rows behind each, and design effects.

    `deff` is the variance over that of a simple random sample of as many rows, drawn without replacement where the
    design has finite populations and with replacement where it has not.
    """

    estimate: FloatArray
    std_error: FloatArray
    df: FloatArray
    n: FloatArray
    deff: FloatArray


def degrees(sampling: Sampling, inside: FloatArray) -> FloatArray:
    """Clusters less strata of each domain; `inside` (n, p) is 1 for its rows."""
    present = sampling.cluster_sums(inside * (sampling.weights > 0)[:, None]) > 0
    strata = group_sums(present.astype(float), sampling.stratum, len(sampling.fraction)) > 0
    return np.asarray(present.sum(axis=0) - strata.sum(axis=0), dtype=np.float64)


def means(sampling: Sampling, values: FloatArray) -> Estimated:
    """Weighted means of each column (n, p) over its domain, the rows that are not NaN.

    sum(w x) / sum(w); errors from the influence w (x - mean) / sum(w), or from replicates. In R: `svymean(~x, design,
    na.rm = TRUE, deff = TRUE)`, `degf(subset(design, !is.na(x)))`.
    """
    weights = sampling.weights[:, None]
    inside = (~np.isnan(values) & (weights > 0)).astype(np.float64)
    filled = np.where(inside > 0, values, 0.0)
    mass = (weights * inside).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        estimate = (weights * filled).sum(axis=0) / mass
        centred = np.where(inside > 0, values - estimate, 0.0)
        if sampling.replication is None:
            variance = sampling.variances(np.nan_to_num(weights * centred / mass))
        else:
            p = values.shape[1]
            sums = sampling.cluster_sums(np.hstack([weights * filled, weights * inside]))
            totals = sampling.replication.totals(sums)
            variance = _spread(totals[:, :p] / totals[:, p:], sampling)
        n = inside.sum(axis=0)
        simple = (weights * centred**2).sum(axis=0) / mass / (n - 1)
        if (sampling.fraction > 0).any():
            simple = simple * (mass - n) / mass
        deff = np.where(simple > 0, variance / simple, np.nan)
    df = degrees(sampling, inside)
    error = np.where((n > 1) & (df > 0), np.sqrt(variance), np.nan)
    return Estimated(estimate, error, df, n, np.where((n > 1) & (df > 0), deff, np.nan))


def _spread(estimates: FloatArray, sampling: Sampling) -> FloatArray:
    """Replication variances column by column; undefined replicates are left out."""
    assert sampling.replication is not None
    defined = np.isfinite(estimates)
    middle = np.where(defined, estimates, 0).sum(axis=0) / np.maximum(defined.sum(axis=0), 1)
    squared = np.where(defined, estimates - middle, 0.0) ** 2
    return np.asarray(sampling.replication.scales @ squared)


def totals(sampling: Sampling, values: FloatArray) -> Estimated:
    """Weighted totals sum(w x) of each column (n, p) over the rows that are not NaN. In R: `svytotal(~x, design)`."""
    weights = sampling.weights[:, None]
    inside = (~np.isnan(values) & (weights > 0)).astype(np.float64)
    weighted = weights * np.where(inside > 0, values, 0.0)
    if sampling.replication is None:
        variance = sampling.variances(weighted)
    else:
        variance = _spread(sampling.replication.totals(sampling.cluster_sums(weighted)), sampling)
    df = degrees(sampling, inside)
    error = np.where(df > 0, np.sqrt(variance), np.nan)
    return Estimated(weighted.sum(axis=0), error, df, inside.sum(axis=0), np.full(values.shape[1], np.nan))


def covariance_of_means(sampling: Sampling, values: FloatArray, inside: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means (p,) of complete columns (n, p) over a domain `inside` (n,), with their covariance (p, p)."""
    weights = sampling.weights * inside
    mass = weights.sum()
    estimate = weights @ values / mass
    if sampling.replication is None:
        return estimate, sampling.covariance(weights[:, None] * (values - estimate) / mass)
    sums = sampling.cluster_sums(np.column_stack([weights[:, None] * values, weights]))
    replicates = sampling.replication.totals(sums)
    with np.errstate(invalid="ignore", divide="ignore"):
        return estimate, sampling.replication.covariance(replicates[:, :-1] / replicates[:, -1:])


def t_interval(found: Estimated, conf_level: float) -> Interval:
    """estimate -+ t(df) error. In R: `confint(svymean(...), df = degf(design))`."""
    reach = special.stdtrit(np.where(found.df > 0, found.df, np.nan), (1 + conf_level) / 2) * found.std_error
    return found.estimate - reach, found.estimate + reach


def logit_interval(found: Estimated, conf_level: float) -> Interval:
    """A t interval of the log odds of a share, turned back; NaN at 0 and 1. In R: `svyciprop(~x, design, "logit")`."""
    p = np.where((found.estimate > 0) & (found.estimate < 1), found.estimate, np.nan)
    reach = special.stdtrit(np.where(found.df > 0, found.df, np.nan), (1 + conf_level) / 2)
    half = reach * found.std_error / (p * (1 - p))
    return np.asarray(special.expit(special.logit(p) - half)), np.asarray(special.expit(special.logit(p) + half))


def korn_graubard(found: Estimated, weights: FloatArray, conf_level: float) -> Interval:
    """Exact binomial interval on the effective number of rows, for shares of 0 and 1 where no error can be estimated.

    The effective number is n over Kish's design effect. Source: Korn & Graubard 1998.
    """
    n = found.n / max(kish(weights)[0], 1.0)
    x, tail = found.estimate * n, (1 - conf_level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(x > 0, stats.beta.ppf(tail, np.maximum(x, 1e-9), n - x + 1), 0.0)
        high = np.where(x < n, stats.beta.ppf(1 - tail, x + 1, np.maximum(n - x, 1e-9)), 1.0)
    return np.where(n > 0, low, np.nan), np.where(n > 0, high, np.nan)


def quantile(values: FloatArray, weights: FloatArray, share: float) -> float:
    """The smallest value at which the weighted distribution reaches `share`; NaN outside 0..1 or without rows.

    Where it is reached exactly, the value at which it is. In R: `svyquantile(..., qrule = "math")`.
    """
    used = ~np.isnan(values) & (weights > 0)
    if not used.any() or not 0 <= share <= 1:
        return float("nan")
    order = np.argsort(values[used], kind="stable")
    cumulative = np.cumsum(weights[used][order])
    at = int(np.searchsorted(cumulative, share * cumulative[-1] * (1 - 1e-14), side="left"))
    return float(values[used][order][min(at, len(order) - 1)])


def woodruff(
    sampling: Sampling, values: FloatArray, share: float, conf_level: float
) -> tuple[float, float, float, Estimated]:
    """A quantile with the interval of Woodruff (1952): that of the share at or below it, read off the distribution."""
    point = quantile(values, sampling.weights, share)
    below = np.where(np.isnan(values), np.nan, values <= point)[:, None]
    found = means(sampling, below)
    low, high = t_interval(found, conf_level)
    return (
        point,
        quantile(values, sampling.weights, float(low[0])),
        quantile(values, sampling.weights, float(high[0])),
        found,
    )


def alpha(sampling: Sampling, values: FloatArray) -> Estimated:
    """Cronbach's alpha of items (n, k), turned the same way, over the complete rows.

    k / (k - 1) (1 - tr C / sum C) of the weighted covariances; its error from the influence of each row on tr C and
    sum C, or from replicates. In R: `svycralpha(~a + b, design)`, without the error.
    """
    inside = (~np.isnan(values).any(axis=1) & (sampling.weights > 0)).astype(np.float64)
    weights = sampling.weights * inside
    k, mass = values.shape[1], weights.sum()
    df, n = degrees(sampling, inside[:, None]), inside.sum()
    nothing = Estimated(np.full(1, np.nan), np.full(1, np.nan), df, np.full(1, n), np.full(1, np.nan))
    if k < 2 or n < 2:
        return nothing
    filled = np.where(inside[:, None] > 0, values, 0.0)
    centred = filled - weights @ filled / mass
    squares, total = (centred**2).sum(axis=1), centred.sum(axis=1) ** 2
    trace, whole = weights @ squares / mass, weights @ total / mass
    if not whole > 0:
        return nothing
    estimate = k / (k - 1) * (1 - trace / whole)
    if sampling.replication is None:
        influence = weights / mass * -(k / (k - 1)) / whole * (squares - trace / whole * total)
        variance = sampling.variances(influence[:, None])[0]
    else:
        columns = np.column_stack([np.ones(len(centred)), centred, squares, centred.sum(axis=1), total])
        parts = sampling.replication.totals(sampling.cluster_sums(weights[:, None] * columns))
        with np.errstate(invalid="ignore", divide="ignore"):
            parts = parts[:, 1:] / parts[:, :1]
            own = parts[:, k] - (parts[:, :k] ** 2).sum(axis=1)
            both = parts[:, k + 2] - parts[:, k + 1] ** 2
            variance = _spread((k / (k - 1) * (1 - own / both))[:, None], sampling)[0]
    error = np.sqrt(variance) if df[0] > 0 else np.nan
    return Estimated(np.array([estimate]), np.array([error]), df, np.array([n]), np.full(1, np.nan))
