"""The random parts of synthetic answers: a stream a name, so that adding an item changes no other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

FloatArray = NDArray[np.float64]

_SPREAD = 0.2
"""Standard deviation of the answers before they are cut, as a share of the scale's range."""
_FALL = 0.72
"""Each choice is drawn this much less often than the one before it, in a shuffled order."""
_HALVINGS = 60


def stream(seed: int, name: str) -> np.random.Generator:
    """A generator of its own for each name; equal on every platform."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *name.encode("utf-8")])))


def equicorrelated(draws: Sequence[FloatArray], correlation: float) -> list[FloatArray]:
    """Independent unit normals made to correlate at `correlation`, by the closed-form root of the matrix."""
    count = len(draws)
    own = np.sqrt(1 - correlation)
    shared = (np.sqrt(own**2 + count * correlation) - own) / count if count else 0.0
    total = np.zeros_like(draws[0]) if draws else np.zeros(0)
    for draw in draws:
        total = total + draw
    return [own * draw + shared * total for draw in draws]


def thresholds(categories: int, level: float) -> FloatArray:
    """Equally spaced cuts of a unit normal into categories 0, 1, ... whose mean is `level` of the way up."""
    steps = np.arange(1, categories) - 0.5
    width = _SPREAD * (categories - 1)
    low, high = -float(categories), 2.0 * categories
    for _ in range(_HALVINGS):
        centre = (low + high) / 2
        if ndtr((centre - steps) / width).sum() < level * (categories - 1):
            low = centre
        else:
            high = centre
    return (steps - high) / width


def shares(generator: np.random.Generator, categories: int) -> FloatArray:
    """Unequal shares of unordered choices, summing to one."""
    falling = _FALL ** np.arange(categories)
    return generator.permutation(falling / falling.sum())
