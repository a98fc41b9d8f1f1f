"""Examples of dimensionality and exploratory factor analysis for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

import surveykit as sk
from surveykit.result import Result


def mobile() -> sk.Responses:
    """Real answers on seven scales."""
    return sk.load_data("ecsi_mobile")


def repeated() -> pd.DataFrame:
    """Three items, one of them twice: no factor solution."""
    return pd.DataFrame({"a": [1, 2, 3, 4, 5], "c": [2, 3, 3, 5, 5], "d": [1, 2, 3, 4, 5]})


EXAMPLES: dict[str, Callable[[], Result]] = {
    "number of factors": lambda: sk.n_factors(mobile(), n_draws=20),
    "number of factors, polychoric": lambda: sk.n_factors(
        mobile(), "polychoric", n_draws=20, quantile=None, only=["CUSA1", "CUSA2", "CUSA3", "CUSL1"]
    ),
    "factor analysis": lambda: sk.efa(mobile(), 3),
    "factor analysis without a solution": lambda: sk.efa(repeated(), 1, extraction="ml"),
    "hierarchical omega": lambda: sk.omega_hierarchical(mobile(), 3),
    "hierarchical omega of one factor": lambda: sk.omega_hierarchical(mobile(), 1),
}
