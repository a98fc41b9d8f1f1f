"""Ordered answers of each group as the vector of statistics that weighted least squares fits."""

from __future__ import annotations

from collections.abc import Sequence

from surveykit.analyse.sem.recipes import Recipe
from surveykit.analyse.sem.samples import Sample
from surveykit.errors import Problem
from surveykit.stats.sem_weighted import WeightedStatistics


def thresholds_of(samples: Sequence[Sample], ordered: Sequence[str]) -> dict[str, int]:
    raise NotImplementedError


def ordered_statistics(
    samples: Sequence[Sample], ordered: Sequence[str], recipe: Recipe, theta: bool
) -> tuple[list[WeightedStatistics], list[Problem]]:
    raise NotImplementedError


def catml(fitted):
    return None
