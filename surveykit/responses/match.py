"""Finds the column of each item: by mapping, code, wording in any language, or wording behind a number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from surveykit.errors import Problem
from surveykit.responses.receipt import MatchedBy
from surveykit.responses.table import Table
from surveykit.responses.text import fold, fold_wording, nearest
from surveykit.spec.questionnaire import Questionnaire

_ROW_TITLE = re.compile(r"第\s*\d+\s*题\s*\((.+)\)")
_NUMBERED = re.compile(r"(?:第\s*\d+\s*题|[q№]?\s*\d+(?:[.\-]\d+)*)\s*[、.,:)\]]?\s*(.+)")
_SEPARATOR = re.compile(r"\s*[-:]\s*")
_BRACKETED = re.compile(r"\[([^\]]+)\]\s*$")
_LEADING_CODE = re.compile(r"\[?([a-z]{2,6}[0-9]{1,2}[a-z]?)\]?(?:\s|[.:_)\-、])")


@dataclass(frozen=True, slots=True)
class Matching:
    """Item code -> its column and how it was found; and every reason why a column cannot be placed."""

    columns: dict[str, tuple[str, MatchedBy]]
    problems: tuple[Problem, ...]


def match_columns(table: Table, questionnaire: Questionnaire, mapping: Mapping[str, str] | None) -> Matching:
    """Place columns: the mapping goes before codes, codes before wordings, wordings before numbered wordings.

    Two columns for one item on the same level, and a wording that two items share, are problems, never a choice.
    """
    found, problems = _mapped(table, questionnaire, mapping or {})
    taken = {column for column, _ in found.values()}
    index = _Index(questionnaire)
    for by, candidates in (
        ("code", index.by_exact_code),
        ("code", index.by_code),
        ("label", index.by_wording),
        ("prefix", index.by_prefix),
    ):
        level: dict[str, list[str]] = defaultdict(list)
        for column in table.columns:
            if column in taken:
                continue
            items = _first(candidates, column, table.captions.get(column, ""))
            free = [item for item in items if item not in found]
            if len(items) > 1 and free:
                values = {"items": ", ".join(sorted(items))}
                problems.append(Problem.of("RESP-SAMEWORDING", f"column {column}", "warning", **values))
            elif free:
                level[free[0]].append(column)
        for item, columns in level.items():
            if len(columns) > 1:
                problems.append(Problem.of("RESP-TWOCOLUMNS", f"item {item}", columns=", ".join(columns)))
            found[item] = (columns[0], by)
            taken.add(columns[0])
    return Matching(found, tuple(problems))


def _mapped(
    table: Table, questionnaire: Questionnaire, mapping: Mapping[str, str]
) -> tuple[dict[str, tuple[str, MatchedBy]], list[Problem]]:
    found: dict[str, tuple[str, MatchedBy]] = {}
    problems: list[Problem] = []
    folded = {fold(column): column for column in table.columns}
    for item, wanted in mapping.items():
        column = wanted if wanted in table.columns else folded.get(fold(str(wanted)))
        if not questionnaire.has(item):
            near = nearest(item, [each.code for each in questionnaire.items])
            problems.append(Problem.of("RESP-MAPITEM", f"item {item}", near=near))
        elif column is None:
            near = nearest(str(wanted), table.columns)
            problems.append(Problem.of("RESP-MAPCOLUMN", f"item {item}", column=str(wanted), near=near))
        else:
            found[item] = (column, "mapping")
    used: dict[str, list[str]] = defaultdict(list)
    for item, (column, _) in found.items():
        used[column].append(item)
        if item in table.columns and item != column:
            problems.append(Problem.of("RESP-MAPCLASH", f"item {item}", column=column))
    for column, items in used.items():
        if len(items) > 1:
            problems.append(Problem.of("RESP-MAPTWICE", f"column {column}", items=", ".join(items)))
    return found, problems


def _first(candidates: object, column: str, caption: str) -> set[str]:
    """The items of the column's name, or else of the wording that goes with it."""
    assert callable(candidates)
    return candidates(column) or (candidates(caption) if caption else set())


class _Index:
    """The items of a questionnaire by everything that a column may call them."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._codes = {item.code for item in questionnaire.items}
        self._folded = {item.code.casefold(): item.code for item in questionnaire.items}
        self._wordings: dict[str, set[str]] = defaultdict(set)
        for item in questionnaire.items:
            text = item.wording(questionnaire.voice)
            for lang in text or ():
                self._wordings[fold_wording(questionnaire.wording(item, lang))].add(item.code)

    def by_exact_code(self, name: str) -> set[str]:
        return {name} & self._codes

    def by_code(self, name: str) -> set[str]:
        code = self._folded.get(fold(name))
        return {code} if code else set()

    def by_wording(self, name: str) -> set[str]:
        return self._wordings.get(fold_wording(name), set())

    def by_prefix(self, name: str) -> set[str]:
        folded = fold(name)
        for inner in (match[1] for match in [_BRACKETED.search(folded), _LEADING_CODE.match(folded)] if match):
            if inner in self._folded:
                return {self._folded[inner]}
        for rest in _stripped(folded):
            if items := self._wordings.get(fold_wording(rest)):
                return items
        return set()


def _stripped(folded: str) -> Iterator[str]:
    """What may be the wording of a folded column name: without its number, or behind the title of its grid."""
    if title := _ROW_TITLE.fullmatch(folded):
        yield title[1]
    if bracketed := _BRACKETED.search(folded):
        yield bracketed[1]
    numbered = _NUMBERED.fullmatch(folded)
    rest = numbered[1] if numbered else folded
    yield rest
    for separator in _SEPARATOR.finditer(rest):
        yield rest[separator.end() :]
