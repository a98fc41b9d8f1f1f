"""What the draws are compared with: complete moments, missing patterns, or statistics of ordered answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_batch import DrawnMoments, Pull, inverse_each, log_determinants
from surveykit.stats.sem_missing import MissingMoments, Patterns, saturated_moments
from surveykit.stats.sem_normal import Method, NormalMoments
from surveykit.stats.sem_weighted import Layout, WeightedStatistics

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class NormalDraws:
    """Covariances (b, p, p) and means (b, p; None without mean structure), for ML, GLS or ULS.

    `level` (b,) is log |S| + p for ML; `weight` (b, p, p) the fixed weight of GLS and ULS.
    """

    n: float
    covariance: FloatArray
    mean: FloatArray | None
    method: Method
    level: FloatArray
    weight: FloatArray | None

    @classmethod
    def of(cls, n: float, covariance: FloatArray, mean: FloatArray | None, method: Method) -> NormalDraws:
        """Sample moments made ready; draws with a singular covariance matrix have an infinite value."""
        p = covariance.shape[-1]
        if method == "ULS":
            return cls(
                n, covariance, mean, method, np.zeros(len(covariance)), np.broadcast_to(np.eye(p), covariance.shape)
            )
        level = log_determinants(covariance) + p
        weight = inverse_each(covariance)[0] if method == "GLS" else None
        return cls(n, covariance, mean, method, np.where(np.isfinite(level), level, -np.inf), weight)

    def take(self, index: IntArray) -> NormalDraws:
        """Some of the draws."""
        return replace(
            self,
            covariance=self.covariance[index],
            mean=None if self.mean is None else self.mean[index],
            level=self.level[index],
            weight=None if self.weight is None else self.weight[index],
        )

    def pull(self, moments: DrawnMoments) -> Pull:
        """Discrepancy and its derivatives."""
        gap = np.zeros(moments.mu.shape) if self.mean is None else self.mean - moments.mu
        rest = moments.sigma - self.covariance
        if self.weight is not None:
            half = self.weight @ rest
            turned = (self.weight @ gap[:, :, None])[:, :, 0]
            value = (half * half.transpose(0, 2, 1)).sum(axis=(1, 2)) / 4 + (gap * turned).sum(axis=1) / 2
            return Pull(np.where(np.isfinite(self.level), value, np.inf), half @ self.weight, -turned)
        log_det = log_determinants(moments.sigma)
        weight, _ = inverse_each(moments.sigma)
        turned = (weight @ gap[:, :, None])[:, :, 0]
        around = weight @ self.covariance
        value = (log_det + np.trace(around, axis1=1, axis2=2) - self.level + (gap * turned).sum(axis=1)) / 2
        pulled = weight - around @ weight - turned[:, :, None] * turned[:, None, :]
        return Pull(value, pulled, -turned)

    def one(self, draw: int) -> NormalMoments:
        """One draw; LinAlgError where its covariance matrix is not positive definite."""
        mean = None if self.mean is None else self.mean[draw]
        return NormalMoments.of(self.n, self.covariance[draw], mean, self.method)


@dataclass(frozen=True, slots=True, eq=False)
class MissingDraws:
    """Weights of the P patterns (b, P), and their sums (b, P, p) and second moments (b, P, p, p) about `centre`."""

    seen: NDArray[np.bool_]
    centre: FloatArray
    n: FloatArray
    sums: FloatArray
    squares: FloatArray

    def take(self, index: IntArray) -> MissingDraws:
        """Some of the draws."""
        return replace(self, n=self.n[index], sums=self.sums[index], squares=self.squares[index])

    def pull(self, moments: DrawnMoments) -> Pull:
        """Minus the log-likelihood per row, and its derivatives."""
        both = self.seen[:, :, None] & self.seen[:, None, :]
        p = self.seen.shape[1]
        block = np.where(both, moments.sigma[:, None], np.eye(p))
        log_det = log_determinants(block)
        weight, _ = inverse_each(block.reshape(-1, p, p))
        weight = np.where(both, weight.reshape(block.shape), 0.0)
        shift = np.where(self.seen, (moments.mu - self.centre)[:, None, :], 0.0)
        gap = self.sums - self.n[:, :, None] * shift
        cross = self.sums[:, :, :, None] * shift[:, :, None, :]
        around = self.squares - cross - cross.transpose(0, 1, 3, 2)
        around = around + self.n[:, :, None, None] * shift[:, :, :, None] * shift[:, :, None, :]
        half = weight @ around
        total = self.n.sum(axis=1)
        size = self.seen.sum(axis=1)
        each = self.n * (log_det + size * np.log(2 * np.pi)) + np.trace(half, axis1=2, axis2=3)
        pulled = (self.n[:, :, None, None] * weight - half @ weight).sum(axis=1)
        turned = (weight @ gap[:, :, :, None])[..., 0].sum(axis=1)
        return Pull(each.sum(axis=1) / (2 * total), pulled / total[:, None, None], -turned / total[:, None])

    def one(self, draw: int) -> MissingMoments:
        """One draw; patterns without rows are left out."""
        used = self.n[draw] > 0
        n, seen = self.n[draw][used], self.seen[used]
        mean = self.sums[draw][used] / n[:, None]
        covariance = self.squares[draw][used] / n[:, None, None] - mean[:, :, None] * mean[:, None, :]
        means = np.where(seen, mean + self.centre, 0.0)
        none = np.zeros((0, seen.shape[1]))
        patterns = Patterns(seen, n, means, covariance, none, np.zeros(0, dtype=np.int64))
        settled_mean, settled, _ = saturated_moments(patterns)
        return MissingMoments(patterns, settled_mean, settled, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class OrderedDraws:
    """Statistics (b, s) of ordered answers and their diagonal weights (b, s), laid out as `WeightedStatistics`."""

    n: int
    statistics: FloatArray
    weight: FloatArray
    layout: Layout
    theta: bool

    def take(self, index: IntArray) -> OrderedDraws:
        """Some of the draws."""
        return replace(self, statistics=self.statistics[index], weight=self.weight[index])

    def pull(self, moments: DrawnMoments) -> Pull:
        """r' W r / 2 and its derivatives."""
        layout, sigma, mu = self.layout, moments.sigma, moments.mu
        ordered, who, step = layout.ordered, layout.threshold_of, layout.threshold_step
        row, col = layout.row, layout.col
        scale = moments.scales.copy()
        if self.theta:
            scale[:, ordered] = 1 / np.sqrt(sigma[:, ordered, ordered])
        gap = moments.cuts[:, who, step] - mu[:, who]
        both = scale[:, row] * scale[:, col]
        expected = np.concatenate([scale[:, who] * gap, both * sigma[:, row, col]], axis=1)
        rest = expected - self.statistics
        force = self.weight * rest
        value = (force * rest).sum(axis=1) / 2
        t = len(who)
        first, second = force[:, :t], force[:, t:]
        draws, p = mu.shape
        by_threshold = np.zeros(moments.cuts.shape)
        by_threshold[:, who, step] = first * scale[:, who]
        own = np.zeros((t, p))
        own[np.arange(t), who] = 1.0
        by_mu = -(first * scale[:, who]) @ own
        by_scale = np.zeros(scale.shape)
        by_scale[:, :p] = (first * gap) @ own
        dense = np.zeros((draws, p, p))
        dense[:, row, col] = dense[:, col, row] = second
        spread = scale[:, :p]
        by_scale[:, :p] += ((dense * sigma) @ spread[:, :, None])[:, :, 0]
        by_sigma = dense * spread[:, :, None] * spread[:, None, :]
        if self.theta:
            by_sigma[:, ordered, ordered] -= by_scale[:, ordered] * scale[:, ordered] ** 3
        return Pull(value, by_sigma, by_mu, by_threshold, by_scale)

    def one(self, draw: int) -> WeightedStatistics:
        """One draw, without the covariance of its statistics."""
        none = np.zeros((0, 0))
        return WeightedStatistics(self.n, self.statistics[draw], none, self.weight[draw], self.layout, self.theta)
