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


def change_sentences(
    table: pd.DataFrame, measures: Mapping[str, float], value: str, alpha: float, write: Writer
) -> list[str]:
    """Whether the level changed, when, from what to what."""
    before, after = (table.iloc[at] for at in (0, 1))
    change = float(table["estimate"].iloc[2])
    clear = measures["p_value"] < alpha and change != 0
    key = "change.none" if not clear else "change.rose" if change > 0 else "change.fell"
    return [
        write.say(
            key,
            value=write.name(value),
            period=after["period"],
            before=write.number(before["estimate"], "coefficient"),
            after=write.number(after["estimate"], "coefficient"),
            p=write.p(measures["p_value"]),
        )
    ]


def season_sentences(table: pd.DataFrame, measures: Mapping[str, float], value: str, write: Writer) -> list[str]:
    """Whether seasons differ, which are highest and lowest, and the trend beside them."""
    if not np.isfinite(measures["season_f"]):
        return [write.say("season.undefined", value=write.name(value))]
    effects = table[table["measure"] == "season_effect"]
    alpha = 1 - float(table["conf_level"].iloc[0])
    high, low = effects.loc[effects["estimate"].idxmax()], effects.loc[effects["estimate"].idxmin()]
    said = [
        write.say(
            "season.differ" if measures["season_p"] < alpha else "season.alike",
            value=write.name(value),
            high=write.count(high["season"]),
            low=write.count(low["season"]),
            top=write.number(high["estimate"], "coefficient"),
            bottom=write.number(low["estimate"], "coefficient"),
            f=write.number(measures["season_f"], "statistic"),
            p=write.p(measures["season_p"]),
        )
    ]
    trend = table.iloc[0]
    flat = trend["conf_low"] <= 0 <= trend["conf_high"]
    key = "season.no_trend" if flat else "season.rising" if trend["estimate"] > 0 else "season.falling"
    slope = write.number(trend["estimate"], "coefficient")
    interval = write.interval(trend["conf_low"], trend["conf_high"], "coefficient")
    return [*said, write.say(key, slope=slope, interval=interval, level=write.number(1 - alpha, "share", 0))]
