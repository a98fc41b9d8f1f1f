"""Examples of item response models for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

import surveykit as sk
from surveykit.result import Result
from tests.oracle_values import frame


def worries() -> pd.DataFrame:
    """Five items of one trait, some answers missing."""
    return frame("bfi")[["N1", "N2", "N3", "N4", "N5"]]


EXAMPLES: dict[str, Callable[[], Result]] = {
    "graded responses": lambda: sk.irt(worries().head(600)),
    "graded responses of a questionnaire": lambda: sk.irt(sk.load_data("ecsi_mobile"), only="IMAG"),
    "graded responses with a constant and a reversed item": lambda: sk.irt(
        worries().head(600).assign(flat=2, N1=lambda f: 7 - f["N1"]), keys={"N1": -1}
    ),
    "graded responses without a solution": lambda: sk.irt(pd.DataFrame({"a": [1, 2, 1], "b": [3] * 3, "c": [1] * 3})),
}
