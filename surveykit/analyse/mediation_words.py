"""Mediation in words: associations with their intervals, and what a survey at one time cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from surveykit.result import Writer


class Told(Protocol):
    """What the words read beside the table."""

    @property
    def y(self) -> str:
        """The outcome."""

    @property
    def m(self) -> tuple[str, ...]:
        """The mediators."""

    @property
    def moderator(self) -> str:
        """The moderator, or nothing."""

    @property
    def ordered(self) -> bool:
        """Whether the outcome is modelled as ordered."""

    @property
    def measures(self) -> Mapping[str, float]:
        """R2, and the values of x compared."""


def mediation_sentences(table: pd.DataFrame, found: Told, write: Writer) -> list[str]:
    """The indirect associations first, then direct, total and share, then the caveat."""
    said = [_opening(table, found, write)]
    for predictor in dict.fromkeys(table["predictor"]):
        rows = table[(table["predictor"] == predictor) & (table["outcome"] == found.y)].to_dict("records")
        if any(row["measure"] in ("direct", "natural_direct") for row in rows):
            said += _of_one(str(predictor), rows, found, write)
    said.append(write.say("mediation.caveat"))
    return said


def _opening(table: pd.DataFrame, found: Told, write: Writer) -> str:
    return write.say(
        "mediation.opening",
        outcome=write.name(found.y),
        mediators=write.listed(list(found.m)),
        n=write.count(table["n"].iloc[0]),
    )


def _of_one(predictor: str, rows: list[dict[Any, Any]], found: Told, write: Writer) -> list[str]:
    said = []
    name = write.name(predictor)
    by = {row["measure"]: row for row in rows}
    for row in rows:
        if row["measure"] == "indirect":
            said.append(_indirect("mediation.indirect", name, row, write, via=_via(row["via"], write)))
        elif row["measure"] == "natural_indirect":
            low, high = (write.number(found.measures[f"{end} {predictor}"], "statistic") for end in ("low", "high"))
            said.append(
                _indirect(
                    "mediation.natural_indirect", name, row, write, via=_via(row["via"], write), low=low, high=high
                )
            )
        elif row["measure"] == "conditional_indirect":
            at = write.number(row["at"], "statistic")
            moderator = write.name(found.moderator)
            said.append(
                _indirect(
                    "mediation.conditional", name, row, write, via=_via(row["via"], write), at=at, moderator=moderator
                )
            )
        elif row["measure"] == "moderated_mediation":
            said.append(_indirect("mediation.index", name, row, write, moderator=write.name(found.moderator)))
    parts = []
    for measure in ("total_indirect", "direct", "natural_direct", "total_effect"):
        if measure in by:
            parts.append(_indirect(f"mediation.{measure}", name, by[measure], write))
    said.append(write.say("mediation.beside", name=name, listed=write.say("list.comma").join(parts)))
    share = by.get("proportion_mediated")
    if share is not None and share["estimate"] == share["estimate"]:
        said.append(
            write.say(
                "mediation.share",
                name=name,
                share=write.number(share["estimate"], "share"),
                interval=write.interval(share["conf_low"], share["conf_high"], "share"),
            )
        )
    return said


def _indirect(key: str, name: str, row: Mapping[Any, Any], write: Writer, **more: str) -> str:
    clear = row["conf_low"] > 0 or row["conf_high"] < 0
    return write.say(
        key,
        name=name,
        value=write.number(row["estimate"], "coefficient"),
        interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
        level=write.number(row["conf_level"], "share", 0),
        verdict=write.say("mediation.significant" if clear else "mediation.not_significant"),
        **more,
    )


def _via(text: str, write: Writer) -> str:
    for mark, key in ((" → ", "mediation.then"), (" + ", "list.comma")):
        if mark in text:
            return write.say(key).join(write.name(part) for part in text.split(mark))
    return write.name(text)
