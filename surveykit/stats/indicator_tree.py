"""Scores of a tree of indicators from its leaves, for many units and many draws at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray

Normalise = Literal["minmax", "target", "z"]
Aggregate = Literal["arithmetic", "geometric"]


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What turns leaf values (..., leaves) into scores: score = (value - worst) / (best - worst) * points + shift.

    Each array (leaves,). `capped`: scores outside 0-100 are taken as 0 or 100.
    """

    worst: FloatArray
    best: FloatArray
    points: float
    shift: float
    capped: bool

    def score(self, values: ArrayLike) -> FloatArray:
        """Scores of values; NaN where the value is missing or the ends of the leaf's range are the same."""
        span = self.best - self.worst
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (np.asarray(values, dtype=np.float64) - self.worst) / np.where(span == 0, np.nan, span)
        found = found * self.points + self.shift
        return np.clip(found, 0.0, 100.0) if self.capped else found


def ranged(low: FloatArray, high: FloatArray, higher: FloatArray) -> Scale:
    """0 at the worse end and 100 at the better end of each leaf's range."""
    up = higher > 0
    return Scale(np.where(up, low, high), np.where(up, high, low), 100.0, 0.0, True)


def to_target(low: FloatArray, high: FloatArray, higher: FloatArray, target: FloatArray) -> Scale:
    """0 at the worse end and 100 at the target; what exceeds the target earns no more."""
    return Scale(np.where(higher > 0, low, high), target, 100.0, 0.0, True)


def standardised(values: FloatArray, higher: FloatArray) -> Scale:
    """Standard deviations above the mean of the units (units, leaves), sign turned where less is better."""
    known = np.isfinite(values)
    count = known.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(known, values, 0.0).sum(axis=0) / count
        sd = np.sqrt((np.where(known, values - mean, 0.0) ** 2).sum(axis=0) / (count - 1))
    return Scale(mean, mean + sd * higher, 1.0, 0.0, False)


def roll_up(
    scores: FloatArray,
    children: Sequence[Sequence[int]],
    weights: FloatArray,
    aggregate: Aggregate = "arithmetic",
    reweight: bool = False,
) -> FloatArray:
    """Scores of all nodes (..., nodes) from those of the leaves, which stand in their places of `scores`.

    `children[i]` are the places of node i's children, all after i (empty: a leaf); `weights` (nodes,) or (..., nodes)
    are taken in proportion among siblings. Arithmetic: sum of w s; geometric: exp(sum of w ln s), 0 where a score with
    weight is 0. A node with a missing child is NaN, or with `reweight` the mean of the others.
    """
    found = np.array(scores, dtype=np.float64)
    weights = np.asarray(weights, dtype=np.float64)
    for node in range(len(children) - 1, -1, -1):
        below = list(children[node])
        if not below:
            continue
        part = found[..., below]
        share = np.broadcast_to(weights[..., below], part.shape)
        if reweight:
            share = np.where(np.isfinite(part), share, 0.0)
            part = np.where(np.isfinite(part), part, 1.0)
        total = share.sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = share / total[..., None]
            if aggregate == "geometric":
                logs = np.where(share > 0, share * np.log(part), np.where(np.isnan(part), np.nan, 0.0))
                found[..., node] = np.exp(logs.sum(axis=-1))
            else:
                found[..., node] = (share * part).sum(axis=-1)
        found[..., node] = np.where(total > 0, found[..., node], np.nan)
    return found


def local_weights(leaf_weights: FloatArray, children: Sequence[Sequence[int]]) -> FloatArray:
    """Weights of all nodes (nodes,) from those of leaves: an inner node weighs what its leaves weigh together."""
    found = np.array(leaf_weights, dtype=np.float64)
    for node in range(len(children) - 1, -1, -1):
        if children[node]:
            found[node] = found[list(children[node])].sum()
    return found


def shares(weights: FloatArray, children: Sequence[Sequence[int]]) -> tuple[FloatArray, FloatArray]:
    """Weights among siblings, summing to 1, and in the whole tree, the root's being 1: each (nodes,)."""
    local, whole = np.ones(len(children)), np.ones(len(children))
    for node, below in enumerate(children):
        if below:
            part = weights[list(below)]
            total = part.sum()
            local[list(below)] = part / total if total > 0 else np.nan
            whole[list(below)] = local[list(below)] * whole[node]
    return local, whole
