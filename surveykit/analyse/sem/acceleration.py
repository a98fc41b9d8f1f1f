"""How skewed the influence of single rows on each estimate is: the acceleration of BCa intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.ordered import levels_of
from surveykit.analyse.sem.solve import fixed_places, rows_of
from surveykit.stats.sem_missing import MissingMoments
from surveykit.stats.sem_resample import OrderedRows
from surveykit.stats.sem_robust import score_rows
from surveykit.stats.sem_weighted import WeightedStatistics

FloatArray = NDArray[np.float64]


def acceleration(fitted: Fitted, slopes: FloatArray) -> FloatArray:
    """Sum of cubed influences over 6 (sum of squares)^1.5, (m,), of values with `slopes` (m, q).

    The influence of a row is slopes I^-1 s, s its score; those of a cluster add up. Zero (bias correction only) for
    mixed or weighted ordered answers. Source: Efron 1987.
    """
    parts = []
    for group, sample in zip(fitted.made.system.groups, fitted.samples, strict=True):
        point = group.at(fitted.solution.theta)
        if isinstance(group.sample, WeightedStatistics):
            layout = group.sample.layout
            if len(layout.mean_of) or sample.weights is not None or not len(layout.ordered):
                return np.zeros(len(slopes))
            levels = levels_of(fitted.samples, fitted.settings.ordered)
            assert sample.rows is not None
            answers = OrderedRows.of(sample.rows, [levels[name] for name in sample.names], layout)
            scores = answers.influence() @ group.sample.weighted(group.sample.slopes(point))
        else:
            missing = isinstance(group.sample, MissingMoments)
            scores = score_rows(group, point, rows_of(sample), fixed_places(fitted.made), expected=not missing)
        parts.append(scores @ group.spread(fitted.made.system.size))
    every = np.concatenate(parts)
    clusters = [sample.clusters for sample in fitted.samples if sample.clusters is not None]
    if clusters:
        _, member = np.unique(np.concatenate(clusters), return_inverse=True)
        summed = np.zeros((int(member.max()) + 1, every.shape[1]))
        np.add.at(summed, member.reshape(-1), every)
        every = summed
    influence = every @ fitted.solution.inverse @ slopes.T
    with np.errstate(invalid="ignore", divide="ignore"):
        found = (influence**3).sum(axis=0) / (6 * (influence**2).sum(axis=0) ** 1.5)
    return np.asarray(np.nan_to_num(found))
