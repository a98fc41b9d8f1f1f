"""The latent structure behind synthetic answers: who explains whom, with unit variances."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.draws import FloatArray, equicorrelated, stream
from surveykit.spec.model import Model

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Structure:
    """Exogenous constructs that correlate equally, then each endogenous one from its predictors and a residual."""

    exogenous: tuple[str, ...]
    correlation: float
    endogenous: tuple[tuple[str, tuple[tuple[str, float], ...], float], ...]

    def draw(self, n: int, seed: int) -> dict[str, FloatArray]:
        """Standardised values of every construct for n respondents."""
        raw = [stream(seed, f"construct {name}").standard_normal(n) for name in self.exogenous]
        values = dict(zip(self.exogenous, equicorrelated(raw, self.correlation), strict=True))
        for name, parents, residual in self.endogenous:
            value = residual * stream(seed, f"construct {name}").standard_normal(n)
            for parent, weight in parents:
                value = value + weight * values[parent]
            values[name] = value
        return values


def build(constructs: Sequence[str], paths: Mapping[str, Mapping[str, float]], correlation: float) -> Structure:
    """Order the constructs and find the residual that gives each endogenous one unit variance.

    Raises SurveykitError where the paths of a construct explain more than all of its variance, name something that
    is no construct or run in a circle, or where that many constructs cannot all correlate so negatively.
    """
    paths = {name: parents for name, parents in paths.items() if parents}
    strange = {name for name in [*paths, *(p for parents in paths.values() for p in parents)] if name not in constructs}
    if strange:
        known = ", ".join(constructs)
        raise SurveykitError([Problem.of("RESP-SIMUNKNOWN", f"construct {name}", known=known) for name in strange])
    exogenous = tuple(name for name in constructs if name not in paths)
    if len(exogenous) > 1 and correlation <= -1 / (len(exogenous) - 1):
        raise SurveykitError.of("RESP-SIMCORRELATION", correlation=correlation, count=len(exogenous))
    covariance = {(a, b): 1.0 if a == b else correlation for a in exogenous for b in exogenous}
    done = list(exogenous)
    endogenous = []
    for name in Model(structure={outcome: tuple(parents) for outcome, parents in paths.items()}).order:
        parents = paths[name]
        for other in done:
            shared = sum(weight * covariance[parent, other] for parent, weight in parents.items())
            covariance[name, other] = covariance[other, name] = shared
        explained = sum(weight * covariance[name, parent] for parent, weight in parents.items())
        if explained > 1 + _ROUNDING:
            raise SurveykitError.of("RESP-SIMVARIANCE", f"construct {name}", explained=round(explained, 3))
        covariance[name, name] = 1.0
        done.append(name)
        endogenous.append((name, tuple(parents.items()), float(np.sqrt(max(0.0, 1 - explained)))))
    return Structure(exogenous, correlation, tuple(endogenous))
