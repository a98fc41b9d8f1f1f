"""Differential item functioning in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from surveykit.result import Writer

CLASS_B, CLASS_C = 0.035, 0.070
"""Jodoin & Gierl 2001, p. 335: changes of R2 from which DIF is called moderate (B) and large (C)."""


def dif_sentences(
    table: pd.DataFrame, flagged: Sequence[str], groups: Sequence[str], alpha: float, write: Writer
) -> list[str]:
    """The sentences of a DIF table: which items, how large, in which direction for two groups."""
    total = table[table["measure"] == "dif_total"].set_index("item")
    shared = {
        "items": write.count(total["n_items"].iloc[0]),
        "n": write.count(total["n"].iloc[0]),
        "alpha": write.number(alpha, "bounded"),
    }
    undefined = [str(item) for item in total.index[total["p_value"].isna()]]
    said = []
    if flagged:
        listed = write.say("list.semicolon").join(_item(item, total.loc[item], write) for item in flagged)
        said.append(write.say("dif.found", listed=listed, **shared))
        said.append(write.say("dif.classes"))
        odds = table[(table["measure"] == "dif_log_odds") & table["item"].isin(list(flagged))]
        clear = [row for row in odds.to_dict("records") if row["conf_low"] > 0 or row["conf_high"] < 0]
        if len(groups) == 2 and clear:
            listed = write.say("list.semicolon").join(_direction(row, groups, write) for row in clear)
            said.append(write.say("dif.direction", listed=listed))
    elif len(undefined) < len(total):
        said.append(write.say("dif.none", **shared))
    if undefined:
        said.append(write.say("dif.undefined", names=write.listed(undefined)))
    return said


def _item(item: str, row: Any, write: Writer) -> str:
    return write.say(
        "dif.item",
        item=write.name(item),
        r2=write.number(row["estimate"], "share"),
        size=row["dif_class"],
        df=write.count(row["lr_df"]),
        chi2=write.number(row["lr_chi2"], "statistic"),
        p=write.p(row["p_bh"]),
    )


def _direction(row: dict[Any, Any], groups: Sequence[str], write: Writer) -> str:
    return write.say(
        "dif.higher" if row["estimate"] > 0 else "dif.lower",
        group=groups[1],
        reference=groups[0],
        item=write.name(row["item"]),
        b=write.number(row["estimate"], "coefficient"),
        interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
        level=write.number(row["conf_level"], "share", 0),
    )
