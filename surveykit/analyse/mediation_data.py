"""The rows of a mediation analysis: roles checked, incomplete rows left out, products formed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import left_out
from surveykit.analyse.mediation_plan import Roles
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of
from surveykit.stats.moments import Moments

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Complete rows (n, p) in the order of `Roles.names`, and how many were left out."""

    values: FloatArray
    dropped: int
    problems: tuple[Problem, ...]


def as_names(found: str | Sequence[str] | None) -> tuple[str, ...]:
    """One name or several as a tuple."""
    if found is None:
        return ()
    return (found,) if isinstance(found, str) else tuple(found)


def rows_of(data: Any, roles: Roles) -> Rows:
    """The complete rows; raises for a variable in two roles, a constant one, or too few rows."""
    if isinstance(data, Moments):
        raise SurveykitError.of("MEDIATE-ROWS")
    twice = [name for name, count in Counter(roles.names).items() if count > 1]
    if twice:
        raise SurveykitError.of("MEDIATE-TWICE", names=", ".join(twice))
    if not roles.x or not roles.m:
        raise SurveykitError.of("MEDIATE-NOROLE")
    frame = columns_of(data, roles.names).to_numpy()
    complete = np.isfinite(frame).all(axis=1)
    values = frame[complete]
    n = len(values)
    needed = len(roles.names) + (len(roles.x) + len(roles.m) if roles.moderator else 0) + 2
    if n < needed:
        raise SurveykitError.of("MEDIATE-FEW", n=n, needed=needed)
    flat = [name for name, column in zip(roles.names, values.T, strict=True) if column.min() == column.max()]
    if flat:
        raise SurveykitError([Problem.of("MEDIATE-CONSTANT", f"variable {name}") for name in flat])
    dropped = len(frame) - n
    notes = tuple(left_out("", dropped, len(frame)))
    return Rows(values, dropped, notes)


def moderator_values(column: FloatArray) -> tuple[float, ...]:
    """Where to look at a moderator: both values of a binary one, else its mean and one standard deviation around."""
    distinct = np.unique(column)
    if len(distinct) == 2:
        return float(distinct[0]), float(distinct[1])
    middle, spread = float(column.mean()), float(column.std(ddof=1))
    return middle - spread, middle, middle + spread


def contrast_of(column: FloatArray) -> tuple[float, float]:
    """Two values of x to compare: both of a binary x, else the mean and one unit more."""
    distinct = np.unique(column)
    if len(distinct) == 2:
        return float(distinct[0]), float(distinct[1])
    return float(column.mean()), float(column.mean()) + 1.0
