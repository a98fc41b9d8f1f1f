"""How far coders agree with each other, and the rules with the coders."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.agreement import agreement
from surveykit.analyse.comments.result import CodedComments
from surveykit.analyse.comments.sheets import Coding
from surveykit.analyse.customer_rows import Row, share_row
from surveykit.draw.intervals import dot_intervals
from surveykit.engine.memory import MemoryEngine
from surveykit.errors import Problem, SurveykitError
from surveykit.language import LANGUAGES, say
from surveykit.result import Provenance, Result, Writer

TONE = "polarity"
TONES = {"positive": 1.0, "neutral": 0.0, "negative": -1.0}
TENTATIVE = 0.667
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class _ByCategory(Result):
    """A row a category and measure; `category` "polarity" is the tone, "" all categories together."""

    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("category",)
    shown: ClassVar[tuple[str, ...]] = ("category", "measure", "estimate", "conf_low", "conf_high", "n")
    drawn: ClassVar[str] = ""

    rows: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        own = table[(table["measure"] == self.drawn) & (table["category"] != "")]
        return dot_intervals(
            [write.name(code) for code in own["category"]],
            *(own[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high")),
            axis=(min(0.0, float(np.nanmin([0.0, *own["conf_low"]]))), 1.0),
            value_title=write.label(self.drawn),
            n=own["n"].to_numpy(dtype=float),
            xlabel=write.say("coders.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CoderAgreement(_ByCategory):
    """Agreement of coders by category: share of equal marks, Cohen's or Fleiss' kappa, Krippendorff's alpha."""

    kind: ClassVar[str] = "coder_agreement"
    drawn: ClassVar[str] = "krippendorff_alpha"

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        own = table[table["measure"] == self.drawn].dropna(subset=["estimate"])
        if own.empty:
            return [write.say("coders.undefined")]
        said = [
            write.say("coders.range", low=write.number(own["estimate"].min(), "bounded"),
                      high=write.number(own["estimate"].max(), "bounded"), n=write.count(self.n),
                      worst=write.name(own.loc[own["estimate"].idxmin(), "category"]),
                      best=write.name(own.loc[own["estimate"].idxmax(), "category"]))
        ]  # fmt: skip
        weak = list(own.loc[own["estimate"] < TENTATIVE, "category"])
        said.append(write.say("coders.weak", names=write.listed(weak)) if weak else write.say("coders.held"))
        return said


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CodingAccuracy(_ByCategory):
    """How far the rules find what the coders found: precision, recall and F1 by category, and of all together."""

    kind: ClassVar[str] = "coding_accuracy"
    drawn: ClassVar[str] = "recall"

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        whole = table[table["category"] == ""].set_index("measure")
        if not np.isfinite(whole.loc["precision", "estimate"]) or not np.isfinite(whole.loc["recall", "estimate"]):
            return [write.say("accuracy.undefined")]
        parts = {
            name: write.number(whole.loc[name, "estimate"], "share")
            + " " + write.interval(whole.loc[name, "conf_low"], whole.loc[name, "conf_high"], "share")
            for name in ("precision", "recall")
        }  # fmt: skip
        return [write.say("accuracy.all", n=write.count(self.n), **parts)]


def coder_agreement(coding: Coding, conf_level: float = 0.95, *, n_boot: int = 1000, seed: int = 1) -> CoderAgreement:
    """How well the coders of `sk.read_coding_sheets` agree, category by category and on the tone.

    Categories are nominal, the tone is ordinal (-1, 0, 1). Estimates, intervals and undefined cases as `sk.agreement`:
    a category that all marked the same way throughout is undefined, with a Problem. Krippendorff (2004) asks for .800,
    and .667 where tentative conclusions are enough. Errors: fewer than two coders.
    """
    if len(coding.coders) < 2:
        raise SurveykitError.of("CODING-ONE", found=", ".join(coding.coders) or "-")
    parts, problems = [], list(coding.problems)
    for at, code in enumerate((*coding.codes, TONE)):
        marks = coding.polarity if code == TONE else coding.marks[:, :, at]
        frame = pd.DataFrame(dict(zip(coding.coders, marks, strict=True)))
        found = agreement(
            frame if len(coding.coders) > 2 else frame.iloc[:, 0],
            None if len(coding.coders) > 2 else frame.iloc[:, 1],
            "ordinal" if code == TONE else "nominal",
            conf_level=conf_level,
            n_boot=n_boot,
            seed=seed,
        )
        parts.append(found.coefficients.assign(category=code))
        problems += [
            Problem(problem.code, problem.values, f"category {code}", problem.severity) for problem in found.problems
        ]
    return CoderAgreement(
        n=int((~np.isnan(coding.marks)).all(axis=2).all(axis=0).sum()),
        rows=pd.concat(parts, ignore_index=True),
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        names=_names(coding),
        provenance=_provenance("coder_agreement", coding, conf_level=conf_level, n_boot=n_boot, seed=seed),
    )


def coding_accuracy(coding: Coding, found: CodedComments, conf_level: float = 0.95) -> CodingAccuracy:
    """How far the rules of `sk.comments` agree with the coders, on the comments that were coded by hand.

    A comment belongs to a category where more than half of its coders marked it; ties are left out and counted.
    Precision: of those that the rules put there, how many belong; recall: of those that belong, how many the rules
    found; both with Wilson intervals; F1 without one. Category "" counts all marks together; "positive", "neutral" and
    "negative" are the tone, where the coders' middle one counts. `found` must be of the same data and frame. Errors:
    another frame, a comment that `found` does not have.
    """
    if found.provenance.spec != coding.frame.fingerprint:
        raise SurveykitError.of("CODING-FRAME", "comments", found=found.frame_code, frame=coding.frame.code)
    if coding.comments and max(coding.comments) > found.n:
        raise SurveykitError.of("CODING-OTHER", number=max(coding.comments), n=found.n)
    own = found.coded.iloc[[number - 1 for number in coding.comments]]
    truth, ties = _majority(coding.marks)
    rules = own[list(coding.codes)].to_numpy(dtype=float)
    problems = list(coding.problems)
    if ties:
        problems.append(Problem.of("CODING-TIES", "", "note", count=ties))
    rows = list(_scored(truth.ravel(), rules.ravel(), "", conf_level))
    for at, code in enumerate(coding.codes):
        rows += _scored(truth[:, at], rules[:, at], code, conf_level)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        tone = np.nanmedian(coding.polarity, axis=0)
    told = own["polarity"].to_numpy(dtype=float)
    for name, value in TONES.items():
        known = np.where(np.isnan(tone), np.nan, (tone == value).astype(float))
        rows += _scored(known, (told == value).astype(float), name, conf_level)
    undefined = {row["category"] for row in rows if np.isnan(row["estimate"])}
    if undefined:
        listed = ", ".join(sorted(undefined - {""})) or "-"
        problems.append(Problem.of("CODING-RARE", "", "note", categories=listed))
    return CodingAccuracy(
        n=len(coding.comments),
        rows=pd.DataFrame(rows),
        conf_level=conf_level,
        problems=tuple(problems),
        names=_names(coding),
        provenance=_provenance("coding_accuracy", coding, rules=found.provenance.data, conf_level=conf_level),
    )


def _majority(marks: Floats) -> tuple[Floats, int]:
    """1 where more than half of the coders marked, 0 where fewer, NaN where half or nobody coded; and the ties."""
    with np.errstate(invalid="ignore"):
        share = np.nansum(marks, axis=0) / (~np.isnan(marks)).sum(axis=0)
    return np.where(np.isnan(share) | (share == 0.5), np.nan, (share > 0.5).astype(float)), int((share == 0.5).sum())


def _scored(truth: Floats, rules: Floats, category: str, level: float) -> Iterator[Row]:
    known = ~np.isnan(truth)
    true, said = truth[known] == 1, rules[known] == 1
    both = int((true & said).sum())
    yield share_row("precision", both, int(said.sum()), level) | {"category": category}
    yield share_row("recall", both, int(true.sum()), level) | {"category": category}
    whole = int(true.sum() + said.sum())
    f1 = {
        "measure": "f1",
        "estimate": 2 * both / whole if whole else np.nan,
        "std_error": np.nan,
        "n": int(known.sum()),
    }
    yield f1 | {"conf_low": np.nan, "conf_high": np.nan, "method": "point", "category": category}


def _names(coding: Coding) -> dict[str, dict[str, str]]:
    tones = {name: {lang: say(f"comments.{name}", lang) for lang in LANGUAGES} for name in TONES}
    tones[TONE] = {lang: say("coding.polarity", lang) for lang in LANGUAGES}
    return {**{each.code: dict(each.name.root) for each in coding.frame.categories}, **tones}


def _provenance(call: str, coding: Coding, **more: Any) -> Provenance:
    table = pd.DataFrame(coding.marks.reshape(-1, len(coding.codes)), columns=list(coding.codes))
    table[TONE] = coding.polarity.ravel()
    return Provenance.of(call, data=MemoryEngine(table).fingerprint, spec=coding.frame.fingerprint, **more)
