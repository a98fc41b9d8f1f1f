"""The estimates of a path model as one list of named numbers, the same for the sample and for every resample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.pls.design import Layout
from surveykit.stats.pls_solution import Solution, several

FloatArray = NDArray[np.float64]
KEYS = ("measure", "scale", "predictor", "item")


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The keys of the estimates, and where each stands in a solution."""

    keys: pd.DataFrame
    edges: tuple[NDArray[np.intp], ...]
    reached: tuple[NDArray[np.intp], ...]
    passed: tuple[NDArray[np.intp], ...]
    explained: NDArray[np.intp]
    measured: NDArray[np.intp]


def names_of_estimates(layout: Layout) -> Names:
    """What is estimated in this layout, in the order of `values_of`."""
    plan, constructs = layout.plan, layout.constructs
    paths = plan.paths.astype(int)
    reach, power = paths.copy(), paths
    far = np.zeros_like(paths)
    for _ in range(len(constructs) - 1):
        power = ((power @ paths) > 0).astype(int)
        reach |= power
        far |= power
    edges, reached, passed = (tuple(np.nonzero(one)) for one in (paths, reach, far))
    explained = np.flatnonzero(paths.any(axis=0))
    measured = np.array(several(plan), dtype=int)
    rows: list[tuple[str, str, str, str]] = []
    rows += [("pls_path", constructs[j], constructs[i], "") for i, j in zip(*edges, strict=True)]
    rows += [("pls_indirect", constructs[j], constructs[i], "") for i, j in zip(*passed, strict=True)]
    rows += [("pls_total", constructs[j], constructs[i], "") for i, j in zip(*reached, strict=True)]
    rows += [("r2", constructs[j], "", "") for j in explained]
    rows += [("f2", constructs[j], constructs[i], "") for i, j in zip(*edges, strict=True)]
    for measure in ("loading", "pls_weight"):
        rows += [(measure, owner, "", item) for owner, item in zip(layout.owner, layout.items, strict=True)]
    for measure in ("alpha_standardised", "rho_a", "composite_reliability", "ave"):
        rows += [(measure, constructs[j], "", "") for j in measured]
    rows += [
        ("htmt", constructs[measured[i]], constructs[measured[j]], "")
        for i, j in zip(*np.tril_indices(len(measured), -1), strict=True)
    ]
    keys = pd.DataFrame(rows, columns=list(KEYS))
    return Names(keys, edges, reached, passed, explained, measured)


def values_of(solution: Solution, names: Names) -> FloatArray:
    """The estimates (b, r) of a solution."""
    s = solution
    pick = names.measured
    indirect = s.total - s.paths
    parts = [
        s.paths[:, names.edges[0], names.edges[1]],
        indirect[:, names.passed[0], names.passed[1]],
        s.total[:, names.reached[0], names.reached[1]],
        s.r2[:, names.explained],
        s.f2[:, names.edges[0], names.edges[1]],
        s.loadings,
        s.weights,
        s.alpha[:, pick],
        s.rho_a[:, pick],
        s.rho_c[:, pick],
        s.ave[:, pick],
        s.htmt,
    ]
    return np.concatenate(parts, axis=1)
