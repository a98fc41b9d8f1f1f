"""The CFA marker technique: does a method factor, marked by items of another subject, load on the items of interest?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.sem.public import cfa
from surveykit.analyse.sem.result import StructuralModel
from surveykit.errors import Problem
from surveykit.stats.moments import Moments
from surveykit.stats.sem_robust import chi_square_p

STEPS = ("marker_cfa", "marker_baseline", "marker_c", "marker_u", "marker_r_model")


def ladder(
    moments: Moments, scales: Mapping[str, Sequence[str]], marker: tuple[str, Sequence[str]]
) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    """Fit the ladder of Williams, Hartman & Cavazotte (2010) by ML and test each step.

    CFA: all factors correlated. Baseline: the marker factor uncorrelated with the others, its loadings and residual
    variances fixed at those of the CFA. Method-C: it loads equally on every substantive item. Method-U: it loads on
    each freely. Method-R: the better of C and U with the correlations of the substantive factors fixed at the baseline.
    Factor variances are 1. Returns the steps, the factor correlations of baseline and retained model, and problems.
    """
    name, items = marker
    factors = {factor: list(own) for factor, own in scales.items() if factor != name}
    pairs = [(a, b) for at, a in enumerate(factors) for b in list(factors)[:at]]
    substantive = [item for own in factors.values() for item in own]
    measured = [f"{factor} =~ {' + '.join(own)}" for factor, own in factors.items()]
    first = _fit([*measured, f"{name} =~ {' + '.join(items)}"], moments)
    loading = {item: float(first.estimate(name, "=~", item)["estimate"]) for item in items}
    residual = {item: float(first.estimate(item, "~~", item)["estimate"]) for item in items}
    fixed = [f"{name} =~ " + " + ".join(f"{value!r}*{item}" for item, value in loading.items())]
    fixed += [f"{item} ~~ {value!r}*{item}" for item, value in residual.items()]
    apart = [f"{name} ~~ 0*{factor}" for factor in factors]
    shared = [*measured, *fixed, *apart]
    baseline = _fit(shared, moments)
    equal = _fit([*shared, f"{name} =~ " + " + ".join(f"method*{item}" for item in substantive)], moments)
    free = [*shared, f"{name} =~ " + " + ".join(substantive)]
    fits = {"marker_cfa": first, "marker_baseline": baseline, "marker_c": equal, "marker_u": _fit(free, moments)}
    better = _p(equal, fits["marker_u"]) < 0.05
    chosen = "marker_u" if better else "marker_c"
    base = {pair: float(baseline.estimate(*_placed(baseline, pair))["estimate"]) for pair in pairs}
    held = [f"{a} ~~ {value!r}*{b}" for (a, b), value in base.items()]
    wide = free if better else [*shared, f"{name} =~ " + " + ".join(f"method*{item}" for item in substantive)]
    fits["marker_r_model"] = _fit([*wide, *held], moments)
    against = {"marker_c": "marker_baseline", "marker_u": "marker_c", "marker_r_model": chosen}
    problems = [Problem.of("BIAS-LADDER", step, "warning") for step, fit in fits.items() if not fit.converged]
    rows = [_row(step, fit, against.get(step, ""), fits) for step, fit in fits.items()]
    return pd.DataFrame(rows), _correlations(pairs, base, fits[chosen], chosen), problems


def _fit(lines: Sequence[str], moments: Moments) -> StructuralModel:
    return cfa("\n".join(lines), moments, std_lv=True)


def _placed(fit: StructuralModel, pair: tuple[str, str]) -> tuple[str, str, str]:
    """The covariance row of two factors, in the order in which the model has it."""
    table = fit.estimates
    a, b = pair
    there = ((table["lhs"] == a) & (table["op"] == "~~") & (table["rhs"] == b)).any()
    return (a, "~~", b) if there else (b, "~~", a)


def _p(wide: StructuralModel, narrow: StructuralModel) -> float:
    """p of the difference of two models, either given first."""
    gap = wide.measures["chisq"] - narrow.measures["chisq"]
    df = wide.measures["df"] - narrow.measures["df"]
    return float(chi_square_p(abs(gap), abs(df))) if df else float("nan")


def _row(step: str, fit: StructuralModel, against: str, fits: Mapping[str, StructuralModel]) -> dict[str, Any]:
    found = fit.measures
    row: dict[str, Any] = {
        "measure": step,
        "estimate": found.get("cfi", np.nan),
        "chisq": found["chisq"],
        "df": found.get("df", np.nan),
        "rmsea": found.get("rmsea", np.nan),
        "d_chisq": np.nan,
        "d_df": np.nan,
        "d_p_value": np.nan,
    }
    if against and fit.converged and fits[against].converged:
        other = fits[against].measures
        row["d_chisq"] = abs(found["chisq"] - other["chisq"])
        row["d_df"] = abs(found["df"] - other["df"])
        row["d_p_value"] = float(chi_square_p(row["d_chisq"], row["d_df"]))
    return row


def _correlations(
    pairs: Sequence[tuple[str, str]], base: Mapping[tuple[str, str], float], fit: StructuralModel, step: str
) -> pd.DataFrame:
    rows = []
    for pair in pairs:
        found = fit.estimate(*_placed(fit, pair))
        rows.append(
            {
                "measure": "latent_method_r",
                "item": pair[0],
                "item2": pair[1],
                "estimate": found["estimate"],
                "std_error": found["std_error"],
                "conf_low": found["conf_low"],
                "conf_high": found["conf_high"],
                "p_value": found["p_value"],
                "raw_r": base[pair],
                "method": step,
            }
        )
    return pd.DataFrame(rows)
