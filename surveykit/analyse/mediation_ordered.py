"""Mediation of a binary or ordered outcome: natural effects with their bootstrap."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.mediation_data import contrast_of
from surveykit.analyse.mediation_linear import via_text
from surveykit.analyse.mediation_plan import Roles
from surveykit.errors import SurveykitError
from surveykit.stats.bootstrap_bounds import bca, percentile
from surveykit.stats.counterfactual import NaturalEffects, NaturalModel, natural_effects
from surveykit.stats.resampled_moments import resample_weights

FloatArray = NDArray[np.float64]
MOST_LEVELS = 20
_BLOCK = 1_000_000
_CELLS = 100_000
"""Weights worked on at a time: they stay in the cache."""


def ordered_effects(
    values: FloatArray, roles: Roles, n_boot: int, seed: int, interval: str, conf_level: float
) -> tuple[pd.DataFrame, int]:
    """The table of natural effects, and how many draws were lost."""
    names = roles.names
    part = {role: [names.index(name) for name in getattr(roles, role)] for role in ("x", "m", "covariates")}
    levels, answers = np.unique(values[:, -1], return_inverse=True)
    if len(levels) > MOST_LEVELS:
        raise SurveykitError.of("MEDIATE-LEVELS", f"variable {roles.y}", found=len(levels), most=MOST_LEVELS)
    x = values[:, part["x"]]
    model = NaturalModel(
        x=x,
        m=values[:, part["m"]],
        covariates=values[:, part["covariates"]],
        answers=answers.astype(np.float64),
        levels=levels,
        contrasts=np.array([contrast_of(column) for column in x.T]),
    )
    n = len(values)
    whole = natural_effects(model, np.ones((1, n)))
    if np.isnan(whole.theta).any():
        raise SurveykitError.of("MEDIATE-SEPARATED", f"variable {roles.y}")
    rows = list(_rows(roles, whole))
    estimate = np.array([value[0] for _, value in rows])

    size = max(1, _CELLS // n)

    def flat(weights: Iterator[FloatArray]) -> FloatArray:
        parts = (block[at : at + size] for block in weights for at in range(0, len(block), size))
        found = (natural_effects(model, part, whole.theta[0]) for part in parts)
        return np.concatenate([np.array([value for _, value in _rows(roles, one)]).T for one in found])

    draws = flat(resample_weights(n, n_boot, seed))
    if interval == "bca":
        low, high = bca(draws, estimate, flat(_each_left_out(n)), conf_level)
    else:
        low, high = percentile(draws, conf_level)
    table = pd.DataFrame([key for key, _ in rows], columns=["predictor", "via", "outcome", "measure", "at"])
    table = table.assign(
        estimate=estimate, std_error=np.nanstd(draws, axis=0, ddof=1), conf_low=low, conf_high=high,
        beta=np.nan, beta_low=np.nan, beta_high=np.nan, sobel_error=np.nan, delta_error=np.nan,
    )  # fmt: skip
    return table, int((~np.isfinite(draws[:, -1])).sum())


def _each_left_out(n: int) -> Iterator[FloatArray]:
    block = max(1, _BLOCK // n)
    for start in range(0, n, block):
        size = min(block, n - start)
        weights = np.ones((size, n))
        weights[np.arange(size), start + np.arange(size)] = 0.0
        yield weights


def _rows(roles: Roles, found: NaturalEffects) -> Iterator[tuple[tuple[str, str, str, str, float], FloatArray]]:
    nan, y = float("nan"), roles.y
    together = via_text("natural_indirect", roles.m)
    for i, x in enumerate(roles.x):
        for j, m in enumerate(roles.m):
            yield (x, "", m, "path", nan), found.paths[j, i]
    for j, m in enumerate(roles.m):
        yield (m, "", y, "probit_slope", nan), found.slopes_m[j]
    for i, x in enumerate(roles.x):
        direct, indirect = found.direct[i], found.indirect[i]
        yield (x, "", y, "probit_slope", nan), found.slopes_x[i]
        yield (x, together, y, "natural_indirect", nan), indirect
        yield (x, "", y, "natural_direct", nan), direct
        yield (x, "", y, "total_effect", nan), direct + indirect
        with np.errstate(divide="ignore", invalid="ignore"):
            yield (x, together, y, "proportion_mediated", nan), indirect / (direct + indirect)
