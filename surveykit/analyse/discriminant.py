"""HTMT and HTMT2 of every pair of constructs, with intervals from resampled respondents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.constructs import Constructs
from surveykit.errors import Problem
from surveykit.stats.bootstrap_bounds import bca, percentile
from surveykit.stats.htmt import Htmt, htmt
from surveykit.stats.resampled_moments import left_out_correlations, resampled_correlations
from surveykit.stats.resampled_polychoric import resampled_polychoric

COLUMNS = ("scale", "scale2", "measure", "estimate", "std_error", "conf_low", "conf_high", "n_items", "method")


def _stacked(found: Iterable[Htmt]) -> NDArray[np.float64]:
    return np.concatenate([np.concatenate([one.arithmetic, one.geometric], axis=1) for one in found])


def discriminant(
    part: Constructs, conf_level: float, interval: str, absolute: bool, n_boot: int, seed: int
) -> tuple[list[Any], list[Problem]]:
    """Rows of HTMT and HTMT2 of every pair of constructs (`COLUMNS`), with bootstrap intervals where there are rows.

    A pair that shares items is undefined, and told.
    """
    point = htmt(part.correlation, part.groups, absolute)
    shared = _shared(part)
    estimate = np.where(np.tile(shared, 2), np.nan, np.concatenate([point.arithmetic, point.geometric]))
    error, low, high = (np.full(len(estimate), np.nan) for _ in range(3))
    problems = _pair_problems(part, point.arithmetic, shared, absolute)
    method = "point"
    names = list(part.scales)
    firsts, seconds = np.tril_indices(len(names), -1)
    if part.rows is not None and n_boot > 0:
        method = f"boot_{interval}"
        draws = _stacked(htmt(block, part.groups, absolute) for block in _resampled(part, n_boot, seed))
        defined = np.isfinite(draws)
        enough = defined.sum(axis=0) > 1
        error[enough] = np.nanstd(draws[:, enough], axis=0, ddof=1)
        if interval == "bca":
            left_out = _stacked(htmt(block, part.groups, absolute) for block in left_out_correlations(part.rows))
            low, high = bca(draws, estimate, left_out, conf_level)
        else:
            low, high = percentile(draws, conf_level)
        for bounds in (error, low, high):
            bounds[np.isnan(estimate)] = np.nan
        lost = (~defined).sum(axis=0)
        for at in np.flatnonzero((lost > 0) & np.isfinite(estimate)):
            place = f"scales {names[seconds[at % len(firsts)]]}, {names[firsts[at % len(firsts)]]}"
            problems.append(Problem.of("AGREE-RESAMPLES", place, "warning", lost=int(lost[at]), draws=n_boot))
    rows = []
    for at in range(len(estimate)):
        first, second = names[seconds[at % len(firsts)]], names[firsts[at % len(firsts)]]
        size = len(part.scales[first]) + len(part.scales[second])
        measure = "htmt" if at < len(firsts) else "htmt2"
        values = (float(estimate[at]), float(error[at]), float(low[at]), float(high[at]))
        rows.append((first, second, measure, *values, size, method if np.isfinite(values[0]) else "point"))
    return rows, problems


def _resampled(part: Constructs, n_boot: int, seed: int) -> Iterable[NDArray[np.float64]]:
    if part.rows is None:
        return
    if not part.polychoric:
        yield from resampled_correlations(part.rows, n_boot, seed)
        return
    turn = np.multiply.outer(part.signs, part.signs)
    for block in resampled_polychoric(part.rows * part.signs, part.levels, n_boot, seed):
        yield block * turn


def _shared(part: Constructs) -> NDArray[np.bool_]:
    """Which pairs of constructs have an item in common."""
    sets = [set(group) for group in part.groups]
    rows, columns = np.tril_indices(len(sets), -1)
    return np.array([bool(sets[row] & sets[column]) for row, column in zip(rows, columns, strict=True)], dtype=bool)


def _pair_problems(
    part: Constructs, values: NDArray[np.float64], shared: NDArray[np.bool_], absolute: bool
) -> list[Problem]:
    names, groups = list(part.scales), part.groups
    problems = []
    for value, common, first, second in zip(values, shared, *np.tril_indices(len(names), -1), strict=True):
        block = part.correlation[np.ix_(groups[first], groups[second])]
        place = f"scales {names[second]}, {names[first]}"
        if common:
            problems.append(Problem.of("VALID-SHAREDPAIR", place, "warning"))
            continue
        if not np.isfinite(value) and min(len(groups[first]), len(groups[second])) > 1:
            problems.append(Problem.of("VALID-MONOTRAIT", place, "warning"))
        negative = int((block < 0).sum())
        if absolute and negative:
            problems.append(Problem.of("VALID-SIGNS", place, "note", count=negative, pairs=block.size))
    return problems
