"""What the ladder of invariance says of a comparison of means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveykit.analyse.sem.invariance import Invariance
from surveykit.errors import Problem, SurveykitError

GATES = ("warn", "require", "off")
CFI_GUIDE, RMSEA_GUIDE = -0.010, 0.015
"""Changes up to which a step of the ladder is taken to hold (Chen 2007); guides, not tests."""


@dataclass(frozen=True, slots=True, eq=False)
class Gate:
    """`status`: "off", "untested", "partly" (not for every outcome), "held" or "failed"; what the scalar step gave."""

    status: str
    measures: Mapping[str, float]
    problems: tuple[Problem, ...]


def gate_of(gate: str, invariance: Invariance | None, group: str, outcomes: Sequence[str]) -> Gate:
    """Whether means of these outcomes may be compared: metric and scalar steps within the guides of Chen (2007).

    "require" raises SurveykitError GROUPS-GATE unless the ladder was climbed for every outcome and held.
    """
    if gate == "off" or not outcomes:
        return Gate("off", {}, ())
    if invariance is not None and invariance.group != group:
        raise SurveykitError.of("GROUPS-OTHERLADDER", other=invariance.group, group=group)
    if invariance is None:
        return _refused(gate, Gate("untested", {}, (Problem.of("GROUPS-UNTESTED", "", "note", group=group),)))
    steps = invariance.table.set_index("ladder")
    scalar = steps.loc["scalar"]
    shown = {f"scalar_{name}": float(scalar[name]) for name in ("d_chisq", "d_df", "d_p_value", "d_cfi", "d_rmsea")}
    needed = steps.loc[[step for step in ("metric", "scalar") if step in steps.index]]
    known = np.isfinite(needed[["d_cfi", "d_rmsea"]].to_numpy(dtype=float)).all()
    held = known and (needed["d_cfi"] >= CFI_GUIDE).all() and (needed["d_rmsea"] <= RMSEA_GUIDE).all()
    if not held:
        return _refused(gate, Gate("failed", shown, (Problem.of("GROUPS-NOTINVARIANT", "", "warning", group=group),)))
    beside = [name for name in outcomes if name not in set(invariance.latent_means["lhs"])]
    if beside:
        problem = Problem.of("GROUPS-NOTINLADDER", "", "note", names=", ".join(beside))
        return _refused(gate, Gate("partly", shown, (problem,)))
    return Gate("held", shown, ())


def _refused(gate: str, found: Gate) -> Gate:
    if gate == "require":
        raise SurveykitError(found.problems)
    return found
