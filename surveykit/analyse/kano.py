"""Kano's model: which attributes delight, which satisfy in proportion, which are taken for granted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.frames import names_of
from surveykit.analyse.pairs import Columns, paired
from surveykit.draw.quadrants import quadrant_map
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of, weights_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import wilson
from surveykit.stats.kano import CATEGORIES, KanoCounts, kano_counts

MEASURES = ("kano_better", "kano_worse", *(f"kano_{name}" for name in CATEGORIES))
SUSPECT = 0.1
"""From this share of questionable or reverse answers on, the wording is to be looked at (our guide)."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Kano(Result):
    """Better and worse coefficients and the shares of the six categories of each attribute, with Wilson intervals.

    `leading` is 1 in the row of the most frequent category, `strength` how far it is ahead of the second (a share),
    `p_value` the test of that lead, `fong` 1 where Fong's rule calls it settled. `counts` is the discrete table.
    """

    kind: ClassVar[str] = "kano"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("attribute",)
    shown: ClassVar[tuple[str, ...]] = (
        "attribute",
        "measure",
        "estimate",
        "conf_low",
        "conf_high",
        "leading",
        "strength",
        "p_value",
        "n",
    )

    coefficients: pd.DataFrame
    counts: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, method="wilson")

    @property
    def categories(self) -> dict[str, str]:
        """The most frequent category of each attribute; of ties the first in the order M, O, A, I, R, Q."""
        led = self.coefficients[self.coefficients["leading"] == 1]
        return {
            str(name): str(measure).removeprefix("kano_")
            for name, measure in zip(led["attribute"], led["measure"], strict=True)
        }

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        parts = {name: table[table["measure"] == name].set_index("attribute") for name in MEASURES[:2]}
        better, worse = parts["kano_better"], parts["kano_worse"]
        p_value = table[table["leading"] == 1].set_index("attribute")["p_value"].reindex(better.index)
        return quadrant_map(
            [write.name(name) for name in better.index],
            -worse["estimate"].to_numpy(),
            better["estimate"].to_numpy(),
            x_low=-worse["conf_high"].to_numpy(),
            x_high=-worse["conf_low"].to_numpy(),
            y_low=better["conf_low"].to_numpy(),
            y_high=better["conf_high"].to_numpy(),
            x_line=0.5,
            y_line=0.5,
            x_axis=(-0.02, 1.02),
            y_axis=(-0.02, 1.02),
            quadrants=tuple(  # type: ignore[arg-type]
                write.label(f"kano_{name}") for name in ("attractive", "one_dimensional", "indifferent", "must_be")
            ),
            uncertain=list(np.logical_not(p_value.to_numpy() < 1 - self.conf_level)),
            certain_label=write.say("kano.settled_point"),
            uncertain_label=write.say("kano.open_point"),
            x_label=write.say("kano.worse_axis"),
            y_label=write.say("kano.better_axis"),
            fmt_x=lambda value: write.number(-value, "share", 0),
            fmt_y=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        led = table[table["leading"] == 1]
        if led.empty:
            return [write.say("kano.undefined")]
        firm = led[led["p_value"] < 1 - self.conf_level]
        said = []
        for measure in MEASURES[2:]:
            names = list(firm.loc[firm["measure"] == measure, "attribute"])
            if names:
                said.append(write.say("kano.category", category=write.label(measure), names=write.listed(names)))
        loose = led[np.logical_not(led["p_value"] < 1 - self.conf_level)]
        if len(loose):
            said.append(write.say("kano.open", names=write.listed(list(loose["attribute"]))))
        for measure, turn in (("kano_better", 1), ("kano_worse", -1)):
            rows = table[(table["measure"] == measure) & table["estimate"].notna()]
            if len(rows):
                top = rows.loc[(turn * rows["estimate"]).idxmax()]
                said.append(
                    write.say(
                        measure.replace("_", "."),
                        name=write.name(top["attribute"]),
                        value=write.number(top["estimate"], "share"),
                        interval=write.interval(top["conf_low"], top["conf_high"], "share"),
                        level=write.number(self.conf_level, "share", 0),
                        n=write.count(top["n"]),
                    )
                )
        return said


def kano(
    functional: Columns,
    dysfunctional: Columns,
    data: Any,
    *,
    order: Sequence[int] = (1, 2, 3, 4, 5),
    conf_level: float = 0.95,
) -> Kano:
    """Kano categories of attributes from pairs of questions: how it is if present, and how it is if absent.

    `functional` and `dysfunctional` name the columns, as two mappings attribute -> column or two lists in the same
    order. `order` gives the codes of the answers from "I like it" over "must be", "neutral" and "can live with it" to
    "I dislike it": (5, 4, 3, 2, 1) for the other direction. Each pair of answers is one of attractive, one-dimensional,
    must-be, indifferent, reverse, questionable. Better = (A + O) / (A + O + M + I), worse = -(O + M) / (A + O + M + I).
    All with Wilson intervals on the pairs answered (Kish's effective n where the answers are weighted). The lead of the
    most frequent category is tested (see `Kano`); equal counts go by M > O > A > I. Raises SurveykitError for unknown
    columns and other codes; an attribute nobody answered is NaN with a Problem. Source: Kano, Seraku, Takahashi & Tsuji
    1984; Berger et al. 1993; Fong 1996.
    """
    pairs = paired(functional, dysfunctional)
    codes = [float(code) for code in order]
    if len(codes) != 5 or len(set(codes)) != 5:
        raise SurveykitError.of("KANO-ORDER", found=", ".join(f"{code:g}" for code in codes))
    present = _coded(data, [pair[0] for pair in pairs.values()], codes)
    absent = _coded(data, [pair[1] for pair in pairs.values()], codes)
    found = kano_counts(present, absent, weights_of(data))
    n = (np.isfinite(present) & np.isfinite(absent)).sum(axis=0)
    counts = pd.DataFrame(found.counts, columns=[f"kano_{name}" for name in CATEGORIES])
    counts.insert(0, "attribute", list(pairs))
    return Kano(
        n=len(present),
        coefficients=_rows(list(pairs), found, n, conf_level),
        counts=counts,
        conf_level=conf_level,
        problems=tuple(_problems(list(pairs), found)),
        names=names_of(data),
        provenance=Provenance.of(
            "kano", data=fingerprint_of(data), pairs=pairs, order=tuple(order), conf_level=conf_level
        ),
    )


def _coded(data: Any, columns: Sequence[str], codes: Sequence[float]) -> NDArray[np.float64]:
    values = columns_of(data, columns).to_numpy()
    coded = np.full(values.shape, np.nan)
    for place, code in enumerate(codes):
        coded[values == code] = place
    wrong = np.isnan(coded) & ~np.isnan(values)
    if wrong.any():
        column = int(np.argmax(wrong.any(axis=0)))
        found = ", ".join(f"{value:g}" for value in np.unique(values[wrong[:, column], column])[:6])
        allowed = ", ".join(f"{code:g}" for code in codes)
        raise SurveykitError.of("KANO-CODES", f"column {columns[column]}", found=found, allowed=allowed)
    return coded


def _rows(attributes: Sequence[str], found: KanoCounts, n: NDArray[np.int64], conf_level: float) -> pd.DataFrame:
    strength, p_value, fong = found.lead()
    preferred = found.counts[:, [2, 1, 0, 3, 4, 5]]
    first = np.array([2, 1, 0, 3, 4, 5])[preferred.argmax(axis=1)]
    decided = found.effective * np.nan_to_num(found.decided)
    parts = []
    for at, measure in enumerate(MEASURES):
        value = (found.better, found.worse, *found.shares.T)[at]
        base = decided if at < 2 else found.effective
        low, high = wilson(value * base, base, conf_level)
        with np.errstate(invalid="ignore", divide="ignore"):
            error = np.sqrt(value * (1 - value) / np.where(base > 0, base, np.nan))
        if measure == "kano_worse":
            value, low, high = -value, -high, -low
        leads = (first == at - 2) & (n > 0)
        parts.append(
            pd.DataFrame(
                {
                    "attribute": list(attributes),
                    "measure": measure,
                    "estimate": value + 0.0,
                    "std_error": error,
                    "conf_low": low,
                    "conf_high": high,
                    "leading": leads.astype(np.int64),
                    "strength": np.where(leads, strength, np.nan),
                    "p_value": np.where(leads, p_value, np.nan),
                    "fong": np.where(leads, fong, np.nan),
                    "n": n,
                    "at": range(len(attributes)),
                }
            )
        )
    joined = pd.concat(parts, ignore_index=True).sort_values("at", kind="stable", ignore_index=True)
    return joined.drop(columns="at")


def _problems(attributes: Sequence[str], found: KanoCounts) -> list[Problem]:
    problems = []
    for name, shares, decided in zip(attributes, found.shares, found.decided, strict=True):
        place = f"attribute {name}"
        if not np.isfinite(shares).all():
            problems.append(Problem.of("KANO-NOANSWER", place, "warning"))
            continue
        if decided == 0:
            problems.append(Problem.of("KANO-UNDECIDED", place, "warning"))
        for share, code in ((shares[5], "KANO-QUESTIONABLE"), (shares[4], "KANO-REVERSE")):
            if share >= SUSPECT:
                problems.append(Problem.of(code, place, "warning", percent=f"{100 * share:.0f}"))
    return problems
