"""Weighted least squares on a vector of sample statistics: thresholds, means, variances, correlations.

The same discrepancy serves ordered answers (polychoric correlations; DWLS, WLS, ULS) and continuous ones (ADF).
Ordered variables enter through latent responses whose scale is 1 over their standard deviation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_ram import COVARIANCE, SCALE, THRESHOLD, Elements, Point

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What each sample statistic is, block after block.

    Thresholds of `threshold_of` (variable) number `threshold_step`; means of `mean_of`; then (co)variances of the
    pairs `row`, `col`, which are correlations where both are ordered. `ordered` are the ordered variables.
    """

    threshold_of: IntArray
    threshold_step: IntArray
    mean_of: IntArray
    row: IntArray
    col: IntArray
    ordered: IntArray

    def __len__(self) -> int:
        return len(self.threshold_of) + len(self.mean_of) + len(self.row)

    @property
    def pairs(self) -> slice:
        """Where the (co)variances stand."""
        return slice(len(self.threshold_of) + len(self.mean_of), len(self))


@dataclass(frozen=True, slots=True, eq=False)
class WeightedStatistics:
    """Sample statistics (s,), n times their asymptotic covariance `gamma` (s, s), and the weight: (s, s) or (s,).

    `theta` takes residual variances of latent responses as given (else their scales).
    """

    n: int
    statistics: FloatArray
    gamma: FloatArray
    weight: FloatArray
    layout: Layout
    theta: bool

    def _scales(self, point: Point) -> FloatArray:
        scale = np.ones(len(point.implied.means))
        ordered = self.layout.ordered
        if self.theta:
            scale[ordered] = 1 / np.sqrt(np.diag(point.implied.sigma)[ordered])
        else:
            at = point.elements.where(SCALE)
            scale[point.elements.row[at]] = point.values[at]
        return scale

    def _thresholds(self, point: Point) -> FloatArray:
        at = point.elements.where(THRESHOLD)
        cuts = np.zeros((len(point.implied.means), int(self.layout.threshold_step.max(initial=0)) + 1))
        cuts[point.elements.row[at], point.elements.col[at]] = point.values[at]
        return cuts[self.layout.threshold_of, self.layout.threshold_step]

    def expected(self, point: Point) -> FloatArray:
        """The statistics that the model implies."""
        layout, implied = self.layout, point.implied
        if len(layout.ordered) == 0:
            return np.concatenate([implied.mu[layout.mean_of], implied.sigma[layout.row, layout.col]])
        scale = self._scales(point)
        who = layout.threshold_of
        thresholds = scale[who] * (self._thresholds(point) - implied.mu[who])
        covariances = scale[layout.row] * scale[layout.col] * implied.sigma[layout.row, layout.col]
        return np.concatenate([thresholds, implied.mu[layout.mean_of], covariances])

    def slopes(self, point: Point) -> FloatArray:
        """Derivatives of the expected statistics in the free elements, (s, K)."""
        layout, implied, free = self.layout, point.implied, point.free
        slopes = point.slopes
        by_mean = slopes.mean.T
        by_pair = slopes.matrix(layout.row, layout.col)
        if len(layout.ordered) == 0:
            return np.concatenate([by_mean[layout.mean_of], by_pair])
        scale = self._scales(point)
        by_scale = np.zeros((len(scale), len(free)))
        ordered = layout.ordered
        total = slopes.matrix(ordered, ordered)
        if self.theta:
            by_scale[ordered] = -0.5 * scale[ordered, None] ** 3 * total
        else:
            at = free.where(SCALE)
            by_scale[free.row[at], at] = 1.0
            own = Elements(np.full(len(ordered), COVARIANCE), ordered, ordered)
            effects = implied.effects[np.ix_(ordered, ordered)]
            residual = np.linalg.solve(effects**2, -total - 2 * by_scale[ordered] / scale[ordered, None] ** 3)
            by_pair = by_pair + implied.slopes(own).matrix(layout.row, layout.col) @ residual
        who = layout.threshold_of
        gap = self._thresholds(point) - implied.mu[who]
        by_threshold = -scale[who, None] * by_mean[who] + gap[:, None] * by_scale[who]
        at = free.where(THRESHOLD)
        place = np.zeros((len(scale), int(layout.threshold_step.max(initial=0)) + 1), dtype=np.int64)
        place[who, layout.threshold_step] = np.arange(len(who))
        by_threshold[place[free.row[at], free.col[at]], at] += scale[free.row[at]]
        r, c = layout.row, layout.col
        sigma = implied.sigma[r, c][:, None]
        by_pair = (scale[r] * scale[c])[:, None] * by_pair + sigma * (
            by_scale[r] * scale[c, None] + scale[r, None] * by_scale[c]
        )
        return np.concatenate([by_threshold, by_mean[layout.mean_of], by_pair])

    def weighted(self, values: FloatArray) -> FloatArray:
        """Weight times a vector or matrix."""
        if self.weight.ndim == 2:
            return np.asarray(self.weight @ values)
        return np.asarray(self.weight * values if values.ndim == 1 else self.weight[:, None] * values)

    def value(self, point: Point) -> float:
        """r' W r / 2 with r the sample statistics minus the expected ones."""
        rest = self.statistics - self.expected(point)
        return float(rest @ self.weighted(rest)) / 2

    def step(self, point: Point) -> tuple[FloatArray, FloatArray]:
        """Gradient (K,) and Gauss-Newton information (K, K)."""
        slopes = self.slopes(point)
        pulled = self.weighted(slopes)
        return -(pulled.T @ (self.statistics - self.expected(point))), slopes.T @ pulled

    def hessian(self, point: Point) -> FloatArray:
        """The Gauss-Newton information."""
        return self.step(point)[1]


@dataclass(frozen=True, slots=True, eq=False)
class RobustParts:
    """What robust errors and scaled tests need of one group; `meat` is Delta' W Gamma W Delta (K, K)."""

    slopes: FloatArray
    gamma: FloatArray
    weight: FloatArray
    meat: FloatArray

    def weighted(self, values: FloatArray) -> FloatArray:
        """Weight times a matrix."""
        return np.asarray(self.weight @ values if self.weight.ndim == 2 else self.weight[:, None] * values)

    def weighted_gamma(self) -> tuple[float, float]:
        """tr(W Gamma) and tr(W Gamma W Gamma)."""
        if self.weight.ndim == 2:
            product = self.weight @ self.gamma
            return float(np.trace(product)), float((product * product.T).sum())
        first = float(self.weight @ np.diag(self.gamma))
        return first, float(np.einsum("i,ij,ij,j->", self.weight, self.gamma, self.gamma, self.weight))


def robust_parts(sample: object, point: Point) -> RobustParts:
    """The parts at a point."""
    assert isinstance(sample, WeightedStatistics)
    slopes = sample.slopes(point)
    pulled = sample.weighted(slopes)
    return RobustParts(slopes, sample.gamma, sample.weight, pulled.T @ sample.gamma @ pulled)


def continuous_statistics(rows: FloatArray, means: bool) -> WeightedStatistics:
    """Means (if asked for) and covariances (divisor n - 1) of complete rows with their distribution-free weight.

    Source: Browne 1984. LinAlgError where there are fewer rows than statistics.
    """
    n, p = rows.shape
    centred = rows - rows.mean(axis=0)
    row, col = np.tril_indices(p)
    products = centred[:, row] * centred[:, col]
    parts = [centred, products - products.mean(axis=0)] if means else [products - products.mean(axis=0)]
    influence = np.concatenate(parts, axis=1)
    gamma = influence.T @ influence / n
    np.linalg.cholesky(gamma)
    everyone = np.arange(p) if means else np.arange(0)
    none = np.arange(0)
    layout = Layout(none, none, everyone, row.astype(np.int64), col.astype(np.int64), none)
    average = [rows.mean(axis=0)] if means else []
    statistics = np.concatenate([*average, products.sum(axis=0) / (n - 1)])
    return WeightedStatistics(n, statistics, gamma, np.linalg.inv(gamma), layout, False)
