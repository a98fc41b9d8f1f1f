"""Sentences about importance: what is explained, by which predictors, how firm the order is, and what it is not."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveykit.result import Writer


def importance_sentences(outcome: str, table: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> list[str]:
    """Explained variance, shares with intervals, who ranks first how often, open ranks, and the meaning of it all."""
    known = table[table["share"].notna()].sort_values("rank", kind="stable")
    if known.empty:
        return [write.say("importance.undefined", outcome=write.name(outcome))]
    said = [_explained(outcome, known, measures, write), _shares(known, write)]
    ranked = known[known["rank_low"].notna()]
    if len(ranked) > 1:
        said += _order(ranked, write)
    return [*said, write.say("importance.meaning")]


def _explained(outcome: str, known: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> str:
    r2 = write.number(measures["r2"], "bounded")
    left_out = measures["r2_cv"]
    more = "" if pd.isna(left_out) else write.say("importance.left_out", value=write.number(left_out, "bounded"))
    fit = write.say(
        "importance.fit_mcfadden" if "mcfadden" in str(known["method"].iloc[0]) else "importance.fit_r2", r2=r2
    )
    return write.say(
        "importance.explained",
        outcome=write.name(outcome),
        fit=fit,
        more=more,
        n=write.count(known["n"].iloc[0]),
    )


def _shares(known: pd.DataFrame, write: Writer) -> str:
    level = write.number(known["conf_level"].iloc[0], "share", 0)
    bounded = known["share_low"].notna().any()
    listed = write.say("list.semicolon").join(
        write.say(
            "importance.share" if pd.notna(row["share_low"]) else "importance.share_bare",
            name=write.name(row["predictor"]),
            share=write.number(row["share"], "share", 0),
            interval=write.interval(row["share_low"], row["share_high"], "share", 0),
        )
        for _, row in known.iterrows()
    )
    return write.say("importance.shares" if bounded else "importance.shares_bare", level=level, listed=listed)


def _order(ranked: pd.DataFrame, write: Writer) -> list[str]:
    top = ranked.iloc[0]
    said = [
        write.say(
            "importance.first",
            name=write.name(top["predictor"]),
            share=write.number(top["first_share"], "share", 0),
        )
    ]
    open_ranks = ranked[ranked["rank_low"] < ranked["rank_high"]]
    if open_ranks.empty:
        return [*said, write.say("importance.firm")]
    listed = write.say("list.semicolon").join(
        write.say(
            "importance.rank_range",
            name=write.name(row["predictor"]),
            low=write.count(row["rank_low"]),
            high=write.count(row["rank_high"]),
        )
        for _, row in open_ranks.iterrows()
    )
    return [*said, write.say("importance.open", listed=listed)]
