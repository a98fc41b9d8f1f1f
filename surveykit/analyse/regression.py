"""Linear regression with robust errors, told with its uncertainty and its assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.assumption_words import assumption_sentences
from surveykit.analyse.clusters import cluster_codes
from surveykit.analyse.design import Design, design_of, plain_terms
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.words import regression_sentences
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import r_squared
from surveykit.stats.moments import Moments
from surveykit.stats.ols import INTERCEPT, Ols, ols
from surveykit.stats.residuals import Diagnostics, diagnostics, robust_covariance
from surveykit.stats.sandwich import cluster_covariance

Covariance = Literal["HC3", "HC2", "HC1", "HC0", "classical"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Regression(Result):
    """Coefficients of one outcome on its predictors.

    `measures` holds r2, r2_low, r2_high, adj_r2, sigma, f, df1, df2, f_p_value, aic, bic, and clusters where errors
    are clustered; `diagnostics` the residual checks (empty from moments); `influence` the five rows with the largest
    Cook distance (row counted from 1 in the data); `vcov` the covariance of the estimates (p + 1, p + 1).
    """

    kind: ClassVar[str] = "regression"
    shown: ClassVar[tuple[str, ...]] = (
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
        "beta",
        "vif",
    )

    outcome: str
    coefficients: pd.DataFrame
    measures: Mapping[str, float]
    diagnostics: Mapping[str, float]
    influence: pd.DataFrame
    conf_level: float
    covariance: str
    dropped: int
    formula: str
    cluster: str = ""
    vcov: np.ndarray

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n, method=f"ols_{self.covariance}")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        slopes = table[table["term"] != INTERCEPT]
        level = write.number(self.conf_level, "share", 0)
        return slopes_figure(
            slopes,
            [write.name(term) for term in slopes["term"]],
            write,
            axis=write.say("regression.axis", level=level),
            conf_level=self.conf_level,
            kind="bounded",
            columns=("beta", "beta_low", "beta_high"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said = regression_sentences(self.outcome, table, self.measures, self.diagnostics, write)
        return said + assumption_sentences(table, self.measures, self.diagnostics, self.covariance, write)


def regress(
    formula: str,
    data: Any,
    covariance: Covariance = "HC3",
    conf_level: float = 0.95,
    cluster: str | None = None,
) -> Regression:
    """Ordinary least squares of one outcome on its predictors, with robust standard errors.

    `formula` is `"SAT ~ QUA + PRI"`, with `C(segment)` for categories, `a:b` for products. `data`: a DataFrame,
    Responses, Scores, or Moments (plain variables and `covariance="classical"` only, since robust errors need the
    rows). Rows with a missing value in any variable of the formula are left out and counted. Tests and intervals use
    t with n - p - 1 degrees of freedom and the chosen errors; beta = b sd(x) / sd(y), its interval is b's rescaled;
    `cluster` names a column of groups of dependent rows (sites, interviewers): errors are then CR1 in place of
    `covariance`, with t of one degree less than there are clusters, and a warning below 30 of them.
    VIF = diagonal of the inverse predictor correlations; the interval of R2 is that of its population value with
    random predictors. Curves and products: `x + I(x**2)`, `a * b`. Perfectly collinear predictors are undefined (NaN)
    with a Problem that names them. Raises SurveykitError for unknown variables, no complete row, no intercept.
    Source: MacKinnon & White 1985; Long & Ervin 2000 (HC3); Cameron & Miller 2015 (clusters). In R:
    `lmtest::coeftest(fit, sandwich::vcovHC(fit, "HC3"))`, `coeftest(fit, vcovCL(fit, ~ cluster), df = G - 1)`,
    `summary(lm(...))`, `car::vif(fit)`.
    """
    choice("covariance", covariance, ("HC3", "HC2", "HC1", "HC0", "classical"))
    if isinstance(data, Moments):
        if cluster is not None:
            raise SurveykitError.of("ANALYSE-NOHC", formula)
        return _from_moments(formula, data, covariance, conf_level)
    unweighted(data, "regress")
    design = design_of(formula, data, also=[cluster] if cluster else ())
    fit = ols(design.moments, design.outcome, design.terms)
    kept = np.isfinite(fit.coefficients)
    x = design.with_ones[:, kept]
    problems = list(fit.problems)
    checks = None
    vcov, df, groups = fit.covariance, fit.df_residual, 0
    if fit.df_residual > 0:
        checks = diagnostics(x, design.y)
        problems += checks.problems
        if cluster is not None:
            codes, groups, found = cluster_codes(design.used[cluster], cluster)
            problems += found
            bread = np.linalg.inv(x.T @ x)
            vcov = _spread(cluster_covariance(bread, x * checks.residuals[:, None], codes, rows=True), kept)
            df, covariance = groups - 1, "CR1"
        elif covariance != "classical":
            vcov = _spread(robust_covariance(x, checks.residuals, covariance), kept)
    if fit.df_residual > 0 and not fit.rss > 0:
        vcov = np.full(vcov.shape, np.nan)
        problems.append(Problem.of("ANALYSE-PERFECT", formula, "warning"))
    problems += design.left_out(formula)
    ratio = np.concatenate([[np.nan], design.x.std(axis=0)]) / (design.y.std() or np.nan)
    return Regression(
        n=fit.n,
        outcome=design.outcome,
        coefficients=_coefficients(fit, np.sqrt(np.diag(vcov)), ratio, conf_level, df),
        measures={**_measures(fit, conf_level), **({"clusters": float(groups)} if groups else {})},
        diagnostics=_checks(checks),
        influence=_influence(checks, design),
        conf_level=conf_level,
        covariance=covariance,
        dropped=design.dropped,
        formula=formula,
        cluster=cluster or "",
        vcov=np.array(vcov),
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "regress",
            data=design.fingerprint,
            formula=formula,
            covariance=covariance,
            conf_level=conf_level,
            **({"cluster": cluster} if cluster else {}),
        ),
    )


def _spread(covariance: Any, kept: Any) -> np.ndarray:
    """Rows and columns of NaN for the terms left out."""
    whole = np.full((len(kept), len(kept)), np.nan)
    whole[np.ix_(kept, kept)] = covariance
    return whole


def _from_moments(formula: str, data: Moments, covariance: str, conf_level: float) -> Regression:
    outcome, terms = plain_terms(formula)
    if covariance != "classical":
        raise SurveykitError.of("ANALYSE-NOHC", formula)
    fit = ols(data, outcome, terms)
    spread = data.select([*terms, outcome]).sd
    ratio = np.concatenate([[np.nan], spread[:-1] / (spread[-1] or np.nan)])
    return Regression(
        n=fit.n,
        outcome=outcome,
        coefficients=_coefficients(fit, fit.std_errors, ratio, conf_level, fit.df_residual),
        measures=_measures(fit, conf_level),
        diagnostics={},
        influence=pd.DataFrame(columns=["row", "cook", "leverage", "studentised"], dtype=float),
        conf_level=conf_level,
        covariance=covariance,
        dropped=data.dropped,
        formula=formula,
        vcov=np.array(fit.covariance),
        problems=fit.problems,
        provenance=Provenance.of(
            "regress",
            data=fingerprint_of(data),
            formula=formula,
            covariance=covariance,
            conf_level=conf_level,
        ),
    )


def _coefficients(fit: Ols, errors: Any, ratio: Any, conf_level: float, df: int) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        t = fit.coefficients / np.where(errors > 0, errors, np.nan)
        reach = special.stdtrit(df, (1 + conf_level) / 2) if df > 0 else np.nan
        low, high = fit.coefficients - reach * errors, fit.coefficients + reach * errors
    return pd.DataFrame(
        {
            "term": list(fit.terms),
            "estimate": fit.coefficients,
            "std_error": errors,
            "statistic": t,
            "p_value": 2 * special.stdtr(df, -np.abs(t)) if df > 0 else np.nan,
            "conf_low": low,
            "conf_high": high,
            "beta": fit.betas,
            "beta_low": low * ratio,
            "beta_high": high * ratio,
            "vif": fit.vif,
        }
    )


def _measures(fit: Ols, conf_level: float) -> dict[str, float]:
    low, high = r_squared(fit.r2, fit.n, fit.df_model, conf_level)
    return {
        "r2": fit.r2,
        "r2_low": float(low),
        "r2_high": float(high),
        "adj_r2": fit.adjusted_r2,
        "sigma": fit.sigma,
        "f": fit.f,
        "df1": float(fit.df_model),
        "df2": float(fit.df_residual),
        "f_p_value": fit.f_p_value,
        "aic": fit.aic,
        "bic": fit.bic,
    }


def _checks(checks: Diagnostics | None) -> dict[str, float]:
    if checks is None:
        return {}
    names = (
        "durbin_watson",
        "breusch_pagan",
        "breusch_pagan_p",
        "reset",
        "reset_p",
        "shapiro",
        "shapiro_p",
        "press",
        "q2_loo",
        "condition",
    )
    found = {name: float(getattr(checks, name)) for name in names}
    found["cook_max"] = _largest(checks.cook)
    found["leverage_max"] = _largest(checks.leverage)
    found["studentised_max"] = _largest(np.abs(checks.studentised))
    return found


def _largest(values: Any) -> float:
    return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")


def _influence(checks: Diagnostics | None, design: Design) -> pd.DataFrame:
    if checks is None:
        return pd.DataFrame(columns=["row", "cook", "leverage", "studentised"], dtype=float)
    cook = np.nan_to_num(checks.cook)
    least = np.partition(cook, -5)[-5] if len(cook) > 5 else 0.0
    worst = np.flatnonzero(cook >= least)
    worst = worst[np.argsort(-cook[worst], kind="stable")[:5]]
    return pd.DataFrame(
        {
            "row": design.rows[worst] + 1,
            "cook": checks.cook[worst],
            "leverage": checks.leverage[worst],
            "studentised": checks.studentised[worst],
        }
    )
