"""Weighting and imputation beside plain numpy and statsmodels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from statsmodels.imputation.mice import MICEData

import surveykit as sk
from benchmarks.pair import Pair

CATEGORIES = (2, 5, 6, 4, 3)


def population(rows: int = 1_000_000) -> tuple[pd.DataFrame, dict[str, dict[int, float]]]:
    """Rows on five margins of whole-number codes, and their target shares."""
    random = np.random.default_rng(1)
    data = pd.DataFrame({f"m{at}": random.integers(1, size + 1, rows) for at, size in enumerate(CATEGORIES)})
    shares = {name: random.dirichlet(np.full(size, 8.0)) for name, size in zip(data, CATEGORIES, strict=True)}
    return data, {name: {at + 1: float(part) for at, part in enumerate(share)} for name, share in shares.items()}


def answers(rows: int = 5000, items: int = 40, missing: float = 0.1) -> pd.DataFrame:
    """Answers from 1 to 5 with four factors behind them, a tenth missing."""
    random = np.random.default_rng(1)
    factors = random.standard_normal((rows, 4)) @ random.standard_normal((4, items)) * 0.6
    codes = np.clip(np.round(factors + random.standard_normal((rows, items)) + 3), 1, 5)
    codes[random.random(codes.shape) < missing] = np.nan
    return pd.DataFrame(codes, columns=[f"Q{at}" for at in range(items)])


def one_pass(data: pd.DataFrame, targets: dict[str, dict[int, float]]) -> Callable[[], object]:
    """One pass of numpy over the rows for every margin, from codes in hand: what a single sweep of raking costs."""
    codes = [(data[name].to_numpy() - 1, np.array(list(wanted.values()))) for name, wanted in targets.items()]

    def sweep() -> object:
        weights = np.ones(len(data))
        for column, wanted in codes:
            weights *= (wanted * len(data) / np.bincount(column, weights=weights))[column]
        return weights

    return sweep


def chained_rounds(data: pd.DataFrame, rounds: int) -> Callable[[], object]:
    """As many rounds over all columns by statsmodels: least squares and matching, column by column."""

    def update() -> object:
        sets = MICEData(data)
        sets.update_all(rounds)
        return sets

    return update


def pairs() -> list[Pair]:
    """What is compared."""
    people, targets = population()
    wide = answers()
    return [
        Pair(
            "raking 1,000,000 rows to 5 margins, to 1e-10",
            lambda: sk.rake(people, targets),
            "numpy, one sweep, coded",
            one_pass(people, targets),
        ),
        Pair(
            "imputing 5,000 x 40 by matching, 4 rounds",
            lambda: sk.impute(wide, m=2, iterations=2),
            "statsmodels MICEData",
            chained_rounds(wide, 4),
        ),
    ]
