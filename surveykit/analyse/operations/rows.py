"""Lays the estimates of cells out as rows, and names what stands in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveykit.analyse.operations.cells import NO_GROUP, WHOLE
from surveykit.analyse.operations.record import Record
from surveykit.language import LANGUAGES, say, term
from surveykit.result import Names
from surveykit.stats.rates import Rates


def rows_of(labels: Sequence[str], groups: Sequence[str], record: Record, category: str, rates: Rates) -> pd.DataFrame:
    """A row a cell, groups within windows."""
    return pd.DataFrame(
        {
            "metric": record.code,
            "period": np.repeat(np.array(labels, dtype=object), len(groups)),
            "group": np.tile(np.array(groups, dtype=object), len(labels)),
            "category": category,
            "estimate": rates.estimate,
            "std_error": rates.std_error,
            "conf_low": rates.low,
            "conf_high": rates.high,
            "n": rates.n,
            "method": rates.method,
            "measured_in": record.unit,
        }
    )


def names_in(labels: Sequence[str], groups: Sequence[str], values: pd.DataFrame) -> Names:
    """Windows and groups under their own names, "all" and "(missing)" in words, metrics as the glossary has them."""
    plain = {name: dict.fromkeys(LANGUAGES, name) for name in (*labels, *groups)}
    metrics = {str(code): dict(term(str(code)).label) for code in values["metric"].unique()}
    words = {
        WHOLE: {lang: say("operations.whole", lang) for lang in LANGUAGES},
        NO_GROUP: {lang: say("operations.missing", lang) for lang in LANGUAGES},
    }
    return {**metrics, **plain, **words}
