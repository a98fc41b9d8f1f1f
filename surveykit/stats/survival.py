"""Time until something happens, with those to whom it has not happened yet: Kaplan-Meier and log-rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from surveykit.stats.intervals import normal_quantile

FloatArray = NDArray[np.float64]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Curve:
    """Survival at the times of events and censorings, all (t,): numbers at risk, events, Greenwood errors, bounds."""

    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    survival: FloatArray
    error: FloatArray
    low: FloatArray
    high: FloatArray
    n: int

    def at(self, time: float) -> float:
        """Survival just after `time`; NaN after the last time seen, unless the curve has reached 0."""
        place = int(np.searchsorted(self.time, time, side="right"))
        if not len(self.time) or (time > self.time[-1] and self.survival[-1] > 0):
            return NAN
        return float(self.survival[place - 1]) if place else 1.0

    def reached(self, share: float) -> tuple[float, float, float]:
        """First time at which survival is `share` or less, and where its bounds are (Brookmeyer & Crowley 1982).

        NaN where it is not reached. A curve that is flat at exactly `share` gives the middle of the flat part.
        """
        return self._first(self.survival, share), self._first(self.low, share), self._first(self.high, share)

    def _first(self, line: FloatArray, share: float) -> float:
        below = np.flatnonzero(line <= share + 1e-9)
        if not len(below):
            return NAN
        start = below[0]
        lower = below[(line[below] < line[start] - 1e-9) & (self.events[below] > 0)]
        if abs(line[start] - share) < 1e-9 and len(lower):
            return float((self.time[start] + self.time[lower[0]]) / 2)
        return float(self.time[start])

    def restricted_mean(self, until: float) -> tuple[float, float]:
        """Mean time up to `until` (area under the curve) and its standard error; `until` within the times seen."""
        inside = self.time < until
        edges = np.concatenate([[0.0], self.time[inside], [until]])
        height = np.concatenate([[1.0], self.survival[inside]])
        area = np.diff(edges) * height
        after = area[::-1].cumsum()[::-1][1:]
        d, r = self.events[inside], self.at_risk[inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where((d > 0) & (r > d), after**2 * d / (r * (r - d)), 0.0)
        return float(area.sum()), float(np.sqrt(terms.sum()))


def kaplan_meier(time: ArrayLike, event: ArrayLike, conf_level: float = 0.95) -> Curve:
    """The product-limit estimate with Greenwood errors and log-log intervals.

    `time` (n,), `event` (n,) 1 where it happened, 0 where observation ended before. Survival is the product of
    1 - events / at risk; its variance S^2 sum d / (r (r - d)); bounds exp(-exp(log(-log S) +- z se)). Bounds are NaN
    where S is 0, and before the first event.
    Source: Kaplan & Meier 1958; Greenwood 1926. In R: `survfit(Surv(time, event) ~ 1, conf.type = "log-log")`.
    """
    t, d = np.asarray(time, dtype=np.float64), np.asarray(event, dtype=np.float64)
    at, place = np.unique(t, return_inverse=True)
    events = np.bincount(place.ravel(), d, len(at)).astype(np.float64)
    leaving = np.bincount(place.ravel(), minlength=len(at)).astype(np.float64)
    risk: FloatArray = np.asarray(leaving[::-1].cumsum()[::-1], dtype=np.float64)
    survival: FloatArray = np.asarray(np.cumprod(1 - events / risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        hazard = np.cumsum(events / (risk * (risk - events)))
        error = np.where(survival > 0, survival * np.sqrt(hazard), np.nan)
        half = normal_quantile(conf_level) * np.sqrt(hazard) / np.log(survival)
        low, high = survival ** np.exp(-half), survival ** np.exp(half)
    fine = (survival > 0) & (survival < 1)
    return Curve(at, risk, events, survival, error, np.where(fine, low, np.nan), np.where(fine, high, np.nan), len(t))


@dataclass(frozen=True, slots=True)
class LogRank:
    """Chi-squared, degrees of freedom, p; observed and expected events a group (g,)."""

    chi2: float
    df: int
    p_value: float
    observed: FloatArray
    expected: FloatArray


def log_rank(time: ArrayLike, event: ArrayLike, group: ArrayLike, size: int) -> LogRank:
    """Test that groups 0..size-1 have one survival; NaN where no event is seen or nothing can vary.

    At each time of events the expected number in a group is its share of those at risk; the variance is
    hypergeometric. Source: Mantel 1966; Peto & Peto 1972. In R: `survdiff(Surv(time, event) ~ group)`.
    """
    t, d, g = np.asarray(time, float), np.asarray(event, float), np.asarray(group, int)
    at, place = np.unique(t, return_inverse=True)
    shape = (len(at), size)
    cell = place.ravel() * size + g
    events = np.bincount(cell, d, len(at) * size).reshape(shape)
    risk = np.bincount(cell, minlength=len(at) * size).reshape(shape)[::-1].cumsum(axis=0)[::-1].astype(float)
    some = events.sum(axis=1) > 0
    events, risk = events[some], risk[some]
    total, all_events = risk.sum(axis=1), events.sum(axis=1)
    share = risk / total[:, None]
    expected = (share * all_events[:, None]).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(total > 1, all_events * (total - all_events) / (total - 1), 0.0)
    variance = np.diag((share * spread[:, None]).sum(axis=0)) - np.einsum("ti,tj,t->ij", share, share, spread)
    off = events.sum(axis=0) - expected
    inverse, rank = np.linalg.pinv(variance, hermitian=True), int(np.linalg.matrix_rank(variance, hermitian=True))
    if size < 2 or rank == 0:
        return LogRank(NAN, max(size - 1, 0), NAN, events.sum(axis=0), expected)
    chi2 = float(off @ inverse @ off)
    return LogRank(chi2, rank, float(stats.chi2.sf(chi2, rank)), events.sum(axis=0), expected)
