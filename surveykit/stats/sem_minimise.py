"""Minimises a discrepancy by Fisher scoring inside a linear subspace, with step halving and damping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

STEPS = 250
TOLERANCE = 1e-15


@dataclass(frozen=True, slots=True, eq=False)
class Minimum:
    """Parameters (q,), the discrepancy there, steps taken, and whether a minimum was reached.

    `decrement` is g' I^-1 g at the end: the squared distance to the minimum in units of standard errors over n.
    """

    theta: FloatArray
    value: float
    steps: int
    converged: bool
    decrement: float


def minimise(
    value: Callable[[FloatArray], float],
    step: Callable[[FloatArray], tuple[FloatArray, FloatArray]],
    start: FloatArray,
    basis: FloatArray,
    hessian: Callable[[FloatArray], FloatArray] | None = None,
    tolerance: float = TOLERANCE,
) -> Minimum:
    """Minimise over start + span(basis), basis (q, r) with full column rank.

    `value` is infinite outside the model's domain. `step` gives gradient and information. Scoring turns to Newton
    steps with `hessian`, where given, once close; a step that does not lower the value is halved, then damped.
    """
    theta = start.copy()
    here = value(theta)
    decrement = float("inf")
    damping = 0.0
    if not np.isfinite(here):
        return Minimum(theta, here, 0, False, decrement)
    for count in range(STEPS):
        gradient, information = step(theta)
        slope = basis.T @ gradient
        curved = hessian(theta) if hessian is not None and count >= 3 and decrement < 1e-2 else None
        direction = _direction(slope, basis.T @ information @ basis, damping)
        decrement = -float(slope @ direction)
        if curved is not None:
            newton = _newton(slope, basis.T @ curved @ basis)
            direction = direction if newton is None else newton
        if decrement < tolerance:
            return Minimum(theta, here, count, True, decrement)
        move = basis @ direction
        size, taken = 1.0, False
        for _ in range(12):
            there = value(theta + size * move)
            if there <= here - 1e-4 * size * max(decrement, 0.0) or (decrement < 1e-10 and there <= here + 1e-14):
                theta, here, taken = theta + size * move, there, True
                break
            size /= 2 if np.isfinite(there) else 4
        if taken:
            damping = damping / 10 if size == 1.0 else damping
        elif decrement < 1e-11:
            return Minimum(theta, here, count, True, decrement)
        else:
            damping = max(damping * 100, 1e-4)
            if damping > 1e8:
                break
    return Minimum(theta, here, STEPS, decrement < 1e-9, decrement)


def _direction(slope: FloatArray, information: FloatArray, damping: float) -> FloatArray:
    """Scoring step, always downhill; directions in which the information is next to nothing are left alone."""
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    scaled = information / np.multiply.outer(scale, scale)
    if damping:
        scaled = scaled + damping * np.eye(len(scale))
    try:
        root = np.linalg.cholesky(scaled)
        if np.diag(root).min(initial=1.0) > 1e-5:
            half = np.linalg.solve(root, -slope / scale)
            return np.linalg.solve(root.T, half) / scale
    except np.linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(scaled)
    keep = np.abs(values) > 1e-10 * max(values[-1], 1.0)
    kept = vectors[:, keep]
    return (kept @ ((kept.T @ (-slope / scale)) / np.abs(values[keep]))) / scale


def _newton(slope: FloatArray, hessian: FloatArray) -> FloatArray | None:
    try:
        root = np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return None
    return np.linalg.solve(root.T, np.linalg.solve(root, -slope))
