"""Examples of importance, priority, gap and Kano results for the contract test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.analyse.importance import Importance, importance
from surveykit.analyse.priority import priority_map
from surveykit.result import Result

DIMENSIONS = ["IMAG", "CUEX", "PERQ", "PERV"]


@cache
def scores() -> sk.Scores:
    """Scores of 250 real customers on the dimensions of the European index."""
    return sk.score(sk.load_data("ecsi_mobile"), scales=sk.load_study("ecsi_mobile").model.measurement)


def small(n: int = 40, seed: int = 2) -> pd.DataFrame:
    """Three ratings, a duplicate, a constant, a segment and an outcome."""
    generator = np.random.default_rng(seed)
    a, b, c = generator.integers(1, 6, (3, n)).astype(float)
    y = a + 0.5 * b + generator.normal(size=n)
    segment = np.resize(["new", "old", "gone"], n)
    return pd.DataFrame({"a": a, "b": b, "c": c, "twin": a, "flat": 3.0, "segment": segment, "y": y})


def of_scores(method: str = "shapley") -> Importance:
    """Importance of the dimensions for satisfaction."""
    return importance("CUSA", DIMENSIONS, scores(), method, n_boot=200)


EXAMPLES: dict[str, Callable[[], Result]] = {
    "importance": of_scores,
    "importance johnson": lambda: of_scores("johnson"),
    "importance dominance": lambda: of_scores("dominance"),
    "importance of groups": lambda: importance(
        "y", ["a", "b", "c", "segment"], small(), groups={"service": ["a", "b"]}, n_boot=200
    ),
    "importance of twins": lambda: importance("y", ["a", "twin", "flat"], small(), n_boot=200),
    "importance without resamples": lambda: importance("y", ["a", "b"], small(), n_boot=0),
    "importance from moments": lambda: importance(
        "y", ["a", "b"], sk.Moments.of(small()[["a", "b", "y"]].to_numpy(), ["a", "b", "y"]), n_boot=200
    ),
    "importance for a constant": lambda: importance("flat", ["a", "b"], small(), n_boot=200),
    "importance of few": lambda: importance("y", ["a", "b", "c"], small(4), n_boot=200),
    "priority map": lambda: priority_map(of_scores(), scores()),
    "priority map stated": lambda: priority_map(
        {"a": "b", "b": "c", "c": "a"}, small(), limits=(1, 5), crosshair=("mean", "middle")
    ),
    "priority map given": lambda: priority_map({"a": 0.5, "b": 0.2, "c": 0.3}, small(), crosshair=("median", 3.2)),
    "priority map with a gap": lambda: priority_map({"a": 1.0, "b": 2.0}, small().assign(b=np.nan)),
}
