"""The values of a tree's leaves, taken from answers and from service indicators, with draws of their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.analyse.operations.result import Operations
from surveykit.errors import Problem
from surveykit.language import term
from surveykit.responses.scores import Scores
from surveykit.spec.indicators import Indicator, IndicatorTree
from surveykit.stats.exact import FloatArray

PERCENT = "%"
CELLS = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IndicatorValues:
    """What the leaves of a tree are fed with.

    `values`: column of the leaf (else its code) -> value; `draws`: leaf -> draws (n_draws,) where the uncertainty is
    known; `problems` say what is absent.
    """

    values: Mapping[str, float | str]
    draws: Mapping[str, FloatArray]
    problems: tuple[Problem, ...]


def indicator_values(
    tree: IndicatorTree,
    scores: Scores | None = None,
    operations: Operations | None = None,
    grades: Mapping[str, str | float] | None = None,
    *,
    n_draws: int = 1000,
    seed: int = 1,
) -> IndicatorValues:
    """What every leaf of a tree has as its value: a survey scale's mean, a service indicator, or a grade.

    A leaf of kind scale takes the mean of the scale that its `column` (else its code) names among `scores`, in the
    unit of the scores; one of kind metric the indicator of that code in the last window of `operations` where it is
    defined, of all groups, as a percentage where the leaf's unit is "%" and the indicator is a share; one of kind grade
    what `grades` says. Draws: respondents resampled with replacement, the same for all scales, so that scales which go
    together stay together; shares from Beta(x + 1/2, n - x + 1/2) (Jeffreys), other indicators from a normal of their
    standard error. A leaf without a value is NaN with a Problem. Feed `.values` and `.draws` to `sk.indicators`.
    """
    rng = np.random.default_rng(seed)
    values: dict[str, float | str] = {}
    draws: dict[str, FloatArray] = {}
    problems: list[Problem] = []
    means, drawn = _scale_means(tree, scores, rng, n_draws)
    for leaf in tree.leaves:
        source = leaf.column or leaf.code
        if leaf.kind == "grade":
            found = (grades or {}).get(leaf.code)
        elif leaf.kind == "scale":
            found = means.get(source)
            if source in drawn:
                draws[leaf.code] = drawn[source]
        else:
            found, parts = _metric(leaf, operations, rng, n_draws)
            if parts is not None:
                draws[leaf.code] = parts
        if found is None or (isinstance(found, float) and np.isnan(found)):
            problems.append(_absent(leaf, source, scores, operations))
        values[source] = float("nan") if found is None else found
    return IndicatorValues(values=values, draws=draws, problems=tuple(problems))


def _scale_means(
    tree: IndicatorTree, scores: Scores | None, rng: np.random.Generator, n_draws: int
) -> tuple[dict[str, float], dict[str, FloatArray]]:
    """Mean of every scale that a leaf names, and its means over resamples of the respondents."""
    named = {leaf.column or leaf.code for leaf in tree.leaves if leaf.kind == "scale"}
    wanted = [name for name in scores.scales if name in named] if scores is not None else []
    if scores is None or not wanted or not scores.n:
        return {}, {}
    table = scores.values[wanted].to_numpy(dtype=np.float64)
    known = np.isfinite(table)
    filled = np.where(known, table, 0.0)
    batch = max(1, CELLS // scores.n)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = filled.sum(axis=0) / known.sum(axis=0)
        resampled = np.concatenate(
            [
                _resampled(rng, filled, known, min(batch, n_draws - start))  # a batch at a time, for the memory
                for start in range(0, n_draws, batch)
            ]
        )
    good = np.isfinite(resampled).all(axis=0)
    return (
        {name: float(mean) for name, mean in zip(wanted, means, strict=True)},
        {name: resampled[:, at] for at, name in enumerate(wanted) if good[at]},
    )


def _resampled(rng: np.random.Generator, filled: FloatArray, known: np.ndarray, draws: int) -> FloatArray:
    n = len(filled)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)
    found: FloatArray = (times @ filled) / (times @ known)
    return found


def _metric(
    leaf: Indicator, operations: Operations | None, rng: np.random.Generator, n_draws: int
) -> tuple[float | None, FloatArray | None]:
    row = _last(operations, leaf.column or leaf.code)
    if row is None:
        return None, None
    share = term(str(row["metric"])).kind == "share"
    times = 100.0 if leaf.unit == PERCENT and share else 1.0
    estimate, n, error = (float(row[name]) for name in ("estimate", "n", "std_error"))
    if share and row["method"] == "wilson" and n > 0:
        drawn = rng.beta(estimate * n + 0.5, (1 - estimate) * n + 0.5, size=n_draws)
    elif np.isfinite(error):
        drawn = rng.normal(estimate, error, size=n_draws)
    else:
        return estimate * times, None
    return estimate * times, drawn * times


def _last(operations: Operations | None, code: str) -> pd.Series | None:
    """The row of the last window in which an indicator of all customers is defined."""
    if operations is None:
        return None
    table = operations.table
    own = table[(table["metric"] == code) & (table["group"] == "all") & (table["category"] == "")]
    own = own[np.isfinite(own["estimate"].astype(float))]
    return own.iloc[-1] if len(own) else None


def _absent(leaf: Indicator, source: str, scores: Scores | None, operations: Operations | None) -> Problem:
    lacks = {"scale": scores is None, "metric": operations is None}.get(str(leaf.kind), False)
    code = "INDIC-NOSOURCE" if lacks else "INDIC-NOLEAF"
    return Problem.of(code, f"indicator {leaf.code}", "warning", kind=str(leaf.kind), source=source)
