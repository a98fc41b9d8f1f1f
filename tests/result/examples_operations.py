"""Examples of service indicators for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from surveykit.analyse.operations.public import operations
from surveykit.result import Result
from tests.analyse.operations.small import SCALES, contacts, tables

EXAMPLES: dict[str, Callable[[], Result]] = {
    "operations": lambda: operations(tables(), "month", scales=SCALES),
    "operations by channel": lambda: operations(tables(), "month", "channel", metrics=["service_level"]),
    "operations over all time": lambda: operations(tables(), "all", "segment"),
    "operations rolling": lambda: operations(tables(), "month", rolling=2),
    "operations without a scale": lambda: operations(tables(), "all", metrics=["satisfaction_pomp"]),
    "operations of nobody": lambda: operations(
        {"customers": pd.DataFrame({"customer": [], "churned": []}), "contacts": contacts().head(0)}, "all"
    ),
}
