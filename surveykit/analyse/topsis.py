"""Ranking of units by closeness to the best and distance from the worst values found (TOPSIS)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import unweighted
from surveykit.analyse.indicator_weights import ranks, weights_for
from surveykit.draw.importance import importance_bars
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats import topsis as numerics


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Topsis(Result):
    """A row a unit: relative closeness (estimate), distances from best and worst, rank, and ranks when weights move.

    `weights`: the weights used, summing to 1. `measures`: spread, same_order.
    """

    kind: ClassVar[str] = "topsis"
    estimate_kind: ClassVar[Kind] = "index"
    shown: ClassVar[tuple[str, ...]] = (
        "unit", "to_best", "to_worst", "estimate", "rank", "rank_low", "rank_high", "first_share",
    )  # fmt: skip

    units: pd.DataFrame
    weights: Mapping[str, float]
    measures: Mapping[str, float]

    def _table(self) -> pd.DataFrame:
        blank = dict.fromkeys(("std_error", "conf_low", "conf_high", "conf_level"), np.nan)
        return self.units.assign(**blank, n=self.n, method="topsis")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        ordered = table.sort_values("rank", kind="stable", na_position="last")
        return importance_bars(
            list(ordered["unit"]),
            *(ordered[name].to_numpy() for name in ("estimate", "conf_low", "conf_high")),
            value_title="",
            xlabel=write.say("topsis.axis"),
            fmt=lambda value: write.number(value, "index"),
            fmt_tick=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table[table["estimate"].notna()].sort_values("rank", kind="stable")
        if known.empty:
            return [write.say("topsis.undefined")]
        first, last = known.iloc[0], known.iloc[-1]
        said = [
            write.say(
                "topsis.first",
                units=write.count(self.n),
                first=first["unit"],
                high=write.number(first["estimate"], "index"),
                last=last["unit"],
                low=write.number(last["estimate"], "index"),
            )
        ]
        if np.isfinite(first["first_share"]):
            said.append(
                write.say(
                    "topsis.moved",
                    spread=write.number(self.measures["spread"], "share", 0),
                    unit=first["unit"],
                    share=write.number(first["first_share"], "share", 0),
                )
            )
        return [*said, write.say("topsis.relative")]


def topsis(
    values: Any,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    lower: Sequence[str] = (),
    *,
    spread: float = 0.25,
    n_perturb: int = 1000,
    seed: int = 1,
) -> Topsis:
    """Rank units by their relative closeness to the best values found.

    `values`: a row a unit (its index the name), a column an indicator; `weights` by column (default: equal), scaled
    to sum 1; `lower` names indicators where less is better. Columns are divided by their Euclidean norm. A unit with
    a missing value is NaN with a Problem and takes no part; identical units are undefined. Ranks are computed again
    with every weight moved by up to `spread`. Raises SurveykitError for unknown columns and impossible weights.
    Source: Hwang & Yoon 1981.
    """
    unweighted(values, "topsis")
    own = getattr(values, "columns", getattr(values, "scales", ()))
    wanted = list(weights) if isinstance(weights, Mapping) else list(own)
    table = columns_of(values, wanted)
    if not len(table) or not wanted:
        raise SurveykitError.of("INDIC-NOUNITS")
    given = weights_for(weights, wanted)
    strange = [name for name in lower if name not in wanted]
    if strange:
        raise SurveykitError([Problem.of("INDIC-NOCOLUMN", "lower", column=name) for name in strange])
    names = [str(name) for name in (values.index if isinstance(values, pd.DataFrame) else table.index)]
    matrix, higher = table.to_numpy(), np.array([name not in lower for name in wanted])
    found = numerics.topsis(matrix, given, higher)
    problems = []
    gone = [name for name, row in zip(names, matrix, strict=True) if not np.isfinite(row).all()]
    if gone:
        problems.append(Problem.of("ANALYSE-DROPPED", ", ".join(gone), "warning", dropped=len(gone), rows=len(names)))
    if not np.isfinite(found.closeness).any():
        problems.append(Problem.of("INDIC-ALLSAME", "values", "warning"))
    own = ranks(found.closeness)
    moved = np.random.default_rng(seed).uniform(1 - spread, 1 + spread, (n_perturb, len(given))) * given
    drawn = ranks(numerics.topsis(matrix, moved, higher).closeness)
    known = np.isfinite(own)
    low, high, first = (np.full(len(own), np.nan) for _ in range(3))
    same = float("nan")
    if n_perturb and known.any():
        low[known], high[known] = drawn[:, known].min(axis=0), drawn[:, known].max(axis=0)
        first[known] = (drawn[:, known] == 1).mean(axis=0)
        same = float((drawn[:, known] == own[known]).all(axis=1).mean())
    return Topsis(
        n=len(names),
        units=pd.DataFrame(
            {
                "unit": names,
                "to_best": found.to_best,
                "to_worst": found.to_worst,
                "estimate": found.closeness,
                "rank": own,
                "rank_low": low,
                "rank_high": high,
                "first_share": first,
            }
        ),
        weights=dict(zip(map(str, wanted), given.tolist(), strict=True)),
        measures={"spread": spread, "same_order": same},
        problems=tuple(problems),
        provenance=Provenance.of(
            "topsis",
            data=fingerprint_of(values),
            seed=seed,
            weights=tuple(given.tolist()),
            lower=tuple(lower),
            spread=spread,
            n_perturb=n_perturb,
        ),
    )
