"""Test-retest reliability: how far scores of the same people on two occasions agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.frames import names_of, numeric_names, table_of, unweighted
from surveykit.analyse.reliability_words import WEAK
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.score import score
from surveykit.responses.scores import Scores
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats import icc as numerics
from surveykit.stats.bland_altman import bland_altman
from surveykit.stats.intervals import fisher_z, normal_quantile

NAN = float("nan")
COLUMNS = ("scale", "measure", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "method")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Retest(Result):
    """Agreement of the scores of two occasions, a row a scale and measure.

    Measures: pearson, icc2 (absolute agreement), icc3 (consistency), mean_change (second minus first),
    measurement_error and smallest_change (beyond which a person's change exceeds measurement error at 95 %).
    """

    kind: ClassVar[str] = "retest"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("scale", "measure", "estimate", "conf_low", "conf_high", "p_value", "n")

    coefficients: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level)

    def estimate(self, scale: str, measure: str = "icc2") -> float:
        """One measure of one scale; KeyError for an unknown one."""
        return float(self.coefficients.set_index(["scale", "measure"]).loc[(scale, measure), "estimate"])

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        rows = table[table["measure"] == "icc2"]
        low = float(np.nanmin([0.0, *rows["conf_low"], *rows["estimate"]]))
        return dot_intervals(
            [write.name(scale) for scale in rows["scale"]],
            rows["estimate"].to_numpy(dtype=float),
            rows["conf_low"].to_numpy(dtype=float),
            rows["conf_high"].to_numpy(dtype=float),
            axis=(max(low, -1.0), 1.0),
            reference=WEAK,
            reference_label=write.number(WEAK, "bounded"),
            n=rows["n"].to_numpy(),
            xlabel=write.say("retest.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            fmt_n=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said, moved, weak = [], [], []
        for scale in dict.fromkeys(table["scale"]):
            rows = table[table["scale"] == scale].set_index("measure")
            own = rows.loc["icc2"]
            if not np.isfinite(own["estimate"]):
                said.append(write.say("retest.undefined", scale=write.name(scale)))
                continue
            said.append(
                write.say(
                    "retest.finding",
                    scale=write.name(scale),
                    icc=write.number(own["estimate"], "bounded"),
                    interval=write.interval(own["conf_low"], own["conf_high"], "bounded"),
                    level=write.number(own["conf_level"], "share", 0),
                    r=write.number(rows.loc["pearson", "estimate"], "bounded"),
                    change=write.number(rows.loc["smallest_change", "estimate"], "coefficient"),
                    n=write.count(own["n"]),
                )
            )
            if rows.loc["mean_change", "p_value"] < 1 - own["conf_level"]:
                moved.append(str(scale))
            if own["estimate"] < WEAK:
                weak.append(str(scale))
        if moved:
            said.append(write.say("retest.moved", names=write.listed(moved)))
        if weak:
            said.append(write.say("reliability.weak", limit=write.number(WEAK, "bounded"), names=write.listed(weak)))
        return said


def retest(
    first: Any,
    second: Any,
    id: str | None = None,
    *,
    scales: Mapping[str, Sequence[str]] | None = None,
    keys: Mapping[str, int] | None = None,
    limits: tuple[float, float] | None = None,
    conf_level: float = 0.95,
) -> Retest:
    """Test-retest reliability of the scores that the same people have on two occasions.

    `first`, `second`: Responses or Scores (each scale), or DataFrames (each numeric column that both have); `scales`
    makes scores of items first, with `keys` and `limits` as `score` takes them. `id` names the column that tells who
    is who; without it rows are matched as they stand, and said so. For each scale, over the people who have both
    scores: Pearson's r with Fisher's interval, ICC(A,1) and ICC(C,1) with the intervals of McGraw & Wong, the mean
    change (second - first) with its t interval and test, the standard error of measurement sqrt(occasion + residual
    variance) and the smallest detectable change 1.96 sqrt(2) of it. r does not see a change of everyone's level,
    ICC(A,1) does. People on one occasion only are counted; fewer than two pairs, or scores that do not differ, are
    NaN with a Problem. Errors: an id twice in one occasion, no person in both, occasions of different length without
    `id`, weights. Source: McGraw & Wong 1996; de Vet, Terwee, Knol & Bouter 2006; Koo & Li 2016. In R:
    `psych::ICC(cbind(first, second), lmer = FALSE)`, `cor.test(first, second)`.
    """
    for data in (first, second):
        unweighted(data, "retest")
    chosen = _columns(first, second, id, scales)
    one, other = (_scored(data, chosen, scales, keys, limits) for data in (first, second))
    before, after, problems = _matched(one, other, _ids(first, id), _ids(second, id), id)
    rows: list[tuple[Any, ...]] = []
    for scale in before.columns:
        found, told = _scale(scale, before[scale].to_numpy(), after[scale].to_numpy(), conf_level)
        rows += found
        problems += told
    return Retest(
        n=len(before),
        coefficients=pd.DataFrame(rows, columns=COLUMNS),
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        names={**names_of(second), **names_of(first)},
        provenance=Provenance.of(
            "retest",
            data=fingerprint_of(first),
            second=fingerprint_of(second),
            id=id,
            scales=scales,
            keys=keys,
            limits=limits,
            conf_level=conf_level,
        ),
    )


def _columns(first: Any, second: Any, id: str | None, scales: Mapping[str, Sequence[str]] | None) -> tuple[str, ...]:
    """Columns that both occasions have, of DataFrames; of other data what they score."""
    if scales is not None or not isinstance(first, pd.DataFrame) or not isinstance(second, pd.DataFrame):
        return ()
    shared = set(numeric_names(second))
    found = tuple(name for name in numeric_names(first) if name in shared and name != id)
    if not found:
        raise SurveykitError.of("RETEST-NOCOLUMNS")
    return found


def _scored(
    data: Any,
    columns: tuple[str, ...],
    scales: Mapping[str, Sequence[str]] | None,
    keys: Mapping[str, int] | None,
    limits: tuple[float, float] | None,
) -> pd.DataFrame:
    if columns:
        return columns_of(data, columns)
    if isinstance(data, Scores):
        return data.frame
    if scales is None and not isinstance(data, Responses):
        raise SurveykitError.of("ANALYSE-NOSCALES")
    return score(data, scales=scales, keys=keys, limits=limits).frame


def _ids(data: Any, id: str | None) -> pd.Series | None:
    return None if id is None else table_of(data, [id])[id].reset_index(drop=True)


def _matched(
    one: pd.DataFrame, other: pd.DataFrame, first: pd.Series | None, second: pd.Series | None, id: str | None
) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Scores of the people on both occasions, in the same order, for the scales that both have."""
    shared = [name for name in one.columns if name in other.columns]
    if not shared:
        raise SurveykitError.of("RETEST-NOCOLUMNS")
    alone = [str(name) for name in (*one.columns, *other.columns) if name not in shared]
    problems = [Problem.of("RETEST-ONESIDED", f"scale {name}", "note") for name in alone]
    before, after = one[shared].reset_index(drop=True), other[shared].reset_index(drop=True)
    if first is None or second is None:
        if len(before) != len(after):
            raise SurveykitError.of("RETEST-LENGTH", first=len(before), second=len(after))
        return before, after, [*problems, Problem.of("RETEST-BYROW", "", "warning")]
    for occasion, column in enumerate((first, second), start=1):
        twice = column[column.notna() & column.duplicated()]
        if len(twice):
            named = ", ".join(str(value) for value in twice.unique()[:5])
            raise SurveykitError.of("RETEST-TWICE", f"column {id}", occasion=occasion, ids=named)
    before, after = before[first.notna()], after[second.notna()]
    before, after = before.set_axis(first[first.notna()]), after.set_axis(second[second.notna()])
    both = before.index[before.index.isin(after.index)]
    if both.empty:
        raise SurveykitError.of("RETEST-NOBODY", f"column {id}", id=id)
    lost = len(one) + len(other) - 2 * len(both)
    if lost:
        values = {"first": len(one) - len(both), "second": len(other) - len(both), "both": len(both)}
        problems.append(Problem.of("RETEST-UNMATCHED", "", "note", **values))
    return before.loc[both], after.loc[both], problems


def _scale(
    scale: str, before: NDArray[np.float64], after: NDArray[np.float64], conf_level: float
) -> tuple[list[tuple[Any, ...]], list[Problem]]:
    place = f"scale {scale}"
    pairs = np.column_stack([before, after]).astype(np.float64)
    complete = np.isfinite(pairs).all(axis=1)
    pairs = pairs[complete]
    n = len(pairs)
    problems = []
    if not complete.all():
        told = {"dropped": int((~complete).sum()), "rows": len(complete)}
        problems.append(Problem.of("ANALYSE-DROPPED", place, "note", **told))
    found = numerics.icc(pairs, conf_level, place)
    shift = bland_altman(pairs[:, 1], pairs[:, 0], conf_level, place=place)
    problems += [*found.problems, *shift.problems]
    r = NAN
    if n > 1 and (np.ptp(pairs, axis=0) > 0).all():
        r = float(np.corrcoef(pairs.T)[0, 1])
    elif n > 1:
        problems.append(Problem.of("RETEST-CONSTANT", place, "warning"))
    low, high = (float(end) for end in fisher_z(r, n, conf_level))
    rows: list[tuple[Any, ...]] = [(scale, "pearson", r, NAN, low, high, NAN, n, "fisher_z")]
    for form in ("icc2", "icc3"):
        at = numerics.FORMS.index(form)
        values = (float(part[at]) for part in (found.estimate, found.conf_low, found.conf_high))
        estimate, low, high = values
        rows.append((scale, form, estimate, NAN, low, high, float(found.p_value[at]), n, "mcgraw_wong"))
    change = (float(part[0]) for part in (shift.estimate, shift.std_error, shift.conf_low, shift.conf_high))
    rows.append((scale, "mean_change", *change, shift.p_value, n, "mean_t"))
    error = found.squares.measurement_error
    rows.append((scale, "measurement_error", error, NAN, NAN, NAN, NAN, n, "point"))
    smallest = normal_quantile(0.95) * np.sqrt(2) * error
    rows.append((scale, "smallest_change", float(smallest), NAN, NAN, NAN, NAN, n, "point"))
    return rows, problems
