"""Who still buys, how often, and what that is worth: customers without a contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import linalg

from surveykit.analyse.customer_rows import Row, between, mean_row, positive_row, row, share_by_delta, share_row
from surveykit.analyse.frames import choice, unweighted
from surveykit.analyse.purchase_data import DAYS, Purchases, Unit, purchases_of
from surveykit.analyse.value_words import repeat_sentences
from surveykit.draw.traces import Trace, traces
from surveykit.errors import Problem
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.bgnbd import NAMES, Mixture, alive_share, bgnbd, expected_purchases, future_purchases
from surveykit.stats.lifetime_value import by_delta, expected_order, gamma_gamma

SPEND = ("gg_p", "gg_q", "gg_v")
RELATED = 0.3
"""Correlation of order value with number of orders above which the gamma-gamma's independence is doubtful."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RepeatPurchases(Result):
    """Estimates of a customer base; a row a measure.

    `customers` has a row a customer: repeats, last (first to last purchase) and age (first purchase to end, in
    `unit`), orders and mean_value of repeat orders, later (purchases after `until`), alive (probability), purchases,
    order_value and value expected over the horizon. `tracking`: repeat purchases so far, seen and expected, a unit of
    time. `measures`: log_likelihood, spend_log_likelihood, order_correlation (value with number), customers, orders.
    """

    kind: ClassVar[str] = "repeat_purchases"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "estimate", "conf_low", "conf_high", "n", "method")

    rows: pd.DataFrame
    customers: pd.DataFrame
    tracking: pd.DataFrame
    measures: Mapping[str, float]
    unit: str
    horizon: float
    discount: float
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        seen = self.tracking
        drawn = [
            Trace(write.say("repeat.seen"), seen["time"], seen["observed"]),
            Trace(write.say("repeat.model"), seen["time"], seen["expected"]),
        ]
        return traces(
            drawn,
            include=[0.0],
            xlabel=write.say(f"repeat.axis_{self.unit}"),
            ylabel=write.say("repeat.axis"),
            fmt=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return repeat_sentences(table, write)


def repeat_purchases(
    data: Any,
    customer: str,
    date: str,
    amount: str | None = None,
    *,
    until: str | None = None,
    horizon: float = 52,
    unit: Unit = "week",
    discount: float = 0.0,
    conf_level: float = 0.95,
) -> RepeatPurchases:
    """Repeat buying by BG/NBD, order values by gamma-gamma, and the discounted value of the next `horizon`.

    `data`: an order a row with `customer`, `date` (dates without time zone) and, for values, `amount`; a customer's
    orders of one day are one purchase. Only customers first seen by `until` are fitted, on what they did by then;
    purchases after it are compared with the forecast. `horizon` in `unit`s; `discount` a year (0.1: 10 %), taken at
    the middle of each unit. Parameters: maximum likelihood, intervals on the log scale from the observed information;
    everything derived from them: delta method, so that intervals hold the uncertainty of the parameters, not the
    chance of single customers. Value: expected purchases x expected order value (order value independent of how
    often: `measures["order_correlation"]`); it is of the customers there are, a margin has to be taken off and the
    first order is not in it. Orders with gaps and negative amounts are left out and counted. Errors: SurveykitError
    for no usable order or dates that are none. Source: Fader, Hardie & Lee 2005; Fader & Hardie 2013. In R: package
    BTYD, `bgnbd.EstimateParameters`, `spend.EstimateParameters`.
    """
    choice("unit", unit, tuple(DAYS))
    between("horizon", horizon, 1, 10_000)
    between("discount", discount, 0.0, 10.0)
    unweighted(data, "repeat_purchases")
    read = purchases_of(data, customer, date, amount, until, unit)
    base = read.customers
    n = len(base)
    problems = list(read.problems)
    fit = bgnbd(base["repeats"], base["last"], base["age"])
    if not fit.converged:
        problems.append(Problem.of("VALUE-BGNBD", date, "warning", repeaters=int((base["repeats"] > 0).sum()), n=n))
        fit = Mixture(np.full(4, np.nan), np.full((4, 4), np.nan), np.nan, n, False)
    spend, related = _spending(base, amount, problems)
    rate = (1 + discount) ** (DAYS[unit] / 365.25) - 1
    forecast = _Forecast(base, horizon, rate)
    rows = _plain(read, conf_level)
    rows += _parameters(NAMES, fit, conf_level)
    rows += _derived(forecast, fit, spend, conf_level)
    if amount:
        rows += _parameters(SPEND, spend, conf_level)
    if read.last_day > read.end_day and fit.converged:
        ahead = (read.last_day - read.end_day) / DAYS[unit]
        rows += _holdout(base, fit, ahead, conf_level)
    return RepeatPurchases(
        n=n,
        rows=pd.DataFrame(rows),
        customers=forecast.listed(fit, spend),
        tracking=_tracking(read, fit, unit),
        measures={
            "log_likelihood": fit.log_likelihood,
            "spend_log_likelihood": spend.log_likelihood,
            "order_correlation": related,
            "customers": float(n),
            "orders": float(len(read.amounts) or (base["repeats"] + 1).sum()),
        },
        unit=unit,
        horizon=horizon,
        discount=discount,
        conf_level=conf_level,
        problems=tuple(problems),
        provenance=Provenance.of(
            "repeat_purchases",
            data=fingerprint_of(data),
            customer=customer,
            date=date,
            amount=amount,
            until=until,
            horizon=horizon,
            unit=unit,
            discount=discount,
            conf_level=conf_level,
        ),
    )


class _Forecast:
    """What the customers will do over the horizon, at any parameters; equal customers are computed once."""

    def __init__(self, base: pd.DataFrame, horizon: float, rate: float) -> None:
        history = base[["repeats", "last", "age"]].to_numpy(dtype=float)
        self.cells, self.cell_of = np.unique(history, axis=0, return_inverse=True)
        self.cell_of = self.cell_of.ravel()
        self.base, self.rate = base, rate
        self.times = np.append(np.arange(1.0, np.ceil(horizon)), horizon)
        self.worth = (1 + rate) ** -(self.times - np.diff(self.times, prepend=0.0) / 2)

    def purchases(self, values: np.ndarray, discounted: bool) -> np.ndarray:
        x, last, age = self.cells.T
        if not discounted or self.rate == 0:
            return future_purchases(values, x, last, age, self.times[-1])[self.cell_of]
        reached = future_purchases(values, x[:, None], last[:, None], age[:, None], self.times)
        return (np.diff(reached, axis=1, prepend=0.0) @ self.worth)[self.cell_of]

    def alive(self, values: np.ndarray) -> np.ndarray:
        return alive_share(values, *self.cells.T)[self.cell_of]

    def order(self, values: np.ndarray) -> np.ndarray:
        return expected_order(values, self.base["orders"], self.base["mean_value"])

    def listed(self, fit: Mixture, spend: Mixture) -> pd.DataFrame:
        order, made = self.order(spend.values), self.purchases(fit.values, False)
        return self.base.assign(
            alive=self.alive(fit.values),
            purchases=made,
            order_value=order,
            value=self.purchases(fit.values, True) * order,
        )


def _spending(base: pd.DataFrame, amount: str | None, problems: list[Problem]) -> tuple[Mixture, float]:
    none = Mixture(np.full(3, np.nan), np.full((3, 3), np.nan), np.nan, 0, False)
    if amount is None:
        return none, np.nan
    paid = base[base["orders"] > 0]
    varied = len(paid) > 2 and paid["orders"].nunique() > 1 and paid["mean_value"].nunique() > 1
    related = float(paid["orders"].corr(paid["mean_value"])) if varied else np.nan
    if abs(related) > RELATED:
        problems.append(Problem.of("VALUE-RELATED", f"column {amount}", "warning", r=round(related, 2), most=RELATED))
    fit = gamma_gamma(paid["orders"], paid["mean_value"]) if varied else none
    if not fit.converged:
        problems.append(Problem.of("VALUE-SPEND", f"column {amount}", "warning", n=len(paid)))
        return none, related
    return fit, related


def _plain(read: Purchases, level: float) -> list[Row]:
    base = read.customers
    rows = [
        share_row("repeat_rate", int((base["repeats"] > 0).sum()), len(base), level),
        share_row("repeat_order_rate", int((read.order_counts > 1).sum()), len(base), level),
    ]
    if len(read.amounts):
        rows += [mean_row("order_value", read.amounts, level), mean_row("customer_revenue", read.revenue, level)]
    return rows


def _parameters(names: tuple[str, ...], fit: Mixture, level: float) -> list[Row]:
    errors = fit.values * np.sqrt(np.diag(fit.covariance))
    return [
        positive_row(name, value, error, fit.n, level, "ml_mixture")
        for name, value, error in zip(names, fit.values, errors, strict=True)
    ]


def _derived(forecast: _Forecast, fit: Mixture, spend: Mixture, level: float) -> list[Row]:
    n = len(forecast.base)

    def counts(values: np.ndarray) -> np.ndarray:
        r, alpha, a, b = values
        new = float(expected_purchases(values, forecast.times[-1]))
        future = forecast.purchases(values, False)
        return np.array([r / alpha, a / (a + b), new, forecast.alive(values).mean(), future.sum()])

    names = ("purchase_rate", "dropout_share", "new_customer_purchases", "alive_share", "future_purchases")
    rows = _by_delta(names, counts, fit.values, fit.covariance, n, level)
    if not spend.converged:
        return rows
    both = linalg.block_diag(fit.covariance, spend.covariance)

    def worth(values: np.ndarray) -> np.ndarray:
        p, q, v = values[4:]
        total = float((forecast.purchases(values[:4], True) * forecast.order(values[4:])).sum())
        return np.array([p * v / (q - 1) if q > 1 else np.nan, total, total / n])

    names = ("mean_order_value", "future_value", "future_value_mean")
    return rows + _by_delta(names, worth, np.concatenate([fit.values, spend.values]), both, n, level)


def _by_delta(names: Any, target: Any, values: np.ndarray, covariance: np.ndarray, n: int, level: float) -> list[Row]:
    found, errors = by_delta(target, values, covariance)
    return [
        (share_by_delta if name in ("dropout_share", "alive_share") else positive_row)(
            name, one, error, n, level, "delta_log_parameters"
        )
        for name, one, error in zip(names, found, errors, strict=True)
    ]


def _holdout(base: pd.DataFrame, fit: Mixture, ahead: float, level: float) -> list[Row]:
    history = base["repeats"], base["last"], base["age"]
    found, errors = by_delta(
        lambda values: np.array([future_purchases(values, *history, ahead).sum()]), fit.values, fit.covariance
    )
    later = float(base["later"].sum())
    return [
        positive_row("holdout_expected", found[0], errors[0], len(base), level, "delta_log_parameters"),
        row("holdout_observed", later, np.nan, np.nan, np.nan, len(base), "counted"),
    ]


def _tracking(read: Purchases, fit: Mixture, unit: Unit) -> pd.DataFrame:
    first, starters = np.unique(read.first_days, return_counts=True)
    ends = np.arange(0.0, read.last_day + DAYS[unit], DAYS[unit])
    days = np.sort(read.repeat_days)
    since = np.maximum(ends[:, None] - first, 0.0) / DAYS[unit]
    known = np.isfinite(fit.values).all()
    expected = expected_purchases(fit.values, since) @ starters if known else np.full(len(ends), np.nan)
    seen = np.searchsorted(days, ends, side="right").astype(float)
    return pd.DataFrame({"time": ends / DAYS[unit], "observed": seen, "expected": expected})
