"""Ordered answers from groups: a cumulative link model in which every group has a level of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from surveykit.analyse.clusters import cluster_codes
from surveykit.analyse.design import design_of
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.ordinal import LinkName, Ordinal
from surveykit.analyse.outcomes import Ordered
from surveykit.analyse.wald import likelihood_measures, wald_table
from surveykit.errors import SurveykitError
from surveykit.result import Provenance
from surveykit.stats.cumulative_mixed import Mixed, random_intercept

_RESIDUAL = {"logit": np.pi**2 / 3, "probit": 1.0, "cloglog": np.pi**2 / 6}


def ordinal_mixed(
    formula: str,
    data: Any,
    group: str,
    link: LinkName = "logit",
    nodes: int = 1,
    levels: Sequence[Any] | None = None,
    conf_level: float = 0.95,
) -> Ordinal:
    """Explain an ordered answer where respondents belong to groups (sites, raters) with levels of their own.

    As `ordinal`, with a normal random intercept for each value of the column `group`: slopes compare respondents of the
    same group. `nodes` 1 is the Laplace approximation, 3 to 15 adaptive Gauss-Hermite quadrature. The table has a row
    of part "group_sd"; `measures` group_sd, intraclass (its variance over all, on the scale of the link), groups,
    group_lr and group_lr_p (against no random intercept, half a chi-squared with one degree). One random intercept,
    model-based errors, proportional slopes only. Rows with a gap are left out and counted. Source: Pinheiro & Bates
    1995; Self & Liang 1987. In R: `ordinal::clmm(y ~ x + (1 | group), nAGQ = nodes)`.
    """
    choice("link", link, ("logit", "probit", "cloglog"))
    if not 1 <= nodes <= 40:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="nodes", found=str(nodes), allowed="1 to 40")
    unweighted(data, "ordinal_mixed")
    recode = Ordered(levels)
    design = design_of(formula, data, also=[group], recode=recode)
    if not recode.labels:
        raise SurveykitError.of("GLM-PLAINOUTCOME", formula)
    codes, count, _ = cluster_codes(design.used[group], group)
    fit = random_intercept(design.y.astype(np.intp), design.x, codes, link, nodes)
    problems = [replace(problem, place=problem.place or formula) for problem in fit.problems] + recode.problems
    problems += design.left_out(formula)
    ratio = max(2 * (fit.log_likelihood - fit.fixed), 0.0) if np.isfinite(fit.log_likelihood) else float("nan")
    q = design.x.shape[1]
    return Ordinal(
        n=fit.n,
        outcome=design.outcome,
        levels=recode.labels,
        coefficients=_coefficients(fit, design.outcome, design.terms, group, recode.labels, link, conf_level),
        proportionality=pd.DataFrame(columns=["term", "lr_chi2", "lr_df", "lr_p", "brant", "brant_p"]),
        measures={
            **likelihood_measures(fit.log_likelihood, fit.null, fit.n, len(fit.thresholds) + q + 1, q + 1),
            "group_sd": fit.sd,
            "intraclass": fit.sd**2 / (fit.sd**2 + _RESIDUAL[link]),
            "groups": float(count),
            "group_lr": ratio,
            "group_lr_p": float(special.chdtrc(1, ratio)) / 2 if np.isfinite(ratio) else float("nan"),
        },
        conf_level=conf_level,
        link=link,
        covariance="clmm_laplace" if nodes == 1 else "clmm_quadrature",
        partial=(),
        dropped=design.dropped,
        formula=formula,
        cluster=group,
        parameters=np.concatenate([fit.thresholds, fit.slopes]),
        vcov=np.array(fit.covariance),
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "ordinal_mixed",
            data=design.fingerprint,
            formula=formula,
            group=group,
            link=link,
            nodes=nodes,
            levels=None if levels is None else tuple(levels),
            conf_level=conf_level,
        ),
    )


def _coefficients(
    fit: Mixed, outcome: str, terms: Sequence[str], group: str, labels: Sequence[str], link: str, conf_level: float
) -> pd.DataFrame:
    cuts = [f"{low}|{high}" for low, high in pairwise(labels)]
    estimates = np.concatenate([fit.thresholds, fit.slopes, [np.log(fit.sd)]])
    names = [*[outcome] * len(cuts), *terms, group]
    table = wald_table(names, estimates, fit.covariance, conf_level, "odds_ratio")
    part = np.array(["threshold"] * len(cuts) + ["slope"] * len(terms) + ["group_sd"])
    table.insert(0, "part", part)
    table.insert(2, "cut", [*cuts, *[""] * (len(terms) + 1)])
    last = len(table) - 1
    table.loc[last, ["conf_low", "conf_high"]] = np.exp(
        table.loc[last, ["conf_low", "conf_high"]].to_numpy(dtype=float)
    )
    table.loc[last, "std_error"] *= fit.sd
    table.loc[last, "estimate"] = fit.sd
    table.loc[last, ["z", "p_value"]] = np.nan
    none = (part != "slope") | (link != "logit")
    table.loc[none, ["odds_ratio", "or_low", "or_high"]] = np.nan
    order = np.concatenate([np.flatnonzero(part == kind) for kind in ("slope", "threshold", "group_sd")])
    return table.iloc[order].reset_index(drop=True)
