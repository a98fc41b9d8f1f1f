"""What reading a file came to: which column is which item, what was recoded, what could not be read."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from surveykit.errors import Problem

MatchedBy = Literal["mapping", "code", "label", "prefix", "simulated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A value that is no answer: how often, and in which rows first."""

    value: str
    count: int
    rows: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemReceipt:
    """How one item was read. `recoded` counts answers that were not given as the item's own code."""

    item: str
    column: str
    matched_by: MatchedBy
    languages: tuple[str, ...] = ()
    answers: int = 0
    recoded: int = 0
    missing: tuple[tuple[str, int], ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was matched, recoded and refused while a file was read. `missing` and `unread` of an item are set missing."""

    file: str
    format: str
    rows: int
    encoding: str = ""
    delimiter: str = ""
    decimal: str = ""
    sheet: str = ""
    dialect: str = "plain"
    items: tuple[ItemReceipt, ...] = ()
    unmatched: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """A row an item: its column, how it was matched, and what became of the cells."""
        rows = [
            {
                "item": part.item,
                "column": part.column,
                "matched_by": part.matched_by,
                "languages": ", ".join(part.languages),
                "answers": part.answers,
                "recoded": part.recoded,
                "missing": sum(count for _, count in part.missing),
                "missing_codes": ", ".join(f"{code} ({count})" for code, count in part.missing),
                "unread": sum(value.count for value in part.unread),
                "unread_values": "; ".join(
                    f"{value.value} ({value.count}: rows {value.rows})" for value in part.unread
                ),
            }
            for part in self.items
        ]
        columns = ["item", "column", "matched_by", "languages", "answers", "recoded"]
        columns += ["missing", "missing_codes", "unread", "unread_values"]
        return pd.DataFrame(rows, columns=columns)

    def item(self, code: str) -> ItemReceipt:
        """How one item was read; KeyError where the file has no column for it."""
        return {part.item: part for part in self.items}[code]

    def __repr__(self) -> str:
        warnings = sum(problem.severity != "note" for problem in self.problems)
        return (
            f"<Receipt: {self.file}, {self.rows} rows, {len(self.items)} items matched, "
            f"{len(self.not_found)} not found, {len(self.unmatched)} columns unmatched, {warnings} warnings>"
        )

    def _repr_html_(self) -> str:
        facts = [self.file, self.format, self.sheet, self.encoding, self.delimiter, f"{self.rows} rows"]
        notes = "".join(f"<li>{html.escape(str(problem))}</li>" for problem in self.problems)
        return (
            f"<p>{html.escape(', '.join(fact for fact in facts if fact))}</p>"
            + self.table.to_html(index=False, border=0, escape=True)
            + (f"<ul>{notes}</ul>" if notes else "")
        )
