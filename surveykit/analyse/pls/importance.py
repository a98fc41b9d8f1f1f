"""Importance and performance of constructs for one target, on index scores from 0 to 100."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.frames import names_of
from surveykit.analyse.pls.design import Design
from surveykit.analyse.pls.fit import fit_of
from surveykit.draw.quadrants import quadrant_map
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.bootstrap_bounds import FEWEST, percentile
from surveykit.stats.pls import Scheme
from surveykit.stats.pls_solution import Solution
from surveykit.stats.resampled_sums import resampled_moments

FloatArray = NDArray[np.float64]
Limits = tuple[float, float] | Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ipma(Result):
    """Performance (mean index, 0-100) and importance (total effect in points of the target's index) by construct."""

    kind: ClassVar[str] = "ipma"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("scale",)
    shown: ClassVar[tuple[str, ...]] = ("scale", "measure", "estimate", "std_error", "conf_low", "conf_high")

    target: str
    effects: pd.DataFrame
    index_scores: pd.DataFrame
    n_boot: int
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.effects.assign(conf_level=self.conf_level, n=self.n, method="boot_percentile")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        both = {measure: part.set_index("scale") for measure, part in table.groupby("measure")}
        names = list(both["ipma_importance"].index)
        x, y = both["ipma_importance"].loc[names], both["ipma_performance"].loc[names]
        level = write.number(self.conf_level, "share", 0)
        known = x["estimate"].notna() & y["estimate"].notna()
        return quadrant_map(
            [write.name(name) for name in names],
            x["estimate"].to_numpy(),
            y["estimate"].to_numpy(),
            x_low=x["conf_low"].to_numpy(),
            x_high=x["conf_high"].to_numpy(),
            y_low=y["conf_low"].to_numpy(),
            y_high=y["conf_high"].to_numpy(),
            x_line=float(x.loc[known, "estimate"].mean()),
            y_line=float(y.loc[known, "estimate"].mean()),
            x_label=write.say("ipma.x", target=write.name(self.target)),
            y_label=write.say("ipma.y"),
            note=write.say("ipma.note", level=level),
            fmt_x=lambda value: write.number(value, "coefficient"),
            fmt_y=lambda value: write.number(value, "points", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        important = table[table["measure"] == "ipma_importance"].dropna(subset=["estimate"])
        performing = table[table["measure"] == "ipma_performance"].set_index("scale")
        own = performing.loc[self.target]
        said = [
            write.say(
                "ipma.target", target=write.name(self.target), value=write.number(own["estimate"], "points"),
                interval=write.interval(own["conf_low"], own["conf_high"], "points"), n=write.count(self.n),
                level=write.number(self.conf_level, "share", 0),
            )
        ]  # fmt: skip
        top = important.sort_values("estimate", ascending=False, kind="stable").to_dict("records")
        listed = write.say("list.semicolon").join(
            write.say(
                "ipma.one", name=write.name(row["scale"]), importance=write.number(row["estimate"], "coefficient"),
                interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
                performance=write.number(performing.loc[row["scale"], "estimate"], "points"),
            )
            for row in top
        )  # fmt: skip
        return [*said, write.say("ipma.listed", target=write.name(self.target), listed=listed), write.say("pls.caveat")]


def ipma(
    model: Any,
    data: Any,
    target: str,
    scheme: Scheme = "path",
    modes: Mapping[str, str] | None = None,
    *,
    limits: Limits | None = None,
    n_boot: int = 500,
    seed: int = 1,
    conf_level: float = 0.95,
) -> Ipma:
    """Importance-performance map of what explains `target`, from a path model.

    Items are put on 0-100 between the ends of their scale: of the questionnaire, or `limits`, one pair or a pair an
    item; else the smallest and largest answer, which a note says. A construct's index is the mean of its items
    weighted by their unstandardised weights, which sum to one; performance is its mean over respondents. Importance
    is the unstandardised total effect: points of the target's index that go with one point of the construct's.
    Negative weights make the index of that construct undefined (NaN with a Problem). Intervals: percentile, `n_boot`
    resamples. Not for higher-order constructs. Source: Ringle & Sarstedt 2016; Fornell et al. 1996. In R:
    `cSEM::doIPMA(fit)`.
    """
    fit = fit_of(model, data, "ipma", scheme, modes)
    design, values = fit.design, fit.rows.values
    if design.first is not None:
        raise SurveykitError.of("PLS-IPMAHIGHER")
    constructs = design.final.constructs
    if target not in constructs or not design.final.plan.paths[:, constructs.index(target)].any():
        raise SurveykitError.of("PLS-TARGET", target=target, known=", ".join(constructs))
    if n_boot < FEWEST:
        raise SurveykitError.of("MEDIATE-DRAWS", found=n_boot, least=FEWEST)
    ends, problems = _limits(data, design.columns, values, limits)
    hundred = (values - ends[:, 0]) / (ends[:, 1] - ends[:, 0]) * 100
    causes = _causes(design, constructs.index(target))
    covariance = np.cov(hundred, rowvar=False, ddof=0)[None]
    solution = design.solve(covariance, True, False, fit.like)[-1]
    shares = _shares(design, solution, covariance)
    for j in np.flatnonzero(np.isnan(shares[0]).any(axis=0)):
        problems.append(Problem.of("PLS-NEGATIVE", f"construct {constructs[j]}", "warning"))
    estimate = _both(design, solution, covariance, hundred.mean(axis=0)[None], constructs.index(target), causes)[0]
    means, every = resampled_moments(hundred, n_boot, seed)
    every = np.moveaxis(every, -1, 0)
    resampled = design.solve(every, True, False, fit.like)[-1]
    draws = _both(design, resampled, every, means.T, constructs.index(target), causes)
    low, high = percentile(draws, conf_level)
    shown = [constructs[j] for j in causes]
    undefined = np.isnan(estimate)
    error = np.where(undefined, np.nan, np.nanstd(np.where(undefined, 0.0, draws), axis=0, ddof=1))
    for bound in (low, high):
        bound[undefined] = np.nan
    lost = int(np.isnan(draws[:, ~undefined]).any(axis=1).sum())
    if lost:
        problems.append(Problem.of("PLS-LOST", "", "warning", lost=lost, draws=n_boot))
    table = pd.DataFrame(
        {
            "measure": ["ipma_importance"] * len(shown) + ["ipma_performance"] * (len(shown) + 1),
            "scale": [*shown, *shown, target],
            "estimate": estimate,
            "std_error": error,
            "conf_low": low,
            "conf_high": high,
        }
    )
    return Ipma(
        n=len(values),
        target=target,
        effects=table,
        index_scores=pd.DataFrame(hundred @ shares[0], columns=list(constructs)).assign(
            row=np.flatnonzero(fit.rows.kept) + 1
        ),
        n_boot=n_boot,
        conf_level=conf_level,
        problems=(*fit.problems, *problems),
        names=names_of(data),
        provenance=Provenance.of(
            "ipma", data=fingerprint_of(data), seed=seed, model=str(model), target=target, scheme=scheme, modes=modes,
            limits=limits, n_boot=n_boot, conf_level=conf_level,
        ),
    )  # fmt: skip


def _limits(
    data: Any, columns: tuple[str, ...], values: FloatArray, limits: Limits | None
) -> tuple[FloatArray, list[Problem]]:
    ends = np.column_stack([values.min(axis=0), values.max(axis=0)])
    known: Mapping[str, tuple[float, float]] = {}
    if isinstance(limits, Mapping):
        known = limits
    elif limits is not None:
        known = dict.fromkeys(columns, limits)
    elif isinstance(data, Responses) and data.questionnaire is not None:
        scales = {item.code: data.questionnaire.scale(item) for item in data.questionnaire.items}
        known = {code: (scale.low, scale.high) for code, scale in scales.items() if scale is not None}
    guessed = []
    for at, name in enumerate(columns):
        if name in known:
            low, high = known[name]
            if not (low < high and low <= ends[at, 0] and ends[at, 1] <= high):
                found = f"{ends[at, 0]:g}-{ends[at, 1]:g}"
                raise SurveykitError.of("PLS-LIMITS", f"item {name}", low=low, high=high, found=found)
            ends[at] = low, high
        else:
            guessed.append(name)
    notes = [Problem.of("PLS-GUESSED", "", "note", items=", ".join(guessed))] if guessed else []
    return ends, notes


def _causes(design: Design, target: int) -> list[int]:
    paths = design.final.plan.paths
    reach = paths[:, target].copy()
    for _ in range(len(paths)):
        reach |= paths[:, reach].any(axis=1)
    return [int(j) for j in np.flatnonzero(reach)]


def _shares(design: Design, solution: Solution, covariance: FloatArray) -> FloatArray:
    """Weights of items (b, p, m) that sum to one in each construct; NaN for one with a negative weight."""
    spread = np.sqrt(np.einsum("bpp->bp", covariance))
    raw = solution.weights / spread
    own = raw[:, :, None] * design.final.plan.member
    total = np.where((own < -1e-12).any(axis=1), np.nan, own.sum(axis=1))
    return np.asarray(np.where(design.final.plan.member, own / total[:, None, :], 0.0))


def _both(
    design: Design, solution: Solution, covariance: FloatArray, means: FloatArray, target: int, causes: list[int]
) -> FloatArray:
    """Importance of the causes, then performance of the causes and of the target, (b, 2 k + 1)."""
    shares = _shares(design, solution, covariance)
    spread = np.sqrt(np.einsum("bpm,bpq,bqm->bm", shares, covariance, shares, optimize=True))
    importance = solution.total[:, causes, target] * spread[:, [target]] / spread[:, causes]
    performance = np.einsum("bp,bpm->bm", means, shares)
    return np.concatenate([importance, performance[:, [*causes, target]]], axis=1)
