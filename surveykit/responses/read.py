"""Reads answers from the files that people have, with a receipt of what was made of every column."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from surveykit.engine.memory import MemoryEngine
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.decode import Decoded, ScaleReader
from surveykit.responses.dialects import DIALECTS, WJX_HEADERS, Dialect, detect, open_answer_missing, prepare
from surveykit.responses.extra import extra_column
from surveykit.responses.formats import read_table
from surveykit.responses.identity import identity_problems
from surveykit.responses.labelled import frame_table
from surveykit.responses.match import Matching, match_columns
from surveykit.responses.receipt import ItemReceipt, Receipt, Unread
from surveykit.responses.responses import Responses
from surveykit.responses.table import Table
from surveykit.responses.text import fold, nearest, shortened
from surveykit.spec.bank import Item
from surveykit.spec.questionnaire import Questionnaire

_SHOWN = 5


def read_responses(
    path_or_frame: str | Path | pd.DataFrame,
    questionnaire: Questionnaire | None = None,
    dialect: Dialect = "auto",
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    sheet: str | int | None = None,
    id: str | None = None,
) -> Responses:
    """Read answers from CSV, TSV, XLSX, SPSS, Stata, Parquet, downloaded forms (a file or a folder) or a frame.

    With a questionnaire, columns become items (`columns`: item code -> column name; else by code, wording in any
    language, or numbered wording), and cells become codes (code first, then label in any language); every other
    column stays under its own name. Without one, columns stay as they are, numeric where every cell is a number.

    Missing values: empty cells, the scale's missing codes and labels, values that the file declares missing, -2, -3,
    "(空)", "(跳过)" and the like are NaN, the cell itself stays in `.raw`. A value that is no answer is set missing
    and listed with its rows in `.receipt`, as a warning. Rows are counted as a spreadsheet does: the header is row 1.

    Raises SurveykitError, with all findings: a file of the wrong kind, an encoding, delimiter or decimal comma that
    would have to be guessed, ragged rows, columns named twice, two columns for one item, labels with two meanings.
    """
    if dialect not in DIALECTS:
        raise SurveykitError.of("RESP-DIALECT", dialect=dialect, known=", ".join(DIALECTS))
    if decimal not in (None, ".", ","):
        raise SurveykitError.of("RESP-DECIMALARG", decimal=str(decimal))
    table = _table(path_or_frame, questionnaire, encoding, delimiter, sheet)
    spoken = detect(table) if dialect == "auto" else dialect
    table = prepare(table, spoken)
    if columns and questionnaire is None:
        raise SurveykitError.of("RESP-MAPALONE", table.file)
    matching = match_columns(table, questionnaire, columns) if questionnaire else Matching({}, ())
    problems = [*table.problems, *matching.problems]
    found: dict[str, pd.Series] = {}
    raw: dict[str, pd.Series] = {}
    receipts: list[ItemReceipt] = []
    for item in questionnaire.items if questionnaire else ():
        if item.code not in matching.columns:
            continue
        column, by = matching.columns[item.code]
        cells = table.columns[column]
        raw[item.code] = cells
        if item.kind == "text":
            found[item.code], receipt = _open(item, cells, column, open_answer_missing(spoken))
        else:
            assert questionnaire is not None
            scale = questionnaire.scale(item)
            reader = ScaleReader(scale, decimal)
            decoded = reader.decode(cells, table.labels.get(column), table.missing.get(column, ()))
            found[item.code] = pd.Series(decoded.values)
            receipt = _receipt(item, column, decoded, table)
            problems += _findings(item, column, decoded, table, questionnaire, spoken)
        receipts.append(_by(receipt, by))
    taken = {column for column, _ in matching.columns.values()}
    extras: dict[str, pd.Series] = {}
    for name, cells in table.columns.items():
        if name not in taken:
            extras[name], notes = extra_column(name, cells, table, decimal)
            problems += notes
    id = _id(id, extras, table)
    problems += _whole(table, questionnaire, matching, found)
    problems += identity_problems(extras, questionnaire, id, table)
    if any(problem.severity == "error" for problem in problems):
        raise SurveykitError([problem for problem in problems if problem.severity == "error"])
    receipt = Receipt(
        file=table.file,
        format=table.format,
        rows=len(table.rows),
        encoding=table.encoding,
        delimiter=table.delimiter,
        decimal=decimal or ".",
        sheet=table.sheet,
        dialect=spoken,
        items=tuple(receipts),
        unmatched=tuple(extras) if questionnaire else (),
        not_found=_not_found(questionnaire, matching),
        problems=tuple(problems),
    )
    index = pd.RangeIndex(len(table.rows))
    engine = MemoryEngine(pd.DataFrame({**extras, **found}, index=index))
    raw_engine = MemoryEngine(pd.DataFrame(raw, index=index))
    return Responses(questionnaire=questionnaire, engine=engine, raw_engine=raw_engine, receipt=receipt, id=id)


def _table(
    source: str | Path | pd.DataFrame,
    questionnaire: Questionnaire | None,
    encoding: str | None,
    delimiter: str | None,
    sheet: str | int | None,
) -> Table:
    if not isinstance(source, pd.DataFrame):
        evidence = _evidence(questionnaire)
        return read_table(Path(source), encoding=encoding, delimiter=delimiter, sheet=sheet, evidence=evidence)
    names = [str(name) for name in source.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SurveykitError([Problem.of("RESP-TWICE", f"column {name}") for name in twice])
    return frame_table(source, "frame", "data frame", source.index)


def _evidence(questionnaire: Questionnaire | None) -> Collection[str]:
    """Texts beyond ASCII that a file of this questionnaire shows when it is decoded rightly."""
    texts = set(WJX_HEADERS)
    if questionnaire is not None:
        for item in questionnaire.items:
            wording = item.wording(questionnaire.voice)
            texts |= {wording[lang] for lang in wording or ()}
        for scale in questionnaire.scales:
            texts |= {text[lang] for text in [*scale.labels.values(), *scale.missing.values()] for lang in text}
    return {text for text in texts if sum(ord(sign) > 127 for sign in text) > 1}


def _open(item: Item, cells: pd.Series, column: str, words: frozenset[str]) -> tuple[pd.Series, ItemReceipt]:
    """An open answer is kept as the very same string; only an empty cell is no answer."""
    kept = [_string(cell) for cell in cells.tolist()]
    missing = [cell for cell in kept if cell is not None and words and fold(cell) in words]
    values = pd.Series(
        [None if cell is None or (words and fold(cell) in words) else cell for cell in kept], dtype=object
    )
    gone = tuple((word, missing.count(word)) for word in sorted(set(missing)))
    receipt = ItemReceipt(
        item=item.code, column=column, matched_by="code", answers=int(values.notna().sum()), missing=gone
    )
    return values, receipt


def _string(cell: object) -> str | None:
    if cell is None or cell is pd.NaT or cell is pd.NA or cell == "" or cell != cell:
        return None
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def _by(receipt: ItemReceipt, by: str) -> ItemReceipt:
    return ItemReceipt(**{name: getattr(receipt, name) for name in ItemReceipt.__slots__} | {"matched_by": by})


def _receipt(item: Item, column: str, decoded: Decoded, table: Table) -> ItemReceipt:
    unread = tuple(
        Unread(value=value, count=len(places), rows=table.at(places))
        for value, places in decoded.positions.get("unread", {}).items()
    )
    return ItemReceipt(
        item=item.code,
        column=column,
        matched_by="code",
        languages=decoded.languages,
        answers=decoded.answers,
        recoded=decoded.recoded,
        missing=decoded.missing,
        unread=unread,
    )


def _findings(
    item: Item, column: str, decoded: Decoded, table: Table, questionnaire: Questionnaire, dialect: Dialect
) -> list[Problem]:
    problems: list[Problem] = []
    for kind, code, severity in (
        ("unread", "RESP-UNREAD", "warning"),
        ("ambiguous", "RESP-AMBIGUOUS", "error"),
        ("conflict", "RESP-CONFLICT", "error"),
        ("comma", "RESP-DECIMAL", "error"),
    ):
        values = decoded.positions.get(kind, {})  # type: ignore[call-overload]
        if values:
            rows = sorted(place for places in values.values() for place in places)
            place = f"{table.file}, column {column}, rows {table.at(rows)}"
            shown = shortened([f'"{value}"' for value in values], _SHOWN)
            problems.append(Problem.of(code, place, severity, item=item.code, values=shown, count=len(rows)))
    scale = questionnaire.scale(item)
    if (
        scale is not None
        and scale.low == 0
        and not table.labels.get(column)
        and (decoded.values == scale.low).sum() == 0
    ):
        over = decoded.positions.get("unread", {}).get(str(scale.high + 1))
        place = f"{table.file}, column {column}"
        if over:
            severity = "error" if dialect == "wjx" else "warning"
            problems.append(Problem.of("RESP-SHIFTED", place, severity, item=item.code, high=scale.high))
        elif dialect == "wjx" and decoded.answers > decoded.recoded:
            problems.append(Problem.of("RESP-MAYBESHIFTED", place, "warning", item=item.code, high=scale.high))
    if table.labels.get(column) and decoded.recoded and scale is not None:
        place = f"{table.file}, column {column}"
        problems.append(Problem.of("RESP-RELABELLED", place, "warning", item=item.code, count=decoded.recoded))
    return problems


def _whole(
    table: Table, questionnaire: Questionnaire | None, matching: Matching, found: Mapping[str, pd.Series]
) -> list[Problem]:
    problems: list[Problem] = []
    if not len(table.rows):
        problems.append(Problem.of("RESP-NOROWS", table.file, "warning"))
    if questionnaire is None:
        return problems
    if not found:
        items = shortened([item.code for item in questionnaire.items], _SHOWN)
        return [*problems, Problem.of("RESP-NOMATCH", table.file, columns=shortened(table.columns), items=items)]
    missing = _not_found(questionnaire, matching)
    if missing:
        problems.append(Problem.of("RESP-NOTFOUND", table.file, "warning", items=shortened(missing, 12)))
    return problems


def _not_found(questionnaire: Questionnaire | None, matching: Matching) -> tuple[str, ...]:
    items = questionnaire.items if questionnaire else ()
    return tuple(item.code for item in items if item.code not in matching.columns)


def _id(wanted: str | None, extras: Mapping[str, pd.Series], table: Table) -> str | None:
    if wanted is None:
        return next((name for name in ("respondent", "序号") if name in extras), None)
    if wanted not in extras:
        raise SurveykitError.of("RESP-NOID", f"{table.file}, column {wanted}", near=nearest(wanted, extras))
    return wanted
