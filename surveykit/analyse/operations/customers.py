"""Metrics of the stock of customers: retention, churn and its reasons, renewal, referral, contact, participation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import WHOLE, Events
from surveykit.analyse.operations.record import Context, Record
from surveykit.stats.censored import curves, ended_by, quantile
from surveykit.stats.rates import Rates, dispersion, points, poisson, rescaled, share

MONTH = 365.25 / 12
CUSTOMERS = {"customers": ("customer",)}


def retention_source(c: Context) -> Rates:
    """(closing - new) / closing, as the source divides."""
    return share(c.stock.closing - c.stock.new, c.stock.closing, c.conf_level)


def retention(c: Context) -> Rates:
    """Those of the opening who are there at the closing, over the opening."""
    return share(c.stock.retained, c.stock.opening, c.conf_level)


def retention_difference(c: Context) -> Rates:
    """The source's rate minus the standard one."""
    return points(c.stock.opening, retention_source(c).estimate - retention(c).estimate)


def churn_rate(c: Context) -> Rates:
    """Those of the opening who left, over the opening."""
    return share(c.stock.opening - c.stock.retained, c.stock.opening, c.conf_level)


def churned_share(c: Context) -> Rates:
    """Customers marked as churned over those whose mark is known."""
    frame = c.grid.tables.frames["customers"]
    mark = frame["churned"].to_numpy(dtype=np.float64)
    group, known = c.grid.group("customers"), np.isfinite(mark)
    if c.grid.period != WHOLE:
        return points(np.zeros(c.grid.cells), np.full(c.grid.cells, np.nan))
    return share(c.grid.count(group[known], mark[known]), c.grid.count(group[known]), c.conf_level)


def churn_reason(c: Context) -> dict[str, Rates]:
    """Each reason over the customers who left in the window with a reason known."""
    return by_category(c, c.grid.events("customers", "left"), "churn_reason")


def tenure_median(c: Context) -> Rates:
    """Kaplan-Meier median of the months from joining to leaving, by the window of joining."""
    events, lasted, gone = _tenures(c)
    return quantile(curves(events.cell, lasted, gone, c.grid.cells), 0.5, c.conf_level)


def churn_within_year(c: Context) -> Rates:
    """Kaplan-Meier share that leaves within twelve months of joining, by the window of joining."""
    events, lasted, gone = _tenures(c)
    return ended_by(curves(events.cell, lasted, gone, c.grid.cells), 12.0, c.conf_level)


def _tenures(c: Context) -> tuple[Events, NDArray[np.float64], NDArray[np.bool_]]:
    events = c.grid.events("customers", "joined")
    left, seen = events.frame["left"], c.grid.tables.as_of
    moment = pd.NaT if seen is None else seen
    known = left.notna() & (left <= moment)
    lasted = left.where(known, moment) - events.frame["joined"]
    months = lasted.dt.total_seconds().to_numpy(dtype=np.float64) / 86400 / MONTH
    return events, months, known.to_numpy()


def renewal_source(c: Context) -> Rates:
    """Customers who renewed in the window over all customers."""
    due = c.grid.events("contracts")
    kept = due.column("renewed") == 1
    renewing = c.grid.distinct(Events(frame=due.frame[kept], cell=due.cell[kept]))
    return share(renewing, c.stock.served, c.conf_level)


def renewal_rate(c: Context) -> Rates:
    """Contracts renewed over contracts due, of those whose outcome is known."""
    due = c.grid.events("contracts")
    renewed = due.column("renewed")
    known = np.isfinite(renewed)
    return share(c.grid.count(due.cell[known], renewed[known]), c.grid.count(due.cell[known]), c.conf_level)


def referral_rate(c: Context) -> Rates:
    """Customers who referred someone over all customers."""
    return share(c.grid.distinct(c.grid.events("referrals")), c.stock.served, c.conf_level)


def contacts_per_customer(c: Context) -> Rates:
    """Contacts over customers."""
    return per_customer(c, c.grid.events("contacts"))


def customers_without_contact(c: Context) -> Rates:
    """Customers with no contact over all customers."""
    met = c.grid.distinct(c.grid.events("contacts"))
    return share(np.where(met <= c.stock.served, c.stock.served - met, np.nan), c.stock.served, c.conf_level)


def participation_rate(c: Context) -> Rates:
    """Participations over customers."""
    return per_customer(c, c.grid.events("activities"))


def participants_share(c: Context) -> Rates:
    """Customers who took part at least once over all customers."""
    return share(c.grid.distinct(c.grid.events("activities")), c.stock.served, c.conf_level)


def per_customer(c: Context, events: Events, unit: float = 1.0) -> Rates:
    """Events over `unit` customers; the interval is widened by the scatter of customers' own counts."""
    base = c.stock.served
    total = c.grid.count(events.cell)
    scatter: NDArray[np.float64] | float = 1.0
    if "customer" in events.frame.columns and events.frame["customer"].notna().all():
        own = pd.DataFrame({"cell": events.cell, "customer": events.frame["customer"].to_numpy()})
        sizes = own.groupby(["cell", "customer"], sort=False).size()
        squares = c.grid.count(
            sizes.index.get_level_values("cell").to_numpy(dtype=np.intp), sizes.to_numpy(dtype=np.float64) ** 2
        )
        scatter = dispersion(base, total, squares)
    return rescaled(poisson(total, base, c.conf_level, scatter), 0.0, unit)


def by_category(c: Context, events: Events, column: str, keep: NDArray[np.bool_] | None = None) -> dict[str, Rates]:
    """Each value of a column over the rows that have one."""
    known = events.frame[column].notna().to_numpy()
    known = known if keep is None else known & keep
    cell, values = events.cell[known], events.frame[column].to_numpy(dtype=object)[known]
    total = c.grid.count(cell)
    names = sorted({str(value) for value in values})
    text = np.array([str(value) for value in values], dtype=object)
    return {name: share(c.grid.count(cell[text == name]), total, c.conf_level) for name in names}


RECORDS = (
    Record(
        code="retention_source", studies=("S2 2", "S1 8"), needs={"customers": ("customer", "joined", "left")},
        unit="share", base="closing", interval="wilson", compute=retention_source, standard="retention",
        source_form=True, timed=True,
    ),
    Record(
        code="retention", studies=("S2 2", "S1 8"), needs={"customers": ("customer", "joined", "left")}, unit="share",
        base="opening", interval="wilson", compute=retention, timed=True, headline=True,
    ),
    Record(
        code="retention_difference", studies=("S2 2",), needs={"customers": ("customer", "joined", "left")},
        unit="share", base="opening", interval="point", compute=retention_difference, timed=True,
    ),
    Record(
        code="customer_churn", studies=("S1 7", "S2 17"), needs={"customers": ("customer", "joined", "left")},
        unit="share", base="opening", interval="wilson", compute=churn_rate, timed=True,
    ),
    Record(
        code="churned_share", studies=("S1 7", "S2 17"), needs={"customers": ("churned",)}, unit="share",
        base="customers", interval="wilson", compute=churned_share,
    ),
    Record(
        code="churn_reason", studies=("S1 7", "S2 17"), needs={"customers": ("customer", "left", "churn_reason")},
        unit="share", base="leavers", interval="wilson", compute=churn_reason,
    ),
    Record(
        code="tenure_median", studies=("S2 17",), needs={"customers": ("customer", "joined", "left")}, unit="months",
        base="joiners", interval="kaplan_meier_loglog", compute=tenure_median,
    ),
    Record(
        code="churn_within_year", studies=("S2 17",), needs={"customers": ("customer", "joined", "left")},
        unit="share", base="joiners", interval="kaplan_meier_loglog", compute=churn_within_year,
    ),
    Record(
        code="renewal_source", studies=("S2 12",), needs=CUSTOMERS | {"contracts": ("customer", "due", "renewed")},
        unit="share", base="customers", interval="wilson", compute=renewal_source, standard="renewal_rate",
        source_form=True,
    ),
    Record(
        code="renewal_rate", studies=("S2 12",), needs={"contracts": ("due", "renewed")}, unit="share", base="due",
        interval="wilson", compute=renewal_rate, headline=True,
    ),
    Record(
        code="referral_rate", studies=("S2 7",), needs=CUSTOMERS | {"referrals": ("customer", "made")}, unit="share",
        base="customers", interval="wilson", compute=referral_rate, headline=True,
    ),
    Record(
        code="contacts_per_customer", studies=("S2 8",), needs=CUSTOMERS | {"contacts": ("customer", "opened")},
        unit="count", base="customers", interval="poisson_exact", compute=contacts_per_customer,
    ),
    Record(
        code="customers_without_contact", studies=("S2 8",), needs=CUSTOMERS | {"contacts": ("customer", "opened")},
        unit="share", base="customers", interval="wilson", compute=customers_without_contact,
    ),
    Record(
        code="participation_rate", studies=("S2 13", "S2 4"), needs=CUSTOMERS | {"activities": ("customer", "at")},
        unit="count", base="customers", interval="poisson_exact", compute=participation_rate,
        standard="participants_share", source_form=True,
    ),
    Record(
        code="participants_share", studies=("S2 13", "S2 4"), needs=CUSTOMERS | {"activities": ("customer", "at")},
        unit="share", base="customers", interval="wilson", compute=participants_share,
    ),
)  # fmt: skip
