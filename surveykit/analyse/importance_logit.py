"""Importance for ordered and binary outcomes: Shapley shares of McFadden's R2 over all subsets of logit models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.importance_data import Sample
from surveykit.analyse.importance_estimates import Estimates
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.importance import shapley
from surveykit.stats.subset_logit import SubsetFits, SubsetLogit

MOST_LEVELS = 20
MOST_WORK = 4e8
"""Subsets times rows times resamples that are still a matter of a minute or so."""


def logit_estimates(
    sample: Sample, kind: str, n_boot: int, seed: int, conf_level: float
) -> tuple[Sample, Estimates, NDArray[np.float64]]:
    """The sample with McFadden's R2 in place of R2, shares with resamples, and the value of every subset, (2^k, 1)."""
    units = len(sample.units)
    nothing = np.full((1 << units, 1), np.nan)
    if sample.rows is None or not np.isfinite(sample.r2):
        undefined = Estimates(np.full(units, np.nan), np.empty((units, 0)), np.zeros(units, dtype=bool))
        return sample, undefined, nothing
    codes = sample.rows[:, -1].astype(np.int64)
    levels = int(codes.max()) + 1
    if levels > MOST_LEVELS or (kind == "binary" and levels != 2):
        allowed = "2" if kind == "binary" else f"2 - {MOST_LEVELS}"
        raise SurveykitError.of("IMPORT-LEVELS", f"outcome {sample.outcome}", found=levels, allowed=allowed)
    work = float(1 << units) * sample.n
    if work * n_boot > MOST_WORK:
        raise SurveykitError.of("IMPORT-LONG", f"outcome {sample.outcome}", most=int(MOST_WORK / work))
    model = SubsetLogit(codes, sample.rows[:, :-1], sample.units, sample.weights)
    fits = model.fit()
    if not fits.converged.all():
        problem = Problem.of("IMPORT-SEPARATION", f"outcome {sample.outcome}", "warning")
        undefined = Estimates(np.full(units, np.nan), np.empty((units, 0)), np.zeros(units, dtype=bool))
        return replace(sample, r2=np.nan, adj_r2=np.nan, problems=(*sample.problems, problem)), undefined, nothing
    game = fits.mcfadden
    draws = shapley(model.draws(fits, n_boot, seed)) if n_boot > 0 else np.empty((units, 0))
    found = Estimates(shapley(game)[:, 0], draws, _doubtful(sample, fits, conf_level))
    count = sum(len(unit) for unit in sample.units)
    adjusted = 1 - (fits.log_likelihood[-1] - count) / fits.null
    return replace(sample, r2=float(game[-1, 0]), adj_r2=float(adjusted)), found, game


def _doubtful(sample: Sample, fits: SubsetFits, conf_level: float) -> NDArray[np.bool_]:
    """Units whose likelihood-ratio tests, alone and beside all others, are both not statistically significant."""
    full = len(fits.log_likelihood) - 1
    found = []
    for at, unit in enumerate(sample.units):
        own = 1 << at
        gains = np.array(
            [
                fits.log_likelihood[own] - fits.log_likelihood[0],
                fits.log_likelihood[full] - fits.log_likelihood[full ^ own],
            ]
        )
        found.append(bool(special.chdtrc(len(unit), 2 * np.maximum(gains, 0)).min() > (1 - conf_level) / 2))
    return np.array(found)
