"""Polychoric correlations of all pairs of ordered answers, from their two-way tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.errors import Problem
from surveykit.stats import binormal
from surveykit.stats.arrays import frozen, standardise
from surveykit.stats.counts import Counts
from surveykit.stats.exact import FloatArray

_EDGE = 9.0
BOUND = 0.9995
_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Polychoric:
    """Correlations (p, p), thresholds of each variable, rows and empty cells of each pair.

    A correlation is NaN where it has no estimate; `problems` says why, and whether the matrix is
    positive definite.
    """

    names: tuple[str, ...]
    correlation: FloatArray
    thresholds: tuple[FloatArray, ...]
    pair_n: FloatArray
    empty_cells: NDArray[np.int64]
    problems: tuple[Problem, ...]


def thresholds(counts: ArrayLike) -> FloatArray:
    """Normal quantiles of the cumulative proportions, one fewer than levels; infinite at unused end levels.

    In R: `qnorm(cumsum(prop.table(table(x))))`, without the last.
    """
    tally = np.asarray(counts, dtype=np.float64)
    total = tally.sum()
    if total <= 0:
        return np.full(len(tally) - 1, np.nan)
    return np.asarray(special.ndtri(np.minimum(np.cumsum(tally)[:-1] / total, 1.0)))


def _framed(inner: FloatArray) -> FloatArray:
    return np.pad(inner, ((0, 0), (1, 1), (1, 1)))


def corner_density(row_cuts: FloatArray, column_cuts: FloatArray, rho: FloatArray) -> FloatArray:
    """Density (m, r + 1, c + 1) at every pair of cell borders, zero at the outer ones."""
    h = np.clip(row_cuts, -_EDGE, _EDGE)[:, :, None]
    k = np.clip(column_cuts, -_EDGE, _EDGE)[:, None, :]
    return _framed(binormal.density(h, k, rho[:, None, None]))


def differences(corners: FloatArray) -> FloatArray:
    """Cell values (m, r, c) of a function given at the cell borders."""
    return np.diff(np.diff(corners, axis=-1), axis=-2)


def probabilities(row_cuts: FloatArray, column_cuts: FloatArray, rho: FloatArray) -> FloatArray:
    """Cell probabilities (m, r, c) of m bivariate normals cut at thresholds (m, r - 1) and (m, c - 1)."""
    h, k = np.clip(row_cuts, -_EDGE, _EDGE), np.clip(column_cuts, -_EDGE, _EDGE)
    corners = _framed(np.empty((len(h), h.shape[1], k.shape[1])))
    corners[:, 1:-1, -1], corners[:, -1, 1:-1], corners[:, -1, -1] = special.ndtr(h), special.ndtr(k), 1.0
    nodes = binormal.node_count(rho)
    for count in np.unique(nodes):
        at = np.flatnonzero(nodes == count)
        corners[at, 1:-1, 1:-1] = binormal.cdf(h[at, :, None], k[at, None, :], rho[at, None, None])
    return differences(corners)


def _score(
    tables: FloatArray, row_cuts: FloatArray, column_cuts: FloatArray, rho: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """First derivative of each pair's log-likelihood and its expected information per row."""
    probability = np.maximum(probabilities(row_cuts, column_cuts, rho), 1e-15)
    slope = differences(corner_density(row_cuts, column_cuts, rho))
    first = (tables * slope / probability).sum(axis=(1, 2))
    information = np.where(probability > 1e-14, slope**2 / probability, 0.0).sum(axis=(1, 2))
    return first, information


def maximise(tables: FloatArray, row_cuts: FloatArray, column_cuts: FloatArray) -> FloatArray:
    """Correlations (m,) that maximise the likelihood of m tables (m, r, c), given their thresholds.

    Fisher scoring kept inside a shrinking bracket of the score's sign; NaN where the likelihood still
    grows at |rho| = .9995.
    """
    h, k = np.asarray(row_cuts, dtype=np.float64), np.asarray(column_cuts, dtype=np.float64)
    rows = tables.sum(axis=(1, 2))
    low, high = np.full(len(tables), -BOUND), np.full(len(tables), BOUND)
    rho = np.zeros(len(tables))
    active = np.arange(len(tables))
    for _ in range(_STEPS):
        first, information = _score(tables[active], h[active], k[active], rho[active])
        low[active] = np.where(first > 0, rho[active], low[active])
        high[active] = np.where(first > 0, high[active], rho[active])
        proposal = rho[active] + first / np.maximum(rows[active] * information, 1e-12)
        middle = (low[active] + high[active]) / 2
        inside = (proposal > low[active]) & (proposal < high[active])
        updated = np.where(inside, proposal, middle)
        settled = np.abs(updated - rho[active]) < 1e-10
        rho[active] = updated
        active = active[~settled]
        if not active.size:
            break
    return np.where(np.abs(rho) > BOUND - 1e-6, np.nan, rho)


def polychoric(counts: Counts) -> Polychoric:
    """Two-step maximum likelihood polychoric correlations (Olsson 1979), no continuity correction.

    Thresholds come from each variable's own counts (all rows that have it), then each correlation from
    its two-way table (rows that have both). A matrix that is not positive definite is returned as it is,
    with a Problem. Empty cells are counted over the answers that were used. In R: `psych::polychoric(x,
    correct = 0)$rho`, `lavaan::lavCor(x, ordered = ...)`.
    """
    names, p = counts.names, len(counts.names)
    cuts = tuple(thresholds(counts.univariate(name)) for name in names)
    used = [counts.univariate(name) > 0 for name in names]
    usable = [int(mask.sum()) > 1 for mask in used]
    correlation = np.full((p, p), np.nan)
    correlation[np.diag_indices(p)] = np.where(usable, 1.0, np.nan)
    pair_n, empty = np.zeros((p, p)), np.zeros((p, p), dtype=np.int64)
    groups: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for i, j in combinations(range(p), 2):
        table = counts.table(names[i], names[j])
        pair_n[i, j] = pair_n[j, i] = table.sum()
        empty[i, j] = empty[j, i] = int((table[np.ix_(used[i], used[j])] == 0).sum())
        if usable[i] and usable[j] and table.sum() > 0:
            groups[table.shape].append((i, j))
    problems = [
        Problem.of("STATS-POLY-LEVELS", f"item {name}", "warning")
        for name, enough in zip(names, usable, strict=True)
        if not enough
    ]
    for pairs in groups.values():
        stacked = np.array([counts.table(names[i], names[j]) for i, j in pairs], dtype=np.float64)
        rho = maximise(stacked, np.array([cuts[i] for i, _ in pairs]), np.array([cuts[j] for _, j in pairs]))
        for (i, j), value in zip(pairs, rho, strict=True):
            correlation[i, j] = correlation[j, i] = value
            if np.isnan(value):
                place = f"items {names[i]}, {names[j]}"
                problems.append(Problem.of("STATS-POLY-BOUNDARY", place, "warning", bound=BOUND))
    np.fill_diagonal(pair_n, [counts.univariate(name).sum() for name in names])
    above = np.triu(empty, 1)
    if above.any():
        tally = {"cells": int(above.sum()), "pairs": int((above > 0).sum())}
        problems.append(Problem.of("STATS-POLY-EMPTY", "", "note", **tally))
    if p and np.all(np.isfinite(correlation)):
        smallest = float(np.linalg.eigvalsh(correlation)[0])
        if smallest < 1e-8:
            problems.append(Problem.of("STATS-NOT-PD", "", "warning", eigenvalue=f"{smallest:.3g}"))
    frozen_cuts = tuple(frozen(one) for one in cuts)
    return Polychoric(names, frozen(correlation), frozen_cuts, frozen(pair_n), frozen(empty), tuple(problems))


def smoothed(correlation: ArrayLike) -> FloatArray:
    """The correlation matrix with its eigenvalues below 1e-12 raised to 1e-10, all rescaled to the old sum.

    A positive definite matrix comes back as it is; one with NaN cannot be smoothed and comes back too. In R:
    `psych::cor.smooth(correlation)`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    if not np.all(np.isfinite(matrix)):
        return matrix.copy()
    values, vectors = np.linalg.eigh(matrix)
    if values.min(initial=1.0) >= 1e-12:
        return matrix.copy()
    raised = np.where(values < 1e-12, 1e-10, values)
    raised *= len(matrix) / raised.sum()
    return standardise((vectors * raised) @ vectors.T)
