"""Robust errors and scaled tests: sandwich covariances, and how much the chi-square statistic is inflated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.stats.sem_missing import MissingMoments, saturated_elements
from surveykit.stats.sem_normal import NormalMoments, casewise, information
from surveykit.stats.sem_ram import MEAN, Elements, Implied, Matrices, Point
from surveykit.stats.sem_system import Group

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a group: answers (n, p; NaN missing), and their weights and clusters where there are any."""

    values: FloatArray
    weights: FloatArray | None
    clusters: IntArray | None


@dataclass(frozen=True, slots=True)
class Test:
    """A test of the model against the saturated one; `factor` and `shift` turn `stat` into `scaled`.

    scaled = stat / factor + shift on `df_scaled` degrees of freedom; `trace` is tr(U Gamma). Unscaled tests have NaN
    there.
    """

    stat: float
    df: int
    p_value: float
    scaled: float = float("nan")
    df_scaled: float = float("nan")
    p_scaled: float = float("nan")
    factor: float = float("nan")
    shift: float = float("nan")
    trace: float = float("nan")


def chi_square_p(stat: float, df: float) -> float:
    """Upper tail; NaN without degrees of freedom."""
    return float(special.chdtrc(df, max(stat, 0.0))) if df > 0 else float("nan")


def plain_test(stat: float, df: int) -> Test:
    """The unscaled test."""
    return Test(max(stat, 0.0), df, chi_square_p(stat, df))


def mean_scaled(stat: float, df: int, trace: float) -> Test:
    """Satorra & Bentler 1994, Yuan & Bentler 2000: the statistic divided by trace / df."""
    plain = plain_test(stat, df)
    if df <= 0:
        return plain
    factor = trace / df
    scaled = plain.stat / factor if factor > 0 else float("nan")
    return Test(plain.stat, df, plain.p_value, scaled, df, chi_square_p(scaled, df), factor, float("nan"), trace)


def scaled_shifted(stat: float, df: int, trace: float, trace_square: float) -> Test:
    """Asparouhov & Muthen 2010: scaled and shifted to the mean and variance of chi-square on df."""
    plain = plain_test(stat, df)
    if df <= 0:
        return plain
    slope = np.sqrt(df / trace_square)
    shift = df - slope * trace
    scaled = plain.stat * slope + shift
    p = chi_square_p(scaled, df)
    return Test(plain.stat, df, plain.p_value, scaled, df, p, 1 / slope, float(shift), trace)


def score_rows(
    group: Group, point: Point, rows: Rows, exogenous: IntArray, expected: bool = False
) -> FloatArray:
    """Weighted scores of a group's rows in its free elements, (n, K).

    `expected` gives instead each row's part of Delta' W (s - sigma), centred at the sample moments, without what the
    exogenous variables explain.
    """
    sample, slopes = group.sample, point.slopes
    if isinstance(sample, MissingMoments):
        out = sample.scores(point.implied, slopes)
    else:
        assert isinstance(sample, NormalMoments)
        fixed = sample.fixed_weight
        weight = np.linalg.inv(point.implied.sigma) if fixed is None else fixed
        centre = point.implied.mu
        level = point.implied.sigma
        if expected or sample.mean is None:
            centre = sample.mean if sample.mean is not None else rows_mean(rows)
            level = sample.covariance
        out = casewise(rows.values, centre, weight, slopes, level)
        if expected and len(exogenous):
            fitted = predicted(rows, exogenous)
            around = fitted - centre
            out = out - casewise(fitted, centre, weight, slopes, around.T @ around / len(around))
    return out if rows.weights is None else out * rows.weights[:, None]


def cross_products(scores: FloatArray, clusters: IntArray | None) -> FloatArray:
    """Sum of s s' over rows, or over the sums of C clusters times C / (C - 1)."""
    if clusters is not None:
        order = np.argsort(clusters, kind="stable")
        bounds = np.flatnonzero(np.r_[True, np.diff(clusters[order]) != 0])
        scores = np.add.reduceat(scores[order], bounds, axis=0) * np.sqrt(len(bounds) / (len(bounds) - 1))
    return np.asarray(scores.T @ scores)


def saturated_trace(sample: NormalMoments | MissingMoments, rows: Rows, exogenous: IntArray) -> float:
    """tr(B1 A1^-1) of the saturated model: its number of parameters, were the answers normal and independent.

    For complete, unweighted, unclustered rows it is (b2p - p) / 2, plus p with means; b2p is Mardia's kurtosis.
    """
    if isinstance(sample, NormalMoments) and rows.weights is None and rows.clusters is None and len(exogenous) == 0:
        centred = rows.values - rows.values.mean(axis=0)
        distance = ((centred @ np.linalg.inv(sample.covariance)) * centred).sum(axis=1)
        p = centred.shape[1]
        return (float((distance**2).mean()) - p) / 2 + (0.0 if sample.mean is None else p)
    saturated = saturated_model(sample, rows, exogenous)
    return float(np.trace(np.linalg.solve(saturated.bread, saturated.meat(rows))))


@dataclass(frozen=True, slots=True, eq=False)
class Saturated:
    """The model without a model: observed information `bread` of means and covariances, and complete-data information
    `complete`."""

    sample: NormalMoments | MissingMoments
    elements: Elements
    bread: FloatArray
    complete: FloatArray
    point: Point

    def meat(self, rows: Rows) -> FloatArray:
        """Cross products of the rows' scores, per row, (K, K)."""
        implied, slopes = self.point.implied, self.point.slopes
        if isinstance(self.sample, MissingMoments):
            scores = self.sample.scores(implied, slopes)
        else:
            scores = casewise(rows.values, implied.mu, np.linalg.inv(implied.sigma), slopes, implied.sigma)
        if rows.weights is not None:
            scores = scores * rows.weights[:, None]
        return cross_products(scores, rows.clusters) / len(rows.values)

    def slopes(self, point: Point) -> FloatArray:
        """Derivatives of the elements in a model's free elements, (K, K_free)."""
        slopes, elements = point.slopes, self.elements
        by_mean = slopes.mean.T[elements.row]
        by_pair = slopes.matrix(elements.row, elements.col)
        return np.where((elements.kind == MEAN)[:, None], by_mean, by_pair)


def saturated_model(sample: NormalMoments | MissingMoments, rows: Rows, exogenous: IntArray) -> Saturated:
    """Information at the saturated estimates; moments of `exogenous` variables are not parameters."""
    p = rows.values.shape[1]
    shape, elements = saturated_elements(p)
    fixed = np.isin(elements.row, exogenous) & (np.isin(elements.col, exogenous) | (elements.kind == MEAN))
    if isinstance(sample, MissingMoments):
        mu, sigma = sample.mean, sample.covariance
    else:
        mu, sigma = rows_mean(rows), sample.covariance
        if sample.mean is None:
            fixed |= elements.kind == MEAN
    free = elements.take(np.flatnonzero(~fixed))
    values = np.where(elements.kind == MEAN, mu[elements.row], sigma[elements.row, elements.col])
    point = Point(Implied.of(shape, Matrices.of(shape, elements, values)), elements, values, free)
    complete = information(point.slopes, np.linalg.inv(sigma))
    bread = sample.hessian(point) if isinstance(sample, MissingMoments) else complete
    return Saturated(sample, free, bread, complete, point)


def rows_mean(rows: Rows) -> FloatArray:
    """Weighted means of complete rows."""
    if rows.weights is None:
        return np.asarray(rows.values.mean(axis=0))
    return np.asarray(rows.weights @ rows.values / rows.weights.sum())


def predicted(rows: Rows, exogenous: IntArray) -> FloatArray:
    """Each row as its exogenous variables predict it by least squares."""
    values = rows.values
    design = np.column_stack([np.ones(len(values)), values[:, exogenous]])
    fitted = design @ np.linalg.lstsq(design, values, rcond=None)[0]
    fitted[:, exogenous] = values[:, exogenous]
    return np.asarray(fitted)


def weighted_trace(group: Group, point: Point, rows: Rows, exogenous: IntArray) -> float:
    """tr(W Gamma) of complete rows, with the model's normal-theory weight and the asymptotic covariance of S and m.

    With exogenous variables, Gamma is that of what they leave unexplained.
    """
    sample = group.sample
    assert isinstance(sample, NormalMoments)
    weight = np.linalg.inv(point.implied.sigma) if sample.fixed_weight is None else sample.fixed_weight
    centre = rows_mean(rows)
    centred = rows.values - centre
    distance = ((centred @ weight) * centred).sum(axis=1)
    rest, squares = sample.covariance, float((distance**2).mean())
    if len(exogenous):
        fitted = predicted(rows, exogenous) - centre
        rest = sample.covariance - fitted.T @ fitted / len(fitted)
        own, both = ((fitted @ weight) * fitted).sum(axis=1), ((centred @ weight) * fitted).sum(axis=1)
        squares += float((own**2).mean()) - 2 * float((both**2).mean())
    turned = weight @ rest
    spread = (squares - float((turned * turned.T).sum())) / 2
    return spread + (float(np.trace(turned)) if sample.mean is not None else 0.0)
