"""How a sample was drawn, and the variance that follows: strata, clusters, finite populations, calibrated weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import IntArray
from surveykit.stats.replication import Replication

_ROUNDS = 10


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Margins that the weights were made to meet: the weights before (n,), and each margin's category a row (n,)."""

    base: FloatArray
    margins: tuple[IntArray, ...]

    def residuals(self, values: FloatArray) -> FloatArray:
        """`values` (n, p) less what the margins predict of them: base-weighted means removed margin by margin.

        What the margins fix cannot vary from sample to sample. Rounds as in R's `survey:::svyrecvar`.
        """
        left = values.copy()
        for _ in range(_ROUNDS if len(self.margins) > 1 else 1):
            for codes in self.margins:
                total = np.bincount(codes, weights=self.base)
                sums = group_sums(left * self.base[:, None], codes, len(total))
                means = np.divide(sums, total[:, None], out=np.zeros_like(sums), where=total[:, None] > 0)
                left -= means[codes]
        return left


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """A sample of n rows: `psu` (n,) the cluster of a row (None: rows are drawn one by one), `stratum` (clusters,) the
    stratum of a cluster, `fraction` (strata,) the share of its clusters that was drawn (0 for an infinite population).

    Only the first stage counts (ultimate clusters), as with `options(survey.ultimate.cluster = TRUE)` in R.
    """

    weights: FloatArray
    psu: IntArray | None
    stratum: IntArray
    fraction: FloatArray
    calibration: Calibration | None = None
    replication: Replication | None = None

    @property
    def sizes(self) -> IntArray:
        """Clusters a stratum."""
        return np.bincount(self.stratum, minlength=len(self.fraction))

    def calibrated(self, weights: FloatArray, calibration: Calibration) -> Sampling:
        """The same sample with weights that meet margins."""
        return replace(self, weights=weights, calibration=calibration)

    def cluster_sums(self, values: FloatArray) -> FloatArray:
        """Sums (clusters, p) of the rows (n, p) of each cluster."""
        return values if self.psu is None else group_sums(values, self.psu, len(self.stratum))

    def df(self, inside: FloatArray | None = None) -> float:
        """Clusters less strata, among rows of positive weight (and those `inside` a domain). In R: `degf(design)`."""
        used = self.weights > 0 if inside is None else (self.weights > 0) & np.asarray(inside, dtype=bool)
        clusters = np.flatnonzero(used) if self.psu is None else np.unique(self.psu[used])
        return float(len(clusters) - len(np.unique(self.stratum[clusters])))

    def covariance(self, influence: FloatArray) -> FloatArray:
        """Covariance (p, p) of sums of weighted influence values (n, p), zero outside the domain.

        Sum over strata of (1 - f) n / (n - 1) times the scatter of cluster sums around the stratum's mean cluster.
        """
        centred = self._centred(influence)
        return np.asarray(centred.T @ centred)

    def variances(self, influence: FloatArray) -> FloatArray:
        """The diagonal of `covariance`, (p,)."""
        return np.asarray(np.einsum("ij,ij->j", centred := self._centred(influence), centred))

    def _centred(self, influence: FloatArray) -> FloatArray:
        if self.calibration is not None:
            weights = self.weights[:, None]
            ratio = np.divide(influence, weights, out=np.zeros_like(influence), where=weights > 0)
            influence = self.calibration.residuals(ratio) * weights
        sums = self.cluster_sums(influence)
        sizes = self.sizes
        means = group_sums(sums, self.stratum, len(sizes)) / sizes[:, None]
        scale = np.sqrt((1 - self.fraction) * sizes / np.maximum(sizes - 1, 1))
        return np.asarray((sums - means[self.stratum]) * scale[self.stratum][:, None])


def group_sums(values: FloatArray, codes: IntArray, groups: int) -> FloatArray:
    """Sums (groups, p) of rows (n, p) by group code (n,)."""
    if groups == 1:
        return np.asarray(values.sum(axis=0, keepdims=True))
    return np.column_stack([np.bincount(codes, weights=column, minlength=groups) for column in values.T])
