"""Item banks: dimensions of a service and the items that ask about them."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import field_validator, model_validator

from surveykit.spec.base import ConstructCode, FileCode, ItemCode, Lang, Spec, Text, refuse
from surveykit.spec.scale import Scale

Voice = Literal["customer", "provider"]
Role = Literal["driver", "outcome", "background", "open", "check"]
ItemKind = Literal["rating", "choice", "text", "number", "check"]


class Item(Spec):
    """One question. `keyed` -1 says that a high answer means a low standing on the dimension."""

    code: ItemCode
    source: str
    text: Text | None = None
    provider: Text | None = None
    internal: bool = False
    keyed: Literal[1, -1] = 1
    kpi: bool = False
    kind: ItemKind = "rating"
    scale: ItemCode | None = None
    answer: int | None = None
    required: bool = True
    dimension: ConstructCode = "XX"

    @model_validator(mode="before")
    @classmethod
    def _optional_when_open(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("kind") in ("text", "number"):
            return {"required": False, **data}
        return data

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.text is None and self.provider is None:
            refuse("SPEC-NOTEXT", item=self.code)
        if self.kind in ("rating", "choice", "check") and self.scale is None:
            refuse("SPEC-NOSCALE", item=self.code)
        if (self.kind == "check") != (self.answer is not None):
            refuse("SPEC-CHECKANSWER", item=self.code)
        return self

    def wording(self, voice: Voice) -> Text | None:
        """What this voice reads, or None where the item is not asked of it."""
        return self.text if voice == "customer" else self.provider

    @property
    def scored(self) -> bool:
        """Whether the item enters its dimension's score: a rating that does not name an outcome measure."""
        return self.kind == "rating" and not self.kpi


class Dimension(Spec):
    """A dimension and its items; `scale` is the default of the items."""

    code: ConstructCode
    name: Text
    definition: Text
    role: Role
    scale: ItemCode | None = None
    note: Text | None = None
    items: tuple[Item, ...]

    @model_validator(mode="before")
    @classmethod
    def _hand_down(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("items"), list | tuple):
            return data
        return {**data, "items": [_inherit(item, data) for item in data["items"]]}

    @field_validator("items")
    @classmethod
    def _some(cls, items: tuple[Item, ...]) -> tuple[Item, ...]:
        if not items:
            refuse("SPEC-EMPTYDIM")
        return items


def _inherit(item: Any, dimension: dict[str, Any]) -> Any:
    if not isinstance(item, dict):
        return item
    handed = {"dimension": dimension.get("code", "XX")}
    if dimension.get("scale") is not None and item.get("kind") not in ("text", "number"):
        handed["scale"] = dimension["scale"]
    return {**handed, **item}


class ItemBank(Spec):
    """A named, versioned set of dimensions with their items, in several languages."""

    code: FileCode
    version: str
    source: str
    languages: tuple[Lang, ...]
    title: Text
    note: Text | None = None
    scales: tuple[Scale, ...] = ()
    dimensions: tuple[Dimension, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Every item, in bank order."""
        return tuple(item for dimension in self.dimensions for item in dimension.items)

    def dimension(self, code: str) -> Dimension:
        """One dimension by code; KeyError where there is none."""
        return {dimension.code: dimension for dimension in self.dimensions}[code]
