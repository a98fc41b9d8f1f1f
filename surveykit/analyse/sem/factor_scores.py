"""Scores of the latent variables for each row."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.sem.fitting import Fitted
from surveykit.errors import SurveykitError
from surveykit.stats.sem_missing import Patterns

FloatArray = NDArray[np.float64]


def factor_scores(fitted: Fitted, method: Literal["regression", "bartlett"]) -> pd.DataFrame:
    """Columns are latent variables; the index holds the positions of the rows used, in the order of the data.

    Regression (Thurstone): E eta + V_ey Sigma^-1 (y - mu). Bartlett: the weighted least squares estimate of each
    row's eta. Missing answers are left out row by row.
    """
    if method not in ("regression", "bartlett"):
        raise SurveykitError.of("ANALYSE-CHOICE", argument="method", found=str(method), allowed="regression, bartlett")
    if fitted.settings.ordered:
        raise SurveykitError.of("SEM-SCORES-ORDERED")
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
            if method == "bartlett":
                turned = turned @ np.linalg.pinv(towards @ block @ towards.T) @ own
            out[mine] = implied.means[latent] + turned
        frames.append(pd.DataFrame(out, columns=list(made.table.roles.latent), index=sample.index))
    return pd.concat(frames).sort_index()
