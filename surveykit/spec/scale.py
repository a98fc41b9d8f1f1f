"""Answer scales: ordered ratings and unordered choices, with their labels and the codes that are not answers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from surveykit.spec.base import ItemCode, Spec, Text, refuse

ScaleKind = Literal[
    "agreement",
    "satisfaction",
    "frequency",
    "importance",
    "expectation",
    "effort",
    "likelihood",
    "recommendation",
    "nominal",
]


class Scale(Spec):
    """Every integer from `low` to `high` is an answer; codes under `missing` may be ticked but are never scored."""

    code: ItemCode
    kind: ScaleKind
    low: int
    high: int
    labels: dict[int, Text]
    missing: dict[int, Text] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.high <= self.low:
            refuse("SPEC-SCALERANGE", scale=self.code, low=self.low, high=self.high)
        outside = sorted(code for code in self.labels if not self.low <= code <= self.high)
        if outside:
            refuse("SPEC-SCALELABEL", scale=self.code, codes=_listed(outside))
        ends = {self.low, self.high} if self.ordered else set(self.values)
        if not ends <= set(self.labels):
            refuse("SPEC-SCALEENDS", scale=self.code, codes=_listed(sorted(ends - set(self.labels))))
        inside = sorted(code for code in self.missing if self.low <= code <= self.high)
        if inside:
            refuse("SPEC-SCALEMISSING", scale=self.code, codes=_listed(inside))
        return self

    @property
    def ordered(self) -> bool:
        """Whether the values have an order; nominal choices have none."""
        return self.kind != "nominal"

    @property
    def values(self) -> range:
        """The codes that are answers."""
        return range(self.low, self.high + 1)

    def label(self, value: int, lang: str) -> str:
        """The label of an answer or missing code; an unworded middle value is its own number."""
        text = self.labels.get(value) or self.missing.get(value)
        return text.get(lang, str(value)) if text else str(value)


class ScaleFile(Spec):
    """The file form of a set of scales."""

    scales: tuple[Scale, ...]


def _listed(codes: list[int]) -> str:
    return ", ".join(str(code) for code in codes)
