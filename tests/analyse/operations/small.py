"""A provider small enough to count by hand: six customers, January to March 2026, seen until 31 March 18:00."""

from __future__ import annotations

import pandas as pd

from surveykit.responses.tables import Tables, read_tables

SCALES = {"satisfaction": (1, 5), "recommendation": (0, 10), "loyalty": (1, 5)}
AS_OF = "2026-03-31 18:00"


def customers() -> pd.DataFrame:
    """A to D since 2025; B leaves in February, E joins in January and leaves in February, F joins in March."""
    return pd.DataFrame(
        {
            "customer": list("ABCDEF"),
            "joined": ["2025-01-10", "2025-03-31 12:00", "2025-06-01", "2025-09-01", "2026-01-15", "2026-03-02"],
            "left": [None, "2026-02-10", None, None, "2026-02-20", None],
            "churn_reason": [None, "price", None, None, "service", None],
            "segment": ["s", "s", "s", "t", "t", "t"],
            "acquisition_cost": [10, 20, 30, 10, 20, 30],
        }
    )


def contacts() -> pd.DataFrame:
    """Four in January, two in March of which one is open."""
    rows = [
        ("k1", "A", "2026-01-05 10:00:00", "2026-01-05 10:00:10", "2026-01-05 12:00:00", "phone", "served", 1),
        ("k2", "A", "2026-01-06 10:00:00", "2026-01-06 10:00:30", "2026-01-07 10:00:00", "chat", "served", 0),
        ("k3", "B", "2026-01-07 10:00:00", "2026-01-07 10:00:20", "2026-01-07 16:00:00", "phone", "served", 1),
        ("k4", "C", "2026-01-08 10:00:00", None, None, "phone", "abandoned", None),
        ("k5", "D", "2026-03-30 18:00:00", "2026-03-30 18:00:05", None, "chat", "served", None),
        ("k6", "D", "2026-03-31 09:00:00", "2026-03-31 09:01:00", "2026-03-31 10:00:00", "phone", "served", 1),
    ]
    names = ["contact", "customer", "opened", "answered", "resolved", "channel", "outcome", "first_contact"]
    return pd.DataFrame(rows, columns=names)


def orders() -> pd.DataFrame:
    """Four in January of which one is cancelled; one in February that never came."""
    day = "2026-01-"
    rows = [
        ("o1", "A", f"{day}05", f"{day}07", f"{day}06", 3, 3, 1, 1, 1, 1, 0, 0),
        ("o2", "B", f"{day}08", f"{day}09", f"{day}09", 3, 3, 1, 1, 0, 1, 0, 0),
        ("o3", "C", f"{day}12", f"{day}13", f"{day}15", 4, 3, 0, 0, None, 0, 1, 0),
        ("o4", "C", f"{day}12", f"{day}13", None, 4, 0, None, 1, 0, 1, None, 1),
        ("o5", "D", "2026-02-10", "2026-02-12", None, 4, 2, None, 0, None, 0, None, 0),
    ]
    names = [
        "order", "customer", "placed", "promised", "delivered", "lines", "lines_filled", "correct", "change_asked",
        "change_made", "tracked", "returned", "cancelled",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def frames() -> dict[str, pd.DataFrame]:
    """All tables of the provider."""
    return {
        "customers": customers(),
        "contacts": contacts(),
        "contracts": pd.DataFrame(
            {
                "contract": ["p1", "p2", "p3", "p4"],
                "customer": ["A", "B", "C", "D"],
                "start": ["2025-01-10", "2025-02-10", "2025-06-01", "2025-09-01"],
                "due": ["2026-01-10", "2026-02-10", "2026-01-20", "2026-01-31"],
                "renewed": ["yes", "no", "да", "否"],
            }
        ),
        "complaints": pd.DataFrame(
            {
                "complaint": [1, 2, 3],
                "customer": ["A", "A", "B"],
                "opened": ["2026-01-05", "2026-01-06", "2026-01-20"],
                "resolved": ["2026-01-06", "2026-01-06 12:00", None],
                "handled": [1, 1, 0],
                "type": ["price", "quality", "quality"],
                "satisfaction": [4, 2, None],
            }
        ),
        "referrals": pd.DataFrame({"referral": [1, 2, 3], "customer": ["A", "A", "C"], "made": ["2026-01-09"] * 3}),
        "activities": pd.DataFrame(
            {
                "activity": ["open day"] * 3,
                "participation": [1, 2, 3],
                "customer": ["A", "B", "C"],
                "at": ["2026-01-12"] * 3,
                "before": [3, 4, 2],
                "after": [4, 4, 4],
            }
        ),
        "feedback": pd.DataFrame(
            {
                "feedback": range(5),
                "customer": list("AABCD"),
                "at": ["2026-01-02"] * 5,
                "channel": ["web", "web", "phone", "phone", "web"],
                "valid": [1, 1, 1, 1, 0],
                "kind": ["praise", "suggestion", "suggestion", "complaint", None],
                "type": ["speed", "hours", "app", "price", None],
                "adopted": [None, 1, 0, None, None],
            }
        ),
        "purchases": pd.DataFrame(
            {
                "purchase": [1, 2, 3, 4],
                "customer": ["A", "B", "A", "C"],
                "at": ["2026-01-03", "2026-01-04", "2026-02-03", "2026-02-04"],
                "amount": [100.0, 50.0, 80.0, 60.0],
            }
        ),
        "answers": pd.DataFrame(
            {
                "answer": [1, 2, 3, 4],
                "customer": list("ABCD"),
                "at": ["2026-01-25"] * 4,
                "satisfaction": [5, 4, 2, 5],
                "recommendation": [10, 9, 3, 8],
                "loyalty": [5, 4, 1, 4],
                "team": [4, 4, 4, 5],
            }
        ),
        "orders": orders(),
        "invoices": pd.DataFrame(
            {
                "invoice": ["i1", "i2", "i3", "i4"],
                "order": ["o1", "o2", "o5", "o6"],
                "due": ["2026-01-20", "2026-01-21", "2026-02-20", "2026-04-20"],
                "issued": ["2026-01-19", "2026-01-25", None, None],
                "correct": [1, 1, None, None],
            }
        ),
        "checks": pd.DataFrame({"check": [1, 2], "at": ["2026-01-02"] * 2, "met": [8, 9], "standards": [10, 10]}),
    }


def tables(**changed: pd.DataFrame) -> Tables:
    """The provider's tables, with some replaced."""
    return read_tables(frames() | changed, timezone="Asia/Shanghai", as_of=AS_OF)
