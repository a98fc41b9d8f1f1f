"""The same indicators rated by customers and by the provider: where their views part, and how well they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.frames import names_of, numeric_names, table_of, unweighted
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.bland_altman import bland_altman
from surveykit.stats.exact import FloatArray
from surveykit.stats.icc import FORMS, icc
from surveykit.stats.many_tests import adjusted

_AT = FORMS.index("icc2")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TwoWay(Result):
    """A row an indicator: provider minus customers (estimate) with interval, test, means, limits of agreement, ICC.

    In pairs the estimate is the Bland-Altman bias and `icc2` the agreement ICC(A,1) over the pairs (cases or units).
    """

    kind: ClassVar[str] = "two_way"
    named_columns: ClassVar[tuple[str, ...]] = ("node",)
    shown: ClassVar[tuple[str, ...]] = (
        "node", "customer_mean", "provider_mean", "estimate", "conf_low", "conf_high", "p_adjusted", "loa_low",
        "loa_high", "icc2", "icc_low", "icc_high", "n",
    )  # fmt: skip

    gaps: pd.DataFrame
    conf_level: float
    method: str

    def _table(self) -> pd.DataFrame:
        return self.gaps.assign(conf_level=self.conf_level, method=self.method)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return dot_intervals(
            [write.name(name) for name in table["node"]],
            *(table[name].to_numpy() for name in ("estimate", "conf_low", "conf_high")),
            reference=0.0,
            reference_label=write.number(0.0, "count"),
            value_title=write.label("perception_gap"),
            xlabel=write.say("two_way.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if table["estimate"].isna().all():
            return [write.say("two_way.undefined")]
        level = write.number(self.conf_level, "share", 0)
        clear = table[table["p_adjusted"] < 1 - self.conf_level]
        clear = clear.reindex(clear["estimate"].abs().sort_values(ascending=False).index)
        said = []
        for key, rows in (("above", clear[clear["estimate"] > 0]), ("below", clear[clear["estimate"] < 0])):
            if len(rows):
                listed = write.say("list.semicolon").join(_gap(row, write) for _, row in rows.iterrows())
                said.append(write.say(f"two_way.{key}", listed=listed, level=level))
        if clear.empty and table["p_adjusted"].notna().any():
            said.append(write.say("two_way.none", level=level))
        agreed = table[table["icc2"].notna()].sort_values("icc2", kind="stable")
        if len(agreed) > 1:
            worst, best = agreed.iloc[0], agreed.iloc[-1]
            said.append(
                write.say(
                    "two_way.agreement",
                    best=write.name(best["node"]),
                    high=write.number(best["icc2"], "bounded"),
                    worst=write.name(worst["node"]),
                    low=write.number(worst["icc2"], "bounded"),
                )
            )
        return said or [write.say("two_way.undefined")]


def _gap(row: pd.Series, write: Writer) -> str:
    return write.say(
        "two_way.gap_high",
        name=write.name(row["node"]),
        gap=write.number(row["estimate"], "coefficient"),
        interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
    )


def two_way(
    customer: Any,
    provider: Any,
    indicators: Sequence[str] | None = None,
    *,
    by: str | None = None,
    paired: bool = False,
    conf_level: float = 0.95,
) -> TwoWay:
    """Compare ratings of the same indicators by customers and by the provider, on the same scale.

    `customer`, `provider`: tables (DataFrame, Responses, Scores) with a column an indicator (default: those both
    have). `by` names a column of units (branch, account) in both: each side's ratings are averaged within units, which
    become the pairs; `paired=True` says that the same case stands in the same row of both; else the sides are
    independent people. Estimate: mean of provider minus mean of customers; pairs give a t interval, Bland-Altman
    limits and ICC(A,1), independent sides a Welch interval and no agreement (NaN with a Problem). Holm adjusts the
    tests over indicators. Missing ratings leave out their pair of that indicator only; units with one side are counted
    in a Problem. Raises SurveykitError for no common indicator or unequal rows. Source: Bland & Altman 1999; McGraw &
    Wong 1996. In R: `t.test(p, c, paired = TRUE)`, `psych::ICC`, `t.test(p, c)`.
    """
    for data in (customer, provider):
        unweighted(data, "two_way")
    names = list(indicators) if indicators is not None else _common(customer, provider, by)
    sides = [columns_of(data, names) for data in (customer, provider)]
    problems: list[Problem] = []
    if by is not None:
        first, second = (
            side.groupby(table_of(data, [by])[by].astype(object).to_numpy()).mean()
            for side, data in zip(sides, (customer, provider), strict=True)
        )
        alone = [str(unit) for unit in first.index.symmetric_difference(second.index, sort=False)]
        if alone:
            problems.append(
                Problem.of("INDIC-ONESIDE", f"column {by}", "warning", count=len(alone), units=", ".join(alone[:10]))
            )
        both = first.index.intersection(second.index)
        sides = [first.loc[both], second.loc[both]]
    elif paired and len(sides[0]) != len(sides[1]):
        raise SurveykitError.of("INDIC-PAIRS", first=len(sides[0]), second=len(sides[1]))
    in_pairs = paired or by is not None
    rows = []
    for name in names:
        c, p = (side[name].to_numpy() for side in sides)
        rows.append(_paired(c, p, conf_level) if in_pairs else _apart(c, p, conf_level))
        if not np.isfinite(rows[-1]["conf_low"]):
            problems.append(Problem.of("INDIC-FEW", f"indicator {name}", "warning"))
    if not in_pairs:
        problems.append(Problem.of("INDIC-UNPAIRED", "", "note"))
    table = pd.DataFrame(rows)
    table.insert(0, "node", names)
    table["p_adjusted"] = adjusted(table["p_value"].to_numpy(), "holm")
    return TwoWay(
        n=len(sides[0]) if in_pairs else len(sides[0]) + len(sides[1]),
        gaps=table,
        conf_level=conf_level,
        method="two_way_paired" if in_pairs else "two_way_welch",
        problems=tuple(problems),
        names={**names_of(provider), **names_of(customer)},
        provenance=Provenance.of(
            "two_way",
            data=fingerprint_of(customer) + fingerprint_of(provider),
            indicators=tuple(names),
            by=by,
            paired=paired,
            conf_level=conf_level,
        ),
    )


def _common(customer: Any, provider: Any, by: str | None) -> list[str]:
    other = set(numeric_names(provider))
    found = [name for name in numeric_names(customer) if name in other and name != by]
    if not found:
        raise SurveykitError.of("INDIC-TWOSIDES")
    return found


def _row(c: FloatArray, p: FloatArray, n: int, **values: float) -> Mapping[str, float]:
    blank = dict.fromkeys(
        ("std_error", "conf_low", "conf_high", "p_value", "loa_low", "loa_high", "icc2", "icc_low", "icc_high"), np.nan
    )
    means = [float(side.mean()) if len(side) else np.nan for side in (c, p)]
    return {
        "customer_mean": means[0],
        "provider_mean": means[1],
        "estimate": means[1] - means[0],
        **blank,
        "n_customers": len(c),
        "n_provider": len(p),
        "n": n,
        **values,
    }


def _paired(c: FloatArray, p: FloatArray, conf_level: float) -> Mapping[str, float]:
    known = np.isfinite(c) & np.isfinite(p)
    c, p = c[known], p[known]
    limits = bland_altman(p, c, conf_level)
    agreed = icc(np.column_stack([c, p]), conf_level)
    return _row(
        c,
        p,
        len(c),
        std_error=float(limits.std_error[0]),
        conf_low=float(limits.conf_low[0]),
        conf_high=float(limits.conf_high[0]),
        p_value=limits.p_value,
        loa_low=float(limits.estimate[1]),
        loa_high=float(limits.estimate[2]),
        icc2=float(agreed.estimate[_AT]),
        icc_low=float(agreed.conf_low[_AT]),
        icc_high=float(agreed.conf_high[_AT]),
    )


def _apart(c: FloatArray, p: FloatArray, conf_level: float) -> Mapping[str, float]:
    c, p = c[np.isfinite(c)], p[np.isfinite(p)]
    if min(len(c), len(p)) < 2 or not np.ptp(c) + np.ptp(p) > 0:
        return _row(c, p, len(c) + len(p))
    parts = np.array([c.var(ddof=1) / len(c), p.var(ddof=1) / len(p)])
    df = parts.sum() ** 2 / (parts**2 / (np.array([len(c), len(p)]) - 1)).sum()
    gap, error = float(p.mean() - c.mean()), float(np.sqrt(parts.sum()))
    reach = float(special.stdtrit(df, (1 + conf_level) / 2)) * error
    return _row(
        c,
        p,
        len(c) + len(p),
        std_error=error,
        conf_low=gap - reach,
        conf_high=gap + reach,
        p_value=float(2 * special.stdtr(df, -abs(gap) / error)),
    )
