"""Indicator trees: goals split into sub-goals of any depth, down to leaves that say how they are measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from surveykit.errors import Problem, SurveykitError
from surveykit.home import home
from surveykit.spec.base import FileCode, Lang, Spec, Text, Words, refuse
from surveykit.spec.document import Document, Place, parse, read_document
from surveykit.spec.translations import untranslated

NodeCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,23}$")]
Weight = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Number = Annotated[float, Field(allow_inf_nan=False)]


class Indicator(Spec):
    """A node: a sub-goal with `children`, or a leaf with its `kind`.

    Leaf: a survey `scale`, an operations `metric`, or a qualitative `grade` whose `grades` give each grade its points.
    `low` and `high` are the ends of what the value can be, whichever is better; `direction` says that; `target` is in
    the unit of the value; `tolerance`: how far short of the target counts as near. `column` is the column of the data
    where it differs from the code. `weight` counts among the siblings, in any unit.
    """

    code: NodeCode
    name: Text
    weight: Weight | None = None
    children: tuple[Indicator, ...] = ()
    kind: Literal["scale", "metric", "grade"] | None = None
    measure: Text | None = None
    unit: Words = ""
    direction: Literal["higher", "lower"] = "higher"
    low: Number | None = None
    high: Number | None = None
    target: Number | None = None
    tolerance: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 0.0
    grades: dict[Words, Number] = {}
    owner: Text | None = None
    column: Words | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        leaf = self.kind is not None
        if leaf == bool(self.children):
            refuse("INDIC-LEAF", node=self.code)
        given = [weighed for child in self.children if (weighed := child.weight) is not None]
        if given and (len(given) < len(self.children) or sum(given) <= 0):
            refuse("INDIC-SOMEWEIGHTS", node=self.code)
        if (self.kind == "grade") != (len(set(self.grades.values())) > 1):
            refuse("INDIC-GRADES", node=self.code)
        low, high = self.ends
        if low is not None and high is not None and low >= high:
            refuse("INDIC-RANGE", node=self.code, low=low, high=high)
        if self.target is not None and not (low if low is not None else self.target) <= self.target <= (
            high if high is not None else self.target
        ):
            refuse("INDIC-TARGET", node=self.code, target=self.target)
        return self

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The ends of what the value can be; of grades, the least and most points."""
        if self.grades:
            points = self.grades.values()
            return (
                min(points) if self.low is None else self.low,
                max(points) if self.high is None else self.high,
            )
        return self.low, self.high


class IndicatorTree(Spec):
    """Indicators with weights, targets and owners; how their values become scores, and scores one index.

    `normalise`: "minmax" (0 at the worse end of the range, 100 at the better one), "target" (100 at the target) or
    "z" (standard deviations among units). `aggregate`: "arithmetic" lets a strong indicator make up for a weak one,
    "geometric" much less.
    """

    code: FileCode
    version: str = "1.0"
    title: Text
    languages: tuple[Lang, ...]
    about: Text | None = None
    normalise: Literal["minmax", "target", "z"] = "minmax"
    aggregate: Literal["arithmetic", "geometric"] = "arithmetic"
    children: Annotated[tuple[Indicator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _weighed(self) -> Self:
        given = [weighed for child in self.children if (weighed := child.weight) is not None]
        if given and (len(given) < len(self.children) or sum(given) <= 0):
            refuse("INDIC-SOMEWEIGHTS", node=self.code)
        for code, count in Counter(node.code for node, _ in walk(self)).items():
            if count > 1:
                refuse("SPEC-TWICE", item=code)
        return self

    @property
    def leaves(self) -> tuple[Indicator, ...]:
        """The indicators that are measured, from the first branch to the last."""
        return tuple(node for node, _ in walk(self) if not node.children)


def walk(tree: IndicatorTree | Indicator) -> Iterator[tuple[Indicator, int]]:
    """Every node below, parents before children, each with its depth (1 under the root)."""
    for child in tree.children:
        yield child, 1
        for node, depth in walk(child):
            yield node, depth + 1


def load_indicators(name_or_path: str | Path) -> IndicatorTree:
    """Read an indicator tree: a shipped one by name ("s3_service"), or any YAML file by path.

    Raises SurveykitError with every finding, each with file and line: unknown keys, wrong values, a node that is
    neither leaf nor branch, weights for some siblings only, a target outside the range, missing translations.
    """
    path = _found(name_or_path)
    document = read_document(path)
    tree = parse(IndicatorTree, document)
    problems = untranslated(tree, tree.languages, document)
    problems += _bare_targets(tree, document)
    if problems:
        raise SurveykitError(problems)
    return tree


def _found(name_or_path: str | Path) -> Path:
    given = Path(name_or_path)
    if given.suffix in (".yaml", ".yml"):
        return given
    folder = home() / "questionnaires" / "indicators"
    if (candidate := folder / f"{given}.yaml").is_file():
        return candidate
    known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
    raise SurveykitError.of("SPEC-NOSUCH", str(name_or_path), kind="indicators", known=known)


def _bare_targets(tree: IndicatorTree, document: Document) -> list[Problem]:
    """Leaves that target-based scores cannot be computed for: no target, or no worse end of the range."""
    found: list[Problem] = []

    def look(children: tuple[Indicator, ...], place: Place) -> None:
        for index, node in enumerate(children):
            here = (*place, "children", index)
            if node.children:
                look(node.children, here)
            elif not scorable(node):
                found.append(Problem.of("INDIC-NOTARGET", document.where(here), node=node.code))

    if tree.normalise == "target":
        look(tree.children, ())
    return found


def scorable(leaf: Indicator) -> bool:
    """Whether a leaf has the target and the worse end that a target-based score needs, and they differ."""
    low, high = leaf.ends
    worst = low if leaf.direction == "higher" else high
    return leaf.target is not None and worst is not None and leaf.target != worst
