"""What every additive type asks of its input, and read-only arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import SurveykitError
from surveykit.stats.exact import FloatArray


def read_rows(
    rows: ArrayLike, names: Sequence[str], weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray | None]:
    """Rows as a float (n, p) array and weights as (n,), checked.

    Rows of zero weight are outside the sample and left out.
    """
    values = np.asarray(rows, dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != len(names):
        raise SurveykitError.of("STATS-SHAPE", found=str(values.shape), wanted=f"(n, {len(names)})")
    infinite = np.isinf(values).any(axis=0)
    if infinite.any():
        raise SurveykitError.of("STATS-INFINITE", f"column {names[int(infinite.argmax())]}")
    if weights is None:
        return values, None
    weight = np.asarray(weights, dtype=np.float64)
    if weight.shape != (len(values),) or not np.all(np.isfinite(weight)) or np.any(weight < 0):
        raise SurveykitError.of("STATS-WEIGHTS", rows=len(values))
    return values[weight > 0], weight[weight > 0]


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Names as a tuple, each one once."""
    if len(set(names)) != len(names):
        twice = next(name for name in names if list(names).count(name) > 1)
        raise SurveykitError.of("STATS-NAMES-TWICE", name=twice)
    return tuple(names)


def standardise(covariance: FloatArray) -> FloatArray:
    """The correlation matrix of a covariance matrix; NaN in the rows and columns of constant variables.

    In R: `cov2cor(covariance)`.
    """
    variance = np.diag(covariance)
    deviation = np.sqrt(np.where(variance > 0, variance, np.nan))
    correlation = np.asarray(covariance / np.multiply.outer(deviation, deviation))
    np.fill_diagonal(correlation, np.where(variance > 0, 1.0, np.nan))
    return correlation


def frozen(values: Any, dtype: Any = None) -> NDArray[Any]:
    """A read-only copy."""
    array = np.array(values, dtype=dtype)
    array.setflags(write=False)
    return array
