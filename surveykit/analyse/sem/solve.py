"""Estimates a compiled model: the minimum, the covariance matrix of the parameters, the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from surveykit.analyse.sem.compiled import Compiled, Restriction, restrictions
from surveykit.analyse.sem.recipes import Recipe
from surveykit.analyse.sem.samples import Sample
from surveykit.stats.sem_gamma import normal_parts
from surveykit.stats.sem_minimise import Minimum, minimise
from surveykit.stats.sem_missing import MissingMoments
from surveykit.stats.sem_normal import NormalMoments
from surveykit.stats.sem_robust import (
    Rows,
    Test,
    cross_products,
    mean_scaled,
    plain_test,
    saturated_trace,
    scaled_shifted,
    score_rows,
    weighted_trace,
)
from surveykit.stats.sem_system import Evaluation, Group, inverse_within, null_space
from surveykit.stats.sem_weighted import RobustParts, WeightedStatistics, robust_parts

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Estimates (q,) with their covariance matrix (NaN where not determined).

    `inverse` is the inverse of the information that the errors and tests use, per row; `meat` the sandwich's inner part
    (None without robust errors); `basis` (q, r) the directions that equality constraints leave; `loose` (q, m) the
    directions that the data do not determine.
    """

    theta: FloatArray
    minimum: Minimum
    covariance: FloatArray
    inverse: FloatArray
    meat: FloatArray | None
    basis: FloatArray
    loose: FloatArray
    test: Test
    n: float


def solve(made: Compiled, samples: Sequence[Sample], recipe: Recipe, df: int) -> Solution:
    """Estimate; `df` are the degrees of freedom before equality constraints are counted."""
    system = made.system
    rules = restrictions(made)
    minimum, basis = minimum_of(made, rules)
    theta = minimum.theta
    n = float(sum(sample.n for sample in samples))
    active = [rule for rule in rules if rule.equality or rule.function(theta)[0] < 1e-7]
    if len(active) > sum(rule.equality for rule in rules):
        within = null_space(np.array([rule.function(theta)[1] for rule in active]), system.size)
    else:
        within = basis
    df = df - basis.shape[1]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        errors = _errors(made, samples, recipe, theta, within, n)
        test = _test(made, samples, recipe, minimum, errors, df, n)
    return Solution(theta, minimum, errors.covariance, errors.inverse, errors.meat, basis, errors.loose, test, n)


def minimum_of(made: Compiled, rules: list[Restriction]) -> tuple[Minimum, FloatArray]:
    """The minimum under the rules, and the directions (q, r) that the equalities leave."""
    system = made.system
    missing = any(isinstance(group.sample, MissingMoments) for group in system.groups)
    complete = all(isinstance(group.sample, NormalMoments) for group in system.groups)
    size = system.size
    start = made.start
    equal = [rule for rule in rules if rule.equality]
    basis = np.eye(size)
    evaluation = Evaluation(system)
    if missing:
        start = _near(made, start)
    curved = evaluation.hessian if complete else None
    if equal:
        here = [rule.function(start) for rule in equal]
        elsewhere = [rule.function(start + 0.1 + 0.01 * np.arange(size)) for rule in equal]
        jacobian = np.array([slope for _, slope in here])
        basis = null_space(jacobian, size)
        linear = all(np.allclose(a[1], b[1], atol=1e-10) for a, b in zip(here, elsewhere, strict=True))
        if not linear:
            found = _constrained(made, start, rules)
            slopes = np.array([rule.function(found.theta)[1] for rule in equal])
            return found, null_space(slopes, size)
        gap = np.array([value for value, _ in here])
        start = start - np.linalg.pinv(jacobian) @ gap
    found = minimise(evaluation.value, evaluation.step, start, basis, curved)
    if not found.converged:
        again = minimise(evaluation.value, evaluation.step, _plain(made, start), basis, curved)
        found = again if again.converged or again.value < found.value else found
    if any(rule.function(found.theta)[0] < -1e-9 for rule in rules if not rule.equality):
        found = _constrained(made, found.theta, rules)
    return found, basis


def _near(made: Compiled, start: FloatArray) -> FloatArray:
    """The estimates from the moments of all answers as if they were complete: close to those of the likelihood."""
    groups = tuple(
        replace(group, sample=NormalMoments.of(1, group.sample.covariance, group.sample.mean))
        if isinstance(group.sample, MissingMoments) else group
        for group in made.system.groups
    )  # fmt: skip
    system = replace(made.system, groups=groups)
    evaluation = Evaluation(system)
    found = minimise(evaluation.value, evaluation.step, start, np.eye(system.size), evaluation.hessian, 1e-8)
    return found.theta if found.converged else start


def _plain(made: Compiled, start: FloatArray) -> FloatArray:
    """Other starting values, for a second try: loadings of middling size, small factor variances."""
    plain = start.copy()
    for p, at in enumerate(made.first_row):
        row = made.table.rows[at]
        if row.start is None and row.op == "=~":
            plain[p] = np.sign(start[p] or 1.0) * min(max(abs(start[p]), 0.3), 2.0)
        elif row.start is None and row.op == "~~" and row.lhs == row.rhs and row.lhs in made.table.roles.latent:
            plain[p] = 0.05
    return plain


def _constrained(made: Compiled, start: FloatArray, rules: list[Restriction]) -> Minimum:
    """Sequential quadratic programming with exact gradients, for constraints that are not linear equalities."""
    system = made.system
    large = 1e10

    def objective(theta: FloatArray) -> float:
        value = system.value(theta)
        return value if np.isfinite(value) else large

    def slope(theta: FloatArray) -> FloatArray:
        return system.step(theta)[0]

    constraints = [
        {
            "type": "eq" if rule.equality else "ineq",
            "fun": lambda theta, rule=rule: rule.function(theta)[0],
            "jac": lambda theta, rule=rule: rule.function(theta)[1],
        }
        for rule in rules
    ]
    found = optimize.minimize(
        objective, start, jac=slope, method="SLSQP", constraints=constraints, options={"ftol": 1e-14, "maxiter": 1000}
    )
    met = all(
        abs(rule.function(found.x)[0]) < 1e-6 if rule.equality else rule.function(found.x)[0] > -1e-6 for rule in rules
    )
    done = bool(met and (found.success or found.status == 8))
    return Minimum(np.asarray(found.x), float(found.fun), int(found.nit), done, float("nan"))


@dataclass(frozen=True, slots=True, eq=False)
class _Errors:
    covariance: FloatArray
    inverse: FloatArray
    loose: FloatArray
    meat: FloatArray | None


def rows_of(sample: Sample) -> Rows:
    """The rows of a sample, for scores."""
    assert sample.rows is not None
    return Rows(sample.rows, sample.weights, sample.clusters)


def _errors(
    made: Compiled, samples: Sequence[Sample], recipe: Recipe, theta: FloatArray, basis: FloatArray, n: float
) -> _Errors:
    system = made.system
    missing = any(isinstance(group.sample, MissingMoments) for group in system.groups)
    if any(isinstance(group.sample, WeightedStatistics) for group in system.groups):
        information = system.step(theta)[1]
        inverse, loose = inverse_within(information, basis)
        divisor = n - len(samples)
        if recipe.errors == "standard":
            return _Errors(inverse / divisor, inverse, loose, None)
        meat = np.zeros((system.size, system.size))
        for group in system.groups:
            spread = group.spread(system.size)
            meat += group.share * (spread.T @ robust_parts(group.sample, group.at(theta)).meat @ spread)
        return _Errors(inverse @ meat @ inverse / divisor, inverse, loose, meat)
    observed = missing or recipe.errors == "huber_white"
    information = system.hessian(theta) if observed else system.step(theta)[1]
    meat = None
    if recipe.errors != "standard" or recipe.test in ("satorra_bentler", "yuan_bentler"):
        scores = []
        for group, sample in zip(system.groups, samples, strict=True):
            part = score_rows(
                group, group.at(theta), rows_of(sample), fixed_places(made), expected=recipe.errors == "robust_sem"
            )
            scores.append(part @ group.spread(system.size))
        clusters = [s.clusters for s in samples]
        joined = None if clusters[0] is None else np.concatenate([c for c in clusters if c is not None])
        meat = cross_products(np.concatenate(scores), joined) / n
    if recipe.errors == "first_order":
        assert meat is not None
        information = meat
    inverse, loose = inverse_within(information, basis)
    covariance = inverse / (n if recipe.likelihood else n - len(samples))
    if recipe.errors in ("huber_white", "robust_sem") and meat is not None:
        covariance = inverse @ meat @ inverse / n
    return _Errors(covariance, inverse, loose, meat)


def _test(
    made: Compiled,
    samples: Sequence[Sample],
    recipe: Recipe,
    minimum: Minimum,
    errors: _Errors,
    df: int,
    n: float,
) -> Test:
    system = made.system
    stat = 2 * n * minimum.value
    weighted = [group.sample for group in system.groups if isinstance(group.sample, WeightedStatistics)]
    if weighted:
        each = [
            2 * sample.value(group.at(minimum.theta)) for group, sample in zip(system.groups, weighted, strict=True)
        ]
        stat = float(np.dot([sample.n - 1 for sample in weighted], each))
    elif not recipe.likelihood:
        stat = sum(
            2 * (sample.n - 1) * group.sample.value(group.at(minimum.theta))
            for group, sample in zip(system.groups, samples, strict=True)
        )
    if recipe.test == "none" or df < 0 or not np.isfinite(errors.inverse).all():
        return plain_test(stat, df)
    if recipe.test == "yuan_bentler":
        assert errors.meat is not None
        top = sum(
            saturated_trace(group.sample, rows_of(sample), fixed_places(made))  # type: ignore[arg-type]
            for group, sample in zip(system.groups, samples, strict=True)
        )
        return mean_scaled(stat, df, top - float((errors.inverse * errors.meat).sum()))
    if weighted or recipe.test == "scaled_shifted":
        trace, square = _traces(made, samples, minimum.theta, errors.inverse)
        return (
            mean_scaled(stat, df, trace)
            if recipe.test == "satorra_bentler"
            else scaled_shifted(stat, df, trace, square)
        )
    assert errors.meat is not None
    top = sum(
        weighted_trace(group, group.at(minimum.theta), rows_of(sample), fixed_places(made))
        for group, sample in zip(system.groups, samples, strict=True)
    )
    return mean_scaled(stat, df, top - float((errors.inverse * errors.meat).sum()))


def fixed_places(made: Compiled) -> IntArray:
    """Places of the covariates whose moments are taken as they are."""
    names = [row.lhs for row in made.table.rows if row.exogenous and row.lhs == row.rhs and row.group == 1]
    return np.array([made.variables.index(name) for name in names], dtype=np.int64)


def _parts(made: Compiled, group: Group, sample: Sample, theta: FloatArray) -> RobustParts:
    if isinstance(group.sample, NormalMoments):
        return normal_parts(group.sample, group.at(theta), rows_of(sample), fixed_places(made))
    return robust_parts(group.sample, group.at(theta))


def _traces(made: Compiled, samples: Sequence[Sample], theta: FloatArray, inverse: FloatArray) -> tuple[float, float]:
    """tr(U Gamma) and tr(U Gamma U Gamma) of all groups together."""
    system = made.system
    first = second = 0.0
    meats = []
    for group, sample in zip(system.groups, samples, strict=True):
        part = _parts(made, group, sample, theta)
        pulled = part.weighted(part.slopes @ group.spread(system.size))
        spread = part.gamma @ pulled
        meat = group.share * (pulled.T @ spread)
        own, square = part.weighted_gamma()
        first += own - float((inverse * meat).sum())
        second += square - 2 * group.share * float((inverse * (spread.T @ part.weighted(spread))).sum())
        meats.append(inverse @ meat)
    together = sum(meats)
    return first, second + float((together * np.asarray(together).T).sum())
