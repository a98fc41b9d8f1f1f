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
    factors = table[(table["measure"] == "factor_r") & table["estimate"].notna()]
    if len(factors):
        said += _factors(factors, guides["one"], write)
    latent = table[table["measure"].isin(["latent_r", "factor_r"]) & table["estimate"].notna()]
    failing = [
        write.say("validity.pair", first=write.name(row["scale"]), second=write.name(row["scale2"]))
        for row in latent.to_dict("records")
        if row["estimate"] ** 2 > np.nanmin([extracted[row["scale"]], extracted[row["scale2"]], np.inf])
    ]
    if failing:
        key = "validity.fornell_larcker_model" if len(factors) else "validity.fornell_larcker"
        said.append(write.say(key, pairs=write.say("list.semicolon").join(failing)))
    return said


def _factors(rows: pd.DataFrame, one: float, write: Writer) -> list[str]:
    """The strongest correlation of factors, and those whose interval reaches 1 or -1."""
    order = rows.sort_values("estimate", key=lambda values: -values.abs(), kind="stable").to_dict("records")
    said = [
        write.say(
            "validity.factor_highest",
            pair=_pair(order[0], write, "validity.factor_value"),
            level=write.number(order[0]["conf_level"], "share", 0),
            n=write.count(order[0]["n"]),
        )
    ]
    reaching = [row for row in order if row["conf_high"] >= one or row["conf_low"] <= -one]
    if reaching:
        named = write.say("list.semicolon").join(_pair(row, write, "validity.factor_value") for row in reaching)
        said.append(write.say("validity.factor_one", pairs=named, limit=write.number(one, "bounded")))
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


def _pair(row: dict[Any, Any], write: Writer, key: str = "validity.pair_value") -> str:
    return write.say(
        key,
        first=write.name(row["scale"]),
        second=write.name(row["scale2"]),
        value=write.number(row["estimate"], "bounded"),
        interval=write.interval(row["conf_low"], row["conf_high"], "bounded"),
    )
