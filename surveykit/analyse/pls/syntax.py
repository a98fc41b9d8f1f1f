"""Reads a path model: constructs with their indicators, and what explains what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveykit.errors import SurveykitError
from surveykit.spec.model import Model

_NAME = re.compile(r"^[^\W\d][\w.]*$")
_LINE = re.compile(r"^(.+?)\s*(=~|<~|~)\s*(.+)$")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Construct -> indicators, the constructs of mode B, and outcome -> predictors."""

    measurement: dict[str, tuple[str, ...]]
    formative: frozenset[str]
    structure: dict[str, tuple[str, ...]]


def read_model(model: Any, modes: Mapping[str, str]) -> Spoken:
    """The model of a text or a Model; `modes` overrides the mode of constructs with "A" or "B"."""
    if isinstance(model, Model):
        measurement, formative = dict(model.measurement), set()
        structure = dict(model.structure)
    elif isinstance(model, str):
        measurement, formative, structure = _parsed(model)
    else:
        raise SurveykitError.of("PLS-MODELKIND", found=type(model).__name__)
    for name, mode in modes.items():
        if name not in measurement:
            raise SurveykitError.of("PLS-UNKNOWN", "modes", name=name, known=", ".join(measurement))
        if mode not in ("A", "B"):
            raise SurveykitError.of("ANALYSE-CHOICE", "modes", argument=name, found=str(mode), allowed="A, B")
        formative = formative | {name} if mode == "B" else formative - {name}
    named = dict.fromkeys(name for outcome, terms in structure.items() for name in (*terms, outcome))
    for name in named:
        measurement.setdefault(name, (name,))
    if not structure:
        raise SurveykitError.of("PLS-NOPATH")
    return Spoken(measurement, frozenset(formative), structure)


def _parsed(text: str) -> tuple[dict[str, tuple[str, ...]], set[str], dict[str, tuple[str, ...]]]:
    measurement: dict[str, tuple[str, ...]] = {}
    structure: dict[str, tuple[str, ...]] = {}
    formative = set()
    for number, raw in enumerate(re.split(r"[\n;]", text), start=1):
        line = re.split(r"[#!]", raw)[0].strip()
        if not line:
            continue
        match = _LINE.match(line)
        left, op, right = (match[1], match[2], match[3]) if match else ("", "", "")
        terms = tuple(term.strip() for term in right.split("+"))
        outcomes = tuple(name.strip() for name in left.split("+"))
        if not match or not all(_NAME.match(name) for name in (*outcomes, *terms)) or set(outcomes) & set(terms):
            raise SurveykitError.of("PLS-SYNTAX", f"model line {number}", line=line)
        into = structure if op == "~" else measurement
        for name in outcomes:
            into[name] = tuple(dict.fromkeys(into.get(name, ()) + terms))
            if op == "<~":
                formative.add(name)
    return measurement, formative, structure
