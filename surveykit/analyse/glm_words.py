"""Sentences about ordinal, binary and count models: what goes with what, how certainly, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveykit.analyse.words import unclear_slopes
from surveykit.result import Writer
from surveykit.stats.ols import INTERCEPT


def slopes_in_words(
    slopes: pd.DataFrame, ratio: str, ends: tuple[str, str], key: str, outcome: str, write: Writer
) -> list[str]:
    """The statistically significant predictors with their ratio or coefficient, then the others."""
    level = float(slopes["conf_level"].iloc[0])
    said = []
    clear = slopes[slopes["p_value"] < 1 - level]
    clear = clear.reindex(clear["z"].abs().sort_values(ascending=False).index)
    if len(clear):
        listed = write.say("list.semicolon").join(
            write.say(
                "glm.term",
                name=write.name(row["term"]),
                measure=write.say(f"glm.{ratio}"),
                value=write.number(row[ratio], "coefficient"),
                interval=write.interval(row[ends[0]], row[ends[1]], "coefficient"),
                p=write.p(row["p_value"]),
            )
            for _, row in clear.iterrows()
        )
        said.append(write.say(key, outcome=write.name(outcome), listed=listed))
    return said + unclear_slopes(slopes, level, write)


def fit_in_words(key: str, outcome: str, table: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> str:
    """McFadden's R2 and the likelihood-ratio test of all predictors together."""
    return write.say(
        key,
        outcome=write.name(outcome),
        mcfadden=write.number(measures["mcfadden"], "bounded"),
        chi2=write.number(measures["lr_chi2"], "statistic"),
        df=write.count(measures["lr_df"]),
        p=write.p(measures["lr_p"]),
        n=write.count(table["n"].iloc[0]),
    )


def clusters_in_words(measures: Mapping[str, float], write: Writer) -> list[str]:
    """That errors allow for clusters, where they do."""
    if "clusters" not in measures:
        return []
    return [write.say("assumptions.clusters", clusters=write.count(measures["clusters"]))]


def ordinal_sentences(
    outcome: str,
    table: pd.DataFrame,
    measures: Mapping[str, float],
    proportionality: pd.DataFrame,
    link: str,
    write: Writer,
) -> list[str]:
    """Fit, slopes, and whether the slopes are the same at every threshold."""
    slopes = table[table["part"].isin(["slope", "slope_at"])]
    if not slopes["estimate"].notna().any():
        return [write.say("regression.undefined", outcome=write.name(outcome))]
    alpha = 1 - float(table["conf_level"].iloc[0])
    said = [fit_in_words("ordinal.fit", outcome, table, measures, write)]
    ratio, ends = ("odds_ratio", ("or_low", "or_high")) if link == "logit" else ("estimate", ("conf_low", "conf_high"))
    shared = slopes[slopes["part"] == "slope"]
    if len(shared):
        said += slopes_in_words(shared, ratio, ends, "ordinal.clear", outcome, write)
    said += clusters_in_words(measures, write)
    if "group_sd" in measures:
        said.append(
            write.say(
                "ordinal.groups",
                groups=write.count(measures["groups"]),
                sd=write.number(measures["group_sd"], "bounded"),
                share=write.number(measures["intraclass"], "share"),
                p=write.p(measures["group_lr_p"]),
            )
        )
    for term, rows in slopes[slopes["part"] == "slope_at"].groupby("term", sort=False):
        said.append(
            write.say(
                "ordinal.partial",
                name=write.name(str(term)),
                measure=write.say(f"glm.{ratio}"),
                low=write.number(rows[ratio].min(), "coefficient"),
                high=write.number(rows[ratio].max(), "coefficient"),
            )
        )
    if len(proportionality):
        failing = proportionality[proportionality["lr_p"] < alpha]
        if len(failing):
            said.append(write.say("ordinal.not_proportional", names=write.listed(list(failing["term"]))))
        else:
            said.append(write.say("ordinal.proportional"))
    if "brant_p" in measures and pd.notna(measures["brant_p"]):
        said.append(
            write.say(
                "ordinal.brant",
                chi2=write.number(measures["brant"], "statistic"),
                df=write.count(measures["brant_df"]),
                p=write.p(measures["brant_p"]),
            )
        )
    return said


def logistic_sentences(
    outcome: str,
    event: str,
    table: pd.DataFrame,
    measures: Mapping[str, float],
    write: Writer,
) -> list[str]:
    """Share of the event, average differences in its probability, and how well the model tells who has it."""
    if not table["estimate"].notna().any():
        return [write.say("regression.undefined", outcome=write.name(outcome))]
    slopes = table[table["term"] != INTERCEPT]
    said = [
        write.say(
            "logistic.share",
            outcome=write.name(outcome),
            event=write.say("logistic.event", event=event) if event else "",
            share=write.number(measures["event_share"], "share"),
            n=write.count(table["n"].iloc[0]),
        ),
        fit_in_words("logistic.fit", outcome, table, measures, write),
    ]
    said += slopes_in_words(slopes, "odds_ratio", ("or_low", "or_high"), "logistic.clear", outcome, write)
    said.append(
        write.say(
            "logistic.auc",
            auc=write.number(measures["auc"], "bounded"),
            interval=write.interval(measures["auc_low"], measures["auc_high"], "bounded"),
        )
    )
    alpha = 1 - float(table["conf_level"].iloc[0])
    if pd.notna(measures["hosmer_lemeshow_p"]):
        calm = measures["hosmer_lemeshow_p"] >= alpha
        said.append(
            write.say(
                "logistic.calibrated" if calm else "logistic.not_calibrated", p=write.p(measures["hosmer_lemeshow_p"])
            )
        )
    return said + clusters_in_words(measures, write)


def counts_sentences(outcome: str, table: pd.DataFrame, measures: Mapping[str, float], write: Writer) -> list[str]:
    """Fit, rate ratios, and whether the counts vary more than the model allows."""
    if not table["estimate"].notna().any():
        return [write.say("regression.undefined", outcome=write.name(outcome))]
    slopes = table[table["term"] != INTERCEPT]
    said = [fit_in_words("counts.fit", outcome, table, measures, write)]
    said += slopes_in_words(slopes, "rate_ratio", ("rr_low", "rr_high"), "counts.clear", outcome, write)
    if pd.notna(measures.get("overdispersion_p", float("nan"))):
        over = measures["overdispersion_p"] < 1 - float(table["conf_level"].iloc[0])
        said.append(
            write.say(
                "counts.overdispersed" if over else "counts.not_overdispersed",
                p=write.p(measures["overdispersion_p"]),
                dispersion=write.number(measures["dispersion"], "statistic"),
            )
        )
    return said + clusters_in_words(measures, write)
