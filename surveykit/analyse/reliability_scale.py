"""Every coefficient of one scale from its items' covariances, with analytic or resampled intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.ordered_omega import ordered_omega
from surveykit.analyse.reliability_boot import resampled_intervals
from surveykit.analyse.reliability_model import NAN, Row
from surveykit.analyse.scales import ScaleMatrix
from surveykit.errors import Problem
from surveykit.stats import classical
from surveykit.stats.arrays import standardise
from surveykit.stats.dimensionality import positive_definite
from surveykit.stats.glb import glb_algebraic, glb_factor
from surveykit.stats.halves import split_halves
from surveykit.stats.intervals import feldt
from surveykit.stats.onefactor import OneFactor, omega, one_factor

IMPROPER = ("STATS-HEYWOOD", "STATS-NOT-CONVERGED")
"""A one-factor solution with one of these findings is improper: no omega is printed from it."""


@dataclass(frozen=True, slots=True)
class Request:
    """How coefficients are computed: level, psych's splits, resamples and seed."""

    conf_level: float
    as_psych: bool
    n_boot: int
    seed: int


def measured(part: ScaleMatrix, rows: Any, asked: Request) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Coefficients and item statistics of a scale; `rows` (n, k) complete answers where they are needed, else None."""
    place, covariance = f"scale {part.scale}", part.covariance
    k = len(part.items)
    problems = [*part.problems, *classical.item_problems(covariance, part.items, place)]
    correlations = standardise(covariance)
    halves = split_halves(correlations, part.items, seed=asked.seed, as_psych=asked.as_psych)
    problems += [problem for problem in halves.problems if problem.code == "STATS-SPLITS-SAMPLED"]
    fit = one_factor(covariance, part.n, part.items, place) if k >= 3 else None
    if fit is not None:
        problems += [problem for problem in fit.problems if problem.code != "STATS-CONSTANT-ITEM"]
    elif k == 2:
        problems.append(Problem.of("ANALYSE-TWOITEMS", place, "note"))
    found = {
        "alpha": _alpha(part, asked.conf_level),
        "alpha_standardised": _point(classical.alpha_standardised(covariance)),
        "omega": _omega(fit, asked.conf_level, False),
        "omega_standardised": _omega(fit, asked.conf_level, True),
        "lambda1": _point(classical.lambda1(correlations)),
        "lambda2": _point(classical.lambda2(correlations)),
        "lambda3": _point(classical.lambda3(correlations)),
        "lambda5": _point(classical.lambda5(correlations)),
        "lambda6": _point(classical.lambda6(correlations)),
        "split_half_max": _point(halves.lambda4),
        "split_half_mean": _point(halves.mean),
        "split_half_min": _point(halves.beta),
        **_bounds(correlations),
        "average_r": _point(classical.average_r(covariance)),
        "median_r": _point(classical.median_r(covariance)),
    }
    if k == 2:
        found["spearman_brown"] = _point(float(classical.spearman_brown(correlations[0, 1])))
    size = {}
    if part.polychoric is not None:
        found["alpha_ordinal"] = _point(classical.alpha(part.polychoric))
        if k >= 3:
            found["omega_categorical"], more = ordered_omega(rows, part.scale, part.items, part.signs, asked.conf_level)
            problems += more
            size["omega_categorical"] = len(rows)
    if asked.n_boot and k >= 2:
        found, more = resampled_intervals(
            found, part, rows, fit, asked.conf_level, asked.n_boot, asked.seed, asked.as_psych
        )
        problems += more
    return _rows(part, found, size), _items(part, fit), list(dict.fromkeys(problems))


def _point(value: float) -> Row:
    return value, NAN, NAN, NAN, "point"


def _alpha(part: ScaleMatrix, conf_level: float) -> Row:
    value = classical.alpha(part.covariance)
    low, high = feldt(value, part.n, len(part.items), conf_level)
    return value, classical.alpha_ase(part.covariance, part.n), float(low), float(high), "feldt"


def _omega(fit: OneFactor | None, conf_level: float, standardised: bool) -> Row:
    if fit is None or any(problem.code in IMPROPER for problem in fit.problems):
        return NAN, NAN, NAN, NAN, "delta_logit"
    own = omega(fit, conf_level, standardised=standardised)
    return own.estimate, own.std_error, own.conf_low, own.conf_high, "delta_logit"


def _bounds(correlations: Any) -> dict[str, Row]:
    """The greatest lower bound, and psych's by factors; NaN below three items and for singular matrices."""
    usable = len(correlations) >= 3 and np.all(np.isfinite(correlations)) and positive_definite(correlations)
    return {
        "glb": _point(glb_algebraic(correlations).estimate if usable else NAN),
        "glb_factor": _point(glb_factor(correlations).estimate if usable else NAN),
    }


def _rows(part: ScaleMatrix, found: Mapping[str, Row], size: Mapping[str, int]) -> pd.DataFrame:
    columns = ["estimate", "std_error", "conf_low", "conf_high", "method"]
    numbers = pd.DataFrame(list(found.values()), columns=columns)
    methods = numbers.pop("method")
    numbers.insert(0, "scale", part.scale)
    numbers.insert(1, "coefficient", list(found))
    return numbers.assign(
        n_items=len(part.items), n=[size.get(name, part.n) for name in found], method=methods.to_numpy()
    )


def _items(part: ScaleMatrix, fit: OneFactor | None) -> pd.DataFrame:
    spread = np.sqrt(np.diag(part.covariance))
    return pd.DataFrame(
        {
            "scale": part.scale,
            "item": part.items,
            "keyed": part.signs,
            "n": part.n,
            "mean": part.means,
            "sd": spread,
            "item_rest_r": classical.item_rest_correlations(part.covariance),
            "alpha_if_deleted": classical.alpha_if_deleted(part.covariance),
            "loading": np.full(len(part.items), np.nan) if fit is None else fit.loadings / spread,
        }
    )


def complete_rows(rows: Any) -> Any:
    """Rows of an array without a missing value."""
    return rows[~np.isnan(rows).any(axis=1)]
