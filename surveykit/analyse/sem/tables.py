"""The table of estimates of a fitted model, explained variances, and its moments for residuals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.sem.compiled import known_values
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.standardise import spread_of, standardised

FloatArray = NDArray[np.float64]


def estimates(fitted: Fitted, conf_level: float) -> pd.DataFrame:
    """A row a parameter and defined parameter; a fixed one has standard error 0 and no test."""
    made, solution = fitted.made, fitted.solution
    theta = solution.theta
    rows = [row for row in made.table.rows]
    spread = spread_of(made, theta)
    values, slopes = spread.values, spread.value_slopes
    known = known_values(made, theta)
    defined = [constraint.lhs for constraint in made.table.constraints if constraint.op == ":="]
    if defined:
        values = np.concatenate([values, [known[name][0] for name in defined]])
        slopes = np.vstack([slopes, *[known[name][1] for name in defined]])
    variance = ((slopes @ solution.covariance) * slopes).sum(axis=1)
    moving = np.abs(slopes).sum(axis=1) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(moving, np.sqrt(np.where(variance >= -1e-12, np.maximum(variance, 0), np.nan)), 0.0)
        z = np.where(error > 0, values / error, np.nan)
    reach = special.ndtri((1 + conf_level) / 2) * error
    by_latent, by_all = (standardised(made, theta, part, spread) for part in (False, True))
    all_error = np.where(moving | (np.abs(by_all.slopes).sum(axis=1) > 0), by_all.errors(solution.covariance), 0.0)
    labels = [sample.label for sample in fitted.samples]
    label = ["" if row.label.startswith(".") else row.label for row in rows] + defined
    expressions = [c.rhs for c in made.table.constraints if c.op == ":="]
    return pd.DataFrame(
        {
            "lhs": [row.lhs for row in rows] + defined,
            "op": [row.op for row in rows] + [":="] * len(defined),
            "rhs": [row.rhs for row in rows] + expressions,
            "group": [labels[row.group - 1] for row in rows] + [""] * len(defined),
            "label": label,
            "free": [bool(p >= 0) for p in made.parameter] + [True] * len(defined),
            "estimate": values,
            "std_error": error,
            "z": z,
            "p_value": 2 * special.ndtr(-np.abs(z)),
            "conf_low": values - reach,
            "conf_high": values + reach,
            "std_lv": by_latent.values,
            "std_all": by_all.values,
            "std_all_error": all_error,
        }
    )


def explained(fitted: Fitted) -> pd.DataFrame:
    """R2 of every variable that something explains, by group."""
    made = fitted.made
    found = []
    values = made.values(fitted.solution.theta)
    for g, (group, sample) in enumerate(zip(made.system.groups, fitted.samples, strict=True), start=1):
        variance = np.diag(group.at(fitted.solution.theta).implied.covariance)
        effects = {row.rhs if row.op == "=~" else row.lhs for row in made.table.rows if row.op in ("=~", "~")}
        for row, value in zip(made.table.rows, values, strict=True):
            if row.group == g and row.op == "~~" and row.lhs == row.rhs and row.lhs in effects:
                total = variance[made.variables.index(row.lhs)]
                r2 = 1 - value / total if total > 0 and value >= 0 else np.nan
                found.append((sample.label, row.lhs, r2))
    return pd.DataFrame(found, columns=["group", "item", "r2"])
