"""Rows held in memory, in a frame that nobody else can change."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from surveykit.engine.digest import digest
from surveykit.engine.protocol import A, FloatArray, Kernel
from surveykit.errors import Problem, SurveykitError

BATCH_ROWS = 65_536


class MemoryEngine:
    """An engine over a pandas frame. It owns a copy: changing the source, or what `frame` returned, changes nothing."""

    name: ClassVar[str] = "memory"

    def __init__(self, frame: pd.DataFrame, batch_rows: int = BATCH_ROWS) -> None:
        if batch_rows < 1:
            raise SurveykitError.of("ENGINE-BATCH", found=batch_rows)
        columns = [str(column) for column in frame.columns]
        twice = [name for name, count in Counter(columns).items() if count > 1]
        if twice:
            raise SurveykitError.of("ENGINE-TWICE", columns=", ".join(twice))
        held = frame.copy(deep=True)
        held.columns = pd.Index(columns, dtype=object)
        self._frame = held.reset_index(drop=True)
        self._batch_rows = batch_rows

    @property
    def columns(self) -> tuple[str, ...]:
        """Column names, in order."""
        return tuple(self._frame.columns)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self._frame)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of column names, kinds and content; equal on every platform, and for every batch size."""
        return digest(self._frame)

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """These columns only, in this order, as a frame of the caller's own."""
        wanted = list(self.columns if columns is None else columns)
        self._know(wanted)
        return self._frame[wanted].copy(deep=True)

    def reduce(self, kernel: Kernel[A], columns: Sequence[str]) -> A:
        """The sum (`+`) of the kernel over all batches; one call with no rows where there are none."""
        self._know(columns)
        parts = [self._numbers(name) for name in columns]
        total = kernel(_block(parts, 0, self._batch_rows))
        for start in range(self._batch_rows, self.rows, self._batch_rows):
            total = total + kernel(_block(parts, start, start + self._batch_rows))
        return total

    def filter(self, mask: ArrayLike) -> MemoryEngine:
        """The rows where `mask` (one boolean a row) is true."""
        chosen: NDArray[np.bool_] = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (self.rows,):
            raise SurveykitError.of("ENGINE-MASK", rows=self.rows, found=f"{chosen.dtype.name} of shape {chosen.shape}")
        return MemoryEngine(self._frame.loc[chosen], self._batch_rows)

    def with_columns(self, frame: pd.DataFrame) -> MemoryEngine:
        """With these columns added, or put in place of those of the same name; rows are matched by position."""
        if len(frame) != self.rows:
            raise SurveykitError.of("ENGINE-ROWS", rows=self.rows, found=len(frame))
        added = MemoryEngine(frame)._frame
        kept = self._frame.drop(columns=[name for name in added.columns if name in self._frame.columns])
        joined = pd.concat([kept, added], axis=1)
        order = [*self.columns, *(name for name in added.columns if name not in self._frame.columns)]
        return MemoryEngine(joined[order], self._batch_rows)

    def __repr__(self) -> str:
        return f"<MemoryEngine: {self.rows} rows, {len(self.columns)} columns>"

    def _know(self, columns: Sequence[str]) -> None:
        unknown = [name for name in columns if name not in self._frame.columns]
        if unknown:
            raise SurveykitError([_unknown(name, self.columns) for name in unknown])

    def _numbers(self, name: str) -> FloatArray:
        column = self._frame[name]
        if not pd.api.types.is_numeric_dtype(column.dtype):
            raise SurveykitError.of("ENGINE-NOTNUMBER", f"column {name}")
        return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _block(parts: list[FloatArray], start: int, stop: int) -> FloatArray:
    return np.column_stack([part[start:stop] for part in parts]) if parts else np.empty((0, 0))


def _unknown(name: str, known: Sequence[str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or list(known[:5])
    return Problem.of("ENGINE-NOCOLUMN", f"column {name}", near=", ".join(near) or "-")
