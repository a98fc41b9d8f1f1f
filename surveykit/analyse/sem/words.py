"""What a fitted model says: its fit without verdicts by fixed cut-offs, its weakest loading, its paths."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from surveykit.result import Writer


def sem_sentences(table: pd.DataFrame, measures: Mapping[str, float], converged: bool, write: Writer) -> list[str]:
    """Fit first, then loadings and paths."""
    n = write.count(table["n"].iloc[0])
    if not converged:
        return [write.say("sem.failed", n=n)]
    said = [_fit(measures, n, write), *_loadings(table, write), *_paths(table, write)]
    return said


def _fit(measures: Mapping[str, float], n: str, write: Writer) -> str:
    if measures["df"] <= 0:
        return write.say("sem.saturated", n=n)
    suffix = ".scaled" if "chisq.scaled" in measures else ""
    best = ".robust" if np.isfinite(measures.get("cfi.robust", np.nan)) else suffix
    key = "sem.fit" if "cfi" in measures else "sem.fit_bare"
    said = write.say(
        key,
        chisq=write.number(measures[f"chisq{suffix}"], "statistic"),
        df=write.count(measures[f"df{suffix}"]),
        p=write.p(measures[f"pvalue{suffix}"]),
        cfi=write.number(measures.get(f"cfi{best}", np.nan), "index"),
        tli=write.number(measures.get(f"tli{best}", np.nan), "index"),
        rmsea=write.number(measures[f"rmsea{best}"], "index"),
        interval=write.interval(measures[f"rmsea.ci.lower{best}"], measures[f"rmsea.ci.upper{best}"], "index"),
        level=write.number(measures["rmsea.ci.level"], "share", 0),
        srmr=write.number(measures["srmr"], "index"),
        n=n,
    )
    return said + write.say("sem.space") + write.say("sem.caveat")


def _loadings(table: pd.DataFrame, write: Writer) -> list[str]:
    loadings = table[(table["op"] == "=~") & np.isfinite(table["std_all"])]
    if loadings.empty:
        return []
    size = loadings["std_all"].abs()
    low, high = loadings.loc[size.idxmin()], loadings.loc[size.idxmax()]
    return [
        write.say(
            "sem.loadings",
            low=write.number(low["std_all"], "bounded"),
            low_item=write.name(low["rhs"]),
            low_factor=write.name(low["lhs"]),
            high=write.number(high["std_all"], "bounded"),
            high_item=write.name(high["rhs"]),
            high_factor=write.name(high["lhs"]),
        )
    ]


def _paths(table: pd.DataFrame, write: Writer) -> list[str]:
    paths = table[(table["op"] == "~") & (table["std_error"] > 0)]
    if paths.empty:
        return []
    parts = [
        write.say(
            "sem.path",
            outcome=write.name(row.lhs),
            predictor=write.name(row.rhs),
            beta=write.number(row.std_all, "bounded"),
            p=write.p(row.p_value),
        )
        for row in paths.itertuples()
    ]
    return [write.say("sem.paths", listed=write.say("list.semicolon").join(parts))]


def invariance_sentences(
    table: pd.DataFrame, groups: list[str], means: pd.DataFrame, licensed: bool, write: Writer
) -> list[str]:
    """Each step against the one before, the guides with their source, and latent means with their condition."""
    first = table.iloc[0]
    said = [
        write.say(
            "invariance.first",
            groups=write.listed(groups),
            cfi=write.number(first["cfi"], "index"),
            rmsea=write.number(first["rmsea"], "index"),
            n=write.count(first["n"]),
        )
    ]
    for row in table.iloc[1:].to_dict("records"):
        step = write.say(f"invariance.{row['ladder']}")
        if not np.isfinite(row["cfi"]):
            said.append(write.say("invariance.failed", step=step))
            continue
        key = "invariance.step" if np.isfinite(row["d_chisq"]) else "invariance.untested"
        said.append(
            write.say(
                key,
                step=step,
                chisq=write.number(row["d_chisq"], "statistic"),
                df=write.count(row["d_df"]),
                p=write.p(row["d_p_value"]),
                cfi=write.number(row["d_cfi"], "index"),
                rmsea=write.number(row["d_rmsea"], "index"),
            )
        )
    said.append(write.say("invariance.guide"))
    if not means.empty:
        said.append(write.say("invariance.means" if licensed else "invariance.means_unlicensed"))
    return said


def search_sentences(released: pd.DataFrame, searched: bool, write: Writer) -> list[str]:
    """What a search for partial invariance released, called exploratory."""
    if not searched:
        return []
    if released.empty:
        return [write.say("invariance.nothing_released")]
    kinds = {"=~": "loading", "~1": "intercept", "|": "threshold", "~~": "residual"}
    parts = [
        write.say(f"invariance.free_{kinds[row.op]}", item=write.name(row.rhs if row.op == "=~" else row.lhs))
        for row in released.itertuples()
    ]
    return [write.say("invariance.released", listed=write.say("list.comma").join(dict.fromkeys(parts)))]


def difference_sentences(table: pd.DataFrame, alpha: float, write: Writer) -> list[str]:
    """Each restricted model against the freer one before it."""
    rows = table.to_dict("records")
    said = [
        write.say(
            "difference.first",
            model=rows[0]["model_name"],
            chisq=write.number(rows[0]["chisq"], "statistic"),
            df=write.count(rows[0]["df"]),
            n=write.count(rows[0]["n"]),
        )
    ]
    for before, row in pairwise(rows):
        models = {"model": row["model_name"], "before": before["model_name"]}
        if not np.isfinite(row["d_p_value"]):
            said.append(write.say("difference.undefined", **models))
            continue
        key = "difference.worse" if row["d_p_value"] < alpha else "difference.same"
        said.append(
            write.say(
                key,
                **models,
                chisq=write.number(row["d_chisq"], "statistic"),
                df=write.count(row["d_df"]),
                p=write.p(row["d_p_value"]),
                cfi=write.number(row["d_cfi"], "index"),
            )
        )
    return said
