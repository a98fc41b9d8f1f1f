"""Sentences about a graded response model: where the scale is precise, which items tell most, which nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveykit.result import Writer


def irt_sentences(table: pd.DataFrame, measures: Mapping[str, float], n: int, write: Writer) -> list[str]:
    """Reliability and precision along the trait, the most and least telling items, flat and reversed ones."""
    slopes = table[(table["parameter"] == "a") & table["estimate"].notna()]
    if slopes.empty:
        return [write.say("irt.undefined")]
    said = [
        write.say(
            "irt.finding",
            items=write.count(measures["items"]),
            rows=write.count(n),
            reliability=write.number(measures["reliability"], "bounded"),
        ),
        _precision(measures, write),
    ]
    ranked = slopes.sort_values("info_share", ascending=False, kind="stable")
    most = 1 if len(ranked) < 5 else 2
    listed = write.say("list.semicolon").join(_item(row, write) for row in ranked.head(most).to_dict("records"))
    said.append(write.say("irt.most", n=most, listed=listed))
    said.append(write.say("irt.least", listed=_item(ranked.iloc[-1].to_dict(), write)))
    unclear = slopes[(slopes["conf_low"] <= 0) & (slopes["conf_high"] >= 0)]
    against = slopes[slopes["conf_high"] < 0]
    for key, part in (("irt.flat", unclear), ("irt.against", against)):
        if len(part):
            names = write.say("list.comma").join(write.say("efa.quoted", item=write.name(i)) for i in part["item"])
            said.append(write.say(key, names=names))
    return said


def _precision(measures: Mapping[str, float], write: Writer) -> str:
    shared = {
        "limit": write.number(measures["limit"], "bounded"),
        "peak": write.number(measures["peak_theta"], "statistic"),
        "error": write.number(measures["peak_error"], "statistic"),
    }
    if not np.isfinite(measures["precise_low"]):
        return write.say("irt.nowhere", **shared)
    return write.say(
        "irt.precise",
        low=write.number(measures["precise_low"], "statistic"),
        high=write.number(measures["precise_high"], "statistic"),
        share=write.number(measures["precise_share"], "share", 0),
        **shared,
    )


def _item(row: dict[Any, Any], write: Writer) -> str:
    return write.say(
        "irt.item",
        item=write.name(row["item"]),
        a=write.number(row["estimate"], "coefficient"),
        share=write.number(row["info_share"], "share", 0),
    )
