"""Results as a workbook: one sheet each with every number unrounded, and what must be known of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from surveykit.exports.register import write_workbook
from surveykit.language import say
from surveykit.result import Result, Writer


def write_results(
    results: Mapping[str, Result | pd.DataFrame],
    path: str | os.PathLike[str],
    lang: str = "en",
    overwrite: bool = False,
) -> Path:
    """Write results (and tables beside them) to an XLSX file, a sheet each under its name, and return its path.

    A result's columns have headings in `lang`, its measures and names are words, its numbers stay numbers, unrounded; a
    table is written as it is. A last sheet holds what each result says in words and every note. No text ever becomes a
    formula. Errors: another ending than .xlsx, a file that is there already unless `overwrite`.
    """
    sheets: dict[str, pd.DataFrame] = {}
    words: list[tuple[str, str]] = []
    for name, found in results.items():
        if isinstance(found, pd.DataFrame):
            sheets[name] = found
            continue
        write = Writer.of(lang, None, found.names)
        table = found.table
        for column in (found.measure_column, "method"):
            if column in table.columns:
                table[column] = [write.label(str(value)) for value in table[column]]
        for column in found.named_columns:
            if column in table.columns and column != found.measure_column:
                table[column] = [write.name(str(value)) if value is not None else "" for value in table[column]]
        sheets[name] = table.rename(columns=write.label)
        words += [(name, sentence) for sentence in found.sentences(lang)]
        words += [
            (name, f"{problem.place}: {problem.message(lang)}" if problem.place else problem.message(lang))
            for problem in found.problems
        ]
    if words:
        heads = [say("results.sheet", lang), say("results.words", lang)]
        sheets[say("results.notes", lang)] = pd.DataFrame(words, columns=heads)
    return write_workbook(sheets, path, overwrite)
