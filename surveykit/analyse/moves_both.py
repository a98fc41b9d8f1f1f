"""Which service dimensions go with what customers say and with what they do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.importance import Importance, importance
from surveykit.analyse.says_words import deed
from surveykit.draw.intervals import dot_intervals
from surveykit.language import Kind
from surveykit.responses.joined import Joined
from surveykit.responses.source import columns_of
from surveykit.result import Provenance, Result, Writer

SIDES = ("says", "does")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MovesBoth(Result):
    """A row a dimension and side ("says", "does"): its share of the explained variance (or deviance) and its rank."""

    kind: ClassVar[str] = "moves_both"
    estimate_kind: ClassVar[Kind] = "share"
    named_columns: ClassVar[tuple[str, ...]] = ("predictor", "side")
    shown: ClassVar[tuple[str, ...]] = (
        "predictor", "side", "estimate", "conf_low", "conf_high", "rank", "rank_low", "rank_high", "n",
    )  # fmt: skip

    rows: pd.DataFrame
    says: str
    does: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        order = list(dict.fromkeys(table.sort_values("rank")["predictor"]))
        own = pd.concat([table[table["predictor"] == name] for name in order])
        sides = {"says": write.name(self.says), "does": deed(self.does, write)}
        return dot_intervals(
            [f"{write.name(row['predictor'])} · {sides[row['side']]}" for row in own.to_dict("records")],
            *(own[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high")),
            reference=_equal(table),
            reference_label=write.number(_equal(table), "share", 0),
            value_title=write.label("share"),
            xlabel=write.say("both.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        equal = _equal(table)
        parts = {"says": write.name(self.says), "does": deed(self.does, write)}
        if not np.isfinite(table["estimate"].astype(float)).all():
            return [write.say("both.undefined", **parts)]
        clear = {side: set(table[(table["side"] == side) & (table["conf_low"] > equal)]["predictor"]) for side in SIDES}
        order = list(dict.fromkeys(table.sort_values("estimate", ascending=False)["predictor"]))
        groups = {
            "both": [name for name in order if name in clear["says"] and name in clear["does"]],
            "says_only": [name for name in order if name in clear["says"] - clear["does"]],
            "does_only": [name for name in order if name in clear["does"] - clear["says"]],
        }
        said = [write.say(f"both.{key}", names=write.listed(names), **parts) for key, names in groups.items() if names]
        said = said or [write.say("both.none", **parts)]
        said.append(
            write.say(
                "both.detail",
                listed=write.say("list.semicolon").join(self._one(name, table, write) for name in order[:3]),
                **parts,
            )
        )
        return [*said, write.say("both.caveat")]

    def _one(self, name: str, table: pd.DataFrame, write: Writer) -> str:
        own = table[table["predictor"] == name].set_index("side")["estimate"]
        return write.say(
            "both.one", name=write.name(name), **{side: write.number(own[side], "share", 0) for side in SIDES}
        )


def moves_both(
    joined: Joined | pd.DataFrame,
    dimensions: Sequence[str],
    says: str,
    does: str,
    *,
    n_boot: int = 1000,
    seed: int = 1,
    conf_level: float = 0.95,
) -> MovesBoth:
    """Weigh the same dimensions for an outcome that customers state and for a deed, side by side.

    Shapley shares as `sk.importance`: of R² of the stated outcome, of McFadden's R² of the deed (0, 1); both on the
    customers with all columns, so that they compare. Intervals and ranks from resampled customers. A dimension stands
    out where its interval stays above an equal share, 1 / number of dimensions (shares are never negative, so above 0
    would say little). Collinear dimensions share what they explain. A deed all alike: NaN with a Problem.
    Errors: as `sk.importance`. In R: `relaimpo::calc.relimp`, `domir::domir`.
    """
    frame = joined.frame if isinstance(joined, Joined) else joined
    columns = [*dimensions, says, does]
    data = columns_of(frame, columns).dropna().reset_index(drop=True)
    how: dict[str, Any] = {"n_boot": n_boot, "seed": seed, "conf_level": conf_level}
    found = {
        "says": importance(says, list(dimensions), data, **how),
        "does": importance(does, list(dimensions), data, kind="binary", **how),
    }
    names = dict(joined.names) if isinstance(joined, Joined) else {}
    problems = list(joined.problems) if isinstance(joined, Joined) else []
    return MovesBoth(
        n=len(data),
        rows=pd.concat([_rows(each, side) for side, each in found.items()], ignore_index=True),
        says=says,
        does=does,
        conf_level=conf_level,
        problems=(*problems, *dict.fromkeys(p for each in found.values() for p in each.problems)),
        names=names,
        provenance=Provenance.of(
            "moves_both", data=found["says"].provenance.data, seed=seed, dimensions=tuple(dimensions), says=says,
            does=does, n_boot=n_boot, conf_level=conf_level,
        ),
    )  # fmt: skip


def _equal(table: pd.DataFrame) -> float:
    return 1 / table["predictor"].nunique()


def _rows(found: Importance, side: str) -> pd.DataFrame:
    own = found.table
    return pd.DataFrame(
        {
            "predictor": own["predictor"],
            "side": side,
            "estimate": own["share"],
            "std_error": np.nan,
            "conf_low": own["share_low"],
            "conf_high": own["share_high"],
            "rank": own["rank"],
            "rank_low": own["rank_low"],
            "rank_high": own["rank_high"],
            "n": own["n"],
            "method": own["method"],
        }
    )
