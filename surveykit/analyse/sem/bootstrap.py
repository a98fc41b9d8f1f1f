"""Bootstrap errors and intervals of every parameter and defined parameter."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.sem.compiled import known_values
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.solve import fixed_places, rows_of
from surveykit.errors import SurveykitError
from surveykit.stats.sem_minimise import minimise
from surveykit.stats.sem_normal import NormalMoments
from surveykit.stats.sem_robust import score_rows
from surveykit.stats.sem_system import Evaluation, System

FloatArray = NDArray[np.float64]
Interval = Literal["percentile", "bca"]


def bootstrap(fitted: Fitted, n_boot: int, seed: int, interval: Interval, conf_level: float) -> pd.DataFrame:
    """A row a parameter: lhs, op, rhs, group, estimate, std_error, conf_low, conf_high, n_boot (draws that converged).

    Rows are drawn with replacement within groups and the model is fitted anew from the estimates. "bca" corrects for
    bias and for acceleration, the latter from each row's influence (Efron 1987); "percentile" takes the quantiles.
    """
    if interval not in ("percentile", "bca"):
        raise SurveykitError.of("ANALYSE-CHOICE", argument="interval", found=str(interval), allowed="percentile, bca")
    samples = [group.sample for group in fitted.made.system.groups]
    if any(sample.rows is None for sample in fitted.samples):
        raise SurveykitError.of("SEM-NEEDS-ROWS", "", what="bootstrap")
    plain = all(isinstance(sample, NormalMoments) for sample in samples) and not len(fixed_places(fitted.made))
    if not plain or fitted.solution.basis.shape[1] != fitted.made.system.size:
        raise SurveykitError.of("SEM-NO-BOOTSTRAP")
    if any(sample.weights is not None or sample.clusters is not None for sample in fitted.samples):
        raise SurveykitError.of("SEM-NO-BOOTSTRAP")
    rng = np.random.default_rng(seed)
    draws = [found for _ in range(n_boot) if (found := _draw(fitted, rng)) is not None]
    values = np.array([_values(fitted, theta)[0] for theta in draws]).reshape(len(draws), -1)
    estimate, slopes = _values(fitted, fitted.solution.theta)
    low, high = np.full((2, len(estimate)), np.nan)
    if len(draws) >= 2:
        tails = np.array([(1 - conf_level) / 2, (1 + conf_level) / 2])
        levels = np.tile(tails[:, None], len(estimate))
        if interval == "bca":
            levels = _corrected(tails, values, estimate, _acceleration(fitted, slopes))
        for at in range(len(estimate)):
            low[at], high[at] = np.quantile(values[:, at], levels[:, at])
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
            "std_error": values.std(axis=0, ddof=1) if len(draws) > 1 else np.nan,
            "conf_low": low,
            "conf_high": high,
        }
    )
    return table.assign(conf_level=conf_level, n_boot=len(draws))


def _draw(fitted: Fitted, rng: np.random.Generator) -> FloatArray | None:
    """Estimates of one resample, None where it has none."""
    groups = []
    for group, sample in zip(fitted.made.system.groups, fitted.samples, strict=True):
        assert isinstance(group.sample, NormalMoments) and sample.rows is not None
        rows = sample.rows[rng.integers(0, sample.n, sample.n)]
        mean = rows.mean(axis=0)
        divisor = sample.n if fitted.recipe.likelihood else sample.n - 1
        covariance = (rows.T @ rows - sample.n * np.outer(mean, mean)) / divisor
        try:
            moments = NormalMoments.of(sample.n, covariance, mean if fitted.means else None, group.sample.method)
        except np.linalg.LinAlgError:
            return None
        groups.append(replace(group, sample=moments))
    evaluation = Evaluation(System(tuple(groups), fitted.made.system.size))
    start = fitted.solution.theta
    found = minimise(
        evaluation.value, evaluation.step, start, fitted.solution.basis, evaluation.hessian, tolerance=1e-9
    )
    return found.theta if found.converged else None


def _values(fitted: Fitted, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Values of all rows and defined parameters, with slopes."""
    made = fitted.made
    defined = [c.lhs for c in made.table.constraints if c.op == ":="]
    known = known_values(made, theta) if defined else {}
    values = np.concatenate([made.values(theta), [known[name][0] for name in defined]])
    slopes = np.zeros((len(values), made.system.size))
    free = np.flatnonzero(made.parameter >= 0)
    slopes[free, made.parameter[free]] = 1.0
    for at, name in enumerate(defined):
        slopes[len(made.parameter) + at] = known[name][1]
    return values, slopes


def _acceleration(fitted: Fitted, slopes: FloatArray) -> FloatArray:
    """Skewness of the rows' influences over 6."""
    parts = []
    for group, sample in zip(fitted.made.system.groups, fitted.samples, strict=True):
        scores = score_rows(group, group.at(fitted.solution.theta), rows_of(sample), np.arange(0), expected=True)
        parts.append(scores @ group.spread(fitted.made.system.size))
    influence = np.concatenate(parts) @ fitted.solution.inverse @ slopes.T
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (influence**3).sum(axis=0) / (6 * (influence**2).sum(axis=0) ** 1.5)
    return np.asarray(np.nan_to_num(found))


def _corrected(tails: FloatArray, values: FloatArray, estimate: FloatArray, acceleration: FloatArray) -> FloatArray:
    below = ((values < estimate).sum(axis=0) + 0.5 * (values == estimate).sum(axis=0)) / len(values)
    bias = special.ndtri(np.clip(below, 0.5 / len(values), 1 - 0.5 / len(values)))
    shifted = bias + special.ndtri(tails)[:, None]
    return np.asarray(special.ndtr(bias + shifted / (1 - acceleration * shifted)))
