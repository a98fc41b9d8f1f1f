"""p values adjusted for how many tests were made."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray

ADJUSTMENTS = ("holm", "hochberg", "bonferroni", "BH", "BY", "none")


def adjusted(p_values: ArrayLike, method: str = "holm") -> FloatArray:
    """p values adjusted over all that are known; NaN stays and is not counted.

    `method`: "holm" (Holm 1979), "hochberg" (1988), "bonferroni": error rate of the family; "BH" (Benjamini &
    Hochberg 1995), "BY" (Benjamini & Yekutieli 2001): false discovery rate; "none". In R: `p.adjust(p, method)`.
    """
    p = np.asarray(p_values, dtype=np.float64)
    result = p.copy()
    known = np.flatnonzero(np.isfinite(p))
    count = len(known)
    if method == "none" or not count:
        return result
    order = known[np.argsort(p[known], kind="stable")]
    ranked, place = p[order], np.arange(1, count + 1)
    match method:
        case "bonferroni":
            found = ranked * count
        case "holm":
            found = np.maximum.accumulate(ranked * (count - place + 1))
        case _:
            factor = {
                "hochberg": count - place + 1,
                "BH": count / place,
                "BY": count / place * (1 / place).sum(),
            }[method]
            found = np.minimum.accumulate((ranked * factor)[::-1])[::-1]
    result[order] = np.minimum(found, 1.0)
    return result
