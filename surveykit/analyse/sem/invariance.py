"""The ladder of measurement invariance: what may be compared between groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import names_of
from surveykit.analyse.sem.difference_test import difference_test
from surveykit.analyse.sem.fitting import Fitted, Settings, fit_model, observed_names, prepare, syntax_of
from surveykit.analyse.sem.measures import measures
from surveykit.analyse.sem.public import Ordered, provenance
from surveykit.analyse.sem.tables import estimates
from surveykit.analyse.sem.troubles import troubles
from surveykit.analyse.sem.words import invariance_sentences
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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Invariance(Result):
    """A row a step of the ladder, each tested against the step before; the estimate of a row is its CFI.

    `latent_means` are the means of the later groups' factors where the first group's are zero, from the scalar step:
    they mean something only if that step holds. `estimates` are the parameters of every step.
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
        return invariance_sentences(table, list(self.groups), self.latent_means, write)


def invariance(
    model: Any,
    data: Any,
    group: str,
    estimator: str | None = None,
    ordered: Ordered = False,
    *,
    partial: Sequence[str] = (),
    missing: str = "listwise",
    std_lv: bool = False,
    conf_level: float = 0.95,
) -> Invariance:
    """Fit configural, metric, scalar and strict invariance over the groups, and test each step.

    `model`, `data`, `estimator`, `ordered`, `missing`, `std_lv`: as in `cfa`; `group` names the grouping column;
    `partial` leaves parameters free at every step ("x3~1", "visual=~x2"). Ordered items get a step of thresholds
    first, are identified as Wu & Estabrook 2016 show, and have residual variances as parameters (theta); thresholds
    alone restrict nothing for items of two or three categories. Differences are tested plainly for ML, by Satorra &
    Bentler 2001 for MLR and MLM, by Satorra 2000 for ordered items. d_cfi and d_rmsea use the robust indices where
    they are defined, the scaled ones for ordered items. Changes of CFI below -.010 or RMSEA above .015 are guides, not
    tests (Cheung & Rensvold 2002;
    Chen 2007). Problems of a step carry its name. Raises SurveykitError as `cfa` does. In R: `lavaan::cfa(model, data,
    group =, group.equal =)` for each step and `lavaan::lavTestLRT`; `semTools::measEq.syntax` for ordered items.
    """
    syntax = syntax_of(model)
    chosen = observed_names(data, syntax, ordered)
    settings = Settings(
        estimator=(estimator or ("WLSMV" if chosen else "ML")).upper(),
        ordered=chosen,
        group=group,
        missing={"ml": "fiml", "FIML": "fiml"}.get(missing, missing),
        std_lv=std_lv,
        meanstructure=True,
        parameterization="theta" if chosen else "delta",
        wu_estabrook=bool(chosen),
    )
    ladder = ORDERED if chosen else CONTINUOUS
    ready = prepare(syntax, data, settings)
    fits: dict[str, Fitted] = {}
    baseline, before = None, None
    for name, equal in ladder.items():
        own = replace(settings, group_equal=equal, group_partial=tuple(partial) if equal else ())
        before = fits[name] = fit_model(syntax, ready, own, baseline, before)
        baseline = before.baseline, before.bare
    problems: list[Problem] = [*ready.problems]
    for name, fitted in fits.items():
        problems += [replace(found, place=f"{name}: {found.place}".strip(": ")) for found in troubles(fitted)]
    steps, more = _steps(fits)
    tables = {name: estimates(fitted, conf_level) for name, fitted in fits.items()}
    first = next(iter(fits.values()))
    return Invariance(
        n=first.n,
        model=str(model),
        group=group,
        groups={sample.label: sample.n for sample in first.samples},
        estimator=first.recipe.name,
        steps=steps,
        latent_means=_latent_means(tables[LICENSED], list(first.made.table.roles.latent), ready.labels),
        estimates=pd.concat([table.assign(ladder=name) for name, table in tables.items()], ignore_index=True),
        conf_level=conf_level,
        problems=tuple(dict.fromkeys([*problems, *more])),
        names=names_of(data),
        provenance=provenance(model, data, replace(settings, group_partial=tuple(partial)), conf_level),
    )


def _steps(fits: dict[str, Fitted]) -> tuple[pd.DataFrame, list[Problem]]:
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    before: Fitted | None = None
    for name, fitted in fits.items():
        found = measures(fitted) if fitted.solution.minimum.converged else {}
        row = {"ladder": name, **_indices(found, bool(fitted.settings.ordered))}
        row |= {"d_chisq": np.nan, "d_df": np.nan, "d_p_value": np.nan, "d_cfi": np.nan, "d_rmsea": np.nan}
        if before is not None:
            if fitted.solution.test.df > before.solution.test.df:
                test = difference_test(before, fitted)
                problems += [replace(problem, place=name) for problem in test.problems]
                row |= {"d_chisq": test.stat, "d_df": test.df, "d_p_value": test.p_value}
            else:
                problems.append(Problem.of("SEM-SAME-MODEL", name, "note"))
            row |= {"d_cfi": row["cfi"] - rows[-1]["cfi"], "d_rmsea": row["rmsea"] - rows[-1]["rmsea"]}
        rows.append(row)
        before = fitted
    return pd.DataFrame(rows), problems


def _indices(found: dict[str, float], ordered: bool) -> dict[str, float]:
    suffix = ".scaled" if "chisq.scaled" in found else ""
    best = ".robust" if suffix and not ordered and np.isfinite(found.get("cfi.robust", np.nan)) else suffix
    named = {"chisq": f"chisq{suffix}", "df": "df", "p_value": f"pvalue{suffix}", "cfi": f"cfi{best}"}
    named |= {"rmsea": f"rmsea{best}", "srmr": "srmr", "bic": "bic"}
    return {name: found.get(key, np.nan) for name, key in named.items()}


def _latent_means(table: pd.DataFrame, latent: list[str], labels: Sequence[str]) -> pd.DataFrame:
    rows = table[(table["op"] == "~1") & table["lhs"].isin(latent) & (table["group"] != labels[0])]
    return rows[
        ["lhs", "group", "estimate", "std_error", "z", "p_value", "conf_low", "conf_high", "std_lv"]
    ].reset_index(drop=True)
