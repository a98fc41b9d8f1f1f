"""Rank correlations with their errors: Spearman's rho and Kendall's tau-b."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import Interval, normal_quantile

IntArray = NDArray[np.int64]
EXACT_BELOW = 50
"""Rows without ties below which p is exact, as in R's `cor.test`."""
TABLE_CELLS = 20_000
"""Up to this many cells the pairs are counted from the two-way table, above it by sorting."""


@dataclass(frozen=True, slots=True)
class Tau:
    """Kendall's tau-b, its standard error away from zero, and the p value of independence."""

    estimate: float
    error: float
    p_value: float


def ranks(rows: ArrayLike) -> FloatArray:
    """Mid-ranks of every column of an (n, p) array without missing values."""
    return np.asarray(stats.rankdata(np.asarray(rows, dtype=np.float64), axis=0), dtype=np.float64)


def tanh_bounds(r: ArrayLike, error: ArrayLike, conf_level: float = 0.95) -> Interval:
    """Interval of a correlation with standard error `error`, through its inverse hyperbolic tangent.

    tanh(atanh r -+ z error / (1 - r^2)); NaN for |r| = 1.
    """
    value, spread = np.broadcast_arrays(np.asarray(r, dtype=np.float64), np.asarray(error, dtype=np.float64))
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.where(np.abs(value) < 1, value, np.nan)
        half = normal_quantile(conf_level) * spread / (1 - inside**2)
        return np.tanh(np.arctanh(inside) - half), np.tanh(np.arctanh(inside) + half)


def spearman_error(rho: ArrayLike, n: int, partialled: int = 0) -> FloatArray:
    """Standard error of Spearman's rho, (1 - rho^2) sqrt((1 + rho^2 / 2) / (n - 3)) (Bonett & Wright 2000)."""
    value, df = np.asarray(rho, dtype=np.float64), n - 3 - partialled
    root = (1 - value**2) * np.sqrt((1 + value**2 / 2) / df) if df > 0 else np.full(value.shape, np.nan)
    return np.asarray(root, dtype=np.float64)


def kendall(first: ArrayLike, second: ArrayLike) -> Tau:
    """Kendall's tau-b of two columns without missing values, in O(n log^2 n).

    Without ties the error is (1 - tau^2) sqrt(.437 / (n - 4)) (Fieller, Hartley & Pearson 1957; Bonett & Wright 2000)
    and p exact below 50 rows; with ties the error is that of Brown & Benedetti (1977) and p normal with the variance
    corrected for ties. NaN for a constant column. In R: `cor.test(x, y, method = "kendall")`,
    `DescTools::KendallTauB(x, y, conf.level = .95)`.
    """
    x = np.unique(np.asarray(first, dtype=np.float64), return_inverse=True)[1].astype(np.int64)
    y = np.unique(np.asarray(second, dtype=np.float64), return_inverse=True)[1].astype(np.int64)
    n = len(x)
    tx, ty = np.bincount(x).astype(np.float64), np.bincount(y).astype(np.float64)
    if len(tx) < 2 or len(ty) < 2:
        return Tau(np.nan, np.nan, np.nan)
    agreed, weight, cells = _agreement(x, y, len(tx), len(ty))
    row, column = n**2 - float(tx @ tx), n**2 - float(ty @ ty)
    root = np.sqrt(row) * np.sqrt(column)
    tau = float(weight @ agreed / root)
    tau = min(max(tau, -1.0), 1.0)
    if len(tx) == n and len(ty) == n:
        error = (1 - tau**2) * np.sqrt(0.437 / (n - 4)) if n > 4 else np.nan
        p = _untied_p(x, y, n)
        return Tau(tau, float(error), p)
    pull = tx[cells[0]] * column + ty[cells[1]] * row
    total = weight @ (2 * root * agreed + tau * pull) ** 2 - n**3 * tau**2 * (row + column) ** 2
    error = np.sqrt(max(float(total), 0.0)) / root**2
    return Tau(tau, float(error) if error > 1e-10 else np.nan, _tied_p(float(weight @ agreed) / 2, n, tx, ty))


def _untied_p(x: IntArray, y: IntArray, n: int) -> float:
    found = stats.kendalltau(x, y, method="exact") if n < EXACT_BELOW else stats.kendalltau(x, y, method="asymptotic")
    return float(found.pvalue)


def _tied_p(score: float, n: int, tx: FloatArray, ty: FloatArray) -> float:
    """Two-sided normal p of concordant minus discordant pairs under independence, ties corrected."""
    base = float(n * (n - 1) * (2 * n + 5))
    base -= float((tx * (tx - 1) * (2 * tx + 5)).sum() + (ty * (ty - 1) * (2 * ty + 5)).sum())
    pairs = float((tx * (tx - 1)).sum() * (ty * (ty - 1)).sum()) / (2 * n * (n - 1))
    triples = float((tx * (tx - 1) * (tx - 2)).sum() * (ty * (ty - 1) * (ty - 2)).sum())
    variance = base / 18 + pairs + (triples / (9 * n * (n - 1) * (n - 2)) if n > 2 else 0.0)
    return float(2 * special.ndtr(-abs(score) / np.sqrt(variance))) if variance > 0 else float("nan")


def _agreement(
    x: IntArray, y: IntArray, rows: int, columns: int
) -> tuple[FloatArray, FloatArray, tuple[IntArray, IntArray]]:
    """Concordant minus discordant partners of each cell (or row), how many rows it stands for, and its codes."""
    if rows * columns <= TABLE_CELLS:
        table = np.bincount(x * columns + y, minlength=rows * columns).reshape(rows, columns).astype(np.float64)
        sums = np.zeros((rows + 1, columns + 1))
        sums[1:, 1:] = table.cumsum(axis=0).cumsum(axis=1)
        above, total = sums[:-1], sums[-1]
        after = total - sums[1:]
        left, right = slice(0, -1), slice(1, None)
        agree = above[:, left] + after[:, -1:] - after[:, right]
        against = above[:, -1:] - above[:, right] + after[:, left]
        place = np.nonzero(table)
        at = place[0].astype(np.int64), place[1].astype(np.int64)
        return (agree - against)[at], table[at], at
    less_x, less_y = _below(x), _below(y)
    tie_x, tie_y = np.bincount(x)[x], np.bincount(y)[y]
    same, same_below, both = _within(x, y)
    strict = _smaller_before(x, y) - same_below
    weak = _smaller_before(x, y, ties=True) - same_below - same
    up_left = less_x - weak
    down_right = less_y - strict - same_below
    beside = tie_y - (weak - strict) - both
    down = len(x) - less_x - tie_x - down_right - beside
    agreed = (strict + down - up_left - down_right).astype(np.float64)
    return agreed, np.ones(len(x)), (x, y)


def _below(codes: IntArray) -> IntArray:
    counts = np.bincount(codes)
    return (np.cumsum(counts) - counts)[codes]


def _within(x: IntArray, y: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Among rows of equal x: those before a row (in order of x, y, place) with equal y, with smaller y; all equal."""
    key = x * (int(y.max()) + 1) + y
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    start = np.searchsorted(ordered, ordered, "left")
    before_equal, smaller, both = np.empty_like(x), np.empty_like(x), np.empty_like(x)
    first = np.searchsorted(ordered, x[order] * (int(y.max()) + 1), "left")
    before_equal[order] = np.arange(len(x)) - start
    smaller[order] = start - first
    both[order] = np.searchsorted(ordered, ordered, "right") - start
    return before_equal, smaller, both


def _smaller_before(x: IntArray, y: IntArray, ties: bool = False) -> IntArray:
    """For each row, how many rows before it in the order of (x, y, place) have a smaller y (or an equal one).

    A merge sort over blocks that double: each right half is looked up in its sorted left half, all blocks at once.
    """
    n, top = len(x), int(y.max()) + 1
    order = np.argsort(x * top + y, kind="stable")
    line = y[order]
    place = np.arange(n)
    found = np.zeros(n, dtype=np.int64)
    size = 1
    while size < n:
        block, right = place // (2 * size), (place // size) % 2 == 1
        keys = np.sort(block[~right] * top + line[~right])
        wanted = block[right] * top + line[right]
        starts = np.searchsorted(keys, block[right] * top, "left")
        found[right] += np.searchsorted(keys, wanted, "right" if ties else "left") - starts
        size *= 2
    counts = np.empty(n, dtype=np.int64)
    counts[order] = found
    return counts
