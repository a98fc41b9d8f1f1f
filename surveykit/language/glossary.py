"""What every column and every measure of a result is called, what it means, and how its numbers are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from surveykit.language.numbers import Kind


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: the kind of its numbers, its label and its meaning in each language."""

    kind: Kind
    label: Mapping[str, str]
    meaning: Mapping[str, str]


@cache
def glossary() -> Mapping[str, Term]:
    """Every entry of `glossary/`: column or measure name -> Term."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Term] = {}
    folder = files("surveykit.language") / "glossary"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        entries: dict[str, dict[str, Any]] = yaml.load(file.read_text(encoding="utf-8"), loader) or {}
        for name, entry in entries.items():
            if name in found:
                raise ValueError(f"glossary entry {name} stands in two files")
            found[name] = Term(cast(Kind, entry["kind"]), entry["label"], entry["meaning"])
    return found


def term(name: str) -> Term:
    """The entry of a column or measure; KeyError where the glossary has none."""
    return glossary()[name]
