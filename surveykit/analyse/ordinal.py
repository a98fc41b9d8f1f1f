"""Ordered answers explained without pretending that they are numbers: cumulative logit, probit and cloglog models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.design import Design, design_of
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.glm_words import ordinal_sentences
from surveykit.analyse.outcomes import Ordered
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.wald import MlCovariance, likelihood_measures, ml_covariance, wald_table
from surveykit.errors import Problem, SurveykitError
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.cumulative import Cumulative, cumulative_link
from surveykit.stats.proportionality import brant, likelihood_ratio

LinkName = Literal["logit", "probit", "cloglog"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ordinal(Result):
    """Slopes and thresholds of an ordinal model.

    `coefficients` has rows of part "slope", "slope_at" (a slope that differs by threshold) and "threshold";
    `proportionality` a row a term: likelihood-ratio and Brant tests that its slope is the same at every threshold;
    `measures` log_likelihood, null_log_likelihood, lr_chi2, lr_df, lr_p, mcfadden, nagelkerke, aic, bic, brant,
    brant_df, brant_p, clusters; `vcov` the covariance in the order thresholds, slopes by threshold, slopes.
    """

    kind: ClassVar[str] = "ordinal"
    measure_column: ClassVar[str | None] = "part"
    shown: ClassVar[tuple[str, ...]] = (
        "part",
        "term",
        "cut",
        "estimate",
        "std_error",
        "z",
        "p_value",
        "conf_low",
        "conf_high",
        "odds_ratio",
        "or_low",
        "or_high",
    )

    outcome: str
    levels: tuple[str, ...]
    coefficients: pd.DataFrame
    proportionality: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    link: str
    covariance: str
    partial: tuple[str, ...]
    dropped: int
    formula: str
    cluster: str = ""
    parameters: np.ndarray
    vcov: np.ndarray

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n, method=self.covariance)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        slopes = table[table["part"].isin(["slope", "slope_at"])]
        level = write.number(self.conf_level, "share", 0)
        labels = [
            write.name(term) + (f" ({cut})" if cut else "")
            for term, cut in zip(slopes["term"], slopes["cut"], strict=True)
        ]
        axis = write.say(f"ordinal.axis_{self.link}", level=level)
        return slopes_figure(slopes, labels, write, axis=axis, conf_level=self.conf_level, **style)

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return ordinal_sentences(self.outcome, table, self.measures, self.proportionality, self.link, write)


def ordinal(
    formula: str,
    data: Any,
    link: LinkName = "logit",
    partial: Sequence[str] = (),
    levels: Sequence[Any] | None = None,
    covariance: MlCovariance = "classical",
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> Ordinal:
    """Explain an ordered answer by a cumulative link model, with tests that the slopes are equal at all thresholds.

    link^-1 P(y <= j) = threshold_j - x slopes: a positive slope goes with higher answers; exp(slope) is the odds ratio
    of an answer above any threshold (logit). `partial` names terms of the formula whose slopes may differ by threshold
    (partial proportional odds). The outcome: numbers in their order, an ordered categorical, or text with `levels`
    from lowest to highest. `covariance`: model-based, HC0 or HC1; `cluster` a column of groups of dependent rows. Rows
    with a gap are left out and counted; answers nobody gave are noted. Separation and dependent predictors give NaN
    and a Problem. Raises SurveykitError for text without an order and unknown terms. Source: McCullagh 1980; Peterson
    & Harrell 1990; Brant 1990. In R: `ordinal::clm(y ~ x, link = "logit", nominal = ~ z)`, `nominal_test(fit)`,
    `brant::brant(MASS::polr(y ~ x))`.
    """
    choice("link", link, ("logit", "probit", "cloglog"))
    choice("covariance", covariance, ("classical", "HC0", "HC1"))
    unweighted(data, "ordinal")
    recode = Ordered(levels)
    design = design_of(formula, data, also=[cluster] if cluster else (), recode=recode)
    if not recode.labels:
        raise SurveykitError.of("GLM-PLAINOUTCOME", formula)
    codes = design.y.astype(np.intp)
    parts = dict(design.parts)
    unknown = [term for term in partial if term not in parts]
    if unknown:
        raise SurveykitError.of("GLM-TERM", formula, terms=", ".join(unknown), known=", ".join(parts))
    free = [at for term in partial for at in parts[term]]
    rest = [at for at in range(design.x.shape[1]) if at not in free]
    x, z = design.x[:, rest], design.x[:, free]
    named = [design.terms[at] for at in (*free, *rest)]
    fit = cumulative_link(codes, x, link, z, named)
    problems = [replace(problem, place=problem.place or formula) for problem in fit.problems] + recode.problems
    vcov, method, groups, found = ml_covariance(fit.covariance, fit.covariance, fit.scores, covariance, design, cluster)
    problems += found
    if free and fit.converged:
        eta = fit.thresholds - z @ fit.nominal
        crossing = int((np.diff(eta, axis=1) < 0).any(axis=1).sum())
        if crossing:
            problems.append(Problem.of("GLM-CROSSING", formula, "warning", rows=crossing))
    proportionality, overall, noted = _proportionality(codes, design, fit, partial, free)
    problems += noted
    problems += design.left_out(formula)
    slopes = fit.nominal.size + fit.slopes.size
    return Ordinal(
        n=fit.n,
        outcome=design.outcome,
        levels=recode.labels,
        coefficients=_coefficients(fit, vcov, design, free, rest, recode.labels, conf_level),
        proportionality=proportionality,
        measures={
            **likelihood_measures(fit.log_likelihood, fit.null, fit.n, len(fit.parameters), slopes),
            **overall,
            **({"clusters": float(groups)} if groups else {}),
        },
        conf_level=conf_level,
        link=link,
        covariance=method,
        partial=tuple(partial),
        dropped=design.dropped,
        formula=formula,
        cluster=cluster or "",
        parameters=np.array(fit.parameters),
        vcov=vcov,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "ordinal",
            data=design.fingerprint,
            formula=formula,
            link=link,
            partial=tuple(partial),
            levels=None if levels is None else tuple(levels),
            covariance=covariance,
            cluster=cluster,
            conf_level=conf_level,
        ),
    )


def _coefficients(
    fit: Cumulative,
    vcov: Any,
    design: Design,
    free: list[int],
    rest: list[int],
    labels: tuple[str, ...],
    conf_level: float,
) -> pd.DataFrame:
    cuts = [f"{low}|{high}" for low, high in pairwise(labels)]
    terms = [design.outcome] * len(cuts)
    terms += [design.terms[at] for at in free for _ in cuts] + [design.terms[at] for at in rest]
    part = ["threshold"] * len(cuts) + ["slope_at"] * (len(free) * len(cuts)) + ["slope"] * len(rest)
    table = wald_table(terms, fit.parameters, vcov, conf_level, "odds_ratio")
    table.insert(0, "part", part)
    table.insert(2, "cut", cuts * (1 + len(free)) + [""] * len(rest))
    none = (table["part"] == "threshold").to_numpy() | (fit.link != "logit")
    table.loc[none, ["odds_ratio", "or_low", "or_high"]] = np.nan
    order = np.concatenate([np.flatnonzero(np.array(part) == kind) for kind in ("slope", "slope_at", "threshold")])
    return table.iloc[order].reset_index(drop=True)


def _proportionality(
    codes: Any, design: Design, fit: Cumulative, partial: Sequence[str], free: list[int]
) -> tuple[pd.DataFrame, dict[str, float], list[Problem]]:
    parts = [(name, columns) for name, columns in design.parts if name not in partial]
    nothing = pd.DataFrame(columns=["term", "lr_chi2", "lr_df", "lr_p", "brant", "brant_p"])
    if fit.converged and len(fit.thresholds) < 2:
        return nothing, {}, [Problem.of("GLM-BRANT-TWO", design.outcome, "note")]
    if not fit.converged or not parts:
        return nothing, {}, []
    ratios = [likelihood_ratio(codes, design.x, columns, fit, free) for _, columns in parts]
    single, overall, noted = [None] * len(parts), {}, []
    if fit.link == "logit" and not partial:
        whole, each, found = brant(codes, design.x, [columns for _, columns in parts])
        single, noted = each, list(found)
        overall = {"brant": whole.statistic, "brant_df": float(whole.df), "brant_p": whole.p_value}
    rows = [
        {
            "term": name,
            "lr_chi2": ratio.statistic,
            "lr_df": float(ratio.df),
            "lr_p": ratio.p_value,
            "brant": wald.statistic if wald else np.nan,
            "brant_p": wald.p_value if wald else np.nan,
        }
        for (name, _), ratio, wald in zip(parts, ratios, single, strict=True)
    ]
    return pd.DataFrame(rows), overall, noted
