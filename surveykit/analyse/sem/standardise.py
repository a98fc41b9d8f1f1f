"""Standardised solutions: each estimate where latent variables, or all variables, have variance one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.compiled import Compiled
from surveykit.analyse.sem.expressions import Expression

FloatArray = NDArray[np.float64]


def standardised(made: Compiled, theta: FloatArray, everything: bool) -> FloatArray:
    """Standardised value of each row of the table, then of each defined parameter; NaN where a variance is negative.

    Loadings and paths times sd(cause) / sd(effect); covariances over the residual standard deviations of both;
    variances over the total variance; means and thresholds over the standard deviation.
    """
    values = made.values(theta)
    rows = made.table.rows
    latent = set(made.table.roles.latent)
    place = {name: at for at, name in enumerate(made.variables)}
    spread = []
    for group in made.system.groups:
        variance = np.diag(group.at(theta).implied.covariance)
        spread.append(np.sqrt(np.where(variance > 0, variance, np.nan)))
    own = {
        (row.group, row.lhs): value
        for row, value in zip(rows, values, strict=True)
        if row.op == "~~" and row.lhs == row.rhs
    }

    def unit(group: int, name: str) -> float:
        return float(spread[group - 1][place[name]]) if everything or name in latent else 1.0

    def residual(group: int, name: str) -> float:
        if not everything and name not in latent:
            return 1.0
        variance = own.get((group, name), np.nan)
        return float(np.sqrt(abs(variance))) if variance else np.nan

    out = np.empty(len(rows))
    for at, (row, value) in enumerate(zip(rows, values, strict=True)):
        g = row.group
        match row.op:
            case "=~":
                out[at] = value * unit(g, row.lhs) / unit(g, row.rhs)
            case "~":
                out[at] = value * unit(g, row.rhs) / unit(g, row.lhs)
            case "~~" if row.lhs == row.rhs:
                out[at] = value / unit(g, row.lhs) ** 2
            case "~~":
                out[at] = value / (residual(g, row.lhs) * residual(g, row.rhs)) if value else 0.0
            case "~1" | "|":
                out[at] = value / unit(g, row.lhs)
            case _:
                out[at] = 1.0 if everything else value
    return np.concatenate([out, _defined(made, out)])


def _defined(made: Compiled, values: FloatArray) -> FloatArray:
    """Defined parameters from the standardised values of their labels."""
    nothing = np.zeros(0)
    known = {
        row.label: (float(value), nothing)
        for row, value in zip(reversed(made.table.rows), values[::-1], strict=True)
        if row.label
    }
    for constraint in made.table.constraints:
        if constraint.op == ":=":
            known[constraint.lhs] = Expression.of(constraint.rhs, "")(known, 0)
    return np.array([known[c.lhs][0] for c in made.table.constraints if c.op == ":="])


def standard_errors(made: Compiled, theta: FloatArray, covariance: FloatArray, everything: bool) -> FloatArray:
    """Delta-method errors of `standardised`, by central differences of step 1e-5."""
    columns = []
    for p in range(len(theta)):
        step = 1e-5 * max(1.0, abs(theta[p]))
        ahead, behind = theta.copy(), theta.copy()
        ahead[p] += step
        behind[p] -= step
        columns.append((standardised(made, ahead, everything) - standardised(made, behind, everything)) / (2 * step))
    jacobian = np.array(columns).T
    return np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian), 0.0))
