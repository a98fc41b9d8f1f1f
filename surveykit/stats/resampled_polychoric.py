"""Polychoric correlations of bootstrap resamples, many resamples at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.polychoric import maximise
from surveykit.stats.resampled_moments import resample_weights

_BLOCK = 4_000_000
_TABLES = 128
"""Tables of one pair maximised at a time: alike in size of correlation, and small enough for the cache."""


def resampled_polychoric(
    rows: ArrayLike, levels: Sequence[Sequence[float]], n_boot: int, seed: int
) -> Iterator[FloatArray]:
    """Two-step polychoric correlations of resamples of (n, p) codes without missing values, in blocks (b, p, p).

    `levels` lists the codes of each variable. A correlation is NaN where a resample gives it no estimate, as in
    `polychoric`.
    """
    values = np.asarray(rows, dtype=np.float64)
    hot = np.concatenate([values[:, [j]] == np.array(codes) for j, codes in enumerate(levels)], axis=1).astype(float)
    ends = np.cumsum([0, *(len(codes) for codes in levels)])
    spans = [slice(start, end) for start, end in pairwise(ends)]
    size = hot.shape[1]
    block = max(1, _BLOCK // (size * size))
    for weights in resample_weights(len(values), n_boot, seed):
        for start in range(0, len(weights), block):
            part = weights[start : start + block]
            joint = np.stack([(hot * one[:, None]).T @ hot for one in part])
            yield _correlations(joint, spans)


def _correlations(joint: FloatArray, spans: Sequence[slice]) -> FloatArray:
    b, p = len(joint), len(spans)
    cuts, usable = [], np.empty((b, p), dtype=bool)
    for j, span in enumerate(spans):
        tally = np.einsum("bcc->bc", joint[:, span, span])
        share = np.cumsum(tally, axis=1)[:, :-1] / tally.sum(axis=1, keepdims=True)
        cuts.append(special.ndtri(np.minimum(share, 1.0)))
        usable[:, j] = (tally > 0).sum(axis=1) > 1
    found = np.full((b, p, p), np.nan)
    for i, j in combinations(range(p), 2):
        tables = joint[:, spans[i], spans[j]]
        for start in range(0, b, _TABLES):
            part = slice(start, start + _TABLES)
            found[part, i, j] = maximise(tables[part], cuts[i][part], cuts[j][part])
        found[:, i, j] = found[:, j, i] = np.where(usable[:, i] & usable[:, j], found[:, i, j], np.nan)
    index = np.arange(p)
    found[:, index, index] = np.where(usable, 1.0, np.nan)
    return found
