"""Studies: one file that says which questionnaire, which data, which model and which report."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import Field

from surveykit.spec.base import ConstructCode, FileCode, ItemCode, Lang, Spec, Text
from surveykit.spec.coding_frame import CodingFrame
from surveykit.spec.indicators import IndicatorTree
from surveykit.spec.model import Model
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.service import CommentPlan, IndicatorPlan, Service

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Correlation = Annotated[float, Field(gt=-1.0, lt=1.0)]


class DataSource(Spec):
    """Where the answers are. `columns` maps an item code to the column of the file that holds it."""

    file: str
    synthetic: bool = False
    id: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    columns: dict[ItemCode, str] = {}


class Scoring(Spec):
    """How answers become scores: `max_missing` is the largest share of a scale's items that may be unanswered."""

    method: Literal["mean", "sum", "pomp"] = "mean"
    max_missing: Share = 0.5


class Simulation(Spec):
    """The truth that synthetic answers are drawn from, in standardised units.

    Constructs without paths correlate at `correlation`; `paths` give standardised coefficients of the others; an item
    loads on its construct with `loading` unless `loadings` names it; `level` is where the average respondent stands
    between the scale's ends.
    """

    n: Annotated[int, Field(ge=0)] = 300
    seed: int = 1
    loading: Share = 0.75
    loadings: dict[ItemCode, Share] = {}
    correlation: Correlation = 0.4
    paths: dict[ConstructCode, dict[ConstructCode, float]] = {}
    level: Share = 0.62
    levels: dict[ConstructCode, Share] = {}
    missing: Share = 0.0
    careless: Share = 0.0


class StudyFile(Spec):
    """The file form of a study: the questionnaire is named."""

    code: FileCode
    version: str = "1.0"
    title: Text
    about: Text | None = None
    questionnaire: str
    data: DataSource
    languages: tuple[Lang, ...]
    model: Model
    names: dict[ConstructCode, Text] = {}
    satisfaction: ConstructCode
    loyalty: tuple[ConstructCode, ...] = ()
    recommend: ItemCode | None = None
    effort: ItemCode | None = None
    groups: tuple[ItemCode, ...] = ()
    service: Service | None = None
    indicators: IndicatorPlan | None = None
    comments: CommentPlan | None = None
    scoring: Scoring = Scoring()
    simulation: Simulation = Simulation()


class Study(StudyFile):
    """A study whose questionnaire is in place and whose model names a measurement for every construct it uses."""

    questionnaire: Questionnaire  # type: ignore[assignment]
    tree: IndicatorTree | None = None
    provider: Questionnaire | None = None
    frame: CodingFrame | None = None

    def measured(self, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The constructs of the model, each with those of its items that are among the columns."""
        found = {
            name: tuple(item for item in items if item in columns) for name, items in self.model.measurement.items()
        }
        return {name: items for name, items in found.items() if items}

    def name(self, construct: str, lang: str) -> str:
        """The name of a construct in a language: the study's own, else the dimension's, else its code."""
        if construct in self.names:
            return self.names[construct].get(lang, construct)
        known = {dimension.code: dimension for dimension in self.questionnaire.dimensions}
        return known[construct].name.get(lang, construct) if construct in known else construct
