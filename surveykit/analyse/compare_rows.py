"""The rows of a comparison: what every group has, whether the groups differ, by how much, and which pairs do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.compare_outcomes import Groups, Outcome
from surveykit.errors import Problem
from surveykit.stats import studentised_range
from surveykit.stats.effect_sizes import (
    NO_EFFECT,
    Effect,
    cramers_v,
    epsilon_squared,
    eta_squared,
    hedges_g,
    omega_squared,
    rank_biserial,
)
from surveykit.stats.group_means import (
    Differences,
    GroupMeans,
    group_means,
    mean_bounds,
    nps_bounds,
    nps_counts,
    nps_differences,
    pooled_differences,
    share_bounds,
    share_differences,
    welch_differences,
)
from surveykit.stats.group_tests import (
    UNDEFINED,
    GroupTest,
    anova,
    chi_square,
    kruskal,
    mann_whitney,
    nps_heterogeneity,
    welch_anova,
)
from surveykit.stats.intervals import Interval, nps_score, wilson
from surveykit.stats.many_tests import adjusted
from surveykit.stats.medians import median_bounds

Row = dict[str, Any]
SUPPRESSED, SMALL = 10, 30
"""A group under 10 is not shown, one under 30 is flagged (docs/limitations.md)."""

LEVEL_OF = {"mean": "group_mean", "top_box": "top_box", "share": "group_share", "nps": "group_nps"}
INTERVAL_OF = {"mean": "mean_t", "top_box": "wilson", "share": "wilson", "nps": "adjusted_wald"}
DIFFERENCE_OF = {"mean": "mean_difference", "top_box": "share_difference", "share": "share_difference"}
DIFFERENCE_OF["nps"] = "nps_difference"


def base_of(n: float) -> str:
    """How far a number of answers carries: "suppressed", "small" or ""."""
    return "suppressed" if n < SUPPRESSED else "small" if n < SMALL else ""


def blank(outcome: str, role: str, measure: str, method: str, n: float) -> Row:
    """A row with nothing estimated yet."""
    texts = {"outcome": outcome, "role": role, "measure": measure, "group": "", "category": "", "contrast": ""}
    numbers = dict.fromkeys(
        (
            "estimate", "std_error", "conf_low", "conf_high", "sd", "test_statistic", "df1", "df2", "df_error",
            "p_value", "p_adjusted", "adjusted_residual",
        ),
        np.nan,
    )  # fmt: skip
    return {**texts, **numbers, "n": int(n), "base": "", "method": method}


def rows_of(
    outcome: Outcome, groups: Groups, method: str, conf_level: float, adjust: str
) -> tuple[list[Row], list[Problem]]:
    """All rows of one outcome and the problems met."""
    known = np.isfinite(outcome.values) & (groups.codes >= 0)
    values, codes = outcome.values[known], groups.codes[known]
    found = group_means(values, codes, groups.size)
    problems = _group_problems(outcome.name, groups, found)
    if outcome.measure == "category":
        rows, more = _categories(outcome, values, codes, groups, conf_level)
        return rows, [*problems, *more]
    promoters = group_means(outcome.promoters[known], codes, groups.size).mean
    rows = level_rows(outcome, groups.labels, found, promoters, conf_level)
    rows.append(_total(outcome, values, outcome.promoters[known], conf_level))
    usable = np.flatnonzero(found.n > 0)
    if len(usable) < 2:
        problems.append(Problem.of("GROUPS-ONEGROUP", f"outcome {outcome.name}", "warning", found=len(usable)))
        name = DIFFERENCE_OF[outcome.measure]
        return [*rows, blank(outcome.name, "test", name, INTERVAL_OF[outcome.measure], len(values))], problems
    labels = tuple(groups.labels[at] for at in usable)
    codes = np.searchsorted(usable, codes)
    found = GroupMeans(*(getattr(found, part)[usable] for part in GroupMeans.__dataclass_fields__))
    promoters = promoters[usable]
    if method in ("mann_whitney", "kruskal"):
        rows += _medians(outcome, values, codes, labels, conf_level)
        more_rows = _ranked(outcome, values, codes, labels, conf_level, adjust)
    elif outcome.measure == "nps":
        more_rows = _nps(outcome, found, promoters, labels, conf_level, adjust)
    elif outcome.measure == "mean":
        more_rows = _means(outcome, found, labels, method, conf_level, adjust)
    else:
        more_rows = _shares(outcome, values, codes, found, labels, conf_level, adjust)
    if np.isnan(next(row for row in more_rows if row["role"] == "test")["p_value"]):
        problems.append(Problem.of("GROUPS-NOTEST", f"outcome {outcome.name}", "warning"))
    return [*rows, *more_rows], problems


def level_rows(
    outcome: Outcome, labels: tuple[str, ...], found: GroupMeans, promoters: NDArray[np.float64], conf_level: float
) -> list[Row]:
    """The mean, share or NPS of every group with its interval."""
    low, high = level_bounds(outcome.measure, found, promoters, conf_level)
    rows = []
    for at, name in enumerate(labels):
        row = blank(outcome.name, "group", LEVEL_OF[outcome.measure], INTERVAL_OF[outcome.measure], found.n[at])
        row |= {"group": name, "estimate": found.mean[at], "std_error": found.error[at], "conf_low": low[at]}
        row |= {"conf_high": high[at], "sd": np.sqrt(found.variance[at]), "base": base_of(found.n[at])}
        rows.append(row)
    return rows


def level_bounds(measure: str, found: GroupMeans, promoters: NDArray[np.float64], conf_level: float) -> Interval:
    """The interval of each group's level under its measure."""
    if measure == "mean":
        return mean_bounds(found, conf_level)
    if measure == "nps":
        return nps_bounds(found, promoters, conf_level)
    return share_bounds(found, conf_level)


def _total(outcome: Outcome, values: NDArray[np.float64], promoters: NDArray[np.float64], conf_level: float) -> Row:
    everyone = np.zeros(len(values), dtype=np.int64)
    found = group_means(values, everyone, 1)
    row = level_rows(outcome, ("",), found, group_means(promoters, everyone, 1).mean, conf_level)[0]
    return {**row, "role": "total"}


def _test(row: Row, test: GroupTest) -> Row:
    whole = np.isfinite(test.df2) and test.df2 == round(test.df2)
    return {
        **row,
        "test_statistic": test.statistic,
        "df1": test.df1,
        "df2": test.df2 if whole else np.nan,
        "df_error": np.nan if whole else test.df2,
        "p_value": test.p_value,
    }


def _effect(row: Row, effect: Effect) -> Row:
    return {
        **row,
        "estimate": effect.estimate,
        "std_error": effect.error,
        "conf_low": effect.low,
        "conf_high": effect.high,
    }


def contrast(first: str, second: str) -> str:
    """A contrast as it is written in tables."""
    return f"{first} − {second}"


def difference_rows(
    outcome: Outcome, role: str, measure: str, method: str, pairs: list[tuple[int, int]], labels: tuple[str, ...],
    found: Differences, n: NDArray[np.float64], p_adjusted: NDArray[np.float64],
) -> list[Row]:  # fmt: skip
    """A row a pair: first minus second."""
    rows = []
    for at, (i, j) in enumerate(pairs):
        row = blank(outcome.name, role, measure, method, n[i] + n[j])
        df = found.df[at]
        whole = np.isfinite(df) and df == round(df)
        row |= {
            "contrast": contrast(labels[i], labels[j]),
            "estimate": found.estimate[at],
            "std_error": found.error[at],
            "conf_low": found.low[at],
            "conf_high": found.high[at],
            "test_statistic": found.statistic[at],
            "df2": df if whole else np.nan,
            "df_error": np.nan if whole or np.isinf(df) else df,
            "p_value": found.p_value[at],
            "p_adjusted": p_adjusted[at],
            "base": base_of(min(n[i], n[j])),
        }
        rows.append(row)
    return rows


def _pairs(groups: int) -> list[tuple[int, int]]:
    return list(combinations(range(groups), 2))


def _compared(
    outcome: Outcome, found: GroupMeans, labels: tuple[str, ...], method: str, adjust: str,
    differ: Callable[..., Differences], conf_level: float,
) -> list[Row]:  # fmt: skip
    """The one difference as the test of two groups, or a row a pair of more."""
    pairs = _pairs(len(labels))
    first, second = np.array(pairs).T
    made = differ(first, second, conf_level)
    role = "test" if len(labels) == 2 else "pair"
    p = made.p_value if role == "test" else adjusted(made.p_value, adjust)
    return difference_rows(outcome, role, DIFFERENCE_OF[outcome.measure], method, pairs, labels, made, found.n, p)


def _means(
    outcome: Outcome, found: GroupMeans, labels: tuple[str, ...], method: str, conf_level: float, adjust: str
) -> list[Row]:
    total, equal = float(found.n.sum()), method != "welch"
    differ = pooled_differences if equal else welch_differences
    if len(labels) == 2:
        name = "student_t" if equal else "welch_t"
        rows = _compared(outcome, found, labels, name, adjust, lambda *a: differ(found, *a), conf_level)
        row = blank(outcome.name, "effect", "hedges_g", "noncentral", total) | {"contrast": rows[0]["contrast"]}
        return [*rows, _effect(row, hedges_g(found.mean, found.variance, found.n, conf_level))]
    test = anova(found) if equal else welch_anova(found)
    overall = blank(outcome.name, "test", "omega2", "anova" if equal else "welch_anova", total)
    rows = [_effect(_test(overall, test), omega_squared(test, total, conf_level))]
    eta = blank(outcome.name, "effect", "eta2", "point", total)
    rows.append(eta | {"estimate": eta_squared(found.mean, found.variance, found.n)})
    if equal:
        return [*rows, *_compared(outcome, found, labels, "pooled_t", adjust, lambda *a: differ(found, *a), conf_level)]
    return [*rows, *_games_howell(outcome, found, labels, conf_level)]


def _games_howell(outcome: Outcome, found: GroupMeans, labels: tuple[str, ...], conf_level: float) -> list[Row]:
    """Games & Howell 1976: Welch's errors and degrees of freedom with the studentised range of all groups."""
    pairs = _pairs(len(labels))
    first, second = np.array(pairs).T
    made = welch_differences(found, first, second, conf_level)
    p = 1 - studentised_range.cdf(np.abs(made.statistic) * np.sqrt(2), len(labels), made.df)
    half = studentised_range.quantile(conf_level, len(labels), made.df) / np.sqrt(2) * made.error
    wide = replace(made, low=made.estimate - half, high=made.estimate + half, p_value=p)
    return difference_rows(outcome, "pair", "mean_difference", "games_howell", pairs, labels, wide, found.n, p)


def _nps(
    outcome: Outcome, found: GroupMeans, promoters: NDArray[np.float64], labels: tuple[str, ...], conf_level: float,
    adjust: str,
) -> list[Row]:  # fmt: skip
    rows = _compared(
        outcome, found, labels, "adjusted_wald", adjust, lambda *a: nps_differences(found, promoters, *a), conf_level
    )
    if len(labels) == 2:
        return rows
    score, error = nps_score(*nps_counts(found, promoters), found.n_effective, added=3.0)
    overall = blank(outcome.name, "test", "nps_range", "adjusted_wald", float(found.n.sum()))
    spread = float(found.mean.max() - found.mean.min())
    return [_test(overall, nps_heterogeneity(score, error)) | {"estimate": spread}, *rows]


def _shares(
    outcome: Outcome, values: NDArray[np.float64], codes: NDArray[np.int64], found: GroupMeans,
    labels: tuple[str, ...], conf_level: float, adjust: str,
) -> list[Row]:  # fmt: skip
    table = np.zeros((len(labels), 2))
    np.add.at(table, (codes, values.astype(np.int64)), 1)
    test, _ = chi_square(table)
    rows = _compared(outcome, found, labels, "newcombe", adjust, lambda *a: share_differences(found, *a), conf_level)
    role = "effect" if len(labels) == 2 else "test"
    overall = blank(outcome.name, role, "cramers_v", "chi2", len(values))
    if role == "test":
        overall = _test(overall, test)
    effect = cramers_v(test, (len(labels), 2), len(values), conf_level)
    return [_effect(overall, effect), *rows] if role == "test" else [*rows, _effect(overall, effect)]


def _medians(
    outcome: Outcome, values: NDArray[np.float64], codes: NDArray[np.int64], labels: tuple[str, ...], conf_level: float
) -> list[Row]:
    rows = []
    for at, name in enumerate(labels):
        own = values[codes == at]
        median, low, high = median_bounds(own, conf_level)
        row = blank(outcome.name, "median", "group_median", "order_statistics", len(own))
        row |= {"group": name, "estimate": median, "conf_low": low, "conf_high": high, "base": base_of(len(own))}
        rows.append(row)
    return rows


def _ranked(
    outcome: Outcome, values: NDArray[np.float64], codes: NDArray[np.int64], labels: tuple[str, ...],
    conf_level: float, adjust: str,
) -> list[Row]:  # fmt: skip
    parts = [values[codes == at] for at in range(len(labels))]
    role = "test" if len(labels) == 2 else "pair"
    rows = []
    for i, j in _pairs(len(labels)):
        row = blank(outcome.name, role, "rank_biserial", "mann_whitney", len(parts[i]) + len(parts[j]))
        row = _effect(_test(row, mann_whitney(parts[i], parts[j])), rank_biserial(parts[i], parts[j], conf_level))
        least = min(len(parts[i]), len(parts[j]))
        rows.append(row | {"contrast": contrast(labels[i], labels[j]), "base": base_of(least)})
    if role == "test":
        return rows
    for row, p in zip(rows, adjusted([row["p_value"] for row in rows], adjust), strict=True):
        row["p_adjusted"] = p
    test = kruskal(values, codes, len(labels))
    overall = _test(blank(outcome.name, "test", "epsilon2", "kruskal", len(values)), test)
    return [_effect(overall, epsilon_squared(test, len(values), conf_level)), *rows]


def _categories(
    outcome: Outcome, values: NDArray[np.float64], codes: NDArray[np.int64], groups: Groups, conf_level: float
) -> tuple[list[Row], list[Problem]]:
    """Shares of each category in each group, and one test of the whole table."""
    table = np.zeros((groups.size, len(outcome.levels)))
    np.add.at(table, (codes, values.astype(np.int64)), 1)
    sizes = table.sum(axis=1)
    test, residual = chi_square(table)
    n = float(sizes.sum())
    overall = _test(blank(outcome.name, "test", "cramers_v", "chi2", n), test)
    shape = (int(np.count_nonzero(sizes)), int(np.count_nonzero(table.sum(axis=0))))
    effect = cramers_v(test, shape, n, conf_level) if n else NO_EFFECT
    rows = []
    everyone = table.sum(axis=0, keepdims=True)
    whole = np.concatenate([table, everyone])
    bases = np.append(sizes, n)
    low, high = wilson(whole, bases[:, None], conf_level)
    for at, name in enumerate((*groups.labels, "")):
        role = "group" if at < groups.size else "total"
        for column, level in enumerate(outcome.levels):
            share = whole[at, column] / bases[at] if bases[at] else np.nan
            row = blank(outcome.name, role, "category_share", "wilson", bases[at])
            row |= {"group": name, "category": level, "estimate": share, "conf_low": low[at, column]}
            row |= {"conf_high": high[at, column], "sd": np.sqrt(share * (1 - share)), "base": base_of(bases[at])}
            row["std_error"] = row["sd"] / np.sqrt(bases[at]) if bases[at] else np.nan
            row["adjusted_residual"] = residual[at, column] if at < groups.size else np.nan
            rows.append(row)
    problems = []
    if test is UNDEFINED:
        problems.append(Problem.of("GROUPS-NOTEST", f"outcome {outcome.name}", "warning"))
    elif (np.multiply.outer(sizes[sizes > 0], everyone[everyone > 0]) / n < 5).mean() > 0.2:
        problems.append(Problem.of("GROUPS-EXPECTED", f"outcome {outcome.name}", "warning"))
    return [*rows, _effect(overall, effect)], problems


def _group_problems(outcome: str, groups: Groups, found: GroupMeans) -> list[Problem]:
    problems = []
    for name, n in zip(groups.labels, found.n, strict=True):
        place = f"outcome {outcome}, group {name}"
        if n == 0:
            problems.append(Problem.of("GROUPS-EMPTY", place, "warning"))
        elif n < SMALL:
            code = "GROUPS-TINY" if n < SUPPRESSED else "GROUPS-SMALL"
            least = SUPPRESSED if n < SUPPRESSED else SMALL
            problems.append(Problem.of(code, place, "warning", n=int(n), least=least))
    return problems
