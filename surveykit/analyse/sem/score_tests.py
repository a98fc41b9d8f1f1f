"""What the fit would gain if an equality constraint were released: score tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.sem.compiled import Compiled, restrictions
from surveykit.analyse.sem.fitting import Fitted
from surveykit.errors import SurveykitError
from surveykit.stats.sem_system import System, inverse_within, null_space
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_NONE: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """One equality that can be released: its words, the row of the table it frees (-1: written with ==), its slope."""

    text: str
    row: int
    slope: FloatArray


def score_tests(fitted: Fitted) -> pd.DataFrame:
    """A row an equality constraint, then one for all: constraint, lhs, op, rhs, group, chisq, df, p_value, epc.

    chisq = n g' P g, g the gradient with every row of the table a parameter of its own, P the inverse of the expected
    information within the constraints that stay. `epc` is the expected change of the difference that is now zero. The
    degrees of freedom of all together count what the data can tell (equal loadings and intercepts of all items cannot
    all be released while latent means are free; lavaan counts constraints). Not scaled for robust estimators.
    """
    made = fitted.made
    system, new = _apart(made)
    releases = _releases(fitted, system.size, new)
    if not releases:
        raise SurveykitError.of("SEM-NO-CONSTRAINTS")
    theta = fitted.solution.theta[_owner(made)]
    _, information = system.step(theta)
    gradient = _scaled(fitted, system, theta)
    slopes = np.array([release.slope for release in releases])
    stat, known = _total(gradient, information, fitted.n)
    found = []
    kept = null_space(slopes, system.size)
    for at in range(len(releases)):
        others = np.delete(slopes, at, axis=0)
        basis = null_space(others, system.size)
        found.append(_one(gradient, information, basis, kept, slopes[at], fitted.n))
    rows = [
        {"constraint": release.text, **_named(fitted, release.row), "chisq": stat, "df": df, "epc": change}
        for release, (stat, df, change) in zip(releases, found, strict=True)
    ]
    df = known - kept.shape[1]
    rows.append({"constraint": "all", "lhs": "", "op": "", "rhs": "", "group": "", "chisq": stat, "df": df})
    table = pd.DataFrame(rows)
    table["p_value"] = [
        special.chdtrc(df, stat) if df > 0 else np.nan for df, stat in zip(table["df"], table["chisq"], strict=True)
    ]
    return table[["constraint", "lhs", "op", "rhs", "group", "chisq", "df", "p_value", "epc"]]


def release_tests(fitted: Fitted) -> pd.DataFrame:
    """Score tests of releasing a parameter in every group that shares it: key, chisq, df, p_value, largest first."""
    held = _held(fitted)
    system, new = _apart(fitted.made, held)
    releases = _releases(fitted, system.size, new)
    for at in held:
        slope = np.zeros(system.size)
        slope[new[at]] = 1.0
        releases.append(Release("", int(at), slope))
    keys = np.array([_shared_key(fitted.made, release) for release in releases], dtype=object)
    if not any(keys):
        return pd.DataFrame({"key": [], "chisq": [], "df": [], "p_value": []})
    fixed = fitted.made.values(fitted.solution.theta)[held]
    theta = np.concatenate([fitted.solution.theta[_owner(fitted.made)], fixed])
    _, information = system.step(theta)
    gradient = _scaled(fitted, system, theta)
    slopes = np.array([release.slope for release in releases])
    kept = null_space(slopes, system.size).shape[1]
    rows = []
    for key in dict.fromkeys(key for key in keys.tolist() if key):
        basis = null_space(slopes[keys != key], system.size)
        inverse, loose = inverse_within(information, basis)
        df = basis.shape[1] - kept
        stat = fitted.n * float(gradient @ inverse @ gradient) if df > 0 and loose.shape[1] == 0 else np.nan
        rows.append({"key": key, "chisq": stat, "df": df, "p_value": float(special.chdtrc(max(df, 1), stat))})
    table = pd.DataFrame(rows).dropna(subset=["chisq"])
    return table.sort_values(["p_value", "chisq"], ascending=[True, False], kind="stable").reset_index(drop=True)


def _shared_key(made: Compiled, release: Release) -> str:
    """What `group_partial` calls the parameter that groups share by `group_equal`; nothing for other equalities."""
    if release.row < 0:
        return ""
    row = made.table.rows[release.row]
    if made.parameter[release.row] < 0:
        return row.key
    first = made.table.rows[made.first_row[made.parameter[release.row]]]
    return row.key if row.label.startswith(".") and row.key == first.key and row.group != first.group else ""


def _owner(made: Compiled) -> IntArray:
    """The parameter that each free row of the table has."""
    return np.asarray(made.parameter[made.parameter >= 0])


def _apart(made: Compiled, held: IntArray = _NONE) -> tuple[System, IntArray]:
    """The model with a parameter for every free row and then for those `held`; the new parameter of each row."""
    free = np.concatenate([np.flatnonzero(made.parameter >= 0), held])
    new = np.full(len(made.parameter), -1)
    new[free] = np.arange(len(free))
    groups = []
    for g, group in enumerate(made.system.groups, start=1):
        parameter = np.full(len(group.parameter), -1)
        for at, row in enumerate(made.table.rows):
            if row.group == g and made.element[at] >= 0:
                parameter[made.element[at]] = new[at]
        groups.append(replace(group, parameter=parameter))
    return System(tuple(groups), len(free)), new


def _held(fitted: Fitted) -> IntArray:
    """Rows of later groups that equal intercepts or residual variances of ordered items fix (Wu & Estabrook 2016)."""
    settings = fitted.settings
    if not (settings.wu_estabrook and "thresholds" in settings.group_equal):
        return _NONE
    kinds = {"~1": "intercepts", "~~": "residuals"}
    return np.array(
        [
            at
            for at, (row, p) in enumerate(zip(fitted.made.table.rows, fitted.made.parameter, strict=True))
            if p < 0 and row.group > 1 and not row.user and row.lhs in settings.ordered
            and kinds.get(row.op) in settings.group_equal and row.rhs in ("", row.lhs)
        ],
        dtype=np.int64,
    )  # fmt: skip


def _releases(fitted: Fitted, size: int, new: IntArray) -> list[Release]:
    made = fitted.made
    out = []
    for at, (row, p) in enumerate(zip(made.table.rows, made.parameter, strict=True)):
        if p < 0:
            continue
        if at != made.first_row[p]:
            slope = np.zeros(size)
            slope[new[at]], slope[new[made.first_row[p]]] = 1.0, -1.0
            one = made.table.rows[made.first_row[p]]
            out.append(
                Release(f"{_words(fitted, row.key, row.group)} == {_words(fitted, one.key, one.group)}", at, slope)
            )
    for rule in restrictions(made):
        if rule.equality:
            slope = np.zeros(size)
            slope[new[made.first_row]] = rule.function(fitted.solution.theta)[1]
            out.append(Release(rule.text, -1, slope))
    return out


def _words(fitted: Fitted, key: str, group: int) -> str:
    return f"{key} [{fitted.samples[group - 1].label}]" if len(fitted.samples) > 1 else key


def _named(fitted: Fitted, at: int) -> dict[str, str]:
    if at < 0:
        return {"lhs": "", "op": "==", "rhs": "", "group": ""}
    row = fitted.made.table.rows[at]
    return {"lhs": row.lhs, "op": row.op, "rhs": row.rhs, "group": fitted.samples[row.group - 1].label}


def _scaled(fitted: Fitted, system: System, theta: FloatArray) -> FloatArray:
    """The gradient; of least squares with n - 1 for each group's n, as the statistic has it."""
    out = np.zeros(system.size)
    for group, sample in zip(system.groups, fitted.samples, strict=True):
        own = group.sample.step(group.at(theta))[0] @ group.spread(system.size)
        least_squares = isinstance(group.sample, WeightedStatistics)
        out += group.share * own * ((sample.n - 1) / sample.n if least_squares else 1.0)
    return out


def _total(gradient: FloatArray, information: FloatArray, n: float) -> tuple[float, int]:
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    values, vectors = np.linalg.eigh(information / np.multiply.outer(scale, scale))
    known = values > 1e-9
    turned = vectors.T @ (gradient / scale)
    stat = n * float((turned[known] ** 2 / values[known]).sum())
    return stat, int(known.sum())


def _one(
    gradient: FloatArray, information: FloatArray, basis: FloatArray, kept: FloatArray, slope: FloatArray, n: float
) -> tuple[float, float, float]:
    inverse, loose = inverse_within(information, basis)
    if loose.shape[1] or basis.shape[1] == kept.shape[1]:
        return float("nan"), float("nan"), float("nan")
    move = inverse @ gradient
    return n * float(gradient @ move), 1.0, -float(slope @ move)
