"""What the surveykit web page hands to a respondent: one JSON file for each answered form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.table import Table

PAGE_COLUMNS = ("respondent", "form", "version", "fingerprint", "language", "started", "finished", "seconds")


def read_page(path: Path) -> Table:
    """The table of one downloaded form, or of a list of them in one file."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise SurveykitError.of("RESP-BADENCODING", path.name, encoding="utf-8", byte=fault.start) from None
    except (json.JSONDecodeError, RecursionError) as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="JSON", detail=str(fault)[:80]) from None
    forms = data if isinstance(data, list) else [data]
    wrong = [place for place, form in enumerate(forms, start=1) if not _is_form(form)]
    if wrong or not forms:
        raise SurveykitError.of("RESP-NOTPAGE", path.name)
    names = dict.fromkeys(name for name in PAGE_COLUMNS if any(name in form for form in forms))
    names |= dict.fromkeys(code for form in forms for code in form["answers"])
    records = [{**form["answers"], **{name: form.get(name) for name in PAGE_COLUMNS if name in form}} for form in forms]
    columns = {name: pd.Series([record.get(name) for record in records], dtype=object) for name in names}
    rows = [path.name] if len(forms) == 1 else [f"form {place}" for place in range(1, len(forms) + 1)]
    return Table(file=path.name, format="surveykit page", columns=columns, rows=tuple(rows), encoding="utf-8")


def stacked(tables: Sequence[Table], folder: str, ignored: Sequence[str]) -> Table:
    """Several files as one table; each row is known by its file."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    columns = {
        name: pd.Series([cell for table in tables for cell in _cells(table, name)], dtype=object) for name in names
    }
    rows = [place if len(table.rows) == 1 else f"{table.file} {place}" for table in tables for place in _places(table)]
    problems = [problem for table in tables for problem in table.problems]
    if ignored:
        problems.append(Problem.of("RESP-IGNORED", folder, "note", files=", ".join(ignored)))
    return Table(
        file=folder,
        format=f"folder of {len(tables)} files",
        columns=columns,
        rows=tuple(rows),
        encoding=", ".join(dict.fromkeys(table.encoding for table in tables)),
        delimiter=", ".join(dict.fromkeys(table.delimiter for table in tables if table.delimiter)),
        problems=tuple(problems),
    )


def _is_form(form: Any) -> bool:
    return isinstance(form, dict) and form.get("surveykit") == 1 and isinstance(form.get("answers"), dict)


def _cells(table: Table, name: str) -> list[Any]:
    return table.columns[name].tolist() if name in table.columns else [None] * len(table.rows)


def _places(table: Table) -> list[str]:
    return [place if isinstance(place, str) else f"{table.file} row {place}" for place in table.rows]
