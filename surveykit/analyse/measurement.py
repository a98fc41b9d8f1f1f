"""The measurement part of a fitted model: each factor's own items, loadings, residuals and their slopes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.scales import Keys, levels_of
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.result import StructuralModel
from surveykit.analyse.sem.samples import Sample
from surveykit.analyse.sem.standardise import Standardised, spread_of, standardised
from surveykit.errors import Problem, SurveykitError
from surveykit.stats.sem_ram import Point
from surveykit.stats.sem_system import Group

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A factor's items: loadings (k,), unique variances (k,) and the sum of twice the residual covariances.

    Each with slopes in the model's q parameters, (k, q) and (q,). Items are turned by `signs`.
    """

    loadings: FloatArray
    loading_slopes: FloatArray
    unique: FloatArray
    unique_slopes: FloatArray
    between: float
    between_slope: FloatArray


@dataclass(frozen=True, eq=False)
class Measurement:
    """One group of a fitted model: its factors with items of their own, and the moments of its variables.

    `signs` turn the items so that those of a factor point the same way; `factors` names the items of each factor;
    `problems` tells what was turned, is shared between factors, or has no items.
    """

    fitted: Fitted
    group: int
    factors: dict[str, tuple[str, ...]]
    signs: dict[str, int]
    problems: tuple[Problem, ...]

    @property
    def sample(self) -> Sample:
        """What was observed in the group."""
        return self.fitted.samples[self.group]

    @property
    def system(self) -> Group:
        """The model of the group."""
        return self.fitted.made.system.groups[self.group]

    @cached_property
    def point(self) -> Point:
        """The model of the group at its estimates."""
        return self.system.at(self.fitted.solution.theta)

    @property
    def covariance(self) -> FloatArray:
        """Covariance matrix of the parameters (q, q)."""
        return self.fitted.solution.covariance

    @property
    def items(self) -> tuple[str, ...]:
        """Every item of every factor, once."""
        return tuple(dict.fromkeys(item for items in self.factors.values() for item in items))

    def place(self, name: str) -> int:
        """Where a variable stands among all variables of the model."""
        return self.fitted.made.variables.index(name)

    def ordered(self, factor: str) -> tuple[bool, ...]:
        """Which items of a factor are ordered answers."""
        chosen = set(self.fitted.settings.ordered)
        return tuple(item in chosen for item in self.factors[factor])

    @property
    def complete(self) -> bool:
        """Whether there are rows that all count alike: no missing answer, weight or cluster."""
        one = self.sample
        return one.rows is not None and one.patterns is None and one.weights is None and one.clusters is None

    def observed(self, items: tuple[str, ...]) -> FloatArray:
        """Observed covariances of the items, turned; polychoric correlations of ordered ones."""
        at = [self.sample.names.index(item) for item in items]
        turn = self.turn(items)
        return np.asarray(self.sample.covariance[np.ix_(at, at)] * np.multiply.outer(turn, turn))

    def turn(self, items: tuple[str, ...]) -> FloatArray:
        """The signs of items."""
        return np.array([self.signs[item] for item in items], dtype=np.float64)

    def block(self, factor: str, standard: bool) -> Block:
        """Loadings on the factor at variance 1; of items as they are, or standardised."""
        items = self.factors[factor]
        scaled = self.scaled(standard)
        rows = self.fitted.made.table.rows
        here = {(row.lhs, row.op, row.rhs): at for at, row in enumerate(rows) if row.group == self.group + 1}
        own = [here[factor, "=~", item] for item in items]
        unique = [here[item, "~~", item] for item in items]
        turn = self.turn(items)
        between, slope = 0.0, np.zeros(self.fitted.made.system.size)
        for (lhs, op, rhs), at in here.items():
            if op == "~~" and lhs != rhs and lhs in items and rhs in items:
                value, change = self._residual(scaled, at, here[lhs, "~~", lhs], here[rhs, "~~", rhs], standard)
                sign = 2 * self.signs[lhs] * self.signs[rhs]
                between += sign * value
                slope = slope + sign * change
        return Block(
            scaled.values[own] * turn,
            scaled.slopes[own] * turn[:, None],
            scaled.values[unique],
            scaled.slopes[unique],
            between,
            slope,
        )

    def _residual(
        self, scaled: Standardised, at: int, first: int, second: int, standard: bool
    ) -> tuple[float, FloatArray]:
        """A residual covariance with its slope; standardised ones come as correlations of residuals."""
        value, slope = float(scaled.values[at]), scaled.slopes[at]
        if not standard:
            return value, slope
        a, b = float(scaled.values[first]), float(scaled.values[second])
        if not (a > 0 and b > 0):
            return float("nan"), np.full_like(slope, np.nan)
        root = float(np.sqrt(a * b))
        return value * root, slope * root + value * (scaled.slopes[first] * b + scaled.slopes[second] * a) / (2 * root)

    def scaled(self, standard: bool) -> Standardised:
        """Standardised values of every row of the table, with slopes: of all variables, or of the factors only."""
        return self._scaled[standard]

    @cached_property
    def _scaled(self) -> tuple[Standardised, Standardised]:
        made, theta = self.fitted.made, self.fitted.solution.theta
        spread = spread_of(made, theta)
        return standardised(made, theta, False, spread), standardised(made, theta, True, spread)

    def rows(self, items: tuple[str, ...]) -> FloatArray | None:
        """Answers of the rows used (n, k), not turned; None where there are only moments."""
        if self.sample.rows is None:
            return None
        return np.asarray(self.sample.rows[:, [self.sample.names.index(item) for item in items]])

    def levels(self, items: tuple[str, ...]) -> tuple[tuple[float, ...], ...]:
        """The answers that each item has."""
        rows = self.rows(items)
        return () if rows is None else tuple(levels_of(rows, items))


def only_for(what: str, **given: object) -> None:
    """Refuse arguments that were given (not None, 0 or False) but mean nothing for this kind of data."""
    for argument, value in given.items():
        if value:
            raise SurveykitError.of("MEASURE-ARGUMENT", "", argument=argument, what=what)


def measurement(model: StructuralModel, group: str | None, keys: Keys, call: str) -> Measurement:
    """The factors of a fitted model that have observed items, in one group.

    Errors: a stored result, a fit that did not converge, several groups without `group`, no factor, unknown keys.
    """
    fitted = model.fitted
    if fitted is None:
        raise SurveykitError.of("SEM-STORED")
    if not model.converged:
        raise SurveykitError.of("MEASURE-NOT-CONVERGED", "", call=call)
    labels = [sample.label for sample in fitted.samples]
    if (group is None and len(labels) > 1) or (group is not None and group not in labels):
        raise SurveykitError.of("MEASURE-GROUP", "", call=call, found=str(group), groups=", ".join(labels))
    at = 0 if group is None else labels.index(group)
    observed = set(fitted.made.table.roles.observed)
    factors: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for name in fitted.made.table.roles.latent:
        own = [row.rhs for row in fitted.made.table.rows if row.group == at + 1 and row.op == "=~" and row.lhs == name]
        items = tuple(item for item in own if item in observed)
        if items:
            factors[name] = items
        else:
            problems.append(Problem.of("MEASURE-NO-ITEMS", f"factor {name}", "note"))
    if not factors:
        raise SurveykitError.of("MEASURE-NO-FACTOR", "", call=call)
    every = [item for items in factors.values() for item in items]
    shared = [item for item in dict.fromkeys(every) if every.count(item) > 1]
    if shared:
        problems.append(Problem.of("MEASURE-CROSS", "", "note", items=", ".join(shared)))
    found = Measurement(fitted, at, factors, dict.fromkeys(every, 1), ())
    signs, more = _signs(found, keys)
    return Measurement(fitted, at, factors, signs, (*problems, *more))


def _signs(found: Measurement, keys: Keys) -> tuple[dict[str, int], list[Problem]]:
    """Signs as given, or with "auto" those of the loadings; items that load against the rest are named."""
    signs = dict(found.signs)
    if keys is not None and keys != "auto":
        unknown = [name for name in keys if name not in signs]
        if unknown:
            raise SurveykitError.of("ANALYSE-KEYS", items=", ".join(unknown))
        wrong = [sign for sign in keys.values() if sign not in (1, -1)]
        if wrong:
            raise SurveykitError.of("ANALYSE-KEYVALUE", found=str(wrong[0]))
        signs |= keys
    problems = []
    given = replace(found, signs=signs)
    for factor, items in found.factors.items():
        loadings = given.block(factor, True).loadings
        against = loadings * (1 if loadings.sum() >= 0 else -1) < 0
        named = [item for item, wrong in zip(items, against, strict=True) if wrong]
        if named and keys == "auto":
            signs |= dict.fromkeys(named, -1)
            problems.append(Problem.of("ANALYSE-REVERSED", f"scale {factor}", "warning", items=", ".join(named)))
        elif named:
            problems.append(Problem.of("ANALYSE-AGAINST", f"scale {factor}", "warning", items=", ".join(named)))
    return signs, problems
