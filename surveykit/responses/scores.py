"""Scores of scales, with how they were made."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

from surveykit.errors import Problem
from surveykit.responses.responses import Responses
from surveykit.result import Provenance

Method = Literal["mean", "sum", "pomp"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scores:
    """A score a scale for every row, higher meaning more of what the scale is named after.

    `keys` gives each scale's items with their sign, `limits` the lowest and highest possible score (NaN where the
    items' own limits are not known), `missing` a row a scale: rows complete, partly answered but scored, undefined.
    `source` holds the answers that were scored, so that analyses can reach columns beside the scores.
    """

    values: pd.DataFrame
    method: Method
    max_missing: float
    keys: Mapping[str, tuple[tuple[str, int], ...]]
    limits: Mapping[str, tuple[float, float]]
    missing: pd.DataFrame
    provenance: Provenance
    problems: tuple[Problem, ...] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: Responses | None = None

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.values)

    @property
    def scales(self) -> tuple[str, ...]:
        """The scales, in order."""
        return tuple(self.values.columns)

    @property
    def frame(self) -> pd.DataFrame:
        """A column a scale, NaN where the score is undefined; a fresh copy."""
        return self.values.copy(deep=True)

    def __repr__(self) -> str:
        return f"<Scores: n = {self.n}, {len(self.scales)} scales ({self.method}): {', '.join(self.scales)}>"

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(str(problem))}</li>" for problem in self.problems)
        return (
            f"<p>{html.escape(repr(self)[1:-1])}</p>"
            + self.values.describe().T.to_html(border=0, escape=True)
            + self.missing.to_html(index=False, border=0, escape=True)
            + (f"<ul>{notes}</ul>" if notes else "")
        )
