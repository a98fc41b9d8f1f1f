"""What a graded response model found: parameters, information along the trait, and trait scores of rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from surveykit.analyse.efa_data import choice
from surveykit.analyse.irt_data import positions_of
from surveykit.analyse.irt_words import irt_sentences
from surveykit.draw.curves import Curves, curves
from surveykit.errors import SurveykitError
from surveykit.responses.source import columns_of
from surveykit.result import Result, Writer
from surveykit.stats.graded import expected_scores, item_information, probabilities

DRAWN = np.linspace(-4.0, 4.0, 161)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GradedResponse(Result):
    """Discriminations and thresholds of items on one trait.

    `levels`: each item's codes in use, from low standing on the trait to high (falling for `reversed_items`).
    `measures`: logl, aic, bic, n_parameters, n_patterns, steps, items; reliability (marginal: mean of information /
    (information + 1) over the trait), peak_theta, peak_information, peak_error (1 / sqrt(information)), precise_low,
    precise_high (where that ratio is at least `limit`, within -4 .. 4), precise_share (of the population).
    `item_fit`: S-X2 of each item with df, p_value, p_bh (adjusted over the items), rmsea and n of complete rows.
    `plot(what=)`: "information" (the scale and each item, most telling first) or "categories" (of each answer).
    """

    kind: ClassVar[str] = "graded_response"
    shown: ClassVar[tuple[str, ...]] = (
        "item",
        "parameter",
        "answer",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "info_share",
        "n",
    )

    parameters: pd.DataFrame
    levels: Mapping[str, tuple[float, ...]]
    reversed_items: tuple[str, ...]
    measures: Mapping[str, float]
    item_fit: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.parameters.assign(conf_level=self.conf_level)

    def information(self, theta: ArrayLike | None = None) -> pd.DataFrame:
        """Information of each item and of the scale (`test`), with its standard error, at trait values.

        A row a value of `theta` (by default -4 to 4 by 0.1). In R: `mirt::iteminfo`, `mirt::testinfo`.
        """
        at = np.atleast_1d(np.asarray(np.linspace(-4, 4, 81) if theta is None else theta, dtype=float))
        items, slopes, thresholds = _estimated(self.table)
        each = item_information(slopes, thresholds, at) if items else np.empty((0, len(at)))
        found = pd.DataFrame(each.T, columns=items, index=pd.Index(at, name="theta"))
        total = each.sum(axis=0) if items else np.full(len(at), np.nan)
        with np.errstate(divide="ignore"):
            return found.assign(test=total, std_error=1 / np.sqrt(total))

    def scores(self, rows: Any) -> pd.DataFrame:
        """Expected a posteriori trait values `theta` of rows with their standard errors, a row a respondent.

        `rows`: DataFrame or Responses with the items; missing answers are passed over, a row without any is NaN.
        The prior is the standard normal trait, so few answers draw a score towards 0. Codes that the model has not
        seen are refused. In R: `mirt::fscores(fit, method = "EAP", full.scores.SE = TRUE)`.
        """
        items, slopes, thresholds = _estimated(self.table)
        if not items:
            raise SurveykitError.of("IRT-NOSCORES")
        codes = positions_of(columns_of(rows, items).to_numpy(dtype=float), items, self.levels)
        theta, error = expected_scores(slopes, thresholds, codes)
        return pd.DataFrame({"theta": theta, "std_error": error})

    def _figure(
        self,
        table: pd.DataFrame,
        write: Writer,
        what: Literal["information", "categories"] = "information",
        **style: Any,
    ) -> Figure:
        choice("what", what, ("information", "categories"))
        items, slopes, thresholds = _estimated(table)
        nothing = np.full(len(DRAWN), np.nan)
        shares = table.drop_duplicates("item").set_index("item")["info_share"]
        order = sorted(shares.index, key=lambda item: -np.nan_to_num(shares[item], nan=-1.0))
        at = {item: place for place, item in enumerate(items)}
        if what == "categories":
            every = probabilities(slopes, thresholds, DRAWN) if items else np.empty((0, 2, len(DRAWN)))
            chances = {item: every[place] for item, place in at.items()}
            return _category_figure(order, chances, self.levels, write, **style)
        each = item_information(slopes, thresholds, DRAWN) if items else np.empty((0, len(DRAWN)))
        precise = self.measures["precise_low"], self.measures["precise_high"]
        band = precise if np.isfinite(precise).all() else None
        return curves(
            DRAWN,
            [Curves(write.name(item), each[at[item]] if item in at else nothing) for item in order],
            top=Curves(write.say("irt.scale"), each.sum(axis=0) if items else nothing, band),
            band_label=write.say("irt.band", limit=write.number(self.measures["limit"], "bounded")) if band else "",
            xlabel=write.say("irt.axis"),
            ylabel=write.say("irt.information"),
            fmt=lambda value: write.number(value, "plain"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return irt_sentences(table, self.measures, self.n, write)


def _estimated(table: pd.DataFrame) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Items with estimates, their slopes (p,) and thresholds (p, m), NaN beyond an item's own."""
    known = table[table["estimate"].notna()]
    items = [str(item) for item in known["item"].unique()]
    if not items:
        return [], np.empty(0), np.empty((0, 0))
    parts = {str(item): rows["estimate"].to_numpy(dtype=float) for item, rows in known.groupby("item", sort=False)}
    most = max(len(values) for values in parts.values())
    thresholds = np.full((len(items), most - 1), np.nan)
    for at, item in enumerate(items):
        thresholds[at, : len(parts[item]) - 1] = parts[item][1:]
    return items, np.array([parts[item][0] for item in items]), thresholds


def _category_figure(
    order: Sequence[str],
    chances: Mapping[str, NDArray[np.float64]],
    levels: Mapping[str, Sequence[float]],
    write: Writer,
    **style: Any,
) -> Figure:
    """Probability of each answer along the trait; colours are the places of all codes in use, low to high."""
    codes = sorted({code for item in order for code in levels[item]})
    panels = []
    for item in order:
        lines = np.full((len(codes), len(DRAWN)), np.nan)
        for place, code in enumerate(levels[item]):
            if item in chances:
                lines[codes.index(code)] = chances[item][place]
        panels.append(Curves(write.name(item), lines))
    return curves(
        DRAWN,
        panels,
        labels=[write.number(code, "plain") for code in codes],
        xlabel=write.say("irt.axis"),
        ylabel=write.say("irt.probability"),
        fmt=lambda value: write.number(value, "plain"),
        **style,
    )
