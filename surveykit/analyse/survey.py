"""Means, shares, totals and quantiles of a designed or weighted sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import special

from surveykit.analyse.frames import table_of
from surveykit.analyse.survey_data import Column, always_design, estimates, groups_of, within
from surveykit.analyse.survey_result import SurveyEstimates
from surveykit.errors import SurveykitError
from surveykit.responses.design import SurveyDesign
from surveykit.responses.source import columns_of
from surveykit.stats.survey import Estimated, means, totals, woodruff


def survey_mean(
    data: Any, columns: str | Sequence[str], by: str | None = None, conf_level: float = 0.95
) -> SurveyEstimates:
    """Weighted means with design-based errors, of the whole sample or of each category of `by`.

    `data`: a SurveyDesign, or rows, which are then drawn one by one (weighted where the answers are). Mean = sum(w x) /
    sum(w) over the rows that have the column; errors by linearisation or the design's replicates; interval mean -+
    t(clusters - strata) error; design effect against a simple random sample of as many rows. A group is a domain: the
    clusters without any of its rows still count. In R: `svymean(~x, design, na.rm = TRUE, deff = TRUE)`,
    `svyby(~x, ~by, design, svymean)`, `confint(m, df = degf(design))`.
    """
    design = always_design(data)
    asked = _columns(design, columns, by, "mean")
    found = means(design.sampling, np.column_stack([column.values for column in asked]))
    return estimates(design, asked, found, conf_level, "survey_mean", columns=_names(columns), by=by)


def survey_share(
    data: Any, column: str, values: Any, by: str | None = None, conf_level: float = 0.95
) -> SurveyEstimates:
    """The weighted share of rows whose `column` has one of `values` (one value or several), of those who answered.

    Interval by t on the logit scale; at 0 and 1 the exact one on the effective number of rows (Korn & Graubard 1998).
    Everything else as `survey_mean`. In R: `svyciprop(~I(x == "Yes"), design, method = "logit")`.
    """
    design = always_design(data)
    answered = table_of(design.data, [column])[column]
    wanted = list(values) if isinstance(values, list | tuple | set | frozenset | range) else [values]
    hit = np.where(answered.isna(), np.nan, answered.isin(wanted).to_numpy(dtype=float))
    if not np.nansum(hit):
        known = ", ".join(str(value) for value in answered.dropna().unique()[:8])
        raise SurveykitError.of("DESIGN-NOVALUE", f"column {column}", found=str(wanted)[1:-1], known=known)
    asked = [Column(column, "share", within(hit, rows), name) for name, rows in groups_of(design.data, by)]
    found = means(design.sampling, np.column_stack([part.values for part in asked]))
    return estimates(design, asked, found, conf_level, "survey_share", column=column, values=str(wanted), by=by)


def survey_total(
    data: Any, columns: str | Sequence[str], by: str | None = None, conf_level: float = 0.95
) -> SurveyEstimates:
    """Weighted totals sum(w x) of the population, whose weights must then sum to its size; else as `survey_mean`.

    In R: `svytotal(~x, design, na.rm = TRUE)`.
    """
    design = always_design(data)
    asked = _columns(design, columns, by, "population_total")
    found = totals(design.sampling, np.column_stack([column.values for column in asked]))
    return estimates(design, asked, found, conf_level, "survey_total", columns=_names(columns), by=by)


def survey_quantile(
    data: Any, columns: str | Sequence[str], share: float = 0.5, by: str | None = None, conf_level: float = 0.95
) -> SurveyEstimates:
    """Weighted quantiles (the median by default) with Woodruff intervals.

    The smallest value at which the weighted distribution reaches `share`; the interval is that of the share at or below
    it, read off the distribution; the standard error is its width over 2 t. Source: Woodruff 1952. In R:
    `svyquantile(~x, design, 0.5)`.
    """
    if not 0 < share < 1:
        raise SurveykitError.of("DESIGN-CHOICE", "share", found=str(share), allowed="0 < share < 1")
    design = always_design(data)
    asked = _columns(design, columns, by, "median" if share == 0.5 else "quantile")
    points, lows, highs, parts = zip(
        *(woodruff(design.sampling, column.values, share, conf_level) for column in asked), strict=True
    )
    df = np.concatenate([part.df for part in parts])
    low, high = np.array(lows), np.array(highs)
    reach = special.stdtrit(np.where(df > 0, df, np.nan), (1 + conf_level) / 2)
    found = Estimated(
        np.array(points),
        (high - low) / 2 / reach,
        df,
        np.concatenate([part.n for part in parts]),
        np.full(len(asked), np.nan),
    )
    bounds = (low, high, ["woodruff"] * len(asked))
    return estimates(
        design, asked, found, conf_level, "survey_quantile", bounds, columns=_names(columns), share=share, by=by
    )


def _names(columns: str | Sequence[str]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _columns(design: SurveyDesign, columns: str | Sequence[str], by: str | None, measure: str) -> list[Column]:
    names = _names(columns)
    if not names:
        raise SurveykitError.of("DESIGN-CHOICE", "columns", found="()", allowed="column names")
    frame = columns_of(design.data, names)
    groups = groups_of(design.data, by)
    return [
        Column(name, measure, within(frame[name].to_numpy(), rows), group) for name in names for group, rows in groups
    ]
