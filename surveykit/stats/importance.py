"""What each predictor, or group of predictors, contributes to R2: all subsets at once, for a stack of samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.errors import SurveykitError
from surveykit.stats.exact import FloatArray

MOST_UNITS = 20
DEPENDENT = 1e-10
_BLOCK = 1 << 19


def singles(count: int) -> tuple[tuple[int, ...], ...]:
    """Units of one predictor each."""
    return tuple((at,) for at in range(count))


def _defined(correlation: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Correlations (b, q, q), the outcome last, constant predictors as zeros; and which outcomes vary, (b,)."""
    found = np.array(correlation, dtype=np.float64)
    if found.ndim == 2:
        found = found[None]
    index = np.arange(found.shape[1])
    constant = ~np.isfinite(found[:, index, index])
    usable = np.logical_not(constant[:, -1])
    found[constant[:, :, None] | constant[:, None, :]] = 0.0
    return found, usable


def subset_r2(correlation: ArrayLike, units: Sequence[Sequence[int]] | None = None) -> FloatArray:
    """R2 of the outcome on every subset of k units of predictors, (2^k, b), for correlations (b, p + 1, p + 1).

    The outcome is the last variable; a unit lists columns that enter together (by default each predictor alone). Row s
    holds the subset whose members are the bits of s. A predictor that those already in the subset explain (less than
    1e-10 of its variance left), or a constant one, adds nothing, which is what the pseudo-inverse gives. A constant
    outcome gives NaN. All subsets share their sweeps: a level of the tree takes one predictor in or leaves it out, so
    the work is about four multiplications a subset. More than 20 units raise STATS-SUBSETS.
    """
    found, usable = _defined(correlation)
    chosen = singles(found.shape[1] - 1) if units is None else tuple(tuple(unit) for unit in units)
    if len(chosen) > MOST_UNITS:
        raise SurveykitError.of("STATS-SUBSETS", units=len(chosen), most=MOST_UNITS)
    order = [column for unit in chosen for column in unit] + [found.shape[1] - 1]
    stack = found[:, order][:, :, order].transpose(1, 2, 0)
    count = stack.shape[2]
    values = np.empty((1 << len(chosen), count))
    block = max(1, _BLOCK >> len(chosen))
    for start in range(0, count, block):
        part = np.ascontiguousarray(stack[:, :, start : start + block])
        values[:, start : start + block] = 1 - _residual(part, [len(unit) for unit in chosen])
    values[:, np.logical_not(usable)] = np.nan
    return values


def lmg(correlation: ArrayLike, units: Sequence[Sequence[int]] | None = None) -> FloatArray:
    """Shapley values (k, b) of R2 for correlations (b, p + 1, p + 1), the outcome last: `shapley(subset_r2(...))`.

    Samples are taken a few at a time, so that 2^k values of every sample are never held at once.
    """
    stack = np.asarray(correlation, dtype=np.float64)
    if stack.ndim == 2:
        stack = stack[None]
    count = len(units) if units is not None else stack.shape[1] - 1
    block = max(1, _BLOCK >> min(count, MOST_UNITS))
    parts = [shapley(subset_r2(stack[at : at + block], units)) for at in range(0, len(stack), block)]
    return np.concatenate(parts, axis=1) if parts else np.empty((count, 0))


def _swept(rows: Sequence[FloatArray]) -> list[FloatArray]:
    """The upper triangle of the other variables after the first one is taken out of them."""
    first = rows[0]
    pivot = first[0]
    inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > DEPENDENT)
    slopes = first[1:] * inverse
    return [row - first[at:] * slopes[at - 1] for at, row in enumerate(rows[1:], start=1)]


def _both(rows: Sequence[FloatArray]) -> list[FloatArray]:
    """The other variables without the first one, then with it: twice the nodes, written once."""
    first, nodes = rows[0], rows[0].shape[1]
    inverse = np.divide(1.0, first[0], out=np.zeros_like(first[0]), where=first[0] > DEPENDENT)
    slopes = first[1:] * inverse
    made = []
    for at, row in enumerate(rows[1:], start=1):
        new = np.empty((len(row), 2 * nodes, row.shape[2]))
        new[:, :nodes] = row
        within = new[:, nodes:]
        np.multiply(first[at:], slopes[at - 1], out=within)
        np.subtract(row, within, out=within)
        made.append(new)
    return made


def _joined(rows: Sequence[FloatArray], size: int) -> list[FloatArray]:
    """The same for a unit of several variables."""
    swept = list(rows)
    for _ in range(size):
        swept = _swept(swept)
    return [np.concatenate([out, within], axis=1) for out, within in zip(rows[size:], swept, strict=True)]


def _residual(stack: FloatArray, sizes: Sequence[int]) -> FloatArray:
    """Residual variance of the last variable after every subset of units, (2^k, b), from matrices (q, q, b)."""
    rows = [stack[at, at:, None, :] for at in range(len(stack))]
    for size in sizes:
        rows = _both(rows) if size == 1 else _joined(rows, size)
    return np.asarray(np.maximum(rows[0][0], 0.0))


def _sizes(units: int) -> np.ndarray:
    """How many members each of the 2^units subsets has."""
    size = np.zeros(1, dtype=np.int64)
    for _ in range(units):
        size = np.concatenate([size, size + 1])
    return size


def shapley(values: ArrayLike) -> FloatArray:
    """Shapley values (k, b) of a game given by its value on every subset (2^k, b), as `subset_r2` orders them.

    Unit j gets the mean over all orders of what it adds when it enters: of R2, the measure LMG (Lindeman, Merenda &
    Gold 1980), which is general dominance (Budescu 1993). They sum to the value of all units. In R:
    `relaimpo::calc.relimp(fit, type = "lmg")$lmg`.
    """
    game = np.asarray(values, dtype=np.float64)
    units = len(game).bit_length() - 1
    within, without = _entry_weights(units)
    size = _sizes(units)
    base = without[size] @ game
    folded = (within + without)[size][:, None] * game
    shares = np.empty((units, game.shape[1]))
    for unit in range(units - 1, -1, -1):
        half = 1 << unit
        shares[unit] = folded[half:].sum(axis=0) - base
        folded = folded[:half] + folded[half:]
    return shares


def _entry_weights(units: int) -> tuple[FloatArray, FloatArray]:
    """Weight of a subset by its size in the mean over orders: with the unit in it, and without the unit."""
    size = np.arange(units + 1)
    log = special.gammaln
    with np.errstate(invalid="ignore"):
        within = np.exp(log(size) + log(units - size + 1) - log(units + 1))
        without = np.exp(log(size + 1) + log(units - size) - log(units + 1))
    within[0] = without[-1] = 0.0
    return within, without


def conditional(values: ArrayLike) -> FloatArray:
    """Mean gain in R2 of each unit over the subsets of each size that lack it, (k, k): sizes 0 to k - 1 in columns.

    `values` (2^k,) as `subset_r2` orders them. Conditional dominance compares rows (Azen & Budescu 2003). In R:
    `domir::domin(...)$Conditional_Dominance`.
    """
    game = np.asarray(values, dtype=np.float64)
    units = len(game).bit_length() - 1
    found = np.empty((units, units))
    size = _sizes(units)
    for unit in range(units):
        split = game.reshape(-1, 2, 1 << unit)
        gain = (split[:, 1] - split[:, 0]).ravel()
        own = size.reshape(-1, 2, 1 << unit)[:, 0].ravel()
        found[unit] = np.bincount(own, gain, minlength=units) / np.bincount(own, minlength=units)
    return found


def complete(values: ArrayLike) -> FloatArray:
    """Share of the subsets lacking both in which the row unit adds more than the column unit, ties half, (k, k).

    `values` (2^k,) as `subset_r2` orders them. 1 is complete dominance (Azen & Budescu 2003); the diagonal is NaN.
    """
    game = np.asarray(values, dtype=np.float64)
    units = len(game).bit_length() - 1
    found = np.full((units, units), np.nan)
    for high in range(units):
        for low in range(high):
            split = game.reshape(-1, 2, 1 << (high - low - 1), 2, 1 << low)
            gap = split[:, 1, :, 0] - split[:, 0, :, 1]
            close = np.abs(gap) < 1e-12
            found[high, low] = float(np.where(close, 0.5, gap > 0).mean())
            found[low, high] = 1 - found[high, low]
    return found


def owen(correlation: ArrayLike, units: Sequence[Sequence[int]]) -> FloatArray:
    """Owen values (p,) of single predictors inside their units, for one correlation matrix (p + 1, p + 1).

    Other units enter whole; within a unit its Shapley value is divided among the members in all orders (Owen 1977).
    """
    single = np.asarray(correlation, dtype=np.float64)
    found = np.full(len(single) - 1, np.nan)
    for own, members in enumerate(units):
        others = [unit for at, unit in enumerate(units) if at != own]
        game = subset_r2(single, [*((member,) for member in members), *others])[:, 0]
        table = game.reshape(1 << len(others), 1 << len(members))
        within, without = _entry_weights(len(units))
        size = _sizes(len(others))
        gained = (within[size + 1] + without[size]) / 2 @ table
        found[list(members)] = shapley(gained[:, None])[:, 0]
    return found


def relative_weights(correlation: ArrayLike) -> FloatArray:
    """Johnson's relative weights (p, b) for correlations (b, p + 1, p + 1), the outcome last.

    R2 is divided over the orthogonal variables nearest to the predictors, then back over the predictors: Lambda^2
    beta^2 with Lambda the symmetric root of the predictor correlations. They sum to R2. Directions without variance
    (collinear or constant predictors) are left out. A constant outcome gives NaN. Source: Johnson 2000. In R:
    `e <- eigen(cor(X)); L <- e$vectors %*% diag(sqrt(e$values)) %*% t(e$vectors); L^2 %*% solve(L, cor(X, y))^2`.
    """
    found, usable = _defined(correlation)
    values, vectors = np.linalg.eigh(found[:, :-1, :-1])
    keep = values > DEPENDENT
    root = np.sqrt(np.where(keep, values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=keep)
    turned = vectors.transpose(0, 2, 1)
    link = (vectors * root[:, None, :]) @ turned
    slopes = (vectors * inverse[:, None, :]) @ (turned @ found[:, :-1, -1:])
    weights = (link**2 @ slopes**2)[:, :, 0].T
    weights[:, np.logical_not(usable)] = np.nan
    return np.asarray(weights)


def unit_sums(values: FloatArray, units: Sequence[Sequence[int]]) -> FloatArray:
    """Sums over the members of each unit, (k, b) from (p, b)."""
    return np.stack([values[list(unit)].sum(axis=0) for unit in units])
