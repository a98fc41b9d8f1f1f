"""Survival curves and hazards in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.result import Writer


def survival_sentences(
    table: pd.DataFrame, measures: Mapping[str, float], groups: Sequence[str], group: str, write: Writer
) -> list[str]:
    """Medians (or that they are not reached) and the log-rank test."""
    medians = table[table["measure"] == "median_time"].set_index("group")
    means = table[table["measure"] == "restricted_mean_time"].set_index("group")
    said = []
    if group and np.isfinite(measures["logrank_p"]):
        clear = measures["logrank_p"] < 1 - table["conf_level"].iloc[0]
        said.append(
            write.say(
                "survival.differ" if clear else "survival.alike",
                group=write.name(group),
                chi2=write.number(measures["logrank_chi2"], "statistic"),
                df=write.count(measures["logrank_df"]),
                p=write.p(measures["logrank_p"]),
            )
        )
    elif group:
        said.append(write.say("survival.untested"))
    for name in groups:
        own, mean = medians.loc[name].to_dict(), means.loc[name].to_dict()
        key = "median" if np.isfinite(own["estimate"]) else "beyond"
        said.append(
            write.say(
                f"survival.{key}",
                head=write.say("survival.head", group=name) if group else write.say("survival.all"),
                median=write.number(own["estimate"], "coefficient"),
                mean=write.number(mean["estimate"], "coefficient"),
                until=write.number(mean["at"], "coefficient"),
                events=write.count(own["events"]),
                n=write.count(own["n"]),
            )
        )
    return said


def cox_sentences(outcome: str, table: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> list[str]:
    """The hazard ratios that are statistically significant, the other terms, and whether ratios hold over time."""
    if not table["estimate"].notna().any():
        return [write.say("cox.undefined", outcome=write.name(outcome))]
    alpha = 1 - float(table["conf_level"].iloc[0])
    clear = table[table["p_value"] < alpha].sort_values("p_value")
    said = [write.say("cox.base", outcome=write.name(outcome), n=write.count(table["n"].iloc[0]),
                      events=write.count(measures["events"]),
                      c=write.number(measures["concordance"], "bounded"))]  # fmt: skip
    said += [_term(one, write) for one in clear.to_dict("records")]
    unclear = table[table["p_value"] >= alpha]
    if len(unclear):
        listed = write.say("list.comma").join(
            write.say("regression.unclear_term", name=write.name(one["term"]), p=write.p(one["p_value"]))
            for one in unclear.to_dict("records")
        )
        said.append(write.say("regression.unclear", listed=listed))
    changing = table[table["zph_p"] < alpha]
    if len(changing):
        said.append(write.say("cox.changing", names=write.listed(list(changing["term"]))))
    return said


def _term(one: dict[Any, Any], write: Writer) -> str:
    return write.say(
        "cox.sooner" if one["estimate"] > 0 else "cox.later",
        name=write.name(one["term"]),
        ratio=write.number(one["hazard_ratio"], "statistic"),
        interval=write.interval(one["hr_low"], one["hr_high"], "statistic"),
        level=write.number(one["conf_level"], "share", 0),
        p=write.p(one["p_value"]),
    )
