"""Fit measures of a fitted model, under lavaan's names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.samples import Sample
from surveykit.analyse.sem.solve import fixed_places, rows_of
from surveykit.stats.sem_catml import categorical_fit
from surveykit.stats.sem_fiml_fit import complete_factor
from surveykit.stats.sem_indices import Robust, indices
from surveykit.stats.sem_missing import MissingMoments
from surveykit.stats.sem_normal import NormalMoments
from surveykit.stats.sem_ram import Point
from surveykit.stats.sem_robust import saturated_model
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]


def measures(fitted: Fitted) -> dict[str, float]:
    """chisq, df, pvalue, incremental and RMSEA measures, srmr, likelihood and information criteria, gfi."""
    solution = fitted.solution
    null = None if fitted.baseline is None else fitted.baseline.test
    groups = len(fitted.samples)
    out = {"npar": float(solution.basis.shape[1]), "fmin": solution.minimum.value, "ntotal": float(fitted.n)}
    robust = None
    if null is not None and solution.test.df > 0 and _missing(fitted):
        robust = _complete(fitted)
    elif null is not None and np.isfinite(solution.test.scaled):
        if fitted.settings.ordered:
            robust = _categorical(fitted)
        elif np.isnan(solution.test.shift):
            test = solution.test
            robust = Robust(test.stat, test.factor, test.scaled, null.stat, null.factor, test.df)
    size = fitted.n if fitted.recipe.likelihood else fitted.n - groups
    out |= indices(solution.test, null, size, groups, robust)
    out |= _likelihood(fitted)
    out |= _residual_sizes(fitted)
    out["gfi"] = _gfi(fitted)
    return out


def _missing(fitted: Fitted) -> bool:
    return any(isinstance(group.sample, MissingMoments) for group in fitted.made.system.groups)


def _complete(fitted: Fitted) -> Robust:
    """Complete-data statistics of the EM moments, with the factors that allow for the missing answers."""
    assert fitted.baseline is not None and fitted.bare is not None
    exogenous = fixed_places(fitted.made)
    groups = fitted.made.system.groups
    rows = [rows_of(sample) for sample in fitted.samples]
    saturated = [
        saturated_model(group.sample, own, exogenous)  # type: ignore[arg-type]
        for group, own in zip(groups, rows, strict=True)
    ]
    robust = bool(np.isfinite(fitted.solution.test.scaled))
    found: list[float] = []
    for made, solution in ((fitted.made, fitted.solution), (fitted.bare, fitted.baseline)):
        points = [group.at(solution.theta) for group in made.system.groups]
        factor = complete_factor(made.system.groups, points, saturated, rows, solution.basis, robust)
        stat = sum(
            2 * sample.n * NormalMoments.of(sample.n, sample.covariance, sample.mean).value(point)
            for sample, point in zip(fitted.samples, points, strict=True)
        )
        found += [stat, factor / solution.test.df]
    return Robust(found[0], found[1], found[0] / found[1], found[2], found[3], fitted.solution.test.df)


def _categorical(fitted: Fitted) -> Robust | None:
    """The likelihood of polychoric correlations, where every variable is ordered."""
    made = fitted.made
    if len(fitted.settings.ordered) < made.n_observed:
        return None
    first = {int(p): made.table.rows[at].op for p, at in enumerate(made.first_row)}
    other = [p for p, op in first.items() if op not in ("|", "~1")]
    basis = fitted.solution.basis
    count = int(np.linalg.matrix_rank(basis[other])) if other else 0
    found = categorical_fit(made.system.groups, fitted.solution.theta, fitted.solution.inverse, count)
    if found is None:
        return None
    return Robust(found.stat, found.factor, found.stat / found.factor, found.null, found.null_factor, found.df)


def _likelihood(fitted: Fitted) -> dict[str, float]:
    """Log-likelihood given the fixed covariates, AIC, BIC and the sample-size adjusted BIC."""
    if not fitted.recipe.likelihood:
        return {}
    covariates = [fitted.made.variables.index(name) for name in fitted.fixed_x]
    top = 0.0
    for sample, group in zip(fitted.samples, fitted.made.system.groups, strict=True):
        if isinstance(group.sample, MissingMoments):
            top -= sample.n * group.sample.saturated
        else:
            top += saturated_log_likelihood(sample.covariance, sample.n)
        if covariates:
            top -= saturated_log_likelihood(sample.covariance[np.ix_(covariates, covariates)], sample.n)
    logl = top - fitted.n * fitted.solution.minimum.value
    npar, n = fitted.solution.basis.shape[1], fitted.n
    return {
        "logl": logl,
        "unrestricted.logl": top,
        "aic": 2 * npar - 2 * logl,
        "bic": npar * np.log(n) - 2 * logl,
        "bic2": npar * np.log((n + 2) / 24) - 2 * logl,
    }


def saturated_log_likelihood(covariance: FloatArray, n: float) -> float:
    """Normal log-likelihood at the sample's own moments (divisor n)."""
    p = len(covariance)
    return -n / 2 * (p * np.log(2 * np.pi) + float(np.linalg.slogdet(covariance)[1]) + p)


def _residual_sizes(fitted: Fitted) -> dict[str, float]:
    mixed = bool(fitted.settings.ordered) and len(fitted.settings.ordered) < fitted.made.n_observed
    names = ("srmr",) if mixed else ("rmr", "srmr", "crmr")
    sizes = dict.fromkeys(names, 0.0)
    theta = fitted.solution.theta
    for sample, group in zip(fitted.samples, fitted.made.system.groups, strict=True):
        point = group.at(theta)
        each: tuple[float, ...]
        if isinstance(group.sample, WeightedStatistics) and fitted.settings.ordered:
            each = _ordered_sizes(sample, group.sample, point)[1 if mixed else 0 : 2 if mixed else 3]
        else:
            mean = sample.mean if fitted.means else None
            each = _sizes(sample.covariance, mean, point.implied.sigma, point.implied.mu)
        for name, value in zip(names, each, strict=True):
            sizes[name] += sample.n / fitted.n * float(np.sqrt(value))
    return sizes


def _ordered_sizes(sample: Sample, statistics: WeightedStatistics, point: Point) -> tuple[float, float, float]:
    """Mean squares of rmr and crmr (thresholds and correlations, with and without the diagonal) and of srmr."""
    layout, p = statistics.layout, len(sample.names)
    rest = statistics.statistics - statistics.expected(point)
    sd = np.sqrt(np.diag(sample.covariance))
    squares = float(((rest[layout.pairs] / (sd[layout.row] * sd[layout.col])) ** 2).sum())
    cuts = rest[: len(layout.threshold_of)]
    every, lower = float((cuts**2).sum()) + squares, p * (p + 1) / 2
    return every / (len(cuts) + lower), squares / lower, every / (len(cuts) + lower - p)


def _sizes(
    covariance: FloatArray, mean: FloatArray | None, sigma: FloatArray, mu: FloatArray
) -> tuple[float, float, float]:
    p = len(covariance)
    lower = np.tril_indices(p)
    sd, model_sd = np.sqrt(np.diag(covariance)), np.sqrt(np.diag(sigma))
    raw = (covariance - sigma)[lower]
    standard = ((covariance - sigma) / np.outer(sd, sd))[lower]
    correlation = (covariance / np.outer(sd, sd) - sigma / np.outer(model_sd, model_sd))[lower]
    squares = [float((part**2).sum()) for part in (raw, standard, correlation)]
    count, count_correlations = p * (p + 1) / 2, p * (p - 1) / 2
    if mean is not None:
        gap = mean - mu
        squares[0] += float((gap**2).sum())
        squares[1] += float(((gap / sd) ** 2).sum())
        squares[2] += float(((gap / sd) ** 2).sum())
        count, count_correlations = count + p, count_correlations + p
    return squares[0] / count, squares[1] / count, squares[2] / max(count_correlations, 1)


def _gfi(fitted: Fitted) -> float:
    """1 - r' W r / s' W s; NaN with missing answers, for which no such weight is agreed upon."""
    total = 0.0
    for sample, group in zip(fitted.samples, fitted.made.system.groups, strict=True):
        point = group.at(fitted.solution.theta)
        if isinstance(group.sample, MissingMoments):
            return float("nan")
        if isinstance(group.sample, WeightedStatistics):
            rest = group.sample.statistics - group.sample.expected(point)
            seen = group.sample.statistics
            top, bottom = float(rest @ group.sample.weighted(rest)), float(seen @ group.sample.weighted(seen))
        else:
            assert isinstance(group.sample, NormalMoments)
            top, bottom = _quadratics(fitted, sample, group.sample, point)
        total += sample.n / fitted.n * (1 - top / bottom)
    return total


def _quadratics(fitted: Fitted, sample: Sample, moments: NormalMoments, point: Point) -> tuple[float, float]:
    covariance, mean = sample.covariance.copy(), sample.mean.copy()
    x = fixed_places(fitted.made)
    rest = covariance - point.implied.sigma
    covariance[np.ix_(x, x)] = 0.0
    mean[x] = 0.0
    if moments.method == "ULS":
        lower = np.tril_indices(len(covariance))
        return float((rest[lower] ** 2).sum()), float((covariance[lower] ** 2).sum())
    weight = np.linalg.inv(point.implied.sigma) if moments.fixed_weight is None else moments.fixed_weight
    gap, whole = weight @ rest, weight @ covariance
    top, bottom = float((gap * gap.T).sum()) / 2, float((whole * whole.T).sum()) / 2
    if moments.mean is not None:
        away = moments.mean - point.implied.mu
        top += float(away @ weight @ away)
        bottom += float(mean @ weight @ mean)
    return top, bottom
