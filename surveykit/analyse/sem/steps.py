"""Models that restrict each other, in order: fit of each, and its difference from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from surveykit.analyse.sem.difference_test import Method, difference_test
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.measures import measures
from surveykit.errors import Problem

EMPTY = dict.fromkeys(("d_chisq", "d_df", "d_p_value", "d_cfi", "d_rmsea"), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One model of a sequence: its row of numbers, the method of its difference test, and what was noted."""

    name: str
    fitted: Fitted
    row: dict[str, Any]
    method: str
    problems: tuple[Problem, ...]


def step_of(name: str, fitted: Fitted, before: Step | None, method: Method = "auto") -> Step:
    """Fit indices of a model and, with a model before it, the difference test and changes of CFI and RMSEA."""
    found = measures(fitted) if fitted.solution.minimum.converged else {}
    row: dict[str, Any] = {**indices_of(found, bool(fitted.settings.ordered)), **EMPTY}
    if before is None:
        return Step(name, fitted, row, "", ())
    row |= {"d_cfi": row["cfi"] - before.row["cfi"], "d_rmsea": row["rmsea"] - before.row["rmsea"]}
    if fitted.solution.test.df <= before.fitted.solution.test.df:
        return Step(name, fitted, row, "", (Problem.of("SEM-SAME-MODEL", name, "note"),))
    test = difference_test(before.fitted, fitted, method)
    row |= {"d_chisq": test.stat, "d_df": test.df, "d_p_value": test.p_value}
    return Step(name, fitted, row, test.method, tuple(replace(problem, place=name) for problem in test.problems))


def indices_of(found: dict[str, float], ordered: bool) -> dict[str, float]:
    """Scaled chi-square, robust CFI and RMSEA where they are defined; for ordered items the scaled ones."""
    suffix = ".scaled" if "chisq.scaled" in found else ""
    best = ".robust" if suffix and not ordered and np.isfinite(found.get("cfi.robust", np.nan)) else suffix
    named = {"chisq": f"chisq{suffix}", "df": "df", "p_value": f"pvalue{suffix}", "cfi": f"cfi{best}"}
    named |= {"rmsea": f"rmsea{best}", "rmsea_low": f"rmsea.ci.lower{best}", "rmsea_high": f"rmsea.ci.upper{best}"}
    named |= {"srmr": "srmr", "bic": "bic"}
    return {name: found.get(key, np.nan) for name, key in named.items()}


def holds(row: dict[str, Any], alpha: float, fall: float, criterion: str) -> bool:
    """Whether a step keeps up with the one before: by its test, by the fall of CFI, or by either."""
    tested = not np.isfinite(row["d_p_value"]) or row["d_p_value"] >= alpha
    kept = bool(row["d_cfi"] >= -fall)
    if not np.isfinite(row["cfi"]):
        return False
    return {"chisq": tested, "cfi": kept}.get(criterion, tested or kept)


def named_rows(steps: Sequence[Step], column: str) -> list[dict[str, Any]]:
    """A row a step, its name in `column`."""
    return [{column: step.name, **step.row} for step in steps]
