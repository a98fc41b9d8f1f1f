"""What one answer, or one pair of answers, adds to the estimate of a threshold or a polychoric correlation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.polychoric import BOUND as BOUND
from surveykit.stats.polychoric import corner_density, differences, maximise, probabilities

IMPOSSIBLE = float(np.sqrt(np.finfo(np.float64).eps))
_EDGE = 9.0


@dataclass(frozen=True, slots=True, eq=False)
class PairFit:
    """Correlations (m,), influence of each pair of answers (m, L + 1, L + 1), rows in all but impossible cells (m,).

    The last row and column of the influence are those of a missing answer.
    """

    correlation: FloatArray
    influence: FloatArray
    impossible: FloatArray
    corrected: NDArray[np.bool_]


def padded_thresholds(tallies: FloatArray) -> FloatArray:
    """Thresholds (p, L - 1) from counts of the used levels (p, L), used levels first; infinite past the last.

    Formula: normal quantiles of the cumulative proportions.
    """
    share = np.cumsum(tallies, axis=1)
    past = np.cumsum(tallies[:, ::-1], axis=1)[:, ::-1][:, 1:] <= 0
    return np.where(past, np.inf, special.ndtri(np.minimum(share[:, :-1] / share[:, -1:], 1.0)))


def threshold_influence(tallies: FloatArray, cuts: FloatArray) -> FloatArray:
    """How one answer moves each threshold, (p, L + 1, L - 1), summing to zero over the rows of a variable.

    Formula: (1[answer <= k] - F_k) / (phi(tau_k) sum of weights); zero for a missing answer and an unused threshold.
    """
    p, size = tallies.shape
    total = tallies.sum(axis=1)[:, None, None]
    below = np.arange(size)[:, None] <= np.arange(size - 1)[None, :]
    finite = np.isfinite(cuts)
    height = np.where(finite, np.exp(-(np.where(finite, cuts, 0.0) ** 2) / 2) / np.sqrt(2 * np.pi), np.inf)
    influence = np.zeros((p, size + 1, size - 1))
    influence[:, :size] = (below - special.ndtr(cuts)[:, None, :]) / (height[:, None, :] * total)
    return influence


def continuity(tables: FloatArray, binary: NDArray[np.bool_]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """2 x 2 tables (top left corner of each) with one empty cell get half a row there, margins kept; which ones."""
    corner = tables[:, :2, :2]
    at = binary & ((corner == 0).sum(axis=(1, 2)) == 1)
    on_diagonal = (corner[:, 0, 0] == 0) | (corner[:, 1, 1] == 0)
    shift = np.where(on_diagonal, 0.5, -0.5)[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]])
    moved = tables.copy()
    moved[at, :2, :2] += shift[at]
    return moved, at


def fit_pairs(
    tables: FloatArray,
    row_cuts: FloatArray,
    column_cuts: FloatArray,
    row_influence: FloatArray,
    column_influence: FloatArray,
    binary: NDArray[np.bool_],
) -> PairFit:
    """Two-step correlations of m tables (m, L, L) and the influence of each cell on them.

    With s the score of a cell for the correlation and t those for the thresholds, the influence is
    (s - sum t_k influence of threshold k) / sum n s^2, sums over the answers given (Muthen 1984). A cell that
    holds answers though its probability is below 1.5e-8 adds nothing; `impossible` counts such answers.
    """
    adjusted, corrected = continuity(tables, binary)
    rho = maximise(adjusted, row_cuts, column_cuts)
    known = np.where(np.isnan(rho), 0.0, rho)
    h, k = np.clip(row_cuts, -_EDGE, _EDGE), np.clip(column_cuts, -_EDGE, _EDGE)
    probability = probabilities(h, k, known)
    possible = probability > IMPOSSIBLE
    inverse = np.where(possible, 1.0 / np.where(possible, probability, 1.0), 0.0)
    score = differences(corner_density(h, k, known)) * inverse
    weight = tables * score * inverse
    along_rows = border_density(h, k, known) * -np.diff(weight, axis=1)
    along_columns = border_density(k, h, known).swapaxes(1, 2) * -np.diff(weight, axis=2)
    curvature = np.einsum("mab,mab,mab->m", tables, score, score)
    influence = np.zeros((len(tables), score.shape[1] + 1, score.shape[2] + 1))
    influence[:, :-1, :-1] = score
    influence -= np.einsum("mk,mak->ma", along_rows.sum(axis=2), row_influence)[:, :, None]
    influence -= np.einsum("mk,mbk->mb", along_columns.sum(axis=1), column_influence)[:, None, :]
    usable = ~np.isnan(rho) & (curvature > 0)
    influence /= np.where(usable, curvature, np.nan)[:, None, None]
    impossible = np.where(possible, 0.0, tables).sum(axis=(1, 2))
    return PairFit(rho, influence, impossible, corrected)


def border_density(cuts: FloatArray, other: FloatArray, rho: FloatArray) -> FloatArray:
    """Density along each border of one variable, cut by the other: (m, borders, levels of the other)."""
    rest = np.sqrt(1 - rho**2)[:, None, None]
    inner = special.ndtr((other[:, None, :] - rho[:, None, None] * cuts[:, :, None]) / rest)
    share = np.diff(np.pad(inner, ((0, 0), (0, 0), (1, 1)), constant_values=((0, 0), (0, 0), (0, 1))), axis=2)
    return np.asarray(np.exp(-(cuts**2) / 2)[:, :, None] / np.sqrt(2 * np.pi) * share)
