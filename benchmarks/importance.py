"""Shapley shares of R2 beside pingouin, which gives one decomposition without intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pingouin

from benchmarks.pair import Pair
from surveykit.analyse.importance import importance


def pairs() -> list[Pair]:
    """What is compared: the same 12 predictors, and 15 with 1000 resamples beside the peer's 12 without any."""
    data = ratings(1000, 15)
    twelve, fifteen = list(data.columns[:12]), list(data.columns[:15])

    def peer() -> object:
        return pingouin.linear_regression(data[twelve], data["y"], relimp=True)

    return [
        Pair(
            "Shapley shares, 12 predictors, no draws",
            lambda: importance("y", twelve, data, n_boot=0),
            "pingouin",
            peer,
        ),
        Pair(
            "the same with 1000 draws, ranks",
            lambda: importance("y", twelve, data, n_boot=1000),
            "pingouin, no draws",
            peer,
        ),
        Pair(
            "15 predictors with 1000 draws, ranks",
            lambda: importance("y", fifteen, data, n_boot=1000),
            "pingouin, 12, no draws",
            peer,
        ),
        Pair(
            "Johnson weights, 15 predictors, 1000 draws",
            lambda: importance("y", fifteen, data, "johnson", n_boot=1000),
            "pingouin, 12, no draws",
            peer,
        ),
    ]


def ratings(n: int, p: int) -> pd.DataFrame:
    """Correlated ratings 1-10 and an outcome that they explain in part."""
    generator = np.random.default_rng(1)
    latent = generator.normal(size=(n, p)) + 0.8 * generator.normal(size=(n, 1))
    y = latent @ np.linspace(0.5, 0, p) + 1.5 * generator.normal(size=n)
    values = np.clip(np.round(np.column_stack([latent, y]) * 1.5 + 6), 1, 10)
    return pd.DataFrame(values, columns=[*(f"q{at}" for at in range(p)), "y"])
