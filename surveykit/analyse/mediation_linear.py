"""Mediation by linear regressions: estimates, all bootstrap draws at once, and the regressions behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.mediation_plan import Edge, Plan, Roles, plan_of
from surveykit.errors import SurveykitError
from surveykit.stats.bootstrap_bounds import bca, percentile
from surveykit.stats.path_system import coefficients, residual_variance, slope_errors
from surveykit.stats.resampled_sums import left_out_covariances, resampled_covariances

FloatArray = NDArray[np.float64]


def linear_effects(
    values: FloatArray, roles: Roles, at: tuple[float, ...], n_boot: int, seed: int, interval: str, conf_level: float
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float], int]:
    """The table of effects, the regressions, R2 of each outcome, and how many draws were lost."""
    plan = plan_of(roles, at)
    place = {name: number for number, name in enumerate(roles.names)}
    with_products = [values, *(values[:, [place[a]]] * values[:, [place[b]]] for a, b in plan.products)]
    columns = np.concatenate(with_products, axis=1)
    sample = np.cov(columns, rowvar=False, ddof=0)[:, :, None]
    raw, standard = plan.values(sample)
    if np.isnan(coefficients_of(plan, sample)).any():
        raise SurveykitError.of("MEDIATE-COLLINEAR", names=", ".join((*roles.x, *roles.m, *roles.covariates)))
    estimate = np.concatenate([raw, standard])[:, 0]
    draws = np.concatenate(plan.values(resampled_covariances(columns, n_boot, seed))).T
    lost = int((~np.isfinite(draws[:, 0])).sum())
    if interval == "bca":
        without = np.concatenate(plan.values(left_out_covariances(columns))).T
        low, high = bca(draws, estimate, without, conf_level)
    else:
        low, high = percentile(draws, conf_level)
    count = len(plan.rows)
    error = np.std(draws[:, :count], axis=0, ddof=1) if not lost else np.nanstd(draws[:, :count], axis=0, ddof=1)
    equations, sobel, delta = _equations(plan, sample, len(values))
    table = pd.DataFrame(
        {
            "predictor": [row.predictor for row in plan.rows],
            "via": [via_text(row.measure, row.via) for row in plan.rows],
            "outcome": [row.outcome for row in plan.rows],
            "measure": [row.measure for row in plan.rows],
            "at": [row.at for row in plan.rows],
            "estimate": estimate[:count],
            "std_error": error,
            "conf_low": low[:count],
            "conf_high": high[:count],
            "beta": estimate[count:],
            "beta_low": low[count:],
            "beta_high": high[count:],
            "sobel_error": sobel,
            "delta_error": delta,
        }
    )
    r2 = {}
    for equation in plan.equations:
        slopes = coefficients(sample, equation)
        total = sample[equation.outcome, equation.outcome, 0]
        left = residual_variance(sample, equation, slopes)[0]
        r2[f"r2 {plan.columns[equation.outcome]}"] = float(1 - left / total)
    return table, equations, r2, lost


def via_text(measure: str, via: tuple[str, ...]) -> str:
    """The mediators of a row in one text: chains by arrows, together by plus, compared by minus."""
    if measure == "indirect_difference" and len(via) == 3:
        first, _, second = (part.replace("+", " → ") for part in via)
        return f"{first} − {second}"
    return (" + " if measure in ("total_indirect", "proportion_mediated", "natural_indirect") else " → ").join(via)


def coefficients_of(plan: Plan, sample: FloatArray) -> FloatArray:
    """Every slope of every regression in one sample."""
    return np.concatenate([coefficients(sample, equation)[:, 0] for equation in plan.equations])


def _equations(plan: Plan, sample: FloatArray, n: int) -> tuple[pd.DataFrame, FloatArray, FloatArray]:
    """The regressions with classical errors, and first-order errors of each indirect chain (least squares and ML)."""
    spread = np.sqrt(np.einsum("iib->ib", sample))[:, 0]
    known: dict[tuple[int, int], tuple[float, float, float]] = {}
    parts = []
    for number, equation in enumerate(plan.equations):
        slopes = coefficients(sample, equation)
        errors = slope_errors(sample, equation, slopes, n)
        use = np.array(equation.predictors)
        freedom = n - len(use) - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            t = slopes[:, 0] / np.where(errors > 0, errors, np.nan)
        for at, slope in enumerate(slopes[:, 0]):
            known[number, at] = (float(slope), float(errors[at]), float(errors[at]) * np.sqrt(freedom / n))
        parts.append(
            pd.DataFrame(
                {
                    "outcome": plan.columns[equation.outcome],
                    "term": [plan.columns[one] for one in use],
                    "estimate": slopes[:, 0],
                    "std_error": errors,
                    "statistic": t,
                    "p_value": 2 * special.stdtr(freedom, -np.abs(t)) if freedom > 0 else np.nan,
                    "beta": slopes[:, 0] * spread[use] / spread[equation.outcome],
                }
            )
        )
    found = np.full((2, len(plan.rows)), np.nan)
    for at, row in enumerate(plan.rows):
        if row.measure == "indirect":
            found[:, at] = _first_order(row.chains[0][0], known)
    return pd.concat(parts, ignore_index=True), found[0], found[1]


def _first_order(edges: tuple[Edge, ...], known: dict[tuple[int, int], tuple[float, float, float]]) -> list[float]:
    values = np.array([known[edge.equation, edge.slope] for edge in edges])
    others = np.array([np.prod(np.delete(values[:, 0], at)) for at in range(len(values))])
    return [float(np.sqrt(((others * values[:, which]) ** 2).sum())) for which in (1, 2)]
