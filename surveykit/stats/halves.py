"""Split-half reliability over every way of halving a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from surveykit.errors import Problem
from surveykit.stats.classical import item_problems
from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True)
class SplitHalves:
    """Highest (lambda4), lowest (beta) and mean split-half reliability.

    `mean` is the exact mean over all splits even when only some were tried; `complete` says whether all
    were. `best` and `worst` hold the item numbers of one half.
    """

    lambda4: float
    beta: float
    mean: float
    best: tuple[int, ...]
    worst: tuple[int, ...]
    splits: int
    complete: bool
    problems: tuple[Problem, ...] = ()


def _halves(k: int, max_exact: int, draws: int, seed: int) -> np.ndarray:
    half = k // 2
    if k <= max_exact:
        chosen = np.array(list(combinations(range(k), half)))
        return chosen[: len(chosen) // 2] if k % 2 == 0 else chosen
    order = np.random.default_rng(seed).random((draws, k)).argsort(axis=1)
    return order[:, :half]


def half_members(k: int, max_exact: int = 16, draws: int = 10_000, seed: int = 1, as_psych: bool = False) -> FloatArray:
    """1 for each item of the first half, (splits, k); see `split_halves`."""
    halves = _halves(k, max_exact, draws, seed)
    if as_psych and k <= max_exact and k % 2:
        halves = halves[: len(halves) // 2]
    member = np.zeros((len(halves), k))
    member[np.arange(len(halves))[:, None], halves] = 1
    return member


def split_halves(
    matrix: ArrayLike,
    names: Sequence[str] = (),
    max_exact: int = 16,
    draws: int = 10_000,
    seed: int = 1,
    as_psych: bool = False,
) -> SplitHalves:
    """Split-half reliabilities 4 c / total, c the covariance of the two halves (Rulon 1939; Guttman 1945).

    `matrix` (k, k) of correlations (as psych) or covariances. All halvings are tried up to `max_exact`
    items, `draws` random ones beyond, which a Problem tells. With an odd number of items one half has
    one item more, and all C(k, (k - 1) / 2) splits differ. `psych::splitHalf(items, brute = TRUE)`
    (2.2.9) tries only the first half of those in lexicographic order; `as_psych=True` does the same, for
    comparison. With an even number the two agree.
    """
    values = np.asarray(matrix, dtype=np.float64)
    k = len(values)
    labels = tuple(names) or tuple(f"{i + 1}" for i in range(k))
    problems = item_problems(values, labels)
    undefined = [problem for problem in problems if problem.code != "STATS-SINGULAR-ITEMS"]
    if undefined or not np.all(np.isfinite(values)):
        nan = float("nan")
        return SplitHalves(nan, nan, nan, (), (), 0, True, problems)
    member = half_members(k, max_exact, draws, seed, as_psych)
    complete = k <= max_exact
    across = ((member @ values) * (1 - member)).sum(axis=1)
    coefficients: FloatArray = 4 * across / values.sum()
    size = k // 2
    expected = 4 * size * (k - size) / (k * (k - 1)) * (values.sum() - np.trace(values)) / values.sum()
    high, low = int(coefficients.argmax()), int(coefficients.argmin())
    if not complete:
        sampled = Problem.of("STATS-SPLITS-SAMPLED", "", "note", items=k, splits=len(member), seed=seed)
        problems = (*problems, sampled)
    return SplitHalves(
        float(coefficients[high]),
        float(coefficients[low]),
        float(coefficients.mean() if as_psych else expected),
        tuple(int(i) for i in np.flatnonzero(member[high])),
        tuple(int(i) for i in np.flatnonzero(member[low])),
        len(member),
        complete,
        problems,
    )


def lambda4(matrix: ArrayLike, max_exact: int = 16, draws: int = 10_000, seed: int = 1) -> float:
    """Guttman's fourth bound: the highest split-half reliability; see `split_halves`."""
    return split_halves(matrix, (), max_exact, draws, seed).lambda4
