"""Fits a path model to rows: the solution of the sample, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import choice, unweighted
from surveykit.analyse.pls.data import Rows, rows_of
from surveykit.analyse.pls.design import Design, design_of
from surveykit.analyse.pls.syntax import read_model
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.pls import Scheme
from surveykit.stats.pls_solution import Solution

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A design, its rows, the solutions of its stages, and what was noticed."""

    design: Design
    rows: Rows
    solutions: tuple[Solution, ...]
    problems: tuple[Problem, ...]

    @property
    def like(self) -> tuple[FloatArray, ...]:
        """Weights of each stage, for the signs of resamples."""
        return tuple(one.weights[0] for one in self.solutions)

    @property
    def final(self) -> Solution:
        """The solution of the final stage."""
        return self.solutions[-1]


def fit_of(
    model: Any,
    data: Any,
    call: str,
    scheme: Scheme = "path",
    modes: Mapping[str, str] | None = None,
    higher_order: str = "two_stage",
    scaled: bool = True,
    consistent: bool = False,
) -> Fit:
    """The fitted model; raises where it cannot be estimated."""
    choice("scheme", scheme, ("path", "centroid", "factor"))
    choice("higher_order", higher_order, ("two_stage", "repeated"))
    unweighted(data, call)
    spoken = read_model(model, modes or {})
    design = design_of(spoken, scheme, higher_order)
    if consistent and (design.first is not None or len(set(design.columns)) < len(design.columns)):
        raise SurveykitError.of("PLS-HIGHERC")
    if consistent and not scaled:
        raise SurveykitError.of("PLS-UNSCALED")
    rows = rows_of(data, design)
    solutions = design.solve(rows.covariance, scaled, consistent)
    layouts = [layout for layout in (design.first, design.final) if layout is not None]
    problems = list(rows.problems)
    for layout, solution in zip(layouts, solutions, strict=True):
        undefined = np.isnan(solution.found.values[0]).any(axis=0)
        if undefined.any():
            names = ", ".join(name for name, bad in zip(layout.constructs, undefined, strict=True) if bad)
            raise SurveykitError.of("PLS-UNDEFINED", names=names)
        if not solution.found.converged[0]:
            problems.append(Problem.of("PLS-NOTCONVERGED", "", "warning", steps=solution.found.steps))
    problems += _improper(design, solutions[-1], consistent)
    return Fit(design, rows, solutions, tuple(problems))


def _improper(design: Design, solution: Solution, consistent: bool) -> list[Problem]:
    problems = []
    constructs = design.final.constructs
    if np.isnan(solution.paths).any():
        problems.append(Problem.of("PLS-NOPATHS", "", "warning"))
    for j, name in enumerate(constructs):
        against = [
            item
            for item, owner, loading in zip(design.final.items, design.final.owner, solution.loadings[0], strict=True)
            if owner == name and loading < 0
        ]
        if against:
            problems.append(Problem.of("PLS-AGAINST", f"construct {name}", "warning", items=", ".join(against)))
        if consistent and not (0 < solution.rho_a[0, j] <= 1 or np.isnan(solution.rho_a[0, j])):
            value = f"{solution.rho_a[0, j]:.3f}"
            problems.append(Problem.of("PLS-RHO", f"construct {name}", "warning", value=value))
    if consistent and (np.abs(solution.correlations[0]) > 1 + 1e-12).any():
        problems.append(Problem.of("PLS-ABOVEONE", "", "warning"))
    return problems
