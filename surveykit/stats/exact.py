"""Integer sums without rounding: what lets blocks be folded in any order and compared with `==`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[Any]  # int64, or Python integers once int64 could overflow

_LARGEST_CODE = 2.0**20
_SAFE_FLOAT = 2.0**53
_SAFE_INT = 2**62


def is_integral(values: FloatArray) -> bool:
    """Whether every value is an integer small enough (|x| <= 2^20) to be summed exactly."""
    return bool(np.all(np.abs(values) <= _LARGEST_CODE) and np.all(values == np.rint(values)))


def _largest(values: IntArray) -> int:
    return max((abs(int(values.max())), abs(int(values.min())))) if values.size else 0


def canonical(values: IntArray) -> IntArray:
    """The same integers as int64 where they fit, as Python integers where they do not."""
    if values.dtype == object:
        return values.astype(np.int64) if _largest(values) < _SAFE_INT else values
    return values.astype(np.int64, copy=False)


def add(left: IntArray, right: IntArray, sign: int = 1) -> IntArray:
    """`left + sign * right`, without overflow."""
    if _largest(left) + _largest(right) < _SAFE_INT:
        return canonical(left) + sign * canonical(right)
    return canonical(left.astype(object) + sign * right.astype(object))


def product(left: FloatArray, right: FloatArray) -> IntArray:
    """`left.T @ right` of integral float arrays, exact: computed in chunks whose sums stay below 2^53."""
    bound = max(1.0, float(np.abs(left).max(initial=0)) * float(np.abs(right).max(initial=0)))
    rows = max(1, int(_SAFE_FLOAT / bound) // 2)
    total: IntArray = np.zeros((left.shape[1], right.shape[1]), dtype=np.int64)
    for start in range(0, len(left), rows):
        chunk = left[start : start + rows].T @ right[start : start + rows]
        total = add(total, np.rint(chunk).astype(np.int64))
    return total


def matmul(left: IntArray, right: IntArray) -> IntArray:
    """`left @ right` of integer matrices, without overflow."""
    inner = left.shape[-1]
    if _largest(left) * _largest(right) * max(1, inner) < _SAFE_INT:
        return canonical(left) @ canonical(right)
    return canonical(np.asarray(left.astype(object) @ right.astype(object), dtype=object))


def centred(n: int, sums: IntArray, cross: IntArray) -> FloatArray:
    """`cross - outer(sums, sums) / n`, subtracted in integers and divided once."""
    if n * _largest(cross) + _largest(sums) ** 2 < _SAFE_INT:
        numerator = n * cross - np.multiply.outer(sums, sums)
    else:
        numerator = n * cross.astype(object) - np.multiply.outer(sums.astype(object), sums.astype(object))
    return np.asarray(numerator / n, dtype=np.float64)
