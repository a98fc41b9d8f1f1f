"""Cronbach's alpha of a designed or weighted sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.frames import names_of
from surveykit.analyse.scales import scale_items, scale_matrices
from surveykit.analyse.survey_data import always_design, provenance
from surveykit.draw.reliability import reliability_card
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of
from surveykit.result import Result, Writer
from surveykit.stats.survey import alpha


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurveyAlpha(Result):
    """Alpha of each scale with a design-based error."""

    kind: ClassVar[str] = "survey_alpha"
    measure_column: ClassVar[str | None] = "coefficient"
    shown: ClassVar[tuple[str, ...]] = (
        "scale",
        "coefficient",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "n_items",
        "n",
    )

    rows: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return reliability_card(
            [write.name(scale) for scale in table["scale"]],
            {"α": (table["estimate"], table["conf_low"], table["conf_high"])},
            n_items=table["n_items"].to_numpy(),
            n_items_title=write.label("n_items"),
            n=table["n"].to_numpy(),
            guide_label=write.number(0.7, "bounded"),
            xlabel=write.say("reliability.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            fmt_n=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said = []
        for _, row in table.iterrows():
            name = write.name(row["scale"])
            if not np.isfinite(row["estimate"]):
                said.append(write.say("reliability.undefined", scale=name))
                continue
            said.append(
                write.say(
                    "survey.alpha",
                    scale=name,
                    alpha=write.number(row["estimate"], "bounded"),
                    interval=write.interval(row["conf_low"], row["conf_high"], "bounded"),
                    level=write.number(row["conf_level"], "share", 0),
                    items=write.count(row["n_items"]),
                    n=write.count(row["n"]),
                )
            )
        return [*said, write.say("survey.errors")]


def survey_alpha(
    data: Any,
    scales: Mapping[str, Sequence[str]] | None = None,
    keys: Mapping[str, int] | None = None,
    conf_level: float = 0.95,
) -> SurveyAlpha:
    """Cronbach's alpha of one or several scales in a designed or weighted sample.

    `data`: a SurveyDesign, or rows drawn one by one (weighted where the answers are). `scales` and `keys` as in
    `reliability`. alpha = k / (k - 1) (1 - tr C / sum C) of the weighted covariances over the rows complete in the
    scale; error by linearisation or replicates; the interval is a t interval of log(1 - alpha) turned back. One item
    or constant items: undefined with a Problem. In R: `svycralpha(~a + b + c, design)`, which gives no error.
    """
    design = always_design(data)
    chosen = scale_items(design.data, scales)
    problems: list[Problem] = list(design.notes)
    rows = []
    for part in scale_matrices(design.data, chosen, keys, "listwise", False):
        values = columns_of(design.data, part.items).to_numpy() * np.array(part.signs)
        found = alpha(design.sampling, values)
        estimate, error, df = float(found.estimate[0]), float(found.std_error[0]), float(found.df[0])
        low = high = float("nan")
        if estimate < 1 and df > 0 and np.isfinite(error):
            reach = special.stdtrit(df, (1 + conf_level) / 2) * error / (1 - estimate)
            low, high = 1 - (1 - estimate) * np.exp(reach), 1 - (1 - estimate) * np.exp(-reach)
        problems += part.problems
        if not np.isfinite(estimate):
            problems.append(Problem.of("DESIGN-NOALPHA", f"scale {part.scale}", "warning"))
        rows.append((part.scale, "alpha", estimate, error, low, high, len(part.items), df, int(found.n[0])))
    names = ["scale", "coefficient", "estimate", "std_error", "conf_low", "conf_high", "n_items", "design_df", "n"]
    table = pd.DataFrame(rows, columns=names).assign(method="delta_log")
    if table.empty:
        raise SurveykitError.of("ANALYSE-NOSCALES")
    return SurveyAlpha(
        n=int(table["n"].max()),
        rows=table,
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        names=names_of(design.data),
        provenance=provenance(
            design, "survey_alpha", scales=chosen, keys=dict(keys) if keys else None, conf_level=conf_level
        ),
    )
