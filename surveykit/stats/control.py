"""Control charts: limits, run rules, and how often a chart alarms when nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
D2 = 1.1283791670955126
"""Mean of the range of two standard normal values, 2 / sqrt(pi)."""
WESTERN = ("beyond_limit", "two_of_three", "four_of_five", "run_of_eight")
NELSON = ("beyond_limit", "run_of_nine", "trend_of_six", "alternating_fourteen", "two_of_three", "four_of_five",
          "fifteen_within", "eight_outside")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chart:
    """Plotted statistic, centre and limits, all (t,); `z` in units of its standard deviation, NaN where missing."""

    value: FloatArray
    centre: FloatArray
    low: FloatArray
    high: FloatArray
    z: FloatArray
    sigma: float


def individuals(values: ArrayLike, base: int, width: float = 3.0) -> Chart:
    """Single values: centre the mean of the first `base`, sigma their mean moving range / 1.128 (Shewhart)."""
    x = np.asarray(values, dtype=np.float64)
    own = x[:base][np.isfinite(x[:base])]
    centre = float(own.mean()) if len(own) else np.nan
    sigma = float(np.abs(np.diff(own)).mean() / D2) if len(own) > 1 else np.nan
    return _chart(x, np.full(len(x), centre), np.full(len(x), sigma), width, sigma)


def shares(events: ArrayLike, size: ArrayLike, base: int, width: float = 3.0) -> Chart:
    """p chart: sigma sqrt(p (1 - p) / size), limits by point within 0..1; p over the first `base`."""
    d, n = np.asarray(events, dtype=np.float64), np.asarray(size, dtype=np.float64)
    share, wide = _rate(d, n, base)
    sigma = np.sqrt(share * (1 - share) / wide)
    made = _chart(np.where(wide > 0, d / wide, np.nan), np.full(len(d), share), sigma, width, np.nan)
    return Chart(made.value, made.centre, np.maximum(made.low, 0), np.minimum(made.high, 1), made.z, np.nan)


def rates(events: ArrayLike, size: ArrayLike, base: int, width: float = 3.0) -> Chart:
    """u chart: events a unit of exposure, sigma sqrt(u / size), limits by point not under 0."""
    d, n = np.asarray(events, dtype=np.float64), np.asarray(size, dtype=np.float64)
    rate, wide = _rate(d, n, base)
    made = _chart(np.where(wide > 0, d / wide, np.nan), np.full(len(d), rate), np.sqrt(rate / wide), width, np.nan)
    return Chart(made.value, made.centre, np.maximum(made.low, 0), made.high, made.z, np.nan)


def ewma(values: ArrayLike, base: int, weight: float = 0.2, width: float = 2.86) -> Chart:
    """Exponentially weighted mean; sigma sqrt(w / (2 - w) (1 - (1 - w)^2t)); a missing value leaves it as it was."""
    plain = individuals(values, base)
    x = plain.value
    level, made = plain.centre[0] if len(x) else np.nan, np.empty(len(x))
    for at, one in enumerate(x):
        level = level if np.isnan(one) else weight * one + (1 - weight) * level
        made[at] = level
    seen = np.isfinite(x).cumsum()
    sigma = plain.sigma * np.sqrt(weight / (2 - weight) * (1 - (1 - weight) ** (2 * seen)))
    return _chart(np.where(np.isfinite(x), made, np.nan), plain.centre, sigma, width, plain.sigma)


def cusum(values: ArrayLike, base: int, slack: float = 0.5, limit: float = 5.0) -> tuple[Chart, FloatArray]:
    """Two-sided tabular CUSUM in sigmas: the upper sum in `value`, the lower (negative) beside; limits +-`limit`."""
    plain = individuals(values, base)
    up = down = 0.0
    sums = np.full((len(plain.z), 2), np.nan)
    for at, one in enumerate(plain.z):
        if not np.isnan(one):
            up, down = max(0.0, up + one - slack), min(0.0, down + one + slack)
            sums[at] = up, down
    ends = np.full(len(sums), limit)
    largest = np.where(sums[:, 0] >= -sums[:, 1], sums[:, 0], sums[:, 1])
    return Chart(sums[:, 0], np.zeros(len(sums)), -ends, ends, largest, plain.sigma), sums[:, 1]


def _rate(events: FloatArray, size: FloatArray, base: int) -> tuple[float, FloatArray]:
    known = np.isfinite(events) & np.isfinite(size) & (size > 0)
    own = known[:base]
    rate = events[:base][own].sum() / size[:base][own].sum() if own.any() else np.nan
    return float(rate), np.where(known, size, np.nan)


def _chart(x: FloatArray, centre: FloatArray, sigma: FloatArray, width: float, overall: float) -> Chart:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma > 0, (x - centre) / sigma, np.nan)
    return Chart(x, centre, centre - width * sigma, centre + width * sigma, z, overall)


def signals(z: ArrayLike, rules: tuple[str, ...], width: float = 3.0) -> dict[str, BoolArray]:
    """For each rule, the points (..., t) at which it is complete; NaN breaks every run.

    Source: Western Electric 1956; Nelson 1984.
    """
    x = np.asarray(z, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return {rule: RULES[rule](x) if rule in RULES else np.abs(x) > width for rule in rules}


def _within(flags: BoolArray, length: int, least: int) -> BoolArray:
    """Points where `flags` hold there and at `least` times among the last `length`."""
    total = np.cumsum(np.concatenate([np.zeros((*flags.shape[:-1], 1)), flags], axis=-1), axis=-1)
    found = np.zeros(flags.shape, dtype=bool)
    if flags.shape[-1] >= length:
        found[..., length - 1 :] = total[..., length:] - total[..., :-length] >= least
    return found


def _either(high: BoolArray, low: BoolArray, length: int, least: int) -> BoolArray:
    return (_within(high, length, least) & high) | (_within(low, length, least) & low)


def _steps(x: FloatArray) -> FloatArray:
    return np.concatenate([np.full((*x.shape[:-1], 1), np.nan), np.diff(x, axis=-1)], axis=-1)


def _turns(x: FloatArray) -> BoolArray:
    step = _steps(x)
    return np.asarray(step * np.concatenate([np.full((*x.shape[:-1], 1), np.nan), step[..., :-1]], axis=-1) < 0)


RULES: dict[str, Callable[[FloatArray], BoolArray]] = {
    "two_of_three": lambda x: _either(x > 2, x < -2, 3, 2),
    "four_of_five": lambda x: _either(x > 1, x < -1, 5, 4),
    "run_of_eight": lambda x: _either(x > 0, x < 0, 8, 8),
    "run_of_nine": lambda x: _either(x > 0, x < 0, 9, 9),
    "trend_of_six": lambda x: _either(_steps(x) > 0, _steps(x) < 0, 5, 5),
    "alternating_fourteen": lambda x: _within(_turns(x), 12, 12),
    "fifteen_within": lambda x: _within(np.abs(x) < 1, 15, 15),
    "eight_outside": lambda x: _within(np.abs(x) > 1, 8, 8),
}
"""All but the points beyond the limits, which depend on the width."""


def shewhart_run_length(rules: tuple[str, ...], width: float = 3.0, runs: int = 4000, seed: int = 1) -> float:
    """Mean number of points to the first alarm of an unchanged normal process.

    Exact 1 / (2 Phi(-width)) for points beyond the limits alone, else by simulation of `runs` series.
    """
    if rules == ("beyond_limit",):
        return float(1 / (2 * special.ndtr(-width)))
    rng = np.random.default_rng(seed)
    length, done = 0.0, 0
    for _ in range(40):
        z = rng.standard_normal((runs // 10, 1000))
        alarm = np.zeros(z.shape, dtype=bool)
        for found in signals(z, rules, width).values():
            alarm |= found
        first = np.where(alarm.any(axis=1), alarm.argmax(axis=1) + 1, 1000)
        length += first.sum()
        done += int(alarm.any(axis=1).sum())
        if done >= runs:
            break
    return float(length / done) if done else np.inf


def cusum_run_length(slack: float = 0.5, limit: float = 5.0, cells: int = 200) -> float:
    """Mean points to an alarm of the two-sided CUSUM, by the Markov chain of Brook & Evans 1972."""
    wide = 2 * limit / (2 * cells - 1)
    place = np.arange(cells)
    ends = (place[None, :] - place[:, None]) * wide + slack
    chain = special.ndtr(ends + wide / 2) - special.ndtr(ends - wide / 2)
    chain[:, 0] = special.ndtr(-place * wide + slack + wide / 2)
    one_side = np.linalg.solve(np.eye(cells) - chain, np.ones(cells))[0]
    return float(one_side / 2)


def ewma_run_length(weight: float = 0.2, width: float = 2.86, cells: int = 201) -> float:
    """Mean points to an alarm of the EWMA with its final limits, by the chain of Lucas & Saccucci 1990."""
    limit = width * np.sqrt(weight / (2 - weight))
    wide = 2 * limit / cells
    middle = -limit + (np.arange(cells) + 0.5) * wide
    ends = (middle[None, :] - (1 - weight) * middle[:, None]) / weight
    chain = special.ndtr(ends + wide / (2 * weight)) - special.ndtr(ends - wide / (2 * weight))
    lengths = np.linalg.solve(np.eye(cells) - chain, np.ones(cells))
    return float(lengths[cells // 2])


@dataclass(frozen=True, slots=True)
class Pettitt:
    """K, its approximate p, and the position of the last point before the change."""

    k: float
    p_value: float
    last_before: int


def pettitt(values: ArrayLike) -> Pettitt:
    """Pettitt's rank test of one change of level in independent values without gaps.

    U_t = 2 sum of the first t ranks - t (n + 1), K = max |U_t|, p = 2 exp(-6 K^2 / (n^3 + n^2)), at most 1. Source:
    Pettitt 1979. In R: `trend::pettitt.test(x)`.
    """
    x = np.asarray(values, dtype=np.float64)
    n = len(x)
    _, place, counts = np.unique(x, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[place.ravel()]
    u = 2 * ranks.cumsum() - np.arange(1, n + 1) * (n + 1)
    at = int(np.abs(u[:-1]).argmax())
    k = float(np.abs(u[at]))
    return Pettitt(k, float(min(1.0, 2 * np.exp(-6 * k**2 / (n**3 + n**2)))), at)
