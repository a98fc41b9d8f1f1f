"""Validity in words: which constructs are not shown to differ, by whose guide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveykit.result import Writer

GUIDES = {"one": 1.0, "loose": 0.90, "strict": 0.85, "ave": 0.50}
"""For HTMT, Henseler, Ringle & Sarstedt 2015: 1, and guides for constructs close in meaning and for others; for AVE,
Fornell & Larcker 1981: below it the items share less variance with the construct than they keep."""


def validity_sentences(table: pd.DataFrame, guides: Mapping[str, float], write: Writer) -> list[str]:
    """The sentences of a Validity table."""
    pairs = table[(table["measure"] == "htmt") & table["estimate"].notna()]
    said = _discriminant(pairs, guides, write) if len(pairs) else [write.say("validity.undefined")]
    extracted = table[table["measure"] == "ave"].set_index("scale")["estimate"]
    low = [str(name) for name in extracted.index[extracted < guides["ave"]]]
    if low:
        said.append(write.say("validity.ave", limit=write.number(guides["ave"], "bounded"), names=write.listed(low)))
    latent = table[(table["measure"] == "latent_r") & table["estimate"].notna()]
    failing = [
        write.say("validity.pair", first=write.name(row["scale"]), second=write.name(row["scale2"]))
        for row in latent.to_dict("records")
        if row["estimate"] ** 2 > np.nanmin([extracted[row["scale"]], extracted[row["scale2"]]])
    ]
    if failing:
        said.append(write.say("validity.fornell_larcker", pairs=write.say("list.semicolon").join(failing)))
    return said


def _discriminant(pairs: pd.DataFrame, guides: Mapping[str, float], write: Writer) -> list[str]:
    rows = pairs.sort_values("estimate", ascending=False, kind="stable").to_dict("records")
    top = rows[0]
    said = [
        write.say(
            "validity.highest",
            pair=_pair(top, write),
            level=write.number(top["conf_level"], "share", 0),
            n=write.count(top["n"]),
        )
    ]
    upper = [row for row in rows if np.isfinite(row["conf_high"])]
    if not upper:
        return said
    kinds = {
        "validity.one": (guides["one"], np.inf),
        "validity.loose": (guides["loose"], guides["one"]),
        "validity.strict": (guides["strict"], guides["loose"]),
    }
    flagged = False
    for key, (from_, to) in kinds.items():
        found = [_pair(row, write) for row in upper if from_ <= row["conf_high"] < to]
        if found:
            joined = write.say("list.semicolon").join(found)
            said.append(write.say(key, pairs=joined, limit=write.number(from_, "bounded")))
            flagged = flagged or key != "validity.strict"
    if flagged:
        said.append(write.say("validity.overlap"))
    if len(said) == 1:
        said.append(write.say("validity.apart", limit=write.number(guides["strict"], "bounded")))
    return said


def _pair(row: dict[Any, Any], write: Writer) -> str:
    return write.say(
        "validity.pair_value",
        first=write.name(row["scale"]),
        second=write.name(row["scale2"]),
        value=write.number(row["estimate"], "bounded"),
        interval=write.interval(row["conf_low"], row["conf_high"], "bounded"),
    )
