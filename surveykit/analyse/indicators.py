"""Scores of a tree of indicators, gaps to targets and what they cost, and how firm the ranking of units is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.ahp import IndicatorWeights
from surveykit.analyse.frames import choice
from surveykit.analyse.importance import Importance
from surveykit.analyse.indicator_values import Flat, flat, leaf_values, scale_of, tree_names
from surveykit.analyse.indicator_weights import chosen_weights, ranks, stability
from surveykit.analyse.indicator_words import STATUSES, drawn_bars, indicator_sentences, status_names
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.spec.indicators import IndicatorTree
from surveykit.stats.exact import FloatArray
from surveykit.stats.indicator_tree import Scale, ranged, roll_up, shares


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Indicators(Result):
    """A row a unit and node: score (estimate) with interval, value, target, gap, what it costs the index, status.

    `gap`: value minus target in the unit of the leaf, turned so that below zero falls short. `cost`: what the index
    would gain if every leaf under the node that falls short met its target. `change`: score minus that of `previous`.
    `schemes`: index and rank of every unit by other weights and the other mean. Root rows carry the rank of the unit,
    its range and how often it is first when weights move. `measures`: n_units, n_leaves, n_targets, n_missed,
    same_order, spread. `n` counts units. `plot(what="tree", unit=...)` or "ranking".
    """

    kind: ClassVar[str] = "indicators"
    estimate_kind: ClassVar[Kind] = "points"
    named_columns: ClassVar[tuple[str, ...]] = ("node", "parent", "status")
    shown: ClassVar[tuple[str, ...]] = (
        "unit", "node", "depth", "weight", "indicator_value", "target", "gap", "estimate", "conf_low", "conf_high",
        "cost", "status", "change",
    )  # fmt: skip

    tree_code: str
    scores: pd.DataFrame
    schemes: pd.DataFrame
    measures: Mapping[str, float]
    normalise: str
    conf_level: float
    method: str

    def _table(self) -> pd.DataFrame:
        return self.scores.assign(conf_level=self.conf_level, method=self.method)

    def _figure(
        self,
        table: pd.DataFrame,
        write: Writer,
        what: Literal["tree", "ranking"] | None = None,
        unit: str | None = None,
        **style: Any,
    ) -> Figure:
        units = list(dict.fromkeys(table["unit"]))
        chosen = what or ("tree" if len(units) == 1 or unit is not None else "ranking")
        choice("what", chosen, ("tree", "ranking"))
        if unit is not None:
            choice("unit", unit, units)
        return drawn_bars(table, write, chosen == "tree", unit or units[0], self.normalise, **style)

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return indicator_sentences(table, self.schemes, self.measures, write)


def indicators(
    tree: IndicatorTree,
    values: Any,
    *,
    weights: Literal["tree", "equal", "entropy", "critic"]
    | Mapping[str, float]
    | IndicatorWeights
    | Importance
    | None = None,
    normalise: Literal["minmax", "target", "z"] | None = None,
    aggregate: Literal["arithmetic", "geometric"] | None = None,
    missing: Literal["undefined", "reweight"] = "undefined",
    draws: Mapping[str, Any] | None = None,
    previous: Any = None,
    conf_level: float = 0.95,
    spread: float = 0.25,
    n_perturb: int = 1000,
    seed: int = 1,
) -> Indicators:
    """Score every node of an indicator tree from the values of its leaves, for one unit or to rank several.

    `values`: a mapping or Series leaf -> value (one unit), or a DataFrame with a row a unit. Scores 0-100: "minmax"
    100 (v - worst) / (best - worst) with the leaf's low and high (the units' extremes where it has none, with a
    Problem); "target" 100 (v - worst) / (target - worst), capped, so that surplus makes up for nothing; "z" standard
    deviations above the units' mean. Branches: weighted arithmetic or geometric mean. `weights`: the tree's, "equal",
    "entropy" or "critic" (of the leaf scores), numbers by code for whole groups of siblings, or the result of `sk.ahp`
    or `sk.importance` (weights derived from drivers: their shares). `draws`: leaf -> (draws,) or (draws, units)
    resampled values, for percentile intervals of all nodes; what has none is held fixed. `previous`: earlier values
    in the same form, for the change of every score. A missing value leaves the nodes above NaN, or with "reweight"
    gives its weight to its
    siblings, each with a Problem. `spread`: weights are moved by up to this share to see whether the ranking stands.
    Raises SurveykitError for unknown columns, grades or weights. Source: OECD/JRC 2008, Handbook on Constructing
    Composite Indicators; ISO 10004.
    """
    if not isinstance(tree, IndicatorTree):
        raise SurveykitError.of("INDIC-NOTREE", found=type(tree).__name__)
    normalise, aggregate = normalise or tree.normalise, aggregate or tree.aggregate
    choice("normalise", normalise, ("minmax", "target", "z"))
    choice("aggregate", aggregate, ("arithmetic", "geometric"))
    choice("missing", missing, ("undefined", "reweight"))
    if normalise == "z" and aggregate == "geometric":
        raise SurveykitError.of("INDIC-ZGEOMETRIC")
    weights = _numbers(weights)
    shape = flat(tree)
    frame, found = leaf_values(shape, values, tree.code)
    scale, problems = scale_of(shape, found, normalise)
    leaf_scores = scale.score(found)
    basis = leaf_scores if normalise != "z" else _between(shape, found).score(found)
    weighed, scheme, noted = chosen_weights(shape, weights, basis)
    how: dict[str, Any] = {"aggregate": aggregate, "reweight": missing == "reweight"}
    full = _placed(shape, leaf_scores)
    scores = roll_up(full, shape.children, weighed, **how)
    problems += [*noted, *_caveats(shape, found, leaf_scores, missing, aggregate)]
    error, low, high, held = _intervals(shape, scale, found, draws, weighed, how, conf_level)
    change = np.full_like(scores, np.nan)
    before = found
    if previous is not None:
        earlier, before = leaf_values(shape, previous, tree.code)
        old = roll_up(_placed(shape, scale.score(before)), shape.children, weighed, **how)
        place = {unit: at for at, unit in enumerate(earlier.index)}
        for at, unit in enumerate(frame.index):
            if unit in place:
                change[at] = scores[at] - old[place[unit]]
    firm = stability(shape, basis, full, weighed, scheme, how, spread, n_perturb, seed)
    gaps, cost, status = _targets(shape, scale, found, full, scores, weighed, how)
    local, whole = shares(weighed, shape.children)
    nodes, units = len(shape.codes), len(frame)
    root = np.arange(nodes * units) % nodes == 0
    top = {
        "rank": ranks(scores[:, 0]) if units > 1 else np.full(units, np.nan),
        "rank_low": firm.rank_low,
        "rank_high": firm.rank_high,
        "first_share": firm.first_share,
    }
    table = pd.DataFrame(
        {
            "unit": np.repeat(np.array(frame.index, dtype=object), nodes),
            "node": list(shape.codes) * units,
            "parent": ["" if at < 0 else shape.codes[at] for at in shape.parents] * units,
            "depth": list(shape.depths) * units,
            "weight": np.tile(local, units),
            "overall_weight": np.tile(whole, units),
            "indicator_value": _placed(shape, found).ravel(),
            "target": np.tile(_placed(shape, shape.targets[None, :])[0], units),
            "gap": gaps.ravel(),
            "estimate": scores.ravel(),
            "std_error": error.ravel(),
            "conf_low": low.ravel(),
            "conf_high": high.ravel(),
            "target_score": np.tile(_placed(shape, scale.score(shape.targets[None, :]))[0], units),
            "cost": cost.ravel(),
            "status": status.ravel(),
            "change": change.ravel(),
            "n": units,
            **{name: np.where(root, np.repeat(part, nodes), np.nan) for name, part in top.items()},
        }
    )
    below = table["node"].isin([leaf.code for leaf in shape.indicators])
    return Indicators(
        n=units,
        tree_code=tree.code,
        scores=table,
        schemes=firm.schemes.assign(unit=np.array(frame.index, dtype=object)[firm.schemes["at"]]).drop(columns="at"),
        measures={
            "n_units": float(units),
            "n_leaves": float(len(shape.leaves)),
            "n_targets": float((below & ~table["status"].isin(["no_target", "unknown"])).sum()),
            "n_missed": float((below & (table["status"] == "missed")).sum()),
            "same_order": firm.same_order,
            "spread": spread,
        },
        normalise=normalise,
        conf_level=conf_level,
        method=f"index_{aggregate}",
        problems=(*problems, *held),
        names={**status_names(), **tree_names(tree)},
        provenance=Provenance.of(
            "indicators",
            data=fingerprint_of(pd.DataFrame(found, columns=[leaf.code for leaf in shape.indicators])),
            spec=tree.fingerprint,
            seed=seed,
            weights=scheme if not isinstance(weights, Mapping) else dict(weights),
            normalise=normalise,
            aggregate=aggregate,
            missing=missing,
            conf_level=conf_level,
            spread=spread,
            n_perturb=n_perturb,
            draws=_digest(draws),
            previous="" if previous is None else fingerprint_of(pd.DataFrame(before)),
        ),
    )


def _numbers(weights: Any) -> Any:
    """Weights by code where a result was given."""
    if isinstance(weights, IndicatorWeights):
        return weights.weights
    if isinstance(weights, Importance):
        return dict(zip(weights.shares["predictor"], weights.shares["share"].astype(float), strict=True))
    return weights


def _digest(draws: Mapping[str, Any] | None) -> str:
    """What tells one set of draws from another."""
    found = hashlib.sha256()
    for code, given in sorted((draws or {}).items()):
        found.update(code.encode("utf-8") + np.ascontiguousarray(given, dtype=np.float64).tobytes())
    return found.hexdigest() if draws else ""


def _placed(shape: Flat, leaves: FloatArray) -> FloatArray:
    """Leaf values (..., leaves) in the places of their nodes (..., nodes), NaN elsewhere."""
    found = np.full((*leaves.shape[:-1], len(shape.codes)), np.nan)
    found[..., list(shape.leaves)] = leaves
    return found


def _between(shape: Flat, values: FloatArray) -> Scale:
    """Min-max between the units: what weights from spread are taken from where scores are z scores."""
    known = np.isfinite(values)
    low = np.where(known, values, np.inf).min(axis=0)
    high = np.where(known, values, -np.inf).max(axis=0)
    return ranged(np.where(np.isfinite(low), low, np.nan), np.where(np.isfinite(high), high, np.nan), shape.higher)


def _caveats(shape: Flat, values: FloatArray, scores: FloatArray, missing: str, aggregate: str) -> list[Problem]:
    found = []
    if names := shape.named(np.isnan(values).any(axis=0)):
        code = "INDIC-REWEIGHTED" if missing == "reweight" else "INDIC-MISSING"
        gone = "INDIC-MISSING" if np.isnan(values).all() else code
        found.append(Problem.of(gone, "values", "warning", leaves=names))
    if aggregate == "geometric" and (names := shape.named((scores == 0).any(axis=0))):
        found.append(Problem.of("INDIC-ZERO", "values", "warning", leaves=names))
    return found


def _intervals(
    shape: Flat,
    scale: Scale,
    values: FloatArray,
    draws: Mapping[str, Any] | None,
    weights: FloatArray,
    how: dict[str, Any],
    conf_level: float,
) -> tuple[FloatArray, FloatArray, FloatArray, list[Problem]]:
    """Standard errors and percentile bounds (units, nodes) from draws of the leaf values."""
    nothing = np.full((len(values), len(shape.codes)), np.nan)
    if not draws:
        return nothing, nothing, nothing, []
    codes = [leaf.code for leaf in shape.indicators]
    strange = [code for code in draws if code not in codes]
    if strange:
        raise SurveykitError([Problem.of("INDIC-NOCOLUMN", "draws", column=str(code)) for code in strange])
    units = len(values)
    drawn: dict[str, FloatArray] = {}
    for code, given in draws.items():
        part = np.asarray(given)
        good = np.issubdtype(part.dtype, np.number) and np.isfinite(part).all()
        good = good and (part.ndim == 1 or part.shape[1:] == (units,))
        if not good or len(part) < 2 or (drawn and len(part) != len(next(iter(drawn.values())))):
            shown = " x ".join(map(str, part.shape)) if np.issubdtype(part.dtype, np.number) else "text"
            raise SurveykitError.of("INDIC-DRAWS", f"indicator {code}", leaf=code, found=shown, units=units)
        drawn[code] = part.astype(np.float64)
    count = len(next(iter(drawn.values())))
    batch = np.broadcast_to(values, (count, *values.shape)).copy()
    for code, part in drawn.items():
        batch[:, :, codes.index(code)] = part if part.ndim == 2 else part[:, None]
    scored = roll_up(_placed(shape, scale.score(batch)), shape.children, weights, **how)
    tail = (1 - conf_level) / 2
    low, high = np.quantile(scored, [tail, 1 - tail], axis=0)
    error = scored.std(axis=0, ddof=1)
    for at, code in zip(shape.leaves, codes, strict=True):
        if code not in drawn:
            low[:, at], high[:, at], error[:, at] = np.nan, np.nan, np.nan
    fixed = [code for code in codes if code not in drawn]
    noted = [Problem.of("INDIC-HELD", "draws", "note", leaves=", ".join(fixed))] if fixed else []
    return error, low, high, noted


def _targets(
    shape: Flat,
    scale: Scale,
    values: FloatArray,
    full: FloatArray,
    scores: FloatArray,
    weights: FloatArray,
    how: dict[str, Any],
) -> tuple[FloatArray, FloatArray, Any]:
    """Gaps of leaves in their unit, the cost of every node to the index, and statuses, each (units, nodes)."""
    gap = _placed(shape, (values - shape.targets) * shape.higher)
    tolerance = _placed(shape, np.array([[leaf.tolerance for leaf in shape.indicators]]))[0]
    at_target = _placed(shape, scale.score(shape.targets[None, :]))[0]
    lifted = np.where(gap < 0, np.fmax(full, at_target), full)
    under = [{node} for node in range(len(shape.codes))]
    for node in range(len(shape.codes) - 1, 0, -1):
        under[shape.parents[node]] |= under[node]
    cost = np.full_like(scores, np.nan)
    worst = np.full(scores.shape, -1)
    level = np.where(np.isnan(gap), 0, np.where(gap >= 0, 1, np.where(gap >= -tolerance - 1e-12, 2, 3)))
    unknown = _placed(shape, np.where(np.isnan(values) & np.isfinite(shape.targets), 1.0, 0.0)) == 1
    for node in range(len(shape.codes)):
        leaves = [at for at in under[node] if not shape.children[at]]
        trial = full.copy()
        trial[:, leaves] = lifted[:, leaves]
        told = np.isfinite(gap[:, leaves]).any(axis=1)
        gained = roll_up(trial, shape.children, weights, **how)[:, 0] - scores[:, 0]
        cost[:, node] = np.where(told, gained, np.nan)
        most = level[:, leaves].max(axis=1)
        worst[:, node] = np.where((most < 2) & unknown[:, leaves].any(axis=1), 4, most)
    return gap, cost, np.array(STATUSES, dtype=object)[worst]
