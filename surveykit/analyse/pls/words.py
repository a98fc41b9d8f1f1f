"""Path models in words: what is explained, by which paths, and how well the constructs are measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveykit.result import Writer


def pls_sentences(table: pd.DataFrame, guides: Mapping[str, float], write: Writer) -> list[str]:
    """Explained variance, paths, weak measurement, and what the numbers are."""
    rows = {str(measure): part.to_dict("records") for measure, part in table.groupby("measure", sort=False)}
    level = write.number(table["conf_level"].iloc[0], "share", 0)
    listed = write.say("list.semicolon").join(
        write.say("pls.r2", name=write.name(row["scale"]), value=write.number(row["estimate"], "bounded"))
        for row in rows.get("r2", [])
    )
    said = [write.say("pls.explained", listed=listed, n=write.count(table["n"].iloc[0]))]
    paths = [row for row in rows.get("pls_path", []) if np.isfinite(row["estimate"])]
    clear = [row for row in paths if row["conf_low"] > 0 or row["conf_high"] < 0]
    unclear = [row for row in paths if row["conf_low"] <= 0 <= row["conf_high"]]
    clear.sort(key=lambda row: -abs(row["estimate"]))
    if clear:
        said.append(write.say("pls.clear", level=level, listed=_listed(clear, write)))
    if unclear:
        said.append(write.say("pls.unclear", listed=_listed(unclear, write)))
    said += _measurement(rows, guides, write)
    said.append(write.say("pls.caveat"))
    return said


def _listed(rows: list[dict[Any, Any]], write: Writer) -> str:
    return write.say("list.semicolon").join(
        write.say(
            "pls.path",
            outcome=write.name(row["scale"]),
            predictor=write.name(row["predictor"]),
            value=write.number(row["estimate"], "bounded"),
            interval=write.interval(row["conf_low"], row["conf_high"], "bounded"),
        )
        for row in rows
    )


def _measurement(rows: dict[str, list[dict[Any, Any]]], guides: Mapping[str, float], write: Writer) -> list[str]:
    said = []
    for measure, key, guide in (
        ("composite_reliability", "pls.unreliable", "reliability_guide"),
        ("ave", "pls.ave", "ave_guide"),
    ):
        weak = [row for row in rows.get(measure, []) if row["estimate"] < guides[guide]]
        if weak:
            names = write.say("list.comma").join(
                f"{write.name(row['scale'])} {write.number(row['estimate'], 'bounded')}" for row in weak
            )
            said.append(write.say(key, names=names, limit=write.number(guides[guide], "bounded")))
    close = [row for row in rows.get("htmt", []) if row["estimate"] > guides["htmt_guide"]]
    if close:
        pairs = write.say("list.semicolon").join(
            write.say("validity.pair", first=write.name(row["scale"]), second=write.name(row["predictor"]))
            + f" {write.number(row['estimate'], 'bounded')}"
            for row in close
        )
        said.append(write.say("pls.close", pairs=pairs, limit=write.number(guides["htmt_guide"], "bounded")))
    return said
