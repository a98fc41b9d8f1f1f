"""Bootstrap errors and intervals of every parameter and defined parameter."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.sem.acceleration import acceleration
from surveykit.analyse.sem.compiled import known_values
from surveykit.analyse.sem.expressions import Expression
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.resample import fitted_draws
from surveykit.analyse.sem.standardise import spread_of
from surveykit.errors import SurveykitError

FloatArray = NDArray[np.float64]
Interval = Literal["percentile", "bca"]


def bootstrap(fitted: Fitted, n_boot: int, seed: int, interval: Interval, conf_level: float) -> pd.DataFrame:
    """A row a parameter: lhs, op, rhs, group, estimate, std_error, conf_low, conf_high, n_boot and failed.

    `n_boot` counts the draws with estimates, `failed` those without (a model that does not converge, an answer that no
    row of the draw gives). A value that is undefined in some draws has the errors of the others. "bca" corrects for
    bias and for acceleration, the latter from each row's (or cluster's) influence (Efron 1987); "percentile" takes the
    quantiles.
    """
    if interval not in ("percentile", "bca"):
        raise SurveykitError.of("ANALYSE-CHOICE", argument="interval", found=str(interval), allowed="percentile, bca")
    if any(sample.rows is None for sample in fitted.samples):
        raise SurveykitError.of("SEM-NEEDS-ROWS", "", what="bootstrap")
    if n_boot < 2:
        raise SurveykitError.of("SEM-FEW-DRAWS", found=n_boot)
    draws = fitted_draws(fitted, n_boot, seed)
    values = np.column_stack([draws.rows, *_defined(fitted, draws.rows)])
    estimate, slopes = _estimates(fitted)
    low, high, error = np.full((3, len(estimate)), np.nan)
    tails = np.array([(1 - conf_level) / 2, (1 + conf_level) / 2])
    skew = acceleration(fitted, slopes) if interval == "bca" else np.zeros(len(estimate))
    for at in range(len(estimate)):
        own = values[np.isfinite(values[:, at]), at]
        if len(own) < 2 or not np.isfinite(estimate[at]):
            continue
        error[at] = own.std(ddof=1)
        levels = tails if interval == "percentile" else _corrected(tails, own, float(estimate[at]), float(skew[at]))
        low[at], high[at] = np.quantile(own, levels)
    rows = fitted.made.table.rows
    defined = [c for c in fitted.made.table.constraints if c.op == ":="]
    labels = [sample.label for sample in fitted.samples]
    table = pd.DataFrame(
        {
            "lhs": [row.lhs for row in rows] + [c.lhs for c in defined],
            "op": [row.op for row in rows] + [":="] * len(defined),
            "rhs": [row.rhs for row in rows] + [c.rhs for c in defined],
            "group": [labels[row.group - 1] for row in rows] + [""] * len(defined),
            "estimate": estimate,
            "std_error": error,
            "conf_low": low,
            "conf_high": high,
        }
    )
    return table.assign(conf_level=conf_level, n_boot=len(draws.theta), failed=n_boot - len(draws.theta))


def _defined(fitted: Fitted, rows: FloatArray) -> list[FloatArray]:
    """Defined parameters of every draw."""
    known: dict[str, FloatArray] = {}
    for at, row in enumerate(fitted.made.table.rows):
        if row.label:
            known.setdefault(row.label, rows[:, at])
    out = []
    for constraint in fitted.made.table.constraints:
        if constraint.op == ":=":
            values = Expression.of(constraint.rhs, f"model line {constraint.line}").over(known)
            known[constraint.lhs] = np.broadcast_to(values, (len(rows),))
            out.append(known[constraint.lhs])
    return out


def _estimates(fitted: Fitted) -> tuple[FloatArray, FloatArray]:
    """Values of all rows and defined parameters, with slopes."""
    made, theta = fitted.made, fitted.solution.theta
    defined = [c.lhs for c in made.table.constraints if c.op == ":="]
    known = known_values(made, theta) if defined else {}
    values = np.concatenate([made.values(theta), [known[name][0] for name in defined]])
    slopes = np.zeros((len(values), made.system.size))
    slopes[: len(made.parameter)] = spread_of(made, theta).value_slopes
    for at, name in enumerate(defined):
        slopes[len(made.parameter) + at] = known[name][1]
    return values, slopes


def _corrected(tails: FloatArray, values: FloatArray, estimate: float, skew: float) -> FloatArray:
    below = float((values < estimate).sum() + 0.5 * (values == estimate).sum()) / len(values)
    bias = special.ndtri(np.clip(below, 0.5 / len(values), 1 - 0.5 / len(values)))
    shifted = bias + special.ndtri(tails)
    return np.asarray(special.ndtr(bias + shifted / (1 - skew * shifted)))
