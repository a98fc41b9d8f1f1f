"""Cross-tables of a designed or weighted sample with the Rao-Scott test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import names_of, table_of
from surveykit.analyse.survey_data import Column, always_design, intervals, provenance
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.result import Result, Writer
from surveykit.stats.survey import means
from surveykit.stats.survey_table import rao_scott

MOST = 60


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurveyTable(Result):
    """Shares of the answers to `answer_item` within each category of `item`, and the test that they do not differ.

    `measures`: f, df1, df2, p_value (Rao-Scott), x2 (Pearson's, of the weighted shares) and cramers_v.
    """

    kind: ClassVar[str] = "survey_table"
    estimate_kind: ClassVar[Kind] = "share"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "answer_item")
    shown: ClassVar[tuple[str, ...]] = ("group", "survey_answer", "estimate", "conf_low", "conf_high", "n")

    cells: pd.DataFrame
    measures: Mapping[str, float]
    row_item: str
    answer_item: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.cells.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            [f"{row['group']}: {row['survey_answer']}" for _, row in table.iterrows()],
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            fmt=lambda value: write.number(value, "share", 0),
            axis=(0.0, 1.0),
            n=table["n"].to_numpy(),
            n_title=write.label("n"),
            fmt_n=write.count,
            xlabel=write.say("survey.row_share", level=write.number(self.conf_level, "share", 0)),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        found = self.measures
        if not np.isfinite(found["p_value"]):
            return [write.say("survey.no_test", row=write.name(self.row_item), column=write.name(self.answer_item))]
        clear = found["p_value"] < 1 - self.conf_level
        return [
            write.say(
                "survey.differs" if clear else "survey.same",
                row=write.name(self.row_item),
                column=write.name(self.answer_item),
                f=write.number(found["f"], "statistic"),
                df1=write.number(found["df1"], "statistic"),
                df2=write.number(found["df2"], "statistic"),
                p=write.p(found["p_value"]),
                v=write.number(found["cramers_v"], "bounded"),
            )
        ]


def survey_crosstab(data: Any, row: str, column: str, conf_level: float = 0.95) -> SurveyTable:
    """Shares of `column` within each category of `row`, and whether they differ, for a designed or weighted sample.

    `data`: a SurveyDesign, or rows drawn one by one (weighted where the answers are). Rows with a gap in either are
    left out of the table. Shares with logit intervals; independence by Rao and Scott's second-order F, Cramer's V from
    the weighted shares. Fewer than two categories: an undefined test with a Problem. Source: Rao & Scott 1984. In R:
    `svychisq(~row + column, design)`, `svyby(~column, ~row, design, svymean)`.
    """
    design = always_design(data)
    frame = table_of(design.data, [row, column]) if row != column else None
    if frame is None:
        raise SurveykitError.of("DESIGN-CHOICE", "column", found=column, allowed=f"!= {row}")
    (rows, row_names), (columns, column_names) = (pd.factorize(frame[name], sort=True) for name in (row, column))
    if len(row_names) * len(column_names) > MOST:
        raise SurveykitError.of(
            "DESIGN-TOOMANY", f"{row} x {column}", cells=len(row_names) * len(column_names), most=MOST
        )
    test = rao_scott(design.sampling, rows, columns, (len(row_names), len(column_names)))
    problems = list(design.notes)
    if not np.isfinite(test.p_value):
        problems.append(Problem.of("DESIGN-NOTEST", f"{row} x {column}", "warning"))
    asked = [
        Column(row, "share", np.where((rows == r) & (columns >= 0), (columns == c).astype(float), np.nan), _text(name))
        for r, name in enumerate(row_names)
        for c in range(len(column_names))
    ]
    if not asked:
        raise SurveykitError.of("DESIGN-NOGROUP", f"{row} x {column}")
    found = means(design.sampling, np.column_stack([part.values for part in asked]))
    low, high, method = intervals(design, found, [part.measure for part in asked], conf_level)
    if np.isnan(found.estimate).any() or np.isnan(found.std_error).any():
        problems.append(Problem.of("DESIGN-NOBODY", f"{row} x {column}", "warning"))
    return SurveyTable(
        n=test.n,
        cells=pd.DataFrame(
            {
                "item": row,
                "group": [part.group for part in asked],
                "survey_answer": [_text(name) for _ in row_names for name in column_names],
                "estimate": found.estimate,
                "std_error": found.std_error,
                "conf_low": low,
                "conf_high": high,
                "design_deff": found.deff,
                "n": found.n.astype(np.int64),
                "method": method,
            }
        ),
        measures={
            "f": test.f,
            "df1": test.df1,
            "df2": test.df2,
            "p_value": test.p_value,
            "x2": test.x2,
            "cramers_v": test.cramers_v,
        },
        row_item=row,
        answer_item=column,
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(design.data),
        provenance=provenance(design, "survey_crosstab", row=row, column=column, conf_level=conf_level),
    )


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
