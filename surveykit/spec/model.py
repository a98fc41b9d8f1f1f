"""Models: which items measure which construct, and which construct is explained by which."""

from __future__ import annotations

import re
from typing import Self

from pydantic import model_validator

from surveykit.errors import SurveykitError
from surveykit.spec.base import Spec, refuse

_TERM = re.compile(r"^[A-Za-z][A-Za-z0-9_.]*$")


class Model(Spec):
    """Measurement (construct -> indicators) and structure (outcome -> predictors), separable from each other.

    An indicator is an item code, or a construct for a second-order factor. `str(model)` is lavaan syntax and
    `Model.parse` reads it back; the operators of this type are `=~` and `~`.
    """

    measurement: dict[str, tuple[str, ...]] = {}
    structure: dict[str, tuple[str, ...]] = {}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for left, right in [*self.measurement.items(), *self.structure.items()]:
            if not right:
                refuse("SPEC-MODELEMPTY", name=left)
            if left in right or len(set(right)) != len(right):
                refuse("SPEC-MODELTWICE", name=left)
        return self

    @property
    def order(self) -> tuple[str, ...]:
        """The outcomes of the structure, each after every outcome that explains it."""
        done: list[str] = []
        open_: list[str] = list(self.structure)
        while open_:
            ready = [name for name in open_ if not set(self.structure[name]) & set(open_) - {name}]
            if not ready:
                raise SurveykitError.of("SPEC-MODELLOOP", names=", ".join(open_))
            done += ready
            open_ = [name for name in open_ if name not in ready]
        return tuple(done)

    @classmethod
    def parse(cls, text: str) -> Model:
        """Read lavaan syntax made of `=~` and `~` lines; `#` and `!` begin a comment."""
        parts: dict[str, dict[str, tuple[str, ...]]] = {"=~": {}, "~": {}}
        for number, raw in enumerate(re.split(r"[\n;]", text), start=1):
            line = re.split(r"[#!]", raw)[0].strip()
            if not line:
                continue
            match = re.fullmatch(r"(\S+)\s*(=~|~)\s*([^~=]+)", line)
            terms = [term.strip() for term in match[3].split("+")] if match else []
            if match is None or not all(_TERM.match(term) for term in [match[1], *terms]):
                raise SurveykitError.of("SPEC-MODELSYNTAX", f"model line {number}", line=line)
            part = parts[match[2]]
            part[match[1]] = part.get(match[1], ()) + tuple(terms)
        return cls(measurement=parts["=~"], structure=parts["~"])

    def __str__(self) -> str:
        lines = [f"{name} =~ {' + '.join(terms)}" for name, terms in self.measurement.items()]
        lines += [f"{name} ~ {' + '.join(terms)}" for name, terms in self.structure.items()]
        return "\n".join(lines)
