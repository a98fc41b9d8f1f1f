"""Groups of respondents compared: levels with intervals, tests, effect sizes, pairs, one outcome or many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.compare_gate import GATES, Gate, gate_of
from surveykit.analyse.compare_outcomes import Ends, Measure, Outcome, listed, read_groups, read_outcomes
from surveykit.analyse.compare_repeated import repeated_rows
from surveykit.analyse.compare_rows import Row, rows_of
from surveykit.analyse.compare_words import compare_sentences
from surveykit.analyse.frames import answer_names, choice, names_of, unweighted
from surveykit.analyse.segments import levels_figure, segments_figure
from surveykit.analyse.sem.invariance import Invariance
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.many_tests import ADJUSTMENTS, adjusted

Method = Literal["auto", "welch", "t", "anova", "mann_whitney", "kruskal", "chi2", "friedman"]
METHODS = ("auto", "welch", "t", "anova", "mann_whitney", "kruskal", "chi2", "friedman")
OF_TWO = ("t", "mann_whitney")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupComparison(Result):
    """Rows by `role`: "group" and "total" (levels), "test" (whether the groups differ), "effect", "pair".

    A contrast is first minus second. `base` is "small" under 30 answers and "suppressed" under 10: such a level is
    in the table but not in figure and words. `gate` says what is known of scalar invariance.
    """

    kind: ClassVar[str] = "compare"
    measure_column: ClassVar[str | None] = "measure"
    estimate_kind: ClassVar[Kind] = "coefficient"
    named_columns: ClassVar[tuple[str, ...]] = ("outcome", "group")
    shown: ClassVar[tuple[str, ...]] = (
        "outcome", "measure", "group", "contrast", "estimate", "conf_low", "conf_high", "test_statistic", "p_value",
        "p_adjusted", "n", "method",
    )  # fmt: skip

    rows: pd.DataFrame
    group: str
    groups: tuple[str, ...]
    outcomes: tuple[str, ...]
    adjust: str
    gate: str
    measures: Mapping[str, float]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        levels = table[table["role"] == "group"]
        if self.groups and (len(self.outcomes) > 1 or (levels["category"] != "").any()):
            return segments_figure(table, self.groups, write, **style)
        return levels_figure(levels, self.group, write, **style)

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return compare_sentences(table, self.group, self.adjust, self.gate, self.measures, write)


def compare(
    outcomes: str | Sequence[str],
    group: str | None,
    data: Any,
    method: Method = "auto",
    *,
    measure: Measure = None,
    scale: Ends = None,
    boxes: int = 2,
    conf_level: float = 0.95,
    adjust: str = "holm",
    gate: Literal["warn", "require", "off"] = "warn",
    invariance: Invariance | None = None,
) -> GroupComparison:
    """Compare groups of respondents on one outcome or on several at once.

    `outcomes`, `group`: columns of a DataFrame, Responses or Scores, a row a respondent. `measure` (one for all, or a
    mapping): "mean", "share" (0 and 1), "top_box" (highest `boxes` of `scale` (low, high), by default the item's own),
    "nps" (0 to 10), "category"; by default numbers are means, true/false shares, texts categories.

    Means, `method` "auto" or "welch": Welch's t with Hedges' g of two groups; of more, Welch's F with omega squared
    and Games-Howell pairs. "t", "anova": equal variances. "mann_whitney", "kruskal": ranks, with the rank-biserial
    correlation and epsilon squared. Shares and top boxes: Newcombe's interval of a difference, chi-squared and
    bias-corrected Cramer's V. NPS: adjusted Wald difference in points. Categories ("chi2"): shares and adjusted
    residuals. "friedman" compares the outcomes with each other (`group` None): mean ranks and Kendall's W. Pairs are
    corrected by `adjust` within an outcome (Games-Howell by its own), the tests over the outcomes.

    Each outcome uses the rows that have it and a group; weighted answers are refused (see `waves`). Means of scales
    are comparable only under scalar invariance: pass the ladder as `invariance`; `gate` "warn" says what is not
    tested, "require" refuses. Groups under 10 and 30 answers are told. One group, a constant outcome or groups without
    variance give NaN with a Problem. Source: Welch 1947, 1951; Games & Howell 1976; Hedges 1981; Cliff 1993; Newcombe
    1998; Bergsma 2013; Rocks 2016. In R: `t.test`, `oneway.test`, `wilcox.test`, `kruskal.test`, `chisq.test(correct =
    FALSE)`, `friedman.test`, `effectsize::hedges_g`, `rstatix::games_howell_test`.
    """
    choice("method", method, METHODS)
    choice("adjust", adjust, ADJUSTMENTS)
    choice("gate", gate, GATES)
    unweighted(data, "compare")
    names = listed(outcomes)
    labels: tuple[str, ...] = ()
    found = Gate("off", {}, ())
    if method == "friedman":
        if group is not None:
            raise SurveykitError.of("GROUPS-FRIEDMAN", group=group)
        rows, problems, n = repeated_rows(data, names, conf_level, adjust)
    else:
        if group is None:
            raise SurveykitError.of("GROUPS-NOGROUP")
        if group in names:
            raise SurveykitError.of("GROUPS-OWN", name=group)
        groups = read_groups(data, group, "compare")
        labels = groups.labels
        wanted = "category" if method == "chi2" and measure is None else measure
        read = read_outcomes(data, names, wanted, scale, boxes, "compare")
        _suits(method, read, len(labels))
        found = gate_of(gate, invariance, group, [one.name for one in read if one.measure == "mean"])
        rows, problems = [], list(found.problems)
        for one in read:
            more, met = rows_of(one, groups, "welch" if method == "auto" else method, conf_level, adjust)
            rows += more
            problems += met
        n = int((np.isfinite(np.array([one.values for one in read])).any(axis=0) & (groups.codes >= 0)).sum())
        _correct(rows, adjust)
    return GroupComparison(
        n=n,
        rows=pd.DataFrame(rows),
        group=group or "",
        groups=labels,
        outcomes=names,
        adjust=adjust,
        gate=found.status,
        measures=found.measures,
        conf_level=conf_level,
        problems=tuple(problems),
        names={**(answer_names(data, group) if group else {}), **names_of(data)},
        provenance=Provenance.of(
            "compare",
            data=fingerprint_of(data),
            outcomes=names,
            group=group,
            method=method,
            measure=dict(measure) if isinstance(measure, Mapping) else measure,
            boxes=boxes,
            adjust=adjust,
            gate=gate,
            conf_level=conf_level,
        ),
    )


def _suits(method: str, outcomes: Sequence[Outcome], groups: int) -> None:
    """Refuse a method that does not fit the measure or the number of groups."""
    problems = []
    if method in OF_TWO and groups != 2:
        other = {"t": "anova", "mann_whitney": "kruskal"}[method]
        problems.append(Problem.of("GROUPS-TWO", "", method=method, found=groups, other=other))
    for one in outcomes:
        fits = {"mean": method != "chi2", "nps": method == "auto"}.get(one.measure, method in ("auto", "chi2"))
        if not fits:
            problems.append(Problem.of("GROUPS-METHOD", f"outcome {one.name}", method=method, measure=one.measure))
    if problems:
        raise SurveykitError(problems)


def _correct(rows: list[Row], adjust: str) -> None:
    """Correct the tests over the outcomes."""
    tests = [row for row in rows if row["role"] == "test"]
    for row, p in zip(tests, adjusted([row["p_value"] for row in tests], adjust), strict=True):
        row["p_adjusted"] = p
