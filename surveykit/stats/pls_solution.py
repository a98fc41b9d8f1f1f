"""What a partial least squares path model says, from its weights: loadings, paths, reliabilities, effects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveykit.stats.exact import FloatArray
from surveykit.stats.htmt import htmt
from surveykit.stats.pls import Blueprint, Weights, correlations_of, outer_weights, regression


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Estimates of b samples of p items and m constructs.

    `weights` (b, p) belong to the units of the items (standardised or not); `loadings` (b, p) are correlations with
    the own construct (disattenuated by PLSc), `cross` (b, p, m) plain correlations with every construct;
    `correlations` (b, m, m) among constructs; `paths`, `total`, `f2` (b, m, m) from row to column; `r2`, `alpha`,
    `rho_a`, `rho_c`, `ave` (b, m); `htmt` (b, pairs of reflective constructs with several items).
    """

    weights: FloatArray
    loadings: FloatArray
    cross: FloatArray
    correlations: FloatArray
    paths: FloatArray
    total: FloatArray
    f2: FloatArray
    r2: FloatArray
    alpha: FloatArray
    rho_a: FloatArray
    rho_c: FloatArray
    ave: FloatArray
    htmt: FloatArray
    found: Weights


def several(plan: Blueprint) -> list[int]:
    """The reflective constructs of several items: those that have reliabilities and HTMT."""
    return [j for j, block in enumerate(plan.blocks) if len(block) > 1 and not plan.formative[j]]


def solve(
    covariance: FloatArray,
    plan: Blueprint,
    scaled: bool = True,
    consistent: bool = False,
    like: FloatArray | None = None,
) -> Solution:
    """Fit b covariance matrices (b, p, p) of items.

    `scaled` standardises the items first. `consistent` divides correlations of reflective constructs by the root of
    rho_A (PLSc, Dijkstra & Henseler 2015). `like` (p,), weights of the original sample, turns each construct to its
    side. rho_A = (w'w)^2 w'(R - diag R)w / w'(ww' - diag ww')w; rho_c and AVE from the loadings; f2 = (R2 - R2
    without) / (1 - R2) with the same scores. Formative constructs have no reliabilities (NaN), single items those of
    one.
    """
    r = correlations_of(covariance)
    used = r if scaled else covariance
    found = outer_weights(used, plan)
    w = found.values
    if like is not None:
        agree = np.sign((w * like[None, :, None]).sum(axis=1))
        w = w * np.where(agree == 0, 1.0, agree)[:, None, :]
    standard = w if scaled else w * np.sqrt(np.einsum("bpp->bp", covariance))[:, :, None]
    cross = r @ standard
    among = np.swapaxes(standard, 1, 2) @ cross
    member = plan.member
    loadings = np.where(member, cross, 0.0).sum(axis=2)
    rho_a, alpha = _rho_a(r, standard, plan), _alpha(r, plan)
    reliable = np.ones(rho_a.shape)
    if consistent:
        reflective = ~np.array(plan.formative) & (member.sum(axis=0) > 1)
        reliable = np.where(reflective[None, :], rho_a, 1.0)
        squares = (standard**2).sum(axis=1)
        factor = np.where(reflective[None, :], np.sqrt(np.where(reliable > 0, reliable, np.nan)) / squares, np.nan)
        corrected = (standard * factor[:, None, :]).sum(axis=2, where=member[None])
        loadings = np.where((member & reflective).any(axis=1), corrected, loadings)
    root = np.sqrt(np.where(reliable > 0, reliable, np.nan))
    correlations = among / (root[:, :, None] * root[:, None, :])
    index = np.arange(among.shape[1])
    correlations[:, index, index] = 1.0
    paths, r2, f2 = _inner_model(correlations, plan)
    squared = loadings**2
    count = member.sum(axis=0)
    extracted = squared @ member / count
    sums = loadings @ member
    left = (1 - squared) @ member
    unmeasured = np.array(plan.formative) & (count > 1)
    return Solution(
        weights=w.sum(axis=2, where=member[None]),
        loadings=loadings,
        cross=cross,
        correlations=correlations,
        paths=paths,
        total=_total(paths),
        f2=f2,
        r2=r2,
        alpha=np.where(unmeasured, np.nan, alpha),
        rho_a=np.where(unmeasured, np.nan, rho_a),
        rho_c=np.where(unmeasured, np.nan, sums**2 / (sums**2 + left)),
        ave=np.where(unmeasured, np.nan, extracted),
        htmt=htmt(r, [plan.blocks[j].tolist() for j in several(plan)]).arithmetic,
        found=found,
    )


def _rho_a(r: FloatArray, w: FloatArray, plan: Blueprint) -> FloatArray:
    rho = np.ones((len(r), len(plan.blocks)))
    for j, block in enumerate(plan.blocks):
        if len(block) > 1:
            own, part = w[:, block, j], r[:, block[:, None], block]
            squares = (own**2).sum(axis=1)
            above = np.einsum("bi,bij,bj->b", own, part, own) - squares
            below = squares**2 - (own**4).sum(axis=1)
            rho[:, j] = squares**2 * above / np.where(below > 0, below, np.nan)
    return rho


def _alpha(r: FloatArray, plan: Blueprint) -> FloatArray:
    alpha = np.ones((len(r), len(plan.blocks)))
    for j, block in enumerate(plan.blocks):
        k = len(block)
        if k > 1:
            alpha[:, j] = k / (k - 1) * (1 - k / r[:, block[:, None], block].sum(axis=(1, 2)))
    return alpha


def _inner_model(correlations: FloatArray, plan: Blueprint) -> tuple[FloatArray, FloatArray, FloatArray]:
    b, m = correlations.shape[:2]
    paths, f2 = np.zeros((b, m, m)), np.zeros((b, m, m))
    r2 = np.full((b, m), np.nan)
    for j in range(m):
        before = np.flatnonzero(plan.paths[:, j])
        if not len(before):
            continue
        slopes = regression(correlations, before, j)
        paths[:, before, j] = slopes
        r2[:, j] = (slopes * correlations[:, before, j]).sum(axis=1)
        for one in before:
            others = before[before != one]
            less = np.zeros(b)
            if len(others):
                less = (regression(correlations, others, j) * correlations[:, others, j]).sum(axis=1)
            with np.errstate(divide="ignore", invalid="ignore"):
                f2[:, one, j] = (r2[:, j] - less) / (1 - r2[:, j])
    return paths, r2, f2


def _total(paths: FloatArray) -> FloatArray:
    total, power = paths.copy(), paths
    for _ in range(paths.shape[1] - 1):
        power = power @ paths
        total += power
    return total
