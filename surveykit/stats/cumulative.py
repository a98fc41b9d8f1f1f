"""Cumulative link models of an ordered answer, with slopes that may differ by threshold, by Newton's method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from surveykit.errors import Problem
from surveykit.stats.arrays import frozen
from surveykit.stats.exact import FloatArray
from surveykit.stats.links import LINKS, Link, between

_STEPS = 100
_FARTHEST = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Cumulative:
    """F^-1 P(y <= j) = thresholds_j - x slopes - z nominal_j, with their `covariance` in the order of `parameters`.

    `nominal` (k, c - 1) has a row for each predictor whose slope differs by threshold; `scores` (n, P) are the
    derivatives of each row's log-likelihood; `null` is the log-likelihood without predictors; `supremum` what the
    log-likelihood reached, also where a slope has no finite maximum.
    """

    link: str
    thresholds: FloatArray
    nominal: FloatArray
    slopes: FloatArray
    covariance: FloatArray
    scores: FloatArray
    log_likelihood: float
    null: float
    supremum: float
    n: int
    steps: int
    problems: tuple[Problem, ...]

    @property
    def parameters(self) -> FloatArray:
        """Thresholds, slopes by threshold (predictor by predictor), slopes."""
        return np.concatenate([self.thresholds, self.nominal.ravel(), self.slopes])

    @property
    def converged(self) -> bool:
        """Whether a maximum was found."""
        return bool(np.isfinite(self.log_likelihood))


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    upper: FloatArray
    lower: FloatArray
    first: NDArray[np.bool_]
    last: NDArray[np.bool_]


def designs(codes: NDArray[np.intp], c: int, x: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows of the linear predictors above and below each answer's category, (n, P) each."""
    n = len(codes)
    made = []
    for cut in (codes, codes - 1):
        inside = (cut >= 0) & (cut < c - 1)
        one = np.zeros((n, c - 1))
        one[np.flatnonzero(inside), cut[inside]] = 1.0
        by_cut = [-z[:, [k]] * one for k in range(z.shape[1])]
        made.append(np.hstack([one, *by_cut, np.where(inside[:, None], -x, 0.0)]))
    return made[0], made[1]


def null_likelihood(codes: NDArray[np.intp]) -> float:
    """Log-likelihood of the thresholds alone, the same for every link."""
    counts = np.bincount(codes).astype(float)
    return float(special.xlogy(counts, counts / counts.sum()).sum())


def _state(rows: _Rows, parameters: FloatArray, link: Link) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    high = np.where(rows.last, np.inf, rows.upper @ parameters)
    low = np.where(rows.first, -np.inf, rows.lower @ parameters)
    probability = between(link, low, high)
    if not (probability > 0).all():
        return -np.inf, high, low, probability
    return float(np.log(probability).sum()), high, low, probability


def _derivatives(
    rows: _Rows, high: FloatArray, low: FloatArray, probability: FloatArray, link: Link
) -> tuple[FloatArray, FloatArray]:
    """Scores of the rows (n, P) and the observed information (P, P)."""
    up, down = link.density(high) / probability, link.density(low) / probability
    scores = rows.upper * up[:, None] - rows.lower * down[:, None]
    curve_up, curve_down = link.slope(high) / probability, link.slope(low) / probability
    information = scores.T @ scores - (rows.upper.T * curve_up) @ rows.upper + (rows.lower.T * curve_down) @ rows.lower
    return scores, information


def cumulative_link(
    codes: ArrayLike,
    predictors: ArrayLike,
    link: str = "logit",
    nominal: ArrayLike | None = None,
    names: Sequence[str] = (),
) -> Cumulative:
    """Maximum likelihood for answers `codes` (n,), 0 to c - 1, on `predictors` (n, q) and `nominal` ones (n, k).

    No missing values; every category used. A positive slope goes with higher answers. Newton steps with the observed
    information are halved until the likelihood grows. Fewer than two categories, dependent predictors, or separation
    give NaN with a Problem that names the predictors. Source: McCullagh 1980; Peterson & Harrell 1990 (slopes by
    threshold). In R: `ordinal::clm(y ~ x, nominal = ~ z, link = "logit")`.
    """
    y: NDArray[np.intp] = np.asarray(codes, dtype=np.intp)
    n = len(y)
    x = np.asarray(predictors, dtype=np.float64).reshape(n, -1)
    z = np.zeros((n, 0)) if nominal is None else np.asarray(nominal, dtype=np.float64).reshape(n, -1)
    c, q, k = int(y.max(initial=-1)) + 1, x.shape[1], z.shape[1]
    labels = list(names) or [str(at + 1) for at in range(k + q)]
    if c < 2 or (np.bincount(y, minlength=c) == 0).any():
        return _undefined(link, max(c, 1), q, k, n, Problem.of("GLM-ONECATEGORY", "", "warning", found=max(c, 0)))
    both = np.hstack([z, x])
    centre, spread = both.mean(axis=0), both.std(axis=0)
    bad = dependent(both)
    if bad or n <= (c - 1) * (1 + k) + q:
        problem = (
            Problem.of("GLM-DEPENDENT", "", "warning", predictors=", ".join(labels[at] for at in bad))
            if bad
            else Problem.of("STATS-FEW-ROWS", "", "warning", rows=n, terms=(c - 1) * (1 + k) + q)
        )
        return _undefined(link, c, q, k, n, problem)
    scaled = (both - centre) / spread
    rows = _Rows(*designs(y, c, scaled[:, k:], scaled[:, :k]), y == 0, y == c - 1)
    shape = LINKS[link]
    cumulated = np.cumsum(np.bincount(y))[:-1] / n
    parameters = np.concatenate([shape.quantile(cumulated), np.zeros(k * (c - 1) + q)])
    value, high, low, probability = _state(rows, parameters, shape)
    converged, steps = False, 0
    scores, information = np.zeros((n, len(parameters))), np.eye(len(parameters))
    while steps < _STEPS and np.isfinite(value):
        scores, information = _derivatives(rows, high, low, probability, shape)
        gradient = scores.sum(axis=0)
        step = ascent(information, gradient)
        if step is None or np.abs(parameters[c - 1 :]).max(initial=0.0) > _FARTHEST:
            break
        if abs(float(gradient @ step)) < 1e-13 * max(n, 100):
            converged = True
            parameters = parameters + step
            value, high, low, probability = _state(rows, parameters, shape)
            scores, information = _derivatives(rows, high, low, probability, shape)
            break
        steps += 1
        for _ in range(40):
            proposal = _state(rows, parameters + step, shape)
            if proposal[0] > value - 1e-12 * abs(value):
                break
            step = step / 2
        else:
            break
        parameters = parameters + step
        value, high, low, probability = proposal
    if not converged:
        far = np.abs(parameters[c - 1 :])
        size = np.concatenate([far[: k * (c - 1)].reshape(k, c - 1).max(axis=1, initial=0.0), far[k * (c - 1) :]])
        guilty = [labels[at] for at in np.flatnonzero(size > 5)] or labels
        return _undefined(
            link, c, q, k, n, Problem.of("GLM-SEPARATION", "", "warning", predictors=", ".join(guilty)), value
        )
    back = _unscale(c, k, q, centre, spread)
    real = back @ parameters
    inverse = np.linalg.inv(back)
    return Cumulative(
        link,
        frozen(real[: c - 1]),
        frozen(real[c - 1 : (c - 1) * (1 + k)].reshape(k, c - 1)),
        frozen(real[(c - 1) * (1 + k) :]),
        frozen(back @ np.linalg.inv(information) @ back.T),
        frozen(scores @ inverse),
        value,
        null_likelihood(y),
        value,
        n,
        steps,
        (),
    )


def dependent(x: FloatArray) -> list[int]:
    """Columns that are constant or an exact combination of a constant and those before them."""
    n, p = x.shape
    if p == 0:
        return []
    about = x - x.mean(axis=0)
    length = np.sqrt((about**2).sum(axis=0))
    constant = length <= 1e-12 * np.sqrt(n) * (1 + np.abs(x).max(axis=0, initial=0.0))
    bad = set(np.flatnonzero(constant).tolist())
    basis = np.zeros((n, 0))
    for at in range(p):
        if at in bad:
            continue
        unit = about[:, at] / length[at]
        left = unit - basis @ (basis.T @ unit)
        left = left - basis @ (basis.T @ left)
        size = float(np.linalg.norm(left))
        if size < 1e-7:
            bad.add(at)
        else:
            basis = np.column_stack([basis, left / size])
    return sorted(bad)


def ascent(information: FloatArray, gradient: FloatArray) -> FloatArray | None:
    """The Newton step, bent upwards where the information is not positive definite; None where it is singular."""
    values, vectors = np.linalg.eigh(information)
    if not np.isfinite(values).all() or values[-1] <= 0 or np.abs(values).min() < 1e-10 * values[-1]:
        return None
    return np.asarray(vectors @ ((vectors.T @ gradient) / np.abs(values)))


def _unscale(c: int, k: int, q: int, centre: FloatArray, spread: FloatArray) -> FloatArray:
    cuts = c - 1
    back = np.eye(cuts * (1 + k) + q)
    for at in range(k):
        for cut in range(cuts):
            place = cuts * (1 + at) + cut
            back[place, place] = 1 / spread[at]
            back[cut, place] = centre[at] / spread[at]
    start = cuts * (1 + k)
    for at in range(q):
        back[start + at, start + at] = 1 / spread[k + at]
        back[:cuts, start + at] = centre[k + at] / spread[k + at]
    return back


def _undefined(
    link: str, c: int, q: int, k: int, n: int, problem: Problem, supremum: float = float("nan")
) -> Cumulative:
    size = (c - 1) * (1 + k) + q
    return Cumulative(
        link,
        np.full(c - 1, np.nan),
        np.full((k, c - 1), np.nan),
        np.full(q, np.nan),
        np.full((size, size), np.nan),
        np.full((n, size), np.nan),
        float("nan"),
        float("nan"),
        supremum,
        n,
        0,
        (problem,),
    )
