"""Which tables a customer system keeps, what each column holds, and which orders of events are possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["key", "id", "time", "number", "flag", "category"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """One table: its columns and their kinds, those it cannot do without, its key, and its time.

    `ordered` are pairs of times of which the first is not after the second; `never_negative` numbers that are at least
    0; `words` the values of a category that metrics read. Columns beyond these are kept as they are.
    """

    name: str
    columns: Mapping[str, Kind]
    required: tuple[str, ...] = ()
    key: str = ""
    time: str = ""
    ordered: tuple[tuple[str, str], ...] = ()
    never_negative: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_LISTED = (
    TableSchema(
        name="customers",
        columns={
            "customer": "key",
            "joined": "time",
            "left": "time",
            "churned": "flag",
            "churn_reason": "category",
            "segment": "category",
            "acquisition_cost": "number",
        },
        key="customer",
        ordered=(("joined", "left"),),
        never_negative=("acquisition_cost",),
    ),
    TableSchema(
        name="contracts",
        columns={
            "contract": "key",
            "customer": "id",
            "start": "time",
            "end": "time",
            "due": "time",
            "renewed": "flag",
            "value": "number",
        },
        required=("customer", "due", "renewed"),
        key="contract",
        time="due",
        ordered=(("start", "end"), ("start", "due")),
    ),
    TableSchema(
        name="contacts",
        columns={
            "contact": "key",
            "customer": "id",
            "opened": "time",
            "answered": "time",
            "resolved": "time",
            "waiting": "number",
            "handling": "number",
            "channel": "category",
            "staff": "category",
            "outcome": "category",
            "first_contact": "flag",
        },
        required=("opened",),
        key="contact",
        time="opened",
        ordered=(("opened", "answered"), ("opened", "resolved"), ("answered", "resolved")),
        never_negative=("waiting", "handling"),
        words={"outcome": ("served", "abandoned", "refused")},
    ),
    TableSchema(
        name="complaints",
        columns={
            "complaint": "key",
            "customer": "id",
            "opened": "time",
            "resolved": "time",
            "handled": "flag",
            "type": "category",
            "channel": "category",
            "staff": "category",
            "satisfaction": "number",
        },
        required=("opened",),
        key="complaint",
        time="opened",
        ordered=(("opened", "resolved"),),
    ),
    TableSchema(
        name="referrals",
        columns={"referral": "key", "customer": "id", "made": "time"},
        required=("customer", "made"),
        key="referral",
        time="made",
    ),
    TableSchema(
        name="activities",
        columns={
            "participation": "key",
            "activity": "category",
            "customer": "id",
            "at": "time",
            "before": "number",
            "after": "number",
        },
        required=("customer", "at"),
        key="participation",
        time="at",
    ),
    TableSchema(
        name="feedback",
        columns={
            "feedback": "key",
            "customer": "id",
            "at": "time",
            "channel": "category",
            "valid": "flag",
            "kind": "category",
            "type": "category",
            "adopted": "flag",
        },
        required=("at",),
        key="feedback",
        time="at",
        words={"kind": ("praise", "complaint", "suggestion", "other")},
    ),
    TableSchema(
        name="purchases",
        columns={"purchase": "key", "customer": "id", "at": "time", "amount": "number"},
        required=("customer", "at", "amount"),
        key="purchase",
        time="at",
    ),
    TableSchema(
        name="orders",
        columns={
            "order": "key",
            "customer": "id",
            "placed": "time",
            "promised": "time",
            "delivered": "time",
            "lines": "number",
            "lines_filled": "number",
            "correct": "flag",
            "change_asked": "flag",
            "change_made": "flag",
            "tracked": "flag",
            "returned": "flag",
            "cancelled": "flag",
            "channel": "category",
        },
        required=("placed",),
        key="order",
        time="placed",
        ordered=(("placed", "delivered"), ("placed", "promised")),
        never_negative=("lines", "lines_filled"),
    ),
    TableSchema(
        name="invoices",
        columns={
            "invoice": "key",
            "order": "id",
            "customer": "id",
            "due": "time",
            "issued": "time",
            "correct": "flag",
        },
        required=("due",),
        key="invoice",
        time="due",
    ),
    TableSchema(
        name="answers",
        columns={
            "answer": "key",
            "customer": "id",
            "at": "time",
            "satisfaction": "number",
            "team": "number",
            "recommendation": "number",
            "loyalty": "number",
        },
        key="answer",
        time="at",
    ),
    TableSchema(
        name="checks",
        columns={
            "check": "key",
            "at": "time",
            "staff": "category",
            "channel": "category",
            "met": "number",
            "standards": "number",
        },
        required=("met", "standards"),
        key="check",
        time="at",
        never_negative=("met", "standards"),
    ),
)
SCHEMAS: Mapping[str, TableSchema] = {schema.name: schema for schema in _LISTED}
