"""Replicate weights: an estimate is made again from parts of the sample, and its spread is its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import IntArray

METHODS = ("JK1", "JKn", "bootstrap")


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """Replicates of a sample of clusters in strata.

    JK1 leaves out one cluster at a time, JKn one and raises the others of its stratum, the bootstrap (Rao & Wu 1988)
    draws n - 1 clusters of n a stratum. `multipliers` (replicates, clusters) is kept for the bootstrap alone. `scales`
    (replicates,) multiply squared deviations.
    """

    method: str
    stratum: IntArray
    scales: FloatArray
    multipliers: FloatArray | None = None

    def totals(self, sums: FloatArray) -> FloatArray:
        """Totals (replicates, q) of cluster sums (clusters, q), weights included in the sums."""
        if self.multipliers is not None:
            return np.asarray(self.multipliers @ sums)
        whole = sums.sum(axis=0)
        count = len(sums)
        if self.method == "JK1":
            return np.asarray((whole - sums) * (count / (count - 1)))
        sizes = np.bincount(self.stratum)
        strata = np.stack([np.bincount(self.stratum, weights=column) for column in sums.T], axis=1)
        own, size = strata[self.stratum], sizes[self.stratum][:, None]
        return np.asarray(whole - own + (own - sums) * (size / (size - 1)))

    def covariance(self, estimates: FloatArray) -> FloatArray:
        """Covariance (p, p) of estimates (replicates, p) around their mean; undefined replicates are left out."""
        defined = np.isfinite(estimates).all(axis=1)
        if defined.sum() < 2:
            return np.full((estimates.shape[1], estimates.shape[1]), np.nan)
        centred = estimates[defined] - estimates[defined].mean(axis=0)
        return np.asarray((centred * self.scales[defined][:, None]).T @ centred)


def replication(method: str, stratum: IntArray, fraction: FloatArray, replicates: int, seed: int) -> Replication:
    """Replicates for clusters of these strata (clusters,), `fraction` (strata,) of them sampled.

    In R: `as.svrepdesign(design, type = "JK1" | "JKn" | "subbootstrap")`.
    """
    sizes = np.bincount(stratum)
    if method == "JK1":
        count = len(stratum)
        return Replication(method, stratum, np.full(count, (1 - fraction[0]) * (count - 1) / count))
    if method == "JKn":
        return Replication(method, stratum, ((1 - fraction) * (sizes - 1) / sizes)[stratum])
    random = np.random.default_rng(seed)
    drawn = np.zeros((replicates, len(stratum)))
    for code, size in enumerate(sizes):
        counts = random.multinomial(size - 1, np.full(size, 1 / size), size=replicates)
        drawn[:, stratum == code] = counts * (size / (size - 1))
    return Replication(method, stratum, np.full(replicates, 1 / (replicates - 1)), drawn)
