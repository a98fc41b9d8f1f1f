"""Item fit of a graded response model: answers at each sum score against those that the model expects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.graded import probabilities

_NODES = np.linspace(-6.0, 6.0, 121)
LEAST = 1.0
"""Cells expected to hold fewer answers are joined with their neighbour."""


@dataclass(frozen=True, slots=True, eq=False)
class ItemFit:
    """S-X2 of each item (p,), its degrees of freedom and p; RMSEA from them; rows used."""

    s_x2: FloatArray
    df: NDArray[np.int64]
    p_value: FloatArray
    rmsea: FloatArray
    n: int


def item_fit(slopes: ArrayLike, thresholds: ArrayLike, codes: ArrayLike) -> ItemFit:
    """S-X2 (Orlando & Thissen 2000; Kang & Chen 2008) of codes (n, p) 0, 1, ..., -1 missing (rows left out).

    For each item and each sum score s between the extremes, answers O_k are compared with N_s E_k, E_k the model's
    share of answer k among those with score s: integral of P_k S(s - k) over that of all, S the score distribution of
    the other items (Lord & Wingersky 1984). Cells expected under 1 are joined with a neighbouring answer.
    S-X2 = sum (O - N E)^2 / (N E), df = cells - scores - parameters of the item; NaN without degrees of freedom. In R:
    `mirt::itemfit(fit, fit_stats = "S_X2")` (which may join other cells).
    """
    found = np.asarray(codes)
    rows = found[(found >= 0).all(axis=1)]
    cuts = np.isfinite(np.asarray(thresholds, dtype=np.float64)).sum(axis=1)
    curves = probabilities(slopes, thresholds, _NODES)
    weight = np.exp(-0.5 * _NODES**2)
    each = [curves[item, : cuts[item] + 1] for item in range(len(cuts))]
    top = int(cuts.sum())
    scores = rows.sum(axis=1)
    size = np.bincount(scores, minlength=top + 1)[: top + 1]
    stat, df = np.full(len(cuts), np.nan), np.zeros(len(cuts), dtype=np.int64)
    for item, own in enumerate(each):
        rest = _score_distribution([part for at, part in enumerate(each) if at != item])
        joint = np.zeros((top + 1, len(own)))
        for answer, chance in enumerate(own):
            joint[answer : answer + len(rest), answer] = (rest * chance) @ weight
        expected = size[:, None] * joint / joint.sum(axis=1, keepdims=True)
        seen = np.bincount(scores * len(own) + rows[:, item], minlength=(top + 1) * len(own)).reshape(top + 1, -1)
        total, cells = 0.0, 0
        for score in range(1, top):
            possible = joint[score] > 0
            o, e = _joined(seen[score][possible].astype(np.float64), expected[score][possible])
            total += float(((o - e) ** 2 / e).sum()) if len(e) > 1 else 0.0
            cells += len(e) - 1 if len(e) > 1 else 0
        df[item] = max(cells - len(own), 0)
        stat[item] = total if df[item] else np.nan
    n = len(rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        rmsea = np.sqrt(np.maximum(stat - df, 0.0) / (df * (n - 1)))
    p_value = np.where(df > 0, special.chdtrc(np.maximum(df, 1), np.nan_to_num(stat)), np.nan)
    return ItemFit(frozen(stat), df, frozen(p_value), frozen(rmsea), n)


def _score_distribution(parts: list[FloatArray]) -> FloatArray:
    """Probability (s, q) of every sum of the items' answers at each node."""
    scores = np.ones((1, parts[0].shape[1]))
    for part in parts:
        wider = np.zeros((len(scores) + len(part) - 1, scores.shape[1]))
        for answer, chance in enumerate(part):
            wider[answer : answer + len(scores)] += scores * chance
        scores = wider
    return scores


def _joined(seen: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Neighbouring cells joined, the smallest first and with its smaller neighbour, until none is under the least."""
    o, e = list(seen), list(expected)
    while len(e) > 1 and min(e) < LEAST:
        at = int(np.argmin(e))
        other = at - 1 if at == len(e) - 1 or (at > 0 and e[at - 1] < e[at + 1]) else at + 1
        o[other] += o[at]
        e[other] += e[at]
        del o[at], e[at]
    return np.array(o), np.array(e)
