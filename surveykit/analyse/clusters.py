"""Rows that belong together: their codes, and a warning where there are few of them."""

from __future__ import annotations

import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import Problem, SurveykitError
from surveykit.stats.sandwich import FEW_CLUSTERS


def cluster_codes(column: pd.Series, name: str) -> tuple[NDArray, int, list[Problem]]:
    """Codes from 0 of the clusters, how many there are, and what a reader should know of that number."""
    codes, labels = pd.factorize(column)
    count = len(labels)
    if count < 2:
        raise SurveykitError.of("GLM-ONECLUSTER", f"column {name}", found=count)
    if count < FEW_CLUSTERS:
        return codes, count, [Problem.of("GLM-FEWCLUSTERS", f"column {name}", "warning", found=count, few=FEW_CLUSTERS)]
    return codes, count, []
