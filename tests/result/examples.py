"""One example of every kind of result, also of undefined ones; the contract test runs over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import numpy as np
import pandas as pd

import surveykit as sk
import tests.result
from surveykit.analyse.polychoric import polychoric
from surveykit.result import Result


@cache
def _answers() -> sk.Responses:
    return sk.load_data("ecsi_mobile")


@cache
def _scores() -> sk.Scores:
    return sk.score(_answers(), scales=sk.load_study("ecsi_mobile").model.measurement)


def _constant() -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2, 3, 4, 5], "b": [3, 3, 3, 3, 3], "c": [2, 3, 3, 5, 5]})


EXAMPLES: dict[str, Callable[[], Result]] = {
    "items": lambda: sk.describe(_answers()),
    "items of one respondent": lambda: sk.describe(pd.DataFrame({"a": [3]}), limits=(1, 5)),
    "items without an answer": lambda: sk.describe(pd.DataFrame({"a": [np.nan, np.nan]}), limits=(1, 5)),
    "scores": lambda: sk.describe(_scores()),
    "reliability": lambda: sk.reliability(_answers()),
    "reliability polychoric": lambda: sk.reliability(
        _answers(), correlation="polychoric", scales={"CUSA": ["CUSA1", "CUSA2", "CUSA3"]}
    ),
    "reliability of a constant item": lambda: sk.reliability(_constant()),
    "reliability of one item": lambda: sk.reliability(_constant()[["a"]]),
    "regression": lambda: sk.regress("CUSA ~ IMAG + CUEX + PERQ + PERV", _scores()),
    "regression with a product": lambda: sk.regress("CUSL ~ CUSA * IMAG", _scores()),
    "collinear regression": lambda: sk.regress("a ~ c + d", _constant().assign(d=lambda f: 2 * f["c"])),
    "constant outcome": lambda: sk.regress("b ~ a", _constant()),
    "hierarchy": lambda: sk.hierarchical(["CUSL ~ CUSA", "CUSL ~ CUSA + IMAG + CUSCO"], _scores()),
    "correlations": lambda: sk.correlate(_scores()),
    "correlations with a constant": lambda: sk.correlate(_constant()),
    "polychoric": lambda: polychoric(_answers(), ["CUSA1", "CUSA2", "CUSA3", "CUSL1"]),
    "polychoric with a constant": lambda: polychoric(_constant()),
    "nps": lambda: sk.nps(np.repeat(np.arange(11), [2, 1, 3, 4, 5, 12, 14, 30, 52, 48, 29])),
    "nps near zero": lambda: sk.nps([0, 10, 5, 9, 8]),
    "nps of nobody": lambda: sk.nps([]),
    "csat": lambda: sk.csat([5, 4, 3, 2, 4, 5, None]),
    "top box": lambda: sk.top_box([10, 9, 3, 8], (1, 10), boxes=3),
    "top box of nobody": lambda: sk.top_box([None, None], (1, 5)),
    "ces": lambda: sk.ces([7, 6, 5, 7, 3]),
    "ces of one": lambda: sk.ces([7]),
    "ces of nobody": lambda: sk.ces([]),
}
for module in iter_modules(tests.result.__path__):
    if module.name.startswith("examples_"):
        EXAMPLES |= import_module(f"tests.result.{module.name}").EXAMPLES


@cache
def example(name: str) -> Result:
    """One example, computed once a process."""
    return EXAMPLES[name]()
