"""What a study says beside its survey: customer tables, charts, an indicator tree, comments, deeds."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from surveykit.spec.base import ItemCode, Spec, Words, refuse
from surveykit.spec.indicators import NodeCode, Number

MetricCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{2,39}$")]
Period = Literal["day", "week", "month", "quarter", "year"]
Ends = tuple[Number, Number]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Deed = Literal["renewed", "left", "complained", "referred"]


class Hours(Spec):
    """Opening hours, from and to an hour of the day, on days of the week from Monday (1 open, 0 closed)."""

    opens: float = 9.0
    closes: float = 18.0
    days: Annotated[str, Field(pattern=r"^[01]{7}$")] = "1111100"
    holidays: tuple[Words, ...] = ()

    @field_validator("holidays", mode="before")
    @classmethod
    def _dates(cls, found: Any) -> Any:
        return [str(day) for day in found] if isinstance(found, list) else found


class ChartPlan(Spec):
    """One metric followed over time: its control chart, and where asked its seasons (of so many periods)."""

    metric: MetricCode
    chart: Literal["individuals", "p", "u", "ewma", "cusum"] = "individuals"
    rules: Literal["western", "nelson", "limits"] = "western"
    period: Period | None = None
    baseline: Annotated[int, Field(ge=2)] | None = None
    seasons: Annotated[int, Field(ge=2, le=366)] | None = None
    change: bool = False


class Intention(Spec):
    """The question in which customers say whether they would, and the answer from which on they do."""

    item: ItemCode
    positive: Number


class Service(Spec):
    """Where the customer tables are and which indicators are made of them.

    `tables`: a folder of files called by their tables, a database file or address, or table -> source; relative to the
    study. `columns` and `values` map names and words of the source to ours. `customer`: the column of the answers that
    names the customer (default: `data.id`); `answered`: the column or the date of the answers, so that deeds after it
    can be told from deeds before it; `deeds`: what is compared with what customers say, and `intentions` with which
    question.
    """

    tables: str | dict[str, str]
    columns: dict[str, dict[str, str]] = {}
    values: dict[str, dict[str, dict[str | int | float | bool, str]]] = {}
    timezone: str = "UTC"
    as_of: str | None = None
    customer: str | None = None
    answered: str | None = None
    period: Period = "month"
    by: tuple[str, ...] = ()
    metrics: tuple[MetricCode, ...] = ()
    answer_within: Positive = 20.0
    respond_within: Positive = 24.0
    resolve_within: Positive = 72.0
    scales: dict[Literal["satisfaction", "recommendation", "loyalty"], Ends] = {}
    boxes: Annotated[int, Field(ge=1)] = 2
    discount: Annotated[float, Field(ge=0.0, le=10.0)] = 0.1
    hours: Hours | None = None
    charts: tuple[ChartPlan, ...] = ()
    deeds: tuple[Deed, ...] = ()
    intentions: dict[Deed, Intention] = {}
    segment: str | None = None

    @field_validator("as_of", "answered", mode="before")
    @classmethod
    def _moment(cls, found: Any) -> Any:
        return found if found is None else str(found)


class Provider(Spec):
    """The provider's own ratings: the form that its staff answered and the file of their answers."""

    questionnaire: str
    file: str


class IndicatorPlan(Spec):
    """The tree to evaluate: its leaves take scales, metrics (both by `column`) and the `grades` given here."""

    tree: str
    grades: dict[NodeCode, Words | Number] = {}
    weights: Literal["tree", "equal", "drivers"] = "tree"
    missing: Literal["undefined", "reweight"] = "undefined"
    provider: Provider | None = None


class CommentPlan(Spec):
    """Open answers and texts of tables to code: item codes, or "feedback.text" for a column of a table."""

    frame: str = "service"
    sources: Annotated[tuple[Words, ...], Field(min_length=1)]
    quotes: Annotated[int, Field(ge=0, le=20)] = 2

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.sources)) < len(self.sources):
            refuse("SPEC-TWICE", item=", ".join(self.sources))
        return self
