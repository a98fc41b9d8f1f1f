"""What every primitive asks of its arguments, and the texts it makes of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from surveykit.draw.fonts import printable
from surveykit.errors import SurveykitError

Array = npt.NDArray[np.float64]


def vector(values: npt.ArrayLike, expected: int, what: str) -> Array:
    """`values` as floats, or SurveykitError DRAW-SHAPE when there are not `expected` of them."""
    array = np.asarray(values, dtype=float)
    if array.shape != (expected,):
        raise SurveykitError.of("DRAW-SHAPE", what, what=what, found=str(array.size), expected=str(expected))
    return array


def rows_of(labels: Sequence[str]) -> list[str]:
    """Row labels made printable, or SurveykitError DRAW-EMPTY when there is none."""
    if len(labels) == 0:
        raise SurveykitError.of("DRAW-EMPTY")
    return clean(labels)


def clean(texts: Sequence[object]) -> list[str]:
    """Every text made printable."""
    return [printable(str(text)) for text in texts]


def written(values: Array, fmt: Callable[[float], str], missing: str) -> list[str]:
    """Numbers as text; the undefined as `missing`."""
    return [printable(fmt(float(value))) if np.isfinite(value) else missing for value in values]


def plain(value: float) -> str:
    """Two decimals with a true minus sign: the default of number texts."""
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def whole(value: float) -> str:
    """No decimals, with a true minus sign."""
    return f"{value:.0f}".replace("-", "\N{MINUS SIGN}")


def percent(share: float) -> str:
    """A share 0-1 as a whole percentage."""
    return f"{share:.0%}"
