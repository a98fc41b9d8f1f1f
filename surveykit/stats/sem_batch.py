"""Many samples of one model at once: implied moments, discrepancy and gradient of every draw in stacked arrays.

Leading axis b = draws. The gradient comes backwards from the derivatives of the discrepancy in Sigma and mu, so that no
matrix of slopes is ever formed: dF/dA = E' P V, dF/dS = E' P E (halved on the diagonal), P = dF/dSigma.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_ram import COVARIANCE, MEAN, PATH, SCALE, THRESHOLD, Elements, Shape
from surveykit.stats.sem_system import Discrepancy

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Pull:
    """F / 2 of each draw (b,) and its derivatives: `sigma` (b, p, p) with dF = l' P r where dSigma = l r' + r l';
    `mu` (b, p); `threshold` and `scale`, dense by variable, None without ordered answers."""

    value: FloatArray
    sigma: FloatArray
    mu: FloatArray
    threshold: FloatArray | None = None
    scale: FloatArray | None = None


class DrawnSample(Protocol):
    """The samples of all draws of one group."""

    def take(self, index: IntArray) -> DrawnSample: ...

    def pull(self, moments: DrawnMoments) -> Pull: ...

    def one(self, draw: int) -> Discrepancy: ...


@dataclass(frozen=True, slots=True, eq=False)
class DrawnMoments:
    """Implied moments (b, ...) of one group: of all variables, and of the observed ones.

    `cuts` (b, v, t) and `scales` (b, v) of ordered variables; `bad` marks draws without moments.
    """

    effects: FloatArray
    covariance: FloatArray
    means: FloatArray
    residual: FloatArray
    sigma: FloatArray
    mu: FloatArray
    cuts: FloatArray
    scales: FloatArray
    bad: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class DrawnGroup:
    """One group in every draw: like `Group`, with element values (b, K), share (b,) and sample a draw."""

    shape: Shape
    elements: Elements
    values: FloatArray
    parameter: IntArray
    share: FloatArray
    sample: DrawnSample
    derived: IntArray

    def take(self, index: IntArray) -> DrawnGroup:
        """Some of the draws."""
        return replace(self, values=self.values[index], share=self.share[index], sample=self.sample.take(index))

    def at(self, theta: FloatArray) -> DrawnMoments:
        """Moments at theta (b, q)."""
        draws, v = len(theta), self.shape.size
        free = np.flatnonzero(self.parameter >= 0)
        values = self.values.copy()
        values[:, free] = theta[:, self.parameter[free]]
        kind, row, col = self.elements.kind, self.elements.row, self.elements.col
        paths, own = np.zeros((2, draws, v, v))
        means, scales = np.zeros((draws, v)), np.ones((draws, v))
        at = kind == PATH
        paths[:, row[at], col[at]] = values[:, at]
        at = kind == COVARIANCE
        own[:, row[at], col[at]] = values[:, at]
        own[:, col[at], row[at]] = values[:, at]
        at = kind == MEAN
        means[:, row[at]] = values[:, at]
        at = kind == SCALE
        scales[:, row[at]] = values[:, at]
        at = kind == THRESHOLD
        cuts = np.zeros((draws, v, int(col[at].max(initial=-1)) + 1))
        cuts[:, row[at], col[at]] = values[:, at]
        effects, bad = inverse_each(np.eye(v) - paths)
        if len(self.derived):
            own = self._completed(effects, own, scales)
        covariance = effects @ own @ effects.transpose(0, 2, 1)
        means = (effects @ means[:, :, None])[:, :, 0]
        seen = self.shape.observed
        sigma = covariance[:, seen[:, None], seen[None, :]]
        return DrawnMoments(effects, covariance, means, own, sigma, means[:, seen], cuts, scales, bad)

    def _completed(self, effects: FloatArray, own: FloatArray, scales: FloatArray) -> FloatArray:
        """Residual variances of the derived variables such that their total variances are 1 / scale^2."""
        d = self.derived
        own[:, d, d] = 0.0
        known = ((effects[:, d] @ own) * effects[:, d]).sum(axis=2)
        gap = 1 / scales[:, d] ** 2 - known
        own[:, d, d] = np.linalg.solve(effects[:, d[:, None], d[None, :]] ** 2, gap[:, :, None])[:, :, 0]
        return own

    def evaluate(self, theta: FloatArray, size: int) -> tuple[FloatArray, FloatArray]:
        """F / 2 (b,), infinite outside the model's domain, and its gradient (b, q)."""
        moments = self.at(theta)
        pull = self.sample.pull(moments)
        by_sigma = pull.sigma
        scale = pull.scale
        seen = self.shape.observed
        towards = moments.effects[:, seen]
        if len(self.derived) and scale is not None:
            by_sigma, scale = self._through_residuals(moments, towards, by_sigma, scale)
        pulled = towards.transpose(0, 2, 1) @ by_sigma
        by_path = pulled @ moments.covariance[:, seen]
        by_own = pulled @ towards
        by_mean = (pull.mu[:, None, :] @ towards)[:, 0]
        kind, row, col = self.elements.kind, self.elements.row, self.elements.col
        slope = np.zeros((len(theta), len(kind)))
        at = kind == PATH
        slope[:, at] = by_path[:, row[at], col[at]] + by_mean[:, row[at]] * moments.means[:, col[at]]
        at = kind == COVARIANCE
        slope[:, at] = by_own[:, row[at], col[at]] * np.where(row[at] == col[at], 0.5, 1.0)
        at = kind == MEAN
        slope[:, at] = by_mean[:, row[at]]
        if pull.threshold is not None and scale is not None:
            at = kind == THRESHOLD
            slope[:, at] = pull.threshold[:, row[at], col[at]]
            at = kind == SCALE
            slope[:, at] = scale[:, row[at]]
        free = self.parameter >= 0
        spread = np.zeros((int(free.sum()), size))
        spread[np.arange(len(spread)), self.parameter[free]] = 1.0
        value = np.where(moments.bad | ~np.isfinite(pull.value), np.inf, pull.value)
        return value, slope[:, free] @ spread

    def _through_residuals(
        self, moments: DrawnMoments, towards: FloatArray, by_sigma: FloatArray, scale: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """What moves through the residual variances that follow from the scales."""
        d = self.derived
        own = 0.5 * ((towards.transpose(0, 2, 1) @ by_sigma @ towards)[:, d, d])
        square = moments.effects[:, d[:, None], d[None, :]] ** 2
        back = np.linalg.solve(square.transpose(0, 2, 1), own[:, :, None])[:, :, 0]
        by_sigma, scale = by_sigma.copy(), scale.copy()
        by_sigma[:, d, d] -= 2 * back
        scale[:, d] -= 2 * back / moments.scales[:, d] ** 3
        return by_sigma, scale


@dataclass(frozen=True, slots=True, eq=False)
class DrawnSystem:
    """All groups of all draws, with `size` parameters."""

    groups: tuple[DrawnGroup, ...]
    size: int

    def take(self, index: IntArray) -> DrawnSystem:
        """Some of the draws."""
        return replace(self, groups=tuple(group.take(index) for group in self.groups))

    def evaluate(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """F / 2 (b,) and its gradient (b, q)."""
        value, gradient = np.zeros(len(theta)), np.zeros((len(theta), self.size))
        with np.errstate(all="ignore"):
            for group in self.groups:
                own, slope = group.evaluate(theta, self.size)
                value += group.share * own
                gradient += group.share[:, None] * slope
        return value, gradient


def inverse_each(matrices: FloatArray) -> tuple[FloatArray, BoolArray]:
    """Inverses (b, p, p), and which have none (NaN there)."""
    try:
        return np.asarray(np.linalg.inv(matrices)), np.zeros(len(matrices), dtype=bool)
    except np.linalg.LinAlgError:
        bad = np.asarray(np.linalg.matrix_rank(matrices)) < matrices.shape[-1]
        found = np.full(matrices.shape, np.nan)
        found[~bad] = np.linalg.inv(matrices[~bad])
        return found, bad


def log_determinants(matrices: FloatArray) -> FloatArray:
    """log |.| of symmetric matrices (..., p, p); infinite where not positive definite."""
    try:
        root = np.linalg.cholesky(matrices)
    except np.linalg.LinAlgError:
        finite = np.asarray(np.isfinite(matrices).all(axis=(-2, -1)))
        safe = np.where(finite[..., None, None], matrices, np.eye(matrices.shape[-1]))
        values = np.linalg.eigvalsh(safe)
        good = finite & (values[..., 0] > 0)
        return np.where(good, np.log(np.where(good[..., None], values, 1.0)).sum(axis=-1), np.inf)
    return np.asarray(2 * np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1))
