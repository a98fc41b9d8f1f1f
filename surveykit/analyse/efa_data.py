"""The correlations that a factor analysis starts from, by one choice for all its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import choice, left_out, numeric_names, unweighted
from surveykit.analyse.scales import levels_of, scale_items
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import columns_of
from surveykit.stats.counts import Counts
from surveykit.stats.dimensionality import positive_definite
from surveykit.stats.moments import Moments
from surveykit.stats.pairwise import pairwise
from surveykit.stats.polychoric import polychoric

Correlation = Literal["pearson", "polychoric"]
Missing = Literal["listwise", "pairwise"]
FEWEST_ITEMS = 3


@dataclass(frozen=True, slots=True, eq=False)
class ItemMatrix:
    """Correlations of items with their means and deviations; `rows` are the answers used, None for moments."""

    items: tuple[str, ...]
    correlation: NDArray[np.float64]
    means: NDArray[np.float64]
    sds: NDArray[np.float64]
    n: int
    rows: NDArray[np.float64] | None
    problems: tuple[Problem, ...]


def item_matrix(
    data: Any, correlation: Correlation, missing: Missing, only: Sequence[str] | None, call: str
) -> ItemMatrix:
    """The matrix of the items chosen; refused where an item is constant, or there are too few items or answers."""
    choice("correlation", correlation, ("pearson", "polychoric"))
    choice("missing", missing, ("listwise", "pairwise"))
    unweighted(data, call)
    items = _names(data, only)
    if len(items) < FEWEST_ITEMS:
        raise SurveykitError.of("EFA-ITEMS", found=len(items), least=FEWEST_ITEMS)
    if isinstance(data, Moments):
        if correlation == "polychoric":
            raise SurveykitError.of("ANALYSE-NOPOLY")
        moments = data.select(items)
        _varied(moments.sd, items)
        return _checked(ItemMatrix(items, moments.correlation, moments.mean, moments.sd, moments.n, None, ()))
    every = columns_of(data, items).to_numpy(dtype=float)
    answered = ~np.isnan(every)
    rows = every[answered.all(axis=1) if missing == "listwise" else answered.any(axis=1)]
    if len(rows) < 2:
        raise SurveykitError.of("EFA-NOROWS", rows=len(every))
    problems = left_out("", len(every) - len(rows), len(every))
    with np.errstate(invalid="ignore"):
        means, sds = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0, ddof=1)
    _varied(sds, items)
    if correlation == "polychoric":
        estimated = polychoric(Counts.of(rows, items, levels_of(rows, items)))
        matrix = np.array(estimated.correlation)
        problems += [problem for problem in estimated.problems if problem.code != "STATS-NOT-PD"]
    else:
        matrix = Moments.of(rows, items).correlation if missing == "listwise" else pairwise(rows, items).correlation
    return _checked(ItemMatrix(items, matrix, means, sds, len(rows), rows, tuple(problems)))


def _names(data: Any, only: Sequence[str] | None) -> tuple[str, ...]:
    if only is not None:
        return tuple(dict.fromkeys(only))
    if isinstance(data, Responses) and data.questionnaire is not None:
        return tuple(dict.fromkeys(item for items in scale_items(data, None).values() for item in items))
    return numeric_names(data)


def _varied(sds: NDArray[np.float64], items: Sequence[str]) -> None:
    flat = [item for item, sd in zip(items, sds, strict=True) if not sd > 0]
    if flat:
        raise SurveykitError([Problem.of("STATS-CONSTANT-ITEM", f"item {item}") for item in flat])


def _checked(found: ItemMatrix) -> ItemMatrix:
    if positive_definite(found.correlation):
        return found
    if not np.all(np.isfinite(found.correlation)):
        problem = Problem.of("EFA-UNDEFINED", "", "error")
    else:
        smallest = float(np.linalg.eigvalsh(found.correlation)[0])
        problem = Problem.of("STATS-NOT-PD", "", "warning", eigenvalue=f"{smallest:.3g}")
    return ItemMatrix(
        found.items, found.correlation, found.means, found.sds, found.n, found.rows, (*found.problems, problem)
    )
