"""What a study rests on, beside its own description."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.progress import Progress
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.tables import Tables
from surveykit.result import Result
from surveykit.spec.study import Study

Step = tuple[str, Result]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The answers, the tables of the customer system, the provider's own ratings."""

    answers: Responses
    tables: Tables | None = None
    provider: Responses | None = None


@dataclass(frozen=True, slots=True)
class Analyses:
    """Analyses of one study; what one of them refuses goes to `reading` and the others go on."""

    study: Study
    evidence: Evidence
    scores: Scores | None
    tell: Progress
    reading: list[Problem]

    @property
    def key(self) -> str | None:
        """The column of the answers that names the customer, where there is one."""
        named = (self.study.service.customer if self.study.service else None) or self.study.data.id
        return named if named is not None and named in self.evidence.answers.columns else None

    def tried(self, name: str, analysis: Callable[[], Result]) -> Iterator[Step]:
        """The result of an analysis under its name, or nothing and its findings in `reading`."""
        try:
            yield name, analysis()
        except SurveykitError as fault:
            self.reading.extend(fault.problems)

    def satisfaction(self) -> pd.Series | None:
        """The satisfaction score of every row of answers."""
        name = self.study.satisfaction
        return self.scores.values[name] if self.scores is not None and name in self.scores.scales else None
