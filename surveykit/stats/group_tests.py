"""Tests whether groups differ: of means, of ranks, of shares, and of repeated answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from surveykit.stats.exact import FloatArray
from surveykit.stats.group_means import GroupMeans

IntArray = NDArray[np.int64]
EXACT_BELOW = 50
"""R's `wilcox.test` is exact below this size of both groups where no values tie."""


@dataclass(frozen=True, slots=True)
class GroupTest:
    """A statistic with its degrees of freedom (NaN where it has none) and p value."""

    statistic: float
    df1: float
    df2: float
    p_value: float


UNDEFINED = GroupTest(np.nan, np.nan, np.nan, np.nan)


def anova(found: GroupMeans) -> GroupTest:
    """One-way analysis of variance, equal variances assumed. In R: `oneway.test(y ~ g, var.equal = TRUE)`."""
    used = found.n > 0
    n, mean, variance = found.n[used], found.mean[used], np.nan_to_num(found.variance[used])
    df1, df2 = float(len(n) - 1), float(n.sum() - len(n))
    inside = float(((n - 1) * variance).sum())
    if df1 < 1 or df2 < 1 or not inside > 0:
        return UNDEFINED
    grand = float(n @ mean / n.sum())
    f = float(n @ (mean - grand) ** 2) / df1 / (inside / df2)
    return GroupTest(f, df1, df2, float(special.fdtrc(df1, df2, f)))


def welch_anova(found: GroupMeans) -> GroupTest:
    """Welch's (1951) test of equal means without equal variances; undefined where a group has no variance.

    In R: `oneway.test(y ~ g)`.
    """
    k = len(found.n)
    if k < 2 or not (found.variance > 0).all():
        return UNDEFINED
    weight = found.n / found.variance
    grand = weight @ found.mean / weight.sum()
    loss = float((((1 - weight / weight.sum()) ** 2) / (found.n - 1)).sum()) / (k**2 - 1)
    f = float(weight @ (found.mean - grand) ** 2) / (k - 1) / (1 + 2 * (k - 2) * loss)
    return GroupTest(f, float(k - 1), 1 / (3 * loss), float(special.fdtrc(k - 1, 1 / (3 * loss), f)))


def kruskal(values: ArrayLike, codes: ArrayLike, groups: int) -> GroupTest:
    """Kruskal-Wallis test on mid-ranks, corrected for ties. In R: `kruskal.test(y, g)`."""
    y, owner = np.asarray(values, dtype=np.float64), np.asarray(codes, dtype=np.int64)
    n = len(y)
    sizes = np.bincount(owner, minlength=groups)
    ranks = stats.rankdata(y)
    spread = float(((ranks - (n + 1) / 2) ** 2).sum())
    if groups < 2 or not spread > 0 or not (sizes > 0).all():
        return UNDEFINED
    means = np.bincount(owner, ranks, groups) / sizes
    h = (n - 1) * float(sizes @ (means - (n + 1) / 2) ** 2) / spread
    return GroupTest(h, float(groups - 1), np.nan, float(special.chdtrc(groups - 1, h)))


def mann_whitney(first: ArrayLike, second: ArrayLike) -> GroupTest:
    """Wilcoxon-Mann-Whitney test; the statistic is R's W, the number of pairs that the first wins, ties half.

    Exact where both groups have under 50 values and none tie, else normal with continuity and tie corrections. In R:
    `wilcox.test(x, y)`.
    """
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    both = np.concatenate([x, y])
    if not len(x) or not len(y) or np.ptp(both) == 0:
        return UNDEFINED
    tied = len(np.unique(both)) < len(both)
    exact = not tied and max(len(x), len(y)) < EXACT_BELOW
    found = stats.mannwhitneyu(x, y, method="exact" if exact else "asymptotic")
    return GroupTest(float(found.statistic), np.nan, np.nan, float(min(found.pvalue, 1.0)))


def chi_square(table: ArrayLike) -> tuple[GroupTest, FloatArray]:
    """Pearson's test of independence in a table, with the adjusted standardised residual of every cell.

    No continuity correction; empty rows and columns are left out of the degrees of freedom. In R: `chisq.test(table,
    correct = FALSE)` and its `$stdres`.
    """
    counts = np.asarray(table, dtype=np.float64)
    rows, columns, n = counts.sum(axis=1), counts.sum(axis=0), counts.sum()
    df = float((np.count_nonzero(rows) - 1) * (np.count_nonzero(columns) - 1))
    if df < 1:
        return UNDEFINED, np.full(counts.shape, np.nan)
    expected = np.multiply.outer(rows, columns) / n
    with np.errstate(invalid="ignore", divide="ignore"):
        chi2 = float(np.nansum((counts - expected) ** 2 / expected))
        spread = np.sqrt(expected * np.multiply.outer(1 - rows / n, 1 - columns / n))
        residual = np.where(spread > 0, (counts - expected) / spread, np.nan)
    return GroupTest(chi2, df, np.nan, float(special.chdtrc(df, chi2))), residual


def row_ranks(rows: ArrayLike) -> FloatArray:
    """Mid-ranks of each respondent's own answers, (n, k)."""
    return np.asarray(stats.rankdata(np.asarray(rows, dtype=np.float64), axis=1), dtype=np.float64)


def friedman(ranks: FloatArray) -> GroupTest:
    """Friedman's test of k repeated answers from `row_ranks` (n, k), ties corrected. In R: `friedman.test(rows)`."""
    n, k = ranks.shape
    spread = float(((ranks - (k + 1) / 2) ** 2).sum()) if n else 0.0
    if k < 2 or not spread > 0:
        return UNDEFINED
    chi2 = (k - 1) * float(((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum()) / spread
    return GroupTest(chi2, float(k - 1), np.nan, float(special.chdtrc(k - 1, chi2)))


def nps_heterogeneity(score: FloatArray, error: FloatArray) -> GroupTest:
    """Wald test that several estimates are equal: sum((score - weighted mean)^2 / error^2), chi2 with k - 1 df."""
    if len(score) < 2 or not (error > 0).all():
        return UNDEFINED
    weight = 1 / error**2
    q = float(weight @ (score - weight @ score / weight.sum()) ** 2)
    return GroupTest(q, float(len(score) - 1), np.nan, float(special.chdtrc(len(score) - 1, q)))
