"""Examples of factor and structural models for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import surveykit as sk
from surveykit.result import Result
from tests.analyse.sem.models import BFI9, HS, PD
from tests.oracle_values import frame


def few() -> object:
    """Nine variables of forty children: a small sample."""
    return frame("hs1939").head(40)


EXAMPLES: dict[str, Callable[[], Result]] = {
    "factor model": lambda: sk.cfa(HS, frame("hs1939")),
    "factor model, robust": lambda: sk.cfa(HS, frame("hs1939"), estimator="MLR"),
    "factor model, small sample": lambda: sk.cfa(HS, few()),
    "factor model, missing answers": lambda: sk.cfa(HS, frame("hs1939_miss"), missing="fiml"),
    "factor model, two groups": lambda: sk.cfa(HS, frame("hs1939"), group="school"),
    "factor model, ordered items": lambda: sk.cfa(BFI9, frame("bfi").head(900), ordered=True),
    "structural model": lambda: sk.sem(PD, frame("poldem")),
    "invariance, partial": lambda: sk.invariance(HS, frame("hs1939"), "school", partial=True),
    "nested models": lambda: sk.difference(
        sk.cfa(HS, frame("hs1939")), sk.cfa(HS, frame("hs1939"), orthogonal=True), names=("related", "unrelated")
    ),
    "normality": lambda: sk.mardia(frame("hs1939"), ["x1", "x2", "x3"]),
    "invariance": lambda: sk.invariance(HS, frame("hs1939"), "school"),
}
