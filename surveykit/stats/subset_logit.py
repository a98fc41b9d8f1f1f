"""Proportional-odds models of one ordered (or binary) outcome on every subset of units of predictors, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.errors import SurveykitError
from surveykit.stats.exact import FloatArray
from surveykit.stats.resampled_moments import resample_weights
from surveykit.stats.resampled_weighted import unpacked

MOST_UNITS = 12
_BLOCK = 1 << 18
_STEPS, _HALVINGS, _FARTHEST, _RIDGE, _NEAR = 40, 20, 25.0, 1e-9, 0.5
_REFITTED = 256


@dataclass(frozen=True, slots=True, eq=False)
class SubsetFits:
    """Estimates of every subset: cuts (2^k, c - 1), slopes (2^k, q) of standardised columns, log-likelihoods (2^k,).

    `null` is the log-likelihood without predictors, `converged` (2^k,) false where answers are separated.
    """

    cuts: FloatArray
    slopes: FloatArray
    log_likelihood: FloatArray
    null: float
    converged: NDArray[np.bool_]

    @property
    def mcfadden(self) -> FloatArray:
        """1 - log-likelihood / that without predictors of every subset, (2^k, 1) (McFadden 1974)."""
        return np.asarray((1 - self.log_likelihood / self.null)[:, None])


class SubsetLogit:
    """The data of all subset models: codes 0..c-1, standardised columns, which columns a subset has."""

    def __init__(
        self, codes: ArrayLike, columns: ArrayLike, units: Sequence[Sequence[int]], weights: ArrayLike | None = None
    ) -> None:
        """`codes` (n,) and `columns` (n, q) without gaps; weights count as cases, scaled to sum to n."""
        if len(units) > MOST_UNITS:
            raise SurveykitError.of("STATS-LOGITS", units=len(units), most=MOST_UNITS)
        y = np.asarray(codes, dtype=np.int64)
        order = np.argsort(y, kind="stable")
        x = np.asarray(columns, dtype=np.float64)
        weight = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
        weight = weight * (len(y) / weight.sum())
        mean = weight @ x / len(y)
        spread = np.sqrt(weight @ (x - mean) ** 2 / len(y))
        self.order = order
        self.units = units
        self.x = np.where(spread > 1e-12, (x - mean) / np.where(spread > 1e-12, spread, 1.0), 0.0)[order]
        self.weight = weight[order]
        self.y = y[order]
        self.levels = int(self.y[-1]) + 1
        self.starts = np.searchsorted(self.y, np.arange(self.levels + 1))
        self.member = np.zeros((1 << len(units), x.shape[1]), dtype=bool)
        for at, unit in enumerate(units):
            inside = (np.arange(1 << len(units)) >> at) & 1 == 1
            self.member[np.ix_(inside, list(unit))] = True
        first, second = np.triu_indices(x.shape[1])
        self._first, self._second = first, second
        self._pairs = self.x[:, first] * self.x[:, second]

    @property
    def n(self) -> int:
        """How many cases there are."""
        return len(self.y)

    def null(self, weights: FloatArray) -> FloatArray:
        """Log-likelihood without predictors for weights (n, b) in the order of the rows, (b,)."""
        totals = np.add.reduceat(weights, self.starts[:-1], axis=0)
        return np.asarray(special.xlogy(totals, totals / totals.sum(axis=0)).sum(axis=0))

    def fit(self) -> SubsetFits:
        """Maximum likelihood of every subset by Newton's method with halved steps (the likelihood is concave)."""
        count, width = self.member.shape
        base = np.add.reduceat(self.weight, self.starts[:-1])
        start = special.logit(np.cumsum(base)[:-1] / base.sum())
        cuts, slopes = np.tile(start, (count, 1)), np.zeros((count, width))
        value, converged = np.empty(count), np.zeros(count, dtype=bool)
        block = max(1, _BLOCK // self.n)
        for at in range(0, count, block):
            part = slice(at, at + block)
            found = self._newton(cuts[part], slopes[part], self.weight[:, None], self.member[part])
            cuts[part], slopes[part], value[part], converged[part] = found
        null = float(self.null(self.weight[:, None])[0])
        value[0] = null
        return SubsetFits(cuts, slopes, value, null, converged)

    def _newton(
        self, cuts: FloatArray, slopes: FloatArray, weights: FloatArray, member: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
        """Estimates of s models from these starts; weights are (n, s), or (n, 1) for all."""
        value = self._likelihood(cuts, slopes, weights)
        converged = np.zeros(len(cuts), dtype=bool)
        for _ in range(_STEPS):
            active = np.flatnonzero(np.logical_not(converged) & (np.abs(slopes).max(axis=1, initial=0.0) < _FARTHEST))
            if not active.size:
                break
            step, gain = self._step(cuts[active], slopes[active], _of(weights, active), member[active])
            converged[active[gain < 1e-10 * self.n]] = True
            active, step = active[gain >= 1e-10 * self.n], step[gain >= 1e-10 * self.n]
            scale = np.ones(len(active))
            waiting = np.arange(len(active))
            for _ in range(_HALVINGS):
                if not waiting.size:
                    break
                own, move = active[waiting], step[waiting] * scale[waiting][:, None]
                new_cuts, new_slopes = cuts[own] + move[:, : cuts.shape[1]], slopes[own] + move[:, cuts.shape[1] :]
                tried = self._likelihood(new_cuts, new_slopes, _of(weights, own))
                good = tried > value[own] - 1e-12 * np.abs(value[own])
                cuts[own[good]], slopes[own[good]], value[own[good]] = new_cuts[good], new_slopes[good], tried[good]
                waiting = waiting[np.logical_not(good)]
                scale[waiting] /= 2
            if waiting.size:
                break
        return cuts, slopes, value, converged

    def _reach(self, cuts: FloatArray, slopes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """P(y <= own answer), P(y < own answer) and their difference, (n, s) each."""
        shift = self.x @ slopes.T
        padded = np.concatenate([np.full((len(cuts), 1), -np.inf), cuts, np.full((len(cuts), 1), np.inf)], axis=1).T
        above, below = padded[self.y + 1] - shift, padded[self.y] - shift
        upper, lower = special.expit(above), special.expit(below)
        return upper, lower, np.maximum(upper - lower, 1e-300)

    def _likelihood(self, cuts: FloatArray, slopes: FloatArray, weights: FloatArray) -> FloatArray:
        value = (weights * np.log(self._reach(cuts, slopes)[2])).sum(axis=0)
        ordered = (np.diff(cuts, axis=1) > 0).all(axis=1)
        return np.asarray(np.where(ordered, value, -np.inf))

    def _step(
        self, cuts: FloatArray, slopes: FloatArray, weights: FloatArray, member: NDArray[np.bool_]
    ) -> tuple[FloatArray, FloatArray]:
        """Newton steps (s, c - 1 + q) and the gain they promise, (s,); slopes outside a subset stay at zero."""
        upper, lower, chance = self._reach(cuts, slopes)
        density_up, density_low = upper * (1 - upper), lower * (1 - lower)
        a, b = density_up / chance, density_low / chance
        own_up = weights * (density_up * (1 - 2 * upper) / chance - a**2)
        own_low = weights * (-density_low * (1 - 2 * lower) / chance - b**2)
        both = weights * a * b
        a, b = weights * a, weights * b
        n_cuts, n_slopes = cuts.shape[1], slopes.shape[1]
        size = n_cuts + n_slopes
        gradient = np.zeros((len(cuts), size))
        information = np.zeros((len(cuts), size, size))
        at = self.starts
        up_sum, low_sum, diagonal_up, diagonal_low, beside = (
            np.add.reduceat(part, at[:-1], axis=0).T for part in (a, b, own_up, own_low, both)
        )
        gradient[:, :n_cuts] = up_sum[:, :-1] - low_sum[:, 1:]
        gradient[:, n_cuts:] = -((a - b).T @ self.x)
        cut = np.arange(n_cuts)
        information[:, cut, cut] = -(diagonal_up[:, :-1] + diagonal_low[:, 1:])
        information[:, cut[:-1], cut[1:]] = information[:, cut[1:], cut[:-1]] = -beside[:, 1:-1]
        to_up, to_low = own_up + both, own_low + both
        for j in range(n_cuts):
            here, above = slice(at[j], at[j + 1]), slice(at[j + 1], at[j + 2])
            cross = to_up[here].T @ self.x[here] + to_low[above].T @ self.x[above]
            information[:, j, n_cuts:] = information[:, n_cuts:, j] = cross
        packed = -((to_up + to_low).T @ self._pairs)
        information[:, n_cuts + self._first, n_cuts + self._second] = packed
        information[:, n_cuts + self._second, n_cuts + self._first] = packed
        used = np.concatenate([np.ones((len(cuts), n_cuts), dtype=bool), member], axis=1)
        gradient[np.logical_not(used)] = 0.0
        information *= used[:, :, None] & used[:, None, :]
        index = np.arange(size)
        information[:, index, index] += np.where(used, _RIDGE * self.n, 1.0)
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        return step, (step * gradient).sum(axis=1)

    def draws(self, fits: SubsetFits, n_boot: int, seed: int) -> FloatArray:
        """McFadden's R2 of every subset in resamples, (2^k, n_boot), by one Newton step from the estimates.

        Score and information at the estimates are sums over rows, so that one matrix product gives those of all
        resamples; the likelihood is then taken at the end of the step, and where it is not what the step promised,
        Newton's method goes on. A resample without one of the answers is fitted anew without that answer, for up to
        256 subsets; beyond that, and where answers are separated, it is NaN.
        """
        found = np.empty((len(fits.cuts), n_boot))
        done = 0
        block = max(1, _BLOCK // self.n)
        for counts in resample_weights(self.n, n_boot, seed):
            weights = counts[:, self.order] * self.weight
            null = self.null(weights.T)
            lacking = (np.add.reduceat(weights, self.starts[:-1], axis=1) <= 0).any(axis=1)
            null[lacking] = np.nan
            here = slice(done, done + len(null))
            found[0, here] = null
            for subset in range(1, len(fits.cuts)):
                cuts, slopes, promised = self._moved(fits, subset, weights)
                for at in range(0, len(null), block):
                    part = slice(at, at + block)
                    column = np.ascontiguousarray(weights[part].T)
                    value = self._likelihood(cuts[part], slopes[part], column)
                    far = np.flatnonzero(np.isfinite(null[part]) & (np.abs(value - promised[part]) > _NEAR))
                    if far.size:
                        value[far] = self._again(fits, subset, column[:, far])
                    found[subset, done + at : done + at + len(value)] = value
            found[:, here] = 1 - found[:, here] / null
            for row in np.flatnonzero(lacking) if len(fits.cuts) <= _REFITTED else ():
                found[:, done + row] = self._anew(weights[row])
            done += len(null)
        return found

    def _moved(self, fits: SubsetFits, subset: int, weights: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Cuts and slopes after one step for weights (b, n), and the log-likelihood that the step promises, (b,)."""
        inside = np.flatnonzero(self.member[subset])
        cuts, slopes = fits.cuts[subset], fits.slopes[subset]
        upper, lower, chance = (part[:, 0] for part in self._reach(cuts[None], slopes[None]))
        density_up, density_low = upper * (1 - upper), lower * (1 - lower)
        a, b = density_up / chance, density_low / chance
        one_hot = np.eye(self.levels)
        to_up = np.column_stack([one_hot[self.y][:, :-1], -self.x[:, inside]])
        to_low = np.column_stack([one_hot[self.y][:, 1:], -self.x[:, inside]])
        own_up = a**2 - density_up * (1 - 2 * upper) / chance
        own_low = b**2 + density_low * (1 - 2 * lower) / chance
        size = len(cuts) + len(inside)
        first, second = np.triu_indices(size)
        crossed = to_up[:, first] * to_low[:, second] + to_low[:, first] * to_up[:, second]
        packed = (
            own_up[:, None] * to_up[:, first] * to_up[:, second]
            + own_low[:, None] * to_low[:, first] * to_low[:, second]
            - (a * b)[:, None] * crossed
        )
        gradient = weights @ (a[:, None] * to_up - b[:, None] * to_low)
        information = unpacked(weights @ packed, size)
        index = np.arange(size)
        information[:, index, index] += _RIDGE * self.n
        step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        moved = np.zeros((len(weights), len(slopes)))
        moved[:, inside] = slopes[inside] + step[:, len(cuts) :]
        promised = weights @ np.log(chance) + (step * gradient).sum(axis=1) / 2
        return cuts + step[:, : len(cuts)], moved, promised

    def _anew(self, weights: FloatArray) -> FloatArray:
        """McFadden's R2 of every subset for weights (n,) that leave out some answer; NaN where it has no maximum."""
        kept = weights > 0
        codes = np.unique(self.y[kept], return_inverse=True)[1]
        if codes.max() < 1:
            return np.full(len(self.member), np.nan)
        fits = SubsetLogit(codes, self.x[kept], self.units, weights[kept]).fit()
        return np.where(fits.converged, fits.mcfadden[:, 0], np.nan)

    def _again(self, fits: SubsetFits, subset: int, weights: FloatArray) -> FloatArray:
        """Log-likelihoods of one subset at its maximum for weights (n, b)."""
        count = weights.shape[1]
        cuts, slopes = (np.repeat(part[subset][None], count, axis=0) for part in (fits.cuts, fits.slopes))
        return self._newton(cuts, slopes, weights, np.repeat(self.member[subset][None], count, axis=0))[2]


def _of(weights: FloatArray, models: NDArray[np.int64]) -> FloatArray:
    """The weights of some models."""
    return weights if weights.shape[1] == 1 else weights[:, models]
