"""The ladder of measurement invariance: what may be compared between groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial as partial_call
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.sem.fitting import Fitted, Prepared, Settings, fit_model, observed_names, prepare, syntax_of
from surveykit.analyse.sem.public import Ordered, provenance
from surveykit.analyse.sem.release import SEARCHED, released_steps
from surveykit.analyse.sem.standardise import spread_of
from surveykit.analyse.sem.steps import Step, holds, named_rows, step_of
from surveykit.analyse.sem.syntax import Syntax
from surveykit.analyse.sem.tables import estimates
from surveykit.analyse.sem.troubles import troubles
from surveykit.analyse.sem.words import invariance_sentences, search_sentences
from surveykit.draw.coefficients import coefficient_plot
from surveykit.errors import Problem
from surveykit.language import Kind
from surveykit.result import Result, Writer

CONTINUOUS = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
ORDERED = {
    "configural": (),
    "thresholds": ("thresholds",),
    "metric": ("thresholds", "loadings"),
    "scalar": ("thresholds", "loadings", "intercepts"),
    "strict": ("thresholds", "loadings", "intercepts", "residuals"),
}
LICENSED = "scalar"
FALL = 0.01
"""Cheung & Rensvold 2002: a fall of CFI beyond this speaks against a step."""
Criterion = Literal["either", "chisq", "cfi"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Invariance(Result):
    """A row a step of the ladder, each tested against the step before; the estimate of a row is its CFI.

    `latent_means` are the means of the later groups' factors where the first group's are zero, from the scalar step or
    its partial form, with their difference in standard deviations (`std_difference`, pooled) and its error; `licensed`
    says whether that step holds, without which they mean little. `released` lists what a partial search set free.
    `estimates` are the parameters of every step.
    """

    kind: ClassVar[str] = "invariance"
    estimate_kind: ClassVar[Kind] = "index"
    named_columns: ClassVar[tuple[str, ...]] = ("lhs",)
    shown: ClassVar[tuple[str, ...]] = (
        "ladder", "chisq", "df", "p_value", "cfi", "rmsea", "srmr", "d_chisq", "d_df", "d_p_value", "d_cfi", "d_rmsea",
    )  # fmt: skip

    model: str
    group: str
    groups: dict[str, int]
    estimator: str
    steps: pd.DataFrame
    latent_means: pd.DataFrame
    estimates: pd.DataFrame
    released: pd.DataFrame
    licensed: bool
    searched: bool
    conf_level: float

    def _table(self) -> pd.DataFrame:
        empty = dict.fromkeys(("std_error", "conf_low", "conf_high"), np.nan)
        fit = self.steps.assign(estimate=self.steps["cfi"], **empty, conf_level=self.conf_level)
        return fit.assign(n=self.n, method=f"sem_{self.estimator}")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        means = self.latent_means
        return coefficient_plot(
            [write.name(name) for name in means["lhs"]],
            means["estimate"].to_numpy(),
            means["conf_low"].to_numpy(),
            means["conf_high"].to_numpy(),
            significant=(means["p_value"] < 1 - self.conf_level).tolist(),
            model=means["group"].tolist(),
            significant_label=write.say("regression.significant"),
            not_significant_label=write.say("regression.not_significant"),
            xlabel=write.say(
                "invariance.axis", first=next(iter(self.groups)), level=write.number(self.conf_level, "share", 0)
            ),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said = invariance_sentences(table, list(self.groups), self.latent_means, self.licensed, write)
        return [*said, *search_sentences(self.released, self.searched, write)]


def invariance(
    model: Any,
    data: Any,
    group: str,
    estimator: str | None = None,
    ordered: Ordered = False,
    *,
    partial: bool | Sequence[str] = (),
    criterion: Criterion = "either",
    missing: str = "listwise",
    std_lv: bool = False,
    conf_level: float = 0.95,
) -> Invariance:
    """Fit configural, metric, scalar and strict invariance over the groups, and test each step.

    `model`, `data`, `estimator`, `ordered`, `missing`, `std_lv`: as in `cfa`; `group` names the grouping column;
    `partial` leaves parameters free at every step ("x3~1", "visual=~x2"). With `partial=True` a step that fails is
    mended by releasing, one at a time, the equality with the largest score test, until it holds or each factor has only
    two equal items left (an item two equal thresholds): an exploratory search, whose outcome needs other data to
    confirm it. A step fails by `criterion`: "chisq" p of the difference below 1 - conf_level; "cfi" CFI falls by more
    than .010; "either" (default) fails only if both say so. Markers stay equal: with `std_lv=True` every loading is
    tested. Ordered items get a step of thresholds first, are identified as Wu & Estabrook 2016 show, and have residual
    variances as parameters (theta); thresholds alone restrict nothing for items of two or three categories. Differences
    are tested plainly for ML, by Satorra & Bentler 2001 for MLR and MLM, by Satorra 2000 for ordered items. d_cfi and
    d_rmsea use the robust indices where they are defined, the scaled ones for ordered items. Changes of CFI below -.010
    or RMSEA above .015 are guides, not tests (Cheung & Rensvold 2002; Chen 2007). Latent means are licensed where no
    step up to equal intercepts fails; else a Problem says why not (Byrne, Shavelson & Muthen 1989 for partial steps).
    Problems of a step carry its name. Raises SurveykitError as `cfa` does. In R: `lavaan::cfa(model, data, group =,
    group.equal =)` for each step and `lavaan::lavTestLRT`, `lavTestScore`; `semTools::measEq.syntax` for ordered items.
    """
    choice("criterion", criterion, ("either", "chisq", "cfi"))
    syntax = syntax_of(model)
    chosen = observed_names(data, syntax, ordered)
    search = partial is True
    free = () if isinstance(partial, bool) else (partial,) if isinstance(partial, str) else tuple(partial)
    settings = Settings(
        estimator=(estimator or ("WLSMV" if chosen else "ML")).upper(),
        ordered=chosen,
        group=group,
        missing={"ml": "fiml", "FIML": "fiml"}.get(missing, missing),
        std_lv=std_lv,
        meanstructure=True,
        parameterization="theta" if chosen else "delta",
        wu_estabrook=bool(chosen),
        group_partial=free,
    )
    ready = prepare(syntax, data, settings)
    alpha = 1 - conf_level
    steps, released, problems = _climb(syntax, ready, settings, search, lambda row: holds(row, alpha, FALL, criterion))
    for step in steps:
        problems += [replace(found, place=f"{step.name}: {found.place}".strip(": ")) for found in troubles(step.fitted)]
        problems += step.problems
    tables = {step.name: estimates(step.fitted, conf_level) for step in steps}
    first = steps[0].fitted
    failed = _failed(steps, alpha, criterion)
    if failed is not None:
        row = failed.row
        problems.append(
            Problem.of(
                "SEM-MEANS-UNLICENSED",
                failed.name,
                "warning",
                p=f"= {row['d_p_value']:.3f}" if row["d_p_value"] >= 0.001 else "< 0.001",
                cfi=f"{row['d_cfi']:.3f}",
            )
        )
    level = next(step for step in reversed(steps) if step.name.split("_")[0] == LICENSED)
    means = _latent_means(tables[level.name], list(first.made.table.roles.latent), ready.labels)
    return Invariance(
        n=first.n,
        model=str(model),
        group=group,
        groups={sample.label: sample.n for sample in first.samples},
        estimator=first.recipe.name,
        steps=pd.DataFrame(named_rows(steps, "ladder")).drop(columns=["rmsea_low", "rmsea_high"]),
        latent_means=_standardised_means(means, level.fitted, ready.labels),
        estimates=pd.concat([table.assign(ladder=name) for name, table in tables.items()], ignore_index=True),
        released=released,
        licensed=failed is None,
        searched=search,
        conf_level=conf_level,
        problems=tuple(dict.fromkeys([*ready.problems, *problems])),
        names=names_of(data),
        provenance=provenance(model, data, settings, conf_level, partial=partial, criterion=criterion),
    )


def _climb(
    syntax: Syntax, ready: Prepared, settings: Settings, search: bool, accepted: Callable[[dict[str, Any]], bool]
) -> tuple[list[Step], pd.DataFrame, list[Problem]]:
    """Every step, tested against the last one that counts; with `search` also the partial form of those that fail."""
    ladder = ORDERED if settings.ordered else CONTINUOUS
    steps: list[Step] = []
    found: list[pd.DataFrame] = []
    problems: list[Problem] = []
    before: Step | None = None
    free = settings.group_partial
    baseline = None
    for name, equal in ladder.items():
        own = replace(settings, group_equal=equal, group_partial=free if equal else ())
        fitted = fit_model(syntax, ready, own, baseline, None if before is None else before.fitted)
        baseline = fitted.baseline, fitted.bare
        step = step_of(name, fitted, before)
        steps.append(step)
        if search and before is not None and fitted.solution.minimum.converged and not accepted(step.row):
            again = partial_call(fit_model, syntax, ready, baseline=baseline, before=fitted)
            mended = released_steps(step, before, again, accepted)
            found.append(mended.released)
            problems += mended.problems
            if mended.step is not None:
                step, free = mended.step, mended.step.fitted.settings.group_partial
                steps.append(step)
        before = step
    if search and not found:
        problems.append(Problem.of("SEM-NOTHING-TO-RELEASE", "", "note"))
    released = pd.concat(found, ignore_index=True) if found else pd.DataFrame({name: [] for name in SEARCHED})
    return steps, released, problems


def _failed(steps: Sequence[Step], alpha: float, criterion: str) -> Step | None:
    """The first step, up to equal intercepts, that neither holds nor has a partial form that does."""
    last: dict[str, Step] = {}
    for step in steps:
        last[step.name.split("_")[0]] = step
    for name, step in last.items():
        if name == "strict":
            break
        tested = name != "configural" and not holds(step.row, alpha, FALL, criterion)
        if tested or not step.fitted.solution.minimum.converged:
            return step
    return None


def _standardised_means(means: pd.DataFrame, fitted: Fitted, labels: Sequence[str]) -> pd.DataFrame:
    """Latent mean differences over the pooled standard deviation of the group and the first one, with their errors."""
    made = fitted.made
    spread = spread_of(made, fitted.solution.theta)
    v = len(made.variables)
    sizes = np.array([sample.n for sample in fitted.samples], dtype=float)
    rows = {(row.lhs, row.op, row.group): at for at, row in enumerate(made.table.rows)}
    values, errors = [], []
    for name, label, mean in zip(means["lhs"], means["group"], means["estimate"], strict=True):
        g = list(labels).index(label)
        at = made.variables.index(name)
        share = sizes[[0, g]] / sizes[[0, g]].sum()
        places = [at, g * v + at]
        pooled = float(share @ spread.variance[places])
        slope = spread.value_slopes[rows[name, "~1", g + 1]] - mean / (2 * pooled) * (
            share @ spread.variance_slopes[places]
        )
        values.append(mean / np.sqrt(pooled) if pooled > 0 else np.nan)
        variance = float(slope @ fitted.solution.covariance @ slope)
        errors.append(np.sqrt(variance / pooled) if pooled > 0 and variance >= 0 else np.nan)
    return means.assign(std_difference=values, std_difference_error=errors)


def _latent_means(table: pd.DataFrame, latent: list[str], labels: Sequence[str]) -> pd.DataFrame:
    rows = table[(table["op"] == "~1") & table["lhs"].isin(latent) & (table["group"] != labels[0])]
    return rows[
        ["lhs", "group", "estimate", "std_error", "z", "p_value", "conf_low", "conf_high", "std_lv"]
    ].reset_index(drop=True)
