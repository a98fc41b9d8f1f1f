"""What goes with leaving earlier or later: Cox regression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from surveykit.analyse.customer_rows import flags, not_negative
from surveykit.analyse.design import design_of
from surveykit.analyse.frames import names_of, unweighted
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.survival_words import cox_sentences
from surveykit.analyse.wald import wald_table
from surveykit.errors import Problem
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.cox import concordance, cox_fit

PER_TERM = 10
"""Events a predictor below which coefficients are unstable (Peduzzi et al. 1995)."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CoxModel(Result):
    """Log hazard ratios, hazard ratios, and the test of proportional hazards of each term.

    `measures`: log_likelihood, null_log_likelihood, lr_chi2, lr_df, lr_p, score_chi2, concordance, events, zph_chi2
    and zph_p of all terms together.
    """

    kind: ClassVar[str] = "cox"
    shown: ClassVar[tuple[str, ...]] = (
        "term", "estimate", "std_error", "z", "p_value", "hazard_ratio", "hr_low", "hr_high", "zph_p",
    )  # fmt: skip

    outcome: str
    coefficients: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    formula: str
    vcov: np.ndarray

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n, method="cox_efron")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        return slopes_figure(
            table,
            [write.name(term) for term in table["term"]],
            write,
            axis=write.say("cox.axis", level=write.number(self.conf_level, "share", 0)),
            conf_level=self.conf_level,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return cox_sentences(self.outcome, table, self.measures, write)


def cox(formula: str, data: Any, event: str, conf_level: float = 0.95) -> CoxModel:
    """Explain the hazard of an event by a Cox regression with Efron's ties.

    `formula`: "time ~ satisfaction + segment" (text columns become contrasts to their first value); `event`: column
    of 1 (happened) and 0 (not yet). hazard ratio = exp(coefficient); above 1: sooner. Proportional hazards: score
    test of each term times 1 - Kaplan-Meier (small p: its ratio changes with time, so one number does not hold).
    Rows with a gap are left out and counted. No event, a constant or collinear predictor, or a predictor that
    separates the events: NaN and a Problem. Errors: SurveykitError for negative times, events other than 0 and 1.
    Source: Cox 1972; Efron 1977; Grambsch & Therneau 1994. In R: `coxph(Surv(time, event) ~ x)`, `cox.zph(fit)`.
    """
    unweighted(data, "cox")
    design = design_of(formula, data, also=[event])
    d = flags(design.used, event)
    not_negative(design.y, design.outcome)
    problems: list[Problem] = []
    problems += design.left_out(formula)
    p = len(design.terms)
    fit = cox_fit(design.y, d, design.x)
    if fit.events == 0:
        problems.append(Problem.of("SURVIVAL-NOEVENTS", f"column {event}", "warning", n=fit.n))
    elif not fit.converged:
        problems.append(Problem.of("SURVIVAL-COX", formula, "warning", events=fit.events))
    elif fit.events < PER_TERM * p:
        problems.append(Problem.of("SURVIVAL-TERMS", formula, "warning", events=fit.events, terms=p, least=PER_TERM))
    rows = wald_table(design.terms, fit.coefficients, fit.covariance, conf_level)
    with np.errstate(over="ignore"):
        rows = rows.assign(
            hazard_ratio=np.exp(rows["estimate"]),
            hr_low=np.exp(rows["conf_low"]),
            hr_high=np.exp(rows["conf_high"]),
            zph_chi2=fit.zph[:p, 0],
            zph_p=fit.zph[:p, 1],
        )
    lr = 2 * (fit.log_likelihood - fit.null_log_likelihood)
    risk = design.x @ fit.coefficients
    return CoxModel(
        n=fit.n,
        outcome=design.outcome,
        coefficients=rows,
        measures={
            "log_likelihood": fit.log_likelihood,
            "null_log_likelihood": fit.null_log_likelihood,
            "lr_chi2": lr,
            "lr_df": float(p),
            "lr_p": float(stats.chi2.sf(lr, p)),
            "score_chi2": fit.score_chi2,
            "concordance": concordance(design.y, d, risk) if fit.converged else np.nan,
            "events": float(fit.events),
            "zph_chi2": float(fit.zph[p, 0]),
            "zph_p": float(fit.zph[p, 1]),
        },
        conf_level=conf_level,
        formula=formula,
        vcov=fit.covariance,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of("cox", data=design.fingerprint, formula=formula, event=event, conf_level=conf_level),
    )
