"""Examples of repeat buying, renewals, lifetime value, survival and Cox regression for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from surveykit.analyse.churn_reasons import churn_reasons
from surveykit.analyse.contracts import renewal_lifetime
from surveykit.analyse.hazards import cox
from surveykit.analyse.lifetime import repeat_purchases
from surveykit.analyse.portfolio import lifetime_value
from surveykit.analyse.seasons import change_point, seasonality
from surveykit.analyse.survival import survival
from surveykit.analyse.trends import control_chart
from surveykit.result import Result
from tests.value_data import cohort, freireich, lung, months, orders, subscribers


def leavers() -> pd.DataFrame:
    """Subscribers with the reason that some of those who left gave."""
    base = subscribers()
    return base.assign(why=np.where(base["lost"] == 1, np.resize(["price", "quality", None], len(base)), None))


EXAMPLES: dict[str, Callable[[], Result]] = {
    "repeat purchases": lambda: repeat_purchases(
        orders(), "customer", "date", "amount", until="2021-10-01", discount=0.1, horizon=26
    ),
    "repeat purchases without amounts": lambda: repeat_purchases(orders(), "customer", "date", unit="month", horizon=6),
    "repeat purchases of nobody": lambda: repeat_purchases(
        orders().drop_duplicates("customer"), "customer", "date", "amount"
    ),
    "renewals": lambda: renewal_lifetime(
        cohort([1000, 869, 743, 653, 593, 551, 517, 491]), "renewals", "lost", margin=100.0, discount=0.1
    ),
    "renewals without loss": lambda: renewal_lifetime(
        pd.DataFrame({"renewals": [3.0] * 40, "lost": [0] * 40}), "renewals", "lost"
    ),
    "lifetime value": lambda: lifetime_value(subscribers(), "spend", "months", "lost", "cost", discount=0.01),
    "lifetime value given": lambda: lifetime_value(subscribers(), "spend", "months", lifetime=36.0),
    "lifetime value without loss": lambda: lifetime_value(
        subscribers().assign(lost=0), "spend", "months", "lost", "cost"
    ),
    "survival": lambda: survival(freireich(), "time", "event", "group", at=[6, 10, 30]),
    "survival of all": lambda: survival(subscribers(), "months", "lost"),
    "survival without events": lambda: survival(
        subscribers().assign(lost=0, band=np.resize(["low", "high"], 400)), "months", "lost", "band"
    ),
    "cox": lambda: cox("time ~ age + sex + ecog", lung(), "event"),
    "cox with a segment": lambda: cox("time ~ group", freireich(), "event"),
    "control chart": lambda: control_chart(months(), "wait", "month", baseline=24),
    "control chart nelson": lambda: control_chart(months(), "wait", "month", rules="nelson"),
    "control chart p": lambda: control_chart(months(), "complaints", "month", "customers", chart="p"),
    "control chart u": lambda: control_chart(months(), "complaints", "month", "customers", chart="u", rules="limits"),
    "control chart ewma": lambda: control_chart(months(), "wait", "month", chart="ewma", baseline=24),
    "control chart cusum": lambda: control_chart(months(), "wait", "month", chart="cusum", baseline=24),
    "control chart with a gap": lambda: control_chart(
        months().assign(wait=lambda d: d["wait"].where(d.index != 5)), "wait", "month", chart="cusum"
    ),
    "control chart of a constant": lambda: control_chart(months().assign(wait=3.0), "wait", "month"),
    "change point": lambda: change_point(months(), "wait", "month"),
    "change point of nothing": lambda: change_point(months(), "customers", "month"),
    "seasonality": lambda: seasonality(months().assign(wait=lambda d: d["wait"] + (d.index % 12 == 3) * 6), "wait"),
    "seasonality of a constant": lambda: seasonality(months().assign(wait=1.0), "wait", seasons=4),
    "cox of a constant": lambda: cox("time ~ age + flat", lung().assign(flat=1.0), "event"),
    "churn reasons": lambda: churn_reasons(leavers(), "months", "lost", "why", at=[6, 12]),
    "churn reasons of nobody": lambda: churn_reasons(leavers().assign(lost=0), "months", "lost", "why"),
}
