"""Reliability, factors and structural models beside lavaan and psych; R's side stands in measurement.R."""

from __future__ import annotations

import pandas as pd

import surveykit as sk
from benchmarks.pair import FOLDER, Pair

FIVE = "\n".join(f"{scale} =~ " + " + ".join(f"{scale}{at}" for at in range(1, 6)) for scale in "ACENO")
TEN = "C =~ C1 + C2 + C3 + C4 + C5\nN =~ N1 + N2 + N3 + N4 + N5\nN ~ C"


def pairs() -> list[Pair]:
    """What is compared."""
    bfi = pd.read_csv(FOLDER / "bfi.csv", encoding="utf-8")
    items = list(bfi.columns[:25])
    rows, complete = bfi[items], bfi[items].dropna()
    by_gender = bfi[[*items, "gender"]].dropna()
    neuro = complete[items[15:20]]
    return [
        Pair("CFA, 25 items, 5 factors, ML", lambda: sk.cfa(FIVE, complete), "lavaan", "ml"),
        Pair("the same, MLR", lambda: sk.cfa(FIVE, complete, estimator="MLR"), "lavaan", "mlr"),
        Pair("the same, ordered, WLSMV", lambda: sk.cfa(FIVE, complete, ordered=True), "lavaan", "wlsmv"),
        Pair("the same, FIML, 2800 rows", lambda: sk.cfa(FIVE, rows, missing="fiml"), "lavaan", "fiml"),
        Pair(
            "invariance by gender, four steps", lambda: sk.invariance(FIVE, by_gender, "gender"), "lavaan", "invariance"
        ),
        Pair(
            "SEM, 10 items, 200 bootstrap draws",
            lambda: sk.sem(TEN, complete).bootstrap(n_boot=200, seed=1),
            "lavaan",
            "bootstrap",
        ),
        Pair("polychoric, 25 items, with errors", lambda: sk.polychoric(complete).table, "lavaan::lavCor", "lavcor"),
        Pair("the same", lambda: sk.polychoric(complete).table, "psych::polychoric", "polychoric"),
        Pair(
            "KMO, MAP, parallel analysis of 100 draws", lambda: sk.n_factors(complete), "psych::fa.parallel", "parallel"
        ),
        Pair("EFA, ML, oblimin, 5 factors", lambda: sk.efa(complete, 5, extraction="ml"), "psych::fa", "efa"),
        Pair("EFA, minres, oblimin, 5 factors", lambda: sk.efa(complete, 5), "psych::fa", "minres"),
        Pair("all coefficients of 5 items", lambda: sk.reliability(neuro).table, "psych::alpha only", "alpha"),
        Pair("hierarchical omega, 25 items", lambda: sk.omega_hierarchical(complete, 5), "psych::omega", "omega"),
    ]
