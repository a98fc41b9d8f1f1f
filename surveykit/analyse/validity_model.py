"""What a fitted model says of its constructs: convergence, factor correlations, cross-loadings, items for HTMT."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.constructs import NOTHING, Constructs, Convergence
from surveykit.analyse.measurement import Measurement
from surveykit.analyse.sem.result import StructuralModel
from surveykit.errors import Problem
from surveykit.stats.arrays import standardise
from surveykit.stats.delta import delta_logit
from surveykit.stats.intervals import normal_quantile

FloatArray = NDArray[np.float64]


def model_constructs(found: Measurement) -> Constructs:
    """The items of a model's factors with their observed correlations; rows only where all count alike."""
    items = found.items
    chosen = [item in found.fitted.settings.ordered for item in items]
    mixed = any(chosen) and not all(chosen)
    observed = found.observed(items)
    rows = found.rows(items)
    problems = list(found.problems)
    usable = rows is not None and found.complete and not mixed
    if rows is None:
        problems.append(Problem.of("VALID-NOROWS", "", "note"))
    elif mixed:
        problems.append(Problem.of("VALID-MIXED", "", "note"))
    elif not usable:
        problems.append(Problem.of("VALID-UNEQUALROWS", "", "note"))
    turn = found.turn(items)
    return Constructs(
        found.factors,
        items,
        rows * turn if usable and rows is not None else None,
        observed,
        standardise(observed),
        turn,
        found.levels(items) if usable and all(chosen) else (),
        found.sample.n,
        all(chosen),
        tuple(problems),
    )


def model_convergence(found: Measurement, factor: str, conf_level: float) -> Convergence:
    """CR and AVE of a factor from standardised loadings, each with its delta-method interval.

    NaN for one item and for a negative residual variance.
    """
    place, nan = f"scale {factor}", float("nan")
    if len(found.factors[factor]) < 2:
        return Convergence(NOTHING, NOTHING, nan, "point", (Problem.of("VALID-ONEITEM", place, "warning"),))
    block = found.block(factor, standard=True)
    common, rest = float(block.loadings.sum()), float(block.unique.sum() + block.between)
    total = common**2 + rest
    if not (np.all(block.unique >= 0) and rest >= 0 and total > 0):
        return Convergence(NOTHING, NOTHING, nan, "point", (Problem.of("VALID-IMPROPER", place, "warning"),))
    estimate = common**2 / total
    slope = block.loading_slopes.sum(axis=0) * (2 * common * rest / total**2)
    slope = slope - (block.unique_slopes.sum(axis=0) + block.between_slope) * (common**2 / total**2)
    extracted = float(np.mean(block.loadings**2))
    by_loading = 2 * (block.loadings[:, None] * block.loading_slopes).mean(axis=0)
    return Convergence(
        (estimate, *delta_logit(estimate, slope, found.covariance, conf_level)),
        (extracted, *delta_logit(extracted, by_loading, found.covariance, conf_level)),
        nan,
        "delta_logit",
        (),
    )


def model_correlations(found: Measurement, conf_level: float) -> list[Any]:
    """Rows of the correlation of every pair of factors, with Wald intervals as `standardizedSolution` gives."""
    names = list(found.factors)
    point, group = found.point, found.system
    places = np.array([found.place(name) for name in names], dtype=np.int64)
    covariance = point.implied.covariance[np.ix_(places, places)]
    variance = np.diag(covariance)
    slopes = point.implied.slopes(point.free, everywhere=True)
    spread = group.spread(found.fitted.made.system.size)
    own = slopes.matrix(places, places) @ spread
    reach = normal_quantile(conf_level)
    rows = []
    for second, first in zip(*np.tril_indices(len(names), -1), strict=True):
        size = len(found.factors[names[first]]) + len(found.factors[names[second]])
        a, b = variance[first], variance[second]
        if not (a > 0 and b > 0):
            rows.append((names[first], names[second], "factor_r", *NOTHING, size, "point"))
            continue
        r = covariance[first, second] / np.sqrt(a * b)
        moved = slopes.matrix(places[[first]], places[[second]])[0] @ spread
        gradient = moved / np.sqrt(a * b) - r / 2 * (own[first] / a + own[second] / b)
        squared = float(gradient @ found.covariance @ gradient)
        error = float(np.sqrt(squared)) if squared >= 0 else float("nan")
        r = float(r)
        rows.append(
            (names[first], names[second], "factor_r", r, error, r - reach * error, r + reach * error, size, "wald")
        )
    return rows


def model_cross(model: StructuralModel, found: Measurement) -> pd.DataFrame:
    """A row an item and factor: implied correlation, own, and mi with std_epc of a loading that the model has not."""
    items, factors = list(found.items), list(found.factors)
    places = [found.place(name) for name in (*items, *factors)]
    covariance = found.point.implied.covariance[np.ix_(places, places)]
    p = len(items)
    implied = standardise(covariance)[:p, p:] * found.turn(found.items)[:, None]
    owner = {item: factor for factor, own in reversed(found.factors.items()) for item in own}
    table = pd.DataFrame(
        {
            "item": np.repeat(np.array(items, dtype=object), len(factors)),
            "scale": np.repeat(np.array([owner[item] for item in items], dtype=object), len(factors)),
            "scale2": np.tile(np.array(factors, dtype=object), p),
            "estimate": implied.ravel(),
            "own": [int(item in found.factors[factor]) for item in items for factor in factors],
        }
    )
    indices = model.modification_indices()
    indices = indices[(indices["op"] == "=~") & (indices["group"] == found.sample.label)]
    added = indices.rename(columns={"lhs": "scale2", "rhs": "item"})[["item", "scale2", "mi", "std_epc"]]
    merged = table.merge(added, on=["item", "scale2"], how="left")
    merged["std_epc"] *= merged["item"].map(found.signs)
    return merged
