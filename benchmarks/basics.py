"""Reliability and regression beside the Python packages that do them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin
import statsmodels.formula.api as smf

import surveykit as sk
from benchmarks.pair import FOLDER, Pair
from surveykit.stats import classical
from surveykit.stats.intervals import feldt


def pairs() -> list[Pair]:
    """What is compared."""
    bfi = pd.read_csv(FOLDER / "bfi.csv", encoding="utf-8").iloc[:, :25].dropna()
    neuro = bfi[["N1", "N2", "N3", "N4", "N5"]]
    formula = "N1 ~ N2 + N3 + N4 + N5 + E1 + E2 + E3"
    big = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (1_000_000, 10)), columns=[f"Q{i}" for i in range(10)])
    return [
        Pair(
            "alpha with interval, 5 items",
            lambda: alpha_of(neuro),
            "pingouin",
            lambda: pingouin.cronbach_alpha(neuro),
        ),
        Pair(
            "all coefficients, 10 items x 1,000,000",
            lambda: sk.reliability(sk.Moments.of(big.to_numpy(), list(big))),
            "pingouin, alpha only",
            lambda: pingouin.cronbach_alpha(big),
        ),
        Pair(
            "regression with HC3, 7 predictors",
            lambda: sk.regress(formula, bfi).table,
            "statsmodels",
            lambda: smf.ols(formula, bfi).fit(cov_type="HC3").summary(),
        ),
    ]


def alpha_of(frame: pd.DataFrame) -> object:
    """Our alpha and its interval, without the other coefficients."""
    covariance = sk.Moments.of(frame.to_numpy(), list(frame)).covariance
    value = classical.alpha(covariance)
    return value, feldt(value, len(frame), frame.shape[1])
