"""Which items make which scale, in which direction, and their covariances: what reliability starts from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import columns_of, moments_of, require_table
from surveykit.stats.arrays import standardise
from surveykit.stats.counts import Counts
from surveykit.stats.moments import Moments
from surveykit.stats.pairwise import pairwise
from surveykit.stats.polychoric import polychoric

Missing = Literal["listwise", "pairwise"]
Keys = Mapping[str, int] | Literal["auto"] | None

MOST_CATEGORIES = 20


@dataclass(frozen=True, slots=True, eq=False)
class ScaleMatrix:
    """Items of one scale with their covariances, already turned so that all point the same way."""

    scale: str
    items: tuple[str, ...]
    signs: tuple[int, ...]
    covariance: NDArray[np.float64]
    means: NDArray[np.float64]
    n: int
    polychoric: NDArray[np.float64] | None
    problems: tuple[Problem, ...]


def scale_items(data: Any, scales: Mapping[str, Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    """The scales to analyse: given, else of the study, else of the questionnaire, else all columns as one."""
    if scales is not None:
        found = {name: tuple(items) for name, items in scales.items()}
    elif isinstance(data, Responses) and data.study is not None:
        found = data.study.measured(data.items)
    elif isinstance(data, Responses) and data.questionnaire is not None:
        present = set(data.items)
        found = {
            dimension.code: tuple(i.code for i in dimension.items if i.scored and i.code in present)
            for dimension in data.questionnaire.dimensions
            if dimension.role in ("driver", "outcome")
        }
        found = {name: items for name, items in found.items() if items}
    else:
        if isinstance(data, Moments):
            names = data.names
        else:
            require_table(data)
            names = tuple(str(name) for name in data.columns)
        found = {"scale": names} if names else {}
    if not found or not all(found.values()):
        raise SurveykitError.of("ANALYSE-NOSCALES")
    return found


def scale_matrices(
    data: Any,
    scales: Mapping[str, Sequence[str]],
    keys: Keys,
    missing: Missing,
    with_polychoric: bool,
) -> Iterator[ScaleMatrix]:
    """The matrix of each scale; items are reversed by `keys`, by the questionnaire, or not at all, and it is said."""
    every = tuple(dict.fromkeys(item for items in scales.values() for item in items))
    given = _given_signs(data, keys, every)
    for scale, items in scales.items():
        yield _one(data, scale, tuple(items), given, keys, missing, with_polychoric)


def _given_signs(data: Any, keys: Keys, items: Sequence[str]) -> dict[str, int]:
    if keys == "auto":
        return {}
    if keys is None:
        asked = data.questionnaire if isinstance(data, Responses) else None
        return {item: asked.item(item).keyed for item in items if asked.has(item)} if asked else {}
    unknown = [name for name in keys if name not in items]
    if unknown:
        raise SurveykitError.of("ANALYSE-KEYS", items=", ".join(unknown))
    wrong = [sign for sign in keys.values() if sign not in (1, -1)]
    if wrong:
        raise SurveykitError.of("ANALYSE-KEYVALUE", found=str(wrong[0]))
    return dict(keys)


def _one(
    data: Any,
    scale: str,
    items: tuple[str, ...],
    given: Mapping[str, int],
    keys: Keys,
    missing: Missing,
    with_polychoric: bool,
) -> ScaleMatrix:
    if isinstance(data, Moments) and with_polychoric:
        raise SurveykitError.of("ANALYSE-NOPOLY")
    if isinstance(data, Moments) or (missing == "listwise" and not with_polychoric):
        moments = moments_of(data, items)
        covariance, means, n, rows = moments.covariance, moments.mean, moments.n, None
    else:
        rows = columns_of(data, items).to_numpy(dtype=float)
        covariance, means, n, rows = _from_rows(rows, items, missing)
    signs, problems = _direction(covariance, items, given, keys, f"scale {scale}")
    turned = covariance * np.multiply.outer(signs, signs)
    rho = None
    if with_polychoric and rows is not None:
        found = polychoric(Counts.of(rows, items, levels_of(rows, items)))
        rho = found.correlation * np.multiply.outer(signs, signs)
        problems += list(found.problems)
    return ScaleMatrix(scale, items, tuple(int(sign) for sign in signs), turned, means, n, rho, tuple(problems))


def _from_rows(rows: Any, items: tuple[str, ...], missing: Missing) -> tuple[Any, Any, int, Any]:
    if missing == "listwise":
        moments = Moments.of(rows, items)
        return moments.covariance, moments.mean, moments.n, rows[~np.isnan(rows).any(axis=1)]
    answered = ~np.isnan(rows).all(axis=1)
    found = pairwise(rows, items)
    with np.errstate(invalid="ignore"):
        means = np.array([np.nan if np.isnan(c).all() else np.nanmean(c) for c in rows.T])
    return found.covariance, means, int(answered.sum()), rows


def levels_of(rows: Any, items: Sequence[str]) -> list[tuple[float, ...]]:
    """The whole-number answers that each item has, lowest first; raises for fractions and for too many."""
    levels = []
    for column, item in zip(rows.T, items, strict=True):
        values = np.unique(column[~np.isnan(column)])
        if len(values) > MOST_CATEGORIES or (values != np.round(values)).any():
            raise SurveykitError.of("ANALYSE-POLYCODES", f"item {item}", most=MOST_CATEGORIES, item=item)
        levels.append(tuple(values.tolist()))
    return levels


def _direction(
    covariance: Any, items: tuple[str, ...], given: Mapping[str, int], keys: Keys, place: str
) -> tuple[Any, list[Problem]]:
    signs = np.array([given.get(item, 1) for item in items])
    correlation = np.nan_to_num(standardise(covariance * np.multiply.outer(signs, signs)))
    if len(items) < 2:
        return signs, []
    first = np.linalg.eigh(correlation)[1][:, -1]
    against = first * (1 if first.sum() >= 0 else -1) < -1e-8
    named = ", ".join(item for item, wrong in zip(items, against, strict=True) if wrong)
    if not named:
        return signs, []
    if keys == "auto":
        return np.where(against, -signs, signs), [Problem.of("ANALYSE-REVERSED", place, "warning", items=named)]
    return signs, [Problem.of("ANALYSE-AGAINST", place, "warning", items=named)]
