"""Resampled intervals of reliability coefficients: respondents drawn anew, every coefficient of all draws at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.reliability_model import Row
from surveykit.analyse.scales import ScaleMatrix, levels_of
from surveykit.errors import Problem
from surveykit.stats.bootstrap_bounds import percentile
from surveykit.stats.consistency_many import consistency_many
from surveykit.stats.onefactor import OneFactor
from surveykit.stats.resampled_moments import resampled_covariances
from surveykit.stats.resampled_polychoric import resampled_polychoric

FloatArray = NDArray[np.float64]
LOST = 0.05
"""More resamples than this share without a proper solution are told."""


def resampled_intervals(
    found: Mapping[str, Row],
    part: ScaleMatrix,
    rows: FloatArray,
    fit: OneFactor | None,
    conf_level: float,
    n_boot: int,
    seed: int,
    as_psych: bool,
) -> tuple[dict[str, Row], list[Problem]]:
    """The coefficients with percentile intervals in place of the analytic ones, and what to know of them.

    Bounds by semidefinite programme or factors and categorical omega keep what they have. An interval that does not
    hold its estimate, as of a greatest split half in a small sample, is not given.
    """
    draws = _draws(part, rows, fit, n_boot, seed, as_psych)
    out = dict(found)
    sided, lost, most = [], [], 0
    for name, values in draws.items():
        estimate = found[name][0]
        if not np.isfinite(estimate):
            continue
        low, high = (float(end[0]) for end in percentile(values[:, None], conf_level))
        missing = int((~np.isfinite(values)).sum())
        if missing > LOST * n_boot or not np.isfinite(low):
            lost.append(name)
            most = max(most, missing)
        error = float(np.nanstd(values, ddof=1)) if n_boot - missing > 1 else float("nan")
        if low > estimate or high < estimate:
            sided.append(name)
            low = high = float("nan")
        out[name] = (estimate, error, low, high, "boot_percentile")
    place = f"scale {part.scale}"
    problems = []
    if sided:
        problems.append(Problem.of("RELIABILITY-BOOT-SIDED", place, "warning", names=", ".join(sided)))
    if lost:
        told = {"names": ", ".join(lost), "lost": most, "draws": n_boot}
        problems.append(Problem.of("RELIABILITY-BOOT-LOST", place, "warning", **told))
    return out, problems


def _draws(
    part: ScaleMatrix, rows: FloatArray, fit: OneFactor | None, n_boot: int, seed: int, as_psych: bool
) -> dict[str, FloatArray]:
    turn = np.array(part.signs, dtype=np.float64)
    start = None
    if fit is not None and np.all(np.isfinite(fit.uniquenesses)):
        start = fit.uniquenesses / np.diag(part.covariance)
    blocks = [
        consistency_many(block, start, seed, as_psych) for block in resampled_covariances(rows * turn, n_boot, seed)
    ]
    draws = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    if part.polychoric is not None:
        square = np.multiply.outer(turn, turn)
        levels = levels_of(rows, part.items)
        latent = [
            consistency_many(block * square)["alpha"] for block in resampled_polychoric(rows, levels, n_boot, seed)
        ]
        draws["alpha_ordinal"] = np.concatenate(latent)
    return draws
