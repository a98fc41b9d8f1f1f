"""Data of the tests of lifetime value, survival and trends: simulated customers and published tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent / "oracle" / "value"
CDNOW = Path(__file__).resolve().parents[2] / "shared" / "data" / "cdnow"


@cache
def reference() -> dict[str, Any]:
    """What R found (tests/oracle/value/value.R)."""
    return json.loads((FOLDER / "value.json").read_text(encoding="utf-8"))


def freireich() -> pd.DataFrame:
    """Weeks to relapse of leukaemia patients on 6-MP and placebo (Freireich et al. 1963)."""
    return pd.read_csv(FOLDER / "freireich.csv")


def lung() -> pd.DataFrame:
    """The `lung` data of R's survival package with events as 1 and 0."""
    data = pd.read_csv(FOLDER / "lung.csv").rename(columns={"ph.ecog": "ecog"})
    return data.assign(event=data["status"] - 1)


def veteran() -> pd.DataFrame:
    """The `veteran` data of R's survival package."""
    return pd.read_csv(FOLDER / "veteran.csv")


def cohort(left_over: Sequence[int]) -> pd.DataFrame:
    """A customer a row from how many of a cohort are still there after 0, 1, 2, ... renewals."""
    counts = np.asarray(left_over)
    lost = -np.diff(counts)
    renewals = np.repeat(np.arange(len(lost)), lost)
    kept = np.full(counts[-1], len(lost))
    return pd.DataFrame(
        {"renewals": np.append(renewals, kept), "lost": np.append(np.ones(len(renewals)), np.zeros(len(kept)))}
    )


@cache
def _orders(customers: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for name in range(customers):
        start, rate, quit_at = rng.uniform(0, 90), rng.gamma(0.6, 1 / 20), rng.beta(0.8, 2.5)
        mean = 40 / rng.gamma(4, 1 / 4)
        day = start
        while day < 365:
            rows.append((name, int(day), mean * rng.gamma(6, 1 / 6)))
            day += rng.exponential(1 / max(rate, 1e-6))
            if rng.uniform() < quit_at and day > start:
                break
    frame = pd.DataFrame(rows, columns=["customer", "day", "amount"])
    frame["date"] = pd.Timestamp("2021-01-01") + pd.to_timedelta(frame.pop("day"), unit="D")
    return frame


def orders(customers: int = 600, seed: int = 3) -> pd.DataFrame:
    """Orders of simulated customers over a year."""
    return _orders(customers, seed).copy()


def subscribers(n: int = 400, seed: int = 5) -> pd.DataFrame:
    """Customers with a spend a month, months seen of at most 24, whether lost, and what they cost to win."""
    rng = np.random.default_rng(seed)
    life, seen = rng.exponential(30, n), rng.uniform(1, 24, n)
    return pd.DataFrame(
        {
            "spend": rng.gamma(4, 5, n),
            "months": np.minimum(life, seen),
            "lost": (life <= seen).astype(int),
            "cost": rng.gamma(2, 30, n),
        }
    )


def months(seed: int = 4) -> pd.DataFrame:
    """Forty months of waiting times and complaints; the waits are a sigma and a half longer from the thirtieth on."""
    rng = np.random.default_rng(seed)
    size = rng.integers(300, 500, 40)
    return pd.DataFrame(
        {
            "month": [f"M{at:02d}" for at in range(1, 41)],
            "wait": 12 + 2 * rng.standard_normal(40) + np.where(np.arange(40) >= 29, 3.0, 0.0),
            "complaints": rng.binomial(size, 0.06),
            "customers": size,
        }
    )


def cdnow(file: str) -> pd.DataFrame:
    """Orders of the CDNOW cohort: the whole of it, or the sample of the papers."""
    names = ["customer", "date", "number", "amount"]
    names = ["master", *names] if "sample" in file else names
    data = pd.read_csv(CDNOW / file, sep=r"\s+", header=None, names=names, encoding="latin-1")
    data = data[pd.to_numeric(data["customer"], errors="coerce").notna()]
    data["amount"] = pd.to_numeric(data["amount"])
    data["date"] = pd.to_datetime(pd.to_numeric(data["date"]).astype(int).astype(str), format="%Y%m%d")
    return data
