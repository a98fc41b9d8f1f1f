"""The catalogue of problems: one code, one sentence in each language, said with place, finding and remedy.

A `Problem` is data. It is raised inside a `SurveykitError` when work cannot go on, warned about with
`SurveykitWarning` when a caller should look, and carried by every result when an estimate is undefined or needs a
caveat. The sentences live beside this module in `problems/<room>.yaml`, a code with its en, zh and ru template.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from surveykit.texts import merged

Severity = Literal["error", "warning", "note"]
Value = str | int | float


@cache
def templates() -> Mapping[str, Mapping[str, str]]:
    """Problem code -> language -> template, from every file of `problems/`."""
    return merged("surveykit", "problems")


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a file, an item, a column or an estimate.

    `code` names a template; `values` fill it; `place` says where ("scales.yaml:12", "item RES4", "column RES4, rows
    3, 18").
    """

    code: str
    values: tuple[tuple[str, Value], ...] = ()
    place: str = ""
    severity: Severity = "error"

    @classmethod
    def of(cls, code: str, place: str = "", severity: Severity = "error", **values: Any) -> Problem:
        """Build a problem from keyword values, checking that the code exists and the template can be filled."""
        problem = cls(code, tuple(sorted(values.items())), place, severity)
        problem.message()
        return problem

    def message(self, lang: str = "en") -> str:
        """The sentence in `lang`, without its place."""
        return templates()[self.code][lang].format(**dict(self.values))

    def __str__(self) -> str:
        return f"{self.place}: {self.message()}" if self.place else self.message()


def _joined(problems: Iterable[Problem]) -> str:
    listed = list(problems)
    if len(listed) == 1:
        return str(listed[0])
    return f"{len(listed)} problems:\n" + "\n".join(f"  - {problem}" for problem in listed)


class SurveykitError(Exception):
    """Work cannot go on. `problems` holds every finding, not just the first."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(_joined(self.problems))

    @classmethod
    def of(cls, code: str, place: str = "", **values: Any) -> SurveykitError:
        """The error of a single problem."""
        return cls(Problem.of(code, place, **values))


class SurveykitWarning(UserWarning):
    """Work went on, but a caller should look."""
