"""A design behind the data of an analysis, and what every estimate from one takes from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.frames import names_of, table_of
from surveykit.analyse.series import answers
from surveykit.analyse.survey_result import WHOLE, SurveyEstimates
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.design import SurveyDesign, survey_design
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import fingerprint_of, weights_of
from surveykit.result import Provenance
from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import kish
from surveykit.stats.survey import Estimated, korn_graubard, logit_interval, t_interval

SHARES = (
    "top_box",
    "bottom_box",
    "floor",
    "ceiling",
    "missing",
    "csat",
    "share",
    "promoters",
    "passives",
    "detractors",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One thing to estimate: its values (n,), NaN outside its domain, and what it is."""

    item: str
    measure: str
    values: FloatArray
    group: str = WHOLE


def as_design(data: Any) -> SurveyDesign | None:
    """The design of the data: itself, or that of weighted answers drawn row by row; None for unweighted rows."""
    if isinstance(data, SurveyDesign):
        return data
    if isinstance(data, Responses | Scores) and weights_of(data) is not None:
        return survey_design(data)
    return None


def always_design(data: Any) -> SurveyDesign:
    """As `as_design`; unweighted rows are a simple random sample."""
    return as_design(data) or survey_design(data)


def is_table(x: Any) -> bool:
    """Whether this is data with columns, not one column of answers."""
    return isinstance(x, pd.DataFrame | Responses | Scores | SurveyDesign)


def answer_column(data: Any, column: str, low: int, high: int, call: str) -> FloatArray:
    """One checked column of answers within low..high as floats, NaN where missing."""
    values = table_of(data, [column])[column]
    answers(values, low, high, call)
    return pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)


def groups_of(data: Any, by: str | None) -> list[tuple[str, FloatArray | None]]:
    """Name and rows of each category of a column; the whole sample without one. Rows without a category are in none."""
    if by is None:
        return [(WHOLE, None)]
    values = table_of(data, [by])[by]
    codes, names = pd.factorize(values, sort=True)
    if not len(names):
        raise SurveykitError.of("DESIGN-NOGROUP", f"column {by}")
    return [(f"{name:g}" if isinstance(name, float) else str(name), codes == at) for at, name in enumerate(names)]


def within(values: FloatArray, rows: FloatArray | None) -> FloatArray:
    """The values of these rows, NaN elsewhere."""
    return values if rows is None else np.where(rows, values, np.nan)


def intervals(
    design: SurveyDesign, found: Estimated, measures: Sequence[str], conf_level: float
) -> tuple[FloatArray, FloatArray, list[str]]:
    """Bounds and their method: shares on the logit scale (exact at 0 and 1), everything else by t."""
    shares = np.isin(measures, SHARES)
    low, high = t_interval(found, conf_level)
    logit_low, logit_high = logit_interval(found, conf_level)
    exact_low, exact_high = korn_graubard(found, design.sampling.weights, conf_level)
    edge = shares & ((found.estimate <= 0) | (found.estimate >= 1)) & (found.n > 0)
    low = np.where(edge, exact_low, np.where(shares, logit_low, low))
    high = np.where(edge, exact_high, np.where(shares, logit_high, high))
    points = np.array([measure == "nps" for measure in measures])
    low, high = np.where(points, np.clip(low, -100, 100), low), np.where(points, np.clip(high, -100, 100), high)
    method = np.where(edge, "korn_graubard", np.where(shares, "design_logit", "design_t"))
    return low, high, method.tolist()


def estimates(
    design: SurveyDesign,
    asked: Sequence[Column],
    found: Estimated,
    conf_level: float,
    call: str,
    bounds: tuple[FloatArray, FloatArray, list[str]] | None = None,
    **arguments: Any,
) -> SurveyEstimates:
    """The result of these columns' estimates, in their order; the first column's measure leads."""
    measures = [column.measure for column in asked]
    low, high, method = bounds or intervals(design, found, measures, conf_level)
    rows = pd.DataFrame(
        {
            "item": [column.item for column in asked],
            "group": [column.group for column in asked],
            "measure": measures,
            "estimate": found.estimate,
            "std_error": found.std_error,
            "conf_low": low,
            "conf_high": high,
            "design_deff": found.deff,
            "design_df": found.df,
            "n": found.n.astype(np.int64),
            "method": method,
        }
    )
    replication = design.sampling.replication
    return SurveyEstimates(
        n=design.n,
        rows=rows,
        lead=str(arguments.pop("lead", measures[0])),
        conf_level=conf_level,
        variance=replication.method if replication else "taylor",
        sample=design.sample,
        problems=(*_undefined(rows), *design.notes),
        names=names_of(design.data),
        provenance=provenance(design, call, conf_level=conf_level, **arguments),
    )


def provenance(design: SurveyDesign, call: str, **arguments: Any) -> Provenance:
    """The call with the fingerprint of the rows and what is known of the design."""
    sampling = design.sampling
    return Provenance.of(
        call,
        data=fingerprint_of(design.data),
        design=design.described,
        sample=design.sample,
        kish=round(kish(sampling.weights)[0], 10),
        calibrated=sampling.calibration is not None,
        replicates=sampling.replication.method if sampling.replication else None,
        **arguments,
    )


def _undefined(rows: pd.DataFrame) -> list[Problem]:
    found = []
    nobody = rows[rows["estimate"].isna()]
    if len(nobody):
        found.append(Problem.of("DESIGN-NOBODY", _places(nobody), "warning"))
    lonely = rows[rows["estimate"].notna() & rows["std_error"].isna()]
    if len(lonely):
        found.append(Problem.of("DESIGN-NOERROR", _places(lonely), "warning"))
    return found


def _places(rows: pd.DataFrame) -> str:
    names = dict.fromkeys((rows["item"] + np.where(rows["group"] != WHOLE, ": ", "") + rows["group"]).tolist())
    return ", ".join(list(names)[:6]) + (" ..." if len(names) > 6 else "")
