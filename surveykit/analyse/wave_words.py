"""Change over waves and effects of modes in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.compare_words import kind
from surveykit.result import Writer


def wave_sentences(
    table: pd.DataFrame, outcomes: Sequence[str], weighted: bool, adjust: str, write: Writer
) -> list[str]:
    """A sentence a change, with both levels, whether it is statistically significant and in which direction."""
    said = []
    changes = table[table["role"] == "change"]
    for name in outcomes:
        own = table[(table["outcome"] == name) & (table["role"] == "level")].set_index("wave")
        mine = changes[changes["outcome"] == name]
        unclear = mine["p_adjusted"].ge(1 - mine["conf_level"]) & (mine["base"] != "suppressed")
        together = int(unclear.sum()) > 2
        shown = mine[~unclear] if together else mine
        said += [_change(row, own, write) for row in shown.to_dict("records")]
        if together:
            listed = write.say("list.semicolon").join(_listed(row, write) for row in mine[unclear].to_dict("records"))
            said.append(write.say("waves.same_listed", outcome=write.name(name), listed=listed))
    if weighted:
        said.append(write.say("waves.weighted"))
    if len(changes) > 1 and adjust != "none":
        said.append(write.say("waves.corrected", method=write.say(f"compare.by_{adjust}")))
    return said


def _listed(row: dict[Any, Any], write: Writer) -> str:
    return write.say(
        "waves.same_one",
        earlier=row["earlier_wave"],
        later=row["wave"],
        change=write.number(row["estimate"], kind(row)),
        p=write.p(row["p_adjusted"]),
    )


def _change(row: dict[Any, Any], levels: pd.DataFrame, write: Writer) -> str:
    parts = {"outcome": write.name(row["outcome"]), "earlier": row["earlier_wave"], "later": row["wave"]}
    if row["base"] == "suppressed":
        return write.say("waves.withheld", **parts)
    if not np.isfinite(row["p_value"]):
        return write.say("waves.undefined", **parts)
    clear = row["p_adjusted"] < 1 - row["conf_level"]
    direction = "same" if not clear else "rose" if row["test_statistic"] > 0 else "fell"
    level_kind = kind(levels.loc[row["wave"]].to_dict())
    return write.say(
        f"waves.{direction}",
        before=write.number(levels.loc[row["earlier_wave"], "estimate"], level_kind),
        after=write.number(levels.loc[row["wave"], "estimate"], level_kind),
        change=write.number(row["estimate"], kind(row)),
        interval=write.interval(row["conf_low"], row["conf_high"], kind(row)),
        level=write.number(row["conf_level"], "share", 0),
        p=write.p(row["p_adjusted"]),
        **parts,
    )


def mode_sentences(table: pd.DataFrame, mode: str, covariates: Sequence[str], adjust: str, write: Writer) -> list[str]:
    """The adjusted differences that are statistically significant, the others, and that modes were not assigned."""
    adjusted = table[table["measure"] == "mode_adjusted"]
    level = write.number(table["conf_level"].iloc[0], "share", 0)
    known = adjusted[adjusted["p_adjusted"].notna()]
    clear = known[known["p_adjusted"] < 1 - table["conf_level"].iloc[0]]
    unclear = known.drop(clear.index)
    said = [write.say("modes.undefined", names=write.listed([])) for _ in range(int(known.empty))]
    if len(clear):
        listed = write.say("list.semicolon").join(_mode(row, write) for row in clear.to_dict("records"))
        said.append(write.say("modes.clear", listed=listed, level=level))
    if len(unclear):
        listed = write.say("list.semicolon").join(_mode(row, write) for row in unclear.to_dict("records"))
        said.append(write.say("modes.unclear", listed=listed, level=level))
    if len(known) > 1 and adjust != "none":
        said.append(write.say("modes.corrected", method=write.say(f"compare.by_{adjust}")))
    key = "modes.caveat" if covariates else "modes.caveat_bare"
    return [*said, write.say(key, mode=write.name(mode), covariates=write.listed(list(covariates)))]


def _mode(row: dict[Any, Any], write: Writer) -> str:
    return write.say(
        "modes.difference",
        outcome=write.name(row["outcome"]),
        contrast=row["contrast"],
        value=write.number(row["estimate"], "coefficient"),
        interval=write.interval(row["conf_low"], row["conf_high"], "coefficient"),
        p=write.p(row["p_adjusted"]),
    )
