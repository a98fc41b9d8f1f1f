"""Yes or no explained: who renewed, left, complained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.design import design_of
from surveykit.analyse.effects import average_effects
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.glm_words import logistic_sentences
from surveykit.analyse.outcomes import Event
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.wald import MlCovariance, likelihood_measures, ml_covariance, wald_table
from surveykit.errors import SurveykitError
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.glm import Glm, generalised
from surveykit.stats.ols import INTERCEPT
from surveykit.stats.roc import auc, hosmer_lemeshow


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Logistic(Result):
    """Log odds and odds ratios of an event.

    `effects` has a row a predictor (or category against the first): the average change of the event's probability;
    `measures` log_likelihood, null_log_likelihood, lr_chi2, lr_df, lr_p, mcfadden, nagelkerke, aic, bic, event_share,
    auc, auc_error, auc_low, auc_high, brier, hosmer_lemeshow, hosmer_lemeshow_df, hosmer_lemeshow_p, clusters;
    `calibration` n, predicted and observed share by tenth of the fitted probability; `vcov` the estimates' covariance.
    """

    kind: ClassVar[str] = "logistic"
    shown: ClassVar[tuple[str, ...]] = (
        "term",
        "estimate",
        "std_error",
        "z",
        "p_value",
        "odds_ratio",
        "or_low",
        "or_high",
    )

    outcome: str
    event: str
    coefficients: pd.DataFrame
    effects: pd.DataFrame
    calibration: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    covariance: str
    dropped: int
    formula: str
    cluster: str = ""
    vcov: np.ndarray

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n, method=self.covariance)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        effects = self.effects
        level = write.number(self.conf_level, "share", 0)
        names = [
            write.name(name) + (f": {value}" if value else "")
            for name, value in zip(effects["term"], effects["level"], strict=True)
        ]
        return slopes_figure(
            effects,
            names,
            write,
            axis=write.say("logistic.axis", level=level),
            conf_level=self.conf_level,
            kind="points",
            times=100,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return logistic_sentences(self.outcome, self.event, table, self.measures, write)


def logistic(
    formula: str,
    data: Any,
    event: Any = None,
    covariance: MlCovariance = "classical",
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> Logistic:
    """Explain an event (renewed, left, complained) by a binary logit, with average changes of its probability.

    logit P(event) = intercept + x slopes; odds ratio = exp(slope). The outcome is 0 and 1, or two answers of which
    `event` is the one explained. Average marginal effect: mean over the respondents of dP/dx, of P(x = 1) - P(x = 0)
    for a 0/1 predictor, of P(category) - P(first category) for categories; delta-method errors. `covariance`:
    model-based or HC0 to HC3, `cluster` a column of groups of dependent rows. Rows with a gap are left out and counted.
    Separation (a predictor that tells the answers apart completely) is detected by linear programming and named; the
    estimates are then NaN. AUC with DeLong's interval; Hosmer-Lemeshow on tenths. Source: Hosmer & Lemeshow 2013; Konis
    2007. In R: `glm(y ~ x, binomial)`, `marginaleffects::avg_slopes(fit)`, `sandwich::vcovHC`, `vcovCL`, `pROC::auc`.
    """
    choice("covariance", covariance, ("classical", "HC0", "HC1", "HC2", "HC3"))
    unweighted(data, "logistic")
    recode = Event(event)
    design = design_of(formula, data, also=[cluster] if cluster else (), recode=recode)
    if not set(np.unique(design.y)) <= {0.0, 1.0}:
        raise SurveykitError.of("GLM-PLAINOUTCOME", formula)
    x, y = design.with_ones, design.y
    fit = generalised(x, y, "binomial", names=design.terms)
    problems = [replace(problem, place=problem.place or formula) for problem in fit.problems]
    vcov, method, groups, found = ml_covariance(
        fit.bread, fit.bread, fit.scores, covariance, design, cluster, fit.leverage
    )
    problems += found
    problems += design.left_out(formula)
    measures, calibration = _measures(fit, y, conf_level)
    return Logistic(
        n=fit.n,
        outcome=design.outcome,
        event=recode.label,
        coefficients=wald_table([INTERCEPT, *design.terms], fit.coefficients, vcov, conf_level, "odds_ratio"),
        effects=average_effects(design, fit.coefficients, vcov, conf_level),
        calibration=calibration,
        measures={**measures, **({"clusters": float(groups)} if groups else {})},
        conf_level=conf_level,
        covariance=method,
        dropped=design.dropped,
        formula=formula,
        cluster=cluster or "",
        vcov=vcov,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "logistic",
            data=design.fingerprint,
            formula=formula,
            event=event,
            covariance=covariance,
            cluster=cluster,
            conf_level=conf_level,
        ),
    )


def _measures(fit: Glm, y: np.ndarray, conf_level: float) -> tuple[dict[str, float], pd.DataFrame]:
    share = float(y.mean())
    null = float(len(y) * (special.xlogy(share, share) + special.xlogy(1 - share, 1 - share)))
    p = len(fit.coefficients)
    measures = likelihood_measures(fit.log_likelihood, null, fit.n, p, p - 1)
    none = float("nan")
    area: tuple[float, ...] = (none,) * 4
    statistic, df, groups = none, 0, np.zeros((0, 3))
    brier = none
    if np.isfinite(fit.log_likelihood):
        area = auc(y, fit.fitted, conf_level)
        statistic, df, groups = hosmer_lemeshow(y, fit.fitted)
        brier = float(((y - fit.fitted) ** 2).mean())
    measures |= dict(zip(("auc", "auc_error", "auc_low", "auc_high"), area, strict=True))
    measures |= {
        "event_share": share,
        "brier": brier,
        "hosmer_lemeshow": statistic,
        "hosmer_lemeshow_df": float(df),
        "hosmer_lemeshow_p": float(special.chdtrc(df, statistic)) if df > 0 else none,
    }
    return measures, pd.DataFrame(groups, columns=["n", "predicted", "observed"])
