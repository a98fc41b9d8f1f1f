"""Customers whose deeds follow a planted truth: the more satisfied renew more, and fewer than say so."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

import surveykit as sk

AT = "2026-01-15"


@cache
def crm(n: int = 600, seed: int = 4) -> tuple[pd.DataFrame, sk.Tables]:
    """Answers of the first two thirds of n customers (a few more are strangers, one answered twice) and the tables."""
    rng = np.random.default_rng(seed)
    care, price = rng.normal(size=(2, n))
    sat = np.clip(np.round(3.4 + 0.7 * care + 0.5 * price + rng.normal(scale=0.7, size=n)), 1, 5)
    intends = np.clip(np.round(sat + rng.normal(scale=0.8, size=n)), 1, 5)
    chance = 1 / (1 + np.exp(-(-0.9 + 0.8 * (sat - 3) + 0.4 * care)))
    renewed = (rng.random(n) < chance).astype(int)
    who = [f"c{at:04d}" for at in range(n)]
    lived = rng.exponential(60 * np.exp(0.6 * (sat - 3)), n)
    left = pd.Timestamp(AT) + pd.to_timedelta(np.round(lived, 3), unit="D")
    end = pd.Timestamp("2026-07-01")
    tables = sk.read_tables(
        {
            "customers": pd.DataFrame(
                {"customer": who, "joined": "2025-01-01", "left": pd.Series(left).where(left < end)}
            ),
            "contracts": pd.DataFrame({"customer": who, "due": "2026-03-01", "renewed": renewed}),
            "complaints": pd.DataFrame(
                {"customer": rng.choice(who, 200), "opened": rng.choice(["2025-12-01", "2026-02-01"], 200)}
            ),
            "purchases": pd.DataFrame(
                {"customer": np.repeat(who, 2), "at": "2026-02-10", "amount": np.repeat(50 + 10 * sat, 2)}
            ),
        },
        as_of="2026-07-01",
    )
    asked = 2 * n // 3
    answers = pd.DataFrame(
        {"who": who, "SAT": sat, "INT": intends, "CARE": care, "PRICE": price, "NOISE": rng.normal(size=n)}
    ).head(asked)
    more = answers.head(3).assign(who=["x1", None, who[2]])
    return pd.concat([answers, more], ignore_index=True), tables


@cache
def joined() -> sk.Joined:
    """The answers joined to the tables."""
    answers, tables = crm()
    return sk.join_customers(answers, tables, "who", AT)
