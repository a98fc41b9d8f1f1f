"""All groups of a model together: one parameter vector, one discrepancy, its gradient, information and scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_ram import SCALE, Elements, Implied, Matrices, Point, Shape, complete

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class Discrepancy(Protocol):
    """F / 2 of one group's sample against a model."""

    def value(self, point: Point) -> float: ...

    def step(self, point: Point) -> tuple[FloatArray, FloatArray]: ...

    def hessian(self, point: Point) -> FloatArray: ...


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One group: its variables, the values of all elements (fixed ones as they are) and the parameter each one is.

    `parameter` (K,) is -1 for a fixed element. `share` is the group's part of all rows. `derived` are variables whose
    residual variance follows from their scale (ordered answers in the delta parameterisation).
    """

    shape: Shape
    elements: Elements
    values: FloatArray
    parameter: IntArray
    share: float
    sample: Discrepancy
    derived: IntArray

    @property
    def free(self) -> IntArray:
        """Indices of the free elements."""
        return np.flatnonzero(self.parameter >= 0)

    def filled(self, theta: FloatArray) -> FloatArray:
        """Values of all elements at `theta`."""
        values = self.values.copy()
        free = self.free
        values[free] = theta[self.parameter[free]]
        return values

    def at(self, theta: FloatArray) -> Point:
        """The model of this group at `theta`; LinAlgError where it has no moments."""
        values = self.filled(theta)
        matrices = Matrices.of(self.shape, self.elements, values)
        if len(self.derived):
            matrices = complete(self.shape, matrices, self.derived, self.scales(values))
        implied = Implied.of(self.shape, matrices)
        return Point(implied, self.elements, values, self.elements.take(self.free))

    def scales(self, values: FloatArray) -> FloatArray:
        """Scale of each derived variable: one over the standard deviation of its latent response."""
        scale = np.ones(self.shape.size)
        at = self.elements.where(SCALE)
        scale[self.elements.row[at]] = values[at]
        return scale[self.derived]

    def spread(self, size: int) -> FloatArray:
        """0/1 matrix (K_free, q) from free elements to parameters."""
        free = self.free
        out = np.zeros((len(free), size))
        out[np.arange(len(free)), self.parameter[free]] = 1.0
        return out


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Groups that share `size` parameters; everything is per row of all groups together."""

    groups: tuple[Group, ...]
    size: int

    def points(self, theta: FloatArray) -> list[Point]:
        """Every group's model at `theta`; LinAlgError where one has no moments."""
        return [group.at(theta) for group in self.groups]

    def value(self, theta: FloatArray) -> float:
        """F / 2, infinite where the model has no moments or they are not positive definite."""
        return Evaluation(self).value(theta)

    def step(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (q,) and expected information (q, q)."""
        return Evaluation(self).step(theta)

    def hessian(self, theta: FloatArray) -> FloatArray:
        """Second derivatives (q, q)."""
        return Evaluation(self).hessian(theta)


class Evaluation:
    """The discrepancy as a minimiser asks for it: value, step and Hessian at one place share their work."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._spreads = [group.spread(system.size) for group in system.groups]
        self._theta: FloatArray | None = None
        self._points: list[Point] = []

    def _at(self, theta: FloatArray) -> list[Point]:
        if self._theta is None or not np.array_equal(theta, self._theta):
            self._points = self._system.points(theta)
            self._theta = theta.copy()
        return self._points

    def value(self, theta: FloatArray) -> float:
        """F / 2, infinite where the model has no moments or they are not positive definite."""
        total = 0.0
        try:
            with np.errstate(all="ignore"):
                for group, point in zip(self._system.groups, self._at(theta), strict=True):
                    total += group.share * group.sample.value(point)
        except np.linalg.LinAlgError:
            return float("inf")
        return total if np.isfinite(total) else float("inf")

    def step(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gradient (q,) and expected information (q, q)."""
        size = self._system.size
        gradient, information = np.zeros(size), np.zeros((size, size))
        for group, point, spread in zip(self._system.groups, self._at(theta), self._spreads, strict=True):
            one, both = group.sample.step(point)
            gradient += group.share * (one @ spread)
            information += group.share * (spread.T @ both @ spread)
        return gradient, information

    def hessian(self, theta: FloatArray) -> FloatArray:
        """Second derivatives (q, q)."""
        out = np.zeros((self._system.size, self._system.size))
        for group, point, spread in zip(self._system.groups, self._at(theta), self._spreads, strict=True):
            out += group.share * (spread.T @ group.sample.hessian(point) @ spread)
        return out


def null_space(jacobian: FloatArray, size: int) -> FloatArray:
    """Orthonormal basis (q, r) of the directions that linear constraints leave."""
    if len(jacobian) == 0:
        return np.eye(size)
    _, values, vectors = np.linalg.svd(jacobian)
    rank = int((values > 1e-10 * max(values[0], 1e-300)).sum())
    return np.asarray(vectors[rank:].T)


def inverse_within(information: FloatArray, basis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Inverse of the information within span(basis), (q, q), and the directions it does not determine (q, m).

    With directions left over the inverse is NaN.
    """
    inner = basis.T @ information @ basis
    if not np.isfinite(inner).all():
        return np.full(information.shape, np.nan), np.zeros((len(information), 0))
    scale = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    values, vectors = np.linalg.eigh(inner / np.multiply.outer(scale, scale))
    loose = np.abs(values) < 1e-9
    if not np.isfinite(values).all() or loose.any():
        return np.full(information.shape, np.nan), basis @ (vectors[:, loose] / scale[:, None])
    inverse = (vectors / values) @ vectors.T / np.multiply.outer(scale, scale)
    return basis @ inverse @ basis.T, np.zeros((len(information), 0))
