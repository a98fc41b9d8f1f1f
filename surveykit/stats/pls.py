"""The partial least squares algorithm on covariance matrices, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.exact import FloatArray
from surveykit.stats.path_system import solve_many

Scheme = Literal["path", "centroid", "factor"]


@dataclass(frozen=True, slots=True, eq=False)
class Blueprint:
    """Which items measure which construct (`member`, (p, m)), by which mode, and which construct explains which.

    `paths[i, j]` is true where construct i explains construct j; constructs stand before what they explain.
    """

    member: NDArray[np.bool_]
    formative: tuple[bool, ...]
    paths: NDArray[np.bool_]
    scheme: Scheme = "path"

    @property
    def blocks(self) -> tuple[NDArray[np.intp], ...]:
        """The items of each construct."""
        return tuple(np.flatnonzero(column) for column in self.member.T)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Outer weights (b, p, m) that give scores of variance one, whether each sample converged, and the steps used."""

    values: FloatArray
    converged: NDArray[np.bool_]
    steps: int


def outer_weights(covariance: FloatArray, plan: Blueprint, tolerance: float = 1e-10, limit: int = 500) -> Weights:
    """Weights of items (b, p, p) by Lohmoeller's algorithm, signed so that most items load positively.

    Inner proxies by the scheme: sign of the correlation ("centroid"), the correlation ("factor"), or slopes of
    predecessors and correlations of successors ("path"). Mode A takes covariances of items with the proxy, mode B
    its regression on the items. Stops when no weight times its item's deviation changes by more than `tolerance`. NaN
    where a construct has no variance or its formative items are collinear. Source: Lohmoeller 1989; Wold 1982. In R:
    `seminr::estimate_pls`, `plspm::plspm`.
    """
    member = plan.member.astype(np.float64)
    spread = np.sqrt(np.einsum("bpp->bp", covariance))
    w = _unit(covariance, np.broadcast_to(member, (len(covariance), *member.shape)))
    converged = np.zeros(len(covariance), dtype=bool)
    steps = 0
    while steps < limit:
        steps += 1
        new = _update(covariance, w, plan)
        change = (np.abs(np.abs(new) - np.abs(w)) * spread[:, :, None]).max(axis=(1, 2))
        w = new
        converged = change < tolerance
        if (converged | np.isnan(change)).all():
            break
    return Weights(_signed(covariance, w, member), converged, steps)


def _update(covariance: FloatArray, w: FloatArray, plan: Blueprint) -> FloatArray:
    shared = covariance @ w
    proxies = shared @ _inner(np.swapaxes(w, 1, 2) @ shared, plan)
    new = np.where(plan.member, proxies, 0.0)
    for j, block in enumerate(plan.blocks):
        if plan.formative[j]:
            part = np.moveaxis(covariance[:, block[:, None], block], 0, -1)
            new[:, block, j] = solve_many(part, proxies[:, block, j].T[:, None])[:, 0].T
    return _unit(covariance, new)


def _unit(covariance: FloatArray, w: FloatArray) -> FloatArray:
    variance = np.einsum("bpm,bpq,bqm->bm", w, covariance, w, optimize=True)
    scale = np.sqrt(np.where(variance > 0, variance, np.nan))
    return np.asarray(np.where(w != 0, w / scale[:, None, :], np.where(np.isnan(scale), np.nan, 0.0)[:, None, :]))


def _inner(scores: FloatArray, plan: Blueprint) -> FloatArray:
    """Inner weights (b, m, m): column j makes the proxy of construct j."""
    linked = plan.paths | plan.paths.T
    if plan.scheme == "centroid":
        return np.asarray(np.where(linked, np.sign(scores), 0.0))
    inner = np.where(linked, scores, 0.0)
    if plan.scheme == "path":
        for j in range(plan.paths.shape[1]):
            before = np.flatnonzero(plan.paths[:, j])
            if len(before):
                inner[:, before, j] = regression(scores, before, j)
    return np.asarray(inner)


def regression(correlations: FloatArray, predictors: NDArray[np.intp], outcome: int) -> FloatArray:
    """Slopes (b, k) of one construct on others, from correlations (b, m, m)."""
    among = np.moveaxis(correlations[:, predictors[:, None], predictors], 0, -1)
    return solve_many(among, correlations[:, predictors, outcome].T[:, None])[:, 0].T


def _signed(covariance: FloatArray, w: FloatArray, member: FloatArray) -> FloatArray:
    turned = (np.sign(covariance @ w) * member).sum(axis=1)
    largest = np.sign((covariance @ w * member).sum(axis=1))
    sign = np.where(turned == 0, largest, np.sign(turned))
    return np.asarray(w * np.where(sign == 0, 1.0, sign)[:, None, :])


def correlations_of(covariance: FloatArray) -> FloatArray:
    """Correlations (b, p, p) from covariances; NaN where a variable is constant."""
    variance = np.einsum("bpp->bp", covariance)
    deviation = np.sqrt(np.where(variance > 0, variance, np.nan))
    return np.asarray(covariance / (deviation[:, :, None] * deviation[:, None, :]))
