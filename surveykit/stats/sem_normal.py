"""Normal-theory discrepancies of complete data (ML, GLS, ULS) in the covariances and means of one group.

All values, gradients and informations are of F / 2 per observation, so that n times the information is Fisher's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_ram import Implied, Point, Slopes, curvature

FloatArray = NDArray[np.float64]
Method = Literal["ML", "GLS", "ULS"]


def log_determinant(matrix: FloatArray) -> float:
    """log |matrix|; LinAlgError where it is not positive definite."""
    return 2 * float(np.log(np.diag(np.linalg.cholesky(matrix))).sum())


def information(slopes: Slopes, weight: FloatArray) -> FloatArray:
    """tr(W dSigma_i W dSigma_j) / 2 + dmu_i' W dmu_j, (K, K)."""
    left, right = slopes.left @ weight, slopes.right @ weight
    mixed = left @ slopes.right.T
    out = (left @ slopes.left.T) * (right @ slopes.right.T) + mixed * mixed.T
    return out + slopes.mean @ weight @ slopes.mean.T


def second_order(slopes: Slopes, weight: FloatArray, other: FloatArray, pull: FloatArray) -> FloatArray:
    """tr(W dSigma_j Q dSigma_i) / 2 plus the mean terms with W d = `pull`; the Hessian but for d2 Sigma, d2 mu."""
    left, right, mean = slopes.left, slopes.right, slopes.mean
    wl, wr, ql, qr = left @ weight, right @ weight, left @ other, right @ other
    w_lr, q_lr = wl @ right.T, ql @ right.T
    out = (w_lr.T * q_lr + w_lr * q_lr.T + (wr @ right.T) * (ql @ left.T) + (wl @ left.T) * (qr @ right.T)) / 2
    wt = mean @ weight
    cross = (wt @ left.T) * (right @ pull) + (wt @ right.T) * (left @ pull)
    return out + cross + cross.T + wt @ mean.T


@dataclass(frozen=True, slots=True, eq=False)
class NormalMoments:
    """Covariances (p, p; divisor n) and means (p,) of n complete rows, and the discrepancy to minimise."""

    n: float
    covariance: FloatArray
    mean: FloatArray | None
    method: Method
    log_det: float
    fixed_weight: FloatArray | None

    @classmethod
    def of(cls, n: float, covariance: FloatArray, mean: FloatArray | None, method: Method = "ML") -> NormalMoments:
        """Sample moments made ready; LinAlgError where the covariance matrix is not positive definite."""
        weight = None
        log_det = 0.0
        if method == "ULS":
            weight = np.eye(len(covariance))
        else:
            log_det = log_determinant(covariance)
            weight = np.linalg.inv(covariance) if method == "GLS" else None
        return cls(n, covariance, mean, method, log_det, weight)

    def _gap(self, implied: Implied) -> FloatArray:
        return np.zeros(len(implied.mu)) if self.mean is None else self.mean - implied.mu

    def value(self, point: Point) -> float:
        """F / 2."""
        implied = point.implied
        gap = self._gap(implied)
        if self.fixed_weight is not None:
            weight = self.fixed_weight
            rest = weight @ (self.covariance - implied.sigma)
            return float((rest * rest.T).sum()) / 4 + float(gap @ weight @ gap) / 2
        root = np.linalg.cholesky(implied.sigma)
        weight = np.linalg.inv(implied.sigma)
        log_det = 2 * float(np.log(np.diag(root)).sum())
        trace = float((weight * self.covariance).sum())
        return (log_det + trace - self.log_det - len(gap) + float(gap @ weight @ gap)) / 2

    def step(self, point: Point) -> tuple[FloatArray, FloatArray]:
        """Gradient (K,) and expected information (K, K)."""
        implied, slopes = point.implied, point.slopes
        weight = np.linalg.inv(implied.sigma) if self.fixed_weight is None else self.fixed_weight
        gap = self._gap(implied)
        rest = implied.sigma - self.covariance
        if self.fixed_weight is None:
            rest = rest - np.multiply.outer(gap, gap)
        pulled = weight @ rest @ weight
        gradient = ((slopes.left @ pulled) * slopes.right).sum(axis=1) - slopes.mean @ (weight @ gap)
        return gradient, information(slopes, weight)

    def hessian(self, point: Point) -> FloatArray:
        """Second derivatives (K, K): the observed information."""
        implied, slopes, elements = point.implied, point.slopes, point.free
        gap = self._gap(implied)
        if self.fixed_weight is not None:
            weight = self.fixed_weight
            pulled = weight @ (implied.sigma - self.covariance) @ weight
            return information(slopes, weight) + curvature(implied, elements, pulled, -weight @ gap)
        weight = np.linalg.inv(implied.sigma)
        around = weight @ (self.covariance + np.multiply.outer(gap, gap)) @ weight
        pull = weight @ gap
        out = second_order(slopes, weight, 2 * around - weight, pull)
        return out + curvature(implied, elements, weight - around, -pull)


def casewise(rows: FloatArray, centre: FloatArray, weight: FloatArray, slopes: Slopes, level: FloatArray) -> FloatArray:
    """Scores of each row, (n, K): z'u z'v - u' W level W v + z' dmu with z = W (row - centre).

    With `level` = Sigma and the model's W these are the derivatives of the log-likelihood; with the sample
    covariance they are the row's part of Delta' W (s - sigma).
    """
    turned = (rows - centre) @ weight
    constant = ((slopes.left @ (weight @ level @ weight)) * slopes.right).sum(axis=1)
    return (turned @ slopes.left.T) * (turned @ slopes.right.T) - constant + turned @ slopes.mean.T
