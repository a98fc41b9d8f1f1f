"""Scores scales from raw answers. Reverse-keyed items are reversed here, once, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Method, Scores
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.responses.text import shortened
from surveykit.result import Provenance
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.study import Study

Limits = tuple[float, float]
_UNKNOWN: Limits = (np.nan, np.nan)
_SCORED_ROLES = ("driver", "outcome")
_METHODS = ("mean", "sum", "pomp")


def score(
    data: Responses | pd.DataFrame,
    *,
    questionnaire: Questionnaire | None = None,
    scales: Mapping[str, Sequence[str]] | None = None,
    keys: Mapping[str, int] | None = None,
    limits: Mapping[str, Limits] | Limits | None = None,
    method: Method = "mean",
    max_missing: float = 0.5,
) -> Scores:
    """Score every scale for every row.

    `scales` maps a scale to its items (or to other scales, for a scale of scales); without it, the constructs
    of the study that the answers belong to, else every dimension of the questionnaire that is a driver or an outcome,
    are scored from their scored items. A reverse-keyed item (`keyed` -1 in
    the questionnaire, or `keys={"A1": -1}`) becomes low + high - x; `limits` gives (low, high) for items that no
    questionnaire knows, one pair for all or a pair an item.

    mean: the mean of the answered items, where the share of unanswered ones is at most `max_missing`, else NaN.
    sum: that mean times the number of items. pomp: each item as a percentage of its maximum possible,
    (x - low) / (high - low) x 100, then the mean (Cohen, Cohen, Aiken & West 1999); the only method for items with
    different limits. Raw answers stay as they are.

    Raises SurveykitError: columns that are not there, answers outside the limits, items with different limits, a
    reversed item without limits. In R: `psych::scoreItems(keys, items, min=low, max=high, impute="none")`.
    """
    if isinstance(data, Scores):
        raise SurveykitError.of("RESP-SCORED")
    if method not in _METHODS or not 0 <= max_missing <= 1:
        raise SurveykitError.of("RESP-SCOREARG", method=str(method), max_missing=max_missing)
    form = questionnaire or (data.questionnaire if isinstance(data, Responses) else None)
    known = tuple(data.columns)
    study = data.study if isinstance(data, Responses) else None
    if scales is None and study is not None:
        scales = study.measured(known)
    wanted, problems = _scales(form, scales, known)
    items = list(dict.fromkeys(item for parts in wanted.values() for item in parts if item not in wanted))
    signs = _signs(items, form, keys or {})
    ranges = _ranges(items, form, limits)
    answers = columns_of(data, items)
    _check(answers, signs, ranges, method)
    parts = {
        item: _Part(_keyed(answers[item].to_numpy(), signs[item], ranges[item]), signs[item], ranges[item])
        for item in items
    }
    values: dict[str, NDArray[np.float64]] = {}
    counts: dict[str, list[int]] = {}
    for name in _inner_first(wanted):
        members = [parts[part] for part in wanted[name]]
        made, limit = _one(name, members, method, max_missing)
        values[name] = made
        answered = np.column_stack([~np.isnan(member.values) for member in members])
        counts[name] = _counted(answered, made)
        parts[name] = _Part(made, 1, limit)
    order = list(wanted)
    return Scores(
        values=pd.DataFrame({name: values[name] for name in order}, index=pd.RangeIndex(len(answers))),
        method=method,
        max_missing=max_missing,
        keys={name: tuple((part, parts[part].sign) for part in wanted[name]) for name in order},
        limits={name: parts[name].limits for name in order},
        missing=pd.DataFrame([(name, *counts[name]) for name in order], columns=_COUNTED),
        provenance=Provenance.of(
            "score",
            data=fingerprint_of(data),
            spec=form.fingerprint if form else "",
            method=method,
            max_missing=max_missing,
            scales={name: tuple(parts) for name, parts in wanted.items()} if scales else None,
            keys=dict(keys) if keys else None,
        ),
        problems=tuple(problems),
        names=_names(form, study, order),
        source=data if isinstance(data, Responses) else None,
    )


_COUNTED = ["scale", "n_complete", "n_partial", "n_undefined"]


@dataclass(frozen=True, slots=True)
class _Part:
    """What enters a scale: keyed values, the sign they had, and their limits."""

    values: NDArray[np.float64]
    sign: int
    limits: Limits


def _scales(
    form: Questionnaire | None, scales: Mapping[str, Sequence[str]] | None, known: Sequence[str]
) -> tuple[dict[str, tuple[str, ...]], list[Problem]]:
    if scales is not None:
        wanted = {name: tuple(parts) for name, parts in scales.items()}
        wrong = [name for name, parts in wanted.items() if not parts or len(set(parts)) < len(parts)]
        if wrong or not wanted:
            raise SurveykitError.of("RESP-SCALEITEMS", scales=", ".join(wrong) or "-")
        return wanted, []
    if form is None:
        raise SurveykitError.of("RESP-NOSCALES")
    problems: list[Problem] = []
    found: dict[str, tuple[str, ...]] = {}
    for dimension in form.dimensions:
        scored = [item.code for item in dimension.items if item.scored] if dimension.role in _SCORED_ROLES else []
        present = tuple(code for code in scored if code in known)
        absent = [code for code in scored if code not in known]
        if absent:
            code = "RESP-SCALEPART" if present else "RESP-SCALEGONE"
            values = {"scale": dimension.code, "items": shortened(absent), "count": len(scored)}
            problems.append(Problem.of(code, f"scale {dimension.code}", "warning", **values))
        if present:
            found[dimension.code] = present
    if not found:
        raise SurveykitError.of("RESP-NOSCALES")
    return found, problems


def _signs(items: Sequence[str], form: Questionnaire | None, keys: Mapping[str, int]) -> dict[str, int]:
    wrong = [item for item, sign in keys.items() if sign not in (1, -1) or item not in items]
    if wrong:
        raise SurveykitError.of("RESP-KEYS", items=shortened(wrong))
    clash = [item for item, sign in keys.items() if form and form.has(item) and form.item(item).keyed != sign]
    if clash:
        raise SurveykitError.of("RESP-KEYCLASH", items=shortened(clash))
    return {item: form.item(item).keyed if form and form.has(item) else keys.get(item, 1) for item in items}


def _ranges(
    items: Sequence[str], form: Questionnaire | None, limits: Mapping[str, Limits] | Limits | None
) -> dict[str, Limits]:
    found: dict[str, Limits] = {}
    for item in items:
        scale = form.scale(item) if form and form.has(item) else None
        if scale is not None:
            found[item] = (scale.low, scale.high)
        elif isinstance(limits, Mapping):
            found[item] = limits.get(item, _UNKNOWN)
        else:
            found[item] = limits or _UNKNOWN
    wrong = [item for item, (low, high) in found.items() if low >= high]
    if wrong:
        raise SurveykitError.of("RESP-LIMITS", items=shortened(wrong))
    return found


def _check(answers: pd.DataFrame, signs: Mapping[str, int], ranges: Mapping[str, Limits], method: Method) -> None:
    problems: list[Problem] = []
    for item, (low, high) in ranges.items():
        if np.isnan(low):
            if signs[item] == -1 or method == "pomp":
                problems.append(Problem.of("RESP-NOLIMITS", f"item {item}"))
            continue
        values = answers[item].to_numpy()
        outside = (values < low) | (values > high)
        if outside.any():
            shown = shortened([f"{value:g}" for value in np.unique(values[outside])], 5)
            finding: dict[str, Any] = {"count": int(outside.sum()), "values": shown, "low": low, "high": high}
            problems.append(Problem.of("RESP-OUTSIDE", f"column {item}", **finding))
    if problems:
        raise SurveykitError(problems)


def _keyed(values: NDArray[np.float64], sign: int, limits: Limits) -> NDArray[np.float64]:
    return values if sign == 1 else limits[0] + limits[1] - values


def _one(name: str, members: Sequence[_Part], method: Method, max_missing: float) -> tuple[NDArray[np.float64], Limits]:
    rows = np.column_stack([member.values for member in members])
    ranges = {member.limits for member in members if not np.isnan(member.limits[0])}
    if method == "pomp":
        low = np.array([member.limits[0] for member in members])
        high = np.array([member.limits[1] for member in members])
        rows = (rows - low) / (high - low) * 100
        limit: Limits = (0.0, 100.0)
    elif len(ranges) > 1:
        shown = ", ".join(f"{low:g}-{high:g}" for low, high in sorted(ranges))
        raise SurveykitError.of("RESP-MIXEDLIMITS", f"scale {name}", ranges=shown, method=method)
    else:
        limit = members[0].limits if all(member.limits == members[0].limits for member in members) else _UNKNOWN
    answered = ~np.isnan(rows)
    count = answered.sum(axis=1)
    share = 1 - count / rows.shape[1]
    defined = (count > 0) & (share <= max_missing + 1e-12)
    total = np.where(answered, rows, 0.0).sum(axis=1)
    mean = np.full(len(rows), np.nan)
    mean[defined] = total[defined] / count[defined]
    if method != "sum":
        return mean, limit
    return mean * rows.shape[1], (limit[0] * rows.shape[1], limit[1] * rows.shape[1])


def _counted(answered: NDArray[np.bool_], made: NDArray[np.float64]) -> list[int]:
    """Rows with every part answered, with some and a score, and without a score."""
    undefined = np.isnan(made)
    complete = answered.all(axis=1)
    return [int(complete.sum()), int((~complete & ~undefined).sum()), int(undefined.sum())]


def _inner_first(wanted: Mapping[str, Sequence[str]]) -> list[str]:
    """Scales in an order in which a scale of scales comes after its parts."""
    done: list[str] = []
    while len(done) < len(wanted):
        ready = [
            name for name in wanted if name not in done and all(part in done for part in wanted[name] if part in wanted)
        ]
        if not ready:
            raise SurveykitError.of("RESP-SCALELOOP", scales=", ".join(name for name in wanted if name not in done))
        done += ready
    return done


def _names(form: Questionnaire | None, study: Study | None, scales: Sequence[str]) -> dict[str, dict[str, str]]:
    known = {dimension.code: dimension.name.root for dimension in form.dimensions} if form else {}
    known |= {code: text.root for code, text in study.names.items()} if study else {}
    return {name: dict(known[name]) for name in scales if name in known}
