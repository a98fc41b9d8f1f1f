"""The distributions behind ordinal and binary models: cumulative probability, density and its slope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from surveykit.stats.exact import FloatArray

Curve = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Link:
    """F (`cdf`), 1 - F (`survival`), its density, the density's slope, and the inverse of F."""

    cdf: Curve
    survival: Curve
    density: Curve
    slope: Curve
    quantile: Curve


def _quiet(curve: Curve) -> Curve:
    def finite(x: FloatArray) -> FloatArray:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(np.where(np.isfinite(x), np.nan_to_num(curve(x)), 0.0))

    return finite


def _logistic(x: FloatArray) -> FloatArray:
    return np.asarray(special.expit(x) * special.expit(-x))


def _normal(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))


def _gompertz(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(x - np.exp(x)))


LINKS = {
    "logit": Link(
        special.expit,
        lambda x: np.asarray(special.expit(-x)),
        _quiet(_logistic),
        _quiet(lambda x: _logistic(x) * (1 - 2 * special.expit(x))),
        special.logit,
    ),
    "probit": Link(
        special.ndtr,
        lambda x: np.asarray(special.ndtr(-x)),
        _quiet(_normal),
        _quiet(lambda x: -x * _normal(x)),
        special.ndtri,
    ),
    "cloglog": Link(
        lambda x: np.asarray(-np.expm1(-np.exp(np.minimum(x, 700.0)))),
        lambda x: np.asarray(np.exp(-np.exp(np.minimum(x, 700.0)))),
        _quiet(_gompertz),
        _quiet(lambda x: _gompertz(x) * -np.expm1(x)),
        lambda p: np.asarray(np.log(-np.log1p(-p))),
    ),
}


def between(link: Link, low: FloatArray, high: FloatArray) -> FloatArray:
    """F(high) - F(low) without loss of digits in the upper tail."""
    return np.asarray(np.where(low > 0, link.survival(low) - link.survival(high), link.cdf(high) - link.cdf(low)))
