"""Sentences about moderation: whether the slope depends on the moderator, and where it differs from zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from surveykit.result import Writer


def moderation_sentences(
    x: str,
    w: str,
    y: str,
    table: pd.DataFrame,
    labels: Sequence[str],
    measures: Mapping[str, float],
    where: str,
    write: Writer,
) -> list[str]:
    """The test of the interaction, the slopes, the Johnson-Neyman region within the range that was seen."""
    names = {"x": write.name(x), "w": write.name(w), "y": write.name(y)}
    if pd.isna(measures["interaction_p"]):
        return [write.say("regression.undefined", outcome=names["y"])]
    alpha = 1 - float(table["conf_level"].iloc[0])
    clear = measures["interaction_p"] < alpha
    said = [
        write.say(
            "moderation.found" if clear else "moderation.not_found",
            **names,
            f=write.number(measures["interaction"], "statistic"),
            df1=write.count(measures["df1"]),
            df2=write.count(measures["df2"]),
            p=write.p(measures["interaction_p"]),
            delta=write.number(measures["delta_r2"], "bounded"),
        )
    ]
    listed = write.say("list.semicolon").join(
        write.say(
            "moderation.slope",
            at=label,
            slope=write.number(row["estimate"], "coefficient"),
            interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
            p=write.p(row["p_value"]),
        )
        for label, (_, row) in zip(labels, table.iterrows(), strict=True)
    )
    said.append(write.say("moderation.slopes", **names, listed=listed))
    if "jn_share" in measures:
        share = write.number(measures["jn_share"], "share")
        low, high = (write.number(measures[end], "coefficient") for end in ("jn_low", "jn_high"))
        seen = [
            measures[end]
            for end in ("jn_low", "jn_high")
            if pd.notna(measures[end]) and measures["w_min"] < measures[end] < measures["w_max"]
        ]
        if seen and where in ("inside", "outside"):
            said.append(write.say(f"moderation.{where}", **names, low=low, high=high, share=share))
        else:
            said.append(write.say("moderation.no_bound", **names, share=share))
    return said
