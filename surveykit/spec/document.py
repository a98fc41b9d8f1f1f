"""Reads a YAML file so that every later finding can name its file and line, and several findings come at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from surveykit.errors import Problem, SurveykitError

Place = tuple[str | int, ...]
M = TypeVar("M", bound=BaseModel)

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """The plain data of one YAML file, with the line of every node."""

    path: Path
    data: Any
    lines: dict[Place, int]

    def where(self, place: Place = ()) -> str:
        """`file.yaml:12` for the node at `place`, or for its nearest known ancestor."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.lines:
                return f"{self.path.name}:{self.lines[place[:end]]}"
        return self.path.name


def read_document(path: Path) -> Document:
    """Read one YAML file; every syntax fault and duplicate key is refused with its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SurveykitError.of("SPEC-NOFILE", str(path)) from None
    except (IsADirectoryError, PermissionError):
        raise SurveykitError.of("SPEC-UNREADABLE", str(path)) from None
    except UnicodeDecodeError as fault:
        raise SurveykitError.of("SPEC-ENCODING", path.name, byte=fault.start) from None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        detail = fault.problem or "syntax"
        raise SurveykitError.of("SPEC-YAML", f"{path.name}:{line}", detail=detail) from None
    except yaml.YAMLError as fault:
        raise SurveykitError.of("SPEC-YAML", path.name, detail=str(fault).splitlines()[0]) from None
    if not isinstance(node, yaml.MappingNode):
        raise SurveykitError.of("SPEC-NOTMAP", path.name)
    walk = _Walk(path.name)
    data = walk.plain(node, ())
    if walk.problems:
        raise SurveykitError(walk.problems)
    return Document(path, data, walk.lines)


class _Walk:
    """Turns YAML nodes into plain data, noting lines and duplicate keys on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._scalars = yaml.SafeLoader("")

    def plain(self, node: yaml.Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(child, (*place, index)) for index, child in enumerate(node.value)]
        try:
            return self._scalars.construct_object(node)
        except (yaml.YAMLError, ValueError) as fault:
            where = f"{self.name}:{node.start_mark.line + 1}"
            self.problems.append(Problem.of("SPEC-YAML", where, detail=str(fault).splitlines()[0]))
            return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[Any, Any]:
        found: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            line = key_node.start_mark.line + 1
            if key in found:
                self.problems.append(Problem.of("SPEC-DUPKEY", f"{self.name}:{line}", key=str(key)))
            self.lines[(*place, key)] = line
            found[key] = self.plain(value_node, (*place, key))
        return found

    def _key(self, node: yaml.Node) -> str | int:
        if not isinstance(node, yaml.ScalarNode):
            self.problems.append(
                Problem.of("SPEC-YAML", f"{self.name}:{node.start_mark.line + 1}", detail="a key must be a word")
            )
            return str(node.start_mark.index)
        value = self._scalars.construct_object(node)
        return value if isinstance(value, int) and not isinstance(value, bool) else str(node.value)


def parse(kind: type[M], document: Document, data: Any = None) -> M:
    """Validate a document as a frozen model; findings of every field come together, each with its line."""
    try:
        return kind.model_validate(document.data if data is None else data)
    except ValidationError as fault:
        raise SurveykitError([_problem(document, error) for error in fault.errors()]) from None


def _problem(document: Document, error: Any) -> Problem:
    place = tuple(part for part in error["loc"] if part != "[key]")
    where = document.where(place)
    field = ".".join(str(part) for part in place) or "file"
    if error["type"] == "missing":
        return Problem.of("SPEC-MISSING", where, field=field)
    if error["type"] == "extra_forbidden":
        return Problem.of("SPEC-UNKNOWN", where, field=field)
    if error["type"] == "surveykit":
        values: dict[str, Any] = error["ctx"]["values"]
        return Problem.of(error["ctx"]["code"], where, **values)
    return Problem.of("SPEC-VALUE", where, field=field, found=_short(error["input"]), allowed=error["msg"])


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
