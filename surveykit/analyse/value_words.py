"""Repeat buying, renewals and lifetime value in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveykit.language import Kind
from surveykit.result import Writer


def repeat_sentences(table: pd.DataFrame, write: Writer) -> list[str]:
    """Repeat rate, who still buys, what is expected, how the forecast did, and what the value is not."""
    of = _by_measure(table)
    said = [_valued("repeat.rate", of["repeat_rate"], "share", write)]
    if not np.isfinite(of["future_purchases"]["estimate"]):
        return [*said, write.say("repeat.undefined")]
    said.append(_valued("repeat.alive", of["alive_share"], "share", write))
    said.append(_valued("repeat.future", of["future_purchases"], "count", write))
    if "future_value" in of and np.isfinite(of["future_value"]["estimate"]):
        said.append(_valued("repeat.value", of["future_value"], "count", write))
        said.append(_valued("repeat.value_mean", of["future_value_mean"], "coefficient", write))
        said.append(write.say("repeat.caveat"))
    if "holdout_expected" in of:
        seen = write.count(of["holdout_observed"]["estimate"])
        said.append(_valued("repeat.holdout", of["holdout_expected"], "count", write, seen=seen))
    return said


def renewal_sentences(table: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> list[str]:
    """Churn at the first renewal, expected contract periods, value, and that retention rises by selection."""
    of = _by_measure(table)
    if not np.isfinite(of["contract_periods"]["estimate"]):
        return [write.say("renewal.undefined", n=write.count(measures["customers"]))]
    said = [_valued("renewal.churn", of["first_churn"], "share", write)]
    said.append(_valued("renewal.periods", of["contract_periods"], "coefficient", write))
    if "contract_value" in of:
        said.append(_valued("renewal.value", of["contract_value"], "coefficient", write))
    return [*said, write.say("renewal.caveat")]


def portfolio_sentences(table: pd.DataFrame, discount: float, write: Writer) -> list[str]:
    """Lifetime and the two values, which must not be mixed up."""
    of = _by_measure(table)
    if not np.isfinite(of["customer_lifetime"]["estimate"]):
        return [write.say("value.undefined")]
    tail = "_discounted" if discount > 0 else ""
    said = []
    if "churn_rate" in of:
        said.append(_valued("value.lifetime", of["customer_lifetime"], "coefficient", write))
    said.append(_valued("value.portfolio", of[f"portfolio_value{tail}"], "count", write))
    said.append(_valued("value.net", of[f"customer_value_net{tail}"], "coefficient", write))
    if tail:
        said.append(write.say("value.discounted"))
    return [*said, write.say("value.caveat")]


def _by_measure(table: pd.DataFrame) -> dict[str, dict[Any, Any]]:
    return {str(one["measure"]): one for one in table.to_dict("records")}


def _valued(key: str, one: dict[Any, Any], kind: Kind, write: Writer, **more: str) -> str:
    bare = not (np.isfinite(one["conf_low"]) and np.isfinite(one["conf_high"]))
    interval = (
        ""
        if bare
        else write.say(
            "value.interval",
            interval=write.interval(one["conf_low"], one["conf_high"], kind),
            level=write.number(one["conf_level"], "share", 0),
        )
    )
    return write.say(key, value=write.number(one["estimate"], kind), interval=interval, n=write.count(one["n"]), **more)
