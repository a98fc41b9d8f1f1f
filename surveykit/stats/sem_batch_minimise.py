"""Minimises the discrepancies of many draws at once: quasi-Newton steps from a common inverse information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_batch import DrawnSystem

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_STEPS, _MEMORY, _HALVINGS = 120, 20, 12


@dataclass(frozen=True, slots=True, eq=False)
class Minima:
    """Estimates (b, q), discrepancies (b,), and whether each is a minimum."""

    theta: FloatArray
    value: FloatArray
    converged: BoolArray


def minimise_all(system: DrawnSystem, start: FloatArray, inverse: FloatArray, tolerance: float = 1e-11) -> Minima:
    """Minimise every draw from one `start` (q,), within the directions that `inverse` (q, q) leaves.

    Limited-memory BFGS (Nocedal 1980) whose first Hessian is the information of the sample itself: near the estimate
    all draws have nearly that. A draw is done when g' H g < `tolerance`; draws that are done leave the batch.
    """
    draws = len(system.groups[0].share)
    theta = np.tile(start, (draws, 1))
    value = np.full(draws, np.inf)
    converged = np.zeros(draws, dtype=bool)
    active = np.arange(draws)
    at = theta
    here, gradient = system.evaluate(at)
    usable = np.isfinite(here) & np.isfinite(gradient).all(axis=1)
    active, at, here, gradient, system = (
        active[usable],
        at[usable],
        here[usable],
        gradient[usable],
        system.take(np.flatnonzero(usable)),
    )
    pairs: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for _ in range(_STEPS):
        if len(active) == 0:
            break
        direction = -_turned(gradient, inverse, pairs)
        fall = (gradient * direction).sum(axis=1)
        uphill = ~(fall < 0)
        if uphill.any():
            direction[uphill] = -(gradient[uphill] @ inverse)
            fall[uphill] = (gradient[uphill] * direction[uphill]).sum(axis=1)
        done = -fall < tolerance
        moved, there, slope, stuck = _search(system, at, here, gradient, direction, fall, done)
        settled = done | (stuck & (-fall < 1e-9))
        theta[active], value[active] = at, here
        converged[active[settled]] = True
        step, change = moved - at, slope - gradient
        curved = (step * change).sum(axis=1)
        good = curved > 1e-10 * np.sqrt((step**2).sum(axis=1) * (change**2).sum(axis=1))
        pairs = [*pairs[-(_MEMORY - 1) :], (step, change, np.where(good, 1 / np.where(good, curved, 1.0), 0.0))]
        keep = np.flatnonzero(~settled & ~stuck)
        if len(keep) < len(active):
            active, system = active[keep], system.take(keep)
            pairs = [(a[keep], b[keep], c[keep]) for a, b, c in pairs]
            moved, there, slope = moved[keep], there[keep], slope[keep]
        at, here, gradient = moved, there, slope
    return Minima(theta, value, converged)


def _turned(
    gradient: FloatArray, inverse: FloatArray, pairs: list[tuple[FloatArray, FloatArray, FloatArray]]
) -> FloatArray:
    """The inverse Hessian of the pairs so far, times the gradient: the two-loop recursion."""
    out = gradient.copy()
    shares = []
    for step, change, rho in reversed(pairs):
        share = rho * (step * out).sum(axis=1)
        out -= share[:, None] * change
        shares.append(share)
    out = out @ inverse
    for (step, change, rho), share in zip(pairs, reversed(shares), strict=True):
        out += (share - rho * (change * out).sum(axis=1))[:, None] * step
    return out


def _search(
    system: DrawnSystem,
    at: FloatArray,
    here: FloatArray,
    gradient: FloatArray,
    direction: FloatArray,
    fall: FloatArray,
    done: BoolArray,
) -> tuple[FloatArray, FloatArray, FloatArray, BoolArray]:
    """Steps that lower the value enough, halved where they do not; `stuck` where none does."""
    moved, there, slope = at.copy(), here.copy(), gradient.copy()
    size = np.ones(len(at))
    open_ = np.flatnonzero(~done)
    part = system if len(open_) == len(at) else system.take(open_)
    for _ in range(_HALVINGS):
        if len(open_) == 0:
            break
        trial = at[open_] + size[open_, None] * direction[open_]
        value, steep = part.evaluate(trial)
        enough = value <= here[open_] + 1e-4 * size[open_] * fall[open_] + 1e-15
        enough &= np.isfinite(steep).all(axis=1)
        taken = open_[enough]
        moved[taken], there[taken], slope[taken] = trial[enough], value[enough], steep[enough]
        size[open_[~enough]] /= np.where(np.isfinite(value[~enough]), 2, 4)
        part, open_ = part.take(np.flatnonzero(~enough)), open_[~enough]
    stuck = np.zeros(len(at), dtype=bool)
    stuck[open_] = True
    return moved, there, slope, stuck
