"""One general and several group factors from correlated factors, and the omegas that they give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.factoring import Extraction, Method, extract
from surveykit.stats.rotation import Rotation, rotate


@dataclass(frozen=True, slots=True, eq=False)
class SchmidLeiman:
    """Loadings (p,) on the general factor and (p, k) on group factors that do not correlate with it or each other.

    `second_order` (k,) are the loadings of the correlated factors on the general one; `rotation` and `extraction`
    the solution it is made from; `heywood` says whether a second-order loading reached 1.
    """

    general: FloatArray
    group: FloatArray
    second_order: FloatArray
    uniquenesses: FloatArray
    rotation: Rotation
    extraction: Extraction
    heywood: bool


@dataclass(frozen=True, slots=True, eq=False)
class HierarchicalOmega:
    """Reliabilities of the item sum, items turned by `signs` to load positively on the general factor.

    `hierarchical`: share of the sum's variance due to the general factor; `total`: to all common factors;
    `asymptotic`: the former over the latter; `explained`: the general factor's share of the common variance of the
    items; `alpha` and `lambda6` of the same correlations. `groups` (k, 3): for the sum of the items whose largest
    group loading is on that factor, the shares due to all of it, the general and the group factor.
    """

    hierarchical: float
    total: float
    asymptotic: float
    explained: float
    alpha: float
    lambda6: float
    groups: FloatArray
    signs: FloatArray


def schmid_leiman(
    correlation: ArrayLike, k: int, method: Method = "minres", rotation: str = "oblimin", starts: int = 1, seed: int = 1
) -> SchmidLeiman:
    """Schmid & Leiman's (1957) transformation of k obliquely rotated factors.

    The factors' correlations are factored by one minres factor; with two factors both second-order loadings are
    the root of their correlation, with one there is no group factor. In R: `psych::schmid(r, k)`.
    """
    matrix = np.asarray(correlation, dtype=np.float64)
    first = extract(matrix, k, method)
    turned = rotate(first.loadings, rotation, starts=starts, seed=seed)
    pattern, phi = turned.loadings, turned.correlations
    heywood = False
    if k == 1:
        second = np.ones(1)
    elif k == 2:
        shared = float(phi[0, 1])
        second = np.sqrt(abs(shared)) * np.array([1.0, 1.0 if shared >= 0 else -1.0])
    else:
        higher = extract(phi, 1, "minres")
        second, heywood = higher.loadings[:, 0], bool(higher.heywood.any())
    group = pattern * np.sqrt(np.maximum(1 - second**2, 0.0)) if k > 1 else np.zeros_like(pattern)
    return SchmidLeiman(
        frozen(pattern @ second), frozen(group), frozen(second), first.uniquenesses, turned, first, heywood
    )


def hierarchical_omega(correlation: ArrayLike, solution: SchmidLeiman, flip: bool = True) -> HierarchicalOmega:
    """Omega hierarchical, total and asymptotic (Zinbarg, Revelle, Yovel & Li 2005; McDonald 1999).

    With g the general loadings, u unique variances and V the sum of the correlations: (sum g)^2 / V, 1 - sum u / V,
    and their ratio. `flip` reverses items that load negatively on the general factor first. In R:
    `psych::omega(r, k, flip =)`: `$omega_h`, `$omega.tot`, `$omega.lim`, `$alpha`, `$G6`, `$omega.group`.
    """
    plain = np.asarray(correlation, dtype=np.float64)
    k = solution.group.shape[1]
    if not np.all(np.isfinite(plain)) or not np.all(np.isfinite(solution.general)):
        nan = float("nan")
        undefined = frozen(np.full((k, 3), np.nan)), frozen(np.ones(len(plain)))
        return HierarchicalOmega(nan, nan, nan, nan, nan, nan, *undefined)
    signs = np.where(flip & (solution.general < 0), -1.0, 1.0)
    matrix = plain * np.multiply.outer(signs, signs)
    general, group = solution.general * signs, solution.group * signs[:, None]
    p, total = len(matrix), float(matrix.sum())
    common = total - float(solution.uniquenesses.sum())
    shared = float(general.sum()) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        multiple = 1 - 1 / np.diag(np.linalg.pinv(matrix, hermitian=True))
    squares = (general**2).sum(), (group**2).sum()
    return HierarchicalOmega(
        shared / total,
        common / total,
        shared / common,
        float(squares[0] / (squares[0] + squares[1])),
        (total - p) / total * p / (p - 1),
        float((total - p + multiple.sum()) / total),
        frozen(_groups(matrix, general, group)),
        frozen(signs),
    )


def _groups(matrix: FloatArray, general: FloatArray, group: FloatArray) -> FloatArray:
    belongs = np.abs(group).argmax(axis=1)
    rows = np.full((group.shape[1], 3), np.nan)
    for factor in range(group.shape[1]):
        own = belongs == factor
        if own.any():
            variance = matrix[np.ix_(own, own)].sum()
            by_general, by_group = general[own].sum() ** 2, group[own, factor].sum() ** 2
            rows[factor] = np.array([by_general + by_group, by_general, by_group]) / variance
    return rows
