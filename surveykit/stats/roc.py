"""How well a score tells those with an event from those without."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from surveykit.stats.exact import FloatArray


def auc(outcome: ArrayLike, score: ArrayLike, conf_level: float = 0.95) -> tuple[float, float, float, float]:
    """Area under the ROC curve, its standard error (DeLong, DeLong & Clarke-Pearson 1988) and an interval on logits.

    `outcome` (n,) of 0 and 1. NaN without both; the interval is NaN where the area is 0 or 1. In R: `pROC::auc`,
    `pROC::var(roc, method = "delong")`.
    """
    y, s = np.asarray(outcome) > 0, np.asarray(score, dtype=np.float64)
    ones, zeros = int(y.sum()), int((~y).sum())
    if ones == 0 or zeros == 0:
        return (float("nan"),) * 4
    ranks = stats.rankdata(s)
    above = (ranks[y] - stats.rankdata(s[y])) / zeros
    below = 1 - (ranks[~y] - stats.rankdata(s[~y])) / ones
    area = float(above.mean())
    if ones < 2 or zeros < 2:
        return area, float("nan"), float("nan"), float("nan")
    error = float(np.sqrt(above.var(ddof=1) / ones + below.var(ddof=1) / zeros))
    if not 0 < area < 1:
        return area, error, float("nan"), float("nan")
    half = special.ndtri((1 + conf_level) / 2) * error / (area * (1 - area))
    centre = special.logit(area)
    return area, error, float(special.expit(centre - half)), float(special.expit(centre + half))


def hosmer_lemeshow(outcome: ArrayLike, fitted: ArrayLike, groups: int = 10) -> tuple[float, int, FloatArray]:
    """Chi-squared over groups of equal size by fitted probability, its df, and n, predicted and observed of each.

    Groups are cut at quantiles of the fitted probabilities; equal cuts merge. NaN below three groups. Source: Hosmer
    & Lemeshow 1980. In R: `ResourceSelection::hoslem.test(y, fitted, g = 10)`.
    """
    y, p = np.asarray(outcome, dtype=np.float64), np.asarray(fitted, dtype=np.float64)
    cuts = np.unique(np.quantile(p, np.linspace(0, 1, groups + 1)))
    group = np.searchsorted(cuts[1:-1], p, side="left")
    n = np.bincount(group, minlength=1).astype(float)
    expected, observed = np.bincount(group, p), np.bincount(group, y)
    table = np.column_stack([n, expected / np.maximum(n, 1), observed / np.maximum(n, 1)])[n > 0]
    if len(table) < 3:
        return float("nan"), 0, table
    size, chance, seen = table.T
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float((size * (seen - chance) ** 2 / (chance * (1 - chance))).sum())
    return statistic, len(table) - 2, table
