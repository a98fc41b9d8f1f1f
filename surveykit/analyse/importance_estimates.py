"""Importance with its uncertainty: estimates, resampled estimates, bounds, ranks and pairwise dominance."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.importance_data import Sample
from surveykit.stats.bootstrap_bounds import percentile
from surveykit.stats.importance import complete, conditional, lmg, relative_weights, unit_sums
from surveykit.stats.resampled_weighted import bootstrap_correlations, normal_correlations

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Importance of k units (k,), its resampled values (k, b), and which are not shown to differ from zero (k,)."""

    value: Array
    draws: Array
    doubtful: NDArray[np.bool_]


def linear_estimates(sample: Sample, method: str, n_boot: int, seed: int, conf_level: float) -> Estimates:
    """Shares of R2 in the sample and in resamples of its rows, or in normal samples where there are no rows."""
    value = _measured(sample.correlation[None], sample, method)[:, 0]
    if n_boot < 1 or not np.isfinite(value).all():
        draws = np.empty((len(value), 0))
    else:
        draws = _measured(_resampled(sample, n_boot, seed), sample, method)
    return Estimates(value, draws, _doubtful(sample, conf_level))


def _resampled(sample: Sample, n_boot: int, seed: int) -> Array:
    if sample.rows is not None:
        return bootstrap_correlations(sample.rows, n_boot, seed, sample.weights)
    constant = ~np.isfinite(np.diag(sample.correlation))
    filled = np.where(constant[:, None] | constant[None, :], np.eye(len(constant)), sample.correlation)
    drawn = normal_correlations(filled, sample.n, n_boot, seed)
    drawn[:, constant], drawn[:, :, constant] = np.nan, np.nan
    return drawn


def _measured(correlation: Array, sample: Sample, method: str) -> Array:
    if method == "johnson":
        found = unit_sums(relative_weights(correlation), sample.units)
    else:
        found = lmg(correlation, sample.units)
    return np.where(np.abs(found) < 1e-13, 0.0, found)


def _doubtful(sample: Sample, conf_level: float) -> NDArray[np.bool_]:
    """Units that neither alone nor beside all others have a statistically significant R2.

    A share of R2 is zero only where both are zero, and resampled shares are never zero; each F test is made at half
    the level.
    """
    every = {column for unit in sample.units for column in unit}
    full = _r2(sample.correlation, sorted(every))
    found = []
    for unit in sample.units:
        alone = _r2(sample.correlation, unit)
        gain = full - _r2(sample.correlation, sorted(every - set(unit)))
        tests = ((alone, 1 - alone, sample.n - len(unit) - 1), (gain, 1 - full, sample.n - len(every) - 1))
        p = [_p_value(explained, rest, len(unit), df) for explained, rest, df in tests]
        found.append(min(p) > (1 - conf_level) / 2)
    return np.array(found)


def _r2(correlation: Array, columns: tuple[int, ...] | list[int]) -> float:
    if not columns:
        return 0.0
    chosen = np.nan_to_num(correlation[np.ix_(columns, columns)])
    towards = np.nan_to_num(correlation[list(columns), -1])
    return float(towards @ np.linalg.pinv(chosen, rcond=1e-10, hermitian=True) @ towards)


def _p_value(explained: float, rest: float, df1: int, df2: int) -> float:
    if df2 < 1:
        return 1.0
    return float(special.fdtrc(df1, df2, max(explained, 0.0) / df1 / max(rest / df2, 1e-300)))


def bounds(values: Array, draws: Array, doubtful: NDArray[np.bool_], conf_level: float) -> tuple[Array, Array, Array]:
    """Standard errors and percentile bounds of (k,) values from (k, b) draws; the lower is 0 where it is in doubt."""
    if draws.shape[1] < 2:
        return (np.full(len(values), np.nan),) * 3
    low, high = percentile(draws.T, conf_level)
    low = np.where(doubtful & np.isfinite(low), np.minimum(low, 0.0), np.minimum(low, values))
    error = np.full(len(values), np.nan)
    enough = np.isfinite(draws).sum(axis=1) > 1
    error[enough] = np.nanstd(draws[enough], axis=1, ddof=1)
    return error, low, np.maximum(high, values)


def ranks(values: Array) -> Array:
    """Ranks along the first axis, 1 the largest; ties share their mean rank, NaN values have none."""
    above = (values[None, :] > values[:, None] + 1e-12).sum(axis=1)
    level = (np.abs(values[None, :] - values[:, None]) <= 1e-12).sum(axis=1)
    return np.where(np.isfinite(values), above + (level + 1) / 2, np.nan)


def rank_bounds(drawn: Array, conf_level: float) -> tuple[Array, Array]:
    """The narrowest whole ranks that hold the middle `conf_level` of resampled ranks, (k,) each."""
    if drawn.shape[1] < 100:
        return (np.full(len(drawn), np.nan),) * 2
    tail = (1 - conf_level) / 2
    low = np.nanquantile(drawn, tail, axis=1, method="lower")
    high = np.nanquantile(drawn, 1 - tail, axis=1, method="higher")
    return np.floor(low), np.ceil(high)


def rank_table(names: tuple[str, ...], drawn: Array) -> pd.DataFrame:
    """Share of the resamples in which each predictor has each rank; tied resamples count half for both ranks."""
    k = len(names)
    places = np.arange(1, k + 1)
    down, up = np.floor(drawn)[:, :, None] == places, np.ceil(drawn)[:, :, None] == places
    total = max(int(np.isfinite(drawn).all(axis=0).sum()), 1)
    share = (down.sum(axis=1) + up.sum(axis=1)) / 2 / total if drawn.shape[1] else np.full((k, k), np.nan)
    return pd.DataFrame(
        {"predictor": np.repeat(np.array(names, dtype=object), k), "rank": np.tile(places, k), "share": share.ravel()}
    )


def dominance_tables(names: tuple[str, ...], game: Array, draws: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pairs (who dominates, at which level, how often in resamples) and mean gains by size of the subset.

    `game` (2^k,) is the value of every subset, `draws` (k, b) the resampled importances.
    """
    gains, shares = conditional(game), complete(game)
    general = gains.mean(axis=1)
    rows = []
    for i, j in combinations(range(len(names)), 2):
        first, second = (i, j) if general[i] >= general[j] else (j, i)
        by_size = bool((gains[first] >= gains[second] - 1e-12).all())
        level = "complete" if shares[first, second] == 1 else "conditional" if by_size else "general"
        often = float(np.nanmean(draws[first] > draws[second])) if draws.shape[1] else float("nan")
        rows.append((names[first], names[second], level, float(shares[first, second]), often))
    pairs = pd.DataFrame(rows, columns=["predictor", "predictor2", "dominance", "subset_share", "draw_share"])
    sizes = pd.DataFrame(
        {
            "predictor": np.repeat(np.array(names, dtype=object), len(names)),
            "size": np.tile(np.arange(len(names)), len(names)),
            "estimate": gains.ravel(),
        }
    )
    return pairs, sizes
