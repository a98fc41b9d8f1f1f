"""Metrics of calls, chats and tickets: waiting, handling and resolution times, service level, abandonment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.operations.cells import Events
from surveykit.analyse.operations.record import Context, Record
from surveykit.stats.censored import Curves, curves, ended_by, quantile
from surveykit.stats.rates import Rates, means, points, share

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
HOUR = 3600.0
ANSWER = (("contacts", "answered"), ("contacts", "waiting"))
HANDLE = (("contacts", "handling"), ("contacts", "resolved"))
OPENED = {"contacts": ("opened",)}


def _time(events: Events, column: str) -> NDArray[np.datetime64]:
    return events.frame[column].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")


def _outcome(events: Events) -> NDArray[np.object_]:
    if "outcome" in events.frame.columns:
        return events.frame["outcome"].to_numpy(dtype=object)
    return np.full(len(events.frame), None, dtype=object)


def until(c: Context, events: Events, begin: str, end: str) -> tuple[Floats, Flags]:
    """Seconds from one time to another, to the moment seen last where the other has not come; and whether it has."""
    first, last = _time(events, begin), _time(events, end)
    came = ~np.isnat(last) & ~(last > c.as_of)
    return c.span(first, np.where(came, last, c.as_of)), came


def _waits(c: Context) -> tuple[Events, Floats, Flags]:
    """Seconds until the answer of every contact, and whether there was one; who gave up is censored at giving up."""
    events = c.grid.events("contacts")
    outcome = _outcome(events)
    gone = np.isin(outcome.astype(str), ("abandoned", "refused"))
    if "answered" in events.frame.columns:
        waited, answered = until(c, events, "opened", "answered")
        if "waiting" in events.frame.columns:
            own = events.column("waiting")
            waited = np.where(np.isfinite(own), own, np.where(gone & ~answered, np.nan, waited))
        else:
            waited = np.where(gone & ~answered, np.nan, waited)
        return events, waited, answered & ~gone
    return events, events.column("waiting"), ~gone & np.isfinite(events.column("waiting"))


def _wait_curves(c: Context) -> Curves:
    events, waited, answered = _waits(c)
    return curves(events.cell, waited, answered, c.grid.cells)


def waiting_mean(c: Context) -> Rates:
    """Mean seconds to the answer of the contacts that were answered."""
    events, waited, answered = _waits(c)
    return means(events.cell[answered], waited[answered], c.grid.cells, c.conf_level)


def waiting_median(c: Context) -> Rates:
    """Kaplan-Meier median of the seconds to the answer."""
    return quantile(_wait_curves(c), 0.5, c.conf_level)


def waiting_p90(c: Context) -> Rates:
    """Kaplan-Meier 90th percentile of the seconds to the answer."""
    return quantile(_wait_curves(c), 0.9, c.conf_level)


def service_level(c: Context) -> Rates:
    """Answered within the threshold over all contacts offered, without those too young to tell."""
    events, waited, answered = _waits(c)
    gone = np.isin(_outcome(events).astype(str), ("abandoned", "refused"))
    told = answered | gone | (waited >= c.answer_within)
    quick = answered & (waited <= c.answer_within)
    return share(c.grid.count(events.cell[quick]), c.grid.count(events.cell[told]), c.conf_level)


def service_level_served(c: Context) -> Rates:
    """Answered within the threshold over the contacts answered."""
    events, waited, answered = _waits(c)
    quick = answered & (waited <= c.answer_within)
    return share(c.grid.count(events.cell[quick]), c.grid.count(events.cell[answered]), c.conf_level)


def answered_in_time(c: Context) -> Rates:
    """Kaplan-Meier share answered within the norm (24 hours)."""
    return ended_by(_wait_curves(c), c.respond_within * HOUR, c.conf_level)


def _handling(c: Context) -> tuple[Events, Floats, Flags]:
    """Seconds of work on every contact that was taken, and whether the work has ended."""
    events = c.grid.events("contacts")
    taken = ~np.isin(_outcome(events).astype(str), ("abandoned", "refused"))
    if "handling" in events.frame.columns:
        spent = events.column("handling")
        ended = np.isfinite(spent)
    else:
        begin = "answered" if "answered" in events.frame.columns else "opened"
        spent, ended = until(c, events, begin, "resolved")
    return Events(frame=events.frame[taken], cell=events.cell[taken]), spent[taken], ended[taken]


def handling_mean(c: Context) -> Rates:
    """Mean seconds of work on the contacts whose work has ended."""
    events, spent, ended = _handling(c)
    return means(events.cell[ended], spent[ended], c.grid.cells, c.conf_level)


def handling_median(c: Context) -> Rates:
    """Kaplan-Meier median of the seconds of work."""
    events, spent, ended = _handling(c)
    return quantile(curves(events.cell, spent, ended, c.grid.cells), 0.5, c.conf_level)


def handling_p90(c: Context) -> Rates:
    """Kaplan-Meier 90th percentile of the seconds of work."""
    events, spent, ended = _handling(c)
    return quantile(curves(events.cell, spent, ended, c.grid.cells), 0.9, c.conf_level)


def _resolutions(c: Context) -> tuple[Curves, Events, Flags]:
    events = c.grid.events("contacts")
    taken = ~np.isin(_outcome(events).astype(str), ("abandoned", "refused"))
    lasted, done = until(c, events, "opened", "resolved")
    kept = Events(frame=events.frame[taken], cell=events.cell[taken])
    return curves(kept.cell, lasted[taken] / HOUR, done[taken], c.grid.cells), kept, done[taken]


def resolution_median(c: Context) -> Rates:
    """Kaplan-Meier median of the hours from opening to resolution."""
    return quantile(_resolutions(c)[0], 0.5, c.conf_level)


def resolution_p90(c: Context) -> Rates:
    """Kaplan-Meier 90th percentile of the hours from opening to resolution."""
    return quantile(_resolutions(c)[0], 0.9, c.conf_level)


def resolved_in_time(c: Context) -> Rates:
    """Kaplan-Meier share resolved within the norm."""
    return ended_by(_resolutions(c)[0], c.resolve_within, c.conf_level)


def resolution_rate(c: Context) -> Rates:
    """Contacts resolved so far over the contacts taken."""
    _, events, done = _resolutions(c)
    return share(c.grid.count(events.cell[done]), c.grid.count(events.cell), c.conf_level)


def open_contacts(c: Context) -> Rates:
    """Contacts of the window that are still open."""
    _, events, done = _resolutions(c)
    return points(c.grid.count(events.cell), c.grid.count(events.cell[~done]))


def first_contact_resolution(c: Context) -> Rates:
    """Resolved at the first contact over the contacts of which that is known."""
    events = c.grid.events("contacts")
    mark = events.column("first_contact")
    known = np.isfinite(mark)
    return share(c.grid.count(events.cell[known], mark[known]), c.grid.count(events.cell[known]), c.conf_level)


def _outcome_share(c: Context, word: str) -> Rates:
    events = c.grid.events("contacts")
    outcome = _outcome(events).astype(str)
    known = np.isin(outcome, ("served", "abandoned", "refused"))
    return share(c.grid.count(events.cell[outcome == word]), c.grid.count(events.cell[known]), c.conf_level)


def abandonment_rate(c: Context) -> Rates:
    """Contacts given up by the customer over the contacts offered."""
    return _outcome_share(c, "abandoned")


def refusal_rate(c: Context) -> Rates:
    """Requests refused over the contacts offered."""
    return _outcome_share(c, "refused")


def contact_volume(c: Context) -> Rates:
    """Contacts of the window."""
    count = c.grid.count(c.grid.events("contacts").cell)
    return points(count, count)


def conformity(c: Context) -> Rates:
    """Standards met over standards checked, mean of the checks."""
    events = c.grid.events("checks")
    asked, met = events.column("standards"), events.column("met")
    score = np.divide(met, asked, out=np.full(len(met), np.nan), where=(asked > 0) & (met <= asked))
    return means(events.cell, score, c.grid.cells, c.conf_level)


def _timed(code: str, compute: object, **more: object) -> Record:
    known = {"studies": ("S4 1", "S1 10"), "needs": OPENED, "unit": "seconds", "base": "contacts", "either": ANSWER}
    return Record(code=code, compute=compute, **{"interval": "kaplan_meier_loglog", **known, **more})  # type: ignore[arg-type]


RESOLVED = {"contacts": ("opened", "resolved")}
OUTCOME = {"contacts": ("opened", "outcome")}
RECORDS = (
    Record(
        code="contact_volume", studies=("S4 7",), needs=OPENED, unit="number", base="contacts", interval="point",
        compute=contact_volume,
    ),
    _timed("waiting_mean", waiting_mean, interval="mean_t", base="answered", standard="waiting_median"),
    _timed("waiting_median", waiting_median, headline=True),
    _timed("waiting_p90", waiting_p90),
    _timed("service_level", service_level, unit="share", interval="wilson", headline=True),
    _timed(
        "service_level_served", service_level_served, unit="share", interval="wilson", base="answered",
        standard="service_level",
    ),
    _timed("answered_in_time", answered_in_time, unit="share", studies=("S4 3", "S1 10"), headline=True),
    _timed(
        "handling_mean", handling_mean, interval="mean_t", studies=("S4 2",), either=HANDLE, base="handled",
        standard="handling_median",
    ),
    _timed("handling_median", handling_median, studies=("S4 2",), either=HANDLE, base="taken"),
    _timed("handling_p90", handling_p90, studies=("S4 2",), either=HANDLE, base="taken"),
    _timed(
        "resolution_median", resolution_median, studies=("S4 2",), needs=RESOLVED, either=(), unit="hours",
        base="taken", headline=True,
    ),
    _timed("resolution_p90", resolution_p90, studies=("S4 2",), needs=RESOLVED, either=(), unit="hours", base="taken"),
    _timed(
        "resolved_in_time", resolved_in_time, studies=("S4 4",), needs=RESOLVED, either=(), unit="share", base="taken"
    ),
    _timed(
        "resolution_rate", resolution_rate, studies=("S4 4",), needs=RESOLVED, either=(), unit="share", base="taken",
        interval="wilson", standard="resolved_in_time",
    ),
    _timed(
        "open_contacts", open_contacts, studies=("S4 4",), needs=RESOLVED, either=(), unit="number", base="taken",
        interval="point",
    ),
    _timed(
        "first_contact_resolution", first_contact_resolution, studies=("S4 4",),
        needs={"contacts": ("opened", "first_contact")}, either=(), unit="share", base="contacts", interval="wilson",
    ),
    _timed(
        "abandonment_rate", abandonment_rate, studies=("S4 4",), needs=OUTCOME, either=(), unit="share",
        base="offered", interval="wilson", headline=True,
    ),
    _timed(
        "refusal_rate", refusal_rate, studies=("S4 4",), needs=OUTCOME, either=(), unit="share", base="offered",
        interval="wilson",
    ),
    Record(
        code="conformity", studies=("S4 5",), needs={"checks": ("met", "standards")}, unit="share", base="checks",
        interval="mean_t", compute=conformity,
    ),
)  # fmt: skip
