"""Common-method bias: what a marker variable, a method factor and Harman's first component say, and cannot say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.bias_words import bias_sentences
from surveykit.analyse.frames import names_of, unweighted
from surveykit.analyse.marker_ladder import ladder
from surveykit.analyse.scales import scale_items
from surveykit.draw.coefficients import coefficient_plot
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of, moments_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import fisher_z
from surveykit.stats.marker import first_share, marker_adjusted
from surveykit.stats.moments import Moments

FEWEST_ITEMS = 2
COLUMNS = (
    "measure", "item", "item2", "raw_r", "estimate", "std_error", "conf_low", "conf_high", "p_value", "chisq", "df",
    "rmsea", "d_chisq", "d_df", "d_p_value", "n", "method",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MethodBias(Result):
    """Rows by measure: Harman's share, the marker's correlation, correlations before and after, the CFA marker ladder.

    `raw_r` stands beside every adjusted correlation. The estimate of a ladder row is its CFI.
    """

    kind: ClassVar[str] = "method_bias"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "item2")
    shown: ClassVar[tuple[str, ...]] = (
        "measure", "item", "item2", "raw_r", "estimate", "conf_low", "conf_high", "p_value", "d_chisq", "d_df",
        "d_p_value", "n",
    )  # fmt: skip

    rows: pd.DataFrame
    scales: tuple[str, ...]
    marker: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        adjusted = table[table["measure"] == "marker_adjusted_r"]
        if adjusted.empty:
            share = table[table["measure"] == "harman_share"]
            nothing = np.full(len(share), np.nan)
            return dot_intervals(
                [write.label("harman_share")],
                share["estimate"].to_numpy(),
                nothing,
                nothing,
                axis=(0.0, 1.0),
                fmt=lambda value: write.number(value, "share", 0),
                **style,
            )
        named = [
            write.say("bias.pair", first=write.name(a), second=write.name(b))
            for a, b in zip(adjusted["item"], adjusted["item2"], strict=True)
        ]
        raw_low, raw_high = fisher_z(adjusted["raw_r"], self.n, self.conf_level)
        clear = (adjusted["p_value"] < 1 - self.conf_level).tolist()
        plain = (np.sign(raw_low) == np.sign(raw_high)).tolist()
        return coefficient_plot(
            named * 2,
            [*adjusted["raw_r"], *adjusted["estimate"]],
            [*raw_low, *adjusted["conf_low"]],
            [*raw_high, *adjusted["conf_high"]],
            significant=[*plain, *clear],
            model=[write.say("bias.raw")] * len(named) + [write.say("bias.adjusted")] * len(named),
            significant_label=write.say("regression.significant"),
            not_significant_label=write.say("regression.not_significant"),
            xlabel=write.say("bias.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return bias_sentences(table, self.marker, write)


def method_bias(
    data: Any,
    scales: Mapping[str, Sequence[str]] | None = None,
    marker: str | Sequence[str] | None = None,
    *,
    conf_level: float = 0.95,
) -> MethodBias:
    """What can be said of common-method bias, with the caveats that belong to it.

    `data`: DataFrame, Responses or Moments; `scales`: scale -> items (by default those of the study or questionnaire);
    items must point the same way. `marker`: one of the scales, or items, of a subject that has no reason to go with
    the others. Rows that lack any item are left out.

    Harman: the largest eigenvalue of the items' correlations over their number; neither a small nor a large share
    shows or excludes bias (Howard, Boudreaux & Oglesby 2024). Lindell & Whitney (2001): with m the marker's smallest
    correlation with the scales, (r - m) / (1 - m) of every pair of scale means, t with n - 3 degrees of freedom, Fisher
    interval; m <= 0 adjusts nothing. CFA marker (Williams, Hartman & Cavazotte 2010), for a marker of two items or
    more: baseline, Method-C, Method-U and Method-R with likelihood-ratio tests, and the factor correlations of the
    retained model beside the baseline's. Weighted answers are refused. A constant item leaves Harman and the ladder
    undefined (NaN, Problem). In R: `eigen(cor(items))$values[1] / p`; `lavaan::cfa(..., std.lv = TRUE)` with fixed
    loadings and `lavTestLRT`.
    """
    unweighted(data, "method_bias")
    chosen = dict(scale_items(data, scales))
    name = _marker(chosen, marker)
    items = list(dict.fromkeys(item for own in chosen.values() for item in own))
    if len(items) < sum(len(own) for own in chosen.values()):
        raise SurveykitError.of("BIAS-SHARED")
    if len(chosen) < (3 if name else 1):
        raise SurveykitError.of("BIAS-FEWSCALES", found=len(chosen) - bool(name))
    moments = moments_of(data, items)
    problems = [Problem.of("ANALYSE-DROPPED", "", "note", dropped=moments.dropped, rows=moments.n + moments.dropped)]
    problems = problems if moments.dropped else []
    rows: list[dict[str, Any]] = []
    substantive = [item for scale, own in chosen.items() if scale != name for item in own]
    correlation = moments.select(substantive).correlation
    share = first_share(correlation)
    rows.append({"measure": "harman_share", "estimate": share, "method": "first_component"})
    if np.isnan(share):
        flat = [item for item, r in zip(substantive, np.diag(correlation), strict=True) if np.isnan(r)]
        problems.append(Problem.of("BIAS-CONSTANT", ", ".join(flat[:8]), "warning", n=moments.n))
    if name:
        more, met = _lindell(moments, chosen, name, conf_level)
        rows += more
        problems += met
        more, met = _ladder_rows(moments, chosen, name, np.isnan(share))
        rows += more
        problems += met
    else:
        problems.append(Problem.of("BIAS-NOMARKER", "", "note"))
    table = pd.DataFrame([{"item": "", "item2": "", **row} for row in rows]).reindex(columns=[*COLUMNS])
    table = table.assign(n=moments.n)
    return MethodBias(
        n=moments.n,
        rows=table,
        scales=tuple(scale for scale in chosen if scale != name),
        marker=name,
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data) if not isinstance(data, Moments) else {},
        provenance=Provenance.of(
            "method_bias",
            data=fingerprint_of(data),
            scales={scale: tuple(own) for scale, own in chosen.items()},
            marker=name,
            conf_level=conf_level,
        ),
    )


def _marker(chosen: dict[str, tuple[str, ...]], marker: str | Sequence[str] | None) -> str:
    """The marker's scale, made of items where items were named; "" without a marker."""
    if marker is None:
        return ""
    if isinstance(marker, str) and marker in chosen:
        return marker
    items = (marker,) if isinstance(marker, str) else tuple(marker)
    for scale, own in list(chosen.items()):
        left = tuple(item for item in own if item not in items)
        if left:
            chosen[scale] = left
        else:
            del chosen[scale]
    name = items[0] if len(items) == 1 else "marker"
    if name in chosen:
        raise SurveykitError.of("BIAS-MARKERNAME", name=name)
    chosen[name] = items
    return name


def _lindell(
    moments: Moments, scales: Mapping[str, Sequence[str]], marker: str, conf_level: float
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The marker's smallest correlation with a scale, and every pair of scales before and after."""
    weights = np.array([[(item in own) / len(own) for item in moments.names] for own in scales.values()])
    matrix = moments.combine(weights, list(scales)).correlation
    order = list(scales)
    at = order.index(marker)
    others = [i for i in range(len(order)) if i != at]
    with_marker = matrix[at, others]
    if not np.isfinite(with_marker).any():
        place = f"marker {marker}"
        row = {"measure": "marker_r", "item": marker, "estimate": np.nan, "method": "lindell_whitney"}
        return [row], [Problem.of("STATS-CONSTANT-ITEM", place, "warning")]
    smallest = others[int(np.nanargmin(with_marker))]
    m = float(matrix[at, smallest])
    low, high = fisher_z(m, moments.n, conf_level)
    rows: list[dict[str, Any]] = [
        {
            "measure": "marker_r", "item": marker, "item2": order[smallest], "estimate": m, "raw_r": m,
            "conf_low": float(low), "conf_high": float(high), "method": "lindell_whitney",
        }
    ]  # fmt: skip
    problems = []
    if m <= 0:
        problems.append(Problem.of("BIAS-NOSHARED", f"marker {marker}", "note", scale=order[smallest], r=f"{m:.3f}"))
    pairs = [(i, j) for i in others for j in others if j < i]
    raw = np.array([matrix[pair] for pair in pairs])
    found = marker_adjusted(raw, max(m, 0.0), moments.n)
    lows, highs = fisher_z(found.estimate, moments.n, conf_level, 1)
    for k, (i, j) in enumerate(pairs):
        row = {"measure": "marker_adjusted_r", "item": order[i], "item2": order[j], "raw_r": raw[k]}
        row |= {"estimate": found.estimate[k], "std_error": found.error[k], "p_value": found.p_value[k]}
        rows.append(row | {"conf_low": lows[k], "conf_high": highs[k], "method": "lindell_whitney"})
    if np.isnan(raw).any():
        problems.append(Problem.of("BIAS-CONSTANT", "scales", "warning", n=moments.n))
    return rows, problems


def _ladder_rows(
    moments: Moments, scales: Mapping[str, Sequence[str]], marker: str, broken: bool
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The CFA marker ladder where it is identified, else the reason why it was not fitted."""
    short = [scale for scale, own in scales.items() if len(own) < FEWEST_ITEMS]
    if short:
        return [], [Problem.of("BIAS-SHORT", ", ".join(short), "note")]
    if broken or moments.n <= len(moments.names):
        return [], [Problem.of("BIAS-NOLADDER", "", "warning", n=moments.n, items=len(moments.names))]
    steps, correlations, problems = ladder(moments, scales, (marker, scales[marker]))
    rows = [{**row, "item": "", "method": "sem_ML"} for row in steps.to_dict("records")]
    return [*rows, *correlations.to_dict("records")], problems
