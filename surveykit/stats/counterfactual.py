"""Natural direct and indirect effects on a binary or ordered answer, with normal linear mediators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from surveykit.stats.exact import FloatArray
from surveykit.stats.path_system import Equation, coefficients
from surveykit.stats.probit_ordered import ordered_probit


@dataclass(frozen=True, slots=True, eq=False)
class NaturalModel:
    """Rows of x (n, a), mediators (n, k), covariates (n, c), answers as codes 0.. (n,) and their values (levels,).

    `contrasts` (a, 2) are the two values of each x that are compared.
    """

    x: FloatArray
    m: FloatArray
    covariates: FloatArray
    answers: FloatArray
    levels: FloatArray
    contrasts: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class NaturalEffects:
    """Slopes of the mediators on x (k, a, b), probit slopes of x (a, b) and of mediators (k, b), effects (a, b)."""

    paths: FloatArray
    slopes_x: FloatArray
    slopes_m: FloatArray
    direct: FloatArray
    indirect: FloatArray
    theta: FloatArray


def natural_effects(model: NaturalModel, weights: FloatArray, start: FloatArray | None = None) -> NaturalEffects:
    """Effects on the expected answer in weighted samples, `weights` (b, n).

    Mediators are linear in x and covariates with normal residuals (covariance S); the answer is an ordered probit of
    x, mediators and covariates. Then P(Y <= j | x, M(x*)) = Phi((threshold_j - slopes of x, covariates and the
    mediators' means at x*) / sqrt(1 + b'S b)) exactly. Direct = E[Y(x1, M(x0))] - E[Y(x0, M(x0))], indirect =
    E[Y(x1, M(x1))] - E[Y(x1, M(x0))], averaged over the rows' covariates. The indirect one runs through all mediators
    together. NaN where the probit has no maximum. Source: Pearl 2001; VanderWeele & Vansteelandt 2010; Imai, Keele &
    Tingley 2010.
    """
    a, k = model.x.shape[1], model.m.shape[1]
    design = np.column_stack([model.x, model.m, model.covariates])
    centre = design.mean(axis=0)
    spread = design.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    theta = ordered_probit(model.answers, (design - centre) / spread, weights, start)
    cuts = len(model.levels) - 1
    slopes = (theta[:, cuts:] / spread).T
    thresholds = theta[:, :cuts].T + slopes.T @ centre
    slopes_x, slopes_m, slopes_c = slopes[:a], slopes[a : a + k], slopes[a + k :]
    exposure = np.column_stack([model.x, model.covariates])
    means, covariance = _moments(np.column_stack([exposure, model.m]), weights)
    q = exposure.shape[1]
    on_x = np.stack([coefficients(covariance, Equation(q + j, tuple(range(q)))) for j in range(k)])
    intercept = means[q:] - np.einsum("kqb,qb->kb", on_x, means[:q])
    left = covariance[q:, q:] - np.einsum("kqb,qlb->klb", on_x, covariance[:q, q:])
    scale = np.sqrt(1 + np.einsum("kb,klb,lb->b", slopes_m, left, slopes_m))
    through = np.einsum("kb,kqb->qb", slopes_m, on_x)
    own = np.concatenate([slopes_x, slopes_c]) + through
    constant = (slopes_m * intercept).sum(axis=0)
    direct, indirect = np.empty((a, len(weights))), np.empty((a, len(weights)))
    share = weights / weights.sum(axis=1, keepdims=True)
    for j in range(a):
        others = [column for column in range(q) if column != j]
        varied = bool(others)
        base = constant[:, None] + (own[others].T @ exposure[:, others].T if varied else 0.0)
        weight = share if varied else np.ones((len(weights), 1))
        low, high = model.contrasts[j]

        def expected(outer: float, inner: float, j: int = j, base=base, weight=weight) -> FloatArray:  # type: ignore[no-untyped-def]
            shift = base + (slopes_x[j] * outer + through[j] * inner)[:, None]
            return _expected(thresholds, shift, scale, weight, model.levels)

        before, between, after = expected(low, low), expected(high, low), expected(high, high)
        direct[j], indirect[j] = between - before, after - between
    return NaturalEffects(on_x[:, :a], slopes_x, slopes_m, direct, indirect, theta)


def _expected(
    thresholds: FloatArray,
    shift: FloatArray,
    scale: FloatArray,
    weight: FloatArray,
    levels: Sequence[float] | FloatArray,
) -> FloatArray:
    total = np.full(len(shift), float(levels[-1]))
    for j, step in enumerate(np.diff(np.asarray(levels))):
        below = special.ndtr((thresholds[j][:, None] - shift) / scale[:, None])
        total -= step * (weight * below).sum(axis=1)
    return total


def _moments(values: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Means (p, b) and covariances (p, p, b) with the divisor sum of weights."""
    middle = values.mean(axis=0)
    centred = values - middle
    p = values.shape[1]
    total = weights.sum(axis=1)
    means = (weights @ centred).T / total
    products = (weights @ (centred[:, :, None] * centred[:, None, :]).reshape(len(values), -1)).T / total
    covariance = products.reshape(p, p, -1) - means[:, None] * means[None, :]
    return means + middle[:, None], covariance
