"""Average marginal effects: how much a probability changes, on average over the respondents, with a predictor."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.design import Design
from surveykit.stats.links import LINKS

Array = NDArray[np.float64]


def average_effects(design: Design, beta: Array, vcov: Array, conf_level: float) -> pd.DataFrame:
    """A row a numeric predictor (slope) or a category against the first (difference), with delta-method errors."""
    rows = []
    for name in design.predictors:
        column = design.used[name]
        if _is_switch(column):
            rows.append((name, "", *_difference(design, name, 0, 1, beta)))
        elif pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype):
            rows.append((name, "", *_slope(design, name, beta)))
        else:
            first, *others = _levels(column)
            rows += [(name, str(level), *_difference(design, name, first, level, beta)) for level in others]
    estimate = np.array([row[2] for row in rows], dtype=float)
    gradient = np.array([row[3] for row in rows], dtype=float).reshape(len(rows), len(beta))
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", gradient, vcov, gradient), 0))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = estimate / np.where(error > 0, error, np.nan)
    reach = special.ndtri((1 + conf_level) / 2)
    return pd.DataFrame(
        {
            "term": [row[0] for row in rows],
            "level": [row[1] for row in rows],
            "estimate": estimate,
            "std_error": error,
            "z": z,
            "p_value": 2 * special.ndtr(-np.abs(z)),
            "conf_low": estimate - reach * error,
            "conf_high": estimate + reach * error,
        }
    )


def _is_switch(column: pd.Series) -> bool:
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    return numeric and set(column.unique()) == {0, 1}


def _levels(column: pd.Series) -> list:
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = set(column.unique())
        return [level for level in column.dtype.categories if level in used]
    return sorted(column.unique().tolist())


def _rows(design: Design, name: str, value: object) -> Array:
    column = design.used[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        filled = pd.Series(pd.Categorical([value] * len(column), dtype=column.dtype), index=column.index)
    else:
        filled = pd.Series(np.full(len(column), value), index=column.index)
    return np.column_stack([np.ones(len(column)), design.at(design.used.assign(**{name: filled}))])


def _difference(design: Design, name: str, low: object, high: object, beta: Array) -> tuple[float, Array]:
    link = LINKS["logit"]
    off, on = _rows(design, name, low), _rows(design, name, high)
    estimate = float((link.cdf(on @ beta) - link.cdf(off @ beta)).mean())
    n = len(on)
    return estimate, (link.density(on @ beta) @ on - link.density(off @ beta) @ off) / n


def _slope(design: Design, name: str, beta: Array) -> tuple[float, Array]:
    link = LINKS["logit"]
    column = design.used[name].astype(float)
    step = 1e-4 * (float(column.std()) or 1.0)
    ones = np.ones(len(column))
    here = np.column_stack([ones, design.x])
    up, down = (design.at(design.used.assign(**{name: column + sign * step})) for sign in (1, -1))
    change = np.column_stack([np.zeros(len(column)), (up - down) / (2 * step)])
    eta, rate = here @ beta, change @ beta
    estimate = float((link.density(eta) * rate).mean())
    return estimate, ((link.slope(eta) * rate) @ here + link.density(eta) @ change) / len(column)
