"""Comparisons of groups in words: whether they differ, by how much, which pairs, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from surveykit.language import Kind, term
from surveykit.result import Writer

T = ("student_t", "welch_t", "pooled_t", "games_howell", "rank_t")
F = ("anova", "welch_anova")
CHI = ("kruskal", "chi2", "friedman")
MOST_PAIRS, AT_LENGTH = 6, 3
MINUS = " − "


def compare_sentences(
    table: pd.DataFrame, group: str, adjust: str, gate: str, measures: Mapping[str, float], write: Writer
) -> list[str]:
    """A sentence a test, the clear pairs of each, what is known of invariance, small groups."""
    level = float(table["conf_level"].iloc[0])
    tests = table[table["role"] == "test"].to_dict("records")
    said = []
    plain = [row for row in tests if row["p_adjusted"] >= 1 - level and row["base"] != "suppressed"]
    briefly = plain if len(tests) > AT_LENGTH and group else []
    for row in tests:
        if row in briefly:
            continue
        own = table[table["outcome"] == row["outcome"]]
        said.append(_test(row, own, level, write))
        if np.isfinite(row["p_value"]):
            said += _pairs(own, level, write)
    if briefly:
        listed = write.listed([row["outcome"] for row in briefly])
        said.append(write.say("compare.none_of", group=write.name(group), listed=listed))
    if len(tests) > 1 and adjust != "none":
        said.append(write.say("compare.corrected", method=write.say(f"compare.by_{adjust}")))
    return [*said, *_gate(gate, group, measures, write), *_small(table, write)]


def _test(row: dict[Any, Any], own: pd.DataFrame, level: float, write: Writer) -> str:
    name = write.name(row["outcome"]) if row["outcome"] else write.say("compare.answers")
    if not np.isfinite(row["p_value"]):
        return write.say("compare.undefined", outcome=name)
    if row["base"] == "suppressed":
        return write.say("compare.withheld", outcome=name)
    clear = row["p_adjusted"] < 1 - level
    parts: dict[str, str] = {
        "outcome": name,
        "test": statistic(row, write),
        "p": write.p(row["p_adjusted"]),
        "effect": write.say("list.semicolon").join(effect(one, write) for one in [row, *_beside(own)]),
        "n": write.count(row["n"]),
    }
    if row["contrast"]:
        return write.say(f"compare.two_{'clear' if clear else 'unclear'}", levels=_levels(own, write), **parts)
    if row["method"] == "friedman":
        return write.say(f"compare.repeated_{'clear' if clear else 'unclear'}", **parts)
    return write.say(f"compare.many_{'clear' if clear else 'unclear'}", **parts)


def _beside(own: pd.DataFrame) -> list[dict[Any, Any]]:
    """The effect sizes with intervals that stand beside a test of two groups."""
    effects = own[(own["role"] == "effect") & own["conf_low"].notna()]
    return [{**row, "contrast": ""} for row in effects.to_dict("records")]


def _levels(own: pd.DataFrame, write: Writer) -> str:
    shown = own[(own["role"] == "group") & (own["base"] != "suppressed")]
    return write.say("list.semicolon").join(
        write.say("compare.level", group=write.name(row["group"]), value=write.number(row["estimate"], kind(row)))
        for row in shown.to_dict("records")
    )


def effect(row: dict[Any, Any], write: Writer) -> str:
    """The estimate of a row under its name, with its interval where it has one."""
    what = _contrast(row["contrast"], write) if row["contrast"] else write.label(row["measure"])
    key = "compare.effect" if np.isfinite(row["conf_low"]) else "compare.effect_bare"
    return write.say(
        key,
        what=f"{write.label(row['measure'])} {what}" if row["measure"] == "rank_biserial" and row["contrast"] else what,
        value=write.number(row["estimate"], kind(row)),
        interval=write.interval(row["conf_low"], row["conf_high"], kind(row)),
        level=write.number(row["conf_level"], "share", 0),
    )


def _contrast(text: str, write: Writer) -> str:
    """A contrast with the names of its two sides."""
    return MINUS.join(write.name(side) for side in text.split(MINUS))


def kind(row: dict[Any, Any]) -> Kind:
    """How the numbers of a row's measure are written."""
    return term(str(row["measure"])).kind


def statistic(row: dict[Any, Any], write: Writer) -> str:
    """A test statistic with its degrees of freedom: "t(57.3) = 2.10, "."""
    value = write.number(row["test_statistic"], "statistic")
    error = write.count(row["df2"]) if np.isfinite(row["df2"]) else write.number(row["df_error"], "statistic")
    method = row["method"]
    if method in T:
        return f"t({error}) = {value}"
    if method in F:
        return f"F({write.count(row['df1'])}, {error}) = {value}"
    if method in CHI or row["measure"] == "nps_range":
        return f"χ²({write.count(row['df1'])}) = {value}"
    return f"{'W' if method == 'mann_whitney' else 'z'} = {value}"


def _pairs(own: pd.DataFrame, level: float, write: Writer) -> list[str]:
    pairs = own[(own["role"] == "pair") & (own["base"] != "suppressed")]
    if pairs.empty:
        return []
    clear = pairs[pairs["p_adjusted"] < 1 - level]
    clear = clear.reindex(clear["p_adjusted"].sort_values(kind="stable").index)
    if clear.empty:
        return [write.say("compare.no_pair")]
    listed = write.say("list.semicolon").join(
        write.say("compare.pair", effect=effect(row, write), p=write.p(row["p_adjusted"]))
        for row in clear.head(MOST_PAIRS).to_dict("records")
    )
    key = "compare.pairs" if len(clear) <= MOST_PAIRS else "compare.pairs_first"
    return [write.say(key, listed=listed)]


def _gate(gate: str, group: str, measures: Mapping[str, float], write: Writer) -> list[str]:
    if gate == "off":
        return []
    if gate == "untested":
        return [write.say("compare.untested", group=write.name(group))]
    steps = write.say(
        f"compare.{gate}",
        group=write.name(group),
        cfi=write.number(measures["scalar_d_cfi"], "index"),
        rmsea=write.number(measures["scalar_d_rmsea"], "index"),
        chisq=write.number(measures["scalar_d_chisq"], "statistic"),
        df=write.count(measures["scalar_d_df"]),
        p=write.p(measures["scalar_d_p_value"]),
    )
    return [steps]


def _small(table: pd.DataFrame, write: Writer) -> list[str]:
    levels = table[table["role"] == "group"]
    said = []
    for base in ("suppressed", "small"):
        names = list(dict.fromkeys(levels.loc[levels["base"] == base, "group"]))
        if names and names[0]:
            said.append(write.say(f"compare.base_{base}", groups=write.listed(names)))
    return said
