"""An indicator tree laid flat, and the values of its leaves for one or more units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.result import Names
from surveykit.spec.indicators import Indicator, IndicatorTree, scorable, walk
from surveykit.stats.exact import FloatArray
from surveykit.stats.indicator_tree import Scale, ranged, standardised, to_target


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """The nodes of a tree, the root first, parents before children; `leaves` are the places of the leaves."""

    codes: tuple[str, ...]
    parents: tuple[int, ...]
    depths: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    leaves: tuple[int, ...]
    indicators: tuple[Indicator, ...]
    weights: FloatArray

    @property
    def higher(self) -> FloatArray:
        """1 where more of a leaf is better, -1 where less is, (leaves,)."""
        return np.array([1.0 if leaf.direction == "higher" else -1.0 for leaf in self.indicators])

    @property
    def targets(self) -> FloatArray:
        """The targets of the leaves, NaN without one, (leaves,)."""
        return np.array([np.nan if leaf.target is None else leaf.target for leaf in self.indicators])

    def named(self, wanted: Any) -> str:
        """The codes of the leaves where `wanted` (leaves,) is true, joined."""
        return ", ".join(leaf.code for leaf, yes in zip(self.indicators, wanted, strict=True) if yes)


def flat(tree: IndicatorTree) -> Flat:
    """The nodes of a tree in one list; siblings without weights count the same."""
    nodes = list(walk(tree))
    codes = (tree.code, *(node.code for node, _ in nodes))
    depths = (0, *(depth for _, depth in nodes))
    parents, path = [-1], [0]
    for at, depth in enumerate(depths[1:], 1):
        del path[depth:]
        parents.append(path[-1])
        path.append(at)
    children = tuple(tuple(at for at, parent in enumerate(parents) if parent == node) for node in range(len(codes)))
    return Flat(
        codes=codes,
        parents=tuple(parents),
        depths=depths,
        children=children,
        leaves=tuple(at for at, below in enumerate(children) if not below),
        indicators=tree.leaves,
        weights=np.array([1.0, *(1.0 if node.weight is None else node.weight for node, _ in nodes)]),
    )


def tree_names(tree: IndicatorTree) -> Names:
    """Code -> language -> name of the root and every node."""
    return {tree.code: dict(tree.title.root), **{node.code: dict(node.name.root) for node, _ in walk(tree)}}


def leaf_values(shape: Flat, values: Any, tree_code: str) -> tuple[pd.DataFrame, FloatArray]:
    """The values as numbers (units, leaves) and the frame they were read from, its index the names of the units.

    A leaf takes the values of its column, or of its own code where there is no such column.
    A mapping or a Series is one unit, a DataFrame a row a unit. A grade is a word of the leaf's `grades`, points, or
    a mapping of grades to shares or counts, whose mean of points is taken.
    """
    if isinstance(values, Mapping):
        frame = pd.DataFrame([dict(values)], index=[tree_code], dtype=object)
    elif isinstance(values, pd.Series):
        frame = values.to_frame().T.set_axis([tree_code if values.name is None else str(values.name)])
    elif isinstance(values, pd.DataFrame):
        frame = values
    else:
        raise SurveykitError.of("RESP-NOTABLE", found=type(values).__name__)
    if not len(frame):
        raise SurveykitError.of("INDIC-NOUNITS")
    units = [str(unit) for unit in frame.index]
    twice = next((unit for unit in units if units.count(unit) > 1), None)
    if twice is not None:
        raise SurveykitError.of("INDIC-UNITTWICE", unit=twice)
    columns, problems = [], []
    for leaf in shape.indicators:
        column = leaf.column if leaf.column in frame.columns else leaf.code
        if column not in frame.columns:
            wanted = leaf.column or leaf.code
            problems.append(Problem.of("INDIC-NOCOLUMN", f"indicator {leaf.code}", column=wanted))
            continue
        cells = [_number(leaf, cell) for cell in frame[column]]
        wrong = [cell for cell, number in zip(frame[column], cells, strict=True) if number is None]
        if wrong:
            allowed = f"a number or one of {', '.join(leaf.grades)}" if leaf.grades else "a number"
            problems.append(
                Problem.of("INDIC-VALUE", f"column {column}", node=leaf.code, found=str(wrong[0])[:40], allowed=allowed)
            )
        columns.append([np.nan if number is None else number for number in cells])
    if problems:
        raise SurveykitError(problems)
    return frame.set_axis(units), np.array(columns, dtype=np.float64).T


def _number(leaf: Indicator, cell: Any) -> float | None:
    """The number of one cell, NaN where missing; None where it is neither number nor grade."""
    if isinstance(cell, Mapping):
        known = set(cell) <= set(leaf.grades) and all(
            isinstance(part, int | float) and part >= 0 for part in cell.values()
        )
        total = sum(cell.values()) if known else 0
        return sum(leaf.grades[grade] * part for grade, part in cell.items()) / total if total > 0 else None
    if isinstance(cell, str):
        return leaf.grades.get(cell.strip())
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return float("nan")
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, int | float | np.number):
        return None
    return float(cell) if not np.isinf(cell) else None


def scale_of(shape: Flat, values: FloatArray, normalise: str) -> tuple[Scale, list[Problem]]:
    """How values become scores, and what must be said of it."""
    problems: list[Problem] = []
    low, high = (
        np.array([np.nan if leaf.ends[end] is None else leaf.ends[end] for leaf in shape.indicators], dtype=np.float64)
        for end in (0, 1)
    )
    if normalise == "z":
        scale = standardised(values, shape.higher)
        if flat_ones := shape.named(~(np.abs(scale.best - scale.worst) > 0)):
            problems.append(Problem.of("INDIC-NOSPREAD", "", "warning", leaves=flat_ones))
        return scale, problems
    if normalise == "target":
        bare = [leaf for leaf in shape.indicators if not scorable(leaf)]
        if bare:
            raise SurveykitError([Problem.of("INDIC-NOTARGET", f"indicator {x.code}", node=x.code) for x in bare])
        scale = to_target(low, high, shape.higher, shape.targets)
        beyond = ranged(np.nan_to_num(low, nan=-np.inf), np.nan_to_num(high, nan=np.inf), shape.higher)
    else:
        seen = np.isfinite(values)
        least = np.where(seen, values, np.inf).min(axis=0)
        most = np.where(seen, values, -np.inf).max(axis=0)
        open_ends = ~np.isfinite(low) | ~np.isfinite(high)
        low = np.where(np.isfinite(low), low, np.where(np.isfinite(least), least, np.nan))
        high = np.where(np.isfinite(high), high, np.where(np.isfinite(most), most, np.nan))
        none = ~(high > low)
        high = np.where(none, low, high)
        scale = beyond = ranged(low, high, shape.higher)
        if names := shape.named(open_ends & ~none):
            problems.append(Problem.of("INDIC-OBSERVED", "", "warning", leaves=names))
        if names := shape.named(none):
            problems.append(Problem.of("INDIC-NOSPREAD", "", "warning", leaves=names))
    for leaf, count in zip(shape.indicators, _outside(values, beyond), strict=True):
        if count:
            problems.append(Problem.of("INDIC-OUTSIDE", f"indicator {leaf.code}", "warning", count=int(count)))
    return scale, problems


def _outside(values: FloatArray, scale: Scale) -> FloatArray:
    low, high = np.minimum(scale.worst, scale.best), np.maximum(scale.worst, scale.best)
    with np.errstate(invalid="ignore"):
        return np.asarray(((values < low - 1e-9) | (values > high + 1e-9)).sum(axis=0), dtype=np.float64)
