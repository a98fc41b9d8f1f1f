"""Fit indices under missing answers as they would be with complete ones: factors for the complete-data statistic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_ram import Point
from surveykit.stats.sem_robust import Rows, Saturated
from surveykit.stats.sem_system import Group, inverse_within

FloatArray = NDArray[np.float64]


def complete_factor(
    groups: Sequence[Group],
    points: Sequence[Point],
    saturated: Sequence[Saturated],
    rows: Sequence[Rows],
    basis: FloatArray,
    robust: bool,
) -> float:
    """df times the factor by which the complete-data statistic of the EM moments overstates misfit.

    `robust` allows for answers that are not normal. Source: Zhang & Savalei 2023, FIML-C (V6, and V3 when robust).
    """
    size = len(basis)
    slopes = [
        one.slopes(point) @ group.spread(size) for one, point, group in zip(saturated, points, groups, strict=True)
    ]
    information = sum(
        group.share * (part.T @ one.bread @ part) for group, one, part in zip(groups, saturated, slopes, strict=True)
    )
    inverse, _ = inverse_within(np.asarray(information), basis)
    total = 0.0
    if not robust:
        for group, one, part in zip(groups, saturated, slopes, strict=True):
            total += float(np.trace(np.linalg.solve(one.bread, one.complete)))
            total -= group.share * float((inverse * (part.T @ one.complete @ part)).sum())
        return total
    shared = np.zeros((size, size))
    crossed = np.zeros((size, size))
    meats = np.zeros((size, size))
    for group, one, part, own in zip(groups, saturated, slopes, rows, strict=True):
        meat = one.meat(own)
        meats += group.share * (part.T @ meat @ part)
        gamma = np.linalg.solve(one.bread, np.linalg.solve(one.bread, meat).T)
        pulled = one.complete @ part
        total += float((one.complete * gamma).sum())
        crossed += group.share * (pulled.T @ gamma @ one.bread @ part)
        shared += group.share * (part.T @ pulled)
    total -= 2 * float((inverse * crossed.T).sum())
    return total + float(np.trace(shared @ inverse @ meats @ inverse))
