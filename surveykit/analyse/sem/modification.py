"""What would change if a fixed parameter were freed: score tests and expected changes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.sem.fitting import Fitted
from surveykit.stats.sem_ram import COVARIANCE, PATH, Elements, Point
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]
Candidate = tuple[str, str, str]


def candidates(fitted: Fitted) -> list[Candidate]:
    """Cross-loadings, residual and latent covariances that the model does not free; paths where it has paths."""
    made = fitted.made
    names = made.table.roles
    free = set()
    for row, p in zip(made.table.rows, made.parameter, strict=True):
        if p >= 0 or row.exogenous:
            free |= {
                (row.lhs, row.op, row.rhs),
                (row.rhs, row.op, row.lhs) if row.op == "~~" else (row.lhs, row.op, row.rhs),
            }
    factors = [
        name
        for name in names.latent
        if any(r.op == "=~" and r.lhs == name and r.rhs in names.observed for r in made.table.rows)
    ]
    items = [name for name in names.observed if name in names.indicators]
    out: list[Candidate] = [(f, "=~", i) for f in factors for i in items]
    responses = [name for name in names.observed if name not in names.exogenous]
    out += [(a, "~~", b) for a, b in combinations(responses, 2)]
    out += [(a, "~~", b) for a, b in combinations(names.latent, 2)]
    structure = {name for row in made.table.rows if row.op == "~" for name in (row.lhs, row.rhs)}
    if structure:
        out += [(a, "~", b) for a in structure - set(names.exogenous) for b in structure if a != b]
    return [one for one in out if one not in free]


def modification_indices(fitted: Fitted) -> pd.DataFrame:
    """A row a candidate and group: mi (1 df), p_value, epc, and the change in a fully standardised solution.

    mi = n s^2 / (I_cc - I_cf I_ff^-1 I_fc) with s the gradient and I the expected information per row.
    """
    made, theta = fitted.made, fitted.solution.theta
    asked = candidates(fitted)
    place = {name: at for at, name in enumerate(made.variables)}
    kind = np.array([COVARIANCE if op == "~~" else PATH for _, op, _ in asked], dtype=np.int64)
    left = np.array([place[a] for a, _, _ in asked], dtype=np.int64)
    right = np.array([place[b] for _, _, b in asked], dtype=np.int64)
    loading = np.array([op == "=~" for _, op, _ in asked])
    row, col = np.where(loading, right, left), np.where(loading, left, right)
    size = made.system.size
    frames = []
    _, information = made.system.step(theta)
    inner = fitted.solution.basis.T @ information @ fitted.solution.basis
    inverse = fitted.solution.basis @ np.linalg.pinv(inner) @ fitted.solution.basis.T
    for group, sample in zip(made.system.groups, fitted.samples, strict=True):
        point = group.at(theta)
        free = point.free
        both = Elements(
            np.concatenate([free.kind, kind]), np.concatenate([free.row, row]), np.concatenate([free.col, col])
        )
        gradient, expected = group.sample.step(Point(point.implied, point.elements, point.values, both))
        k = len(free)
        slope = gradient[k:] * group.share
        if isinstance(group.sample, WeightedStatistics):
            slope = slope * (sample.n - 1) / sample.n
        cross = group.share * (expected[k:, :k] @ group.spread(size))
        spread = group.share * np.diag(expected)[k:] - ((cross @ inverse) * cross).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            usable = spread > 1e-8 * np.maximum(group.share * np.diag(expected)[k:], 1e-300)
            mi = np.where(usable, fitted.n * slope**2 / spread, np.nan)
            epc = np.where(usable, -slope / spread, np.nan)
        frames.append(
            pd.DataFrame(
                {
                    "group": sample.label,
                    "lhs": [one for one, _, _ in asked],
                    "op": [op for _, op, _ in asked],
                    "rhs": [other for _, _, other in asked],
                    "mi": mi,
                    "p_value": special.chdtrc(1, mi),
                    "epc": epc,
                    "std_epc": epc * _units(point, kind, row, col),
                }
            )
        )
    table = pd.concat(frames, ignore_index=True).dropna(subset=["mi"])
    return table.sort_values("mi", ascending=False, kind="stable").reset_index(drop=True)


def _units(point: Point, kind: FloatArray, row: FloatArray, col: FloatArray) -> FloatArray:
    """Factors that standardise a change: sd(cause) / sd(effect); over residual standard deviations for covariances."""
    total = np.sqrt(np.maximum(np.diag(point.implied.covariance), 0))
    back = np.linalg.inv(point.implied.effects)
    own = np.sqrt(np.maximum(np.diag(back @ point.implied.covariance @ back.T), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(kind == PATH, total[col] / total[row], 1 / (own[row] * own[col]))
