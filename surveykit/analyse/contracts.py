"""How long customers renew, and what a contract is worth: the shifted beta-geometric model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.customer_rows import Row, between, flags, not_negative, numbers, positive_row, share_by_delta
from surveykit.analyse.frames import table_of, unweighted
from surveykit.analyse.value_words import renewal_sentences
from surveykit.draw.traces import Trace, traces
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.bgnbd import Mixture
from surveykit.stats.lifetime_value import beta_geometric_survival, by_delta, shifted_beta_geometric
from surveykit.stats.survival import kaplan_meier


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RenewalLifetime(Result):
    """Parameters, churn, lifetime and value, then the share retained at each renewal (`measure` renewal_survival).

    `renewal` counts the renewals passed, `observed` is the Kaplan-Meier share as far as it was seen. `measures`:
    log_likelihood, customers, lost.
    """

    kind: ClassVar[str] = "renewal_lifetime"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "renewal", "estimate", "conf_low", "conf_high", "observed", "n")

    rows: pd.DataFrame
    measures: Mapping[str, float]
    horizon: int
    discount: float
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        curve = table[table["measure"] == "renewal_survival"]
        x = np.append(0.0, curve["renewal"])
        parts = [np.append(1.0, curve[name]) for name in ("estimate", "conf_low", "conf_high", "observed")]
        drawn = [
            Trace(write.say("renewal.model"), x, *parts[:3]),
            Trace(write.say("renewal.seen"), x, parts[3], form="points"),
        ]
        return traces(
            drawn,
            include=[0.0, 1.0],
            xlabel=write.say("renewal.axis_x"),
            ylabel=write.say("renewal.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return renewal_sentences(table, self.measures, write)


def renewal_lifetime(
    data: Any,
    renewals: str,
    lost: str,
    *,
    margin: float | None = None,
    discount: float = 0.0,
    horizon: int = 10,
    conf_level: float = 0.95,
) -> RenewalLifetime:
    """Retention, expected lifetime and value of new contracts by the shifted beta-geometric model.

    `data`: a customer a row; `renewals`: how many renewals the customer made (whole, from 0); `lost`: 1 where the
    customer left at the next one, 0 where still a customer (0 renewals and not lost: no renewal came up yet, the row
    tells nothing and is left out, counted). Each customer has a chance to leave, the same at every renewal; it is
    beta(alpha, beta) over customers, so retention rises as the quick leavers go. Share retained after t renewals:
    B(alpha, beta + t) / B(alpha, beta). Lifetime: expected contract periods within `horizon` renewals, the first
    included; `margin` (money a period) makes it a value, `discount` is a period. Intervals: delta method on log
    parameters. Errors: SurveykitError for text, fractions, no usable row; no maximum: NaN and a Problem (retention
    that does not rise). Source: Fader & Hardie 2007. In R: `optim` on the likelihood there.
    """
    between("horizon", horizon, 1, 1000)
    between("discount", discount, 0.0, 10.0)
    unweighted(data, "renewal_lifetime")
    frame = table_of(data, [renewals, lost])
    made, left = numbers(frame, renewals), flags(frame, lost)
    not_negative(made, renewals)
    if (np.isfinite(made) & (made != np.round(made))).any():
        raise SurveykitError.of("VALUE-WHOLE", f"column {renewals}")
    known = ~np.isnan(made) & ~np.isnan(left) & ~((made == 0) & (left == 0))
    problems: list[Problem] = []
    if not known.all():
        problems.append(Problem.of("VALUE-GAPS", renewals, "note", left=int((~known).sum()), rows=len(frame)))
    if not known.any():
        raise SurveykitError.of("VALUE-NOCUSTOMERS", f"columns {renewals}, {lost}")
    ended = (made + left)[known].astype(int)
    gone = left[known] == 1
    size = int(ended.max())
    counts = [np.bincount(ended[part], minlength=size + 1)[1:] for part in (gone, ~gone)]
    fit = shifted_beta_geometric(*counts)
    if not fit.converged:
        code = "VALUE-NOCHURN" if not gone.any() else "VALUE-SBG"
        problems.append(Problem.of(code, f"columns {renewals}, {lost}", "warning", n=int(known.sum())))
        fit = Mixture(np.full(2, np.nan), np.full((2, 2), np.nan), np.nan, int(known.sum()), False)
    return RenewalLifetime(
        n=int(known.sum()),
        rows=pd.DataFrame(_rows(fit, ended.astype(float), gone, margin, discount, horizon, conf_level)),
        measures={
            "log_likelihood": fit.log_likelihood,
            "customers": float(known.sum()),
            "lost": float(gone.sum()),
        },
        horizon=horizon,
        discount=discount,
        conf_level=conf_level,
        problems=tuple(problems),
        provenance=Provenance.of(
            "renewal_lifetime",
            data=fingerprint_of(data),
            renewals=renewals,
            lost=lost,
            margin=margin,
            discount=discount,
            horizon=horizon,
            conf_level=conf_level,
        ),
    )


def _rows(
    fit: Mixture, ended: np.ndarray, gone: np.ndarray, margin: float | None, discount: float, horizon: int, level: float
) -> list[Row]:
    errors = fit.values * np.sqrt(np.diag(fit.covariance))
    rows = [
        positive_row(name, value, error, fit.n, level, "ml_mixture")
        for name, value, error in zip(("sbg_alpha", "sbg_beta"), fit.values, errors, strict=True)
    ]
    times = np.arange(0.0, horizon + 1)
    worth = (1 + discount) ** -times

    def target(values: np.ndarray) -> np.ndarray:
        kept = beta_geometric_survival(values, times)
        return np.array([values[0] / values.sum(), kept.sum(), kept @ worth, *kept[1:]])

    found, wide = by_delta(target, fit.values, fit.covariance)
    how = "delta_log_parameters"
    rows.append(share_by_delta("first_churn", found[0], wide[0], fit.n, level, how))
    rows.append(positive_row("contract_periods", found[1], wide[1], fit.n, level, how))
    rows.append(positive_row("contract_periods_discounted", found[2], wide[2], fit.n, level, how))
    if margin is not None:
        rows.append(positive_row("contract_value", margin * found[2], abs(margin) * wide[2], fit.n, level, how))
    curve = kaplan_meier(ended, gone.astype(float), level)
    for at in range(1, horizon + 1):
        kept = share_by_delta("renewal_survival", found[2 + at], wide[2 + at], int((ended >= at).sum()), level, how)
        seen = float(curve.at(float(at))) if at <= ended.max() else np.nan
        rows.append({**kept, "renewal": float(at), "observed": seen})
    return rows
