"""Fuzzy comprehensive evaluation: weights composed with memberships in grades."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray

Operator = Literal["weighted", "max_min", "max_product", "bounded_sum"]
OPERATORS = ("weighted", "max_min", "max_product", "bounded_sum")


def compose(weights: ArrayLike, memberships: ArrayLike, operator: Operator = "weighted") -> FloatArray:
    """The composite membership (grades,) of weights (k,) and memberships (k, grades), not normalised.

    "weighted": sum of w r, which uses every indicator; "max_min": max of min(w, r), where one indicator may decide
    alone; "max_product": max of w r; "bounded_sum": min(1, sum of min(w, r)). A missing membership gives NaN.
    Source: Zadeh 1965; the four models as in Chinese textbooks of fuzzy mathematics (M1-M4).
    """
    w = np.asarray(weights, dtype=np.float64)[:, None]
    r = np.asarray(memberships, dtype=np.float64)
    if operator == "max_min":
        return np.asarray(np.minimum(w, r).max(axis=0))
    if operator == "max_product":
        return np.asarray((w * r).max(axis=0))
    if operator == "bounded_sum":
        return np.asarray(np.minimum(1.0, np.minimum(w, r).sum(axis=0)))
    return np.asarray((w * r).sum(axis=0))
