"""Common-method bias in words, with the caveats first to last."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from surveykit.result import Writer

LADDER = ("marker_c", "marker_u", "marker_r_model")


def bias_sentences(table: pd.DataFrame, marker: str, write: Writer) -> list[str]:
    """Harman's share, what changes with the marker, the ladder's tests, and what none of this can show."""
    by = table.set_index("measure")
    share = by.loc["harman_share", "estimate"]
    said = [write.say("bias.undefined")]
    if np.isfinite(share):
        said = [write.say("bias.harman", share=write.number(share, "share"), n=write.count(table["n"].iloc[0]))]
    if marker and "marker_adjusted_r" in by.index:
        said += _lindell(table, marker, write)
    for step in LADDER:
        if step in by.index and np.isfinite(by.loc[step, "d_p_value"]):
            row = by.loc[step]
            clear = row["d_p_value"] < 1 - row["conf_level"]
            said.append(
                write.say(
                    f"bias.{step}_{'clear' if clear else 'unclear'}",
                    chisq=write.number(row["d_chisq"], "statistic"),
                    df=write.count(row["d_df"]),
                    p=write.p(row["d_p_value"]),
                )
            )
    return [*said, write.say("bias.caveat_marker" if marker else "bias.caveat")]


def _lindell(table: pd.DataFrame, marker: str, write: Writer) -> list[str]:
    m = table[table["measure"] == "marker_r"].iloc[0]
    said = [
        write.say(
            "bias.marker_r" if m["estimate"] > 0 else "bias.marker_none",
            marker=write.name(marker),
            scale=write.name(m["item2"]),
            r=write.number(m["estimate"], "bounded"),
        )
    ]
    rows = table[(table["measure"] == "marker_adjusted_r") & table["p_value"].notna()]
    lost = rows[rows["p_value"] >= 1 - rows["conf_level"]]
    kept = len(rows) - len(lost)
    if lost.empty:
        said.append(write.say("bias.all_kept"))
    else:
        listed = write.say("list.semicolon").join(_pair(row, write) for row in lost.to_dict("records"))
        said.append(write.say("bias.lost" if kept else "bias.none_kept", listed=listed))
    return said


def _pair(row: dict[Any, Any], write: Writer) -> str:
    return write.say(
        "bias.pair_r",
        first=write.name(row["item"]),
        second=write.name(row["item2"]),
        raw=write.number(row["raw_r"], "bounded"),
        r=write.number(row["estimate"], "bounded"),
        p=write.p(row["p_value"]),
    )
