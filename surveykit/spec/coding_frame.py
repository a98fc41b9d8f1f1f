"""Coding frames: the categories that comments are sorted into, with keywords, definitions and examples."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from surveykit.errors import SurveykitError
from surveykit.home import home
from surveykit.spec.base import FileCode, Lang, Spec, Text, Words, refuse
from surveykit.spec.document import parse, read_document
from surveykit.spec.indicators import NodeCode
from surveykit.spec.translations import untranslated

Phrases = dict[Lang, tuple[Words, ...]]


class Category(Spec):
    """One category. A comment belongs to it where a keyword stands in it outside the phrases of `exclude`.

    Keywords are words or phrases: dictionary forms in English and Russian, characters in Chinese; a trailing `*` stands
    for any ending. `parent` groups categories; a comment of a category is one of its parent too. A category without
    keywords is for human coders, or for the parts below it.
    """

    code: NodeCode
    name: Text
    definition: Text | None = None
    keywords: Phrases = {}
    exclude: Phrases = {}
    examples: Phrases = {}
    parent: NodeCode | None = None


class CodingFrame(Spec):
    """Categories of comments; a comment may fall in several."""

    code: FileCode
    version: str = "1.0"
    title: Text
    languages: tuple[Lang, ...]
    about: Text | None = None
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        codes = [each.code for each in self.categories]
        for code, count in Counter(codes).items():
            if count > 1:
                refuse("SPEC-TWICE", item=code)
        parents = {each.code: each.parent for each in self.categories}
        for code in codes:
            seen, above = {code}, parents[code]
            while above is not None:
                if above not in parents or above in seen:
                    refuse("CODING-PARENT", node=code, parent=above)
                seen.add(above)
                above = parents[above]
        return self

    def category(self, code: str) -> Category:
        """The category of a code; KeyError for an unknown one."""
        return {each.code: each for each in self.categories}[code]


def load_coding_frame(name_or_path: str | Path) -> CodingFrame:
    """Read a coding frame: a shipped one by name ("service"), or any YAML file by path.

    Raises SurveykitError with every finding, each with file and line: unknown keys, a code twice, a parent that is
    none, missing translations.
    """
    path = _found(name_or_path)
    document = read_document(path)
    frame = parse(CodingFrame, document)
    problems = untranslated(frame, frame.languages, document)
    if problems:
        raise SurveykitError(problems)
    return frame


def _found(name_or_path: str | Path) -> Path:
    given = Path(name_or_path)
    if given.suffix in (".yaml", ".yml"):
        return given
    folder = home() / "questionnaires" / "coding"
    if (candidate := folder / f"{given}.yaml").is_file():
        return candidate
    known = ", ".join(sorted(file.stem for file in folder.glob("*.yaml")))
    raise SurveykitError.of("SPEC-NOSUCH", str(name_or_path), kind="coding", known=known)
