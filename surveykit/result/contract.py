"""The contract that every result keeps: one tidy table, from which picture, words and page are derived."""

from __future__ import annotations

import html
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import pandas as pd
from matplotlib.figure import Figure

from surveykit.errors import Problem
from surveykit.language import Kind, StyleName, say, term
from surveykit.result.codec import decode, encode
from surveykit.result.provenance import Provenance
from surveykit.result.writer import Names, Writer

ESTIMATE_COLUMNS = ("estimate", "std_error", "conf_low", "conf_high")

_KINDS: dict[str, type[Result]] = {}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Result:
    """What an analysis found.

    A subclass gives fields and three pure hooks: `_table()` (tidy, a row an estimate, unrounded, columns of the
    glossary), `_figure()` and `_sentences()`, which read only that table. Everything a reader sees is derived here,
    so that no two views can disagree.

    `kind` names the subclass in stored form. `measure_column` is the column that says what the row's estimate is (its
    kind of number comes from the glossary); without one, `estimate_kind` holds for all rows. `shown` are the columns
    of the table for people.
    """

    kind: ClassVar[str] = ""
    measure_column: ClassVar[str | None] = None
    estimate_kind: ClassVar[Kind] = "coefficient"
    named_columns: ClassVar[tuple[str, ...]] = ("scale", "item", "term", "outcome", "dimension")
    shown: ClassVar[tuple[str, ...]] = ()

    n: int
    provenance: Provenance
    problems: tuple[Problem, ...] = ()
    names: Names = field(default_factory=dict)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.kind:
            if cls.kind in _KINDS:
                raise TypeError(f"two results are called {cls.kind}")
            _KINDS[cls.kind] = cls

    def _table(self) -> pd.DataFrame:
        raise NotImplementedError

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        raise NotImplementedError

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        raise NotImplementedError

    @property
    def table(self) -> pd.DataFrame:
        """A row an estimate, unrounded, with columns named in the glossary; a fresh copy."""
        return self._table().reset_index(drop=True)

    def plot(self, lang: str = "en", number_style: StyleName | None = None, **style: Any) -> Figure:
        """The figure of this result, returned and never shown; `style` goes to the drawing primitive."""
        return self._figure(self.table, Writer.of(lang, number_style, self.names), **style)

    def narrate(self, lang: str = "en", number_style: StyleName | None = None) -> str:
        """The finding in sentences; every number in them is read from `table`."""
        sentences = self._sentences(self.table, Writer.of(lang, number_style, self.names))
        return say("list.sentence", lang).join(sentences)

    def renamed(self, names: Names) -> Self:
        """The same result with these names of constructs and items added."""
        return replace(self, names={**self.names, **names})

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form; `Result.from_dict` makes an equal result of it."""
        stored = {part.name: encode(getattr(self, part.name)) for part in fields(self)}
        return {"kind": self.kind, **stored}

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """The result that `to_dict` stored."""
        parts = {name: decode(value, Result.from_dict) for name, value in stored.items() if name != "kind"}
        made: Any = _KINDS[stored["kind"]](**parts)
        return made

    def __repr__(self) -> str:
        rows = len(self.table)
        return f"<{type(self).__name__}: n = {self.n}, {rows} row{'' if rows == 1 else 's'}>"

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{html.escape(str(problem))}</li>" for problem in self.problems)
        return (
            f"<p>{html.escape(self.narrate())}</p>"
            + formatted(self).to_html(index=False, border=0, escape=True)
            + (f"<ul>{notes}</ul>" if notes else "")
        )


def formatted(result: Result, lang: str = "en", number_style: StyleName | None = None) -> pd.DataFrame:
    """The table for people: the shown columns, localised headings, numbers as text."""
    table = result.table
    write = Writer.of(lang, number_style, result.names)
    columns = [name for name in (result.shown or tuple(table.columns)) if name in table.columns]
    cells = {
        write.label(name): [_cell(result, row, name, write) for row in table[list(table.columns)].to_dict("records")]
        for name in columns
    }
    return pd.DataFrame(cells, dtype=object)


def _cell(result: Result, row: dict[Any, Any], column: str, write: Writer) -> str:
    value = row[column]
    if column == result.measure_column or column == "method":
        return write.label(str(value))
    if isinstance(value, str):
        return write.name(value) if column in result.named_columns else value
    kind = kind_of(result, row, column)
    return str(value) if kind == "text" else write.number(value, kind)


def kind_of(result: Result, row: dict[Any, Any], column: str) -> Kind:
    """How the number of one cell is written."""
    if column in ESTIMATE_COLUMNS:
        return term(str(row[result.measure_column])).kind if result.measure_column else result.estimate_kind
    return term(column).kind
