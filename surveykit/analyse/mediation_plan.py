"""What a mediation analysis estimates: regressions, chains of their slopes, and sums of chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.path_system import Equation, coefficients, ordered_subsets

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edge:
    """One slope of one equation; with `product`, that slope plus `at` times the slope of a product term."""

    equation: int
    slope: int
    product: int | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One estimate: a sum of chains, or the ratio of two sums."""

    measure: str
    predictor: str
    via: tuple[str, ...]
    outcome: str
    chains: tuple[tuple[tuple[Edge, ...], float], ...]
    at: float = float("nan")
    over: tuple[tuple[tuple[Edge, ...], float], ...] = ()


@dataclass(slots=True)
class Roles:
    """Which variable does what."""

    x: tuple[str, ...]
    m: tuple[str, ...]
    y: str
    covariates: tuple[str, ...] = ()
    moderator: str | None = None
    moderates: str = "first"
    serial: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every variable once."""
        extra = () if self.moderator is None else (self.moderator,)
        return (*self.x, *extra, *self.covariates, *self.m, self.y)


@dataclass(slots=True)
class Plan:
    """Columns, regressions and rows of one analysis."""

    columns: list[str]
    products: list[tuple[str, str]]
    equations: list[Equation]
    rows: list[Row] = field(default_factory=list)

    def slope(self, outcome: str, predictor: str) -> tuple[int, int]:
        """The equation of an outcome and the place of a predictor in it."""
        at = self.columns.index(outcome)
        for number, equation in enumerate(self.equations):
            if equation.outcome == at:
                return number, equation.predictors.index(self.columns.index(predictor))
        raise KeyError(outcome)

    def values(self, covariance: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Rows, and standardised rows, (r, b) in covariance matrices (p, p, b)."""
        slopes = [coefficients(covariance, equation) for equation in self.equations]
        known: dict[tuple[Edge, ...], FloatArray] = {}
        spread = np.sqrt(np.einsum("iib->ib", covariance))
        raw, standard = (np.empty((len(self.rows), covariance.shape[2])) for _ in range(2))
        for number, row in enumerate(self.rows):
            found = _sum(row.chains, slopes, known)
            if row.over:
                with np.errstate(divide="ignore", invalid="ignore"):
                    found = found / _sum(row.over, slopes, known)
            raw[number] = found
            ratio = spread[self.columns.index(row.predictor)] / spread[self.columns.index(row.outcome)]
            scaled = not row.over and row.measure != "moderated_mediation"
            standard[number] = found * ratio if scaled else np.nan
        return raw, standard


def _sum(
    chains: Sequence[tuple[tuple[Edge, ...], float]],
    slopes: Sequence[FloatArray],
    known: dict[tuple[Edge, ...], FloatArray],
) -> FloatArray:
    parts = []
    for edges, sign in chains:
        if edges not in known:
            made = _slope(edges[0], slopes)
            for edge in edges[1:]:
                made = made * _slope(edge, slopes)
            known[edges] = made
        parts.append(sign * known[edges])
    return np.asarray(sum(parts[1:], start=parts[0]))


def _slope(edge: Edge, slopes: Sequence[FloatArray]) -> FloatArray:
    own = slopes[edge.equation][edge.slope]
    return own if edge.product is None else own + edge.at * slopes[edge.equation][edge.product]


def plan_of(roles: Roles, at: Sequence[float]) -> Plan:
    """The regressions and estimates of these roles; `at` are the values of the moderator to look at."""
    w = roles.moderator
    early = w is not None and roles.moderates in ("first", "both")
    late = w is not None and roles.moderates in ("second", "both")
    pairs = [(x, str(w)) for x in roles.x] if early else []
    pairs += [(m, str(w)) for m in roles.m] if late else []
    columns = [*roles.names, *(product_name(*pair) for pair in pairs)]
    place = {name: number for number, name in enumerate(columns)}
    equations = []
    for number, m in enumerate(roles.m):
        before = list(roles.m[:number]) if roles.serial else []
        with_w = [str(w), *(product_name(x, str(w)) for x in roles.x)] if early else []
        equations.append(_equation(place, m, [*roles.x, *before, *with_w, *roles.covariates]))
    with_w = [str(w), *(product_name(m, str(w)) for m in roles.m)] if late else []
    equations.append(_equation(place, roles.y, [*roles.x, *roles.m, *with_w, *roles.covariates]))
    plan = Plan(columns, pairs, equations)
    if w is None:
        _plain(plan, roles)
    else:
        _moderated(plan, roles, early, late, at)
    return plan


def product_name(first: str, second: str) -> str:
    """The name of a product column."""
    return f"{first}:{second}"


def _equation(place: dict[str, int], outcome: str, predictors: Sequence[str]) -> Equation:
    return Equation(place[outcome], tuple(place[name] for name in predictors))


def _edge(plan: Plan, outcome: str, predictor: str, w: str | None = None, at: float = 0.0) -> Edge:
    equation, slope = plan.slope(outcome, predictor)
    if w is None:
        return Edge(equation, slope)
    return Edge(equation, slope, plan.slope(outcome, product_name(predictor, w))[1], at)


def _single(measure: str, plan: Plan, outcome: str, predictor: str, w: str | None = None, at: float = np.nan) -> Row:
    edge = _edge(plan, outcome, predictor, w, 0.0 if w is None else at)
    return Row(measure, predictor, (), outcome, (((edge,), 1.0),), at)


def _plain(plan: Plan, roles: Roles) -> None:
    position = {name: number for number, name in enumerate(roles.m)}
    chains = [tuple(roles.m[one] for one in chain) for chain in ordered_subsets(range(len(roles.m)), roles.serial)]
    for x in roles.x:
        plan.rows += [_single("path", plan, m, x) for m in roles.m]
    for m in roles.m:
        if roles.serial:
            plan.rows += [_single("path", plan, m, before) for before in roles.m[: position[m]]]
    plan.rows += [_single("path", plan, roles.y, m) for m in roles.m]
    for x in roles.x:
        direct = ((_edge(plan, roles.y, x),), 1.0)
        ways = []
        for chain in chains:
            stops = [x, *chain, roles.y]
            edges = tuple(_edge(plan, after, before) for before, after in pairwise(stops))
            ways.append((edges, 1.0))
        for chain, way in zip(chains, ways, strict=True):
            plan.rows.append(Row("indirect", x, chain, roles.y, (way,)))
        together = tuple(ways)
        if len(ways) > 1:
            plan.rows.append(Row("total_indirect", x, roles.m, roles.y, together))
        plan.rows.append(Row("direct", x, (), roles.y, (direct,)))
        plan.rows.append(Row("total_effect", x, (), roles.y, (direct, *together)))
        plan.rows.append(Row("proportion_mediated", x, roles.m, roles.y, together, over=(direct, *together)))
        if 1 < len(ways) <= 4:
            for a in range(len(ways)):
                for b in range(a + 1, len(ways)):
                    via = ("+".join(chains[a]), "-", "+".join(chains[b]))
                    difference = ((ways[a][0], 1.0), (ways[b][0], -1.0))
                    plan.rows.append(Row("indirect_difference", x, via, roles.y, difference))


def _moderated(plan: Plan, roles: Roles, early: bool, late: bool, at: Sequence[float]) -> None:
    w = str(roles.moderator)
    for x in roles.x:
        for m in roles.m:
            plan.rows += [_single("path", plan, m, x, w, v) for v in at] if early else [_single("path", plan, m, x)]
    for m in roles.m:
        y = roles.y
        plan.rows += [_single("path", plan, y, m, w, v) for v in at] if late else [_single("path", plan, y, m)]
    for x in roles.x:
        for m in roles.m:
            ways = []
            for value in at:
                edges = (
                    _edge(plan, m, x, w if early else None, value),
                    _edge(plan, roles.y, m, w if late else None, value),
                )
                ways.append((edges, 1.0))
                plan.rows.append(Row("conditional_indirect", x, (m,), roles.y, (ways[-1],), value))
            if early != late:
                equation, product = (
                    plan.slope(m, product_name(x, w)) if early else plan.slope(roles.y, product_name(m, w))
                )
                turned = Edge(equation, product)
                other = _edge(plan, roles.y, m) if early else _edge(plan, m, x)
                plan.rows.append(Row("moderated_mediation", x, (m,), roles.y, (((turned, other), 1.0),)))
            elif len(at) > 1:
                difference = ((ways[-1][0], 1.0), (ways[0][0], -1.0))
                plan.rows.append(Row("indirect_difference", x, (m,), roles.y, difference))
        plan.rows.append(_single("direct", plan, roles.y, x))
