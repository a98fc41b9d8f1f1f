"""Standardised solutions: each estimate where latent variables, or all variables, have variance one; with errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.compiled import Compiled
from surveykit.analyse.sem.expressions import Expression
from surveykit.stats.sem_ram import COVARIANCE, SCALE, Elements
from surveykit.stats.sem_system import Group

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Standardised:
    """Values (R + D,) of the rows of the table, then of the defined parameters, and their slopes (R + D, q)."""

    values: FloatArray
    slopes: FloatArray

    def errors(self, covariance: FloatArray) -> FloatArray:
        """Delta-method standard errors, given the covariance matrix of the parameters."""
        return np.sqrt(np.maximum(((self.slopes @ covariance) * self.slopes).sum(axis=1), 0.0))


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Total variance of every variable in every group, flat, and the values of all rows; each with slopes in q."""

    variance: FloatArray
    variance_slopes: FloatArray
    values: FloatArray
    value_slopes: FloatArray


def spread_of(made: Compiled, theta: FloatArray) -> Spread:
    """Variances and row values at `theta`."""
    size = made.system.size
    variances, slopes = [], []
    values = made.values(theta)
    value_slopes = np.zeros((len(values), size))
    free = made.parameter >= 0
    value_slopes[np.flatnonzero(free), made.parameter[free]] = 1.0
    for g, group in enumerate(made.system.groups, start=1):
        point = group.at(theta)
        total, residual = _variance_slopes(group, theta)
        spread = group.spread(size)
        variances.append(np.diag(point.implied.covariance))
        slopes.append(total @ spread)
        for at, row in enumerate(made.table.rows):
            if row.group == g and made.element[at] < 0:
                where = list(group.derived).index(made.variables.index(row.lhs))
                value_slopes[at] = residual[where] @ spread
    return Spread(np.concatenate(variances), np.concatenate(slopes), values, value_slopes)


def _variance_slopes(group: Group, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slopes of all total variances (v, K), and of the residual variances that follow from scales (o, K)."""
    point = group.at(theta)
    slopes = point.implied.slopes(point.free, everywhere=True)
    everyone = np.arange(group.shape.size)
    total = slopes.matrix(everyone, everyone)
    derived = group.derived
    if len(derived) == 0:
        return total, np.zeros((0, len(point.free)))
    aim = np.zeros((len(derived), len(point.free)))
    scales = group.scales(point.values)
    for at in point.free.where(SCALE):
        where = np.flatnonzero(derived == point.free.row[at])
        aim[where, at] = -2 / scales[where] ** 3
    effects = point.implied.effects[np.ix_(derived, derived)]
    residual = np.linalg.solve(effects**2, aim - total[derived])
    own = Elements(np.full(len(derived), COVARIANCE), derived, derived)
    return total + point.implied.slopes(own, everywhere=True).matrix(everyone, everyone) @ residual, residual


def standardised(made: Compiled, theta: FloatArray, everything: bool, spread: Spread | None = None) -> Standardised:
    """Standardised values: NaN where a variance is not positive.

    Loadings and paths times sd(cause) / sd(effect); covariances over the residual standard deviations of both;
    variances over the total variance; means and thresholds over the standard deviation.
    """
    spread = spread or spread_of(made, theta)
    first, second, powers, one, other = _plan(made, everything)
    variance = np.where(spread.variance > 0, spread.variance, np.nan)
    own = np.abs(spread.values)
    relative = np.zeros((len(first), made.system.size))
    factor = np.ones(len(first))
    for place, power in ((first, powers[:, 0]), (second, powers[:, 1])):
        used = power != 0
        at = place[used]
        factor[used] *= variance[at] ** (power[used] / 2)
        relative[used] += (power[used] / 2 / variance[at])[:, None] * spread.variance_slopes[at]
    for row in (one, other):
        used = row >= 0
        at = row[used]
        with np.errstate(divide="ignore", invalid="ignore"):
            factor[used] *= own[at] ** -0.5
            relative[used] -= 0.5 * spread.value_slopes[at] / spread.values[at][:, None]
    with np.errstate(invalid="ignore"):
        values = np.where(spread.values == 0, 0.0, spread.values * factor)
        slopes = factor[:, None] * spread.value_slopes + values[:, None] * np.where(
            values[:, None] == 0, 0.0, relative
        )
    return _defined(made, values, slopes)


def _plan(made: Compiled, everything: bool) -> tuple[IntArray, IntArray, FloatArray, IntArray, IntArray]:
    """For each row: two variables with their powers of the standard deviation, and two rows of residual variances."""
    rows = made.table.rows
    v = len(made.variables)
    place = {name: at for at, name in enumerate(made.variables)}
    latent = set(made.table.roles.latent)
    variances = {
        (row.group, row.lhs): at for at, row in enumerate(rows) if row.op == "~~" and row.lhs == row.rhs
    }
    first, second = np.zeros((2, len(rows)), dtype=np.int64)
    powers = np.zeros((len(rows), 2))
    one, other = np.full((2, len(rows)), -1)
    for at, row in enumerate(rows):
        offset = (row.group - 1) * v
        left = everything or row.lhs in latent
        right = everything or row.rhs in latent
        first[at] = offset + place[row.lhs]
        second[at] = offset + place.get(row.rhs, 0)
        match row.op:
            case "=~":
                powers[at] = left, -1.0 * right
            case "~":
                powers[at] = -1.0 * left, right
            case "~~" if row.lhs == row.rhs:
                powers[at, 0] = -2.0 * left
            case "~~":
                one[at] = variances.get((row.group, row.lhs), -1) if left else -1
                other[at] = variances.get((row.group, row.rhs), -1) if right else -1
            case "~1" | "|":
                powers[at, 0] = -1.0 * left
            case _:
                powers[at, 0] = 1.0 * left
    return first, second, powers, one, other


def _defined(made: Compiled, values: FloatArray, slopes: FloatArray) -> Standardised:
    """Adds the defined parameters, made from the standardised values of their labels."""
    known = {
        row.label: (float(value), slope)
        for row, value, slope in zip(made.table.rows[::-1], values[::-1], slopes[::-1], strict=True)
        if row.label
    }
    more = []
    for constraint in made.table.constraints:
        if constraint.op == ":=":
            known[constraint.lhs] = Expression.of(constraint.rhs, "")(known, made.system.size)
            more.append(known[constraint.lhs])
    if not more:
        return Standardised(values, slopes)
    return Standardised(
        np.concatenate([values, [value for value, _ in more]]), np.vstack([slopes, *[slope for _, slope in more]])
    )
