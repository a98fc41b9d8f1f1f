"""Service gaps: perception minus expectation of the same respondents, by attribute, dimension and overall."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.pairs import Columns, paired
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.quadrants import quadrant_map
from surveykit.errors import Problem, SurveykitError
from surveykit.language import LANGUAGES, say
from surveykit.responses.source import columns_of, fingerprint_of, weights_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.means import column_means
from surveykit.stats.paired import standardised

OVERALL = "overall"
CEILING = 0.5
"""From this share of expectations at the highest answer found on, gaps are called bounded by the scale (our guide)."""

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ServiceGaps(Result):
    """Mean gap (estimate) with a paired t interval, both means, effect size, test and Holm-adjusted p value.

    Rows: attributes (gap_item), dimensions (gap_dimension), all together (gap_overall). `plot(what=)`: "gaps" (around
    zero) or "map" (expectation against perception with the line of equality).
    """

    kind: ClassVar[str] = "service_gaps"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("attribute", "dimension")
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "measure",
        "expectation",
        "perception",
        "estimate",
        "conf_low",
        "conf_high",
        "d_z",
        "p_holm",
        "n",
    )

    gaps: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.gaps.assign(conf_level=self.conf_level, method="paired_t")

    def _figure(
        self, table: pd.DataFrame, write: Writer, what: Literal["gaps", "map"] = "gaps", **style: Any
    ) -> Figure:
        choice("what", what, ("gaps", "map"))
        labels = [write.name(name) for name in table["attribute"]]
        level = write.number(self.conf_level, "share", 0)
        if what == "gaps":
            return dot_intervals(
                labels,
                *(table[name].to_numpy() for name in ("estimate", "conf_low", "conf_high")),
                reference=0.0,
                xlabel=write.say("servqual.axis", level=level),
                fmt=lambda value: write.number(value, "coefficient"),
                **style,
            )
        single = (table["measure"] == "gap_item").to_numpy()
        parts = table[single]
        x, y = parts["expectation"].to_numpy(), parts["perception"].to_numpy()
        both = np.concatenate([x, y, [0.0, 1.0] if not np.isfinite(np.concatenate([x, y])).any() else []])
        reach = max(float(np.nanmax(both) - np.nanmin(both)), 0.5) * 0.12
        ends = float(np.nanmin(both)) - reach, float(np.nanmax(both)) + reach
        nothing = np.full(len(parts), np.nan)
        return quadrant_map(
            [label for label, keep in zip(labels, single, strict=True) if keep],
            x,
            y,
            x_low=nothing,
            x_high=nothing,
            y_low=y - parts["estimate"].to_numpy() + parts["conf_low"].to_numpy(),
            y_high=y - parts["estimate"].to_numpy() + parts["conf_high"].to_numpy(),
            diagonal=True,
            x_axis=ends,
            y_axis=ends,
            uncertain=list(np.logical_not(parts["p_holm"].to_numpy() < 1 - self.conf_level)),
            certain_label=write.say("servqual.clear_point"),
            uncertain_label=write.say("servqual.unclear_point"),
            x_label=write.label("expectation"),
            y_label=write.label("perception"),
            note=write.say("servqual.note", level=level),
            fmt_x=lambda value: write.number(value, "plain"),
            fmt_y=lambda value: write.number(value, "plain"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table[table["estimate"].notna()]
        if known.empty:
            return [write.say("servqual.undefined")]
        said = []
        whole = known[known["measure"] == "gap_overall"]
        if len(whole):
            said.append(_told("servqual.whole", whole.iloc[0], "", write))
        rows = known[known["measure"] == "gap_dimension"]
        rows = rows if len(rows) > 1 else known[known["measure"] == "gap_item"]
        below = rows[(rows["p_holm"] < 1 - self.conf_level) & (rows["estimate"] < 0)]
        above = rows[(rows["p_holm"] < 1 - self.conf_level) & (rows["estimate"] > 0)]
        if len(below):
            worst = below.loc[below["estimate"].idxmin()]
            said.append(write.say("servqual.below", names=write.listed(list(below["attribute"]))))
            said.append(_told("servqual.worst", worst, write.name(worst["attribute"]), write))
        if len(above):
            said.append(write.say("servqual.above", names=write.listed(list(above["attribute"]))))
        rest = rows[rows["p_holm"] >= 1 - self.conf_level]
        if len(rest):
            said.append(write.say("servqual.open", names=write.listed(list(rest["attribute"]))))
        return [*said, write.say("servqual.caution")]


def _told(key: str, row: Any, name: str, write: Writer) -> str:
    return write.say(
        key,
        name=name,
        gap=write.number(row["estimate"], "coefficient"),
        interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
        level=write.number(row["conf_level"], "share", 0),
        d=write.number(row["d_z"], "coefficient"),
        n=write.count(row["n"]),
    )


def servqual(
    expectation: Columns,
    perception: Columns,
    data: Any,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    *,
    conf_level: float = 0.95,
) -> ServiceGaps:
    """Gaps between what customers perceive and what they expect, P - E of the same respondents.

    `expectation` and `perception` name the columns, as two mappings attribute -> column or two lists in the same order
    (attributes then bear the names of the perception columns). `dimensions` `{"REL": ["REL1", "REL2"]}` groups
    attributes: a respondent's gap there is the mean over its attributes, and the overall gap the mean over dimensions
    (over attributes without dimensions), both only where all are answered. Interval and test: paired t, gap = mean(P -
    E), d_z = mean / sd of the differences with its noncentral-t interval; weighted answers by linearised errors. p_holm
    adjusts over the rows of one kind. An attribute nobody answered twice is NaN with a Problem; equal differences have
    no test. Raises SurveykitError for unknown columns or attributes. Source: Parasuraman, Zeithaml & Berry 1988; on
    difference scores, Cronin & Taylor 1992. In R: `t.test(p, e, paired = TRUE)`, `effectsize::cohens_d(p, e, paired =
    TRUE)`, `p.adjust(method = "holm")`.
    """
    pairs = paired(expectation, perception, named_by=1)
    expected = columns_of(data, [pair[0] for pair in pairs.values()]).to_numpy()
    perceived = columns_of(data, [pair[1] for pair in pairs.values()]).to_numpy()
    attributes = list(pairs)
    owner = _owners(attributes, dimensions)
    weight = weights_of(data)
    blocks = [_rows("gap_item", attributes, expected, perceived, weight, conf_level)]
    groups = {name: [attributes.index(str(item)) for item in items] for name, items in (dimensions or {}).items()}
    if groups:
        folded = [_folded(part, list(groups.values())) for part in (expected, perceived)]
        blocks.append(_rows("gap_dimension", list(groups), folded[0], folded[1], weight, conf_level))
    else:
        folded = [expected, perceived]
    whole = [part.mean(axis=1, keepdims=True) if part.size else part[:, :1] for part in folded]
    blocks.append(_rows("gap_overall", [OVERALL], whole[0], whole[1], weight, conf_level))
    gaps = pd.concat(blocks, ignore_index=True)
    gaps.insert(1, "dimension", [owner.get(name, "") for name in gaps["attribute"]])
    return ServiceGaps(
        n=len(expected),
        gaps=gaps,
        conf_level=conf_level,
        problems=tuple(_problems(gaps, attributes, expected, perceived)),
        names={**names_of(data), OVERALL: {lang: say("servqual.overall", lang) for lang in LANGUAGES}},
        provenance=Provenance.of(
            "servqual",
            data=fingerprint_of(data),
            pairs=pairs,
            dimensions={name: tuple(items) for name, items in (dimensions or {}).items()},
            conf_level=conf_level,
        ),
    )


def _owners(attributes: Sequence[str], dimensions: Mapping[str, Sequence[str]] | None) -> dict[str, str]:
    owner: dict[str, str] = {}
    for dimension, items in (dimensions or {}).items():
        wrong = [str(item) for item in items if str(item) not in attributes or str(item) in owner]
        if wrong or not items:
            raise SurveykitError.of("GAP-DIMENSION", f"dimension {dimension}", found=", ".join(wrong) or dimension)
        owner.update({str(item): str(dimension) for item in items})
    return owner


def _folded(values: Array, groups: Sequence[Sequence[int]]) -> Array:
    """Means over the columns of each group, NaN where one is missing."""
    return np.column_stack([values[:, list(group)].mean(axis=1) for group in groups])


def _rows(
    measure: str, names: Sequence[str], expected: Array, perceived: Array, weight: Array | None, conf_level: float
) -> pd.DataFrame:
    difference = perceived - expected
    both = np.isfinite(difference)
    gap = column_means(difference, weight)
    low, high = gap.interval(conf_level)
    d, (d_low, d_high) = standardised(gap.mean, gap.sd, gap.n, conf_level)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where(gap.std_error > 0, gap.mean / gap.std_error, np.nan)
    p = 2 * special.stdtr(np.maximum(gap.n - 1, 1), -np.abs(t))
    return pd.DataFrame(
        {
            "attribute": list(names),
            "measure": measure,
            "expectation": column_means(np.where(both, expected, np.nan), weight).mean,
            "perception": column_means(np.where(both, perceived, np.nan), weight).mean,
            "estimate": gap.mean,
            "std_error": gap.std_error,
            "conf_low": low,
            "conf_high": high,
            "statistic": t,
            "p_value": p,
            "p_holm": _holm(p),
            "d_z": d,
            "d_low": d_low,
            "d_high": d_high,
            "n": gap.n,
        }
    )


def _holm(p: Array) -> Array:
    """Holm's adjusted p values of the defined ones. In R: `p.adjust(p, "holm")`."""
    adjusted = np.full(len(p), np.nan)
    known = np.flatnonzero(np.isfinite(p))
    order = known[np.argsort(p[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted


def _problems(gaps: pd.DataFrame, attributes: Sequence[str], expected: Array, perceived: Array) -> list[Problem]:
    problems = []
    for name, n, spread in zip(gaps["attribute"], gaps["n"], gaps["std_error"], strict=True):
        if n < 2:
            problems.append(Problem.of("GAP-NOPAIRS", f"attribute {name}", "warning", n=int(n)))
        elif not spread > 0:
            problems.append(Problem.of("GAP-SAME", f"attribute {name}", "warning"))
    highest = max(np.nanmax(expected, initial=-np.inf), np.nanmax(perceived, initial=-np.inf))
    for at, name in enumerate(attributes):
        answered = np.isfinite(expected[:, at])
        top = float((expected[answered, at] == highest).mean()) if answered.any() else 0.0
        if top >= CEILING:
            problems.append(Problem.of("GAP-CEILING", f"attribute {name}", "note", percent=f"{100 * top:.0f}"))
    return problems
