"""One row a customer, made of the tables of a customer system: how long, still there or gone, and what was spent."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from surveykit.errors import SurveykitError
from surveykit.responses.tables import Tables

DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}


def customer_table(tables: Tables, unit: Literal["day", "week", "month", "year"] = "month") -> pd.DataFrame:
    """The customers with the time and money that survival and lifetime value are computed from, a customer a row.

    Columns beside those of the `customers` table: `tenure` in units from `joined` to `left`, or to the moment seen last
    for those who stay (`gone` 0: censored, not dropped; 1 for those who left by then); with purchases, `orders` and
    `spend` a unit of tenure (all amounts until then over the tenure, 0 without a purchase; NaN where the tenure is
    under a day). NaN where `joined` is unknown or lies after the moment seen last. Errors: SurveykitError without
    `customers.joined`, or for an unknown unit. Use: `sk.survival(table, "tenure", "gone")`,
    `sk.lifetime_value(table, "spend", "tenure", "gone", "acquisition_cost")`.
    """
    if unit not in DAYS:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="unit", found=str(unit), allowed=", ".join(DAYS))
    if not tables.has("customers", "customer", "joined") or tables.as_of is None:
        raise SurveykitError.of("OPS-LACKING", needs="customers.customer, customers.joined")
    customers = tables.frames["customers"]
    end = customers["left"] if "left" in customers.columns else pd.Series(pd.NaT, index=customers.index)
    gone = end.notna() & ~(end > tables.as_of)
    last = end.where(gone, tables.as_of)
    days = (last - customers["joined"]).dt.total_seconds() / 86_400
    tenure = (days / DAYS[unit]).where(days >= 0)
    made = customers.assign(tenure=tenure, gone=gone.astype(float).where(tenure.notna()))
    if not tables.has("purchases", "customer", "at", "amount"):
        return made
    bought = tables.frames["purchases"]
    seen = bought[~(bought["at"] > tables.as_of)].groupby("customer")["amount"].agg(["size", "sum"])
    orders, amount = (made["customer"].map(seen[part]).fillna(0.0) for part in ("size", "sum"))
    return made.assign(orders=orders, spend=np.where(days >= 1, amount / tenure.where(days >= 1), np.nan))
