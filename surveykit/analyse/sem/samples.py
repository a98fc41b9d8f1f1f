"""What a fit takes from the data: moments, rows, missing patterns, clusters and weights of each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import table_of
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, weights_of
from surveykit.stats.moments import Moments
from surveykit.stats.sem_missing import Patterns, saturated_moments

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One group: rows used, their covariances (divisor n) and means, and the rows where there are any.

    `index` are the positions of the rows in the data; `patterns` is there where answers are missing.
    """

    label: str
    names: tuple[str, ...]
    n: int
    covariance: FloatArray
    mean: FloatArray
    rows: FloatArray | None = None
    weights: FloatArray | None = None
    clusters: NDArray[np.int64] | None = None
    index: NDArray[np.int64] | None = None
    patterns: Patterns | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """Which columns a fit asks for, and how rows with missing answers are treated."""

    names: tuple[str, ...]
    exogenous: tuple[str, ...]
    group: str | None
    cluster: str | None
    weights: str | None
    fiml: bool


def group_labels(data: Any, group: str | None) -> tuple[str, ...]:
    """Values of the grouping column in the order in which they first appear."""
    if group is None:
        return ("",)
    if isinstance(data, Moments):
        raise SurveykitError.of("SEM-NEEDS-ROWS", f"group {group}", what="group")
    column = table_of(data, [group])[group].dropna()
    labels = tuple(_text(value) for value in pd.unique(column))
    if len(labels) < 2:
        raise SurveykitError.of("SEM-ONE-GROUP", f"column {group}", found=", ".join(labels))
    return labels


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and value == int(value) else str(value)


def samples_of(data: Any, request: Request) -> tuple[list[Sample], list[Problem]]:
    """The sample of each group, and what was left out."""
    if isinstance(data, Moments):
        return _of_moments(data, request)
    values = columns_of(data, request.names).to_numpy()
    problems: list[Problem] = []
    weight = _weights(data, request.weights)
    used = ~np.isnan(values).all(axis=1) if request.fiml else ~np.isnan(values).any(axis=1)
    if request.fiml and request.exogenous:
        x = [request.names.index(name) for name in request.exogenous]
        used &= ~np.isnan(values[:, x]).any(axis=1)
    owner: NDArray[Any] | None = None
    if request.group is not None:
        column = table_of(data, [request.group])[request.group]
        used &= ~column.isna().to_numpy()
        owner = np.array([_text(value) for value in column])
    cluster = None
    if request.cluster is not None:
        column = table_of(data, [request.cluster])[request.cluster]
        used &= ~column.isna().to_numpy()
        cluster = pd.factorize(column)[0].astype(np.int64)
    if weight is not None:
        used &= np.isfinite(weight) & (weight > 0)
        weight = weight * (used.sum() / weight[used].sum())
    left_out = int((~used).sum())
    if left_out:
        problems.append(Problem.of("SEM-ROWS-OUT", "", "note", dropped=left_out, rows=len(used)))
    samples = []
    for label in group_labels(data, request.group):
        mine = np.flatnonzero(used if owner is None else used & (owner == label))
        samples.append(_sample(label, request, values[mine], mine, weight, cluster))
    return samples, problems


def _weights(data: Any, column: str | None) -> FloatArray | None:
    if column is not None:
        return columns_of(data, [column]).to_numpy()[:, 0]
    return None if isinstance(data, Moments) else weights_of(data)


def _sample(
    label: str,
    request: Request,
    rows: FloatArray,
    index: NDArray[np.int64],
    weights: FloatArray | None,
    clusters: NDArray[np.int64] | None,
) -> Sample:
    place = f"group {label}" if label else ""
    p = len(request.names)
    if len(rows) <= 1:
        raise SurveykitError.of("SEM-FEW-ROWS", place, n=len(rows), p=p)
    _constant(rows, request.names, place)
    own = None if weights is None else weights[index]
    ids = None if clusters is None else clusters[index]
    patterns = None
    if request.fiml and np.isnan(rows).any():
        patterns = Patterns.of(rows, own)
        mean, covariance, settled = saturated_moments(patterns)
        if not settled:
            raise SurveykitError.of("SEM-EM", place)
    else:
        total = len(rows) if own is None else own.sum()
        mean = rows.mean(axis=0) if own is None else own @ rows / total
        centred = rows - mean
        covariance = (centred.T @ centred if own is None else (centred * own[:, None]).T @ centred) / total
    _definite(covariance, request.names, len(rows), place)
    return Sample(label, request.names, len(rows), covariance, mean, rows, own, ids, index, patterns)


def _of_moments(data: Moments, request: Request) -> tuple[list[Sample], list[Problem]]:
    for asked, what in ((request.cluster, "cluster"), (request.weights, "weights"), (request.group, "group")):
        if asked is not None:
            raise SurveykitError.of("SEM-NEEDS-ROWS", "", what=what)
    moments = data.select(request.names)
    if moments.n <= 1:
        raise SurveykitError.of("SEM-FEW-ROWS", "", n=moments.n, p=len(request.names))
    covariance = moments.comoment / moments.weight
    flat = [name for name, value in zip(request.names, np.diag(covariance), strict=True) if not value > 0]
    if flat:
        raise SurveykitError([Problem.of("SEM-CONSTANT", f"column {name}") for name in flat])
    _definite(covariance, request.names, moments.n, "")
    problems = []
    if moments.dropped:
        rows = moments.n + moments.dropped
        problems.append(Problem.of("SEM-ROWS-OUT", "", "note", dropped=moments.dropped, rows=rows))
    return [Sample("", request.names, moments.n, covariance, moments.mean)], problems


def _constant(rows: FloatArray, names: Sequence[str], place: str) -> None:
    there = ~np.isnan(rows)
    low = np.where(there, rows, np.inf).min(axis=0)
    high = np.where(there, rows, -np.inf).max(axis=0)
    flat = [name for name, a, b in zip(names, low, high, strict=True) if not b > a]
    if flat:
        where = f", {place}" if place else ""
        raise SurveykitError([Problem.of("SEM-CONSTANT", f"column {name}{where}") for name in flat])


def _definite(covariance: FloatArray, names: Sequence[str], n: int, place: str) -> None:
    unit = np.sqrt(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance / np.multiply.outer(unit, unit))
    if values[0] < 1e-10:
        heavy = np.argsort(-np.abs(vectors[:, 0]))[:3]
        found = ", ".join(names[at] for at in sorted(heavy))
        raise SurveykitError.of("SEM-SAMPLE-NOT-PD", place, names=found, n=n, p=len(names))
