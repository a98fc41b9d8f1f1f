"""Sentences and bars of an indicator tree: the index, what misses its target, and whether the ranking stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.indicators import indicator_bars
from surveykit.language import LANGUAGES, Kind, say
from surveykit.result import Names, Writer

STATUSES = ("no_target", "met", "near", "missed", "unknown")


def status_names() -> Names:
    """Status -> language -> words."""
    return {status: {lang: say(f"indicators.{status}", lang) for lang in LANGUAGES} for status in STATUSES}


def indicator_sentences(
    table: pd.DataFrame, schemes: pd.DataFrame, measures: Mapping[str, float], write: Writer
) -> list[str]:
    """The index or the ranking, missed targets with the costliest, and what other weights would say."""
    roots = table[table["depth"] == 0]
    known = roots[roots["estimate"].notna()]
    if known.empty:
        return [write.say("indicators.undefined", name=write.name(str(roots["node"].iloc[0])))]
    if len(roots) == 1:
        said = [_index(known.iloc[0], measures, write), *_missed(table, measures, write)]
        return said + _other_weights(schemes, write)
    return [*_ranking(known, write), *_missed(table, measures, write), *_firmness(known, schemes, measures, write)]


def _index(row: pd.Series, measures: Mapping[str, float], write: Writer) -> str:
    bounds = ""
    if np.isfinite(row["conf_low"]):
        bounds = write.say(
            "indicators.bounds",
            level=write.number(row["conf_level"], "share", 0),
            interval=write.interval(row["conf_low"], row["conf_high"], "points"),
        )
    return write.say(
        "indicators.index",
        name=write.name(row["node"]),
        score=write.number(row["estimate"], "points"),
        bounds=bounds,
        leaves=write.count(measures["n_leaves"]),
    )


def _missed(table: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> list[str]:
    if not measures["n_targets"]:
        return []
    shared = {"missed": write.count(measures["n_missed"]), "targets": write.count(measures["n_targets"])}
    leaves = table[~table["node"].isin(set(table["parent"]))]
    costly = leaves[(leaves["cost"] > 0)].sort_values("cost", ascending=False, kind="stable").head(3)
    if costly.empty:
        return [write.say("indicators.targets", **shared)]
    many = table["unit"].nunique() > 1
    listed = write.say("list.semicolon").join(
        write.say(
            "indicators.costly_unit" if many else "indicators.costly",
            unit=row["unit"],
            name=write.name(row["node"]),
            value=write.number(row["indicator_value"], "statistic"),
            target=write.number(row["target"], "statistic"),
            cost=write.number(row["cost"], "points"),
        )
        for _, row in costly.iterrows()
    )
    return [write.say("indicators.targets_costly", listed=listed, **shared)]


def _ranking(known: pd.DataFrame, write: Writer) -> list[str]:
    ordered = known.sort_values("rank", kind="stable")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    return [
        write.say(
            "indicators.ranking",
            name=write.name(first["node"]),
            units=write.count(first["n"]),
            first=first["unit"],
            high=write.number(first["estimate"], "points"),
            last=last["unit"],
            low=write.number(last["estimate"], "points"),
        )
    ]


def _firmness(known: pd.DataFrame, schemes: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> list[str]:
    said = []
    first = known.sort_values("rank", kind="stable").iloc[0]
    if np.isfinite(measures["same_order"]):
        said.append(
            write.say(
                "indicators.moved",
                spread=write.number(measures["spread"], "share", 0),
                same=write.number(measures["same_order"], "share", 0),
                unit=first["unit"],
                share=write.number(first["first_share"], "share", 0),
            )
        )
    leading = schemes[schemes["rank"] < 2]
    leaders = {str(scheme): list(part["unit"]) for scheme, part in leading.groupby("scheme", sort=False)}
    others = [scheme for scheme, units in leaders.items() if units != [first["unit"]]]
    if others:
        listed = write.say("list.semicolon").join(
            write.say(
                "indicators.leader",
                scheme=write.say(f"indicators.scheme_{scheme}"),
                units=write.say("list.comma").join(leaders[scheme]),
            )
            for scheme in others
        )
        said.append(write.say("indicators.other_leaders", listed=listed))
    else:
        said.append(write.say("indicators.same_leader", unit=first["unit"]))
    return said


def _other_weights(schemes: pd.DataFrame, write: Writer) -> list[str]:
    if schemes["estimate"].nunique() < 2:
        return []
    return [write.say("indicators.hangs")]


def drawn_bars(table: pd.DataFrame, write: Writer, tree: bool, unit: str, normalise: str, **style: Any) -> Figure:
    """The tree of one unit, or the units in the order of their index."""
    scored: Kind = "points" if normalise != "z" else "coefficient"
    level = write.number(table["conf_level"].iloc[0], "share", 0)
    with_bounds = bool(table["conf_low"].notna().any())
    shared: dict[str, Any] = {
        "value_title": write.say("indicators.score"),
        "xlabel": write.say("indicators.axis_bounds" if with_bounds else "indicators.axis", level=level),
        "axis": (0.0, 100.0) if normalise != "z" else None,
        "fmt": lambda value: write.number(value, scored, 0 if normalise != "z" else 2),
        **style,
    }
    if not tree:
        rows = table[table["depth"] == 0].sort_values("rank", kind="stable", na_position="last")
        labels = [str(each) for each in rows["unit"]]
        score, low, high = (rows[name].to_numpy() for name in ("estimate", "conf_low", "conf_high"))
        nothing = np.full(len(rows), np.nan)
        return indicator_bars(
            labels, [0] * len(rows), score, low, high, nothing, [False] * len(rows), [False] * len(rows), **shared
        )
    rows = table[table["unit"] == unit]
    score, low, high, target = (rows[name].to_numpy() for name in ("estimate", "conf_low", "conf_high", "target_score"))
    parents = set(table["parent"])
    has_targets = bool(rows["target_score"].notna().any())
    return indicator_bars(
        [write.name(code) for code in rows["node"]],
        [int(depth) for depth in rows["depth"]],
        score,
        low,
        high,
        target,
        [status == "missed" for status in rows["status"]],
        [code in parents for code in rows["node"]],
        columns=[(write.label("cost"), [write.number(cost, "points") for cost in rows["cost"]])] if has_targets else [],
        met_label=write.say("indicators.key_met") if has_targets else "",
        missed_label=write.say("indicators.key_missed") if has_targets else "",
        target_label=write.label("target") if has_targets else "",
        title=unit if table["unit"].nunique() > 1 else "",
        **shared,
    )
