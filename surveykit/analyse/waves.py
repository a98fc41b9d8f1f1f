"""Change from wave to wave of a tracking study, with intervals and tests, weighted or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.compare_outcomes import Ends, Groups, Measure, Outcome, listed, read_groups, read_outcomes
from surveykit.analyse.compare_rows import DIFFERENCE_OF, INTERVAL_OF, Row, base_of, difference_rows, level_rows
from surveykit.analyse.compare_words import kind
from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.wave_words import wave_sentences
from surveykit.draw.waves import Line, wave_lines
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import columns_of, fingerprint_of, weights_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.group_means import (
    GroupMeans,
    group_means,
    nps_differences,
    share_differences,
    welch_differences,
)
from surveykit.stats.many_tests import ADJUSTMENTS, adjusted

LEVEL = {"mean": "mean", "nps": "nps"}
DIFFERENCE_METHOD = {"mean": "welch_t", "top_box": "newcombe", "share": "newcombe", "nps": "adjusted_wald"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WaveChange(Result):
    """A row a level (`role` "level") and a row a change ("change": later minus earlier wave).

    `n_effective` is the number of equally weighted answers that would be as precise. `base` as in `compare`.
    """

    kind: ClassVar[str] = "waves"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("outcome",)
    shown: ClassVar[tuple[str, ...]] = (
        "outcome", "measure", "wave", "contrast", "estimate", "conf_low", "conf_high", "p_value", "p_adjusted", "n",
        "n_effective",
    )  # fmt: skip

    rows: pd.DataFrame
    wave: str
    waves: tuple[str, ...]
    outcomes: tuple[str, ...]
    weights: str
    adjust: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        levels = table[table["role"] == "level"]
        panels = [_panel(levels[levels["outcome"] == name], write) for name in self.outcomes]
        few = (levels["base"] == "small").any()
        return wave_lines(
            self.waves,
            panels,
            ylabel=write.say("waves.axis", level=write.number(self.conf_level, "share", 0)),
            note=write.say("waves.few") if few else "",
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return wave_sentences(table, self.outcomes, bool(self.weights), self.adjust, write)


def waves(
    outcomes: str | Sequence[str],
    wave: str,
    data: Any,
    weights: str | None = None,
    *,
    measure: Measure = None,
    scale: Ends = None,
    boxes: int = 2,
    base: Literal["previous", "first"] = "previous",
    conf_level: float = 0.95,
    adjust: str = "holm",
) -> WaveChange:
    """Levels of each wave and their changes, with intervals and tests.

    `outcomes`, `wave`: columns of a DataFrame, Responses or Scores; waves in order of a categorical column, else
    sorted. `measure`, `scale`, `boxes`: as in `compare` ("mean", "share", "top_box", "nps"). Each wave is compared
    with the `base` before it, or with the first; waves are taken as independent samples (a panel's own respondents
    twice make these intervals too wide). `weights` names a column of sampling weights, by default those of the
    Responses: levels are sum(w y) / sum(w), errors by linearisation (sum of w^2 (y - mean)^2 over the squared sum of
    weights), and shares and NPS take the effective number of answers variance / error^2. Errors of raking or strata are
    not in it (`sk.design`).

    Means: Welch's t; shares and top boxes: Newcombe's interval, z test; NPS: adjusted Wald. p values of all changes
    are corrected by `adjust`. Rows without the outcome, the wave or a weight are left out; a wave with one answer has
    no error (NaN, Problem). Source: Welch 1947; Newcombe 1998; Rocks 2016; Kish 1965. In R: `survey::svyby(~y, ~wave,
    svydesign(~1, weights = ~w, data), svymean)`.
    """
    choice("base", base, ("previous", "first"))
    choice("adjust", adjust, ADJUSTMENTS)
    names = listed(outcomes)
    groups = read_groups(data, wave, "waves")
    read = read_outcomes(data, names, measure, scale, boxes, "waves")
    wrong = [one.name for one in read if one.measure == "category"]
    if wrong:
        raise SurveykitError.of("WAVES-CATEGORY", ", ".join(wrong))
    weight, weighted_by = _weights(data, weights)
    pairs = [(at, at - 1 if base == "previous" else 0) for at in range(1, groups.size)]
    rows: list[Row] = []
    problems: list[Problem] = []
    without = 0 if weight is None else int((weight == 0).sum())
    if without:
        problems.append(
            Problem.of("WAVES-NOWEIGHT", f"column {weighted_by}", "warning", without=without, rows=len(groups.codes))
        )
    for one in read:
        more, met = _rows(one, groups, weight, pairs, conf_level)
        rows += more
        problems += met
    changes = [row for row in rows if row["role"] == "change"]
    for row, p in zip(changes, adjusted([row["p_value"] for row in changes], adjust), strict=True):
        row["p_adjusted"] = p
    used = np.isfinite(np.array([one.values for one in read])).any(axis=0) & (groups.codes >= 0)
    return WaveChange(
        n=int(used.sum()) if weight is None else int((used & (weight > 0)).sum()),
        rows=pd.DataFrame(rows).drop(columns=["group", "category", "adjusted_residual", "df1"]),
        wave=wave,
        waves=groups.labels,
        outcomes=names,
        weights=weighted_by,
        adjust=adjust,
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "waves",
            data=fingerprint_of(data),
            outcomes=names,
            wave=wave,
            weights=weighted_by,
            measure=dict(measure) if isinstance(measure, Mapping) else measure,
            boxes=boxes,
            base=base,
            adjust=adjust,
            conf_level=conf_level,
        ),
    )


def _weights(data: Any, name: str | None) -> tuple[NDArray[np.float64] | None, str]:
    if name is None:
        own = weights_of(data) if isinstance(data, Responses | Scores) else None
        source = data.source if isinstance(data, Scores) else data
        return own, (str(source.weights) if own is not None else "")
    found = columns_of(data, [name])[name].to_numpy()
    if np.isinf(found).any() or (found < 0).any() or not np.nansum(found) > 0:
        raise SurveykitError.of("RESP-WEIGHTS", f"column {name}")
    return np.nan_to_num(found), name


def _rows(
    outcome: Outcome, groups: Groups, weight: NDArray[np.float64] | None, pairs: list[tuple[int, int]], level: float
) -> tuple[list[Row], list[Problem]]:
    known = np.isfinite(outcome.values) & (groups.codes >= 0)
    w = None if weight is None else weight[known]
    found = group_means(outcome.values[known], groups.codes[known], groups.size, w)
    promoters = group_means(outcome.promoters[known], groups.codes[known], groups.size, w).mean
    rows = level_rows(outcome, groups.labels, found, promoters, level)
    for at, row in enumerate(rows):
        row |= {"role": "level", "wave": row["group"], "earlier_wave": "", "n_effective": found.n_effective[at]}
        row |= {"measure": LEVEL.get(outcome.measure, row["measure"]), "method": INTERVAL_OF[outcome.measure]}
    later, earlier = np.array(pairs).T
    changes = difference_rows(
        outcome, "change", DIFFERENCE_OF[outcome.measure], DIFFERENCE_METHOD[outcome.measure], pairs, groups.labels,
        _differences(outcome.measure, found, promoters, later, earlier, level), found.n, np.full(len(pairs), np.nan),
    )  # fmt: skip
    for (i, j), row in zip(pairs, changes, strict=True):
        row |= {"wave": groups.labels[i], "earlier_wave": groups.labels[j], "n_effective": np.nan}
    return [*rows, *changes], _problems(outcome.name, groups, found, changes)


def _differences(
    measure: str, found: GroupMeans, promoters: NDArray[np.float64], later: NDArray[np.int64],
    earlier: NDArray[np.int64], level: float,
) -> Any:  # fmt: skip
    if measure == "mean":
        return welch_differences(found, later, earlier, level)
    if measure == "nps":
        return nps_differences(found, promoters, later, earlier, level)
    return share_differences(found, later, earlier, level)


def _problems(outcome: str, groups: Groups, found: GroupMeans, changes: list[Row]) -> list[Problem]:
    problems = []
    for name, n in zip(groups.labels, found.n, strict=True):
        place = f"outcome {outcome}, wave {name}"
        if n == 0:
            problems.append(Problem.of("WAVES-EMPTY", place, "warning"))
        elif base_of(n):
            problems.append(Problem.of("WAVES-SMALL", place, "warning", n=int(n)))
    if any(np.isnan(row["p_value"]) for row in changes):
        problems.append(Problem.of("WAVES-NOTEST", f"outcome {outcome}", "warning"))
    return problems


def _panel(levels: pd.DataFrame, write: Writer) -> Line:
    first = levels.iloc[0].to_dict()
    hidden = (levels["base"] == "suppressed").to_numpy()
    parts = [np.where(hidden, np.nan, levels[name]) for name in ("estimate", "conf_low", "conf_high")]
    named = write.say("waves.panel", outcome=write.name(first["outcome"]), measure=write.label(first["measure"]))
    return Line(
        named,
        *parts,
        hollow=(levels["base"] == "small").tolist(),
        fmt=lambda value: write.number(value, kind(first)),
    )
