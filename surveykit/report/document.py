"""What a report consists of before any format: sections of paragraphs, figures, tables, cautions and key figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Points:
    """A list of short statements."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Caution:
    """What a reader must know before using the numbers next to it."""

    text: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One number with its name and, beneath it, its uncertainty and base."""

    label: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The handful of numbers a reader looks for first."""

    figures: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure with its caption; `name` is unique in the document, `alt` says what the figure shows."""

    figure: Figure
    name: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts; `folded` tables are shown closed on a screen."""

    table: pd.DataFrame
    caption: str
    note: str = ""
    folded: bool = False

    @property
    def columns(self) -> Sequence[str]:
        """The headings."""
        return [str(name) for name in self.table.columns]

    @property
    def rows(self) -> list[list[str]]:
        """The cells, row by row."""
        return [[str(cell) for cell in row] for row in self.table.itertuples(index=False, name=None)]

    def numeric(self, column: int) -> bool:
        """Whether a column holds numbers, so that it is set flush right."""
        cells = [row[column] for row in self.rows]
        return bool(cells) and all(not cell or cell[0] in "0123456789−-–.<[" for cell in cells)


Block = Paragraph | Points | Caution | KeyFigures | Picture | Grid


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report; `anchor` is its address within the page."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language."""

    lang: str
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    contents_label: str
    footer: str
