"""Q2 of Stone and Geisser: how well omitted answers are foretold through the paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.pls import Blueprint
from surveykit.stats.pls_solution import solve

FloatArray = NDArray[np.float64]


def distance_for(n: int, wanted: int = 7) -> int:
    """The omission distance: `wanted`, or the next one that does not divide the number of rows."""
    while n % wanted == 0:
        wanted += 1
    return wanted


def blindfold(rows: FloatArray, plan: Blueprint, distance: int) -> FloatArray:
    """Cross-validated redundancy Q2 (m,) of constructs from item rows (n, p); NaN for those nothing explains.

    For each explained construct every `distance`-th answer, counted down its items, is left out in turn, replaced by
    the item's mean, the model fitted again, and the answer foretold by its loading times the score that the paths
    give. Q2 = 1 - sum of squared errors / sum of squares around the mean, standardised items. Source: Stone 1974;
    Geisser 1974; Chin 1998.
    """
    n, m = len(rows), plan.member.shape[1]
    explained = [j for j in range(m) if plan.paths[:, j].any()]
    standard = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    cases: list[tuple[int, NDArray[np.bool_], FloatArray]] = []
    covariances = []
    for j in explained:
        block = plan.blocks[j]
        cell = np.arange(n)[:, None] + n * np.arange(len(block))
        for turn in range(distance):
            out = cell % distance == turn
            part = np.where(out, np.nan, standard[:, block])
            middle, spread = np.nanmean(part, axis=0), np.nanstd(part, axis=0)
            spread = np.where(spread > 0, spread, np.nan)
            data = standard.copy()
            data[:, block] = np.where(out, 0.0, (standard[:, block] - middle) / spread)
            cases.append((j, out, (standard[:, block] - middle) / spread))
            covariances.append(np.cov(data, rowvar=False, ddof=0))
    found = solve(np.array(covariances), plan)
    errors, squares = np.zeros(m), np.zeros(m)
    for at, (j, out, truth) in enumerate(cases):
        before = np.flatnonzero(plan.paths[:, j])
        weights = found.weights[at][:, None] * plan.member[:, before]
        foretold = (standard @ weights) @ found.paths[at, before, j]
        gap = truth - foretold[:, None] * found.loadings[at, plan.blocks[j]]
        errors[j] += (gap[out] ** 2).sum()
        squares[j] += (truth[out] ** 2).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(squares > 0, 1 - errors / squares, np.nan)
