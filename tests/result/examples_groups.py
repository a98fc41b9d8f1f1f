"""Examples of comparisons, waves, modes, correlations and method bias for the contract test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from surveykit.analyse.compare import compare
from surveykit.analyse.correlation import correlate
from surveykit.analyse.method_bias import method_bias
from surveykit.analyse.mode_effects import mode_effects
from surveykit.analyse.sem.invariance import Invariance, invariance
from surveykit.analyse.waves import waves
from surveykit.result import Result
from tests.oracle_values import frame

MODEL = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"


def grouped() -> pd.DataFrame:
    """Agreeableness and neuroticism of the bfi respondents with text groups, an NPS-like answer and weights."""
    data = frame("bfi")
    recommend = (data["A3"] * 2 - 2).astype(float)
    return pd.DataFrame(
        {
            "warmth": data[["A2", "A3", "A4", "A5"]].mean(axis=1),
            "worry": data[["N1", "N2", "N3", "N4", "N5"]].mean(axis=1),
            "kind": data["A2"],
            "recommend": recommend,
            "happy": (data["A5"] >= 5).astype(float).where(data["A5"].notna()),
            "sex": data["gender"].map({1: "men", 2: "women"}),
            "school": data["education"].map({1: "some", 2: "high", 3: "part", 4: "college", 5: "graduate"}),
            "weight": 1 + (data["age"] % 7) / 3,
            "age": data["age"],
        }
    )


def seasons(rows: int = 2800) -> pd.DataFrame:
    """The same respondents spread over three waves in order."""
    data = grouped().head(rows)
    order = ["spring", "summer", "autumn"]
    return data.assign(wave=pd.Categorical(np.resize(order, len(data)), order, ordered=True))


def few() -> pd.DataFrame:
    """Groups of six, fifteen and many."""
    data = grouped().head(400)
    return data.assign(region=["far"] * 6 + ["near"] * 15 + ["town"] * 379)


@cache
def schools() -> tuple[pd.DataFrame, Invariance]:
    """Test scores of two schools with the ladder of their factors."""
    data, ladder = frame("hs1939"), invariance(MODEL, frame("hs1939"), "school")
    for name, items in {"visual": "123", "textual": "456", "speed": "789"}.items():
        data[name] = data[[f"x{item}" for item in items]].mean(axis=1)
    return data, ladder


BIG = {scale: [f"{scale}{at}" for at in range(1, 6)] for scale in "ACEO"}


def keyed() -> pd.DataFrame:
    """The bfi items, all pointing the way of their scale."""
    data = frame("bfi").head(900)
    turned = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
    return data.assign(**{item: 7 - data[item] for item in turned})


EXAMPLES: dict[str, Callable[[], Result]] = {
    "compare two groups": lambda: compare("worry", "sex", grouped()),
    "compare five groups": lambda: compare("warmth", "school", grouped()),
    "compare several outcomes": lambda: compare(["warmth", "worry"], "school", grouped(), gate="off"),
    "compare pooled": lambda: compare("warmth", "school", grouped(), "anova", adjust="none"),
    "compare ranks of two": lambda: compare("worry", "sex", grouped(), "mann_whitney"),
    "compare ranks": lambda: compare("worry", "school", grouped(), "kruskal"),
    "compare shares": lambda: compare("happy", "sex", grouped(), measure="share"),
    "compare measures": lambda: compare(
        ["kind", "recommend", "happy"],
        "school",
        grouped(),
        measure={"kind": "top_box", "recommend": "nps", "happy": "share"},
        scale=(1, 6),
    ),
    "compare nps of two": lambda: compare("recommend", "sex", grouped(), measure="nps"),
    "compare categories": lambda: compare("school", "sex", grouped()),
    "compare repeated": lambda: compare(["A2", "A3", "A4", "A5"], None, frame("bfi").head(200), "friedman"),
    "compare small groups": lambda: compare(["warmth", "worry"], "region", few()),
    "compare one small group": lambda: compare("warmth", "region", few().query("region != 'near'")),
    "compare a constant": lambda: compare("flat", "sex", grouped().assign(flat=3.0)),
    "compare a group of one": lambda: compare("a", "g", pd.DataFrame({"a": [1.0, 2, 3, 4], "g": list("xxxy")})),
    "compare nobody": lambda: compare("a", "g", pd.DataFrame({"a": [np.nan] * 4, "g": list("xxyy")})),
    "compare categories of nobody": lambda: compare("a", "g", pd.DataFrame({"a": ["u", None], "g": ["x", "y"]})),
    "compare with a ladder": lambda: compare("textual", "school", schools()[0], invariance=schools()[1]),
    "waves": lambda: waves(["warmth", "worry"], "wave", seasons(), measure="mean"),
    "waves weighted": lambda: waves(
        ["kind", "recommend", "happy"],
        "wave",
        seasons(),
        "weight",
        measure={"kind": "top_box", "recommend": "nps", "happy": "share"},
        scale=(1, 6),
        base="first",
    ),
    "waves of few": lambda: waves("warmth", "wave", seasons(40).assign(wave=["a"] * 20 + ["b"] * 15 + ["c"] * 5)),
    "waves without answers": lambda: waves(
        "warmth", "wave", seasons(60).assign(warmth=lambda d: d["warmth"].where(d["wave"] != "autumn"))
    ),
    "modes": lambda: mode_effects(["warmth", "worry"], "school", grouped(), ["age", "sex"], reference="high"),
    "modes without covariates": lambda: mode_effects("warmth", "sex", grouped(), adjust="none"),
    "modes determined": lambda: mode_effects("warmth", "sex", grouped().assign(twin=lambda d: d["sex"]), ["twin"]),
    "method bias": lambda: method_bias(keyed(), BIG, "O"),
    "method bias with one marker item": lambda: method_bias(keyed(), {k: BIG[k] for k in "AC"}, "age"),
    "method bias without marker": lambda: method_bias(keyed(), BIG),
    "method bias of a constant": lambda: method_bias(keyed().assign(A1=2), BIG, "O"),
    "correlations spearman": lambda: correlate(grouped(), ["warmth", "worry", "age"], method="spearman", adjust="holm"),
    "correlations kendall": lambda: correlate(frame("bfi"), ["A2", "A3", "N1"], method="kendall"),
    "correlations polychoric": lambda: correlate(frame("bfi"), ["A2", "A3", "N1"], method="polychoric", adjust="BH"),
    "correlations partial": lambda: correlate(frame("bfi"), ["A2", "A3", "N1"], partial=["age"]),
    "correlations determined": lambda: correlate(
        grouped().assign(twin=lambda d: 2 * d["age"]), ["warmth", "worry", "twin"], partial=["age"]
    ),
    "correlations kendall of a constant": lambda: correlate(
        grouped().head(50).assign(flat=1.0), ["warmth", "flat"], method="kendall"
    ),
}
