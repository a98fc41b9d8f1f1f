"""The cells of a file before anything is made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import Problem, SurveykitError

Range = tuple[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of raw cells, with whatever the format knows about them.

    `rows` says where a reader finds each row: a spreadsheet counts the header as row 1. `captions` are the wordings
    that go with column names, `labels` the value labels, `missing` the ranges that the file itself declares missing.
    """

    file: str
    format: str
    columns: Mapping[str, pd.Series]
    rows: Sequence[object]
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    captions: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)
    missing: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def at(self, positions: Sequence[int], count: int = 5) -> str:
        """The places of these rows, the first few of them."""
        shown = ", ".join(str(self.rows[position]) for position in positions[:count])
        return shown + (", ..." if len(positions) > count else "")


def text_table(header: Sequence[Any], records: Sequence[Sequence[Any]], rows: Sequence[int], **known: Any) -> Table:
    """A table from a header and equally long records of cells (text, number, time or None).

    Empty rows at the end are left out with a warning, and empty columns without a name silently; a column without a
    name but with content is called by its position.
    """
    known = dict(known)
    problems = list(known.pop("problems", ()))
    file = known["file"]
    end = len(records)
    while end and all(blank(cell) for cell in records[end - 1]):
        end -= 1
    if end < len(records):
        places = _span(rows[end], rows[len(records) - 1])
        problems.append(Problem.of("RESP-EMPTYROWS", f"{file}, {places}", "warning", count=len(records) - end))
    grid = np.empty((end, len(header)), dtype=object)
    if end:
        grid[:] = records[:end]
    columns: dict[str, pd.Series] = {}
    names = ["" if blank(name) else str(name).strip() for name in header]
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        raise SurveykitError([Problem.of("RESP-TWICE", f"{file}, column {name}") for name in twice])
    for position, name in enumerate(names):
        cells = grid[:, position]
        if name or not all(blank(cell) for cell in cells):
            columns[name or f"column {position + 1}"] = pd.Series(cells, dtype=object)
    return Table(columns=columns, rows=tuple(rows[:end]), problems=tuple(problems), **known)


def blank(cell: object) -> bool:
    """Whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _span(first: int, last: int) -> str:
    return f"row {first}" if first == last else f"rows {first}-{last}"
