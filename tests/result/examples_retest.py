"""Examples of test-retest results for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from surveykit.analyse.retest import retest
from surveykit.result import Result


def occasion(number: int, n: int = 60) -> pd.DataFrame:
    """Two scores of the same people, one of them higher the second time."""
    person = np.random.default_rng(5).standard_normal((n, 2))
    noise = np.random.default_rng(5 + number).standard_normal((n, 2))
    scores = person + 0.5 * noise + [0.8 * (number - 1), 0.0]
    return pd.DataFrame({"code": np.arange(n) + 100, "sat": scores[:, 0], "loy": scores[:, 1]})


EXAMPLES: dict[str, Callable[[], Result]] = {
    "retest": lambda: retest(occasion(1), occasion(2).iloc[::-1].head(50), "code"),
    "retest by row": lambda: retest(occasion(1, 6)[["sat"]], occasion(2, 6)[["sat"]]),
    "retest without variation": lambda: retest(pd.DataFrame({"a": [1, 1, 1]}), pd.DataFrame({"a": [1, 2, 3]})),
    "retest of one": lambda: retest(pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": [2.0]})),
}
