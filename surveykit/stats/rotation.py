"""Rotation of factor loadings by gradient projection, from several starts at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.rotation_criteria import Criterion, criterion_of, varimax

ORTHOGONAL = ("none", "varimax", "quartimax", "geomin_orthogonal", "target_orthogonal")
OBLIQUE = ("promax", "oblimin", "quartimin", "geomin", "target")
ROTATIONS = (*ORTHOGONAL, *OBLIQUE)
NORMALISED = ("varimax", "promax")
"""Rotations that weigh every item alike (Kaiser 1958) unless told otherwise, as `stats::varimax` and psych do."""
_STEPS, _TOLERANCE, _HALVINGS = 1000, 1e-6, 20
_MEMORY = 6
_DISTINCT = 1e-5

Found = tuple[FloatArray, tuple[float, ...], tuple[int, ...], int, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Rotation:
    """Rotated pattern `loadings` (p, k) and the factors' correlations (k, k), the identity if orthogonal.

    `matrix` (k, k): loadings are the unrotated ones times it. Factors are ordered by the variance they account
    for, the diagonal of correlations times loadings' cross products, largest first, and reflected so that each
    column of loadings has a positive sum. `minima` holds the distinct local minima of the criterion that the starts
    reached, lowest (taken) first, and `reached` how many starts ended in each; both are empty for `none`.
    """

    method: str
    loadings: FloatArray
    correlations: FloatArray
    matrix: FloatArray
    minima: tuple[float, ...]
    reached: tuple[int, ...]
    steps: int
    converged: bool


def rotate(
    loadings: ArrayLike,
    method: str = "oblimin",
    *,
    target: ArrayLike | None = None,
    normalise: bool | None = None,
    starts: int = 1,
    seed: int = 1,
    power: float = 4.0,
    epsilon: float = 0.01,
    tolerance: float = 1e-5,
) -> Rotation:
    """Rotate unrotated loadings (p, k) to simple structure.

    Criteria: varimax, quartimax, oblimin with gamma 0 (the same as quartimin: Jennrich & Sampson 1966), geomin
    with `epsilon` (Yates 1987), target with NaN where an entry of `target` (p, k) is free (Browne 2001); promax
    raises varimax loadings to `power` (Hendrickson & White 1964). Minimised by gradient projection (Bernaards &
    Jennrich 2005) from the loadings as they are and from `starts` - 1 random rotations of them (`seed`). Varimax
    (also before promax) goes by singular value decompositions until their sum grows by less than `tolerance` of
    itself: R's rule and value, which leaves loadings some 1e-3 from the optimum that a smaller one reaches; a
    random start counts only where it ends lower. Kaiser normalisation divides rows by the root of their
    communalities first: `normalise`, by default for varimax and promax only. One factor, or `none`, is only ordered
    and reflected. In R: `GPArotation::oblimin(L)`, `::quartimin`, `::geominQ`, `::geominT`, `::targetQ`,
    `::quartimax`, `stats::varimax(L)`, and promax as in `psych::fa(rotate = "promax")`.
    """
    plain = np.asarray(loadings, dtype=np.float64)
    k = plain.shape[1]
    if method == "none" or k == 1 or not np.all(np.isfinite(plain)):
        return _finished(method, plain, np.eye(k), np.eye(k), (), (), 0, True)
    weigh = method in NORMALISED if normalise is None else normalise
    length = np.sqrt((plain**2).sum(axis=1, keepdims=True))
    scale = np.where(length > 0, length, 1.0) if weigh else np.ones_like(length)
    aim = None if target is None else np.asarray(target, dtype=np.float64) / scale
    begin = _starts(k, starts, seed)
    if method == "promax":
        first = _varimax_rotation(plain / np.where(length > 0, length, 1.0), begin, tolerance)
        matrix, factors = _promax(plain / scale, first[0], power)
    elif method == "varimax":
        first = _varimax_rotation(plain / scale, begin, tolerance)
        matrix, factors = first[0], np.eye(k)
    else:
        first = stationary(plain / scale, method, criterion_of(method, aim, epsilon), begin)
        matrix = first[0] if method in ORTHOGONAL else np.asarray(np.linalg.inv(first[0]), dtype=np.float64).T
        factors = first[0].T @ first[0]
    return _finished(method, plain @ matrix, factors, matrix, *first[1:])


def _starts(k: int, count: int, seed: int) -> FloatArray:
    """The identity and `count` - 1 uniformly distributed orthogonal matrices (Stewart 1980)."""
    drawn = np.random.default_rng(seed).standard_normal((max(count, 1) - 1, k, k))
    turned, upper = np.linalg.qr(drawn)
    signs = np.sign(np.diagonal(upper, axis1=-2, axis2=-1))
    return np.concatenate([np.eye(k)[None], turned * signs[:, None, :]])


def _polar(matrices: FloatArray) -> FloatArray:
    left, _, right = np.linalg.svd(matrices)
    return np.asarray(left @ right)


def _unit_columns(matrices: FloatArray) -> FloatArray:
    return np.asarray(matrices / np.sqrt((matrices**2).sum(axis=-2, keepdims=True)))


def _transposed(matrices: FloatArray) -> FloatArray:
    return np.swapaxes(matrices, -1, -2)


def _varimax_rotation(loadings: FloatArray, start: FloatArray, tolerance: float) -> Found:
    """Varimax from the loadings as they are; of random starts the best, where that is another optimum and better."""
    turned, last, steps = start[0], 0.0, 0
    for _ in range(_STEPS):
        steps += 1
        rotated = loadings @ turned
        left, grown, right = np.linalg.svd(loadings.T @ (rotated * (rotated**2 - (rotated**2).mean(axis=0))))
        turned = left @ right
        if grown.sum() < last * (1 + tolerance):
            break
        last = grown.sum()
    own = float(varimax(loadings @ turned)[0])
    if len(start) == 1:
        return turned, (own,), (1,), steps, steps < _STEPS
    found = stationary(loadings, "varimax", varimax, np.concatenate([turned[None], start[1:]]))
    better = found[1][0] < own - 1e-3 * abs(own)
    return (found[0] if better else turned, found[1], found[2], max(steps, found[3]), steps < _STEPS)


def descend(
    loadings: FloatArray, criterion: Criterion, start: FloatArray, orthogonal: bool, most: int = _STEPS
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Gradient projection from (s, k, k) starts, of loadings (p, k) common to them or (s, p, k) each its own.

    The transformations, their criteria and the sizes of the gradient left, each (s, ...), and the steps taken.
    """
    turned, size = start.copy(), np.ones(len(start))
    value, slope = _value_and_slope(loadings, turned, criterion, orthogonal)
    direction = _tangent(turned, slope, orthogonal)
    norm = np.sqrt((direction**2).sum(axis=(-2, -1)))
    active = np.flatnonzero(norm >= _TOLERANCE)
    recent = np.tile(value, (_MEMORY, 1))
    steps = 0
    while active.size and steps < most:
        steps += 1
        before, tilt = turned[active], direction[active]
        limit = recent[:, active].max(axis=0)
        after, found, slope, stuck = _search(
            _own(loadings, active), before, tilt, limit, size[active], criterion, orthogonal
        )
        ahead = _tangent(after, slope, orthogonal)
        bent = ((after - before) * (ahead - tilt)).sum(axis=(-2, -1))
        walked = ((after - before) ** 2).sum(axis=(-2, -1))
        size[active] = np.clip(walked / np.where(bent > 0, bent, walked / 2 + 1e-300), 1e-3, 1e3)
        turned[active], value[active], direction[active] = after, found, ahead
        recent[steps % _MEMORY, active] = found
        norm[active] = np.sqrt((ahead**2).sum(axis=(-2, -1)))
        active = active[(norm[active] >= _TOLERANCE) & ~stuck]
    return turned, value, norm, steps


def _own(loadings: FloatArray, index: NDArray[np.intp]) -> FloatArray:
    return loadings if loadings.ndim == 2 else loadings[index]


def stationary(loadings: FloatArray, method: str, criterion: Criterion, start: FloatArray) -> Found:
    """The transformation with the lowest criterion that gradient projection reaches from (s, k, k) starts.

    Steps are those of Barzilai & Borwein (1988), kept below the largest of the last few criteria (Grippo et al. 1986).
    Also the distinct minima, how many starts reached each, steps of the slowest start, and whether the best one
    converged.
    """
    turned, value, norm, steps = descend(loadings, criterion, start, method in ORTHOGONAL)
    best = int(np.argmax(value <= value.min() + _DISTINCT * max(1.0, abs(value.min()))))
    minima, reached = _distinct(value)
    return turned[best], minima, reached, steps, bool(norm[best] < 1e-4)


def _distinct(values: FloatArray) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Values that differ by more than rounding, lowest first, and how many lie at each."""
    minima: list[float] = []
    reached: list[int] = []
    for value in np.sort(values):
        if minima and value - minima[-1] <= _DISTINCT * max(1.0, abs(minima[-1])):
            reached[-1] += 1
        else:
            minima.append(float(value))
            reached.append(1)
    return tuple(minima), tuple(reached)


def _value_and_slope(
    loadings: FloatArray, turned: FloatArray, criterion: Criterion, orthogonal: bool
) -> tuple[FloatArray, FloatArray]:
    """The criterion and its gradient with respect to the transformations."""
    if orthogonal:
        value, inner = criterion(loadings @ turned)
        return value, _transposed(loadings) @ inner
    inverse: FloatArray = np.asarray(np.linalg.inv(turned), dtype=np.float64)
    rotated = np.asarray(loadings @ _transposed(inverse))
    value, inner = criterion(rotated)
    return value, -_transposed(_transposed(rotated) @ inner @ inverse)


def _tangent(turned: FloatArray, slope: FloatArray, orthogonal: bool) -> FloatArray:
    """The gradient projected to where orthogonality, or unit variance of the factors, is kept."""
    if orthogonal:
        inner = _transposed(turned) @ slope
        return np.asarray(slope - turned @ (inner + _transposed(inner)) / 2)
    return np.asarray(slope - turned * (turned * slope).sum(axis=-2, keepdims=True))


def _search(
    loadings: FloatArray,
    turned: FloatArray,
    direction: FloatArray,
    limit: FloatArray,
    size: FloatArray,
    criterion: Criterion,
    orthogonal: bool,
) -> tuple[FloatArray, FloatArray, FloatArray, NDArray[np.bool_]]:
    """A step of each start against its projected gradient, halved until the criterion is enough below `limit`.

    Also the criterion and its gradient there, and which starts never got below.
    """
    project = _polar if orthogonal else _unit_columns
    moved, reached, tilt, length = turned.copy(), limit.copy(), np.empty_like(turned), size.copy()
    waiting = np.arange(len(turned))
    squares = (direction**2).sum(axis=(-2, -1))
    for _ in range(_HALVINGS):
        proposal = project(turned[waiting] - length[waiting, None, None] * direction[waiting])
        found, slope = _value_and_slope(_own(loadings, waiting), proposal, criterion, orthogonal)
        moved[waiting], reached[waiting], tilt[waiting] = proposal, found, slope
        waiting = waiting[limit[waiting] - found < 1e-3 * squares[waiting] * length[waiting]]
        if not waiting.size:
            break
        length[waiting] /= 2
    stuck = np.zeros(len(turned), dtype=bool)
    stuck[waiting] = True
    return moved, reached, tilt, stuck


def _promax(loadings: FloatArray, turned: FloatArray, power: float) -> tuple[FloatArray, FloatArray]:
    """The transformation towards powered varimax loadings, factors scaled to unit variance, and their correlations."""
    rotated = loadings @ turned
    aim = rotated * np.abs(rotated) ** (power - 1)
    towards = np.linalg.lstsq(rotated, aim, rcond=None)[0]
    towards = towards * np.sqrt(np.diag(np.linalg.inv(towards.T @ towards)))
    matrix = turned @ towards
    inverse = np.linalg.inv(matrix)
    return matrix, inverse @ inverse.T


def _finished(
    method: str,
    loadings: FloatArray,
    factors: FloatArray,
    matrix: FloatArray,
    minima: tuple[float, ...],
    reached: tuple[int, ...],
    steps: int,
    converged: bool,
) -> Rotation:
    """Order factors by variance accounted for and make the sum of each column of loadings positive."""
    explained = np.diag(factors @ loadings.T @ loadings)
    order = np.argsort(-np.nan_to_num(explained), kind="stable")
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)[order]
    return Rotation(
        method,
        frozen(loadings[:, order] * signs),
        frozen(factors[np.ix_(order, order)] * np.multiply.outer(signs, signs)),
        frozen(matrix[:, order] * signs),
        minima,
        reached,
        steps,
        converged,
    )
