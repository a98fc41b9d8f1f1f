"""Ordered answers of each group as the vector of statistics that weighted least squares fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.recipes import Recipe
from surveykit.analyse.sem.samples import Sample
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.ordinal import OrdinalMoments
from surveykit.stats.sem_weighted import Layout, WeightedStatistics

MOST_CATEGORIES = 20


def thresholds_of(samples: Sequence[Sample], ordered: Sequence[str]) -> dict[str, int]:
    """Number of thresholds of each ordered item: categories of all groups, less one."""
    return {name: len(levels) - 1 for name, levels in levels_of(samples, ordered).items()}


def levels_of(samples: Sequence[Sample], ordered: Sequence[str]) -> dict[str, tuple[float, ...]]:
    """The codes of each ordered item, over all groups."""
    found: dict[str, tuple[float, ...]] = {}
    for name in ordered:
        at = samples[0].names.index(name)
        codes = np.unique(np.concatenate([sample.rows[:, at] for sample in samples if sample.rows is not None]))
        if len(codes) > MOST_CATEGORIES:
            raise SurveykitError.of("SEM-MANY-CATEGORIES", f"item {name}", found=len(codes), most=MOST_CATEGORIES)
        found[name] = tuple(float(code) for code in codes)
    return found


def ordered_statistics(
    samples: Sequence[Sample], ordered: Sequence[str], recipe: Recipe, theta: bool
) -> tuple[list[Sample], list[WeightedStatistics], list[Problem]]:
    """Samples with polychoric moments, their statistics with weights, and what was noted on the way.

    Every group has every category of every item, else the statistics of the groups are not the same ones.
    """
    levels = levels_of(samples, ordered)
    fresh: list[Sample] = []
    parts: list[WeightedStatistics] = []
    problems: list[Problem] = []
    for sample in samples:
        assert sample.rows is not None
        moments = OrdinalMoments.of(
            sample.rows,
            sample.names,
            ordered,
            [levels.get(name) for name in sample.names],
            sample.weights,
        )
        problems += moments.problems
        if not np.isfinite(moments.nacov).all():
            raise SurveykitError(list(moments.problems) or [Problem.of("SEM-ORDERED-UNDEFINED", sample.label)])
        fresh.append(replace(sample, covariance=moments.covariance, mean=np.where(moments.ordered, 0.0, moments.mean)))
        parts.append(_statistics(moments, recipe, theta))
    return fresh, parts, problems


def _statistics(moments: OrdinalMoments, recipe: Recipe, theta: bool) -> WeightedStatistics:
    """The statistics in this package's order: thresholds, means, variances, covariances."""
    p = len(moments.names)
    is_threshold: list[bool] = []
    variable: list[int] = []
    step: list[int] = []
    for at, (ordered, cuts) in enumerate(zip(moments.ordered, moments.thresholds, strict=True)):
        count = len(cuts) if ordered else 1
        is_threshold += [bool(ordered)] * count
        variable += [at] * count
        step += list(range(count))
    first = np.array(is_threshold)
    who, which = np.array(variable, dtype=np.int64), np.array(step, dtype=np.int64)
    order = np.concatenate([np.flatnonzero(first), np.flatnonzero(~first)])
    order = np.concatenate([order, np.arange(len(first), len(moments.statistics))])
    sign = np.ones(len(moments.statistics))
    sign[: len(first)][~first] = -1.0
    continuous = np.flatnonzero(~moments.ordered).astype(np.int64)
    above = np.triu_indices(p, 1)
    layout = Layout(
        who[first],
        which[first],
        who[~first],
        np.concatenate([continuous, above[1]]).astype(np.int64),
        np.concatenate([continuous, above[0]]).astype(np.int64),
        np.flatnonzero(moments.ordered).astype(np.int64),
    )
    gamma = moments.nacov
    if not first.all():
        gamma = (gamma * np.multiply.outer(sign, sign))[np.ix_(order, order)]
    return WeightedStatistics(
        moments.n, (moments.statistics * sign)[order], gamma, _weight(gamma, recipe, moments), layout, theta
    )


def _weight(gamma: NDArray[np.float64], recipe: Recipe, moments: OrdinalMoments) -> NDArray[np.float64]:
    if recipe.discrepancy == "ULS":
        return np.ones(len(gamma))
    if recipe.discrepancy == "DWLS":
        return np.asarray(1 / np.diag(gamma))
    values = np.linalg.eigvalsh(gamma)
    if values[0] < 1e-10 * values[-1]:
        raise SurveykitError.of("SEM-WLS-ROWS", "", n=moments.n, statistics=len(gamma))
    return np.asarray(np.linalg.inv(gamma))
