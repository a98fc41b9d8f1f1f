"""Control charts, change points and seasons in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveykit.language import Kind
from surveykit.result import Writer

MOST = 6


def chart_sentences(
    table: pd.DataFrame, measures: Mapping[str, float], value: str, chart: str, write: Writer
) -> list[str]:
    """How many points alarm and which, whether the newest does, and the rate of false alarms."""
    if not np.isfinite(table["z"]).any():
        return [write.say("chart.undefined", value=write.name(value))]
    hit = table[table["signal"] != ""].drop_duplicates("period")
    kind: Kind = "share" if chart == "p" else "coefficient"
    parts = {
        "value": write.name(value),
        "centre": write.number(table["centre"].iloc[0], kind),
        "n": write.count(measures["points"]),
        "alarms": write.count(measures["alarms"]),
    }
    said = [write.say("chart.none" if hit.empty else "chart.some", **parts)]
    if len(hit):
        listed = [
            write.say(
                "chart.point",
                period=one["period"],
                rules=write.say("list.comma").join(write.say(f"chart.rule_{rule}") for rule in one["signal"].split()),
            )
            for one in hit.tail(MOST).to_dict("records")
        ]
        key = "chart.listed" if len(hit) <= MOST else "chart.last_listed"
        said.append(write.say(key, listed=write.say("list.semicolon").join(listed)))
        if hit["period"].iloc[-1] == table["period"].iloc[-1]:
            said.append(write.say("chart.newest"))
    said.append(
        write.say(
            "chart.false_alarm",
            points=write.count(measures["run_length"]),
            share=write.number(measures["false_alarm"], "share"),
        )
    )
    return said
