"""What customers say against what they do, in words and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.intervals import dot_intervals
from surveykit.language import Kind
from surveykit.result import Writer


def deed(name: str, write: Writer) -> str:
    """A deed in words: the study's name of it, else the glossary's."""
    return write.name(name) if name in write.names else write.label(name)


def says_figure(table: pd.DataFrame, score: str, does: str, amount: bool, write: Writer, **style: Any) -> Figure:
    """The deed by band of the score, with the overall level as a line."""
    own = table[table["measure"] == ("band_mean" if amount else "band_rate")]
    whole = table[table["measure"] == ("deed_mean" if amount else "deed_share")]["estimate"].iloc[0]
    kind: Kind = "coefficient" if amount else "share"
    if own.empty:
        own = table.head(1).assign(band="–", estimate=np.nan, conf_low=np.nan, conf_high=np.nan)
    return dot_intervals(
        list(own["band"]),
        *(own[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high")),
        reference=float(whole) if np.isfinite(whole) else None,
        reference_label=write.number(whole, kind) if np.isfinite(whole) else "",
        value_title=deed(does, write),
        n=own["n"].to_numpy(dtype=float),
        xlabel=write.say("says.axis", does=deed(does, write), score=write.name(score),
                         level=write.number(table["conf_level"].iloc[0], "share", 0)),
        fmt=lambda value: write.number(value, kind),
        **style,
    )  # fmt: skip


def says_sentences(table: pd.DataFrame, says: Sequence[str], does: str, amount: bool, write: Writer) -> list[str]:
    """Bands, effect, discrimination, calibration, time, and the caveat."""
    rows = table.set_index("measure")
    level = write.number(table["conf_level"].iloc[0], "share", 0)
    kind: Kind = "coefficient" if amount else "share"
    whole = table[table["measure"] == ("deed_mean" if amount else "deed_share")].iloc[0]
    if not np.isfinite(whole["estimate"]):
        return [write.say("says.undefined", does=deed(does, write))]
    shared = {"does": deed(does, write), "level": level}
    said = []
    own = table[table["measure"] == ("band_mean" if amount else "band_rate")]
    if len(own) > 1:
        first, last = own.iloc[0], own.iloc[-1]
        ends = {
            "low_band": first["band"], "high_band": last["band"], "score": write.name(says[0]),
            "low": write.number(first["estimate"], kind), "high": write.number(last["estimate"], kind),
            "whole": write.number(whole["estimate"], kind), "n": write.count(whole["n"]),
        }  # fmt: skip
        said.append(write.say("says.means" if amount else "says.bands", **ends, **shared))
    measure = "slope" if amount else "average_effect"
    for one in table[table["measure"] == measure].to_dict("records"):
        if np.isfinite(one["conf_low"]):
            size: Kind = "coefficient" if amount else "share"
            said.append(
                write.say(
                    f"says.{'clear' if one['conf_low'] * one['conf_high'] > 0 else 'unclear'}_{measure}",
                    name=write.name(one["term"]),
                    value=write.number(one["estimate"], size),
                    interval=write.interval(one["conf_low"], one["conf_high"], size),
                    **shared,
                )
            )
    if not amount and "auc_corrected" in rows.index and np.isfinite(rows.loc["auc_corrected", "estimate"]):
        area, slope = rows.loc["auc_corrected"], rows.loc["calibration_slope"]
        said.append(
            write.say(
                "says.auc",
                auc=write.number(area["estimate"], "bounded"),
                interval=write.interval(area["conf_low"], area["conf_high"], "bounded"),
                slope=write.number(slope["estimate"], "coefficient"),
                slope_interval=write.interval(slope["conf_low"], slope["conf_high"], "coefficient"),
                **shared,
            )
        )
    for one in table[table["measure"] == "hazard_ratio"].to_dict("records"):
        if np.isfinite(one["conf_low"]):
            ratio = {"value": write.number(one["estimate"], "coefficient")}
            ratio["interval"] = write.interval(one["conf_low"], one["conf_high"], "coefficient")
            said.append(write.say("says.hazard", name=write.name(one["term"]), **ratio, **shared))
    if "silent_share" in rows.index:
        quiet = rows.loc["silent_share"]
        counts = {"share": write.number(quiet["estimate"], "share"), "n": write.count(quiet["n"])}
        said.append(write.say("says.silent", **counts, **shared))
    return [*said, write.say("says.caveat")]
