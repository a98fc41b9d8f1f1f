"""Several answers of the same respondents compared by their ranks (Friedman)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from surveykit.analyse.compare_rows import Row, blank, contrast
from surveykit.analyse.frames import left_out
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of
from surveykit.stats.effect_sizes import kendalls_w
from surveykit.stats.group_means import student
from surveykit.stats.group_tests import friedman, row_ranks
from surveykit.stats.intervals import mean_t
from surveykit.stats.many_tests import adjusted


def repeated_rows(
    data: Any, outcomes: Sequence[str], conf_level: float, adjust: str
) -> tuple[list[Row], list[Problem], int]:
    """Mean ranks of the outcomes, Friedman's test with Kendall's W, and every pair of outcomes by mean rank.

    A pair's interval and test are Student's on the respondents' own rank differences.
    """
    if len(outcomes) < 2:
        raise SurveykitError.of("GROUPS-REPEATED", found=len(outcomes))
    rows = columns_of(data, outcomes).to_numpy(dtype=np.float64)
    complete = ~np.isnan(rows).any(axis=1)
    ranks = row_ranks(rows[complete])
    n = len(ranks)
    problems = left_out("", len(rows) - n, len(rows))
    mean = ranks.mean(axis=0) if n else np.full(len(outcomes), np.nan)
    sd = ranks.std(axis=0, ddof=1) if n > 1 else np.full(len(outcomes), np.nan)
    low, high = mean_t(mean, sd, n, conf_level)
    made: list[Row] = []
    for at, name in enumerate(outcomes):
        row = blank(name, "group", "mean_rank", "mean_t", n)
        made.append(row | {"estimate": mean[at], "std_error": sd[at] / np.sqrt(max(n, 1)), "sd": sd[at]})
        made[-1] |= {"conf_low": low[at], "conf_high": high[at]}
    test, effect = friedman(ranks), kendalls_w(ranks, conf_level)
    overall = blank("", "test", "kendall_w", "friedman", n)
    overall |= {"estimate": effect.estimate, "std_error": effect.error, "conf_low": effect.low}
    overall |= {"conf_high": effect.high, "test_statistic": test.statistic, "df1": test.df1}
    made.append(overall | {"p_value": test.p_value, "p_adjusted": test.p_value})
    if np.isnan(test.p_value):
        problems.append(Problem.of("GROUPS-NOTEST", "", "warning"))
    pairs = list(combinations(range(len(outcomes)), 2))
    first, second = np.array(pairs).T
    gaps = ranks[:, first] - ranks[:, second]
    error = gaps.std(axis=0, ddof=1) / np.sqrt(n) if n > 1 else np.full(len(pairs), np.nan)
    estimate = gaps.mean(axis=0) if n else np.full(len(pairs), np.nan)
    found = student(estimate, error, np.full(len(pairs), float(n - 1)), conf_level)
    for at, p in enumerate(adjusted(found.p_value, adjust)):
        row = blank("", "pair", "rank_difference", "rank_t", n)
        row |= {"contrast": contrast(outcomes[first[at]], outcomes[second[at]]), "estimate": found.estimate[at]}
        row |= {"std_error": found.error[at], "conf_low": found.low[at], "conf_high": found.high[at]}
        row |= {"test_statistic": found.statistic[at], "df2": float(n - 1), "p_value": found.p_value[at]}
        made.append(row | {"p_adjusted": p})
    return made, problems, n
