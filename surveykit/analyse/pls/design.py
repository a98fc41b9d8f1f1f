"""What a path model asks of the data: columns, blueprints, and the stages of higher-order constructs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.pls.syntax import Spoken
from surveykit.errors import SurveykitError
from surveykit.stats.pls import Blueprint, Scheme, correlations_of
from surveykit.stats.pls_solution import Solution, solve

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Constructs in causal order, their items, and the blueprint over those items."""

    constructs: tuple[str, ...]
    items: tuple[str, ...]
    plan: Blueprint

    @property
    def owner(self) -> tuple[str, ...]:
        """The construct of each item."""
        return tuple(self.constructs[int(np.flatnonzero(row)[0])] for row in self.plan.member)


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """`columns` of the data behind the (first) layout's items; `first` is the stage before, of two."""

    columns: tuple[str, ...]
    final: Layout
    first: Layout | None = None

    def solve(
        self, covariance: FloatArray, scaled: bool, consistent: bool, like: tuple[FloatArray, ...] | None = None
    ) -> tuple[Solution, ...]:
        """The solutions of every stage, the final one last, for covariances (b, p, p) of the columns."""
        if self.first is None:
            return (solve(covariance, self.final.plan, scaled, consistent, like[-1] if like else None),)
        first = solve(covariance, self.first.plan, scaled, False, like[0] if like else None)
        used = correlations_of(covariance) if scaled else covariance
        turn = self._turn(first.weights)
        second = np.swapaxes(turn, 1, 2) @ used @ turn
        return first, solve(second, self.final.plan, scaled, consistent, like[-1] if like else None)

    def _turn(self, weights: FloatArray) -> FloatArray:
        first = self.first or self.final
        turn = np.zeros((len(weights), len(self.columns), len(self.final.items)))
        for at, name in enumerate(self.final.items):
            if name in first.constructs:
                block = first.plan.blocks[first.constructs.index(name)]
                turn[:, block, at] = weights[:, block]
            else:
                turn[:, first.items.index(name), at] = 1.0
        return turn

    def final_items(self, solutions: tuple[Solution, ...]) -> FloatArray:
        """Columns -> final items (b, p, q): an item itself, or the score of a first-stage construct."""
        if self.first is None:
            return np.broadcast_to(np.eye(len(self.columns)), (len(solutions[-1].weights), *[len(self.columns)] * 2))
        return self._turn(solutions[0].weights)

    def composites(self, solutions: tuple[Solution, ...]) -> FloatArray:
        """Columns -> scores of the final constructs (b, p, m), in the units that the weights belong to."""
        own = solutions[-1].weights[:, :, None] * self.final.plan.member
        return np.asarray(self.final_items(solutions) @ own)


def design_of(model: Spoken, scheme: Scheme, higher_order: str) -> Design:
    """The stages of a model; raises for loops, unconnected constructs, and nesting deeper than two orders."""
    measured = model.measurement
    higher = [name for name, terms in measured.items() if set(terms) & set(measured) - {name}]
    for name in higher:
        parts = measured[name]
        if not set(parts) <= set(measured) or set(parts) & set(higher):
            raise SurveykitError.of("PLS-HIGHER", f"construct {name}")
    parts_of = {name: measured[name] for name in higher}
    if not higher:
        layout = _layout(measured, model.formative, model.structure, scheme)
        return Design(layout.items, layout)
    if higher_order == "repeated":
        blocks = {name: _items(name, measured, parts_of) for name in measured}
        structure = dict(model.structure)
        for name, parts in parts_of.items():
            if name in model.formative:
                structure[name] = tuple(dict.fromkeys(structure.get(name, ()) + parts))
            else:
                for part in parts:
                    structure[part] = tuple(dict.fromkeys((*structure.get(part, ()), name)))
        layout = _layout(blocks, model.formative, structure, scheme)
        return Design(layout.items, layout)
    lower = {name: terms for name, terms in measured.items() if name not in higher}
    swapped: dict[str, tuple[str, ...]] = {}
    for outcome, terms in model.structure.items():
        wide = tuple(dict.fromkeys(part for term in terms for part in parts_of.get(term, (term,))))
        for one in parts_of.get(outcome, (outcome,)):
            swapped[one] = tuple(dict.fromkeys(swapped.get(one, ()) + wide))
    first = _layout(lower, model.formative, swapped, scheme)
    inside = {part for parts in parts_of.values() for part in parts}
    blocks = {name: terms for name, terms in measured.items() if name not in inside}
    return Design(first.items, _layout(blocks, model.formative, model.structure, scheme), first)


def _items(name: str, measured: dict[str, tuple[str, ...]], parts_of: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(item for part in parts_of.get(name, (name,)) for item in measured[part])


def _layout(
    blocks: dict[str, tuple[str, ...]],
    formative: frozenset[str],
    structure: dict[str, tuple[str, ...]],
    scheme: Scheme,
) -> Layout:
    linked = {name for outcome, terms in structure.items() for name in (outcome, *terms)}
    alone = [name for name in blocks if name not in linked]
    if alone:
        raise SurveykitError.of("PLS-ALONE", names=", ".join(alone))
    order = _ordered(list(blocks), structure)
    items = tuple(item for name in order for item in blocks[name])
    owner = np.array([at for at, name in enumerate(order) for _ in blocks[name]])
    member = owner[:, None] == np.arange(len(order))
    paths = np.array([[one in structure.get(other, ()) for other in order] for one in order])
    return Layout(order, items, Blueprint(member, tuple(name in formative for name in order), paths, scheme))


def _ordered(names: Sequence[str], structure: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    done: list[str] = []
    left = list(names)
    while left:
        ready = [name for name in left if not set(structure.get(name, ())) & set(left)]
        if not ready:
            raise SurveykitError.of("PLS-LOOP", names=", ".join(left))
        done += ready
        left = [name for name in left if name not in ready]
    return tuple(done)
