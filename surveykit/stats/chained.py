"""Multiple imputation by chained equations: each step updates a Gram matrix instead of making it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.imputers import draw_categories, draw_linear, draw_ordered, match
from surveykit.stats.raking import IntArray

_RIDGE = 1e-5


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """One variable: its values (n,), NaN where missing, and how it is imputed: pmm, linear, logit or ordinal.

    A `nominal` variable has codes 0 .. categories - 1 and enters other equations as indicators of all but the first.
    """

    values: FloatArray
    method: str
    nominal: bool = False
    categories: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Chained:
    """`drawn`: per variable (m, missing) imputed values; `trace` (iterations, m, variables) means of imputed values.

    `r_hat` and `apart` (variables,): how far the chains are apart, and how likely that is for chains that have mixed.
    """

    drawn: tuple[FloatArray, ...]
    trace: FloatArray
    r_hat: FloatArray
    apart: FloatArray


@dataclass(slots=True, eq=False)
class _State:
    """The completed design of one imputation: `z` (n, q) standardised, its first column 1, and z'z."""

    z: FloatArray
    gram: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """Where each variable stands in the design, how it is standardised, and which of its rows are missing."""

    variables: Sequence[Variable]
    columns: list[slice]
    centre: list[float]
    scale: list[float]
    missing: list[IntArray]
    observed: list[IntArray]
    known: list[FloatArray]

    @property
    def width(self) -> int:
        return self.columns[-1].stop

    def coded(self, at: int, values: FloatArray) -> FloatArray:
        """Values (k,) as columns of the design (k, width)."""
        variable = self.variables[at]
        if variable.nominal and variable.categories > 1:
            return np.asarray(values[:, None] == np.arange(1, variable.categories), dtype=np.float64)
        return np.asarray((values - self.centre[at]) / self.scale[at])[:, None]


def chained(variables: Sequence[Variable], m: int, iterations: int, donors: int, seed: int) -> Chained:
    """Impute `m` times: each incomplete variable in turn is drawn from its regression on all others.

    pmm: Bayesian linear regression, then the value of one of the `donors` nearest observed predictions (type 1
    matching); linear: the prediction with its residual; logit: (multinomial) logistic with drawn coefficients; ordinal:
    proportional odds with drawn coefficients. Each imputation has its own stream of random numbers. Source: van Buuren
    2018, chapters 3 and 4. In R: `mice::mice(data, m, method, maxit)`.
    """
    layout = _laid_out(variables)
    parts, traces = [], []
    for stream in np.random.SeedSequence(seed).spawn(m):
        drawn, trace = _chain(layout, iterations, donors, np.random.default_rng(stream))
        parts.append(drawn)
        traces.append(trace)
    trace = np.stack(traces, axis=1)
    return Chained(tuple(np.stack([part[at] for part in parts]) for at in range(len(variables))), trace, *r_hat(trace))


def r_hat(trace: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Potential scale reduction (variables,) of chain means over the second half of the iterations, and its p value.

    sqrt((T - 1) / T + var(chain means) / W) of m chains of T means; the p value is that of the F test that all chains
    have one mean. NaN with one chain or fewer than three late iterations. Source: Gelman & Rubin 1992.
    """
    late = trace[len(trace) // 2 :]
    rounds, chains, k = late.shape
    if rounds < 3 or chains < 2:
        return np.full(k, np.nan), np.full(k, np.nan)
    within = late.var(axis=0, ddof=1).mean(axis=0)
    between = late.mean(axis=0).var(axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = between / within
        p = special.fdtrc(chains - 1, chains * (rounds - 1), rounds * ratio)
        return np.asarray(np.sqrt((rounds - 1) / rounds + ratio)), np.asarray(p)


def _laid_out(variables: Sequence[Variable]) -> _Layout:
    missing = [np.flatnonzero(np.isnan(variable.values)) for variable in variables]
    observed = [np.flatnonzero(~np.isnan(variable.values)) for variable in variables]
    columns, centre, scale, at = [], [], [], 1
    for variable, seen in zip(variables, observed, strict=True):
        width = max(variable.categories - 1, 1) if variable.nominal else 1
        columns.append(slice(at, at + width))
        spread = float(variable.values[seen].std())
        centre.append(float(variable.values[seen].mean()))
        scale.append(spread if spread > 0 else 1.0)
        at += width
    known = [variable.values[seen] for variable, seen in zip(variables, observed, strict=True)]
    return _Layout(variables, columns, centre, scale, missing, observed, known)


def _chain(
    layout: _Layout, iterations: int, donors: int, random: np.random.Generator
) -> tuple[list[FloatArray], FloatArray]:
    drawn = [
        random.choice(known, len(gone)) if len(gone) else np.empty(0)
        for known, gone in zip(layout.known, layout.missing, strict=True)
    ]
    z = np.empty((len(layout.variables[0].values), layout.width))
    z[:, 0] = 1
    for at, variable in enumerate(layout.variables):
        completed = variable.values.copy()
        completed[layout.missing[at]] = drawn[at]
        z[:, layout.columns[at]] = layout.coded(at, completed)
    state = _State(z, z.T @ z)
    incomplete = [at for at in range(len(drawn)) if len(layout.missing[at])]
    order = sorted(incomplete, key=lambda at: len(layout.missing[at]))
    trace = np.full((iterations, len(drawn)), np.nan)
    for step in range(iterations):
        for at in order:
            drawn[at] = _step(state, layout, at, donors, random)
            trace[step, at] = drawn[at].mean()
    return drawn, trace


def _step(state: _State, layout: _Layout, at: int, donors: int, random: np.random.Generator) -> FloatArray:
    """Draw one variable anew and put it in the design."""
    variable, gone, seen, place = layout.variables[at], layout.missing[at], layout.observed[at], layout.columns[at]
    rows = state.z[gone]
    keep = np.ones(layout.width, dtype=bool)
    keep[place] = False
    if variable.method in ("logit", "ordinal"):
        draw = draw_ordered if variable.method == "ordinal" else draw_categories
        values = draw(state.z[seen][:, keep], layout.known[at], rows[:, keep], random)
    else:
        values = _linear(state, layout, at, rows, keep, donors, random)
    new = layout.coded(at, values)
    change = rows.T @ (new - rows[:, place])
    state.z[gone, place] = new
    state.gram[keep, place] += change[keep]
    state.gram[place, keep] = state.gram[keep, place].T
    own = state.z[:, place]
    state.gram[place, place] = own.T @ own
    return values


def _linear(
    state: _State,
    layout: _Layout,
    at: int,
    rows: FloatArray,
    keep: NDArray[np.bool_],
    donors: int,
    random: np.random.Generator,
) -> FloatArray:
    variable, seen = layout.variables[at], layout.observed[at]
    y = (layout.known[at] - layout.centre[at]) / layout.scale[at]
    if len(rows) < len(seen):
        gram = state.gram - rows.T @ rows
    else:
        complete = state.z[seen]
        gram = complete.T @ complete
    own = layout.columns[at].start
    inner = gram[keep][:, keep]
    best, drawn, sigma = draw_linear(inner, gram[keep, own], float(y @ y), len(seen), _RIDGE, random)
    predicted = rows[:, keep] @ drawn
    if variable.method == "linear":
        noise = sigma * random.standard_normal(len(rows))
        return np.asarray((predicted + noise) * layout.scale[at] + layout.centre[at])
    full = np.zeros(layout.width)
    full[keep] = best
    return np.asarray(layout.known[at][match((state.z @ full)[seen], predicted, donors, random)])
