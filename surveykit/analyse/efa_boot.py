"""Bootstrap errors and intervals of rotated loadings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.efa_data import ItemMatrix
from surveykit.analyse.scales import levels_of
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.bootstrap_bounds import percentile
from surveykit.stats.factoring import Extraction, Method
from surveykit.stats.factoring_many import extract_many
from surveykit.stats.resampled_moments import resampled_correlations
from surveykit.stats.resampled_polychoric import resampled_polychoric
from surveykit.stats.rotation import Rotation
from surveykit.stats.rotation_many import rotate_many

FloatArray = NDArray[np.float64]
LOST = 0.05
"""More resamples than this share without a solution are told."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadingIntervals:
    """Errors, lower and upper bounds of the loadings, each (p, k), NaN without resampling; what to know of them."""

    errors: FloatArray
    low: FloatArray
    high: FloatArray
    problems: tuple[Problem, ...] = ()


def no_intervals(p: int, k: int) -> LoadingIntervals:
    """Nothing resampled."""
    nothing = np.full((p, k), np.nan)
    return LoadingIntervals(nothing, nothing, nothing)


def loading_intervals(
    found: ItemMatrix,
    extracted: Extraction,
    turned: Rotation,
    extraction: Method,
    polychoric: bool,
    target: FloatArray | None,
    normalise: bool | None,
    conf_level: float,
    n_boot: int,
    seed: int,
) -> LoadingIntervals:
    """Percentile intervals over `n_boot` resamples of rows, each factored and rotated towards the sample's axes.

    An interval that does not hold its loading (axes that move between resamples) is not given, and told.
    """
    if found.rows is None:
        raise SurveykitError.of("RELIABILITY-NOROWS")
    if np.isnan(found.rows).any():
        raise SurveykitError.of("RELIABILITY-BOOT-LISTWISE")
    k = turned.loadings.shape[1]
    parts = []
    for block in _resampled(found, polychoric, n_boot, seed):
        unrotated = extract_many(block, k, extraction, extracted.uniquenesses)
        parts.append(rotate_many(unrotated, extracted.loadings, turned, target=target, normalise=normalise))
    draws = np.concatenate(parts)
    kept = np.isfinite(draws).all(axis=(1, 2))
    low, high = (np.array(end).reshape(-1, k) for end in percentile(draws.reshape(len(draws), -1), conf_level))
    errors = draws[kept].std(axis=0, ddof=1) if kept.sum() > 1 else np.full_like(low, np.nan)
    outside = (low > turned.loadings) | (high < turned.loadings)
    low, high = np.where(outside, np.nan, low), np.where(outside, np.nan, high)
    problems = []
    lost = int((~kept).sum())
    if lost > LOST * n_boot or np.isnan(errors).any():
        problems.append(Problem.of("EFA-BOOT-LOST", "", "warning", lost=lost, draws=n_boot))
    for factor in range(k):
        named = [item for item, far in zip(found.items, outside[:, factor], strict=True) if far]
        if named:
            place = f"factor F{factor + 1}"
            problems.append(Problem.of("EFA-BOOT-OUTSIDE", place, "warning", items=", ".join(named)))
    return LoadingIntervals(errors, low, high, tuple(problems))


def _resampled(found: ItemMatrix, polychoric: bool, n_boot: int, seed: int) -> Iterable[FloatArray]:
    assert found.rows is not None
    if polychoric:
        return resampled_polychoric(found.rows, levels_of(found.rows, found.items), n_boot, seed)
    return resampled_correlations(found.rows, n_boot, seed)
