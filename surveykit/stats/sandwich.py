"""Covariance of estimates from the scores of the rows: robust to wrong variances, or to rows that belong together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import SurveykitError
from surveykit.stats.exact import FloatArray

KINDS = ("HC0", "HC1", "HC2", "HC3")
FEW_CLUSTERS = 30
"""Below this cluster-robust errors are usually too small (Cameron & Miller 2015: trouble begins at 20 to 50)."""


def score_covariance(
    bread: ArrayLike, scores: ArrayLike, kind: str = "HC0", leverage: ArrayLike | None = None
) -> FloatArray:
    """A sum s s' A over the rows, A = `bread` (p, p) the inverse information, s = `scores` (n, p) of a likelihood.

    HC0 takes scores as they are; HC1 times n / (n - p); HC2 divides them by sqrt(1 - h), HC3 by 1 - h with the
    `leverage` h (n,). NaN where a row has leverage 1. Source: White 1982; MacKinnon & White 1985. In R:
    `sandwich::sandwich(fit)`, `sandwich::vcovHC(fit, kind)`.
    """
    a, s = np.asarray(bread, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    n, p = s.shape
    if kind not in KINDS or (kind in ("HC2", "HC3") and leverage is None):
        raise SurveykitError.of("STATS-HC-KIND", kind=kind, known=", ".join(KINDS))
    if kind in ("HC2", "HC3"):
        h = np.asarray(leverage, dtype=np.float64)
        rest = np.where(h < 1 - 1e-10, 1 - h, np.nan)
        s = s / (np.sqrt(rest) if kind == "HC2" else rest)[:, None]
    factor = n / (n - p) if kind == "HC1" and n > p else 1.0
    towards = s @ a
    return np.asarray(factor * (towards.T @ towards))


def cluster_covariance(bread: ArrayLike, scores: ArrayLike, clusters: ArrayLike, rows: bool = False) -> FloatArray:
    """Covariance when rows of one cluster depend on each other: A sum_g S_g S_g' A with S_g the summed scores of g.

    Times G / (G - 1), and with `rows` also (n - 1) / (n - p), the CR1 of linear models. `clusters` (n,) whole numbers
    from 0. Source: Liang & Zeger 1986; Cameron & Miller 2015. In R: `sandwich::vcovCL(fit, cluster)`.
    """
    a, s = np.asarray(bread, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    codes: NDArray[np.intp] = np.asarray(clusters, dtype=np.intp)
    n, p = s.shape
    groups = int(codes.max(initial=-1)) + 1
    if groups < 2:
        return np.full((p, p), np.nan)
    sums = np.zeros((groups, p))
    np.add.at(sums, codes, s)
    factor = groups / (groups - 1)
    if rows:
        factor *= (n - 1) / (n - p) if n > p else np.nan
    towards = sums @ a
    return np.asarray(factor * (towards.T @ towards))
