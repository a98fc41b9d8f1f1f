"""What a study's model asks for, analysis by analysis: names and results in the order of the report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from surveykit.analyse.compare import compare
from surveykit.analyse.correlation import correlate
from surveykit.analyse.describe import describe
from surveykit.analyse.effort import ces
from surveykit.analyse.importance import importance
from surveykit.analyse.mediation import mediate
from surveykit.analyse.priority import priority_map
from surveykit.analyse.recommendation import nps
from surveykit.analyse.regression import regress
from surveykit.analyse.reliability import reliability
from surveykit.analyse.validity import validity
from surveykit.errors import Problem, SurveykitError
from surveykit.progress import Progress
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.result import Result
from surveykit.spec.study import Study
from surveykit.stats.importance import MOST_UNITS

Scales = Mapping[str, Sequence[str]]
Step = tuple[str, Result]


@dataclass(frozen=True, slots=True)
class Steps:
    """The analyses of one study; what one of them refuses goes to `reading` and the others go on."""

    study: Study
    data: Responses
    scores: Scores
    scales: Scales
    tell: Progress
    reading: list[Problem]

    def __iter__(self) -> Iterator[Step]:
        self.tell("describe")
        rated = [item for item in self.data.items if self.study.questionnaire.item(item).kind == "rating"]
        if rated:
            yield "items", describe(self.data, rated)
        yield "scores", describe(self.scores)
        self.tell("check reliability")
        yield "reliability", reliability(self.data, scales=self.scales)
        yield from self._validity()
        if len(self.scores.scales) > 1:
            yield "correlations", correlate(self.scores)
        for outcome in self.study.model.order:
            predictors = [name for name in self.study.model.structure[outcome] if name in self.scales]
            if outcome in self.scales and predictors:
                yield from self._drivers(outcome, predictors)
        yield from self._groups()
        yield from self._single_questions()

    def _tried(self, name: str, analysis: Callable[[], Result]) -> Iterator[Step]:
        try:
            yield name, analysis()
        except SurveykitError as fault:
            self.reading.extend(fault.problems)

    def _validity(self) -> Iterator[Step]:
        apart = separate(self.study, self.scales)
        if len(apart) > 1:
            self.tell("check that the constructs differ")
            yield from self._tried("validity", lambda: validity(self.data, apart))

    def _drivers(self, outcome: str, predictors: list[str]) -> Iterator[Step]:
        self.tell(f"regress {outcome}")
        formula = f"{outcome} ~ {' + '.join(predictors)}"
        yield from self._tried(f"regression {outcome}", lambda: regress(formula, self.scores))
        if 1 < len(predictors) <= MOST_UNITS:
            self.tell(f"weigh the drivers of {outcome}")
            for name, found in self._tried(
                f"importance {outcome}", lambda: importance(outcome, predictors, self.scores)
            ):
                yield name, found
                if outcome == self.study.satisfaction:
                    yield from self._tried(f"priority {outcome}", partial(priority_map, found, self.scores))
        middle = self.study.satisfaction
        first = [name for name in self.study.model.structure.get(middle, ()) if name in self.scales]
        if middle in predictors and first:
            self.tell(f"trace {outcome} by way of {middle}")
            others = [name for name in predictors if name not in (*first, middle)]
            yield from self._tried(
                f"mediation {outcome}",
                lambda: mediate(self.scores, first, middle, outcome, covariates=others or None),
            )

    def _groups(self) -> Iterator[Step]:
        for group in self.study.groups:
            if group in self.data.items:
                self.tell(f"compare the groups of {group}")
                yield from self._tried(
                    f"groups {group}", partial(compare, list(self.scores.scales), group, self.scores)
                )

    def _single_questions(self) -> Iterator[Step]:
        recommend, effort = self.study.recommend, self.study.effort
        if recommend and recommend in self.data.items:
            yield f"nps {recommend}", nps(self.data.frame([recommend])[recommend])
        scale = self.study.questionnaire.scale(effort) if effort and effort in self.data.items else None
        if effort and scale is not None:
            yield f"ces {effort}", ces(self.data.frame([effort])[effort], scale)


def separate(study: Study, scales: Scales) -> dict[str, tuple[str, ...]]:
    """The constructs of the model with two items or more that share none of them with another."""
    named = dict.fromkeys([*study.model.structure, *sum(study.model.structure.values(), ())])
    used = [name for name in named if name in scales]
    owners: dict[str, int] = {}
    for name in used:
        for item in scales[name]:
            owners[item] = owners.get(item, 0) + 1
    return {
        name: tuple(scales[name])
        for name in used
        if len(scales[name]) > 1 and all(owners[item] == 1 for item in scales[name])
    }
