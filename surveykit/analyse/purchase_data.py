"""Orders turned into what repeat buying is fitted from: a customer a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveykit.analyse.customer_rows import numbers
from surveykit.analyse.frames import table_of
from surveykit.errors import Problem, SurveykitError

Unit = Literal["day", "week", "month"]
DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12}


@dataclass(frozen=True)
class Purchases:
    """`customers`: customer, repeats, last, age, orders and mean_value of repeat orders; `later`: occasions after.

    `amounts` of every order used and `revenue` a customer (empty without amounts). `age_at` holds the end of the
    observation in days after the first day; `repeat_days` the days of repeat purchases, of all who are in `customers`.
    """

    customers: pd.DataFrame
    amounts: np.ndarray
    revenue: np.ndarray
    order_counts: np.ndarray
    first_days: np.ndarray
    repeat_days: np.ndarray
    end_day: int
    last_day: int
    problems: tuple[Problem, ...]


def purchases_of(data: Any, customer: str, date: str, amount: str | None, until: str | None, unit: Unit) -> Purchases:
    """Orders read, the unusable ones counted, a customer's orders of one day joined to one purchase."""
    names = [customer, date, *([amount] if amount else [])]
    frame = table_of(data, names).set_axis(["customer", "date", *(["amount"] if amount else [])], axis=1)
    when = _dates(frame["date"], date)
    value = numbers(frame, "amount") if amount else np.ones(len(frame))
    known = frame["customer"].notna().to_numpy() & when.notna().to_numpy() & ~np.isnan(value)
    back = known & (value < 0)
    problems = []
    if not known.all():
        problems.append(Problem.of("VALUE-GAPS", date, "note", left=int((~known).sum()), rows=len(frame)))
    if back.any():
        problems.append(Problem.of("VALUE-RETURNS", f"column {amount}", "warning", rows=int(back.sum())))
    used = known & ~back
    if not used.any():
        raise SurveykitError.of("VALUE-NOORDERS", date)
    days = (when[used] - when[used].min()).dt.days.to_numpy()
    end = _end(until, when[used])
    codes, labels = pd.factorize(frame["customer"][used])
    orders = pd.DataFrame({"code": codes, "day": days, "amount": value[used]})
    seen = orders[orders["day"] <= end]
    if seen.empty:
        raise SurveykitError.of("VALUE-NOORDERS", date)
    occasions = orders.groupby(["code", "day"], as_index=False)["amount"].sum()
    first = occasions.groupby("code")["day"].transform("min")
    inside = (first <= end).to_numpy()
    occasions, first = occasions[inside], first[inside]
    repeat = occasions[occasions["day"] > first]
    made = _customers(occasions[occasions["day"] <= end], repeat[repeat["day"] <= end], end, DAYS[unit])
    later = repeat[repeat["day"] > end].groupby("code").size()
    made["later"] = later.reindex(made.index).fillna(0).to_numpy(dtype=float)
    made.insert(0, "customer", labels[made.index].astype(str))
    return Purchases(
        customers=made.reset_index(drop=True),
        amounts=seen["amount"].to_numpy() if amount else np.array([]),
        revenue=seen.groupby("code")["amount"].sum().to_numpy() if amount else np.array([]),
        order_counts=seen.groupby("code").size().to_numpy(),
        first_days=occasions.groupby("code")["day"].min().to_numpy(),
        repeat_days=repeat["day"].to_numpy(),
        end_day=end,
        last_day=int(days.max()),
        problems=tuple(problems),
    )


def _customers(occasions: pd.DataFrame, repeat: pd.DataFrame, end: int, unit: float) -> pd.DataFrame:
    span = occasions.groupby("code")["day"].agg(["min", "max", "size"])
    paid = repeat[repeat["amount"] > 0].groupby("code")["amount"].agg(["size", "mean"]).reindex(span.index)
    return pd.DataFrame(
        {
            "repeats": (span["size"] - 1).astype(float),
            "last": (span["max"] - span["min"]) / unit,
            "age": (end - span["min"]) / unit,
            "orders": paid["size"].fillna(0.0),
            "mean_value": paid["mean"],
        }
    )


def _dates(column: pd.Series, name: str) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column.dtype):
        raise SurveykitError.of("VALUE-NODATES", f"column {name}", found=str(column.dtype))
    try:
        when = pd.to_datetime(column)
    except (ValueError, TypeError) as found:
        raise SurveykitError.of("VALUE-NODATES", f"column {name}", found=str(found).split(",")[0][:80]) from found
    if when.dt.tz is not None:
        raise SurveykitError.of("VALUE-ZONE", f"column {name}", zone=str(when.dt.tz))
    return when.dt.normalize()


def _end(until: str | None, when: pd.Series) -> int:
    if until is None:
        return int((when.max() - when.min()).days)
    try:
        last = pd.Timestamp(until)
    except ValueError as found:
        raise SurveykitError.of("VALUE-NODATES", "until", found=str(until)) from found
    return int((min(last, when.max()) - when.min()).days)
