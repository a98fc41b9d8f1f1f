"""Polychoric correlations of items that are unrelated: the same answers, each item's in its own random order."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import special

from surveykit.stats import polychoric as exact
from surveykit.stats.exact import FloatArray

_TERMS, _REACH, _STEPS = 28, 0.5, 30


def shuffled_polychorics(codes: FloatArray, draws: int, seed: int) -> Iterator[FloatArray]:
    """Matrices (p, p) of polychoric correlations after permuting each column of `codes` (n, p), NaN = missing.

    Permuting keeps every item's counts, so thresholds are found once. Cell probabilities come from the tetrachoric
    series in powers of the correlation (Pearson 1900), of which 28 terms hold to 1e-9 up to |rho| = .5; a pair
    beyond that is estimated as `polychoric` does it.
    """
    rng = np.random.default_rng(seed)
    p = codes.shape[1]
    hot, sizes = _one_hot(codes)
    levels = hot.shape[2]
    cuts = [exact.thresholds(hot[:, item, : sizes[item]].sum(axis=0)) for item in range(p)]
    series = np.array([_series(cut, levels) for cut in cuts])
    rows, columns = np.triu_indices(p, 1)
    terms = np.einsum("mka,mkb->mkab", series[rows], series[columns]).reshape(len(rows), _TERMS, levels * levels)
    edges = np.array([np.concatenate([cut, np.full(levels - 1 - len(cut), np.inf)]) for cut in cuts])
    for _ in range(draws):
        mixed = np.stack([hot[rng.permutation(len(codes)), item] for item in range(p)], axis=1)
        flat = mixed.reshape(len(codes), p * levels)
        joint = (flat.T @ flat).astype(np.float64).reshape(p, levels, p, levels)
        tables = joint.transpose(0, 2, 1, 3)[rows, columns]
        rho = _maximise(tables.reshape(len(rows), -1), terms)
        far = np.flatnonzero(~(np.abs(rho) < _REACH))
        if far.size:
            rho[far] = exact.maximise(tables[far], edges[rows[far]], edges[columns[far]])
        matrix = np.eye(p)
        matrix[rows, columns] = matrix[columns, rows] = rho
        yield matrix


def _one_hot(codes: FloatArray) -> tuple[FloatArray, list[int]]:
    """Indicators (n, p, most levels) of each item's own answers, in single precision, and the items' levels."""
    values = [np.unique(column[~np.isnan(column)]) for column in codes.T]
    sizes = [len(each) for each in values]
    hot = np.zeros((*codes.shape, max(sizes)), dtype=np.float32)
    for item, each in enumerate(values):
        hot[:, item, : len(each)] = codes[:, item, None] == each
    return hot, sizes


def _series(cuts: FloatArray, levels: int) -> FloatArray:
    """Coefficients (terms, levels) of each answer in the tetrachoric series."""
    inner = np.concatenate([[-np.inf], cuts, np.full(levels - len(cuts), np.inf)])
    finite = np.where(np.isfinite(inner), inner, 0.0)
    weight = np.where(np.isfinite(inner), np.exp(-(finite**2) / 2) / np.sqrt(2 * np.pi), 0.0)
    found = np.empty((_TERMS, levels))
    found[0] = np.diff(special.ndtr(inner))
    before, hermite = np.zeros_like(finite), np.ones_like(finite)
    for order in range(1, _TERMS):
        found[order] = -np.diff(hermite * weight) / np.sqrt(order)
        before, hermite = hermite, (finite * hermite - np.sqrt(order - 1) * before) / np.sqrt(order)
    return found


def _maximise(tables: FloatArray, terms: FloatArray) -> FloatArray:
    """Correlations (m,) with the greatest likelihood of tables (m, cells); NaN where scoring leaves the series."""
    order = np.arange(_TERMS)
    total = tables.sum(axis=1)
    rho = np.zeros(len(tables))
    for _ in range(_STEPS):
        powers = rho[:, None] ** order
        probability = np.maximum(np.einsum("mk,mkc->mc", powers, terms), 1e-15)
        falling = np.concatenate([np.zeros((len(rho), 1)), powers[:, :-1] * order[1:]], axis=1)
        slope = np.einsum("mk,mkc->mc", falling, terms)
        ratio = slope / probability
        step = (tables * ratio).sum(axis=1) / np.maximum(total * (slope * ratio).sum(axis=1), 1e-12)
        rho = np.clip(rho + step, -_REACH, _REACH)
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    return np.where(np.abs(rho) < _REACH, rho, np.nan)
