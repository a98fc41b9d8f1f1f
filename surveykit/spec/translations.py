"""The texts of a specification with their places, and those that a declared language lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel

from surveykit.errors import Problem
from surveykit.spec.base import Text
from surveykit.spec.document import Document, Place


def untranslated(spec: BaseModel, languages: Sequence[str], document: Document) -> list[Problem]:
    """A finding with its line for every text without one of the languages."""
    return [
        Problem.of("SPEC-UNTRANSLATED", document.where(place), lang=lang, field=".".join(map(str, place)))
        for place, text in texts_of(spec, ())
        for lang in languages
        if lang not in text.root
    ]


def texts_of(value: Any, place: Place) -> Iterator[tuple[Place, Text]]:
    """Every text within a value, with the keys and positions that lead to it."""
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts_of(getattr(value, name), (*place, name))
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from texts_of(child, (*place, key))
    elif isinstance(value, tuple):
        for index, child in enumerate(value):
            yield from texts_of(child, (*place, index))
