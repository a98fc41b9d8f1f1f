"""The path diagram of a fitted model."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.sem.result import StructuralModel
from surveykit.draw.path import path_diagram
from surveykit.draw.path_layout import Edge, Node
from surveykit.draw.style import DEFAULT, Style
from surveykit.errors import SurveykitError
from surveykit.language import StyleName
from surveykit.result import Writer

KINDS: dict[str, Literal["regression", "loading", "covariance"]] = {
    "=~": "loading",
    "~": "regression",
    "~~": "covariance",
}


def path_plot(
    fit: StructuralModel,
    lang: str = "en",
    standardised: bool = True,
    indicators: Literal["all", "none"] = "all",
    *,
    covariances: Literal["latent", "all", "none"] = "latent",
    indicator_labels: Literal["code", "name"] = "code",
    r2: bool = True,
    group: str | None = None,
    title: str = "",
    numbers: StyleName | None = None,
    style: Style = DEFAULT,
) -> Figure:
    """Draw a fitted model with its coefficients; paths that are not significant are grey and dashed.

    `fit`: the result of `cfa` or `sem`, also one that was stored. Coefficients are `std_all`, or the estimates with
    `standardised=False`; significance is p < 1 - conf_level of the unstandardised estimate, and a fixed coefficient
    counts as significant. `indicators="none"` folds the items of factors away. `covariances`: "latent" draws those
    among factors and structural variables, "all" also those of indicators' residuals, "none" no one; how many are
    left out stands under the diagram. Factors have their names in `lang`, indicators their codes or names. `r2`
    writes the explained variance into what paths lead to. A model of several groups needs `group`. Thresholds,
    intercepts and variances are not drawn. An undefined estimate is "–". Errors: ANALYSE-CHOICE for an unknown
    option or group, DRAW-CROWDED where the labels find no place. In R: `semPlot::semPaths(fit, "std")`.
    """
    _choice("indicators", indicators, ("all", "none"))
    _choice("covariances", covariances, ("latent", "all", "none"))
    _choice("indicator_labels", indicator_labels, ("code", "name"))
    names = tuple(fit.groups)
    if (group is None and len(names) > 1) or (group is not None and group not in names):
        raise SurveykitError.of("ANALYSE-CHOICE", argument="group", found=str(group), allowed=", ".join(names))
    write = Writer.of(lang, numbers, fit.names)
    rows = fit.table[fit.table["op"].isin(list(KINDS)) & (fit.table["lhs"] != fit.table["rhs"])]
    rows = rows[rows["group"] == (names[0] if group is None else group)]
    latent = list(dict.fromkeys(rows.loc[rows["op"] == "=~", "lhs"]))
    items = [name for name in dict.fromkeys(rows.loc[rows["op"] == "=~", "rhs"]) if name not in latent]
    drawn = _drawn(rows, items, covariances, indicators == "none")
    shown = list(dict.fromkeys([*latent, *drawn["lhs"], *drawn["rhs"]]))
    explained = fit.r2[fit.r2["group"] == (names[0] if group is None else group)].set_index("item")["r2"]
    caused = set(drawn.loc[drawn["op"] == "~", "lhs"])
    caused |= set(drawn.loc[(drawn["op"] == "=~") & drawn["rhs"].isin(latent), "rhs"])
    nodes = []
    for name in shown:
        label = name if name in items and indicator_labels == "code" else write.name(name)
        if r2 and name in caused and name in explained.index and np.isfinite(explained[name]):
            label += f"\nR² = {write.number(float(explained[name]), 'bounded')}"
        nodes.append(Node(name, label, "latent" if name in latent else "observed"))
    alpha = 1 - fit.conf_level
    edges = [_edge(row, standardised, alpha, write) for row in drawn.to_dict("records")]
    left_out = len(rows[(rows["op"] == "~~") & ~_fixed_at_zero(rows)]) - int((drawn["op"] == "~~").sum())
    said = [write.say("path.standardised" if standardised else "path.raw")]
    if not all(edge.significant for edge in edges):
        said.append(write.say("path.dashed", alpha=write.number(alpha, "bounded")))
    if indicators == "none" and items:
        said.append(write.say("path.folded"))
    if left_out:
        said.append(write.say("path.left_out", count=write.count(left_out)))
    if group is not None:
        said.append(write.say("path.group", group=group))
    note = write.say("sem.space").join(said)
    return path_diagram(nodes, edges, title=title, note=note, style=style)


def _fixed_at_zero(rows: pd.DataFrame) -> pd.Series:
    return ~rows["free"].astype(bool) & (rows["estimate"] == 0)


def _drawn(rows: pd.DataFrame, items: list[str], covariances: str, folded: bool) -> pd.DataFrame:
    """The rows that become edges."""
    of_items = rows["lhs"].isin(items) | rows["rhs"].isin(items)
    keep = ~((rows["op"] == "~~") & _fixed_at_zero(rows))
    if covariances != "all":
        keep &= ~((rows["op"] == "~~") & (of_items if covariances == "latent" else True))
    if folded:
        keep &= ~of_items
    return rows[keep]


def _edge(row: dict[str, object], standardised: bool, alpha: float, write: Writer) -> Edge:
    value = float(row["std_all" if standardised else "estimate"])  # type: ignore[arg-type]
    text = write.number(value, "bounded" if standardised else "coefficient")
    significant = not float(row["p_value"]) >= alpha  # type: ignore[arg-type]
    one, other = str(row["lhs"]), str(row["rhs"])
    source, target = (other, one) if row["op"] == "~" else (one, other)
    return Edge(source, target, KINDS[str(row["op"])], text, significant)


def _choice(argument: str, found: str, allowed: tuple[str, ...]) -> None:
    if found not in allowed:
        raise SurveykitError.of("ANALYSE-CHOICE", argument=argument, found=str(found), allowed=", ".join(allowed))
