"""Kaplan-Meier curves of many cells in one pass: what is still open counts for as long as it has been seen.

Greenwood's variance; intervals on the complementary log-log scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.intervals import normal_quantile
from surveykit.stats.rates import Floats, Rates

TIE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Survival curves: one entry a distinct time of a cell, in order; `start[c]:start[c + 1]` are those of cell c."""

    start: NDArray[np.intp]
    time: Floats
    survival: Floats
    hazard_variance: Floats
    events: Floats
    n: Floats


def curves(cell: NDArray[np.intp], time: ArrayLike, event: ArrayLike, cells: int) -> Curves:
    """Kaplan-Meier curves of cells 0..cells-1 from durations and whether each ended (False: still open, censored).

    S(t) = prod (1 - d / r) over the times up to t, with d ends among r at risk; a case that is censored at a time is
    at risk at it. Durations that are NaN or below zero are left out.
    In R: `survival::survfit(Surv(time, event) ~ cell)`.
    """
    seen, ended = np.asarray(time, dtype=np.float64), np.asarray(event, dtype=np.float64)
    usable = np.isfinite(seen) & (seen >= 0)
    at, seen, ended = np.asarray(cell)[usable], seen[usable], ended[usable]
    order = np.lexsort((seen, at))
    at, seen, ended = at[order], seen[order], ended[order]
    n = np.bincount(at, minlength=cells)
    if not len(at):
        none = np.zeros(0)
        start = np.zeros(cells + 1, dtype=np.intp)
        return Curves(start=start, time=none, survival=none, hazard_variance=none, events=none, n=n.astype(np.float64))
    new = np.r_[True, (at[1:] != at[:-1]) | (seen[1:] != seen[:-1])]
    first = np.flatnonzero(new)
    died = np.add.reduceat(ended, first)
    begin = np.cumsum(n) - n
    risk = (n[at[first]] - (first - begin[at[first]])).astype(np.float64)
    last = died >= risk
    steps = np.where(last, 0.0, np.log1p(-died / np.where(last, np.inf, risk)))
    spread = np.where(last, 0.0, died / (risk * np.where(last, np.inf, risk - died)))
    start = np.searchsorted(at[first], np.arange(cells + 1)).astype(np.intp)
    survival = np.where(last, 0.0, np.exp(_within(steps, start, at[first])))
    return Curves(
        start=start,
        time=seen[first],
        survival=survival,
        hazard_variance=_within(spread, start, at[first]),
        events=np.bincount(at, ended, minlength=cells).astype(np.float64),
        n=n.astype(np.float64),
    )


def _within(values: Floats, start: NDArray[np.intp], cell: NDArray[np.intp]) -> Floats:
    total = np.r_[0.0, np.cumsum(values)]
    return total[1:] - total[start[cell]]


def ended_by(found: Curves, limit: float, conf_level: float = 0.95) -> Rates:
    """1 - S(limit): the share that has ended within `limit`, open cases censored; NaN where no case is seen that long.

    Where a cell's last case is censored before the limit, the share is unknown. Interval: log(-log S).
    """
    cells = len(found.start) - 1
    s, variance = np.full(cells, np.nan), np.full(cells, np.nan)
    for c in range(cells):
        times = found.time[found.start[c] : found.start[c + 1]]
        if not len(times):
            continue
        at = int(np.searchsorted(times, limit, side="right")) - 1
        if at < 0:
            s[c], variance[c] = 1.0, 0.0
        elif at < len(times) - 1 or found.survival[found.start[c] + at] == 0 or times[-1] == limit:
            s[c] = found.survival[found.start[c] + at]
            variance[c] = found.hazard_variance[found.start[c] + at]
    low, high = _loglog(s, variance, conf_level)
    return Rates(
        estimate=1 - s,
        std_error=s * np.sqrt(variance),
        low=1 - high,
        high=1 - low,
        n=found.n,
        method="kaplan_meier_loglog",
    )


def _loglog(s: Floats, variance: Floats, conf_level: float) -> tuple[Floats, Floats]:
    inner = (s > 0) & (s < 1)
    safe = np.where(inner, s, 0.5)
    half = normal_quantile(conf_level) * np.sqrt(np.where(inner, variance, 0.0)) / np.abs(np.log(safe))
    low, high = safe ** np.exp(half), safe ** np.exp(-half)
    return np.where(inner, low, np.nan), np.where(inner, high, np.nan)


def quantile(found: Curves, share: float, conf_level: float = 0.95) -> Rates:
    """The time by which `share` of the cases has ended, open cases censored; NaN where fewer than that have.

    The smallest t with S(t) <= 1 - share; where the curve lies exactly on it, the middle of that step. The bounds are
    the same points of the curve's log(-log) bounds (Brookmeyer & Crowley 1982); a bound that does not come down
    is NaN, and a lower bound may be known where the quantile is not.
    In R: `quantile(survfit(..., conf.type = "log-log"), share)`.
    """
    low, high = _loglog(found.survival, found.hazard_variance, conf_level)
    low, high = np.where(np.isfinite(low), low, 1.0), np.where(np.isfinite(high), high, 1.0)
    values = [_crossing(found, curve, 1 - share) for curve in (found.survival, low, high)]
    estimate, low, high = values
    nothing = np.full_like(estimate, np.nan)
    return Rates(estimate=estimate, std_error=nothing, low=low, high=high, n=found.n, method="kaplan_meier_loglog")


def _crossing(found: Curves, curve: Floats, level: float) -> Floats:
    cells = len(found.start) - 1
    met = np.full(cells, np.nan)
    for c in range(cells):
        span = slice(found.start[c], found.start[c + 1])
        own, times = curve[span], found.time[span]
        down = np.flatnonzero(own <= level + TIE)
        if not len(down):
            continue
        first = int(down[0])
        lower = np.flatnonzero(own < level - TIE)
        flat = abs(own[first] - level) <= TIE and len(lower)
        met[c] = (times[first] + times[int(lower[0])]) / 2 if flat else times[first]
    return met
