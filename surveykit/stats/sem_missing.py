"""Full-information maximum likelihood: rows grouped by which variables they have, a set of moments a pattern.

Every computation runs over all patterns at once: the covariance matrix of a pattern is that of all variables with
rows and columns of the missing ones replaced by the identity, and its inverse is zeroed there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.stats.sem_ram import Elements, Implied, Point, Shape, Slopes, curvature

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]

_EM_STEPS = 2000
_EM_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """P missing patterns: `seen` (P, p), rows `n` (P,), means (P, p) and covariances (P, p, p), zero where missing.

    `rows` (n, p) are the answers with zero for missing, `member` (n,) the pattern of each row.
    """

    seen: BoolArray
    n: FloatArray
    means: FloatArray
    covariances: FloatArray
    rows: FloatArray
    member: IntArray

    @classmethod
    def of(cls, rows: FloatArray, weights: FloatArray | None = None) -> Patterns:
        """Group rows (n, p) with NaN for missing; every row has at least one answer."""
        there = ~np.isnan(rows)
        packed = np.packbits(there, axis=1)
        _, first, member = np.unique(packed, axis=0, return_index=True, return_inverse=True)
        member = member.reshape(-1)
        seen = there[first]
        filled = np.where(there, rows, 0.0)
        weight = np.ones(len(rows)) if weights is None else weights
        order = np.argsort(member, kind="stable")
        bounds = np.searchsorted(member[order], np.arange(len(seen)))
        n = np.add.reduceat(weight[order], bounds)
        means = np.add.reduceat((filled * weight[:, None])[order], bounds, axis=0) / n[:, None]
        centred = np.where(there, filled - means[member], 0.0)[order]
        ends = [*bounds[1:], len(rows)]
        scaled = centred * weight[order][:, None]
        covariances = np.stack(
            [scaled[a:b].T @ centred[a:b] / size for a, b, size in zip(bounds, ends, n, strict=True)]
        )
        return cls(seen, n, means, covariances, filled, member.astype(np.int64))

    @property
    def total(self) -> float:
        """Rows, or the sum of their weights."""
        return float(self.n.sum())

    def inverses(self, sigma: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Inverse of each pattern's block (P, p, p), zero elsewhere, and its log determinant (P,)."""
        both = self.seen[:, :, None] & self.seen[:, None, :]
        block = np.where(both, sigma, np.eye(len(sigma)))
        log_det = 2 * np.log(np.diagonal(np.linalg.cholesky(block), axis1=1, axis2=2)).sum(axis=1)
        return np.where(both, np.linalg.inv(block), 0.0), log_det

    def gaps(self, mu: FloatArray) -> FloatArray:
        """Pattern mean minus `mu`, zero where missing."""
        return np.where(self.seen, self.means - mu, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class MissingMoments:
    """The likelihood of one group with missing answers, with its maximum without a model.

    `mean` (p,) and `covariance` (p, p) are there; `saturated` is -log L / n there.
    """

    patterns: Patterns
    mean: FloatArray
    covariance: FloatArray
    saturated: float

    @classmethod
    def of(cls, patterns: Patterns, mean: FloatArray, covariance: FloatArray) -> MissingMoments:
        """The likelihood, from the moments of `saturated_moments`."""
        made = cls(patterns, mean, covariance, 0.0)
        return cls(patterns, mean, covariance, made.minus_log_likelihood(covariance, mean))

    @property
    def n(self) -> float:
        """Rows, or the sum of their weights."""
        return self.patterns.total

    def _parts(self, implied: Implied) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Share, W, W d, W (S + d d') W of each pattern."""
        share = self.patterns.n / self.patterns.total
        weight = self.patterns.inverses(implied.sigma)[0]
        gap = self.patterns.gaps(implied.mu)
        around = self.patterns.covariances + gap[:, :, None] * gap[:, None, :]
        pull = (weight @ gap[:, :, None])[:, :, 0]
        return share, weight, pull, weight @ around @ weight

    def minus_log_likelihood(self, sigma: FloatArray, mu: FloatArray) -> float:
        """-log L / n."""
        patterns = self.patterns
        weight, log_det = patterns.inverses(sigma)
        gap = patterns.gaps(mu)
        around = patterns.covariances + gap[:, :, None] * gap[:, None, :]
        size = patterns.seen.sum(axis=1)
        each = log_det + (weight * around).sum(axis=(1, 2)) + size * np.log(2 * np.pi)
        return float(patterns.n @ each) / (2 * patterns.total)

    def value(self, point: Point) -> float:
        """F / 2: minus the log-likelihood per row, relative to the saturated model."""
        return self.minus_log_likelihood(point.implied.sigma, point.implied.mu) - self.saturated

    def step(self, point: Point) -> tuple[FloatArray, FloatArray]:
        """Gradient (K,) and observed information (K, K)."""
        implied, slopes = point.implied, point.slopes
        share, weight, pull, around = self._parts(implied)
        pulled, mean_pull = np.tensordot(share, weight - around, 1), share @ pull
        gradient = ((slopes.left @ pulled) * slopes.right).sum(axis=1) - slopes.mean @ mean_pull
        information = _summed(slopes, share, weight, 2 * around - weight, pull)
        return gradient, information + curvature(implied, point.free, pulled, -mean_pull)

    def hessian(self, point: Point) -> FloatArray:
        """Second derivatives (K, K): the observed information."""
        return self.step(point)[1]

    def scores(self, implied: Implied, slopes: Slopes) -> FloatArray:
        """Derivatives of each row's log-likelihood, (n, K)."""
        patterns = self.patterns
        weight, _ = patterns.inverses(implied.sigma)
        gap = np.where(patterns.seen[patterns.member], patterns.rows - implied.mu, 0.0)
        turned = np.empty_like(gap)
        for at, block in enumerate(weight):
            mine = patterns.member == at
            turned[mine] = gap[mine] @ block
        constant = ((slopes.left @ weight) * slopes.right).sum(axis=2)
        out = (turned @ slopes.left.T) * (turned @ slopes.right.T) - constant[patterns.member]
        return np.asarray(out + turned @ slopes.mean.T)


def _summed(slopes: Slopes, share: FloatArray, weight: FloatArray, other: FloatArray, pull: FloatArray) -> FloatArray:
    """Sum over patterns of tr(W dSigma_j Q dSigma_i) / 2 and the mean terms with W d = `pull`, (K, K)."""
    p = weight.shape[1]
    flat = len(share), p * p
    scaled = weight * share[:, None, None]
    change = slopes.left[:, :, None] * slopes.right[:, None, :]
    change += change.transpose(0, 2, 1)
    turned = np.zeros((len(change), p * p))
    for row, block in enumerate(np.ascontiguousarray(scaled.transpose(1, 2, 0))):
        pair = (block @ other.reshape(flat)).reshape(p * p, p)
        turned += change[:, row] @ pair.T
    change = change.reshape(-1, p * p)
    out = turned @ change.T / 2
    bent = change @ (scaled.reshape(flat).T @ pull).reshape(p, p, p).transpose(1, 2, 0).reshape(p * p, p)
    cross = slopes.mean @ bent.T
    average = np.tensordot(share, weight, 1)
    return np.asarray((out + out.T) / 2 + cross + cross.T + slopes.mean @ average @ slopes.mean.T)


def saturated_moments(patterns: Patterns) -> tuple[FloatArray, FloatArray, bool]:
    """Maximum likelihood mean (p,) and covariance (p, p) without a model, by EM; False where it did not settle.

    Source: Dempster, Laird & Rubin 1977; Little & Rubin 2002, 11.2. In R: `lavaan::lavInspect(fit, "h1")`.
    """
    total = patterns.total
    share = patterns.n / total
    seen = patterns.n @ patterns.seen
    mu = patterns.n @ patterns.means / seen
    gap = patterns.gaps(mu)
    spread = patterns.n @ (np.diagonal(patterns.covariances, axis1=1, axis2=2) + gap**2) / seen
    sigma = np.diag(spread)
    change = np.inf
    unit = np.sqrt(spread)
    for _ in range(_EM_STEPS):
        weight, _ = patterns.inverses(sigma)
        gap = patterns.gaps(mu)
        fill = sigma @ weight
        shift = (fill @ gap[:, :, None])[:, :, 0]
        second = fill @ (patterns.covariances + gap[:, :, None] * gap[:, None, :]) @ fill.transpose(0, 2, 1)
        move = share @ shift
        new = np.tensordot(share, second, 1) + sigma - np.tensordot(share, fill, 1) @ sigma - np.outer(move, move)
        new = (new + new.T) / 2
        change = max(np.abs((new - sigma) / np.outer(unit, unit)).max(), np.abs(move / unit).max())
        mu, sigma = mu + move, new
        if change < _EM_TOLERANCE:
            return mu, sigma, True
    return mu, sigma, bool(change < 1e-5)


def saturated_elements(p: int) -> tuple[Shape, Elements]:
    """The model without a model: every covariance (lower triangle) and mean its own parameter."""
    row, col = np.tril_indices(p)
    kind = np.concatenate([np.full(len(row), 1), np.full(p, 2)]).astype(np.int64)
    everyone = np.arange(p)
    elements = Elements(kind, np.concatenate([row, everyone]), np.concatenate([col, everyone]))
    return Shape(p, everyone), elements
