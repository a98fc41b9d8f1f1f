"""Thresholds, polychoric, polyserial and Pearson moments of ordered and mixed variables, with their covariance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import blas

from surveykit.errors import Problem, SurveykitError
from surveykit.stats import ordinal_codes, ordinal_continuous, ordinal_pairs
from surveykit.stats.arrays import check_names, frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.ordinal_codes import Rows

_BLOCK = 4_000_000
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalMoments:
    """Sample statistics of p variables, some ordered, and their asymptotic covariance: what WLSMV fits.

    An ordered variable stands for a normal response of mean 0 and variance 1 cut at its `thresholds` (none for a
    continuous one). `covariance` holds polychoric correlations between ordered variables, polyserial correlations
    times the standard deviation, and covariances (divisor n) between continuous ones. The vector `statistics` runs as
    lavaan's `wls.obs`: for each variable in turn its thresholds, or minus its mean; then the variances of the
    continuous ones; then the covariances below the diagonal, column by column: (2,1), (3,1), ..., (3,2), ...
    `nacov` (q, q) is n times the asymptotic covariance of `statistics`, in that order.

    `n` counts rows used, `dropped` rows left out; `pair_n` (p, p) rows (or weight) that have both, `empty_cells`
    (p, p) the empty cells of each two-way table of used answers. A statistic without an estimate is NaN in all of
    these, and `problems` says why.
    """

    names: tuple[str, ...]
    ordered: NDArray[np.bool_]
    levels: tuple[tuple[float, ...], ...]
    n: int
    dropped: int
    thresholds: tuple[FloatArray, ...]
    mean: FloatArray
    variance: FloatArray
    correlation: FloatArray
    pair_n: FloatArray
    empty_cells: NDArray[np.int64]
    nacov: FloatArray
    problems: tuple[Problem, ...]

    @classmethod
    def of(
        cls,
        rows: ArrayLike,
        names: Sequence[str],
        ordered: Sequence[str] | None = None,
        levels: Sequence[Sequence[float] | None] | None = None,
        weights: ArrayLike | None = None,
        missing: Literal["listwise", "pairwise"] = "listwise",
    ) -> OrdinalMoments:
        """Moments of an (n, p) array of answer codes and numbers, NaN = missing.

        `ordered`: names of the ordered variables, all when not given. `levels`: for each variable its codes in order
        (None: those found); a code given but never used is refused, for its threshold has no estimate.
        `weights` (n,): sampling weights, scaled to sum to n. `missing`: rows with any NaN are left out, or each
        statistic uses the rows that have its variables.

        Ordered answers are taken to come from normal responses, each pair bivariate normal. Two steps: thresholds,
        means and variances from each variable, then each correlation from its pair by maximum likelihood (Olsson
        1979; Olsson, Drasgow & Dorans 1982); covariance A^-1 B A^-T from the casewise scores (Muthen 1984), A from
        their outer products. Empty cells stay empty, but a 2 x 2 table with one empty cell gets half a row there,
        margins kept. Every row counts for a polyserial correlation (lavaan 0.6 leaves out those whose density, in
        the unit of the continuous variable, is below 1.5e-8). In R: `lavInspect(fit, "wls.obs")`,
        `lavInspect(fit, "gamma")` of a `lavaan` fit with `ordered =`.
        """
        check_names(names)
        unknown = [name for name in ordered or () if name not in names]
        if unknown:
            raise SurveykitError.of("STATS-NAME-UNKNOWN", name=unknown[0], known=", ".join(names))
        mask = np.array([ordered is None or name in ordered for name in names], dtype=bool)
        return _moments(ordinal_codes.read(rows, names, mask, levels, weights, missing))

    @property
    def covariance(self) -> FloatArray:
        """Covariances (p, p), 1 on the diagonal of ordered variables."""
        deviation = np.sqrt(self.variance)
        return np.asarray(self.correlation * np.multiply.outer(deviation, deviation))

    @property
    def statistics(self) -> FloatArray:
        """The vector (q,) that `nacov` belongs to."""
        first = [
            cuts if ordered else np.array([-mean])
            for ordered, cuts, mean in zip(self.ordered, self.thresholds, self.mean, strict=True)
        ]
        below = self.covariance[np.triu_indices(len(self.names), 1)]
        return np.concatenate([*first, self.variance[~self.ordered], below])

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of `statistics` as lavaan writes them: `A2|t1`, `age~1`, `age~~age`, `age~~A2`."""
        first = [
            f"{name}|t{k}" if ordered else f"{name}~1"
            for name, ordered, cuts in zip(self.names, self.ordered, self.thresholds, strict=True)
            for k in range(1, len(cuts) + 1 if ordered else 2)
        ]
        variances = [f"{name}~~{name}" for name, ordered in zip(self.names, self.ordered, strict=True) if not ordered]
        return (*first, *variances, *(f"{a}~~{b}" for a, b in combinations(self.names, 2)))

    @property
    def weights_diagonal(self) -> FloatArray:
        """Weights (q,) of diagonally weighted least squares: 1 over the diagonal of `nacov`."""
        return np.asarray(1.0 / np.diag(self.nacov))

    @property
    def std_error(self) -> FloatArray:
        """Standard errors (q,) of `statistics`."""
        return np.asarray(np.sqrt(np.diag(self.nacov) / self.n))

    @property
    def correlation_std_error(self) -> FloatArray:
        """Standard errors (p, p) of `correlation`, 0 on the diagonal: delta method from covariances and variances."""
        p = len(self.names)
        found = np.zeros((p, p))
        deviation = np.sqrt(self.variance)
        start = int(self._first_sizes().sum())
        row_of = {int(i): start + rank for rank, i in enumerate(np.flatnonzero(~self.ordered))}
        row = start + len(row_of)
        for i, j in combinations(range(p), 2):
            numbers = [k for k in (i, j) if k in row_of]
            at = [row, *(row_of[k] for k in numbers)]
            slope = np.array(
                [
                    1 / (deviation[i] * deviation[j]),
                    *(-self.correlation[i, j] / (2 * self.variance[k]) for k in numbers),
                ]
            )
            found[i, j] = found[j, i] = np.sqrt(slope @ self.nacov[np.ix_(at, at)] @ slope / self.n)
            row += 1
        return found

    def select(self, names: Sequence[str]) -> OrdinalMoments:
        """Moments of some variables, in the order asked for; the rows stay those used for all."""
        check_names(names)
        unknown = [name for name in names if name not in self.names]
        if unknown:
            raise SurveykitError.of("STATS-NAME-UNKNOWN", name=unknown[0], known=", ".join(self.names))
        at = [self.names.index(name) for name in names]
        square = np.ix_(at, at)
        rows = self._positions(at)
        return OrdinalMoments(
            tuple(names),
            frozen(self.ordered[at]),
            tuple(self.levels[i] for i in at),
            self.n,
            self.dropped,
            tuple(self.thresholds[i] for i in at),
            frozen(self.mean[at]),
            frozen(self.variance[at]),
            frozen(self.correlation[square]),
            frozen(self.pair_n[square]),
            frozen(self.empty_cells[square]),
            frozen(self.nacov[np.ix_(rows, rows)]),
            self.problems,
        )

    def _first_sizes(self) -> NDArray[np.intp]:
        return np.array(
            [len(cuts) if ordered else 1 for ordered, cuts in zip(self.ordered, self.thresholds, strict=True)], np.intp
        )

    def _positions(self, at: Sequence[int]) -> NDArray[np.intp]:
        """Where the statistics of the variables `at` lie in `statistics`."""
        p, sizes = len(self.names), self._first_sizes()
        starts = np.concatenate([[0], np.cumsum(sizes)])
        first = [np.arange(starts[i], starts[i] + sizes[i]) for i in at]
        ranks = starts[-1] + np.cumsum(~self.ordered) - 1
        variances = np.array([ranks[i] for i in at if not self.ordered[i]], dtype=np.intp)
        pairs = np.zeros((p, p), dtype=np.intp)
        pairs[np.triu_indices(p, 1)] = starts[-1] + (~self.ordered).sum() + np.arange(p * (p - 1) // 2)
        pairs += pairs.T
        below = [pairs[i, j] for i, j in combinations(at, 2)]
        return np.concatenate([*first, variances, np.array(below, dtype=np.intp)]).astype(np.intp)


@dataclass(slots=True)
class _Parts:
    """The estimates as they are found, and how each row moves them."""

    correlation: FloatArray
    empty: NDArray[np.int64]
    pair_n: FloatArray
    cuts: FloatArray
    threshold_influence: FloatArray
    tables: dict[tuple[int, int], FloatArray]
    casewise: dict[tuple[int, int], FloatArray]
    continuous: dict[int, ordinal_continuous.Continuous]
    problems: list[Problem]


def _moments(rows: Rows) -> OrdinalMoments:
    p = len(rows.names)
    tallies, joint = ordinal_codes.tables(rows)
    cuts = ordinal_pairs.padded_thresholds(tallies)
    influence = ordinal_pairs.threshold_influence(tallies, cuts)
    known = {
        j: ordinal_continuous.continuous(rows.values[:, j], rows.weights)
        for j in np.flatnonzero(~rows.ordered).tolist()
    }
    parts = _Parts(
        np.full((p, p), np.nan), np.zeros((p, p), np.int64), np.zeros((p, p)), cuts, influence, {}, {}, known, []
    )
    usable = np.array(
        [len(codes) > 1 if mark else known[j].variance > 0 for j, (mark, codes) in enumerate(_marked(rows))]
    )
    for j in np.flatnonzero(~usable):
        code = "STATS-POLY-LEVELS" if rows.ordered[j] else "ORDINAL-CONSTANT"
        parts.problems.append(Problem.of(code, f"variable {rows.names[j]}", "warning"))
    parts.correlation[usable, usable] = 1.0
    _ordered_pairs(rows, parts, joint, usable)
    _other_pairs(rows, parts, usable)
    _tell(rows, parts)
    thresholds = tuple(
        frozen(cuts[rows.position[j], : len(codes) - 1]) if mark else frozen(np.empty(0))
        for j, (mark, codes) in enumerate(_marked(rows))
    )
    mean = [0.0 if mark else known[j].mean for j, mark in enumerate(rows.ordered)]
    variance = [1.0 if mark else known[j].variance for j, mark in enumerate(rows.ordered)]
    return OrdinalMoments(
        rows.names,
        frozen(rows.ordered),
        rows.levels,
        len(rows.values),
        rows.dropped,
        thresholds,
        frozen(mean),
        frozen(variance),
        frozen(parts.correlation),
        frozen(parts.pair_n),
        frozen(parts.empty),
        frozen(_nacov(rows, parts)),
        tuple(parts.problems),
    )


def _marked(rows: Rows) -> list[tuple[bool, tuple[float, ...]]]:
    return [(bool(mark), codes) for mark, codes in zip(rows.ordered, rows.levels, strict=True)]


def _ordered_pairs(rows: Rows, parts: _Parts, joint: FloatArray, usable: NDArray[np.bool_]) -> None:
    """Polychoric correlations of all pairs of ordered variables, in batches; fills `parts`."""
    size = joint.shape[1]
    used = np.array([len(codes) for codes in rows.levels])
    variables = np.flatnonzero(rows.ordered)
    pairs = np.array(list(combinations(variables, 2)), dtype=np.intp).reshape(-1, 2)
    for chosen in np.array_split(pairs, max(1, -(-len(pairs) * size**2 // _CELLS))):
        i, j = chosen.T
        a, b = rows.position[i], rows.position[j]
        tables = joint[a, :, b, :]
        inside = (np.arange(size) < used[i, None])[:, :, None] & (np.arange(size) < used[j, None])[:, None, :]
        parts.empty[i, j] = parts.empty[j, i] = ((tables == 0) & inside).sum(axis=(1, 2))
        parts.pair_n[i, j] = parts.pair_n[j, i] = tables.sum(axis=(1, 2))
        keep = np.flatnonzero(usable[i] & usable[j] & (parts.pair_n[i, j] > 0))
        i, j, a, b, tables = i[keep], j[keep], a[keep], b[keep], tables[keep]
        binary = (used[i] == 2) & (used[j] == 2)
        around = parts.threshold_influence
        fit = ordinal_pairs.fit_pairs(tables, parts.cuts[a], parts.cuts[b], around[a], around[b], binary)
        parts.correlation[i, j] = parts.correlation[j, i] = fit.correlation
        parts.tables.update(zip(zip(i.tolist(), j.tolist(), strict=True), fit.influence, strict=True))
        for code, marks in (("ORDINAL-CORRECTED", fit.corrected), ("ORDINAL-IMPOSSIBLE", fit.impossible > 0)):
            for m in np.flatnonzero(marks):
                place = f"items {rows.names[i[m]]}, {rows.names[j[m]]}"
                parts.problems.append(Problem.of(code, place, "note", rows=f"{fit.impossible[m]:g}"))


def _other_pairs(rows: Rows, parts: _Parts, usable: NDArray[np.bool_]) -> None:
    """Polyserial and Pearson correlations, one pair at a time; fills `parts`."""
    seen = ~np.isnan(rows.values)
    for j in range(len(rows.names)):
        parts.pair_n[j, j] = rows.weights[seen[:, j]].sum()
    for i, j in combinations(range(len(rows.names)), 2):
        if rows.ordered[i] and rows.ordered[j]:
            continue
        parts.pair_n[i, j] = parts.pair_n[j, i] = rows.weights[seen[:, i] & seen[:, j]].sum()
        if not (usable[i] and usable[j]):
            continue
        if rows.ordered[i] or rows.ordered[j]:
            number, item = (j, i) if rows.ordered[i] else (i, j)
            at, levels = rows.position[item], len(rows.levels[item])
            codes = np.where(seen[:, item], rows.codes[at], levels)
            spread = parts.threshold_influence[at][rows.codes[at], : levels - 1]
            cuts = parts.cuts[at, : levels - 1]
            rho, around = ordinal_continuous.polyserial(parts.continuous[number], codes, cuts, spread, rows.weights)
        else:
            rho, around = ordinal_continuous.pearson(parts.continuous[i], parts.continuous[j], rows.weights)
        parts.correlation[i, j] = parts.correlation[j, i] = rho
        parts.casewise[i, j] = _as_covariance(parts, i, j, rho, around)


def _as_covariance(parts: _Parts, i: int, j: int, rho: float, influence: FloatArray) -> FloatArray:
    known = [parts.continuous[k] for k in (i, j) if k in parts.continuous]
    scale = float(np.prod([np.sqrt(one.variance) for one in known]))
    moved = scale * influence
    for one in known:
        moved = moved + rho * scale / (2 * one.variance) * one.influence[1]
    return np.asarray(moved)


def _tell(rows: Rows, parts: _Parts) -> None:
    p = len(rows.names)
    for i, j in combinations(range(p), 2):
        fitted = (i, j) in parts.tables or (i, j) in parts.casewise
        if np.isnan(parts.correlation[i, j]) and (fitted or parts.pair_n[i, j] == 0):
            code = "STATS-POLY-BOUNDARY" if fitted else "ORDINAL-NO-PAIR"
            parts.problems.append(
                Problem.of(code, f"items {rows.names[i]}, {rows.names[j]}", "warning", bound=ordinal_pairs.BOUND)
            )
    above = np.triu(parts.empty, 1)
    if above.any():
        tally = {"cells": int(above.sum()), "pairs": int((above > 0).sum())}
        parts.problems.append(Problem.of("STATS-POLY-EMPTY", "", "note", **tally))
    if np.all(np.isfinite(parts.correlation)):
        smallest = float(np.linalg.eigvalsh(parts.correlation)[0])
        if smallest < 1e-8:
            parts.problems.append(Problem.of("STATS-NOT-PD", "", "warning", eigenvalue=f"{smallest:.3g}"))


def _nacov(rows: Rows, parts: _Parts) -> FloatArray:
    """n times the sum over rows of the outer product of their (weighted) influence, some rows at a time."""
    p, n = len(rows.names), len(rows.values)
    sizes = [len(codes) - 1 if mark else 1 for mark, codes in _marked(rows)]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    numbers = sorted(parts.continuous)
    pairs = list(combinations(range(p), 2))
    count = int(starts[-1]) + len(numbers) + len(pairs)
    total = np.zeros((count, count), order="F")
    width = parts.threshold_influence.shape[1] if len(parts.threshold_influence) else 1
    flat = {pair: np.ascontiguousarray(table).ravel() for pair, table in parts.tables.items()}
    step = max(256, _BLOCK // count)
    for begin in range(0, n, step):
        part = slice(begin, min(begin + step, n))
        codes = rows.codes[:, part]
        block = np.empty((count, part.stop - begin))
        for j, mark in enumerate(rows.ordered):
            where = slice(starts[j], starts[j + 1])
            if mark:
                table = parts.threshold_influence[rows.position[j], :, : sizes[j]].T
                block[where] = table[:, codes[rows.position[j]]]
            else:
                block[where] = -parts.continuous[j].influence[0, part]
        row = int(starts[-1])
        for j in numbers:
            block[row] = parts.continuous[j].influence[1, part]
            row += 1
        for i, j in pairs:
            if (i, j) in flat:
                cell = codes[rows.position[i]] * width + codes[rows.position[j]]
                np.take(flat[i, j], cell, out=block[row], mode="clip")
            else:
                block[row] = parts.casewise[i, j][part] if (i, j) in parts.casewise else np.nan
            row += 1
        block *= rows.weights[part]
        total = blas.dsyrk(float(n), block, beta=1.0, c=total, lower=True, overwrite_c=True)
    for begin in range(0, count, 512):
        part, after = slice(begin, begin + 512), slice(begin + 512, None)
        total[part, after] = total[after, part].T
        total[part, part] = np.tril(total[part, part]) + np.tril(total[part, part], -1).T
    return total.T
