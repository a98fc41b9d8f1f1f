"""Weighting of respondents to known population margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surveykit.analyse.margins import CodedMargin, Targets, coded_margins, columns_needed, fingerprint, occupied
from surveykit.analyse.weighting import Weighting
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.design import SurveyDesign
from surveykit.responses.responses import Responses
from surveykit.responses.source import Data, columns_of, require_columns, weights_of
from surveykit.result import Provenance
from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import Cells, collapse, kish, trim
from surveykit.stats.raking import rake as rake_cells

Bounds = tuple[float | None, float | None]


def rake(
    data: Data | SurveyDesign,
    targets: Targets,
    base: str | ArrayLike | None = None,
    trim: Bounds | None = None,
    *,
    max_iterations: int = 1000,
    tolerance: float = 1e-10,
) -> Weighting:
    """Weights that make the sample's margins those of the population (raking, iterative proportional fitting).

    `data`: DataFrame, Responses, Scores or a survey design of n rows. `targets`: `{"gender": {1: 0.48, 2: 0.52}}`,
    categories as they stand in the data, with shares (summing to 1) or counts; a tuple of columns is a joint margin
    whose categories are tuples. Counts must have one total, and the weights then sum to it; with shares alone they sum
    to what the base weights sum to. `base`: a column or array (n,) of weights to start from; by default those of the
    answers or the design, else 1. `trim=(lowest, highest)` bounds the weights, in their own units; what is cut off is
    spread evenly over the others, and the margins then miss their targets a little (see the table). Sweeps go on until
    no category is off by more than `tolerance` of the total.

    Missing categories, categories of the data without a target or without a respondent, targets that are not positive
    and totals that differ raise SurveykitError; sweeps that do not settle are a warning in `problems`. Source: Deming &
    Stephan 1940; Kish 1965 (design effect n sum(w^2) / sum(w)^2). In R: `survey::rake(design, list(~gender), list(pop),
    control = list(epsilon = 1e-10))`, `trimWeights(design, upper, lower)`.
    """
    if not targets:
        raise SurveykitError.of("RAKE-NOTARGET", "targets")
    frame, start = _rows(data, columns_needed(targets)), _base(data, base)
    margins = coded_margins(frame, targets, float(start.sum()))
    cells = collapse([margin.codes for margin in margins], [len(margin.targets) for margin in margins])
    before = np.bincount(cells.of_row, weights=start, minlength=len(cells.codes))
    occupied(margins, cells, before)
    fitted = rake_cells(before, cells.codes, [margin.targets for margin in margins], max_iterations, tolerance)
    weights = fitted.factors[cells.of_row]
    weights *= start
    problems = []
    if not fitted.converged:
        problems.append(
            Problem.of("RAKE-OPEN", "targets", "warning", sweeps=fitted.sweeps, deviation=f"{fitted.deviation:.3g}")
        )
    weights, trimmed, found = _trimmed(weights, trim)
    after = np.bincount(cells.of_row, weights=weights, minlength=len(before)) if trimmed else before * fitted.factors
    deff, effective = kish(weights)
    return Weighting(
        n=len(weights),
        margins=_margins(margins, cells, before, after, bool((start != 1).any())),
        weights=weights,
        base=start,
        cell=cells.of_row,
        cells=cells.codes,
        measures={
            "kish_deff": deff,
            "kish_n": effective,
            "weight_min": float(weights.min()),
            "weight_max": float(weights.max()),
            "weight_sum": float(weights.sum()),
            "sweeps": float(fitted.sweeps),
            "converged": float(fitted.converged),
            "deviation": fitted.deviation,
            "trimmed": float(trimmed),
        },
        method="raking" if len(margins) > 1 else "poststratification",
        problems=(*problems, *found),
        provenance=Provenance.of(
            "rake",
            data=fingerprint(margins, cells, start),
            targets={str(margin): dict(wanted) for margin, wanted in targets.items()},
            base=base if isinstance(base, str) else base is not None,
            trim=trim,
            tolerance=tolerance,
        ),
    )


def poststratify(
    data: Data | SurveyDesign,
    columns: str | Sequence[str],
    targets: Mapping[Any, float],
    base: str | ArrayLike | None = None,
    trim: Bounds | None = None,
) -> Weighting:
    """Weights that give every cell of one or several columns its known size.

    `columns`: one name, or several whose combinations are the keys of `targets`, `{("f", "18-34"): 0.21, ...}`. All
    else as `rake`, which this is with a single margin. In R: `survey::postStratify(design, ~gender + age, pop)`.
    """
    margin = columns if isinstance(columns, str) else tuple(columns)
    if isinstance(margin, tuple) and len(margin) == 1:
        margin = margin[0]
    return rake(data, {margin: targets}, base, trim)


def _rows(data: Data | SurveyDesign, names: list[str]) -> pd.DataFrame:
    rows = data.data if isinstance(data, SurveyDesign) else data
    require_columns(rows, names)
    if isinstance(rows, pd.DataFrame):
        return rows[names]
    if isinstance(rows, Responses):
        return rows.frame(names)
    own = [name for name in names if name in rows.values.columns]
    others = [name for name in names if name not in own]
    parts = [rows.values[own]] + ([rows.source.frame(others)] if rows.source is not None else [])
    return pd.concat([part.reset_index(drop=True) for part in parts], axis=1)


def _base(data: Data | SurveyDesign, base: str | ArrayLike | None) -> FloatArray:
    rows = len(data) if isinstance(data, pd.DataFrame) else data.n
    if not rows:
        raise SurveykitError.of("RAKE-NOROWS", "data")
    if base is None:
        own = data.sampling.weights if isinstance(data, SurveyDesign) else weights_of(data)
        return np.ones(rows) if own is None else np.asarray(own, dtype=float)
    if isinstance(base, str):
        source = data.data if isinstance(data, SurveyDesign) else data
        values = columns_of(source, [base])[base].to_numpy()
    else:
        values = np.asarray(base, dtype=float)
    if values.shape != (rows,) or not np.isfinite(values).all() or (values < 0).any() or not values.sum() > 0:
        raise SurveykitError.of("RAKE-BASE", "base", rows=rows)
    return values


def _trimmed(weights: FloatArray, bounds: Bounds | None) -> tuple[FloatArray, int, list[Problem]]:
    if bounds is None:
        return weights, 0, []
    low = -np.inf if bounds[0] is None else float(bounds[0])
    high = np.inf if bounds[1] is None else float(bounds[1])
    mean = float(weights.mean())
    if not low < mean < high:
        raise SurveykitError.of("RAKE-TRIM", "trim", low=f"{low:g}", high=f"{high:g}", mean=f"{mean:.4g}")
    cut, held = trim(weights, low, high)
    return cut, held, [Problem.of("RAKE-TRIMMED", "trim", "note", rows=held)] if held else []


def _margins(
    margins: list[CodedMargin], cells: Cells, before: FloatArray, after: FloatArray, weighted: bool
) -> pd.DataFrame:
    rows = np.bincount(cells.of_row, minlength=len(before)).astype(float) if weighted else before
    tables = []
    for at, margin in enumerate(margins):
        n, was, now = (
            np.bincount(cells.codes[:, at], weights=part, minlength=len(margin.categories))
            for part in (rows, before, after)
        )
        tables.append(
            pd.DataFrame(
                {
                    "item": margin.name,
                    "margin_category": list(margin.categories),
                    "n": n.astype(np.int64),
                    "margin_before": was / was.sum(),
                    "estimate": now / now.sum(),
                    "margin_target": margin.targets / margin.targets.sum(),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)
