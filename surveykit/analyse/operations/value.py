"""What customers are worth: as a portfolio (S1), each net of acquisition (S2), and discounted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import WHOLE, YEARLY
from surveykit.analyse.operations.record import Context, Record
from surveykit.stats.rates import Rates, linearised, means, points

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """Mean spend of a customer in the window, share that leaves in it, and the covariance of the two means."""

    spend: Floats
    churn: Floats
    covariance: Floats


def _worth(c: Context) -> Worth:
    bought = c.grid.events("purchases")
    rows = pd.DataFrame(
        {"cell": bought.cell, "customer": bought.frame["customer"].to_numpy(), "amount": bought.column("amount")}
    )
    totals = rows.groupby(["cell", "customer"], sort=False, as_index=False)["amount"].sum()
    cell, amount = totals["cell"].to_numpy(dtype=np.intp), totals["amount"].to_numpy(dtype=np.float64)
    served, opening = (np.where(base > 0, base, np.nan) for base in (c.stock.served, c.stock.opening))
    lost = c.stock.opening - c.stock.retained
    spend, churn = c.grid.count(cell, amount) / served, lost / opening
    variance = (c.grid.count(cell, amount**2) - served * spend**2) / np.where(served > 1, served - 1, np.nan) / served
    stayed, gone = _status(c, cell, totals["customer"])
    both = c.grid.count(cell, amount * gone) - churn * c.grid.count(cell, amount * stayed)
    joint = both / (served * opening)
    covariance = np.array([[variance, joint], [joint, churn * (1 - churn) / opening]])
    return Worth(spend=spend, churn=churn, covariance=covariance)


def _status(c: Context, cell: NDArray[np.intp], customer: pd.Series) -> tuple[Floats, Floats]:
    """Whether each customer of a window was there at its opening, and whether also gone by its closing."""
    known = c.grid.tables.frames["customers"].set_index("customer")
    local = {name: known[name].dt.tz_localize(None) for name in ("joined", "left")}
    joined, left = (customer.map(local[name]).to_numpy(dtype="datetime64[ns]") for name in ("joined", "left"))
    window = c.grid.window(cell)
    start, end = (edges.astype("datetime64[ns]")[window] for edges in (c.grid.starts, c.grid.ends))
    opening = (np.isnat(joined) | (joined < start)) & ~(left < start)
    return opening.astype(np.float64), (opening & (left < end)).astype(np.float64)


def _undefined(c: Context) -> Rates:
    return points(np.zeros(c.grid.cells), np.full(c.grid.cells, np.nan))


def ltv_portfolio(c: Context) -> Rates:
    """Mean spend x lifetime x customers, with lifetime = 1 / churn: the total of all customers."""
    if c.grid.period == WHOLE:
        return _undefined(c)
    w, served = _worth(c), c.stock.served
    churn = np.where(w.churn > 0, w.churn, np.nan)
    return linearised(
        served * w.spend / churn, (served / churn, -served * w.spend / churn**2), w.covariance, served, c.conf_level
    )


def ltv_net(c: Context) -> Rates:
    """Mean spend x lifetime - acquisition cost of a customer, undiscounted."""
    if c.grid.period == WHOLE:
        return _undefined(c)
    w, (cost, more) = _worth(c), _costs(c)
    churn = np.where(w.churn > 0, w.churn, np.nan)
    return _net(c, w.spend / churn - cost, (1 / churn, -w.spend / churn**2), w, more)


def ltv_discounted(c: Context) -> Rates:
    """Sum over the windows to come of mean spend x retention^t / (1 + d)^t, minus acquisition cost."""
    if c.grid.period == WHOLE:
        return _undefined(c)
    w, (cost, more) = _worth(c), _costs(c)
    windows = YEARLY[c.grid.period] / c.grid.rolling
    rate = (1 + c.discount) ** (1 / windows) - 1
    bottom = rate + w.churn
    factor = np.divide(1 + rate, bottom, out=np.full_like(bottom, np.nan), where=bottom > 0)
    slope = -w.spend * factor / np.where(bottom > 0, bottom, np.nan)
    return _net(c, w.spend * factor - cost, (factor, slope), w, more)


def _costs(c: Context) -> tuple[Floats, Floats]:
    """Mean acquisition cost by group over all customers with one known, and its sampling variance."""
    frame = c.grid.tables.frames["customers"]
    groups, windows = len(c.grid.groups), len(c.grid.labels)
    found = means(c.grid.group("customers"), frame["acquisition_cost"].to_numpy(dtype=np.float64), groups)
    return np.tile(found.estimate, windows), np.tile(np.nan_to_num(found.std_error) ** 2, windows)


def _net(c: Context, value: Floats, slopes: tuple[Floats, Floats], w: Worth, more: Floats) -> Rates:
    none = np.zeros_like(more)
    whole = np.array([[*w.covariance[0], none], [*w.covariance[1], none], [none, none, more]])
    return linearised(value, (*slopes, -np.ones_like(value)), whole, c.stock.served, c.conf_level)


SPEND = {"customers": ("customer", "joined", "left"), "purchases": ("customer", "at", "amount")}
NET = SPEND | {"customers": ("customer", "joined", "left", "acquisition_cost")}
RECORDS = (
    Record(
        code="value_portfolio", studies=("S1 9",), needs=SPEND, unit="money", base="customers", interval="linearised",
        compute=ltv_portfolio, source_form=True, timed=True, standard="value_discounted",
    ),
    Record(
        code="value_net", studies=("S2 6",), needs=NET, unit="money", base="customers", interval="linearised",
        compute=ltv_net, source_form=True, timed=True, standard="value_discounted",
    ),
    Record(
        code="value_discounted", studies=("S2 6", "S1 9"), needs=NET, unit="money", base="customers",
        interval="linearised", compute=ltv_discounted, timed=True,
    ),
)  # fmt: skip
