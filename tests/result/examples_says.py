"""Examples of saying and doing for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import surveykit as sk
from surveykit.result import Result
from tests.says_data import joined

EXAMPLES: dict[str, Callable[[], Result]] = {
    "says and does": lambda: sk.says_does(joined(), ["SAT", "INT"], "renewed"),
    "says and leaves": lambda: sk.says_does(joined(), "SAT", "left", bands=[3, 4]),
    "says and spends": lambda: sk.says_does(joined(), "SAT", "spend", kind="amount"),
    "says and nobody does": lambda: sk.says_does(joined().frame.assign(renewed=0.0), "SAT", "renewed"),
    "intention": lambda: sk.intention_gap(joined(), "INT", "renewed", 4),
    "intention as probability": lambda: sk.intention_gap(joined(), "INT", "renewed", 4, scale=(1, 5)),
    "intention of nobody": lambda: sk.intention_gap(joined().frame.head(0), "INT", "renewed", 4),
    "moves both": lambda: sk.moves_both(joined(), ["CARE", "PRICE", "NOISE"], "SAT", "renewed", n_boot=100),
}
