"""Examples of importance, priority, gap and Kano results for the contract test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.analyse.importance import Importance, importance
from surveykit.analyse.kano import kano
from surveykit.analyse.priority import priority_map
from surveykit.analyse.servqual import servqual
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


def wishes(n: int = 150) -> pd.DataFrame:
    """Answers 1 (like) to 5 (dislike) to four attributes, present (f) and absent (d)."""
    generator = np.random.default_rng(4)
    chances = {
        "f1": [0.6, 0.1, 0.2, 0.1, 0],
        "d1": [0.02, 0.1, 0.5, 0.28, 0.1],
        "f2": [0.1, 0.6, 0.2, 0.1, 0],
        "d2": [0, 0.02, 0.08, 0.1, 0.8],
        "f3": [0.7, 0.2, 0.1, 0, 0],
        "d3": [0, 0.05, 0.15, 0.1, 0.7],
        "f4": [0.2, 0.2, 0.4, 0.1, 0.1],
        "d4": [0.1, 0.2, 0.5, 0.1, 0.1],
    }
    return pd.DataFrame({name: generator.choice(np.arange(1, 6), n, p=p) for name, p in chances.items()})


def gaps(n: int = 120) -> pd.DataFrame:
    """Expectation and perception of six attributes on 1-7; the first two fall short, the last exceeds."""
    generator = np.random.default_rng(6)
    level = generator.normal(5, 0.6, (n, 1))
    shift = np.array([-1.0, -0.6, -0.1, 0.0, 0.1, 0.8])
    expected = np.clip(np.round(level + generator.normal(0, 0.7, (n, 6))), 1, 7)
    perceived = np.clip(np.round(level + shift + generator.normal(0, 0.9, (n, 6))), 1, 7)
    names = [f"E{i}" for i in range(1, 7)] + [f"P{i}" for i in range(1, 7)]
    return pd.DataFrame(np.column_stack([expected, perceived]), columns=names)


EXPECTED, PERCEIVED = [f"E{i}" for i in range(1, 7)], [f"P{i}" for i in range(1, 7)]
ASPECTS = {"REL": ["P1", "P2"], "RES": ["P3", "P4"], "TAN": ["P5", "P6"]}

FUNCTIONAL = {"wifi": "f1", "safety": "f2", "speed": "f3", "colour": "f4"}
DYSFUNCTIONAL = {"wifi": "d1", "safety": "d2", "speed": "d3", "colour": "d4"}


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
    "importance ordinal": lambda: importance("CUSA1", ["IMAG", "PERQ", "PERV"], scores(), kind="ordinal", n_boot=200),
    "importance binary": lambda: importance(
        "renewed", ["a", "b"], small(120).assign(renewed=lambda f: f["y"] > 4), "dominance", kind="binary", n_boot=200
    ),
    "importance with separation": lambda: importance(
        "up", ["a"], small().assign(up=lambda f: f["a"] > 2), kind="binary", n_boot=200
    ),
    "priority map": lambda: priority_map(of_scores(), scores()),
    "priority map stated": lambda: priority_map(
        {"a": "b", "b": "c", "c": "a"}, small(), limits=(1, 5), crosshair=("mean", "middle")
    ),
    "priority map given": lambda: priority_map({"a": 0.5, "b": 0.2, "c": 0.3}, small(), crosshair=("median", 3.2)),
    "priority map with a gap": lambda: priority_map({"a": 1.0, "b": 2.0}, small().assign(b=np.nan)),
    "kano": lambda: kano(FUNCTIONAL, DYSFUNCTIONAL, wishes()),
    "kano of nobody": lambda: kano(["f1", "f2"], ["d1", "d2"], wishes().assign(f1=np.nan, f2=5, d2=5)),
    "service gaps": lambda: servqual(EXPECTED, PERCEIVED, gaps(), ASPECTS),
    "service gaps without dimensions": lambda: servqual({"a": "E1"}, {"a": "P1"}, gaps()),
    "service gaps undefined": lambda: servqual(["E1", "E2"], ["P1", "P2"], gaps().assign(E1=np.nan, E2=3, P2=4)),
}
