"""The rows of a path model: complete, varying, and enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import left_out
from surveykit.analyse.pls.design import Design
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of
from surveykit.stats.moments import Moments

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Complete rows (n, p) of the design's columns, which rows of the data they are, and what to say about them."""

    values: FloatArray
    kept: NDArray[np.bool_]
    problems: tuple[Problem, ...]

    @property
    def covariance(self) -> FloatArray:
        """Covariances (1, p, p), divisor n."""
        return np.asarray(np.cov(self.values, rowvar=False, ddof=0)).reshape(1, self.values.shape[1], -1)


def rows_of(data: Any, design: Design) -> Rows:
    """The complete rows; raises where a column is constant or rows are too few."""
    if isinstance(data, Moments):
        raise SurveykitError.of("PLS-ROWS")
    found = columns_of(data, list(dict.fromkeys(design.columns)))[list(design.columns)].to_numpy()
    kept = np.isfinite(found).all(axis=1)
    values = found[kept]
    n = len(values)
    most = max(int(design.final.plan.paths.sum(axis=0).max()), _largest_formative(design))
    if n < most + 3:
        raise SurveykitError.of("PLS-FEW", n=n, needed=most + 3)
    flat = [name for name, column in zip(design.columns, values.T, strict=True) if column.min() == column.max()]
    if flat:
        raise SurveykitError([Problem.of("PLS-CONSTANT", f"item {name}") for name in dict.fromkeys(flat)])
    dropped = len(found) - n
    notes = left_out("", dropped, len(found))
    if n < 10 * most:
        notes.append(Problem.of("PLS-SMALL", "", "note", n=n, most=most))
    return Rows(values, kept, tuple(notes))


def _largest_formative(design: Design) -> int:
    layouts = [layout for layout in (design.first, design.final) if layout is not None]
    sizes = [
        len(block)
        for layout in layouts
        for block, formative in zip(layout.plan.blocks, layout.plan.formative, strict=True)
        if formative
    ]
    return max(sizes, default=0)
