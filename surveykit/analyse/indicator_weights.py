"""The weights of a tree's nodes by every scheme, and how far the ranking of units hangs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.indicator_values import Flat
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.exact import FloatArray
from surveykit.stats.indicator_tree import local_weights, roll_up
from surveykit.stats.weighting_schemes import critic_weights, entropy_weights

_CELLS = 4_000_000
"""Scores held at once while weights are moved."""
SCHEMES = ("tree", "equal", "entropy", "critic")
NEEDS = {
    "entropy": "two units with every value, of which some differ",
    "critic": "three units with every value, of which some differ and do not all rank alike",
}


@dataclass(frozen=True, slots=True, eq=False)
class Stability:
    """How ranks and order of the units hold when weights change."""

    schemes: pd.DataFrame
    rank_low: FloatArray
    rank_high: FloatArray
    first_share: FloatArray
    same_order: float


def node_weights(shape: Flat, scheme: str, scores: FloatArray) -> FloatArray:
    """Weights of all nodes; those of entropy and CRITIC come from the leaf scores (units, leaves)."""
    if scheme == "tree":
        return shape.weights
    if scheme == "equal":
        return np.ones(len(shape.codes))
    found = entropy_weights(scores) if scheme == "entropy" else critic_weights(scores)
    whole = np.zeros(len(shape.codes))
    whole[list(shape.leaves)] = found
    return local_weights(whole, shape.children)


def chosen_weights(shape: Flat, weights: Any, scores: FloatArray) -> tuple[FloatArray, str, list[Problem]]:
    """The weights asked for: a scheme by name, or numbers by code for all children of one or more branches."""
    if weights is None or isinstance(weights, str):
        scheme = weights or "tree"
        if scheme not in SCHEMES:
            raise SurveykitError.of("ANALYSE-CHOICE", argument="weights", found=scheme, allowed=", ".join(SCHEMES))
        found = node_weights(shape, scheme, scores)
        if np.isfinite(found).all():
            return found, scheme, []
        return found, scheme, [Problem.of("INDIC-NOWEIGHTS", "weights", "warning", method=scheme, need=NEEDS[scheme])]
    if not isinstance(weights, Mapping):
        raise SurveykitError.of("INDIC-BADWEIGHT", "weights", found=type(weights).__name__)
    strange = [str(code) for code in weights if code not in shape.codes[1:]]
    for below in shape.children:
        named = [shape.codes[at] for at in below if shape.codes[at] in weights]
        if named and len(named) < len(below):
            strange += named
    if strange:
        raise SurveykitError.of("INDIC-WEIGHTCODES", "weights", found=", ".join(strange))
    found = shape.weights.copy()
    for code, weight in weights.items():
        good = isinstance(weight, int | float | np.number) and np.isfinite(weight) and weight >= 0
        if not good:
            raise SurveykitError.of("INDIC-BADWEIGHT", f"indicator {code}", found=str(weight)[:40])
        found[shape.codes.index(code)] = float(weight)
    for node, below in enumerate(shape.children):
        if below and found[list(below)].sum() <= 0:
            raise SurveykitError.of("INDIC-BADWEIGHT", f"indicator {shape.codes[node]}", found="0")
    return found, "given", []


def ranks(index: FloatArray) -> FloatArray:
    """Ranks along the last axis, 1 the largest, ties sharing their mean rank, NaN where missing."""
    table = pd.DataFrame(np.atleast_2d(index).T)
    return np.asarray(table.rank(ascending=False).to_numpy().T.reshape(np.shape(index)), dtype=np.float64)


def stability(
    shape: Flat,
    scores: FloatArray,
    full: FloatArray,
    weights: FloatArray,
    scheme: str,
    how: dict[str, Any],
    spread: float,
    n_perturb: int,
    seed: int,
) -> Stability:
    """Index and ranks by scheme and by both aggregations, and ranks when every weight is moved by up to `spread`.

    `scores` (units, leaves) and `full` (units, nodes); each perturbed weight is w times a uniform number between
    1 - spread and 1 + spread, independent, scaled among siblings.
    """
    rows = []
    units = len(full)
    plans: list[tuple[str, FloatArray, dict[str, Any]]] = [
        (name, node_weights(shape, name, scores), how) for name in SCHEMES
    ]
    if scheme == "given":
        plans.insert(0, (scheme, weights, how))
    if np.nanmin(full[:, list(shape.leaves)], initial=0.0) >= 0:
        other = "geometric" if how["aggregate"] == "arithmetic" else "arithmetic"
        plans.append((other, weights, {**how, "aggregate": other}))
    for name, plan, manner in plans:
        index = roll_up(full, shape.children, plan, **manner)[:, 0]
        rows.append(pd.DataFrame({"scheme": name, "at": np.arange(units), "estimate": index, "rank": ranks(index)}))
    empty = np.full(units, np.nan)
    frame = pd.concat(rows, ignore_index=True)
    if units < 2 or not n_perturb or not np.isfinite(weights).all():
        return Stability(frame, empty, empty, empty, float("nan"))
    moved = weights * np.random.default_rng(seed).uniform(1 - spread, 1 + spread, (n_perturb, len(weights)))
    step = max(1, _CELLS // full.size)
    index = np.concatenate(
        [
            roll_up(np.broadcast_to(full, (len(part), *full.shape)), shape.children, part[:, None, :], **how)[..., 0]
            for part in np.array_split(moved, -(-n_perturb // step))
        ]
    )
    drawn = ranks(index)
    own = ranks(roll_up(full, shape.children, weights, **how)[:, 0])
    known = np.isfinite(own)
    if not known.any():
        return Stability(frame, empty, empty, empty, float("nan"))
    low, high, first = empty.copy(), empty.copy(), empty.copy()
    low[known], high[known] = drawn[:, known].min(axis=0), drawn[:, known].max(axis=0)
    first[known] = (drawn[:, known] == 1).mean(axis=0)
    return Stability(frame, low, high, first, float((drawn[:, known] == own[known]).all(axis=1).mean()))


def weights_for(given: Mapping[str, float] | Sequence[float] | None, names: Sequence[str]) -> FloatArray:
    """Weights of these names summing to 1, equal where none are given; SurveykitError where they cannot be weights."""
    if given is None:
        return np.full(len(names), 1 / len(names))
    if isinstance(given, Mapping):
        listed = [given.get(name, np.nan) for name in names] if set(given) == set(names) else [np.nan]
    else:
        listed = list(given)
    good = len(listed) == len(names) and all(isinstance(weight, int | float | np.number) for weight in listed)
    found = np.array(listed, dtype=np.float64) if good else np.array([np.nan])
    if not np.isfinite(found).all() or (found < 0).any() or found.sum() <= 0:
        raise SurveykitError.of("INDIC-BADWEIGHT", "weights", found=str(given)[:60])
    return np.asarray(found / found.sum())
