"""Reliability in words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveykit.result import Writer

WEAK = 0.70
"""Nunnally & Bernstein 1994, p. 265: enough for comparing groups in early research."""
READ = ("omega", "omega_categorical", "spearman_brown", "alpha")
"""Which coefficient to read, the first that is defined."""


def reliability_sentences(table: pd.DataFrame, weak: Sequence[str], write: Writer) -> list[str]:
    """A sentence a scale, and one that names weak scales."""
    said: list[str] = []
    for scale in dict.fromkeys(table["scale"]):
        said += _scale(str(scale), table[table["scale"] == scale].set_index("coefficient"), write)
    if weak:
        limit = write.number(WEAK, "bounded")
        said.append(write.say("reliability.weak", limit=limit, names=write.listed(list(weak))))
    return said


def _scale(scale: str, rows: pd.DataFrame, write: Writer) -> list[str]:
    alpha = rows.loc["alpha"]
    shared = {"scale": write.name(scale), "level": write.number(alpha["conf_level"], "share", 0)}
    if not np.isfinite(alpha["estimate"]):
        return [write.say("reliability.undefined", scale=shared["scale"])]
    count = {"items": write.count(alpha["n_items"]), "n": write.count(alpha["n"])}
    of_alpha = {
        "alpha": write.number(alpha["estimate"], "bounded"),
        "interval": write.interval(alpha["conf_low"], alpha["conf_high"], "bounded"),
    }
    said = []
    if "spearman_brown" in rows.index:
        sb = write.number(rows.loc["spearman_brown", "estimate"], "bounded")
        said.append(write.say("reliability.two_items", sb=sb, n=count["n"], **of_alpha, **shared))
    elif "omega_observed" in rows.index:
        said.append(write.say("reliability.model", **_omega(rows.loc["omega"], write), **count, **shared))
    elif "omega" in rows.index:
        total = write.number(rows.loc["omega", "estimate"], "bounded")
        said.append(write.say("reliability.finding", omega=total, **of_alpha, **count, **shared))
    if "omega_categorical" in rows.index and np.isfinite(rows.loc["omega_categorical", "estimate"]):
        own = rows.loc["omega_categorical"]
        said.append(write.say("reliability.categorical", **_omega(own, write), **shared))
    return said


def _omega(row: pd.Series, write: Writer) -> dict[str, str]:
    return {
        "omega": write.number(row["estimate"], "bounded"),
        "interval": write.interval(row["conf_low"], row["conf_high"], "bounded"),
    }
