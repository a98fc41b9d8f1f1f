"""What coding comments found: shares of categories and tones, and the coded comments themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.themes import theme_bars
from surveykit.result import Result, Writer

FEWEST, MOST_LISTED, DRAWN = 10, 3, 15
OWN = ("comment", "text", "lang", "polarity", "group")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CodedComments(Result):
    """Shares of comments by category and tone, of all and by group.

    `rows`: measure, category ("" where it is of all comments), group, estimate with interval. `coded`: a row a
    comment: comment (row of the data), text (personal data masked), lang, polarity (-1, 0, 1), group, and a 0/1 column
    a category. `frame_code` names the coding frame. `n` counts comments that say something.
    """

    kind: ClassVar[str] = "comments"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("category", "group")
    shown: ClassVar[tuple[str, ...]] = ("group", "category", "measure", "estimate", "conf_low", "conf_high", "n")

    rows: pd.DataFrame
    coded: pd.DataFrame
    frame_code: str
    conf_level: float

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories in the order of the frame."""
        return tuple(str(name) for name in self.coded.columns if name not in OWN)

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def share(self, measure: str, category: str = "", group: str = "all") -> pd.Series:
        """The row of one measure; KeyError where there is none."""
        own = self.rows[
            (self.rows["measure"] == measure) & (self.rows["category"] == category) & (self.rows["group"] == group)
        ]
        if own.empty:
            raise KeyError((measure, category, group))
        return own.iloc[0]

    def _ranked(self, table: pd.DataFrame) -> pd.DataFrame:
        """The categories of all comments, most mentioned first."""
        own = table[(table["measure"] == "theme_share") & (table["group"] == "all")]
        return own.sort_values("estimate", ascending=False, kind="stable")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        ranked = self._ranked(table).head(DRAWN)
        parts = table[table["group"] == "all"].set_index(["measure", "category"])["estimate"]
        codes = list(ranked["category"])
        share = ranked["estimate"].to_numpy(dtype=float)
        negative, positive = (
            share * np.nan_to_num([parts[(measure, code)] for code in codes])
            for measure in ("theme_negative", "theme_positive")
        )
        balance = [parts[("theme_balance", code)] for code in codes]
        return theme_bars(
            [write.name(code) for code in codes],
            negative,
            share - negative - positive,
            positive,
            ranked["conf_low"].to_numpy(dtype=float),
            ranked["conf_high"].to_numpy(dtype=float),
            legend=[write.say(f"comments.{tone}") for tone in ("negative", "neutral", "positive")],
            columns=[(write.label("theme_balance"), [write.number(value, "points", 0) for value in balance])],
            value_title=write.label("theme_share"),
            xlabel=write.say("comments.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if not self.n:
            return [write.say("comments.none")]
        whole = table[table["group"] == "all"].set_index(["measure", "category"])
        parts = {"frame": write.name(self.frame_code), "n": write.count(self.n)}
        parts["uncoded"] = write.number(whole.loc[("uncoded_share", ""), "estimate"], "share")
        said = [write.say("comments.base", **parts)]
        ranked = self._ranked(table)
        mentioned = ranked[ranked["estimate"] > 0]
        if len(mentioned):
            listed = [
                write.say(
                    "comments.one",
                    name=write.name(each["category"]),
                    share=write.number(each["estimate"], "share"),
                    interval=write.interval(each["conf_low"], each["conf_high"], "share"),
                )
                for each in mentioned.head(MOST_LISTED).to_dict("records")
            ]
            said.append(write.say("comments.most", listed=write.say("list.semicolon").join(listed)))
        tone = {
            name: write.number(whole.loc[(f"{name}_share", ""), "estimate"], "share")
            for name in ("positive", "negative", "neutral")
        }
        said.append(write.say("comments.tone", **tone))
        said += self._worst(table, write)
        said += self._groups(table, mentioned, write)
        return [*said, write.say("comments.caveat")]

    def _worst(self, table: pd.DataFrame, write: Writer) -> list[str]:
        own = table[(table["measure"] == "theme_balance") & (table["group"] == "all") & (table["n"] >= FEWEST)]
        if len(own) < 2:
            return []
        worst = own.loc[own["estimate"].idxmin()]
        return [
            write.say(
                "comments.worst",
                name=write.name(worst["category"]),
                balance=write.number(worst["estimate"], "points"),
                interval=write.interval(worst["conf_low"], worst["conf_high"], "points"),
                level=write.number(self.conf_level, "share", 0),
                n=write.count(worst["n"]),
            )
        ]

    def _groups(self, table: pd.DataFrame, mentioned: pd.DataFrame, write: Writer) -> list[str]:
        said = []
        for code in mentioned["category"].head(1):
            own = table[(table["measure"] == "theme_share") & (table["category"] == code) & (table["group"] != "all")]
            own = own[np.isfinite(own["estimate"].astype(float))]
            if len(own) > 1:
                low, high = own.loc[own["estimate"].idxmin()], own.loc[own["estimate"].idxmax()]
                ends = {name: write.number(each["estimate"], "share") for name, each in (("low", low), ("high", high))}
                groups = {"least": write.name(low["group"]), "most": write.name(high["group"])}
                said.append(write.say("comments.groups", name=write.name(code), **ends, **groups))
        return said
