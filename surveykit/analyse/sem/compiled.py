"""Turns a parameter table and samples into arrays: elements, parameters, starting values, linear constraints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.expressions import Expression
from surveykit.analyse.sem.partable import Parameter, Table
from surveykit.analyse.sem.samples import Sample
from surveykit.errors import SurveykitError
from surveykit.stats.sem_ram import COVARIANCE, MEAN, PATH, SCALE, THRESHOLD, Elements, Shape
from surveykit.stats.sem_starts import factor_start
from surveykit.stats.sem_system import Discrepancy, Group, System

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A model on arrays.

    `parameter[r]` is the parameter of row r of the table, -1 where fixed; `element[r]` its place among its group's
    elements, -1 where the row has none (residual variances of ordered items that follow from the rest).
    """

    table: Table
    variables: tuple[str, ...]
    system: System
    parameter: IntArray
    element: IntArray
    start: FloatArray
    first_row: IntArray

    @property
    def n_observed(self) -> int:
        """Observed variables."""
        return len(self.table.roles.observed)

    def values(self, theta: FloatArray) -> FloatArray:
        """The estimate of each row of the table, (R,)."""
        out = np.array([row.value for row in self.table.rows])
        free = self.parameter >= 0
        out[free] = theta[self.parameter[free]]
        return self._derived(out, theta)

    def _derived(self, out: FloatArray, theta: FloatArray) -> FloatArray:
        for g, group in enumerate(self.system.groups):
            if len(group.derived) == 0:
                continue
            point = group.at(theta)
            effects = np.linalg.inv(point.implied.effects)
            own = np.diag(effects @ point.implied.covariance @ effects.T)
            for at, row in enumerate(self.table.rows):
                if row.group == g + 1 and row.op == "~~" and row.lhs == row.rhs and self.element[at] < 0:
                    out[at] = own[self.variables.index(row.lhs)]
        return out

    def name(self, parameter: int) -> str:
        """How a parameter is written, with its group where there are several."""
        row = self.table.rows[self.first_row[parameter]]
        text = f"{row.lhs} {row.op} {row.rhs}".strip()
        return f"{text} (group {row.group})" if self.table.n_groups > 1 else text


def compiled(
    table: Table,
    samples: Sequence[Sample],
    discrepancies: Sequence[Discrepancy],
    derived: Sequence[str] = (),
) -> Compiled:
    """Elements and parameters of every group; exogenous moments take the sample's values."""
    variables = (*table.roles.observed, *table.roles.latent)
    place = {name: at for at, name in enumerate(variables)}
    labels: dict[str, int] = {}
    parameter = np.full(len(table.rows), -1)
    element = np.full(len(table.rows), -1)
    first: list[int] = []
    drafts: list[list[tuple[int, int, int, float, int]]] = [[] for _ in samples]
    for at, row in enumerate(table.rows):
        if row.free:
            known = labels.get(row.label) if row.label else None
            if known is None:
                known = len(first)
                first.append(at)
                if row.label:
                    labels[row.label] = known
            parameter[at] = known
        sample = samples[row.group - 1]
        if row.exogenous:
            row.value = _sample_moment(row, sample)
        if row.op == "~~" and row.lhs == row.rhs and row.lhs in derived:
            continue
        kind, r, c = _place(row, place)
        element[at] = len(drafts[row.group - 1])
        drafts[row.group - 1].append((kind, r, c, row.value, int(parameter[at])))
    shape = Shape(len(variables), np.arange(len(table.roles.observed)))
    total = sum(_size(sample) for sample in samples)
    groups = []
    for draft, sample, discrepancy in zip(drafts, samples, discrepancies, strict=True):
        kind, r, c = (np.array([part[i] for part in draft], dtype=np.int64) for i in range(3))
        groups.append(
            Group(
                shape,
                Elements(kind, r, c),
                np.array([part[3] for part in draft]),
                np.array([part[4] for part in draft], dtype=np.int64),
                _size(sample) / total,
                discrepancy,
                np.array([place[name] for name in derived], dtype=np.int64),
            )
        )
    system = System(tuple(groups), len(first))
    made = Compiled(table, variables, system, parameter, element, np.zeros(len(first)), np.array(first, dtype=np.int64))
    return Compiled(table, variables, system, parameter, element, _starts(made, samples), made.first_row)


def _size(sample: Sample) -> float:
    return float(sample.n)


def _sample_moment(row: Parameter, sample: Sample) -> float:
    at = sample.names.index(row.lhs)
    if row.op == "~1":
        return float(sample.mean[at])
    return float(sample.covariance[at, sample.names.index(row.rhs)])


def _place(row: Parameter, place: dict[str, int]) -> tuple[int, int, int]:
    lhs = place[row.lhs]
    match row.op:
        case "=~":
            return PATH, place[row.rhs], lhs
        case "~":
            return PATH, lhs, place[row.rhs]
        case "~~":
            rhs = place[row.rhs]
            return COVARIANCE, max(lhs, rhs), min(lhs, rhs)
        case "~1":
            return MEAN, lhs, 0
        case "|":
            return THRESHOLD, lhs, int(row.rhs[1:]) - 1
        case _:
            return SCALE, lhs, 0


def _starts(made: Compiled, samples: Sequence[Sample]) -> FloatArray:
    """Starting values by row: loadings and factor variances from the covariances, half of each variance as error."""
    table = made.table
    observed = {name: at for at, name in enumerate(table.roles.observed)}
    guess = np.zeros(len(table.rows))
    scale: dict[tuple[int, str], float] = {}
    for g, sample in enumerate(samples, start=1):
        for factor in table.roles.latent:
            mine = [
                at for at, row in enumerate(table.rows)
                if row.group == g and row.op == "=~" and row.lhs == factor
            ]  # fmt: skip
            items = [observed[table.rows[at].rhs] for at in mine if table.rows[at].rhs in observed]
            variance = 0.5
            if len(items) == len(mine) and items:
                marker = next(
                    (i for i, at in enumerate(mine) if not table.rows[at].free and table.rows[at].value != 0), 0
                )
                block = sample.covariance[np.ix_(items, items)]
                loadings, variance = factor_start(block, marker)
                fixed = table.rows[mine[marker]]
                unit = fixed.value if not fixed.free and fixed.value else 1.0
                loadings, variance = loadings * unit, variance / unit**2
                if any(
                    row.group == g and row.op == "~~" and row.lhs == row.rhs == factor and not row.free
                    and row.value > 0 for row in table.rows
                ):  # fmt: skip
                    loadings, variance = loadings * np.sqrt(variance), 1.0
                guess[mine] = loadings
            else:
                guess[mine] = [1.0 if table.rows[at].rhs not in observed else 0.7 for at in mine]
            scale[g, factor] = variance
    for at, row in enumerate(table.rows):
        sample = samples[row.group - 1]
        if row.op == "~~" and row.lhs == row.rhs:
            if row.lhs in observed:
                own = sample.covariance[observed[row.lhs], observed[row.lhs]]
                guess[at] = own * 0.5
            else:
                guess[at] = scale[row.group, row.lhs]
        elif row.op == "~1" and row.lhs in observed:
            guess[at] = sample.mean[observed[row.lhs]]
        elif row.op == "~~" and row.exogenous is False and {row.lhs, row.rhs} <= set(_covariates(table)):
            guess[at] = sample.covariance[observed[row.lhs], observed[row.rhs]]
        elif row.op == "~*~":
            guess[at] = 1.0
        if row.start is not None:
            guess[at] = row.start
    out = np.zeros(len(made.first_row))
    count = np.zeros(len(made.first_row))
    for at, p in enumerate(made.parameter):
        if p >= 0 and (table.rows[at].start is not None or count[p] >= 0):
            out[p] = guess[at] if table.rows[at].start is not None else (out[p] * count[p] + guess[at]) / (count[p] + 1)
            count[p] = -1 if table.rows[at].start is not None else count[p] + 1
    return out


def _covariates(table: Table) -> list[str]:
    return table.roles.exogenous


@dataclass(frozen=True, slots=True, eq=False)
class Restriction:
    """A constraint as a function of the parameters that is zero (`==`) or at least zero (`<`, `>`)."""

    text: str
    equality: bool
    function: Callable[[FloatArray], tuple[float, FloatArray]]


def known_values(made: Compiled, theta: FloatArray) -> dict[str, tuple[float, FloatArray]]:
    """Every label with its value and gradient; defined parameters after the labels that they are made of."""
    size = made.system.size
    known: dict[str, tuple[float, FloatArray]] = {}
    unit = np.eye(size)
    for row, p in zip(made.table.rows, made.parameter, strict=True):
        if row.label and not row.label.startswith("."):
            known.setdefault(row.label, (float(theta[p]), unit[p]) if p >= 0 else (row.value, np.zeros(size)))
    for constraint in made.table.constraints:
        if constraint.op == ":=":
            expression = Expression.of(constraint.rhs, f"model line {constraint.line}")
            unknown = [name for name in expression.names if name not in known]
            if unknown:
                raise SurveykitError.of(
                    "SEM-LABEL-UNKNOWN", expression.place, name=unknown[0], known=", ".join(known) or "-"
                )
            known[constraint.lhs] = expression(known, size)
    return known


def restrictions(made: Compiled) -> list[Restriction]:
    """The constraints of the model text and the bounds of its rows."""
    out = [_restriction(made, c.lhs, c.op, c.rhs, c.line) for c in made.table.constraints if c.op != ":="]
    size = made.system.size
    for row, p in zip(made.table.rows, made.parameter, strict=True):
        for bound, sign in ((row.lower, 1.0), (row.upper, -1.0)):
            if bound is not None and p >= 0:
                out.append(Restriction(f"{row.key} bound", False, _bound(int(p), bound, sign, size)))
    return out


def _bound(p: int, bound: float, sign: float, size: int) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    unit = sign * np.eye(size)[p]
    return lambda theta: (sign * (float(theta[p]) - bound), unit)


def _restriction(made: Compiled, lhs: str, op: str, rhs: str, line: int) -> Restriction:
    place = f"model line {line}"
    left, right = Expression.of(lhs, place), Expression.of(rhs, place)
    known = known_values(made, made.start)
    unknown = [name for name in (*left.names, *right.names) if name not in known]
    if unknown:
        raise SurveykitError.of("SEM-LABEL-UNKNOWN", place, name=unknown[0], known=", ".join(known) or "-")
    sign = -1.0 if op == "<" else 1.0

    def function(theta: FloatArray) -> tuple[float, FloatArray]:
        values = known_values(made, theta)
        (a, da), (b, db) = left(values, made.system.size), right(values, made.system.size)
        return sign * (a - b), sign * (da - db)

    return Restriction(f"{lhs} {op} {rhs}", op == "==", function)
