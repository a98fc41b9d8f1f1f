"""The search for partial invariance: equalities released one by one, the one that misfits most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from surveykit.analyse.sem.fitting import Fitted, Settings
from surveykit.analyse.sem.partable import Parameter
from surveykit.analyse.sem.score_tests import release_tests
from surveykit.analyse.sem.steps import Step, step_of
from surveykit.errors import Problem

SEARCHED = ("ladder", "parameter", "lhs", "op", "rhs", "chisq", "df", "p_value")
FEWEST = 2
"""Items of a factor (thresholds of an item) that stay equal: fewer say nothing about the groups (Byrne et al. 1989)."""
_CLASS = {"thresholds": "|", "metric": "=~", "scalar": "~1", "strict": "~~"}


@dataclass(frozen=True, slots=True, eq=False)
class Mended:
    """What a search found: what it released, the partial step (None where nothing could be released), problems."""

    released: pd.DataFrame
    step: Step | None
    problems: tuple[Problem, ...]


def released_steps(
    failed: Step, before: Step, fit: Callable[[Settings], Fitted], accepted: Callable[[dict[str, Any]], bool]
) -> Mended:
    """Release parameters of the failed step's own class until it is accepted against the step before.

    Each time the model is fitted anew and the next score tests come from it. Where too few equal parameters are left,
    the last partial model is returned with a Problem.
    """
    name = f"{failed.name}_partial"
    current, step = failed, None
    rows = []
    while not accepted(current.row):
        tests = release_tests(current.fitted)
        allowed = [key for key in tests["key"] if _allowed(current.fitted, key, _CLASS[failed.name])]
        if not allowed or not current.fitted.solution.minimum.converged:
            place = failed.name
            problem = Problem.of("SEM-PARTIAL-EXHAUSTED", place, "warning", released=len(rows))
            return Mended(pd.DataFrame(rows, columns=list(SEARCHED)), step, (problem,))
        best = tests.set_index("key").loc[allowed[0]]
        row = _row(current.fitted, allowed[0])
        rows.append((failed.name, allowed[0], row.lhs, row.op, row.rhs, best["chisq"], best["df"], best["p_value"]))
        settings = current.fitted.settings
        fitted = fit(replace(settings, group_partial=(*settings.group_partial, allowed[0])))
        current = step = step_of(name, fitted, before)
    note = Problem.of("SEM-PARTIAL-EXPLORATORY", failed.name, "note", released=", ".join(row[1] for row in rows))
    return Mended(pd.DataFrame(rows, columns=list(SEARCHED)), step, (note,))


def _row(fitted: Fitted, key: str) -> Parameter:
    return next(row for row in fitted.made.table.rows if row.key == key)


def _allowed(fitted: Fitted, key: str, op: str) -> bool:
    """Whether a parameter is of the step's class and its factor, or item, keeps two equal ones without it."""
    table = fitted.made.table
    own = _row(fitted, key)
    latent = set(table.roles.latent)
    if own.op != op or (op != "=~" and own.lhs in latent):
        return False
    free = set(fitted.settings.group_partial)
    equal = [row for row in table.rows if row.group == 2 and row.key not in free and row.op == op]
    if op == "|":
        return sum(row.lhs == own.lhs for row in equal) > FEWEST
    if op == "=~":
        return sum(row.lhs == own.lhs for row in equal) > FEWEST
    if own.op == "~~":
        return True
    items = {row.lhs for row in equal if row.lhs not in latent}
    loads = Counter(row.lhs for row in table.rows if row.group == 2 and row.op == "=~" and row.rhs in items)
    factors = [row.lhs for row in table.rows if row.group == 2 and row.op == "=~" and row.rhs == own.lhs]
    return all(loads[factor] > FEWEST for factor in factors)
