"""Scores of the latent variables for each row."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import choice
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.ordered import levels_of
from surveykit.analyse.sem.samples import Sample
from surveykit.errors import SurveykitError
from surveykit.stats.sem_ebm import Responding, modal_scores
from surveykit.stats.sem_missing import Patterns
from surveykit.stats.sem_ram import COVARIANCE, MEAN, PATH, THRESHOLD
from surveykit.stats.sem_system import Group

FloatArray = NDArray[np.float64]
Method = Literal["regression", "bartlett", "ebm", "ml"]


def factor_scores(fitted: Fitted, method: Method | None) -> pd.DataFrame:
    """Columns are latent variables; the index holds the positions of the rows used, in the order of the data.

    Regression (Thurstone): E eta + V_ey Sigma^-1 (y - mu). Bartlett: the weighted least squares estimate of each
    row's eta. Missing answers are left out row by row. Of ordered items "ebm" is the mode of eta given the answers,
    "ml" the eta that makes them most likely (NaN for rows with none); of continuous ones "ebm" is "regression", "ml"
    "bartlett". None takes regression, or "ebm" for ordered items.
    """
    ordered = bool(fitted.settings.ordered)
    method = method or ("ebm" if ordered else "regression")
    choice("method", method, ("ebm", "ml") if ordered else ("regression", "bartlett", "ebm", "ml"))
    if ordered:
        return _modal(fitted, method == "ebm")
    return _linear(fitted, method in ("bartlett", "ml"))


def _linear(fitted: Fitted, bartlett: bool) -> pd.DataFrame:
    made = fitted.made
    latent = np.array([made.variables.index(name) for name in made.table.roles.latent], dtype=np.int64)
    frames = []
    for sample, group in zip(fitted.samples, made.system.groups, strict=True):
        if sample.rows is None or sample.index is None:
            raise SurveykitError.of("SEM-NEEDS-ROWS", "", what="scores")
        implied = group.at(fitted.solution.theta).implied
        patterns = sample.patterns or Patterns.of(sample.rows)
        towards = implied.covariance[np.ix_(latent, implied.observed)]
        own = implied.covariance[np.ix_(latent, latent)]
        out = np.empty((len(sample.rows), len(latent)))
        weight, _ = patterns.inverses(implied.sigma)
        centre = implied.mu if fitted.means else sample.mean
        for at, block in enumerate(weight):
            mine = patterns.member == at
            gap = np.where(patterns.seen[at], patterns.rows[mine] - centre, 0.0)
            turned = gap @ block @ towards.T
            if bartlett:
                turned = turned @ np.linalg.pinv(towards @ block @ towards.T) @ own
            out[mine] = implied.means[latent] + turned
        frames.append(pd.DataFrame(out, columns=list(made.table.roles.latent), index=sample.index))
    return pd.concat(frames).sort_index()


def _modal(fitted: Fitted, prior: bool) -> pd.DataFrame:
    made = fitted.made
    levels = levels_of(fitted.samples, fitted.settings.ordered)
    frames = []
    for sample, group in zip(fitted.samples, made.system.groups, strict=True):
        if sample.rows is None or sample.index is None:
            raise SurveykitError.of("SEM-NEEDS-ROWS", "", what="scores")
        model, cuts = _responding(fitted, group)
        low, high = _borders(sample, levels, cuts)
        scores = modal_scores(model, low, high, prior)
        frames.append(pd.DataFrame(scores, columns=list(made.table.roles.latent), index=sample.index))
    return pd.concat(frames).sort_index()


def _responding(fitted: Fitted, group: Group) -> tuple[Responding, FloatArray]:
    """The measurement model of a group; refused where answers depend on each other given the latent variables."""
    made = fitted.made
    point = group.at(fitted.solution.theta)
    p, v = made.n_observed, len(made.variables)
    elements, values = point.elements, point.values
    paths, intercept = np.zeros((v, v)), np.zeros(v)
    at = elements.where(PATH)
    paths[elements.row[at], elements.col[at]] = values[at]
    at = elements.where(MEAN)
    intercept[elements.row[at]] = values[at]
    at = elements.where(COVARIANCE)
    together = (elements.row[at] != elements.col[at]) & (elements.col[at] < p) & (values[at] != 0)
    if paths[:, :p].any() or together.any():
        raise SurveykitError.of("SEM-SCORES-DEPENDENT")
    at = elements.where(THRESHOLD)
    cuts = np.full((p, int(elements.col[at].max(initial=0)) + 1), np.inf)
    cuts[elements.row[at], elements.col[at]] = values[at]
    latent = point.implied.covariance[p:, p:]
    spread, vectors = np.linalg.eigh(latent)
    root = vectors * np.sqrt(np.maximum(spread, 0.0))
    back = np.linalg.inv(point.implied.effects)
    residual = np.diag(back @ point.implied.covariance @ back.T)[:p]
    if (residual <= 0).any() or spread[0] < -1e-8 * spread[-1]:
        raise SurveykitError.of("SEM-SCORES-IMPROPER")
    return Responding(paths[:p, p:], intercept[:p], residual, point.implied.means[p:], root), cuts


def _borders(sample: Sample, levels: dict[str, tuple[float, ...]], cuts: FloatArray) -> tuple[FloatArray, FloatArray]:
    assert sample.rows is not None
    low, high = sample.rows.copy(), sample.rows.copy()
    for j, name in enumerate(sample.names):
        if name in levels:
            ends = np.concatenate([[-np.inf], cuts[j, : len(levels[name]) - 1], [np.inf]])
            code = np.searchsorted(np.array(levels[name]), sample.rows[:, j])
            low[:, j], high[:, j] = ends[code], ends[code + 1]
    return low, high
