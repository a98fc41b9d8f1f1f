"""Counts explained: complaints, visits, calls, orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.design import design_of
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.glm_words import counts_sentences
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.wald import MlCovariance, likelihood_measures, ml_covariance, wald_table
from surveykit.errors import SurveykitError
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.glm import Glm, generalised
from surveykit.stats.ols import INTERCEPT

Family = Literal["poisson", "negbin"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CountModel(Result):
    """Log rates and rate ratios of a count.

    `measures` log_likelihood, null_log_likelihood, lr_chi2, lr_df, lr_p, mcfadden, nagelkerke, aic, bic, dispersion
    (Pearson chi-squared over its degrees of freedom), overdispersion (z of Cameron & Trivedi, Poisson only) and
    overdispersion_p, theta and theta_error (negative binomial), zeros and zeros_expected (shares), clusters.
    """

    kind: ClassVar[str] = "count_model"
    shown: ClassVar[tuple[str, ...]] = (
        "term",
        "estimate",
        "std_error",
        "z",
        "p_value",
        "rate_ratio",
        "rr_low",
        "rr_high",
    )

    outcome: str
    family: str
    coefficients: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    covariance: str
    exposure: str
    dropped: int
    formula: str
    cluster: str = ""
    vcov: np.ndarray

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n, method=self.covariance)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        slopes = table[table["term"] != INTERCEPT]
        level = write.number(self.conf_level, "share", 0)
        return slopes_figure(
            slopes,
            [write.name(term) for term in slopes["term"]],
            write,
            axis=write.say("counts.axis", level=level),
            conf_level=self.conf_level,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return counts_sentences(self.outcome, table, self.measures, write)


def count_model(
    formula: str,
    data: Any,
    family: Family = "poisson",
    covariance: MlCovariance = "HC3",
    cluster: str | None = None,
    exposure: str | None = None,
    conf_level: float = 0.95,
) -> CountModel:
    """Explain a count (complaints, visits) by a Poisson or negative binomial regression with a log link.

    log E(y) = intercept + x slopes (+ log `exposure`, a column of positive time or size); rate ratio = exp(slope).
    Poisson estimates are consistent whatever the variance, so its errors are robust (HC3) by default; `cluster` names
    a column of groups of dependent rows. Overdispersion: Cameron & Trivedi's regression test of variance mu against
    mu + a mu^2 (one-sided). Negative binomial: variance mu + mu^2 / theta. Rows with a gap are left out and counted.
    Raises SurveykitError for counts that are negative or not whole, and exposure that is not positive. Source: Cameron
    & Trivedi 1990, 2013. In R: `glm(y ~ x, poisson)`, `MASS::glm.nb(y ~ x)`, `AER::dispersiontest(fit, trafo = 2)`.
    """
    choice("family", family, ("poisson", "negbin"))
    choice("covariance", covariance, ("classical", "HC0", "HC1", "HC2", "HC3"))
    unweighted(data, "count_model")
    also = [name for name in (cluster, exposure) if name is not None]
    design = design_of(formula, data, also=also)
    y = design.y
    wrong = (y < 0) | (y != np.round(y))
    if wrong.any():
        raise SurveykitError.of("GLM-NOTCOUNTS", f"column {design.outcome}", rows=int(wrong.sum()))
    offset = np.zeros(len(y))
    if exposure is not None:
        size = pd.to_numeric(design.used[exposure], errors="coerce").to_numpy(dtype=float)
        if not (size > 0).all():
            raise SurveykitError.of("GLM-EXPOSURE", f"column {exposure}", rows=int((~(size > 0)).sum()))
        offset = np.log(size)
    fit = generalised(design.with_ones, y, family, offset, design.terms)
    ones = np.ones((len(y), 1))
    null = generalised(ones, y, family, offset) if np.isfinite(fit.log_likelihood) else fit
    problems = [replace(problem, place=problem.place or formula) for problem in fit.problems]
    vcov, method, groups, found = ml_covariance(
        fit.bread, fit.bread, fit.scores, covariance, design, cluster, fit.leverage
    )
    problems += found
    problems += design.left_out(formula)
    p = len(fit.coefficients) + (1 if family == "negbin" and np.isfinite(fit.size) else 0)
    measures = likelihood_measures(fit.log_likelihood, null.log_likelihood, fit.n, p, len(design.terms))
    return CountModel(
        n=fit.n,
        outcome=design.outcome,
        family=family,
        coefficients=wald_table([INTERCEPT, *design.terms], fit.coefficients, vcov, conf_level, "rate_ratio"),
        measures={**measures, **_dispersion(fit, y, family), **({"clusters": float(groups)} if groups else {})},
        conf_level=conf_level,
        covariance=method,
        exposure=exposure or "",
        dropped=design.dropped,
        formula=formula,
        cluster=cluster or "",
        vcov=vcov,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "count_model",
            data=design.fingerprint,
            formula=formula,
            family=family,
            covariance=covariance,
            cluster=cluster,
            exposure=exposure,
            conf_level=conf_level,
        ),
    )


def _dispersion(fit: Glm, y: np.ndarray, family: str) -> dict[str, float]:
    if not np.isfinite(fit.log_likelihood):
        return {}
    mean = fit.fitted
    finite = family == "negbin" and np.isfinite(fit.size)
    variance = mean + mean**2 / fit.size if finite else mean
    rest = len(y) - len(fit.coefficients)
    found = {
        "dispersion": float(((y - mean) ** 2 / variance).sum() / rest) if rest > 0 else float("nan"),
        "zeros": float((y == 0).mean()),
        "zeros_expected": float(np.mean((1 + mean / fit.size) ** -fit.size if finite else np.exp(-mean))),
    }
    if family == "negbin":
        return {**found, "theta": fit.size, "theta_error": fit.size_error}
    excess = ((y - mean) ** 2 - y) / mean
    slope = float(excess @ mean / (mean @ mean))
    left = excess - slope * mean
    error = float(np.sqrt(left @ left / (len(y) - 1) / (mean @ mean)))
    z = slope / error if error > 0 else float("nan")
    return {**found, "overdispersion": z, "overdispersion_p": float(special.ndtr(-z))}
