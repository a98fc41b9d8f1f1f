"""Linear and logistic regression of a designed or weighted sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.design import design_of
from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.survey_data import always_design, provenance
from surveykit.analyse.words import unclear_slopes
from surveykit.errors import Problem, SurveykitError
from surveykit.result import Result, Writer
from surveykit.stats.moments import Moments
from surveykit.stats.ols import INTERCEPT, ols
from surveykit.stats.survey_glm import SurveyFit, linear, logistic

Family = Literal["gaussian", "binomial"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SurveyRegression(Result):
    """Coefficients with design-based errors; of a logistic regression they are log odds.

    `measures`: r2 and sigma (linear, weighted), design_df, and the Wald F of all predictors together (f, df1, df2,
    f_p_value).
    """

    kind: ClassVar[str] = "survey_regression"
    shown: ClassVar[tuple[str, ...]] = (
        "term",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    )

    outcome: str
    coefficients: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    family: str
    dropped: int

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n, method=f"survey_{self.family}")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        slopes = table[table["term"] != INTERCEPT]
        level = write.number(self.conf_level, "share", 0)
        labels = [write.name(term) for term in slopes["term"]]
        if self.family == "binomial":
            axis = write.say("survey.log_odds", level=level)
            return slopes_figure(slopes, labels, write, axis=axis, conf_level=self.conf_level, **style)
        return slopes_figure(
            slopes,
            labels,
            write,
            axis=write.say("regression.axis", level=level),
            conf_level=self.conf_level,
            kind="bounded",
            columns=("beta", "beta_low", "beta_high"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        slopes = table[table["term"] != INTERCEPT].dropna(subset=["p_value"])
        if slopes.empty:
            return [write.say("regression.undefined", outcome=write.name(self.outcome))]
        said = []
        if np.isfinite(self.measures["r2"]):
            r2 = write.number(self.measures["r2"], "bounded")
            said.append(
                write.say(
                    "survey.explained", outcome=write.name(self.outcome), r2=r2, n=write.count(table["n"].iloc[0])
                )
            )
        clear = slopes[slopes["p_value"] < 1 - self.conf_level]
        if len(clear):
            listed = write.say("list.semicolon").join(_term(row, write) for _, row in clear.iterrows())
            said.append(write.say(f"survey.clear_{self.family}", outcome=write.name(self.outcome), listed=listed))
        said += unclear_slopes(slopes, self.conf_level, write)
        return [*said, write.say("survey.errors")]


def _term(row: pd.Series, write: Writer) -> str:
    return write.say(
        "survey.term",
        name=write.name(row["term"]),
        direction=write.say("regression.higher" if row["estimate"] > 0 else "regression.lower"),
        estimate=write.number(row["estimate"], "coefficient"),
        interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
        p=write.p(row["p_value"]),
    )


def survey_regress(formula: str, data: Any, family: Family = "gaussian", conf_level: float = 0.95) -> SurveyRegression:
    """Regression of a designed or weighted sample: weighted least squares or logistic, errors from the design.

    `data`: a SurveyDesign, or rows drawn one by one (weighted where the answers are). `formula` as in `regress`; rows
    with a gap are left out of the sums and stay in the design. Coefficients solve sum(w x residual) = 0; covariance
    inv(A) V inv(A) with V from strata and clusters, or from replicates (linear only). Tests and intervals use t with
    clusters - strata + 1 - coefficients degrees of freedom. `family="binomial"`: the outcome is 0/1 or true/false and
    coefficients are log odds. Perfectly collinear predictors are undefined with a Problem. Source: Binder 1983. In R:
    `svyglm(y ~ x, design)`, `svyglm(y ~ x, design, family = quasibinomial)`.
    """
    choice("family", family, ("gaussian", "binomial"))
    design = always_design(data)
    if family == "binomial" and design.sampling.replication is not None:
        raise SurveykitError.of("DESIGN-NOREPLICATES", formula)
    rows = design_of(formula, design.data)
    weights = design.sampling.weights[rows.rows]
    if family == "binomial" and (len(np.unique(rows.y[weights > 0])) != 2 or not np.isin(rows.y, (0, 1)).all()):
        found = ", ".join(f"{value:g}" for value in np.unique(rows.y)[:6])
        raise SurveykitError.of("DESIGN-BINARY", formula, found=found)
    names = [*rows.terms, rows.outcome]
    moments = Moments.of(np.column_stack([rows.x, rows.y]), names, weights)
    plain = ols(moments, rows.outcome, rows.terms)
    kept = np.isfinite(plain.coefficients)
    x = np.column_stack([np.ones(len(rows.y)), rows.x])[:, kept]
    problems = [problem for problem in plain.problems if problem.code != "STATS-FEW-ROWS"]
    size = len(kept)
    estimate, error, df = np.full(size, np.nan), np.full(size, np.nan), 0.0
    fit = None
    if kept.any():
        fit = (linear if family == "gaussian" else logistic)(design.sampling, x, rows.y, rows.rows)
        estimate[kept] = fit.coefficients if fit.converged else np.nan
        df = fit.df
        if df > 0:
            error[kept] = np.sqrt(np.diag(fit.covariance))
    if fit is None or df <= 0:
        problems.append(Problem.of("DESIGN-NODF", formula, "warning", clusters=int(df) + size - 1))
    elif not fit.converged:
        problems.append(Problem.of("DESIGN-SEPARATED", formula, "warning"))
    problems += rows.left_out(formula)
    linear_fit = family == "gaussian"
    spread = moments.sd
    ratio = np.concatenate([[np.nan], spread[:-1] / (spread[-1] or np.nan)]) if linear_fit else np.full(size, np.nan)
    return SurveyRegression(
        n=int((weights > 0).sum()),
        outcome=rows.outcome,
        coefficients=_coefficients(plain.terms, estimate, error, df, ratio, plain.vif, conf_level),
        measures={
            "r2": plain.r2 if linear_fit else np.nan,
            "sigma": plain.sigma if linear_fit else np.nan,
            "design_df": df,
            **_wald(fit, kept),
        },
        conf_level=conf_level,
        family=family,
        dropped=rows.dropped,
        problems=(*problems, *design.notes),
        names=names_of(design.data),
        provenance=provenance(design, "survey_regress", formula=formula, family=family, conf_level=conf_level),
    )


def _coefficients(
    terms: Any, estimate: Any, error: Any, df: float, ratio: Any, vif: Any, conf_level: float
) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        t = estimate / np.where(error > 0, error, np.nan)
        reach = special.stdtrit(df, (1 + conf_level) / 2) * error if df > 0 else error * np.nan
    return pd.DataFrame(
        {
            "term": list(terms),
            "estimate": estimate,
            "std_error": error,
            "statistic": t,
            "p_value": 2 * special.stdtr(df, -np.abs(t)) if df > 0 else np.nan,
            "conf_low": estimate - reach,
            "conf_high": estimate + reach,
            "beta": estimate * ratio,
            "beta_low": (estimate - reach) * ratio,
            "beta_high": (estimate + reach) * ratio,
            "vif": vif,
            "design_df": df,
        }
    )


def _wald(fit: SurveyFit | None, kept: Any) -> dict[str, float]:
    """F = b' inv(V) b / q of all slopes, on q and df degrees of freedom. In R: `regTermTest(fit, ~a + b)`."""
    q = int(kept[1:].sum())
    nothing = {"f": np.nan, "df1": float(q), "df2": np.nan, "f_p_value": np.nan}
    if fit is None or q < 1 or fit.df <= 0 or not np.isfinite(fit.covariance).all():
        return nothing
    slopes, covariance = fit.coefficients[1:], fit.covariance[1:, 1:]
    if np.linalg.matrix_rank(covariance) < q:
        return nothing
    f = float(slopes @ np.linalg.solve(covariance, slopes)) / q
    return {"f": f, "df1": float(q), "df2": fit.df, "f_p_value": float(special.fdtrc(q, fit.df, f))}
