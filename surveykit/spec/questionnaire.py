"""Questionnaires: the form as written in a file, and the form with its items and scales in place."""

from __future__ import annotations

from functools import cached_property
from typing import Self

from pydantic import model_validator

from surveykit.spec.bank import Dimension, Item, Voice
from surveykit.spec.base import ConstructCode, FileCode, ItemCode, Lang, SectionCode, Spec, Text, refuse
from surveykit.spec.scale import Scale


class FormSection(Spec):
    """A section as written: whole dimensions first, then single items."""

    code: SectionCode
    title: Text
    lead: Text | None = None
    dimensions: tuple[ConstructCode, ...] = ()
    items: tuple[ItemCode, ...] = ()


class Form(Spec):
    """The file form of a questionnaire: which items of which banks, in which order, for whom."""

    code: FileCode
    version: str
    languages: tuple[Lang, ...]
    voice: Voice = "customer"
    title: Text
    intro: Text
    banks: tuple[str, ...]
    sections: tuple[FormSection, ...]
    closing: Text

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.sections:
            refuse("SPEC-NOSECTION", form=self.code)
        return self


class Section(Spec):
    """A section with its items in place."""

    code: SectionCode
    title: Text
    lead: Text | None = None
    items: tuple[Item, ...]


class Questionnaire(Spec):
    """A questionnaire ready to be shown, answered, scored: sections of items, their scales and their dimensions.

    `dimensions` are those of the banks, cut to the items that this form asks, in form order.
    """

    code: FileCode
    version: str
    languages: tuple[Lang, ...]
    voice: Voice
    title: Text
    intro: Text
    closing: Text
    sections: tuple[Section, ...]
    scales: tuple[Scale, ...]
    dimensions: tuple[Dimension, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Every item, in the order of the form."""
        return tuple(item for section in self.sections for item in section.items)

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.code: item for item in self.items}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        return {scale.code: scale for scale in self.scales}

    @cached_property
    def _dimensions(self) -> dict[str, Dimension]:
        return {dimension.code: dimension for dimension in self.dimensions}

    def item(self, code: str) -> Item:
        """One item by code; KeyError where the form does not ask it."""
        return self._items[code]

    def has(self, code: str) -> bool:
        """Whether the form asks this item."""
        return code in self._items

    def scale(self, item: Item | str) -> Scale | None:
        """The scale that an item is answered on; None for open answers."""
        code = (self.item(item) if isinstance(item, str) else item).scale
        return self._scales[code] if code else None

    def dimension(self, code: str) -> Dimension:
        """One dimension by code; KeyError where the form asks none of its items."""
        return self._dimensions[code]

    def wording(self, item: Item | str, lang: str) -> str:
        """What the respondent of this form reads."""
        found = self.item(item) if isinstance(item, str) else item
        text = found.wording(self.voice)
        return text.get(lang, found.code) if text else found.code
