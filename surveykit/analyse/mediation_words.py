"""Mediation in words: associations with their intervals, and what a survey at one time cannot show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from surveykit.result import Writer

AT_LENGTH = 3
"""Up to so many predictors each is told in sentences of its own."""


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
    """The indirect associations first, then direct, total and share, then the caveat; of many predictors, lists."""
    said = [_opening(table, found, write)]
    own = table[table["outcome"] == found.y]
    if own["predictor"].nunique() > AT_LENGTH and (own["measure"] == "indirect").any() and not found.moderator:
        return [*said, *_of_many(own, write), write.say("mediation.caveat")]
    for predictor in dict.fromkeys(table["predictor"]):
        rows = table[(table["predictor"] == predictor) & (table["outcome"] == found.y)].to_dict("records")
        if any(row["measure"] in ("direct", "natural_direct") for row in rows):
            said += _of_one(str(predictor), rows, found, write)
    said.append(write.say("mediation.caveat"))
    return said


def _of_many(own: pd.DataFrame, write: Writer) -> list[str]:
    """Which indirect and which direct associations are statistically significant, the strongest first."""
    said = []
    level = write.number(own["conf_level"].iloc[0], "share", 0)
    for measure in ("indirect", "direct"):
        rows = own[own["measure"] == measure].dropna(subset=["estimate"])
        clear = (rows["conf_low"] > 0) | (rows["conf_high"] < 0)
        ordered = rows[clear].sort_values("estimate", key=abs, ascending=False, kind="stable").to_dict("records")
        if ordered:
            listed = write.say("list.semicolon").join(_briefly(row, write) for row in ordered)
            said.append(write.say(f"mediation.{measure}_clear", listed=listed, level=level))
        unclear = [_station(row, write) for row in rows[~clear].to_dict("records")]
        if unclear:
            said.append(write.say(f"mediation.{measure}_unclear", listed=write.say("list.comma").join(unclear)))
    return said


def _briefly(row: Mapping[Any, Any], write: Writer) -> str:
    interval = write.interval(row["conf_low"], row["conf_high"], "coefficient")
    return f"{_station(row, write)} {write.number(row['estimate'], 'coefficient')} {interval}"


def _station(row: Mapping[Any, Any], write: Writer) -> str:
    name = write.name(row["predictor"])
    return f"{name} → {_via(row['via'], write)}" if row["via"] and row["measure"] == "indirect" else name


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
