"""Kano's discrete analysis on plain arrays: the evaluation table, counts, and the better and worse coefficients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray

CATEGORIES = ("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable")
_A, _O, _M, _I, _R, _Q = range(6)
EVALUATION = np.array(
    [
        [_Q, _A, _A, _A, _O],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _R, _R, _R, _Q],
    ]
)
"""Category of (answer if present, answer if absent), each from 'like it' to 'dislike it'."""
FONG = 1.65


@dataclass(frozen=True, slots=True, eq=False)
class KanoCounts:
    """Counts (k, 6) of the categories of k attributes, in the order of CATEGORIES, and effective bases (k,)."""

    counts: FloatArray
    effective: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Shares of the categories, NaN without answers."""
        total = self.counts.sum(axis=1, keepdims=True)
        return np.asarray(self.counts / np.where(total > 0, total, np.nan))

    @property
    def decided(self) -> FloatArray:
        """Share of the answers that are attractive, one-dimensional, must-be or indifferent, (k,)."""
        return np.asarray(self.shares[:, :4].sum(axis=1))

    @property
    def better(self) -> FloatArray:
        """(A + O) / (A + O + M + I): satisfaction gained when present, (k,) (Berger et al. 1993)."""
        base = np.where(self.decided > 0, self.decided, np.nan)
        return np.asarray((self.shares[:, _A] + self.shares[:, _O]) / base)

    @property
    def worse(self) -> FloatArray:
        """(O + M) / (A + O + M + I): satisfaction lost when absent, as a positive share, (k,)."""
        base = np.where(self.decided > 0, self.decided, np.nan)
        return np.asarray((self.shares[:, _O] + self.shares[:, _M]) / base)

    def lead(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """How far the most frequent category is ahead of the second: share, p value, and 1 where Fong (1996) agrees.

        The p value is two-sided, of (a - b) / sqrt(a + b) for two counts of one multinomial; Fong's rule, |a - b| >
        1.65 sqrt((a + b)(2n - a - b) / 2n), treats them as independent and is easier to pass. Both are read after
        choosing the two largest, and so are optimistic.
        """
        ordered = np.sort(self.shares * self.effective[:, None], axis=1)
        first, second, n = ordered[:, -1], ordered[:, -2], self.effective
        with np.errstate(invalid="ignore", divide="ignore"):
            z = (first - second) / np.sqrt(first + second)
            limit = FONG * np.sqrt((first + second) * (2 * n - first - second) / (2 * n))
            share = (first - second) / n
        return share, 2 * special.ndtr(-z), np.where(np.isnan(share), np.nan, first - second > limit)


def kano_counts(functional: ArrayLike, dysfunctional: ArrayLike, weights: ArrayLike | None = None) -> KanoCounts:
    """Counts of Kano categories of k attributes from (n, k) answers 0 (like it) to 4 (dislike it), NaN missing.

    An answer counts where both questions were answered. Weighted counts keep their sum; the effective base is Kish's
    sum(w)^2 / sum(w^2). Source: Kano et al. 1984; the table of Berger et al. 1993.
    """
    present, absent = np.asarray(functional, dtype=np.float64), np.asarray(dysfunctional, dtype=np.float64)
    weight = np.ones(len(present)) if weights is None else np.asarray(weights, dtype=np.float64)
    both = np.isfinite(present) & np.isfinite(absent)
    cell = EVALUATION[np.where(both, present, 0).astype(int), np.where(both, absent, 0).astype(int)]
    used = np.where(both, weight[:, None], 0.0)
    counts = np.stack([(used * (cell == category)).sum(axis=0) for category in range(6)], axis=1)
    square = (used**2).sum(axis=0)
    effective = np.divide(counts.sum(axis=1) ** 2, square, out=np.zeros_like(square), where=square > 0)
    return KanoCounts(frozen(counts), frozen(effective))
