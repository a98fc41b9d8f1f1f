"""Answers with everything that is known of them; every verb gives new ones and leaves these as they were."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surveykit.engine.protocol import Engine
from surveykit.errors import SurveykitError
from surveykit.responses.receipt import Receipt
from surveykit.responses.text import nearest
from surveykit.result import Provenance
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Responses:
    """Rows of answers, as answered: an item column holds the codes of its scale, NaN where there is no answer.

    `engine` has the items under their codes and every other column under its own name; `raw` has the items' cells as
    they stood in the file, with the codes that say why an answer is missing. `weights` names a column of weights,
    `id` one that tells respondents apart; `filters` says in words which rows were left out. `study` is the study whose
    answers these are: its constructs are then what is scored, and its names are those of the results.
    """

    questionnaire: Questionnaire | None
    engine: Engine
    raw_engine: Engine
    receipt: Receipt
    weights: str | None = None
    id: str | None = None
    filters: tuple[str, ...] = ()
    study: Study | None = None
    synthetic: bool = False
    seed: int | None = None

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.engine.rows

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, items included."""
        return self.engine.columns

    @property
    def items(self) -> tuple[str, ...]:
        """The codes of the items that are present, in the order of the questionnaire; none without a questionnaire."""
        asked = self.questionnaire.items if self.questionnaire else ()
        present = set(self.engine.columns)
        return tuple(item.code for item in asked if item.code in present)

    @property
    def raw(self) -> pd.DataFrame:
        """The items' cells as they stood in the file."""
        return self.raw_engine.frame()

    @property
    def provenance(self) -> Provenance:
        """Fingerprints of questionnaire and data, and the filters; `synthetic` says that the answers were drawn."""
        return Provenance.of(
            "simulate" if self.synthetic else "read_responses",
            data=self.engine.fingerprint,
            spec=self.questionnaire.fingerprint if self.questionnaire else "",
            engine=self.engine.name,
            seed=self.seed,
            synthetic=self.synthetic,
            filters=self.filters,
            weights=self.weights,
        )

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """These columns (all by default) as a frame of the caller's own."""
        return self.engine.frame(columns)

    def where(self, mask: ArrayLike, reason: str) -> Responses:
        """The rows where `mask` (one boolean a row) is true; `reason` says in words which those are."""
        if not reason.strip():
            raise SurveykitError.of("RESP-NOREASON")
        kept = int(np.count_nonzero(np.asarray(mask)))
        return replace(
            self,
            engine=self.engine.filter(mask),
            raw_engine=self.raw_engine.filter(mask),
            filters=(*self.filters, f"{reason} ({kept}/{self.n})"),
        )

    def with_columns(self, frame: pd.DataFrame) -> Responses:
        """With these columns added or put in place of those of the same name, rows matched by position."""
        return replace(self, engine=self.engine.with_columns(frame))

    def weighted(self, column: str | None) -> Responses:
        """With this column as weights, or without weights: finite numbers, none negative."""
        if column is not None:
            if column not in self.engine.columns:
                raise SurveykitError.of("RESP-NOCOLUMN", f"column {column}", near=nearest(column, self.engine.columns))
            weights = self.engine.frame([column])[column]
            numeric = pd.api.types.is_numeric_dtype(weights.dtype)
            if not numeric or not np.isfinite(weights).all() or (weights < 0).any() or (self.n and weights.sum() == 0):
                raise SurveykitError.of("RESP-WEIGHTS", f"column {column}")
        return replace(self, weights=column)

    def __repr__(self) -> str:
        form = f", {self.questionnaire.code} {self.questionnaire.version}" if self.questionnaire else ""
        marks = f"{', synthetic' if self.synthetic else ''}{f', weights {self.weights}' if self.weights else ''}"
        what = f"{len(self.items)} items" if self.questionnaire else f"{len(self.columns)} columns"
        return f"<Responses: n = {self.n}, {what}{form}{marks}>"

    def _repr_html_(self) -> str:
        warnings = [problem for problem in self.receipt.problems if problem.severity != "note"]
        notes = "".join(f"<li>{html.escape(each)}</li>" for each in [*self.filters, *map(str, warnings)])
        return f"<p>{html.escape(repr(self)[1:-1])}<br>{html.escape(repr(self.receipt)[1:-1])}</p>" + (
            f"<ul>{notes}</ul>" if notes else ""
        )
