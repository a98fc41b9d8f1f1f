"""Examples of missing-data reports and pooled results for the contract test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.analyse.impute import Imputations, impute, pool
from surveykit.analyse.survey import survey_share
from surveykit.result import Result
from tests.oracle_values import frame


@cache
def nhanes() -> list[pd.DataFrame]:
    """The twenty completed data sets of the oracle."""
    stacked = frame("nhanes_imputed_m20")
    return [part.reset_index(drop=True) for _, part in stacked.groupby(".imp")]


@cache
def answers() -> sk.Responses:
    """Real answers with a tenth of three items taken away."""
    found = sk.load_data("ecsi_mobile")
    items = ["CUSA1", "CUSA2", "CUSL3"]
    gone = np.random.default_rng(2).random((found.n, 3)) < 0.1
    return found.with_columns(found.frame(items).mask(gone))


@cache
def imputed() -> Imputations:
    """Three imputations of those answers."""
    return impute(answers(), m=3, iterations=6)


def regressions() -> list[Result]:
    """A regression on each of the oracle's data sets."""
    return [sk.regress("chl ~ age + bmi", data, covariance="classical") for data in nhanes()]


EXAMPLES: dict[str, Callable[[], Result]] = {
    "missing data": lambda: imputed().report,
    "missing data of little": lambda: impute(frame("nhanes"), m=2, iterations=2).report,
    "nothing missing": lambda: impute(frame("apistrat")[["api00", "ell"]], m=2).report,
    "pooled regression": lambda: pool(regressions()),
    "pooled means": lambda: imputed().apply(sk.describe),
    "pooled correlations": lambda: imputed().apply(lambda data: sk.correlate(data, ["CUSA1", "CUSA2", "CUSL3"])),
    "pooled nps": lambda: pool([sk.nps([10, 9, 3, 8, last]) for last in (10, 8, 2)]),
    "pooled shares": lambda: pool([survey_share(data, "hyp", 1) for data in nhanes()]),
    "pooled reliability": lambda: imputed().apply(
        lambda data: sk.reliability(data, scales={"S": ["CUSA1", "CUSA2", "CUSA3"]})
    ),
    "pooled nobody": lambda: pool([sk.top_box([], (1, 5)), sk.top_box([], (1, 5))]),
}
