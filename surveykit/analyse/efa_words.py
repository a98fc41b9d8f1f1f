"""Sentences about a factor analysis, and the order in which its items are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from surveykit.result import Writer

SALIENT = 0.30
"""Loadings under this are not read as belonging to a factor (Hair et al. 2019: the least for n of 350 or more)."""
FEWEST, NAMED = 3, 4


def sorted_items(table: pd.DataFrame, factors: list[str]) -> list[str]:
    """Items by the factor they load most on, the strongest first."""
    wide = table.pivot(index="item", columns="factor", values="estimate")[factors]
    sizes = wide.abs().fillna(0.0)
    home = sizes.to_numpy().argmax(axis=1)
    order = np.lexsort((-sizes.max(axis=1).to_numpy(), home))
    return [str(item) for item in wide.index[order]]


def efa_sentences(found: Any, table: pd.DataFrame, write: Writer) -> list[str]:
    """Variance, what each factor holds, items that stand between, the factors' correlations, fit."""
    if not table["estimate"].notna().any():
        return [write.say("efa.undefined")]
    said = [
        write.say(
            "efa.finding",
            n=len(found.factors),
            factors=write.count(found.measures["factors"]),
            extraction=write.say(f"efa.extraction_{found.extraction}"),
            rotation=write.say(f"efa.rotation_{found.rotation}"),
            correlation=write.say(f"efa.correlation_{found.correlation}"),
            rows=write.count(found.n),
            items=write.count(found.measures["items"]),
            share=write.number(found.measures["share"], "share"),
        )
    ]
    said += [_factor(factor, table[table["factor"] == factor], write) for factor in found.factors]
    return said + _between(table, write) + _correlated(found, write) + _fit(found.measures, write)


def quoted(items: list[str], write: Writer) -> str:
    """Names of items in quotation marks, separated as the language separates them."""
    return write.say("list.comma").join(write.say("efa.quoted", item=write.name(item)) for item in items)


def _factor(factor: str, every: pd.DataFrame, write: Writer) -> str:
    share = float(every["factor_share"].iloc[0])
    rows = every[every["estimate"].abs() >= SALIENT]
    rows = rows.reindex(rows["estimate"].abs().sort_values(ascending=False).index)
    shared = {"factor": write.name(factor), "share": write.number(share, "share")}
    if rows.empty:
        return write.say("efa.factor_empty", **shared)
    listed = write.say("list.comma").join(
        write.say("efa.item", item=write.name(row["item"]), loading=write.number(row["estimate"], "bounded"))
        for _, row in rows.head(NAMED).iterrows()
    )
    key = "efa.factor_weak" if len(rows) < FEWEST else "efa.factor_more" if len(rows) > NAMED else "efa.factor"
    return write.say(key, listed=listed, **shared)


def _between(table: pd.DataFrame, write: Writer) -> list[str]:
    strong = table.assign(strong=table["estimate"].abs() >= SALIENT).groupby("item", sort=False)["strong"].sum()
    said = []
    limit = write.number(SALIENT, "bounded")
    for key, chosen in (("efa.unplaced", strong.index[strong == 0]), ("efa.cross", strong.index[strong > 1])):
        if len(chosen):
            said.append(write.say(key, names=quoted([str(item) for item in chosen], write), limit=limit))
    return said


def _correlated(found: Any, write: Writer) -> list[str]:
    phi = np.asarray(found.factor_correlation)
    rows, columns = np.tril_indices(len(phi), -1)
    values = phi[rows, columns]
    if not np.abs(values).max(initial=0.0) > 0:
        return []
    at = int(np.abs(values).argmax())
    names = [found.factors[columns[at]], found.factors[rows[at]]]
    r = write.number(found.measures["r_strongest"], "bounded")
    return [write.say("efa.correlated", names=write.listed(names), r=r)]


def _fit(measures: Any, write: Writer) -> list[str]:
    said = [write.say("efa.residual", rmsr=write.number(measures["rmsr"], "bounded", 3))]
    if np.isfinite(measures["rmsea"]):
        said.append(
            write.say(
                "efa.fit",
                chi2=write.number(measures["chi2"], "statistic"),
                df=write.count(measures["df"]),
                p=write.p(measures["p_value"]),
                rmsea=write.number(measures["rmsea"], "bounded", 3),
                interval=write.interval(measures["rmsea_low"], measures["rmsea_high"], "bounded", 3),
                tli=write.number(measures["tli"], "bounded", 3),
            )
        )
    return said
