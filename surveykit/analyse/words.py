"""Sentences about correlations and regressions: what is shown, how certainly, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveykit.result import Writer
from surveykit.stats.ols import INTERCEPT

VIF_LIMIT = 5.0
"""Above this a coefficient's variance is at least five times what uncorrelated predictors give (Sheather 2009)."""


def strongest_pair(key: str, known: pd.DataFrame, write: Writer) -> str:
    """The pair of variables with the largest correlation in size, with its interval; `known` has at least one row."""
    top = known.loc[known["estimate"].abs().idxmax()]
    return write.say(
        key,
        first=write.name(top["item"]),
        second=write.name(top["item2"]),
        r=write.number(top["estimate"], "bounded"),
        interval=write.interval(top["conf_low"], top["conf_high"], "bounded"),
        level=write.number(top["conf_level"], "share", 0),
        n=write.count(top["n"]),
    )


def regression_sentences(
    outcome: str,
    table: pd.DataFrame,
    measures: Mapping[str, float],
    diagnostics: Mapping[str, float],
    write: Writer,
) -> list[str]:
    """Explained variance, the statistically significant and other predictors, and the checks that failed."""
    slopes = table[table["term"] != INTERCEPT]
    level = float(table["conf_level"].iloc[0])
    if not slopes["estimate"].notna().any() or pd.isna(measures["r2"]):
        return [write.say("regression.undefined", outcome=write.name(outcome))]
    said = [_explained(outcome, table, measures, level, write)]
    clear = slopes[slopes["p_value"] < 1 - level]
    clear = clear.reindex(clear["beta"].abs().sort_values(ascending=False).index)
    if len(clear):
        listed = write.say("list.semicolon").join(_term(row, write) for _, row in clear.iterrows())
        said.append(write.say("regression.clear", outcome=write.name(outcome), listed=listed))
    said += unclear_slopes(slopes, level, write)
    return said + _checks(slopes, diagnostics, level, write)


def unclear_slopes(slopes: pd.DataFrame, level: float, write: Writer) -> list[str]:
    """The sentence that names the slopes whose test at `level` excludes nothing; none where there are none."""
    unclear = slopes[slopes["p_value"] >= 1 - level]
    listed = write.say("list.comma").join(
        write.say("regression.unclear_term", name=write.name(row["term"]), p=write.p(row["p_value"]))
        for _, row in unclear.iterrows()
    )
    return [write.say("regression.unclear", listed=listed)] if len(unclear) else []


def _explained(outcome: str, table: pd.DataFrame, measures: Mapping[str, float], level: float, write: Writer) -> str:
    return write.say(
        "regression.explained",
        outcome=write.name(outcome),
        r2=write.number(measures["r2"], "bounded"),
        interval=write.interval(measures["r2_low"], measures["r2_high"], "bounded"),
        adj_r2=write.number(measures["adj_r2"], "bounded"),
        level=write.number(level, "share", 0),
        n=write.count(table["n"].iloc[0]),
    )


def _term(row: pd.Series, write: Writer) -> str:
    return write.say(
        "regression.term",
        name=write.name(row["term"]),
        direction=write.say("regression.higher" if row["estimate"] > 0 else "regression.lower"),
        beta=write.number(row["beta"], "bounded"),
        interval=write.interval(row["beta_low"], row["beta_high"], "bounded"),
        p=write.p(row["p_value"]),
    )


def _checks(slopes: pd.DataFrame, diagnostics: Mapping[str, float], level: float, write: Writer) -> list[str]:
    said = []
    high = slopes[slopes["vif"] > VIF_LIMIT]
    if len(high):
        names = write.listed(list(high["term"]))
        said.append(write.say("regression.vif", names=names, limit=write.number(VIF_LIMIT, "plain")))
    alpha = 1 - level
    if diagnostics.get("breusch_pagan_p", 1.0) < alpha:
        said.append(write.say("regression.heteroscedastic", p=write.p(diagnostics["breusch_pagan_p"])))
    if diagnostics.get("reset_p", 1.0) < alpha:
        said.append(write.say("regression.nonlinear", p=write.p(diagnostics["reset_p"])))
    if diagnostics.get("cook_max", 0.0) > 1:
        said.append(write.say("regression.influence", cook=write.number(diagnostics["cook_max"], "statistic")))
    return said
