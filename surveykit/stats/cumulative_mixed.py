"""Cumulative link models with a random intercept by group, by Laplace or adaptive Gauss-Hermite integration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen
from surveykit.stats.cumulative import cumulative_link, designs
from surveykit.stats.exact import FloatArray
from surveykit.stats.links import LINKS, Link, between

_NEWTON = 40


@dataclass(frozen=True, slots=True, eq=False)
class Mixed:
    """F^-1 P(y <= j) = thresholds_j - x slopes - u_g with u_g normal of standard deviation `sd`.

    `covariance` is that of thresholds, slopes and log sd; `fixed` the log-likelihood without the random intercept.
    """

    thresholds: FloatArray
    slopes: FloatArray
    sd: float
    covariance: FloatArray
    log_likelihood: float
    fixed: float
    null: float
    n: int
    groups: int
    problems: tuple[Problem, ...]


class _Likelihood:
    """Marginal log-likelihood as a function of thresholds, slopes and log sd; remembers the groups' modes."""

    def __init__(self, codes: NDArray[np.intp], x: FloatArray, group: NDArray[np.intp], link: Link, nodes: int) -> None:
        self.c = int(codes.max()) + 1
        self.upper, self.lower = designs(codes, self.c, x, np.zeros((len(codes), 0)))
        self.first, self.last, self.group, self.link = codes == 0, codes == self.c - 1, group, link
        self.count = int(group.max()) + 1
        self.modes = np.zeros(self.count)
        self.points, self.weights = np.polynomial.hermite.hermgauss(nodes)

    def _rows(self, high: FloatArray, low: FloatArray, shift: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        up, down = high - shift, low - shift
        return np.maximum(between(self.link, down, up), 1e-300), up, down

    def __call__(self, parameters: FloatArray) -> float:
        sd = float(np.exp(parameters[-1]))
        if (np.diff(parameters[: self.c - 1]) <= 0).any() or not 1e-8 < sd < 1e4:
            return -np.inf
        high = np.where(self.last, np.inf, self.upper @ parameters[:-1])
        low = np.where(self.first, -np.inf, self.lower @ parameters[:-1])
        u = self.modes.copy()
        curvature = np.ones(self.count)
        for _ in range(_NEWTON):
            probability, up, down = self._rows(high, low, sd * u[self.group])
            score = (self.link.density(up) - self.link.density(down)) / probability
            bend = (self.link.slope(up) - self.link.slope(down)) / probability - score**2
            gradient = -sd * np.bincount(self.group, score, self.count) - u
            curvature = np.maximum(1 - sd**2 * np.bincount(self.group, bend, self.count), 1e-8)
            step = np.clip(gradient / curvature, -3, 3)
            u = u + step
            if np.abs(step).max() < 1e-10:
                break
        self.modes = u
        width = 1 / np.sqrt(curvature)
        terms = []
        for point, weight in zip(self.points, self.weights, strict=True):
            at = u + np.sqrt(2) * width * point
            probability, _, _ = self._rows(high, low, sd * at[self.group])
            inside = np.bincount(self.group, np.log(probability), self.count) - at**2 / 2
            terms.append(inside + point**2 + np.log(weight))
        return float((np.logaddexp.reduce(terms) + np.log(width) - np.log(np.pi) / 2).sum())


def random_intercept(
    codes: ArrayLike, predictors: ArrayLike, groups: ArrayLike, link: str = "logit", nodes: int = 1
) -> Mixed:
    """Maximum likelihood for answers `codes` (n,), 0 to c - 1, with a normal intercept for each of `groups` (n,).

    `nodes` 1 is the Laplace approximation, more is adaptive Gauss-Hermite quadrature. No missing values. NaN with a
    Problem where the model without the random intercept has no maximum, or this one has none. Source: Tutz & Hennevogl
    1996; Pinheiro & Bates 1995. In R: `ordinal::clmm(y ~ x + (1 | group), nAGQ = nodes)`.
    """
    y: NDArray[np.intp] = np.asarray(codes, dtype=np.intp)
    x = np.asarray(predictors, dtype=np.float64)
    group: NDArray[np.intp] = np.asarray(groups, dtype=np.intp)
    count = int(group.max(initial=-1)) + 1
    plain = cumulative_link(y, x, link)
    if not plain.converged:
        return _undefined(plain.thresholds.size, x.shape[1], len(y), count, plain.problems)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    value = _Likelihood(y, (x - centre) / spread, group, LINKS[link], nodes)
    cuts = plain.thresholds - float(centre @ plain.slopes)
    start = np.concatenate([cuts, plain.slopes * spread, [-0.5]])

    def slope(parameters: Any) -> Any:
        steps = 1e-5 * np.eye(len(parameters))
        return np.array([value(parameters - step) - value(parameters + step) for step in steps]) / 2e-5

    def loss(parameters: Any) -> float:
        return min(-value(parameters), 1e10)

    options: Any = {"gtol": 1e-5}
    found: Any = optimize.minimize(loss, start, jac=slope, method="BFGS", options=options)
    best = np.asarray(found.x)
    if not np.isfinite(found.fun) or np.abs(slope(best)).max() > 1e-2 * max(1.0, abs(found.fun) ** 0.5):
        problem = Problem.of("GLM-NOTCONVERGED", "", "warning")
        return _undefined(plain.thresholds.size, x.shape[1], len(y), count, (problem,))
    problems: tuple[Problem, ...] = ()
    if best[-1] < -5:
        problems = (Problem.of("GLM-NOGROUPVARIANCE", "", "note"),)
    steps = 1e-3 * np.eye(len(best))
    hessian = np.array([slope(best + step) - slope(best - step) for step in steps]) / 2e-3
    hessian = (hessian + hessian.T) / 2
    q = x.shape[1]
    back = np.eye(len(best))
    back[len(cuts) : len(cuts) + q, len(cuts) : len(cuts) + q] = np.diag(1 / spread)
    back[: len(cuts), len(cuts) : len(cuts) + q] = centre / spread
    regular = bool(np.linalg.eigvalsh(hessian)[0] > 0)
    covariance = back @ np.linalg.inv(hessian) @ back.T if regular else np.full(hessian.shape, np.nan)
    if not regular and not problems:
        problems = (Problem.of("GLM-NOTCONVERGED", "", "warning"),)
    real = back @ best
    return Mixed(
        frozen(real[: len(cuts)]),
        frozen(real[len(cuts) : -1]),
        float(np.exp(best[-1])),
        frozen(covariance),
        float(-found.fun),
        plain.log_likelihood,
        plain.null,
        len(y),
        count,
        problems,
    )


def _undefined(cuts: int, q: int, n: int, groups: int, problems: tuple[Problem, ...]) -> Mixed:
    none = float("nan")
    size = cuts + q + 1
    gone = np.full((size, size), np.nan)
    return Mixed(np.full(cuts, np.nan), np.full(q, np.nan), none, gone, none, none, none, n, groups, problems)
