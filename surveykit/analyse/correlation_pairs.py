"""The correlation matrix by each method, from what the method needs: moments, ranks, pairs or two-way tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.frames import unweighted
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, weights_of
from surveykit.stats.arrays import standardise
from surveykit.stats.moments import Moments
from surveykit.stats.ordinal import OrdinalMoments
from surveykit.stats.rank_correlation import kendall, ranks

FloatArray = NDArray[np.float64]
_DETERMINED = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Rows used, correlations (k, k), variances (k,), and errors and p values where the method has its own."""

    n: int
    correlation: FloatArray
    variance: FloatArray
    errors: FloatArray | None = None
    p_values: FloatArray | None = None
    problems: tuple[Problem, ...] = ()


def _complete(data: Any, names: Sequence[str], call: str) -> FloatArray:
    if isinstance(data, Moments):
        raise SurveykitError.of("CORR-NEEDROWS", method=call)
    rows = columns_of(data, names).to_numpy(dtype=np.float64)
    return rows[~np.isnan(rows).any(axis=1)]


def spearmans(data: Any, names: Sequence[str], held: Sequence[str]) -> Found:
    """Pearson correlations of mid-ranks, of their residuals where variables are held constant."""
    unweighted(data, "correlate(method='spearman')")
    rows = _complete(data, [*names, *held], "spearman")
    placed = ranks(rows) if len(rows) else rows
    return partialled(Moments.of(placed, [*names, *held]), names, held)


def partialled(moments: Moments, names: Sequence[str], held: Sequence[str]) -> Found:
    """Correlations of what the held variables leave of the others, from co-moments."""
    whole = moments.comoment
    k = len(names)
    if not held or moments.n < 2:
        chosen = moments.select(names)
        return Found(moments.n, chosen.correlation, np.diag(chosen.covariance))
    flat = [name for name, square in zip(held, np.diag(whole)[k:], strict=True) if not square > 0]
    scale = np.sqrt(np.where(np.diag(whole) > 0, np.diag(whole), 1.0))
    scaled = whole / np.multiply.outer(scale, scale)
    left = scaled[:k, :k] - scaled[:k, k:] @ np.linalg.pinv(scaled[k:, k:], hermitian=True) @ scaled[k:, :k]
    own = np.diag(scaled)[:k] > 0
    kept = np.diag(left) > _DETERMINED
    gone = own & ~kept
    left = np.where(np.multiply.outer(kept, kept), left, 0.0)
    problems = [Problem.of("CORR-HELDCONSTANT", f"variable {name}", "warning") for name in flat]
    problems += [
        Problem.of("CORR-DETERMINED", f"variable {name}", "warning", held=", ".join(held))
        for name, out in zip(names, gone, strict=True)
        if out
    ]
    return Found(moments.n, standardise(left), np.diag(whole)[:k], problems=tuple(problems))


def kendalls(data: Any, names: Sequence[str]) -> Found:
    """Kendall's tau-b of every pair."""
    unweighted(data, "correlate(method='kendall')")
    rows = _complete(data, names, "kendall")
    k = len(names)
    matrix, errors, p_values = np.full((3, k, k), np.nan)
    variance = rows.var(axis=0) if len(rows) else np.full(k, np.nan)
    matrix[np.diag_indices(k)] = np.where(variance > 0, 1.0, np.nan)
    for i in range(k):
        for j in range(i):
            tau = kendall(rows[:, i], rows[:, j])
            matrix[i, j] = matrix[j, i] = tau.estimate
            errors[i, j] = errors[j, i] = tau.error
            p_values[i, j] = p_values[j, i] = tau.p_value
    return Found(len(rows), matrix, variance, errors, p_values)


def polychorics(data: Any, names: Sequence[str]) -> Found:
    """Polychoric correlations with their sandwich errors and Wald tests."""
    if isinstance(data, Moments):
        raise SurveykitError.of("CORR-NEEDROWS", method="polychoric")
    rows = columns_of(data, names).to_numpy(dtype=np.float64)
    made = OrdinalMoments.of(rows, names, None, None, weights_of(data), "listwise")
    errors = np.asarray(made.correlation_std_error, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_values = 2 * special.ndtr(-np.abs(made.correlation / errors))
    return Found(made.n, made.correlation, np.ones(len(names)), errors, p_values, tuple(made.problems))
