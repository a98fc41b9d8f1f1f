"""Everything a study's run found, ready for any report: the study, what was read, and the results by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveykit.analyse.reliability import Reliability
from surveykit.errors import Problem
from surveykit.result import Names, Result, own_version
from surveykit.spec.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyResult:
    """`results` maps a part of the report ("items", "scores", "reliability", "correlations", "regression CUSA", "nps NPS1" ...) to what was
    found; `receipt` is a row an item of what was read; `attention` says how many failed each attention check (item, failed, answered)."""

    study: Study
    n: int
    data_fingerprint: str
    receipt: pd.DataFrame
    reading: tuple[Problem, ...]
    attention: tuple[tuple[str, int, int], ...]
    duplicates: int
    results: Mapping[str, Result]
    names: Names

    def of_kind(self, kind: str) -> list[Result]:
        """The results of one kind, in order."""
        return [result for result in self.results.values() if result.kind == kind]

    @property
    def reliability(self) -> Reliability | None:
        """The reliability of the scales, if it could be computed."""
        found = self.results.get("reliability")
        return found if isinstance(found, Reliability) else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form of the results with what they rest on."""
        return {
            "surveykit": own_version(),
            "study": self.study.code,
            "study_fingerprint": self.study.fingerprint,
            "questionnaire_fingerprint": self.study.questionnaire.fingerprint,
            "data_fingerprint": self.data_fingerprint,
            "n": self.n,
            "results": {name: result.to_dict() for name, result in self.results.items()},
        }

    def __repr__(self) -> str:
        return f"<StudyResult {self.study.code}: n = {self.n}, {len(self.results)} results>"

    def _repr_html_(self) -> str:
        parts = [result._repr_html_() for result in self.results.values()]
        return "".join(f"<h3>{name}</h3>{part}" for name, part in zip(self.results, parts, strict=True))
