"""Reliability of the sums of each factor's items, as a fitted model sees it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.measurement import Block, Measurement
from surveykit.errors import Problem
from surveykit.stats import classical
from surveykit.stats.composite import factor_reliability
from surveykit.stats.delta import delta_logit
from surveykit.stats.intervals import feldt
from surveykit.stats.moments import Moments
from surveykit.stats.ordinal_omega import alpha_ordinal, omega_categorical

FloatArray = NDArray[np.float64]
Row = tuple[float, float, float, float, str]
NAN = float("nan")
STEP = 1e-5


def factor_rows(found: Measurement, factor: str, conf_level: float) -> tuple[dict[str, Row], list[Problem]]:
    """Coefficients of a factor's items, each (estimate, error, low, high, method), and why some are undefined."""
    items, place = found.factors[factor], f"scale {factor}"
    ordered = found.ordered(factor)
    covariance = found.observed(items)
    problems = list(classical.item_problems(covariance, items, place))
    if any(ordered) and not all(ordered):
        return {"alpha": _point(NAN)}, [*problems, Problem.of("RELIABILITY-MIXED", place, "warning")]
    if all(ordered):
        rows, more = _ordered(found, factor, covariance, conf_level)
    else:
        rows, more = _continuous(found, factor, covariance, conf_level)
    return rows, [*problems, *more]


def undefined() -> Row:
    """No estimate."""
    return _point(NAN)


def _point(value: float) -> Row:
    return value, NAN, NAN, NAN, "point"


def _alpha(found: Measurement, covariance: FloatArray, conf_level: float) -> Row:
    value = classical.alpha(covariance)
    if not found.complete:
        return _point(value)
    n = found.sample.n
    low, high = feldt(value, n, len(covariance), conf_level)
    return value, classical.alpha_ase(covariance, n), float(low), float(high), "feldt"


def _continuous(
    found: Measurement, factor: str, covariance: FloatArray, conf_level: float
) -> tuple[dict[str, Row], list[Problem]]:
    problems = []
    block = found.block(factor, standard=False)
    common, rest = float(block.loadings.sum()), float(block.unique.sum() + block.between)
    total = common**2 + rest
    omega = _point(NAN)
    improper = not (np.all(block.unique >= 0) and total > 0 and len(block.loadings) > 1)
    if improper and len(block.loadings) > 1:
        problems.append(Problem.of("RELIABILITY-IMPROPER", f"scale {factor}", "warning"))
    if not improper:
        slope = block.loading_slopes.sum(axis=0) * (2 * common * rest / total**2)
        slope = slope - (block.unique_slopes.sum(axis=0) + block.between_slope) * (common**2 / total**2)
        value = common**2 / total
        omega = (value, *delta_logit(value, slope, found.covariance, conf_level), "delta_logit")
    whole = _implied(found, factor)
    other = factor_reliability(block.loadings[:, None], np.ones((1, 1)), np.diag(block.unique), covariance, whole)[0]
    keep = NAN if improper else 1.0
    return {
        "alpha": _alpha(found, covariance, conf_level),
        "omega": omega,
        "omega_implied": _point(other.omega2 * keep),
        "omega_observed": _point(other.omega3 * keep),
        "ave_weighted": _point(float((block.loadings**2).sum() / np.trace(whole)) * keep),
    }, problems


def _implied(found: Measurement, factor: str) -> FloatArray:
    """Covariances of the items that the model implies, turned."""
    items = found.factors[factor]
    places = [found.place(item) for item in items]
    turn = found.turn(items)
    return np.asarray(found.point.implied.covariance[np.ix_(places, places)] * np.multiply.outer(turn, turn))


def _ordered(
    found: Measurement, factor: str, correlation: FloatArray, conf_level: float
) -> tuple[dict[str, Row], list[Problem]]:
    items = found.factors[factor]
    rows = found.rows(items)
    assert rows is not None
    observed = Moments.of(rows * found.turn(items), items).covariance
    block = found.block(factor, standard=True)
    total, between, problems = categorical(found, factor, block, correlation, conf_level)
    squared = float(np.mean(block.loadings**2))
    return {
        "alpha": _alpha(found, observed, conf_level),
        "alpha_ordinal": _point(alpha_ordinal(correlation)),
        "omega_categorical": total,
        "omega_categorical_observed": between,
        "ave_weighted": _point(NAN if problems else squared),
    }, problems


def categorical(
    found: Measurement, factor: str, block: Block, correlation: FloatArray, conf_level: float
) -> tuple[Row, Row, list[Problem]]:
    """Categorical omega with a delta-method interval, over the model's and over the polychoric correlations.

    Its slopes in loadings and thresholds are central differences; theirs in the parameters are exact.
    """
    items = found.factors[factor]
    improper = not (np.all(block.unique >= 0) and np.all(np.abs(block.loadings) <= 1))
    if improper or len(items) < 2:
        told = [Problem.of("RELIABILITY-IMPROPER", f"scale {factor}", "warning")] if improper else []
        return _point(NAN), _point(NAN), told
    cuts, slopes = _thresholds(found, items)
    sizes = np.cumsum([len(one) for one in cuts])[:-1]
    k = len(items)
    residual = _residual_correlations(found, items)

    def omega(at: FloatArray) -> float:
        loadings = at[:k]
        implied = np.multiply.outer(loadings, loadings) + residual
        return omega_categorical(loadings, np.split(at[k:], sizes), implied)

    here = np.concatenate([block.loadings, *cuts])
    value = omega(here)
    moves = STEP * np.eye(len(here))
    by_part = np.array([(omega(here + move) - omega(here - move)) / (2 * STEP) for move in moves])
    gradient = by_part @ np.vstack([block.loading_slopes, slopes])
    over_observed = omega_categorical(block.loadings, cuts, correlation)
    first = (value, *delta_logit(value, gradient, found.covariance, conf_level), "delta_logit")
    return first, _point(over_observed), []


def _thresholds(found: Measurement, items: tuple[str, ...]) -> tuple[list[FloatArray], FloatArray]:
    """Standardised thresholds of each item, turned (a reversed item's come from the other end), with slopes."""
    fitted = found.fitted
    scaled = found.scaled(standard=True)
    cuts, slopes = [], []
    for item in items:
        at = [
            place
            for place, row in enumerate(fitted.made.table.rows)
            if row.group == found.group + 1 and row.op == "|" and row.lhs == item
        ]
        sign = found.signs[item]
        cuts.append((scaled.values[at] * sign)[::sign])
        slopes.append((scaled.slopes[at] * sign)[::sign])
    return cuts, np.vstack(slopes)


def _residual_correlations(found: Measurement, items: tuple[str, ...]) -> FloatArray:
    """Residual covariances of the standardised items, turned, 0 on the diagonal."""
    places = [found.place(item) for item in items]
    point = found.point
    back = np.linalg.inv(point.implied.effects)
    residual = (back @ point.implied.covariance @ back.T)[np.ix_(places, places)]
    spread = np.sqrt(np.diag(point.implied.covariance)[places])
    turn = found.turn(items) / spread
    out = residual * np.multiply.outer(turn, turn)
    np.fill_diagonal(out, 0.0)
    return np.asarray(out)


def item_rows(found: Measurement, factor: str) -> pd.DataFrame:
    """Item statistics of a factor: from the answers of ordered items, else from the moments of the fit."""
    items = found.factors[factor]
    rows, turn = found.rows(items), found.turn(items)
    if all(found.ordered(factor)) and rows is not None:
        moments = Moments.of(rows, items)
        covariance, means, n = moments.covariance * np.multiply.outer(turn, turn), moments.mean, moments.n
    else:
        at = [found.sample.names.index(item) for item in items]
        n = found.sample.n
        scale = n / (n - 1) if found.fitted.recipe.likelihood else 1.0
        covariance, means = found.observed(items) * scale, found.sample.mean[at]
    return pd.DataFrame(
        {
            "scale": factor,
            "item": items,
            "keyed": [found.signs[item] for item in items],
            "n": n,
            "mean": means,
            "sd": np.sqrt(np.diag(covariance)),
            "item_rest_r": classical.item_rest_correlations(covariance),
            "alpha_if_deleted": classical.alpha_if_deleted(covariance),
            "loading": found.block(factor, standard=True).loadings,
        }
    )
