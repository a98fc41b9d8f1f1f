"""Whether items can be factored at all, and rules for how many factors or components they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray


@dataclass(frozen=True, slots=True)
class Bartlett:
    """The test that all correlations are zero."""

    chi2: float
    df: int
    p_value: float


@dataclass(frozen=True, slots=True, eq=False)
class AveragePartials:
    """Average squared and fourth-power partial correlations (m + 1,) after 0 to m components are taken out."""

    squared: FloatArray
    fourth: FloatArray

    @property
    def minimum(self) -> int:
        """Components at the minimum of the squared criterion (Velicer 1976)."""
        return _lowest(self.squared)

    @property
    def minimum_fourth(self) -> int:
        """Components at the minimum of the fourth-power criterion (Velicer, Eaton & Fava 2000)."""
        return _lowest(self.fourth)


def _lowest(values: FloatArray) -> int:
    return int(np.nanargmin(values)) if np.isfinite(values).any() else 0


def positive_definite(matrix: ArrayLike, tolerance: float = 1e-8) -> bool:
    """Whether a symmetric matrix is finite and its smallest eigenvalue above `tolerance`."""
    values = np.asarray(matrix, dtype=np.float64)
    return bool(np.all(np.isfinite(values)) and np.linalg.eigvalsh(values)[0] > tolerance)


def eigenvalues(correlation: ArrayLike) -> FloatArray:
    """Eigenvalues, largest first. In R: `eigen(r)$values`."""
    return np.asarray(np.linalg.eigvalsh(np.asarray(correlation, dtype=np.float64))[..., ::-1])


def smc(correlation: ArrayLike) -> FloatArray:
    """Squared multiple correlation of each variable with the others, (p,); pseudo-inverse where singular.

    Kept within 0..1. In R: `psych::smc(r)`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    inverse = np.linalg.inv(matrix) if positive_definite(matrix) else np.linalg.pinv(matrix, hermitian=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.clip(1 - 1 / np.diag(inverse), 0.0, 1.0)


def kmo(correlation: ArrayLike) -> tuple[float, FloatArray]:
    """Kaiser-Meyer-Olkin measure of sampling adequacy, overall and of each variable (p,).

    Squared correlations over themselves plus squared partial correlations (Kaiser & Rice 1974). NaN where the
    matrix is not positive definite. In R: `psych::KMO(r)`, `$MSA` and `$MSAi`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    p = len(matrix)
    if not positive_definite(matrix):
        return float("nan"), np.full(p, np.nan)
    inverse = np.linalg.inv(matrix)
    scale = np.sqrt(np.diag(inverse))
    off = ~np.eye(p, dtype=bool)
    plain = (matrix**2 * off).sum(axis=0)
    partial = ((inverse / np.multiply.outer(scale, scale)) ** 2 * off).sum(axis=0)
    with np.errstate(invalid="ignore"):
        return float(plain.sum() / (plain.sum() + partial.sum())), plain / (plain + partial)


def bartlett(correlation: ArrayLike, n: float) -> Bartlett:
    """Bartlett's (1951) test of sphericity, chi2 = -(n - 1 - (2p + 5) / 6) log det R on p (p - 1) / 2 df.

    NaN where the matrix is not positive definite. In R: `psych::cortest.bartlett(r, n)`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    p = len(matrix)
    df = p * (p - 1) // 2
    if not positive_definite(matrix):
        return Bartlett(float("nan"), df, float("nan"))
    chi2 = -float(np.linalg.slogdet(matrix)[1]) * (n - 1 - (2 * p + 5) / 6)
    return Bartlett(chi2, df, float(special.chdtrc(df, chi2)))


def average_partials(correlation: ArrayLike, most: int | None = None) -> AveragePartials:
    """Velicer's minimum average partial criterion for 0 to `most` components (p - 2 unless given).

    Entry m is the mean of the squared (or fourth-power) off-diagonal partial correlations after the first m
    principal components. NaN from where a variable has no variance left. In R: `psych::vss(r)$map` (entries 1
    to n, squared).
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    p = len(matrix)
    last = p - 2 if most is None else min(most, p - 2)
    values, vectors = np.linalg.eigh(matrix)
    components = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    off = ~np.eye(p, dtype=bool)
    squared, fourth = np.full(last + 1, np.nan), np.full(last + 1, np.nan)
    for taken in range(last + 1):
        rest = matrix - components[:, :taken] @ components[:, :taken].T
        left = np.diag(rest)
        if left.min() < 1e-10:
            break
        partial = rest[off] ** 2 / np.multiply.outer(left, left)[off]
        squared[taken], fourth[taken] = partial.mean(), (partial**2).mean()
    return AveragePartials(frozen(squared), frozen(fourth))
