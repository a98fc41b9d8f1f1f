"""Which categories are mentioned together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.comments.result import CodedComments
from surveykit.draw.heatmap import correlation_heatmap
from surveykit.errors import Problem
from surveykit.language import Kind
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.contrast_words import g_squared, phi
from surveykit.stats.intervals import fisher_z
from surveykit.stats.many_tests import adjusted

LISTED = 3


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CoOccurrence(Result):
    """A row a pair of categories: φ (estimate) with interval, joint share, share expected by chance, their ratio."""

    kind: ClassVar[str] = "co_occurrence"
    estimate_kind: ClassVar[Kind] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("category", "category2")
    shown: ClassVar[tuple[str, ...]] = (
        "category", "category2", "joint_share", "expected_share", "lift", "estimate", "conf_low", "conf_high",
        "p_adjusted",
    )  # fmt: skip

    rows: pd.DataFrame
    codes: tuple[str, ...]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        place = {code: at for at, code in enumerate(self.codes)}
        matrix = np.eye(len(self.codes))
        for row in table.to_dict("records"):
            first, second = place[row["category"]], place[row["category2"]]
            matrix[first, second] = matrix[second, first] = row["estimate"]
        return correlation_heatmap(
            matrix,
            [write.name(code) for code in self.codes],
            scale_label=write.label("phi_pair"),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        clear = table[(table["p_adjusted"] < 1 - self.conf_level) & (table["estimate"] > 0)]
        if clear.empty:
            return [write.say("together.none")]
        listed = [
            write.say(
                "together.pair",
                first=write.name(row["category"]),
                second=write.name(row["category2"]),
                share=write.number(row["joint_share"], "share"),
                lift=write.number(row["lift"], "coefficient"),
            )
            for row in clear.sort_values("estimate", ascending=False).head(LISTED).to_dict("records")
        ]
        return [write.say("together.most", listed=write.say("list.semicolon").join(listed))]


def co_occurrence(found: CodedComments, conf_level: float = 0.95) -> CoOccurrence:
    """How often two categories are mentioned in one comment, against what chance would give.

    Joint share = comments of both / comments; expected = product of the shares; lift = their ratio; φ = the
    correlation of the marks, interval by Fisher's z; p of G2, adjusted over all pairs by Benjamini and Hochberg.
    A category never or always mentioned: NaN with a Problem. In R: `psych::phi(table)`.
    """
    codes = found.categories
    marks = found.coded[list(codes)].to_numpy(dtype=float).reshape(len(found.coded), len(codes))
    n = len(marks)
    both = marks.T @ marks
    alone = np.diag(both)
    r = phi(marks)
    first, second = np.triu_indices(len(codes), 1)
    joint = both[first, second]
    a, b = alone[first], alone[second]
    table = np.stack([np.stack([joint, a - joint], -1), np.stack([b - joint, n - a - b + joint], -1)], -2)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = a * b / max(n, 1) ** 2
        lift = joint / max(n, 1) / expected
    estimate = r[first, second]
    low, high = fisher_z(estimate, n, conf_level)
    p = np.where(np.isfinite(estimate), special.chdtrc(1, np.maximum(g_squared(table), 0)), np.nan)
    constant = [code for code, own in zip(codes, alone, strict=True) if own in (0, n)]
    problems = (
        (Problem.of("TOGETHER-CONSTANT", "", "note", categories=", ".join(constant)),) if constant or not n else ()
    )
    rows = pd.DataFrame(
        {
            "category": np.array(codes, dtype=object)[first],
            "category2": np.array(codes, dtype=object)[second],
            "estimate": estimate,
            "std_error": np.nan,
            "conf_low": low,
            "conf_high": high,
            "joint_share": joint / n if n else np.nan,
            "expected_share": expected if n else np.nan,
            "lift": lift,
            "p_value": p,
            "p_adjusted": adjusted(p, "BH"),
            "n": n,
            "method": "fisher_z",
        }
    )
    return CoOccurrence(
        n=n,
        rows=rows,
        codes=codes,
        conf_level=conf_level,
        problems=problems,
        names=found.names,
        provenance=Provenance.of(
            "co_occurrence", data=found.provenance.data, spec=found.provenance.spec, conf_level=conf_level
        ),
    )
