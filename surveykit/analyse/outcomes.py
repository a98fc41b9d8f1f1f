"""Outcomes that are not numbers: the order of answers, and which of two answers is the event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import Problem, SurveykitError


class Ordered:
    """Recodes an outcome to 0, 1, ... in its order; afterwards `labels` are the answers that were used."""

    def __init__(self, levels: Sequence[Any] | None) -> None:
        self.levels = None if levels is None else list(levels)
        self.labels: tuple[str, ...] = ()
        self.problems: list[Problem] = []

    def __call__(self, name: str, column: pd.Series) -> NDArray[np.float64]:
        """Codes of the answers; answers nobody gave have none."""
        levels = self.levels
        if levels is None and isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
            levels = list(column.dtype.categories)
        if levels is None:
            if not pd.api.types.is_numeric_dtype(column.dtype):
                found = ", ".join(map(str, pd.unique(column)[:8]))
                raise SurveykitError.of("GLM-ORDER", f"column {name}", found=found)
            levels = sorted(pd.unique(column).tolist())
        known = column.isin(levels).to_numpy()
        if not known.all():
            strange = ", ".join(map(str, pd.unique(column[~known])[:8]))
            raise SurveykitError.of("GLM-LEVELS", f"column {name}", found=strange)
        codes = pd.Categorical(column, categories=levels).codes.astype(float)
        used, dense = np.unique(codes, return_inverse=True)
        if len(used) > 50:
            raise SurveykitError.of("GLM-TOOMANYLEVELS", f"column {name}", found=len(used))
        if len(used) < len(levels):
            empty = ", ".join(str(level) for at, level in enumerate(levels) if at not in set(used.astype(int)))
            self.problems.append(Problem.of("GLM-UNUSED", f"column {name}", "note", levels=empty))
        self.labels = tuple(_text(levels[int(at)]) for at in used)
        return dense.ravel().astype(float)


class Event:
    """Recodes an outcome of two answers to 1 for the event and 0 for the other; `label` is the event named."""

    def __init__(self, event: Any) -> None:
        self.event = event
        self.label = ""

    def __call__(self, name: str, column: pd.Series) -> NDArray[np.float64]:
        """1 where the answer is the event."""
        values = pd.unique(column).tolist()
        if self.event is None:
            if not set(values) <= {0, 1}:
                found = ", ".join(map(str, values[:8]))
                raise SurveykitError.of("GLM-EVENT", f"column {name}", found=found)
            return np.asarray(column.astype(float))
        if len(values) > 2 or self.event not in values:
            found = ", ".join(map(str, values[:8]))
            raise SurveykitError.of("GLM-EVENT", f"column {name}", found=found)
        self.label = _text(self.event)
        return np.asarray((column == self.event).to_numpy(dtype=float))


def _text(level: Any) -> str:
    return f"{level:g}" if isinstance(level, float | np.floating) else str(level)
