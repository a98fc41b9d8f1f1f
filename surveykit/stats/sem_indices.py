"""Fit indices from test statistics, under lavaan's names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from surveykit.stats.sem_robust import Test

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Robust:
    """Statistics for robust indices: that of the model with its scaling factor, and of the baseline with its own."""

    stat: float
    factor: float
    scaled: float
    null: float
    null_factor: float
    df: float


def cfi(stat: float, df: float, null: float, df_null: float, c: float = 1.0, c_null: float = 1.0) -> float:
    """Comparative fit index (Bentler 1990); with scaling factors the robust one (Brosseau-Liard & Savalei 2014)."""
    top = max(stat - c * df, 0.0)
    bottom = max(stat - c * df, null - c_null * df_null, 0.0)
    if not np.isfinite(top) or not np.isfinite(bottom):
        return NAN
    return 1.0 if bottom == 0 else 1 - top / bottom


def tli(stat: float, df: float, null: float, df_null: float, c: float = 1.0, c_null: float = 1.0) -> float:
    """Tucker-Lewis index, not normed."""
    if df <= 0 or df_null <= 0:
        return 1.0 if df == 0 else NAN
    top, bottom = (stat - c * df) * df_null, (null - c_null * df_null) * df
    return 1 - top / bottom if bottom != 0 else 1.0


def others(stat: float, df: float, null: float, df_null: float) -> dict[str, float]:
    """nfi, pnfi, rfi, ifi, rni."""
    nfi = (null - stat) / null if null > 0 else NAN
    rfi = 1.0
    if df > 0 and df_null > 0 and null > 0:
        rfi = (null / df_null - stat / df) / (null / df_null)
    bottom = null - df
    rni_bottom = null - df_null
    return {
        "nfi": nfi,
        "pnfi": df / df_null * nfi if df_null > 0 else NAN,
        "rfi": rfi,
        "ifi": (null - stat) / bottom if bottom > 0 else NAN,
        "rni": (rni_bottom - (stat - df)) / rni_bottom if rni_bottom != 0 else NAN,
    }


def rmsea(stat: float, df: float, n: float, groups: int = 1, c: float = 1.0) -> float:
    """Root mean square error of approximation (Steiger & Lind 1980)."""
    if not np.isfinite(stat) or not np.isfinite(df):
        return NAN
    if df <= 0:
        return 0.0
    return float(np.sqrt(max(stat / n / df - c / n, 0.0) * groups))


def noncentral_limit(stat: float, df: float, upper_tail: float) -> float:
    """Noncentrality at which a chi-square variable is above `stat` with probability `upper_tail`; 0 if none is."""
    if 1 - special.chdtr(df, stat) >= upper_tail:
        return 0.0

    def gap(noncentrality: float) -> float:
        return float(special.chndtr(stat, df, noncentrality)) - (1 - upper_tail)

    high = max(stat, 1.0)
    while gap(high) > 0:
        high *= 2
    return float(optimize.brentq(gap, 1e-12, high, xtol=1e-10, rtol=1e-12))


def rmsea_interval(
    stat: float, df: float, n: float, groups: int = 1, c: float = 1.0, level: float = 0.90
) -> tuple[float, float]:
    """Interval of RMSEA from the noncentral chi-square distribution."""
    if not np.isfinite(stat) or not np.isfinite(df):
        return NAN, NAN
    if df < 1:
        return 0.0, 0.0
    ends = (noncentral_limit(stat, df, tail) for tail in ((1 - level) / 2, (1 + level) / 2))
    low, high = (float(np.sqrt(c * limit / (n * df) * groups)) for limit in ends)
    return low, high


def rmsea_p(stat: float, df: float, n: float, groups: int = 1, c: float = 1.0, null: float = 0.05) -> float:
    """p of the hypothesis that RMSEA is at most `null`."""
    if not np.isfinite(stat) or not df > 0:
        return NAN
    return 1 - float(special.chndtr(stat, df, n * df * null**2 / c / groups))


def indices(test: Test, null: Test | None, n: float, groups: int, robust: Robust | None) -> dict[str, float]:
    """All incremental and RMSEA measures."""
    out = {"chisq": test.stat, "df": float(test.df), "pvalue": test.p_value}
    scaled = np.isfinite(test.scaled)
    if scaled:
        out |= {"chisq.scaled": test.scaled, "df.scaled": test.df_scaled, "pvalue.scaled": test.p_scaled}
        out |= {"chisq.scaling.factor": test.factor}
        if np.isfinite(test.shift):
            out["chisq.shift.parameters"] = test.shift
    if null is not None:
        out |= {"baseline.chisq": null.stat, "baseline.df": float(null.df), "baseline.pvalue": null.p_value}
        if scaled:
            out |= {"baseline.chisq.scaled": null.scaled, "baseline.df.scaled": null.df_scaled}
            out |= {"baseline.pvalue.scaled": null.p_scaled, "baseline.chisq.scaling.factor": null.factor}
        pairs = [("", (test.stat, test.df, null.stat, null.df))]
        if scaled:
            pairs.append((".scaled", (test.scaled, test.df_scaled, null.scaled, null.df_scaled)))
        for suffix, four in pairs:
            out |= {f"cfi{suffix}": cfi(*four), f"tli{suffix}": tli(*four), f"nnfi{suffix}": tli(*four)}
            out |= {f"{name}{suffix}": value for name, value in others(*four).items()}
        if robust is not None:
            four = (robust.stat, test.df, robust.null, null.df)
            out["cfi.robust"] = cfi(*four, robust.factor, robust.null_factor)
            out["tli.robust"] = tli(*four, robust.factor, robust.null_factor)
    out |= _rmsea(test.stat, test.df, n, groups, 1.0, "", test.stat)
    out["rmsea.ci.level"] = 0.90
    if scaled and np.isfinite(test.shift):
        out |= _rmsea(test.scaled, test.df, n, groups, 1.0, ".scaled", test.scaled)
    elif scaled:
        out |= _rmsea(test.stat, test.trace, n, groups, 1.0, ".scaled", test.stat)
    if robust is not None:
        out |= _rmsea(robust.stat, robust.df, n, groups, robust.factor, ".robust", robust.scaled)
    return out


def _rmsea(
    stat: float, df: float, n: float, groups: int, c: float, suffix: str, for_interval: float
) -> dict[str, float]:
    low, high = rmsea_interval(for_interval, df, n, groups, c)
    return {
        f"rmsea{suffix}": rmsea(stat, df, n, groups, c),
        f"rmsea.ci.lower{suffix}": low,
        f"rmsea.ci.upper{suffix}": high,
        f"rmsea.pvalue{suffix}": rmsea_p(for_interval, df, n, groups, c),
    }
