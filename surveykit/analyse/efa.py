"""Exploratory factor analysis: which items go together, on how many factors, and how well that fits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from surveykit.analyse.efa_boot import loading_intervals, no_intervals
from surveykit.analyse.efa_data import Correlation, ItemMatrix, Missing, item_matrix
from surveykit.analyse.efa_result import FactorAnalysis
from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.measurement import only_for
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance
from surveykit.stats.factor_fit import fit_measures
from surveykit.stats.factoring import Extraction, Method, degrees_of_freedom, extract
from surveykit.stats.rotation import ROTATIONS, Rotation, rotate

STARTS = 10


def efa(
    items: Any,
    n_factors: int,
    rotation: str = "oblimin",
    correlation: Correlation = "pearson",
    extraction: Method = "minres",
    *,
    target: npt.ArrayLike | None = None,
    normalise: bool | None = None,
    starts: int = STARTS,
    seed: int = 1,
    missing: Missing = "listwise",
    only: Sequence[str] | None = None,
    n_boot: int = 0,
    conf_level: float = 0.95,
) -> FactorAnalysis:
    """Factor analysis of items by common factors, rotated to simple structure.

    `items`: a DataFrame of answers (n, p), Responses (the scored items) or Moments; `only` names some of them.
    `extraction`: "minres", "ml" or "pa"; `rotation`: "oblimin" (gamma 0) = "quartimin", "promax" (power 4),
    "geomin", "target" (a `target` (p, k), NaN where free), oblique; "varimax" (Kaiser), "quartimax",
    "geomin_orthogonal", "target_orthogonal", "none". A rotation is tried from `starts` starts; the best is taken,
    and other local minima are told. Factors F1, F2, ... are in the order of the variance they account for, each
    reflected to a positive sum of loadings. R = L Phi L' + U; RMSR from off-diagonal residuals; chi2 is the
    likelihood discrepancy with Bartlett's multiplier. `n_boot` > 0 resamples the rows for errors and percentile
    intervals of the loadings: each resample is factored and rotated from the sample's axes, so that columns and signs
    stay those of the sample (complete rows only).

    Rows with a missing answer are left out and counted (`missing="pairwise"`: each pair its own rows, n all who
    answered any item). A Heywood case, no convergence, a matrix that is not positive definite (never smoothed) are
    Problems; what they leave undefined is NaN. Errors: fewer than 3 items, a constant item, more factors than the
    items can hold, weights. Source: Harman & Jones 1966; Joreskog 1977; Bernaards & Jennrich 2005. In R:
    `psych::fa(x, k, rotate = "oblimin", fm = "minres", cor = "cor" | "poly", correct = 0)`.
    """
    choice("rotation", rotation, ROTATIONS)
    choice("extraction", extraction, ("minres", "ml", "pa"))
    found = item_matrix(items, correlation, missing, only, "efa")
    p = len(found.items)
    if not 1 <= n_factors < p:
        raise SurveykitError.of("EFA-COUNT", found=n_factors, items=p, most=p - 1)
    aim = _target(target, rotation, p, n_factors)
    extracted = extract(found.correlation, n_factors, extraction)
    turned = rotate(extracted.loadings, rotation, target=aim, normalise=normalise, starts=starts, seed=seed)
    intervals = no_intervals(p, n_factors)
    if n_boot and np.all(np.isfinite(turned.loadings)):
        only_for("a resampled target rotation", normalise=aim is not None and normalise)
        intervals = loading_intervals(
            found, extracted, turned, extraction, correlation == "polychoric", aim, normalise, conf_level, n_boot, seed
        )
    fit = fit_measures(found.correlation, turned.loadings, turned.correlations, found.n)
    fit |= {
        "criterion": turned.minima[0] if turned.minima else float("nan"),
        "starts": float(sum(turned.reached)),
        "local_minima": float(len(turned.minima)),
        "share": float(extracted.communalities.mean()),
        "r_strongest": _strongest(turned.correlations),
        "factors": float(n_factors),
        "items": float(p),
    }
    return FactorAnalysis(
        n=found.n,
        items=found.items,
        factors=tuple(f"F{at + 1}" for at in range(n_factors)),
        pattern=turned.loadings,
        factor_correlation=turned.correlations,
        errors=intervals.errors,
        low=intervals.low,
        high=intervals.high,
        conf_level=conf_level if n_boot else float("nan"),
        matrix=found.correlation,
        means=found.means,
        sds=found.sds,
        measures=fit,
        extraction=extraction,
        rotation=rotation,
        correlation=correlation,
        problems=(*found.problems, *_problems(found, extracted, turned, n_factors, extraction), *intervals.problems),
        names=names_of(items),
        provenance=Provenance.of(
            "efa",
            data=fingerprint_of(items),
            seed=seed,
            items=found.items,
            n_factors=n_factors,
            rotation=rotation,
            correlation=correlation,
            extraction=extraction,
            target=None if aim is None else np.where(np.isnan(aim), None, aim).tolist(),
            normalise=normalise,
            starts=starts,
            missing=missing,
            n_boot=n_boot,
            conf_level=conf_level,
        ),
    )


def _strongest(correlations: npt.NDArray[np.float64]) -> float:
    """The correlation of two factors that is largest in size; NaN for one factor."""
    values = correlations[np.tril_indices(len(correlations), -1)]
    return float(values[np.abs(values).argmax()]) if len(values) else float("nan")


def _target(target: npt.ArrayLike | None, rotation: str, p: int, k: int) -> npt.NDArray[np.float64] | None:
    """The target as an array, refused where it is missing, not wanted, of another shape or without fixed entries."""
    wanted = rotation.startswith("target")
    if target is None and not wanted:
        return None
    values = None if target is None else np.asarray(target, dtype=np.float64)
    if values is None or not wanted or values.shape != (p, k) or np.isnan(values).all():
        shape = "none" if values is None else " x ".join(map(str, values.shape))
        raise SurveykitError.of("EFA-TARGET", rotation=rotation, found=shape, items=p, factors=k)
    return values


def _problems(found: ItemMatrix, extracted: Extraction, turned: Rotation, k: int, method: str) -> list[Problem]:
    problems = []
    if not np.all(np.isfinite(extracted.loadings)):
        return [Problem.of("EFA-NOSOLUTION", "", "error", method=method)]
    for item, improper in zip(found.items, extracted.heywood, strict=True):
        if improper:
            shared = f"{extracted.communalities[found.items.index(item)]:.3f}"
            problems.append(Problem.of("EFA-HEYWOOD", f"item {item}", "warning", communality=shared))
    if not extracted.converged:
        left = f"{extracted.steepest:.2g}"
        problems.append(Problem.of("EFA-NOTCONVERGED", "", "warning", steps=extracted.steps, left=left))
    empty = int((np.abs(extracted.loadings).max(axis=0) < 1e-6).sum())
    if empty:
        problems.append(Problem.of("EFA-EMPTY", "", "warning", empty=empty, factors=k))
    if degrees_of_freedom(len(found.items), k) < 0:
        problems.append(Problem.of("EFA-SATURATED", "", "warning", factors=k, items=len(found.items)))
    if not turned.converged:
        problems.append(Problem.of("EFA-ROTATION", "", "warning", rotation=turned.method, steps=turned.steps))
    if len(turned.minima) > 1:
        problems.append(
            Problem.of(
                "EFA-LOCAL", "", "note", starts=sum(turned.reached), best=turned.reached[0], minima=len(turned.minima)
            )
        )
    return problems
