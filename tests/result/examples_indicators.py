"""Examples of indicator trees, weights, rankings, fuzzy and two-way evaluations for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from surveykit.analyse.ahp import ahp, weigh
from surveykit.analyse.fuzzy_evaluation import fuzzy_evaluation
from surveykit.analyse.indicators import indicators
from surveykit.analyse.topsis import topsis
from surveykit.analyse.two_way import two_way
from surveykit.result import Result
from surveykit.spec.indicators import IndicatorTree, load_indicators

VALUES = {
    "CLARITY": 4.3, "ORDERING": 3.9, "POLICY": "drafted", "ONTIME": 91.0, "FILLRATE": 97.5, "ACCURACY": 98.7,
    "CHANGES": 3.1, "TRACKING": 4.1, "RETURNS": 4.6, "COMPLAINT": 0.8, "HANDLING": 71.0, "INVOICE": 98.2,
}  # fmt: skip

JETS = pd.DataFrame(
    {
        "speed": [2.0, 2.5, 1.8, 2.2],
        "range": [1500, 2700, 2000, 1800],
        "payload": [20000, 18000, 21000, 20000],
        "cost": [5.5, 6.5, 4.5, 5.0],
        "reliability": [5, 3, 7, 5],
        "manoeuvre": [9, 5, 7, 5],
    },
    index=["A1", "A2", "A3", "A4"],
)
"""The fighter aircraft of Hwang & Yoon 1981, qualitative grades as they quantify them."""
JET_WEIGHTS = {"speed": 0.2, "range": 0.1, "payload": 0.1, "cost": 0.1, "reliability": 0.2, "manoeuvre": 0.3}


def tree() -> IndicatorTree:
    """The shipped tree of customer service."""
    return load_indicators("s3_service")


def branches(n: int = 4) -> pd.DataFrame:
    """Made-up values of the tree for several branches."""
    generator = np.random.default_rng(3)
    frame = pd.DataFrame([VALUES] * n, index=[f"Branch {letter}" for letter in "ABCDEFGH"[:n]], dtype=object)
    for name, spread in {"CLARITY": 0.3, "ONTIME": 4.0, "ACCURACY": 0.6, "CHANGES": 0.5, "HANDLING": 12.0}.items():
        frame[name] = frame[name].astype(float) + generator.normal(0, spread, n)
    frame["POLICY"] = ["drafted", "in force", "absent", "in force and reviewed"][:n]
    return frame


def varied(n: int = 4) -> pd.DataFrame:
    """Branches that differ in every leaf."""
    generator = np.random.default_rng(9)
    frame = branches(n)
    for name in ("ORDERING", "FILLRATE", "TRACKING", "RETURNS", "COMPLAINT", "INVOICE"):
        frame[name] = frame[name].astype(float) + generator.normal(0, 0.2, n)
    return frame


def draws(n: int = 400) -> dict[str, np.ndarray]:
    """Resampled values of some leaves around the single unit's."""
    generator = np.random.default_rng(5)
    spread = {"CLARITY": 0.1, "ORDERING": 0.1, "ONTIME": 1.5, "HANDLING": 4.0, "CHANGES": 0.12}
    return {name: VALUES[name] + generator.normal(0, sd, n) for name, sd in spread.items()}


def square(k: int, upper: list[float]) -> np.ndarray:
    """A reciprocal matrix from its upper triangle, row by row."""
    matrix = np.eye(k)
    matrix[np.triu_indices(k, 1)] = upper
    below = np.tril_indices(k, -1)
    matrix[below] = 1 / matrix.T[below]
    return matrix


def judgements() -> dict[str, pd.DataFrame]:
    """Three people compare the branches of the tree."""
    names = ["BEFORE", "DURING", "AFTER"]
    return {
        who: pd.DataFrame(square(3, upper), index=names, columns=names)
        for who, upper in {"a": [1 / 2, 2, 3], "b": [1 / 3, 1, 4], "c": [1, 1 / 5, 3]}.items()
    }


def rated(n: int = 24) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same branches as customers and staff see them; staff rate the second indicator too well."""
    generator = np.random.default_rng(8)
    true = generator.normal(3.6, 0.5, (n, 3))
    names = ["CLARITY", "ORDERING", "TRACKING"]
    customer = pd.DataFrame(true + generator.normal(0, 0.2, (n, 3)), columns=names)
    provider = pd.DataFrame(true + generator.normal(0, 0.2, (n, 3)) + [0.0, 0.6, 0.1], columns=names)
    unit = [f"u{at}" for at in range(n)]
    return customer.assign(branch=unit), provider.assign(branch=unit)


CLOTHES = pd.DataFrame(
    [[0.2, 0.5, 0.2, 0.1], [0.7, 0.2, 0.1, 0.0], [0.0, 0.4, 0.5, 0.1], [0.2, 0.3, 0.5, 0.0]],
    index=["pattern", "style", "durability", "price"],
    columns=["very welcome", "welcome", "less welcome", "unwelcome"],
)
"""The clothing of Chinese textbooks of fuzzy mathematics: memberships of four factors in four grades."""
POINTS = {"very welcome": 100.0, "welcome": 75.0, "less welcome": 40.0, "unwelcome": 0.0}

EXAMPLES: dict[str, Callable[[], Result]] = {
    "indicators": lambda: indicators(tree(), VALUES),
    "indicators with draws": lambda: indicators(
        tree(), VALUES, draws=draws(), previous={**VALUES, "ONTIME": 88.0}, aggregate="geometric"
    ),
    "indicators of branches": lambda: indicators(tree(), branches(), weights="critic"),
    "indicators to targets": lambda: indicators(tree(), branches(), normalise="target", weights="entropy"),
    "indicators in z scores": lambda: indicators(tree(), branches(3), normalise="z"),
    "indicators in z scores of all": lambda: indicators(tree(), varied(), normalise="z"),
    "indicators with a gap": lambda: indicators(tree(), {**VALUES, "ONTIME": None}),
    "indicators reweighted": lambda: indicators(tree(), {**VALUES, "ONTIME": None}, missing="reweight"),
    "indicators without a value": lambda: indicators(tree(), dict.fromkeys(VALUES)),
    "judged weights": lambda: ahp(judgements()),
    "contradictory weights": lambda: ahp(square(3, [9, 1 / 9, 9]), ["x", "y", "z"]),
    "equal weights": lambda: weigh(JETS, "equal"),
    "entropy weights": lambda: weigh(JETS, "entropy"),
    "critic weights": lambda: weigh(JETS, "critic", lower=["cost"]),
    "undefined weights": lambda: weigh(JETS.iloc[:1], "critic"),
    "topsis": lambda: topsis(JETS, JET_WEIGHTS, lower=["cost"]),
    "topsis of twins": lambda: topsis(JETS.iloc[[0, 0]].set_axis(["p", "q"]), JET_WEIGHTS),
    "fuzzy": lambda: fuzzy_evaluation(CLOTHES, [0.1, 0.2, 0.3, 0.4], POINTS),
    "fuzzy max-min": lambda: fuzzy_evaluation(CLOTHES, [0.4, 0.35, 0.15, 0.1], operator="max_min"),
    "fuzzy with a gap": lambda: fuzzy_evaluation(CLOTHES.mask(CLOTHES == 0.7), points=POINTS),
    "two sides": lambda: two_way(*rated(), by="branch"),
    "two sides apart": lambda: two_way(rated()[0], rated(20)[1]),
    "two sides of one": lambda: two_way(rated(1)[0], rated(1)[1], paired=True),
}
