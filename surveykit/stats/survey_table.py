"""Tests of association in a cross-table from a sample of known design."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from surveykit.stats.design import Sampling
from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import IntArray
from surveykit.stats.survey import covariance_of_means


@dataclass(frozen=True, slots=True)
class RaoScott:
    """F of independence with its degrees of freedom and p value; `x2` is Pearson's, `cramers_v` its size."""

    f: float
    df1: float
    df2: float
    p_value: float
    x2: float
    cramers_v: float
    n: int


def rao_scott(sampling: Sampling, rows: IntArray, columns: IntArray, sizes: tuple[int, int]) -> RaoScott:
    """Second-order Rao-Scott test of independence; `rows` and `columns` (n,) are category codes, -1 where missing.

    Pearson's X2 of the weighted shares, over the trace of the generalised design effects. Source: Rao & Scott 1984. In
    R: `svychisq(~a + b, design, statistic = "F")`.
    """
    inside = ((rows >= 0) & (columns >= 0) & (sampling.weights > 0)).astype(np.float64)
    n, (r, c) = int(inside.sum()), sizes
    undefined = RaoScott(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, n)
    if n < 2 or min(sizes) < 2:
        return undefined
    cell = np.where(inside > 0, rows * c + columns, 0)
    indicators = np.zeros((len(cell), r * c))
    indicators[np.arange(len(cell)), cell] = inside
    shares, covariance = covariance_of_means(sampling, indicators, inside)
    table = shares.reshape(r, c)
    expected = np.multiply.outer(table.sum(axis=1), table.sum(axis=0))
    if not (expected > 0).all():
        return undefined
    x2 = float(n * ((table - expected) ** 2 / expected).sum())
    main = np.column_stack([np.kron(np.eye(r), np.ones((c, 1))), np.kron(np.ones((r, 1)), np.eye(c))[:, 1:]])
    both = np.einsum("ia,ib->iab", np.kron(np.eye(r)[:, 1:], np.ones((c, 1))), np.tile(np.eye(c)[:, 1:], (r, 1)))
    both = both.reshape(r * c, -1)
    contrasts: FloatArray = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.divide(1, shares, out=np.zeros_like(shares), where=shares > 0)
    scaled = contrasts * inverse[:, None]
    effects = np.linalg.solve(contrasts.T @ scaled / n, scaled.T @ covariance @ scaled)
    trace = float(np.trace(effects))
    df1 = trace**2 / float(np.trace(effects @ effects))
    df2 = df1 * sampling.df()
    f = x2 / trace
    v = float(np.sqrt(x2 / n / (min(sizes) - 1)))
    return RaoScott(f, df1, df2, float(special.fdtrc(df1, df2, f)) if df2 > 0 else np.nan, x2, v, n)
