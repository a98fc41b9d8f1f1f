"""What every engine promises: where the rows live is its own affair."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, Self, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


class Additive(Protocol):
    """A value that adds to its like: the sum over two blocks of rows is the value of both blocks."""

    def __add__(self, other: Self, /) -> Self: ...


A = TypeVar("A", bound=Any)
Kernel = Callable[[FloatArray], A]
"""Takes one batch as an (n, p) array, columns in the order asked for, NaN where missing; n may be 0."""


class Engine(Protocol):
    """Rows by named columns, read in batches; every verb returns a new engine and leaves this one as it was."""

    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in order."""
        ...

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of column names, kinds and content; equal on every platform, and for every batch size."""
        ...

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """These columns only, in this order, as a frame of the caller's own."""
        ...

    def reduce(self, kernel: Kernel[A], columns: Sequence[str]) -> A:
        """The sum (`+`) of the kernel over all batches; one call with no rows where there are none."""
        ...

    def filter(self, mask: ArrayLike) -> Engine:
        """The rows where `mask` (one boolean a row) is true."""
        ...

    def with_columns(self, frame: pd.DataFrame) -> Engine:
        """With these columns added, or put in place of those of the same name; rows are matched by position."""
        ...
