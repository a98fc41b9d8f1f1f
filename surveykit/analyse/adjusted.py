"""p values adjusted for how many tests were made."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import choice
from surveykit.errors import SurveykitError
from surveykit.result import Result
from surveykit.stats.many_tests import ADJUSTMENTS, adjusted

Adjustment = Literal["holm", "hochberg", "bonferroni", "BH", "BY", "none"]


def adjust(p_values: Any, method: Adjustment = "holm") -> Any:
    """p values adjusted for multiplicity: an array for values, a table with the column `p_adjusted` for a result.

    `p_values`: numbers, or a Result or a DataFrame with a column `p_value` (the intercept and thresholds, which test
    nothing of interest, are left out of the count and stay NaN). Missing values stay missing and are not counted.
    "holm", "hochberg" and "bonferroni" hold the chance of any false finding; "BH" and "BY" the expected share of false
    ones among the findings. Raises SurveykitError for values outside 0 to 1 and tables without `p_value`. Source: Holm
    1979; Hochberg 1988; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001. In R: `p.adjust(p, "holm")`.
    """
    choice("method", method, ADJUSTMENTS)
    table = p_values.table if isinstance(p_values, Result) else p_values
    if not isinstance(table, pd.DataFrame):
        return _adjusted(np.asarray(table, dtype=float), method)
    if "p_value" not in table.columns:
        raise SurveykitError.of("GLM-NOPVALUE", columns=", ".join(map(str, table.columns)))
    values = table["p_value"].to_numpy(dtype=float).copy()
    if "term" in table.columns:
        values[(table["term"] == "Intercept").to_numpy()] = np.nan
    if "part" in table.columns:
        values[(table["part"] == "threshold").to_numpy()] = np.nan
    made = table.copy()
    made.insert(list(table.columns).index("p_value") + 1, "p_adjusted", _adjusted(values, method))
    return made


def _adjusted(values: NDArray[np.float64], method: str) -> NDArray[np.float64]:
    there = np.isfinite(values)
    if ((values[there] < 0) | (values[there] > 1)).any():
        raise SurveykitError.of("GLM-PVALUES")
    return adjusted(values, method)
