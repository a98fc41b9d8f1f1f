"""The same customers before and after: a complaint handled, an activity, a change of service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from surveykit.analyse.customer_rows import Row, between, mean_row, row, share_row
from surveykit.analyse.frames import answer_names, left_out, names_of, table_of, unweighted
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.paired import standardised

FEW = 10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BeforeAfter(Result):
    """Means before and after, their change, its size, and who improved; by group and the difference between two groups.

    `group` is "all", a value of the group, or "a - b" for the difference of changes.
    """

    kind: ClassVar[str] = "before_after"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("group",)
    shown: ClassVar[tuple[str, ...]] = (
        "group",
        "measure",
        "estimate",
        "conf_low",
        "conf_high",
        "p_value",
        "n",
        "method",
    )

    rows: pd.DataFrame
    before: str
    after: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        own = table[table["measure"].isin(["mean_change", "change_difference"])]
        return dot_intervals(
            [self._called(name, write) for name in own["group"]],
            *(own[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high")),
            reference=0.0,
            reference_label=write.number(0.0, "count"),
            value_title=write.label("mean_change"),
            n=own["n"].to_numpy(dtype=float),
            xlabel=write.say("before.axis", before=write.name(self.before), after=write.name(self.after),
                             level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )  # fmt: skip

    def _called(self, group: str, write: Writer) -> str:
        if group == "all":
            return write.say("before.all")
        return " − ".join(write.name(part) for part in group.split(" - "))

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if not self.n:
            return [write.say("before.undefined")]
        said = []
        for group, own in table.groupby("group", sort=False):
            rows = own.set_index("measure")
            said.append(self._change(str(group), rows, write))
        return [*said, write.say("before.caveat")]

    def _change(self, group: str, rows: pd.DataFrame, write: Writer) -> str:
        measure = "mean_change" if "mean_change" in rows.index else "change_difference"
        found = rows.loc[measure]
        parts = {"group": self._called(group, write), "n": write.count(found["n"])}
        if not np.isfinite(found["conf_low"]):
            return write.say("before.bare", **parts)
        parts |= {
            "change": write.number(found["estimate"], "coefficient"),
            "interval": write.interval(found["conf_low"], found["conf_high"], "coefficient"),
            "level": write.number(self.conf_level, "share", 0),
        }
        if measure == "change_difference":
            return write.say("before.difference", **parts)
        for name in ("mean_before", "mean_after"):
            parts[name] = write.number(rows.loc[name, "estimate"], "coefficient")
        for name in ("improved_share", "worse_share"):
            parts[name] = write.number(rows.loc[name, "estimate"], "share")
        return write.say("before.change", **parts)


def before_after(
    data: Any, before: str, after: str, group: str | None = None, *, conf_level: float = 0.95
) -> BeforeAfter:
    """How the same customers' answers changed, in pairs.

    `data`: a customer a row with two columns on one scale. Mean change = mean of after - before, Student's interval and
    test of the pairs; d_z = mean / sd of the changes with its exact interval; shares that improved, stayed and worsened
    (Wilson), with the exact sign test; Wilcoxon's signed ranks (normal approximation with continuity correction). With
    `group` all of it for each, and for two groups the difference of their changes (first minus second in order, Welch).
    Rows with one value only are left out and counted. Under two pairs or without any change: NaN with a Problem. Who
    was chosen for a low value before rises by chance alone (regression to the mean): compare with a group that was not
    treated. In R: `t.test(after, before, paired = TRUE)`, `wilcox.test(..., exact = FALSE)`, `binom.test`.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    unweighted(data, "before_after")
    pairs = columns_of(data, [before, after]).to_numpy(dtype=np.float64)
    known = np.isfinite(pairs).all(axis=1)
    one = np.isfinite(pairs).any(axis=1) & ~known
    problems: list[Problem] = left_out(f"columns {before}, {after}", int(one.sum()), len(pairs))
    labels = (
        table_of(data, [group])[group].to_numpy(dtype=object) if group else np.full(len(pairs), "all", dtype=object)
    )
    known &= ~pd.isna(labels)
    names = sorted({_text(value) for value in labels[known]}) if group else ["all"]
    texts = np.array([_text(value) for value in labels], dtype=object)
    rows: list[Row] = []
    changes = {}
    for name in names:
        own = pairs[known & (texts == name)] if group else pairs[known]
        changes[name] = own[:, 1] - own[:, 0]
        rows += [found | {"group": name} for found in _changed(own, conf_level)]
        if len(own) < FEW or not changes[name].any():
            code = "BEFORE-FEW" if len(own) < FEW else "BEFORE-SAME"
            problems.append(Problem.of(code, f"group {name}", "warning", n=len(own), least=FEW))
    if not names:
        rows += [found | {"group": "all"} for found in _changed(pairs[:0], conf_level)]
        problems.append(Problem.of("BEFORE-FEW", f"columns {before}, {after}", "warning", n=0, least=FEW))
    if len(names) == 2:
        rows.append(_between(changes[names[0]], changes[names[1]], conf_level) | {"group": " - ".join(names)})
    return BeforeAfter(
        n=int(known.sum()),
        rows=pd.DataFrame(rows),
        before=before,
        after=after,
        conf_level=conf_level,
        problems=tuple(problems),
        names={**names_of(data), **(answer_names(data, group) if group else {})},
        provenance=Provenance.of(
            "before_after", data=fingerprint_of(data), before=before, after=after, group=group, conf_level=conf_level
        ),
    )


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _changed(pairs: np.ndarray, level: float) -> list[Row]:
    """Everything that is said of one set of pairs."""
    change = pairs[:, 1] - pairs[:, 0]
    n, moved = len(change), change[change != 0]
    first, second = (mean_row(name, pairs[:, at], level) for at, name in enumerate(("mean_before", "mean_after")))
    whole = mean_row("mean_change", change, level)
    t = whole["estimate"] / whole["std_error"] if whole["std_error"] > 0 else np.nan
    p = float(2 * stats.t.sf(abs(t), n - 1)) if np.isfinite(t) else np.nan
    sd = float(change.std(ddof=1)) if n > 1 else np.nan
    d, (low, high) = standardised(whole["estimate"], sd, n, level)
    up, down = int((change > 0).sum()), int((change < 0).sum())
    sign = float(stats.binomtest(up, up + down).pvalue) if up + down else np.nan
    ranks = np.nan
    if len(moved) > 1:
        ranks = float(stats.wilcoxon(moved, correction=True, method="approx").pvalue)
    nothing = {"p_value": np.nan}
    return [
        first | nothing,
        second | nothing,
        whole | {"p_value": p, "test_statistic": t, "method": "paired_t"},
        row("cohens_dz", d[0], np.nan, low[0], high[0], n, "noncentral") | nothing,
        share_row("improved_share", up, n, level) | {"p_value": sign},
        share_row("same_share", n - up - down, n, level) | nothing,
        share_row("worse_share", down, n, level) | {"p_value": sign},
        row("median_change", float(np.median(change)) if n else np.nan, np.nan, np.nan, np.nan, n, "signed_ranks")
        | {"p_value": ranks},
    ]


def _between(first: np.ndarray, second: np.ndarray, level: float) -> Row:
    """The difference of two groups' mean changes, Welch."""
    if min(len(first), len(second)) < 2:
        gap = first.mean() - second.mean() if min(len(first), len(second)) else np.nan
        return row("change_difference", gap, np.nan, np.nan, np.nan, len(first) + len(second), "welch_t") | {
            "p_value": np.nan
        }
    variances = [part.var(ddof=1) / len(part) for part in (first, second)]
    gap, error = float(first.mean() - second.mean()), float(np.sqrt(sum(variances)))
    if error == 0:
        return row("change_difference", gap, np.nan, np.nan, np.nan, len(first) + len(second), "welch_t") | {
            "p_value": np.nan
        }
    df = error**4 / sum(v**2 / (len(part) - 1) for v, part in zip(variances, (first, second), strict=True))
    half = float(stats.t.ppf((1 + level) / 2, df)) * error
    p = float(2 * stats.t.sf(abs(gap / error), df))
    found = row("change_difference", gap, error, gap - half, gap + half, len(first) + len(second), "welch_t")
    return found | {"p_value": p, "test_statistic": gap / error}
