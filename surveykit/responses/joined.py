"""Answers joined to what the same customers did before and after they answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import require_columns, weights_of
from surveykit.responses.table_check import ids as texts
from surveykit.responses.tables import Tables
from surveykit.result import Names

COUNTED = {
    "complaints": ("opened", "complained", "complaints"),
    "referrals": ("made", "referred", "referrals"),
    "contacts": ("opened", "contacted", "contacts"),
    "activities": ("at", "took_part", "participations"),
}
DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joined:
    """A row a customer who answered and is known: the answers, then deeds after the answer, and before it as *_before.

    Deeds, where the tables tell: renewed (first contract due after), left and time_to_left (days; to the moment seen
    last for those who stay), complained, complaints, referred, referrals, contacted, contacts, took_part,
    participations, spend, orders. `silent` has the deeds of customers who did not answer though they were there (joined
    and not left) at the median moment of the answers, from which theirs count. `receipt`: a row a finding with its
    count.
    """

    frame: pd.DataFrame
    silent: pd.DataFrame
    receipt: pd.DataFrame
    problems: tuple[Problem, ...]
    names: Names

    def __repr__(self) -> str:
        return f"<Joined: {len(self.frame)} customers, {self.frame.shape[1]} columns>"


def join_customers(answers: Any, tables: Tables, customer: str, at: str | None = None) -> Joined:
    """Join answers (or scores) to the customers' own deeds by the key in column `customer`.

    `at`: a column with the moment of the answer, or one moment for all ("2026-01-15"); without it all deeds count as
    done, before or after, with a Problem. Where a customer answered twice the last row counts. Answers without a key,
    of unknown customers, and customers without an answer are counted in the receipt. Missing: a deed is NaN for
    customers for whom it could not happen (no contract due, gone before they answered). Errors: no table of customers,
    no such column, a moment that cannot be read, no customer in common.
    """
    if not tables.has("customers", "customer"):
        raise SurveykitError.of("OPS-LACKING", needs="customers.customer")
    if isinstance(answers, Responses | Scores) and weights_of(answers) is not None:
        raise SurveykitError.of("ANALYSE-WEIGHTS", call="join_customers")
    frame, names = _answers(answers, customer)
    dated = at is not None and at in frame.columns
    moment = _moments(frame[at] if dated else pd.Series([at] * len(frame), index=frame.index), tables)
    key = texts(frame[customer])
    known = pd.Index(tables.frames["customers"]["customer"].dropna())
    without, strange = key.isna(), key.notna() & ~key.isin(known)
    good = ~(without | strange)
    twice = key.where(good).duplicated(keep="last") & good
    used = good & ~twice
    if not used.any():
        raise SurveykitError.of("JOIN-NONE", f"column {customer}", answers=len(frame), customers=len(known))
    index = pd.Index(key[used])
    when = pd.Series(moment[used].to_numpy(), index=index, dtype=f"datetime64[ns, {tables.timezone}]")
    done = _deeds(tables, when, timed=at is not None)
    whole = frame[used].drop(columns=[customer]).reset_index(drop=True)
    clash = [name for name in done.columns if name in whole.columns]
    whole = whole.drop(columns=clash)
    middle = when.dropna().median() if when.notna().any() else pd.NaT
    rest = known.difference(index)
    quiet = pd.Series([middle] * len(rest), index=rest, dtype=f"datetime64[ns, {tables.timezone}]")
    quiet = quiet[_there(tables, quiet)]
    counts = {
        "JOIN-MATCHED": int(used.sum()), "JOIN-NOKEY": int(without.sum()), "JOIN-STRANGER": int(strange.sum()),
        "JOIN-TWICE": int(twice.sum()), "JOIN-SILENT": len(quiet), "JOIN-AWAY": len(rest) - len(quiet),
    }  # fmt: skip
    problems = [
        Problem.of(code, f"column {customer}", "warning", count=count)
        for code, count in counts.items()
        if count and code in ("JOIN-NOKEY", "JOIN-STRANGER", "JOIN-TWICE")
    ]
    problems += [Problem.of("JOIN-NOTIME", "at", "warning")] if at is None else []
    problems += [Problem.of("JOIN-CLASH", "answers", "note", columns=", ".join(clash))] if clash else []
    said = [(code, count, Problem.of(code, "", "note", count=count).message()) for code, count in counts.items()]
    return Joined(
        frame=pd.concat([pd.DataFrame({"customer": index}), whole, done.reset_index(drop=True)], axis=1),
        silent=_deeds(tables, quiet, timed=at is not None).rename_axis("customer").reset_index(),
        receipt=pd.DataFrame(said, columns=["finding", "count", "reason"]),
        problems=tuple(problems),
        names=names,
    )


def _answers(answers: Any, customer: str) -> tuple[pd.DataFrame, Names]:
    require_columns(answers, [customer])
    if isinstance(answers, Scores):
        source = answers.source.frame() if answers.source is not None else pd.DataFrame(index=answers.values.index)
        rest = source[[name for name in source.columns if name not in answers.values.columns]].reset_index(drop=True)
        return pd.concat([answers.values.reset_index(drop=True), rest], axis=1), dict(answers.names)
    frame = answers.frame() if isinstance(answers, Responses) else answers
    return frame.reset_index(drop=True), {}


def _moments(given: pd.Series, tables: Tables) -> pd.Series:
    """Moments as times of the tables' zone."""
    found = pd.to_datetime(given, errors="coerce", format="ISO8601" if given.dtype == object else None)
    if not pd.api.types.is_datetime64_any_dtype(found.dtype):
        found = pd.Series(pd.NaT, index=given.index, dtype="datetime64[ns]")
    if given.notna().any() and found.isna().all():
        raise SurveykitError.of("OPS-MOMENT", found=str(given.dropna().iloc[0]))
    zoned = found.dt.tz_localize(tables.timezone) if found.dt.tz is None else found.dt.tz_convert(tables.timezone)
    return zoned


def _rows(tables: Tables, customers: pd.Index) -> pd.DataFrame:
    """The customers' own rows, in this order."""
    return tables.frames["customers"].dropna(subset=["customer"]).set_index("customer").reindex(customers)


def _gone(tables: Tables, when: pd.Series) -> np.ndarray:
    """Who had left by their moment."""
    own = _rows(tables, when.index)
    return (own["left"] <= when).to_numpy() if "left" in own.columns else np.zeros(len(when), dtype=bool)


def _there(tables: Tables, when: pd.Series) -> np.ndarray:
    """Who had joined by their moment, as far as that is known, and not left."""
    own = _rows(tables, when.index)
    early = (own["joined"] > when).to_numpy() if "joined" in own.columns else False
    return ~(_gone(tables, when) | early)


def _deeds(tables: Tables, when: pd.Series, timed: bool) -> pd.DataFrame:
    """Deeds after each customer's moment, NaN of those gone by then, and before it."""
    parts = pd.DataFrame(dict(_columns(tables, when, timed)), index=when.index)
    later = ~parts.columns.str.endswith("_before")
    return parts.astype(float).mask(_gone(tables, when)[:, None] & later) if timed else parts


def _columns(tables: Tables, when: pd.Series, timed: bool) -> Iterator[tuple[str, Any]]:
    yield from _leaving(tables, when)
    if tables.has("contracts", "customer", "due", "renewed"):
        yield "renewed", _renewals(tables.frames["contracts"], when, tables.as_of, timed)
    for table, (time, flag, count) in COUNTED.items():
        if tables.has(table, "customer", time):
            rows = tables.frames[table][["customer", time]].assign(amount=1.0)
            after, before = _sums(rows, time, when, tables.as_of, timed)
            yield flag, (after > 0).astype(float)
            yield count, after
            if timed:
                yield f"{flag}_before", (before > 0).astype(float)
                yield f"{count}_before", before
    if tables.has("purchases", "customer", "at", "amount"):
        rows = tables.frames["purchases"]
        for name, part in (("spend", rows), ("orders", rows.assign(amount=1.0))):
            after, before = _sums(part, "at", when, tables.as_of, timed)
            yield name, after
            if timed:
                yield f"{name}_before", before


def _leaving(tables: Tables, when: pd.Series) -> Iterator[tuple[str, Any]]:
    customers = _rows(tables, when.index)
    if "left" not in customers.columns:
        if "churned" in customers.columns:
            yield "left", customers["churned"].to_numpy(dtype=float)
        return
    end = (
        customers["left"].where(~(customers["left"] > tables.as_of)) if tables.as_of is not None else customers["left"]
    )
    left = end.notna().to_numpy().astype(float)
    yield "left", left
    last = end.fillna(tables.as_of) if tables.as_of is not None else end
    days = (last - when).dt.total_seconds().to_numpy(dtype=float) / DAY
    yield "time_to_left", np.where(np.isnan(left) | (days < 0), np.nan, days)


def _renewals(rows: pd.DataFrame, when: pd.Series, as_of: Any, timed: bool) -> np.ndarray:
    """Whether the first contract due after the answer (and by the moment seen last) was renewed."""
    own = rows.dropna(subset=["customer", "due", "renewed"])
    moment = own["customer"].map(when)
    keep = own["customer"].isin(when.index) & ~(own["due"] > as_of)
    keep &= (own["due"] > moment) if timed else True
    first = own[keep].sort_values("due", kind="stable").drop_duplicates("customer").set_index("customer")["renewed"]
    return first.reindex(when.index).to_numpy(dtype=float)


def _sums(rows: pd.DataFrame, time: str, when: pd.Series, as_of: Any, timed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Sums of `amount` after and before each customer's moment; everything counts as after without moments."""
    own = rows[rows["customer"].isin(when.index) & ~(rows[time] > as_of)]
    later = (own[time] > own["customer"].map(when)).to_numpy() if timed else np.ones(len(own), dtype=bool)
    after, before = (
        own[mask].groupby("customer")["amount"].sum().reindex(when.index).fillna(0.0).to_numpy(dtype=float)
        for mask in (later, ~later)
    )
    return after, before
