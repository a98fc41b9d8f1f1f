"""From data to what importance is computed of: outcome, predictors, the columns and groups they come as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import table_of
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import weights_of
from surveykit.stats.arrays import standardise
from surveykit.stats.moments import Moments
from surveykit.stats.ols import ols

Groups = Mapping[str, Sequence[str]] | None
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Rows (n, q + 1) with the outcome last (None from moments), and units of columns that enter together.

    `units` are the predictors or groups named in `names`; `predictors` the single predictors (factors whole) with
    their columns in `parts`. `sd`, `floor` and `ceiling` describe units of one column, NaN for others.
    """

    outcome: str
    names: tuple[str, ...]
    units: tuple[tuple[int, ...], ...]
    predictors: tuple[str, ...]
    parts: tuple[tuple[int, ...], ...]
    correlation: Array
    rows: Array | None
    weights: Array | None
    n: int
    dropped: int
    sd: Array
    floor: Array
    ceiling: Array
    r2: float
    adj_r2: float
    problems: tuple[Problem, ...]


def sample_of(
    data: Any, outcome: str, predictors: Sequence[str], groups: Groups, weights: str | None, coded: bool = False
) -> Sample:
    """Complete rows of these variables; text and categories become a factor of several columns.

    `coded` takes the ordered values of the outcome as 0, 1, 2, ... so that it may be text or a category.
    """
    chosen = [str(name) for name in predictors]
    _named(outcome, chosen)
    if isinstance(data, Moments):
        if weights is not None or coded:
            raise SurveykitError.of("IMPORT-ROWS", "moments")
        moments = data.select([*chosen, outcome])
        parts = tuple((at,) for at in range(len(chosen)))
        spread = moments.sd[:-1] if moments.n > 1 else np.full(len(chosen), np.nan)
        unknown = np.full(len(chosen), np.nan)
        described = (spread, unknown, unknown)
        return _sample(outcome, chosen, parts, chosen, groups, moments, None, None, described, moments.dropped)
    columns = list(dict.fromkeys([*chosen, outcome, *([weights] if weights else [])]))
    frame = table_of(data, columns)
    weight = frame[weights].to_numpy(dtype=float) if weights else weights_of(data)
    if weight is not None and (not np.isfinite(weight).all() or (weight < 0).any() or not (weight > 0).any()):
        raise SurveykitError.of("RESP-WEIGHTS", f"column {weights or 'weights'}")
    complete = frame[[*chosen, outcome]].notna().all(axis=1).to_numpy()
    if weight is not None:
        complete = complete & (weight > 0)
    if not complete.any():
        raise SurveykitError.of("ANALYSE-NOROWS", f"outcome {outcome}", rows=len(frame))
    used = frame[complete]
    made, parts, labels = _columns(used, chosen)
    values = np.column_stack([made, _outcome(used[outcome], coded)])
    infinite = ~np.isfinite(values).all(axis=1)
    if infinite.any():
        raise SurveykitError.of("ANALYSE-NOTFINITE", f"outcome {outcome}", rows=int(infinite.sum()))
    weight = None if weight is None else weight[complete]
    names = [*labels, outcome]
    moments = Moments.of(values, names, weight)
    dropped = len(frame) - int(complete.sum())
    return _sample(outcome, labels, parts, chosen, groups, moments, values, weight, _ends(made, weight), dropped)


def _named(outcome: str, chosen: Sequence[str]) -> None:
    if not chosen:
        raise SurveykitError.of("IMPORT-NOPREDICTOR", f"outcome {outcome}")
    twice = [name for name in (*chosen, outcome) if (*chosen, outcome).count(name) > 1]
    if twice:
        raise SurveykitError.of("STATS-NAMES-TWICE", name=twice[0])


def _outcome(column: pd.Series, coded: bool) -> Array:
    if not coded:
        if not pd.api.types.is_numeric_dtype(column.dtype):
            raise SurveykitError.of("RESP-NOTNUMBER", f"column {column.name}")
        return column.to_numpy(dtype=np.float64)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.unique(column.cat.codes.to_numpy(), return_inverse=True)[1].astype(np.float64)
    return np.unique(column.to_numpy(), return_inverse=True)[1].astype(np.float64)


def _columns(frame: pd.DataFrame, chosen: Sequence[str]) -> tuple[Array, tuple[tuple[int, ...], ...], list[str]]:
    """Numbers as they are, a factor as a column for each value but the first."""
    made: list[Array] = []
    parts, labels = [], []
    for name in chosen:
        column = frame[name]
        start = len(made)
        if pd.api.types.is_numeric_dtype(column.dtype):
            made.append(column.to_numpy(dtype=np.float64))
            labels.append(name)
        else:
            values = pd.Categorical(column.astype(object))
            for code in range(1, max(len(values.categories), 2)):
                made.append((values.codes == code).astype(np.float64))
                labels.append(f"{name}[{values.categories[code] if code < len(values.categories) else ''}]")
        parts.append(tuple(range(start, len(made))))
    return np.column_stack(made), tuple(parts), labels


def _ends(made: Array, weight: Array | None) -> tuple[Array, Array, Array]:
    """Standard deviation of each column, and its shares at the lowest and at the highest value found."""
    share = np.full(len(made), 1 / len(made)) if weight is None else weight / weight.sum()
    mean = share @ made
    sd = np.sqrt(share @ (made - mean) ** 2 * len(made) / max(len(made) - 1, 1))
    return sd, share @ (made == made.min(axis=0)), share @ (made == made.max(axis=0))


def _sample(
    outcome: str,
    labels: Sequence[str],
    parts: tuple[tuple[int, ...], ...],
    chosen: Sequence[str],
    groups: Groups,
    moments: Moments,
    rows: Array | None,
    weight: Array | None,
    described: tuple[Array, Array, Array],
    dropped: int,
) -> Sample:
    names, owned = _grouped(chosen, groups)
    units = tuple(tuple(column for at in owner for column in parts[at]) for owner in owned)
    single = np.array([len(unit) == 1 for unit in units])
    first = [unit[0] for unit in units]
    sd, floor, ceiling = (np.where(single, part[first], np.nan) for part in described)
    fit = ols(moments, outcome, labels)
    problems = [_renamed(problem) for problem in fit.problems]
    undefined = fit.df_residual < 1 or not fit.tss > 0
    return Sample(
        outcome=outcome,
        names=names,
        units=units,
        predictors=tuple(chosen),
        parts=parts,
        correlation=standardise(moments.comoment) * (np.nan if undefined else 1.0),
        rows=rows,
        weights=weight,
        n=moments.n,
        dropped=dropped,
        sd=sd,
        floor=floor,
        ceiling=ceiling,
        r2=float("nan") if undefined else fit.r2,
        adj_r2=fit.adjusted_r2 if not undefined else float("nan"),
        problems=tuple(problems),
    )


def _grouped(chosen: Sequence[str], groups: Groups) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Names of the units in the order of their first member, and the places of their members."""
    owner = {name: name for name in chosen}
    seen: set[str] = set()
    for group, members in (groups or {}).items():
        wrong = [name for name in members if name not in owner or name in seen]
        if wrong or not members or (group in owner and group not in members):
            raise SurveykitError.of("IMPORT-GROUPS", f"group {group}", found=", ".join(wrong) or group)
        seen.update(members)
        owner.update(dict.fromkeys(members, group))
    names = tuple(dict.fromkeys(owner.values()))
    return names, tuple(tuple(at for at, name in enumerate(chosen) if owner[name] == unit) for unit in names)


def _renamed(problem: Problem) -> Problem:
    """The regression's findings in terms of importance: what is collinear or constant is still defined here."""
    code = {"STATS-COLLINEAR": "IMPORT-COLLINEAR", "STATS-CONSTANT-PREDICTOR": "IMPORT-CONSTANT"}.get(problem.code)
    return Problem(code, problem.values, problem.place, "warning") if code else problem
