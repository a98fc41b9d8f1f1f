"""Time until something happens for one of several reasons: cumulative incidence (Aalen-Johansen)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import normal_quantile


@dataclass(frozen=True, slots=True, eq=False)
class Incidence:
    """Times (t,) and, for each reason, its cumulative incidence with errors and bounds, (reasons, t)."""

    time: FloatArray
    at_risk: FloatArray
    share: FloatArray
    error: FloatArray
    low: FloatArray
    high: FloatArray

    def at(self, time: float) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Share, error and bounds of every reason just after `time`; NaN beyond the last time seen."""
        count = len(self.share)
        if not len(self.time) or time > self.time[-1]:
            nothing = np.full(count, np.nan)
            return nothing, nothing, nothing, nothing
        place = int(np.searchsorted(self.time, time, side="right"))
        if not place:
            zero, nothing = np.zeros(count), np.full(count, np.nan)
            return zero, zero, nothing, nothing
        return tuple(part[:, place - 1] for part in (self.share, self.error, self.low, self.high))  # type: ignore[return-value]


def cumulative_incidence(time: ArrayLike, reason: ArrayLike, reasons: int, conf_level: float = 0.95) -> Incidence:
    """The share that has left for each reason by each time, those who left for another no longer at risk.

    `time` (n,); `reason` (n,) 0 where observation ended before, 1..`reasons` otherwise. I_k(t) = sum over t_i <= t of
    S(t_i-) d_ki / n_i, S the Kaplan-Meier curve of leaving for any reason. Variance by the delta method (Marubini &
    Valsecchi 1995): sum (I(t) - I(t_i))^2 d_i / (n_i (n_i - d_i)) + S(t_i-)^2 d_ki (n_i - d_ki) / n_i^3 - 2 (I(t) -
    I(t_i)) S(t_i-) d_ki / n_i^2. Bounds on the log(-log) scale (Choudhury 2002), NaN where the share is 0 or 1.
    Summed over the reasons the shares are 1 - S. In R: `survival::survfit(Surv(time, factor(reason)) ~ 1)` (the same
    errors), `cmprsk::cuminc` (errors larger by about n / (n - 1)).
    """
    t, k = np.asarray(time, dtype=np.float64), np.asarray(reason, dtype=np.int64)
    at, place = np.unique(t, return_inverse=True)
    steps = len(at)
    cells = np.bincount(place.ravel() * (reasons + 1) + k, minlength=steps * (reasons + 1)).reshape(steps, reasons + 1)
    d = cells[:, 1:].T.astype(np.float64)
    n = cells.sum(axis=1)[::-1].cumsum()[::-1].astype(np.float64)
    every = d.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        survival = np.cumprod(1 - every / n)
        before = np.concatenate([[1.0], survival[:-1]])[:steps]
        share = np.cumsum(before * d / n, axis=1)
        hazard = np.where(n > every, every / (n * (n - every)), 0.0)
        own = before**2 * d * (n - d) / n**3
        cross = before * d / n**2
        # expand (I(t) - I(t_i)) so that every sum is a running one
        a0, a1, a2 = (np.cumsum(hazard * share**power, axis=1) for power in (0, 1, 2))
        c0, c1 = np.cumsum(cross, axis=1), np.cumsum(cross * share, axis=1)
        variance = share**2 * a0 - 2 * share * a1 + a2 + np.cumsum(own, axis=1) - 2 * (share * c0 - c1)
        error = np.sqrt(np.maximum(variance, 0.0))
        inner = (share > 0) & (share < 1 - 1e-12)
        reach = np.where(inner, normal_quantile(conf_level) * error / (share * np.log(share)), 0.0)
        ends = [np.where(inner, share ** np.exp(side * reach), np.nan) for side in (-1, 1)]
    low, high = np.fmin(*ends), np.fmax(*ends)
    return Incidence(at, n, share, error, low, high)
