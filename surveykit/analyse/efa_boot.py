"""Bootstrap errors and intervals of rotated loadings and of hierarchical omegas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from surveykit.stats.schmid_leiman import SchmidLeiman
from surveykit.stats.schmid_leiman_many import hierarchical_many

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


def omega_intervals(
    values: Mapping[str, float],
    found: ItemMatrix,
    solution: SchmidLeiman,
    signs: FloatArray,
    keyed: FloatArray,
    extraction: Method,
    polychoric: bool,
    conf_level: float,
    n_boot: int,
    seed: int,
) -> tuple[dict[str, tuple[float, float, float]], tuple[Problem, ...]]:
    """Error and percentile bounds of each defined coefficient; bounds that do not hold it are not given, and told."""
    turn = np.multiply.outer(keyed, keyed)
    parts = [
        hierarchical_many(block * turn, solution, signs, extraction)
        for block in _resampled(found, polychoric, n_boot, seed)
    ]
    out = dict.fromkeys(values, (float("nan"),) * 3)
    problems, outside, most = [], [], 0
    for name, value in values.items():
        if not np.isfinite(value):
            continue
        draws = np.concatenate([part[name] for part in parts])
        most = max(most, int((~np.isfinite(draws)).sum()))
        low, high = (float(end[0]) for end in percentile(draws[:, None], conf_level))
        if low > value or high < value:
            outside.append(name)
            low = high = float("nan")
        kept = draws[np.isfinite(draws)]
        out[name] = (float(kept.std(ddof=1)) if len(kept) > 1 else float("nan"), low, high)
    if most > LOST * n_boot:
        problems.append(Problem.of("EFA-BOOT-LOST", "", "warning", lost=most, draws=n_boot))
    if outside:
        problems.append(Problem.of("RELIABILITY-BOOT-SIDED", "", "warning", names=", ".join(outside)))
    return out, tuple(problems)


def _resampled(found: ItemMatrix, polychoric: bool, n_boot: int, seed: int) -> Iterable[FloatArray]:
    if found.rows is None:
        raise SurveykitError.of("RELIABILITY-NOROWS")
    if np.isnan(found.rows).any():
        raise SurveykitError.of("RELIABILITY-BOOT-LISTWISE")
    if polychoric:
        return resampled_polychoric(found.rows, levels_of(found.rows, found.items), n_boot, seed)
    return resampled_correlations(found.rows, n_boot, seed)
