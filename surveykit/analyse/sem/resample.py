"""Resamples of a fitted model's data, and the model fitted to every one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.compiled import Restriction, restrictions
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.ordered import levels_of, ordered_statistics
from surveykit.analyse.sem.samples import Sample
from surveykit.analyse.sem.solve import minimum_of
from surveykit.errors import SurveykitError
from surveykit.stats.sem_batch import DrawnGroup, DrawnSample, DrawnSystem
from surveykit.stats.sem_batch_minimise import minimise_all
from surveykit.stats.sem_missing import MissingMoments
from surveykit.stats.sem_normal import NormalMoments
from surveykit.stats.sem_ram import MEAN
from surveykit.stats.sem_resample import OrderedRows, missing_draws, moments_of, normal_draws, resampled_counts
from surveykit.stats.sem_system import Discrepancy, Group, System, inverse_within
from surveykit.stats.sem_weighted import WeightedStatistics, continuous_statistics

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_CELLS = 6_000_000
"""Numbers held at a time for the moments of a block of draws."""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Estimates (b, q) of the draws that have any, the values of all rows of the table (b, R), and how
    many draws were made."""

    theta: FloatArray
    rows: FloatArray
    made: int


def fitted_draws(fitted: Fitted, n_boot: int, seed: int) -> Draws:
    """Fit the model to `n_boot` resamples.

    Rows are drawn with replacement within groups (whole clusters with `cluster=`), with their weights; covariates with
    fixed moments take those of the draw. All draws are fitted together from the estimates; the few that do not settle
    so, or break a constraint that is not a linear equality, are fitted one by one. A draw without a minimum (or, with
    ordered items, without one of the answers) has no estimates.
    """
    rng = np.random.default_rng(seed)
    rules = restrictions(fitted.made)
    start = fitted.solution.theta
    inverse = _inverse(fitted)
    found, rows = [], []
    for counts in _counts(fitted, rng, n_boot):
        theta = np.full((len(counts[0]), len(start)), np.nan)
        if _batched(fitted):
            system, good = _system(fitted, counts)
            minima = minimise_all(system, start, inverse)
            settled = good & minima.converged
            theta[settled] = minima.theta[settled]
            again = good & (~settled | _broken(rules, minima.theta))
            for draw in np.flatnonzero(again):
                theta[draw] = _alone(fitted, _one(fitted, system, int(draw)), rules)
            rows.append(_rows(fitted, system, theta))
        else:
            for draw in range(len(theta)):
                groups = _slow_groups(fitted, [own[draw] for own in counts])
                if groups is not None:
                    theta[draw] = _alone(fitted, groups, rules)
            rows.append(np.array([fitted.made.values(one) for one in theta]))
        found.append(theta)
    every = np.concatenate(found)
    usable = np.isfinite(every).all(axis=1)
    return Draws(every[usable], np.concatenate(rows)[usable], n_boot)


def _inverse(fitted: Fitted) -> FloatArray:
    """Inverse information of the sample within the equality constraints."""
    inverse = fitted.solution.inverse
    if not np.isfinite(inverse).all() or np.linalg.eigvalsh(inverse)[0] < -1e-8 * np.abs(inverse).max():
        _, information = fitted.made.system.step(fitted.solution.theta)
        inverse, _ = inverse_within(information, fitted.solution.basis)
    if not (fitted.solution.minimum.converged and np.isfinite(inverse).all()):
        raise SurveykitError.of("SEM-NO-BOOTSTRAP")
    return inverse


def _batched(fitted: Fitted) -> bool:
    for group, sample in zip(fitted.made.system.groups, fitted.samples, strict=True):
        if isinstance(group.sample, WeightedStatistics) and (
            group.sample.weight.ndim == 2 or sample.weights is not None or len(group.sample.layout.mean_of)
        ):
            return False
    return True


def _counts(fitted: Fitted, rng: np.random.Generator, n_boot: int) -> Iterator[list[FloatArray]]:
    """Blocks of draws: for each group how often each row is drawn, (b, n)."""
    cells = 1
    for sample in fitted.samples:
        p = len(sample.names)
        patterns = 1 if sample.patterns is None else len(sample.patterns.seen)
        cells += sample.n + 8 * patterns * p * p
    width = max(1, min(n_boot, _CELLS // cells))
    clusters = [sample.clusters for sample in fitted.samples]
    for begin in range(0, n_boot, width):
        size = min(width, n_boot - begin)
        shared = [own for own in clusters if own is not None]
        if not shared:
            yield [resampled_counts(rng, size, sample.n) for sample in fitted.samples]
            continue
        every = np.concatenate(shared)
        if len(np.unique(every)) < sum(len(np.unique(own)) for own in shared):
            ends = np.cumsum([len(own) for own in shared])[:-1]
            yield np.split(resampled_counts(rng, size, len(every), every), ends, axis=1)
        else:
            yield [resampled_counts(rng, size, len(own), own) for own in shared]


def _system(fitted: Fitted, counts: list[FloatArray]) -> tuple[DrawnSystem, BoolArray]:
    good = np.ones(len(counts[0]), dtype=bool)
    rows = np.stack([own.sum(axis=1) for own in counts], axis=1)
    share = rows / rows.sum(axis=1, keepdims=True)
    groups = []
    levels = levels_of(fitted.samples, fitted.settings.ordered) if fitted.settings.ordered else {}
    for g, (group, sample) in enumerate(zip(fitted.made.system.groups, fitted.samples, strict=True)):
        assert sample.rows is not None
        weight = counts[g] if sample.weights is None else counts[g] * sample.weights
        drawn: DrawnSample
        if isinstance(group.sample, MissingMoments):
            assert sample.patterns is not None
            drawn = missing_draws(sample.patterns, weight)
        elif isinstance(group.sample, WeightedStatistics):
            answers = OrderedRows.of(sample.rows, [levels[name] for name in sample.names], group.sample.layout)
            drawn, usable = answers.draws(weight, fitted.recipe.discrepancy, group.sample.theta)
            good &= usable
        else:
            assert isinstance(group.sample, NormalMoments)
            drawn = normal_draws(sample.rows, weight, fitted.means, group.sample.method, not fitted.recipe.likelihood)
        values = _values(fitted, group, sample, weight)
        groups.append(
            DrawnGroup(group.shape, group.elements, values, group.parameter, share[:, g], drawn, group.derived)
        )
    return DrawnSystem(tuple(groups), fitted.made.system.size), good


def _values(fitted: Fitted, group: Group, sample: Sample, weight: FloatArray) -> FloatArray:
    """Element values (b, K), with the draws' own moments of covariates that are taken as they are."""
    values = np.tile(group.values, (len(weight), 1))
    covariates = [sample.names.index(name) for name in fitted.fixed_x]
    if not covariates:
        return values
    assert sample.rows is not None
    mean, covariance = moments_of(sample.rows[:, covariates], weight)
    elements = group.elements
    inside = np.isin(elements.row, covariates) & (group.parameter < 0)
    place = {name: at for at, name in enumerate(covariates)}
    for at in np.flatnonzero(inside):
        row, col = int(elements.row[at]), int(elements.col[at])
        if elements.kind[at] == MEAN:
            values[:, at] = mean[:, place[row]]
        elif col in place:
            values[:, at] = covariance[:, place[row], place[col]]
    return values


def _broken(rules: list[Restriction], theta: FloatArray) -> BoolArray:
    """Draws that break a constraint."""
    broken = np.zeros(len(theta), dtype=bool)
    for rule in rules:
        for draw in np.flatnonzero(np.isfinite(theta).all(axis=1)):
            value = rule.function(theta[draw])[0]
            broken[draw] |= abs(value) > 1e-6 if rule.equality else value < -1e-9
    return broken


def _one(fitted: Fitted, system: DrawnSystem, draw: int) -> tuple[Group, ...] | None:
    try:
        return tuple(
            replace(group, values=drawn.values[draw], share=float(drawn.share[draw]), sample=drawn.sample.one(draw))
            for group, drawn in zip(fitted.made.system.groups, system.groups, strict=True)
        )
    except np.linalg.LinAlgError:
        return None


def _slow_groups(fitted: Fitted, counts: list[FloatArray]) -> tuple[Group, ...] | None:
    """One draw of statistics with a full weight matrix, of mixed or of weighted ordered answers."""
    samples = []
    for sample, own in zip(fitted.samples, counts, strict=True):
        assert sample.rows is not None
        index = np.repeat(np.arange(sample.n), own.astype(np.int64))
        weights = None if sample.weights is None else sample.weights[index]
        samples.append(replace(sample, rows=sample.rows[index], weights=weights, n=len(index)))
    made: list[Discrepancy] = []
    try:
        if fitted.settings.ordered:
            if levels_of(samples, fitted.settings.ordered) != levels_of(fitted.samples, fitted.settings.ordered):
                return None
            theta = fitted.settings.parameterization == "theta"
            made += ordered_statistics(samples, fitted.settings.ordered, fitted.recipe, theta)[1]
        else:
            made += [continuous_statistics(sample.rows, fitted.means) for sample in samples if sample.rows is not None]
    except (SurveykitError, np.linalg.LinAlgError):
        return None
    return tuple(replace(group, sample=one) for group, one in zip(fitted.made.system.groups, made, strict=True))


def _alone(fitted: Fitted, groups: tuple[Group, ...] | None, rules: list[Restriction]) -> FloatArray:
    """The estimates of one draw, NaN where it has none."""
    start = fitted.solution.theta
    if groups is None:
        return np.full(len(start), np.nan)
    made = replace(fitted.made, system=System(groups, fitted.made.system.size), start=start)
    found, _ = minimum_of(made, rules)
    return found.theta if found.converged else np.full(len(start), np.nan)


def _rows(fitted: Fitted, system: DrawnSystem, theta: FloatArray) -> FloatArray:
    """Values of all rows of the table (b, R): free, fixed, and residual variances that follow from scales."""
    made = fitted.made
    out = np.tile(np.array([row.value for row in made.table.rows]), (len(theta), 1))
    free = made.parameter >= 0
    out[:, free] = theta[:, made.parameter[free]]
    usable = np.flatnonzero(np.isfinite(theta).all(axis=1))
    for g, group in enumerate(system.groups, start=1):
        if len(group.derived) == 0 or len(usable) == 0:
            continue
        residual = group.take(usable).at(theta[usable]).residual
        for at, row in enumerate(made.table.rows):
            if row.group == g and row.op == "~~" and row.lhs == row.rhs and made.element[at] < 0:
                place = made.variables.index(row.lhs)
                out[usable, at] = residual[:, place, place]
    return out
