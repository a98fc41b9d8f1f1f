"""Metrics of orders and invoices: delivery against the promise, completeness, accuracy, changes, returns, billing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import Events
from surveykit.analyse.operations.contacts import HOUR, until
from surveykit.analyse.operations.record import Context, Record
from surveykit.stats.censored import curves, quantile
from surveykit.stats.rates import Rates, means, poisson, rescaled, share

HUNDRED = 100.0
Flags = NDArray[np.bool_]


def _kept(c: Context, time: str = "") -> Events:
    """Orders that were not cancelled, by the time they were placed or another."""
    events = c.grid.events("orders", time)
    if "cancelled" not in events.frame.columns:
        return events
    kept = ~(events.frame["cancelled"] == 1).to_numpy()
    return Events(frame=events.frame[kept], cell=events.cell[kept])


def _before(events: Events, first: str, second: str, c: Context) -> tuple[Flags, Flags]:
    """Whether a thing was done by its time, and whether that time had come by the moment seen last."""
    done, due = (
        events.frame[name].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
        for name in (first, second)
    )
    came = ~np.isnat(due) & ~(due > c.as_of)
    return ~np.isnat(done) & (done <= due), came


def _flag_share(c: Context, events: Events, column: str, keep: Flags | None = None) -> Rates:
    """Rows with a mark over the rows whose mark is known."""
    mark = events.column(column)
    known = np.isfinite(mark) if keep is None else np.isfinite(mark) & keep
    return share(c.grid.count(events.cell[known], mark[known]), c.grid.count(events.cell[known]), c.conf_level)


def delivered_on_time(c: Context) -> Rates:
    """Delivered by the promised time over orders whose promised time has come; what is still open is late."""
    events = _kept(c, "promised")
    good, due = _before(events, "delivered", "promised", c)
    return share(c.grid.count(events.cell[good & due]), c.grid.count(events.cell[due]), c.conf_level)


def delivery_time_median(c: Context) -> Rates:
    """Kaplan-Meier median of the hours from order to delivery."""
    events = _kept(c)
    lasted, done = until(c, events, "placed", "delivered")
    return quantile(curves(events.cell, lasted / HOUR, done, c.grid.cells), 0.5, c.conf_level)


def delivery_delay(c: Context) -> Rates:
    """Mean hours from the promised time to delivery, early ones negative, of the orders delivered."""
    events = _kept(c, "promised")
    late = (events.frame["delivered"] - events.frame["promised"]).dt.total_seconds().to_numpy(dtype=np.float64)
    known = np.isfinite(late)
    return means(events.cell[known], late[known] / HOUR, c.grid.cells, c.conf_level)


def order_fill_rate(c: Context) -> Rates:
    """Order lines delivered in full over order lines."""
    events = _kept(c)
    asked, filled = events.column("lines"), events.column("lines_filled")
    known = np.isfinite(asked) & np.isfinite(filled) & (asked > 0) & (filled <= asked)
    cell = events.cell[known]
    return share(c.grid.count(cell, filled[known]), c.grid.count(cell, asked[known]), c.conf_level)


def orders_filled(c: Context) -> Rates:
    """Orders of which every line was delivered in full over orders."""
    events = _kept(c)
    asked, filled = events.column("lines"), events.column("lines_filled")
    known = np.isfinite(asked) & np.isfinite(filled) & (asked > 0) & (filled <= asked)
    whole = known & (asked == filled)
    return share(c.grid.count(events.cell[whole]), c.grid.count(events.cell[known]), c.conf_level)


def order_accuracy(c: Context) -> Rates:
    """Orders without a wrong item or quantity over orders checked."""
    return _flag_share(c, _kept(c), "correct")


def change_flexibility(c: Context) -> Rates:
    """Changes made over changes asked for."""
    events = _kept(c)
    asked = events.column("change_asked") == 1
    return _flag_share(c, events, "change_made", asked)


def tracking_share(c: Context) -> Rates:
    """Orders that the customer could track over orders."""
    return _flag_share(c, _kept(c), "tracked")


def return_rate(c: Context) -> Rates:
    """Orders returned over orders delivered."""
    events = _kept(c)
    return _flag_share(c, events, "returned", events.frame["delivered"].notna().to_numpy())


def complaints_per_100_orders(c: Context) -> Rates:
    """Complaints per 100 orders delivered."""
    events = _kept(c)
    delivered = c.grid.count(events.cell[events.frame["delivered"].notna().to_numpy()])
    return rescaled(poisson(c.grid.count(c.grid.events("complaints").cell), delivered, c.conf_level), 0.0, HUNDRED)


def invoice_on_time(c: Context) -> Rates:
    """Invoices issued by their due date over invoices whose due date has come."""
    events = c.grid.events("invoices")
    good, due = _before(events, "issued", "due", c)
    return share(c.grid.count(events.cell[good & due]), c.grid.count(events.cell[due]), c.conf_level)


def invoice_accuracy(c: Context) -> Rates:
    """Invoices that needed no correction over invoices issued."""
    return _flag_share(c, c.grid.events("invoices"), "correct")


def invoice_good(c: Context) -> Rates:
    """Invoices on time and without correction over invoices whose due date has come."""
    events = c.grid.events("invoices")
    good, due = _before(events, "issued", "due", c)
    right = good & (events.column("correct") == 1)
    return share(c.grid.count(events.cell[right & due]), c.grid.count(events.cell[due]), c.conf_level)


def _order(code: str, compute: object, *columns: str, **more: object) -> Record:
    known = {"studies": ("S3 3",), "unit": "share", "base": "orders", "interval": "wilson"}
    needs = {"orders": ("placed", *columns)}
    return Record(code=code, compute=compute, **{"needs": needs, **known, **more})  # type: ignore[arg-type]


LINES = ("lines", "lines_filled")
RECORDS = (
    _order("delivered_on_time", delivered_on_time, "promised", "delivered", base="orders_due", headline=True),
    _order(
        "delivery_time_median", delivery_time_median, "delivered", unit="hours", interval="kaplan_meier_loglog",
    ),
    _order(
        "delivery_delay", delivery_delay, "promised", "delivered", unit="hours", interval="mean_t", base="delivered",
        standard="delivered_on_time",
    ),
    _order("order_fill_rate", order_fill_rate, *LINES, base="lines"),
    _order("orders_filled", orders_filled, *LINES),
    _order("order_accuracy", order_accuracy, "correct", headline=True),
    _order("change_flexibility", change_flexibility, "change_asked", "change_made", base="changes"),
    _order("tracking_share", tracking_share, "tracked"),
    _order("return_rate", return_rate, "returned", "delivered", base="delivered", headline=True),
    _order(
        "complaints_per_100_orders", complaints_per_100_orders, unit="per_100_orders", interval="poisson_exact",
        base="delivered", needs={"orders": ("placed", "delivered"), "complaints": ("opened",)},
    ),
    _order("invoice_on_time", invoice_on_time, needs={"invoices": ("due", "issued")}, base="invoices_due"),
    _order("invoice_accuracy", invoice_accuracy, needs={"invoices": ("due", "correct")}, base="invoices"),
    _order(
        "invoice_good", invoice_good, needs={"invoices": ("due", "issued", "correct")}, base="invoices_due",
        headline=True,
    ),
)  # fmt: skip
