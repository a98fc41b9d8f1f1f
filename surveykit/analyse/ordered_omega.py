"""Categorical omega of one scale, from a one-factor model of its ordered answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.measurement import Measurement
from surveykit.analyse.reliability_model import Row, categorical, undefined
from surveykit.analyse.sem.fitting import Settings, fit_model, prepare
from surveykit.analyse.sem.syntax import Statement, Syntax
from surveykit.errors import Problem, SurveykitError

FACTOR = " factor"


def ordered_omega(
    rows: NDArray[np.float64], scale: str, items: Sequence[str], signs: Sequence[int], conf_level: float
) -> tuple[Row, list[Problem]]:
    """Categorical omega of rows (n, k) without missing answers, with its delta-method interval.

    A one-factor WLSMV fit gives loadings and thresholds; items are turned by `signs`. NaN with a Problem for two
    items (no factor of their own), an improper solution, or answers that the model cannot be fitted to.
    """
    place = f"scale {scale}"
    if len(items) < 3:
        return undefined(), []
    syntax = Syntax([Statement(FACTOR, "=~", item, 1) for item in items])
    settings = Settings(estimator="WLSMV", ordered=tuple(items))
    frame = pd.DataFrame(rows, columns=list(items))
    try:
        fitted = fit_model(syntax, prepare(syntax, frame, settings), settings)
    except SurveykitError as error:
        reason = "; ".join(str(problem) for problem in error.problems)
        return undefined(), [Problem.of("RELIABILITY-ORDERED-FIT", place, "warning", reason=reason)]
    if not fitted.solution.minimum.converged:
        return undefined(), [Problem.of("MEASURE-NOT-CONVERGED", place, "warning", call="omega_categorical")]
    turned = dict(zip(items, (int(sign) for sign in signs), strict=True))
    found = Measurement(fitted, 0, {FACTOR: tuple(items)}, turned, ())
    block = found.block(FACTOR, standard=True)
    total, _, problems = categorical(found, FACTOR, block, found.observed(tuple(items)), conf_level)
    return total, [Problem.of(problem.code, place, "warning") for problem in problems]
