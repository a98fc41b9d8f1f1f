"""Resamples of one group's rows as sample moments, pattern moments, or ordered statistics, many draws at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from surveykit.stats.ordinal_pairs import fit_pairs, padded_thresholds, threshold_influence
from surveykit.stats.sem_batch_samples import MissingDraws, NormalDraws, OrderedDraws
from surveykit.stats.sem_missing import Patterns
from surveykit.stats.sem_normal import Method
from surveykit.stats.sem_weighted import Layout

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_PAIRS = 20_000
"""Tables fitted at a time."""


def resampled_counts(rng: np.random.Generator, draws: int, n: int, clusters: IntArray | None = None) -> FloatArray:
    """How often each of n rows stands in each draw, (b, n): rows drawn with replacement, or whole clusters."""
    if clusters is not None:
        _, member = np.unique(clusters, return_inverse=True)
        of_cluster = resampled_counts(rng, draws, int(member.max()) + 1)
        return of_cluster[:, member.reshape(-1)]
    chosen = rng.integers(0, n, (draws, n)) + n * np.arange(draws)[:, None]
    return np.bincount(chosen.ravel(), minlength=draws * n).reshape(draws, n).astype(np.float64)


def moments_of(rows: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means (b, p) and covariances (b, p, p), divisor the sum of weights, of complete rows weighted by (b, n)."""
    p = rows.shape[1]
    centre = rows.mean(axis=0)
    centred = rows - centre
    above = np.triu_indices(p)
    total = weight.sum(axis=1)
    mean = weight @ centred / total[:, None]
    packed = weight @ (centred[:, above[0]] * centred[:, above[1]]) / total[:, None]
    square = np.empty((len(weight), p, p))
    square[:, above[0], above[1]] = square[:, above[1], above[0]] = packed
    return mean + centre, square - mean[:, :, None] * mean[:, None, :]


def normal_draws(rows: FloatArray, weight: FloatArray, means: bool, method: Method, unbiased: bool) -> NormalDraws:
    """Moments of complete rows; `unbiased` takes covariances with divisor n - 1."""
    mean, covariance = moments_of(rows, weight)
    n = len(rows)
    if unbiased:
        covariance = covariance * (n / (n - 1))
    return NormalDraws.of(n, covariance, mean if means else None, method)


def missing_draws(patterns: Patterns, weight: FloatArray) -> MissingDraws:
    """Moments of every pattern about the means of all answers."""
    total = patterns.n @ patterns.seen
    centre = patterns.n @ patterns.means / np.maximum(total, 1e-300)
    there = patterns.seen[patterns.member]
    centred = np.where(there, patterns.rows - centre, 0.0)
    order = np.argsort(patterns.member, kind="stable")
    starts = np.searchsorted(patterns.member[order], np.arange(len(patterns.seen)))
    p = centred.shape[1]
    own = weight[:, order]
    rows = centred[order]
    ends = [*starts[1:], len(rows)]
    n = np.add.reduceat(own, starts, axis=1)
    sums = np.empty((len(weight), len(starts), p))
    squares = np.empty((len(weight), len(starts), p, p))
    products = rows[:, :, None] * rows[:, None, :]
    for at, (a, b) in enumerate(zip(starts, ends, strict=True)):
        sums[:, at] = own[:, a:b] @ rows[a:b]
        squares[:, at] = (own[:, a:b] @ products[a:b].reshape(b - a, p * p)).reshape(-1, p, p)
    return MissingDraws(patterns.seen, centre, n, sums, squares)


@dataclass(frozen=True, slots=True, eq=False)
class OrderedRows:
    """Unweighted complete ordered answers of one group as positions (n, p), with each item's number of levels."""

    codes: IntArray
    sizes: tuple[int, ...]
    layout: Layout

    @classmethod
    def of(cls, rows: FloatArray, levels: Sequence[Sequence[float]], layout: Layout) -> OrderedRows:
        """Positions of the answers among the levels of each item."""
        codes = np.stack([np.searchsorted(np.asarray(own), rows[:, j]) for j, own in enumerate(levels)], axis=1)
        return cls(codes.astype(np.int64), tuple(len(own) for own in levels), layout)

    def draws(self, counts: FloatArray, weighting: str, theta: bool) -> tuple[OrderedDraws, NDArray[np.bool_]]:
        """Thresholds and polychoric correlations of each draw, weighted by 1 over their variances (`DWLS`) or 1.

        Also which draws have all statistics: in the others an answer is never given, or a pair has no maximum.
        """
        parts = [self._block(block, weighting) for block in _blocks(counts, self._cells)]
        statistics, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
        good = np.isfinite(statistics).all(axis=1) & np.isfinite(weight).all(axis=1)
        statistics[~good], weight[~good] = 0.0, 1.0
        return OrderedDraws(len(self.codes), statistics, weight, self.layout, theta), good

    def influence(self) -> FloatArray:
        """n times how each row moves each statistic of the rows themselves, (n, s)."""
        tallies, tables = (part[0] for part in self._tables(np.ones((1, len(self.codes)))))
        cuts = padded_thresholds(tallies)
        around = threshold_influence(tallies, cuts)
        first = around[self.layout.threshold_of, :, self.layout.threshold_step]
        by_answer = np.take_along_axis(first.T, self.codes[:, self.layout.threshold_of], axis=0)
        i, j = self._pair_places
        used = np.array(self.sizes)
        fit = fit_pairs(tables, cuts[i], cuts[j], around[i], around[j], (used[i] == 2) & (used[j] == 2))
        by_pair = fit.influence[np.arange(len(i)), self.codes[:, i], self.codes[:, j]]
        return np.asarray(len(self.codes) * np.concatenate([by_answer, by_pair], axis=1))

    @property
    def _cells(self) -> int:
        return (len(self.sizes) * max(self.sizes)) ** 2 // 2 + len(self.codes)

    def _block(self, counts: FloatArray, weighting: str) -> tuple[FloatArray, FloatArray]:
        b, p, size = len(counts), len(self.sizes), max(self.sizes)
        tallies, tables = self._tables(counts)
        inside = np.arange(size) < np.array(self.sizes)[:, None]
        lost = ((tallies == 0) & inside).any(axis=(1, 2))
        flat = tallies.reshape(b * p, size)
        with np.errstate(all="ignore"):
            cuts = padded_thresholds(flat)
            around = threshold_influence(flat, cuts)
        rho, variance = self._pairs(tables, cuts.reshape(b, p, -1), around.reshape(b, p, size + 1, -1), weighting)
        cut_variance = np.einsum("ba,bak->bk", flat, around[:, :size] ** 2).reshape(b, p, -1)
        who, step = self.layout.threshold_of, self.layout.threshold_step
        statistics = np.concatenate([cuts.reshape(b, p, -1)[:, who, step], rho], axis=1)
        statistics[lost] = np.nan
        if weighting == "ULS":
            return statistics, np.ones(statistics.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = np.concatenate([cut_variance[:, who, step], variance], axis=1) * len(self.codes)
            return statistics, 1 / variance

    @property
    def _pair_places(self) -> tuple[IntArray, IntArray]:
        first, second = np.triu_indices(len(self.sizes), 1)
        return first.astype(np.int64), second.astype(np.int64)

    def _tables(self, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Counts of the answers (b, p, L) and of the pairs of answers (b, pairs, L, L) in each draw."""
        n, size = len(self.codes), max(self.sizes)
        i, j = self._pair_places
        single = np.arange(len(self.sizes)) * size + self.codes
        double = len(self.sizes) * size + np.arange(len(i)) * size**2 + self.codes[:, i] * size + self.codes[:, j]
        cell = np.concatenate([single, double], axis=1)
        total = len(self.sizes) * size + len(i) * size**2
        ones = np.ones(cell.size)
        sums = sparse.csc_array((ones, cell.ravel(), np.arange(0, cell.size + 1, cell.shape[1])), shape=(total, n))
        found = np.ascontiguousarray((sums.tocsr() @ np.ascontiguousarray(counts.T)).T)
        split = len(self.sizes) * size
        tallies = found[:, :split].reshape(len(counts), len(self.sizes), size)
        return tallies, found[:, split:].reshape(len(counts), len(i), size, size)

    def _pairs(
        self, joint: FloatArray, cuts: FloatArray, around: FloatArray, weighting: str
    ) -> tuple[FloatArray, FloatArray]:
        b, count, size = joint.shape[:3]
        used = np.array(self.sizes)
        first, second = self._pair_places
        rho, variance = np.empty((2, b, count))
        width = max(1, _PAIRS // b)
        for start in range(0, count, width):
            span = slice(start, start + width)
            i, j = first[span], second[span]
            tables = joint[:, span].reshape(-1, size, size)
            with np.errstate(all="ignore"):
                fit = fit_pairs(
                    tables,
                    cuts[:, i].reshape(len(tables), -1),
                    cuts[:, j].reshape(len(tables), -1),
                    around[:, i].reshape(len(tables), size + 1, -1),
                    around[:, j].reshape(len(tables), size + 1, -1),
                    np.tile((used[i] == 2) & (used[j] == 2), b),
                )
            rho[:, span] = fit.correlation.reshape(b, -1)
            if weighting != "ULS":
                spread = np.einsum("mab,mab->m", tables, fit.influence[:, :size, :size] ** 2)
                variance[:, span] = spread.reshape(b, -1)
        return rho, variance


def _blocks(counts: FloatArray, cells: int) -> Iterator[FloatArray]:
    width = max(1, 4_000_000 // cells)
    for start in range(0, len(counts), width):
        yield counts[start : start + width]
