"""What every column and every measure of a result is called, what it means, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

from surveykit.language.numbers import Kind
from surveykit.texts import merged


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: the kind of its numbers, its label and its meaning in each language."""

    kind: Kind
    label: Mapping[str, str]
    meaning: Mapping[str, str]


@cache
def glossary() -> Mapping[str, Term]:
    """Every entry of `glossary/`: column or measure name -> Term."""
    return {
        name: Term(cast(Kind, entry["kind"]), entry["label"], entry["meaning"])
        for name, entry in merged("surveykit.language", "glossary").items()
    }


def term(name: str) -> Term:
    """The entry of a column or measure; KeyError where the glossary has none."""
    return glossary()[name]
