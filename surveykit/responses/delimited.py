"""CSV and TSV: the encoding is known or refused, the delimiter is found and named, ragged rows have a place."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.table import Table, text_table

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("gb18030", "cp1251")
_DELIMITERS = (",", ";", "\t")
_PROBE = 200
_NAMES = {"\t": "tab"}


def read_delimited(
    raw: bytes, file: str, *, encoding: str | None, delimiter: str | None, evidence: Collection[str]
) -> Table:
    """The table of a delimited text file; `evidence` are texts that a right decoding would show."""
    text, used, problems = _decode(raw, file, encoding, evidence)
    if not text.strip():
        raise SurveykitError.of("RESP-EMPTY", file)
    if text.lstrip()[:9].lower().startswith(("<!doctype", "<html", "<table", "<?xml", "<script")):
        raise SurveykitError.of("RESP-HTML", file)
    first_row = 1
    if text[:4].lower() == "sep=" and text[4:5] and text[5:6] in ("\r", "\n"):
        delimiter = delimiter or text[4]
        text = text[5:].removeprefix("\r").removeprefix("\n")
        first_row = 2
    delimiter = delimiter or _sniff(text, file)
    records, rows = _records(text, delimiter, file, first_row)
    header, body, places = records[0], records[1:], rows[1:]
    _refuse_ragged(header, body, places, file)
    width = len(header)
    if body and any(len(record) != width for record in body):
        body = [record[:width] for record in body]
    return text_table(
        header,
        body,
        places,
        file=file,
        format="delimited text",
        encoding=used,
        delimiter=_NAMES.get(delimiter, delimiter),
        problems=problems,
    )


def _decode(
    raw: bytes, file: str, encoding: str | None, evidence: Collection[str]
) -> tuple[str, str, tuple[Problem, ...]]:
    if encoding is not None:
        try:
            return raw.decode(encoding).removeprefix("\ufeff"), encoding, ()
        except LookupError:
            raise SurveykitError.of("RESP-NOENCODING", file, encoding=encoding) from None
        except UnicodeDecodeError as fault:
            raise SurveykitError.of("RESP-BADENCODING", file, encoding=encoding, byte=fault.start) from None
    marked = next((name for bom, name in _BOMS if raw.startswith(bom)), "utf-8")
    try:
        return raw.decode(marked).removeprefix("\ufeff"), marked, ()
    except UnicodeDecodeError as fault:
        if marked != "utf-8":
            raise SurveykitError.of("RESP-BADENCODING", file, encoding=marked, byte=fault.start) from None
    decoded = {name: text for name in _CANDIDATES if (text := _try(raw, name)) is not None}
    proven = [name for name, text in decoded.items() if any(known in text for known in evidence)]
    if len(proven) != 1:
        raise SurveykitError.of("RESP-ENCODING", file, candidates=", ".join(decoded or _CANDIDATES))
    warning = Problem.of("RESP-ENCODINGUSED", file, "warning", encoding=proven[0])
    return decoded[proven[0]], proven[0], (warning,)


def _try(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _sniff(text: str, file: str) -> str:
    """The delimiter under which most rows are as long as the header; ties go to the longer header, or are refused."""
    ranks: dict[str, tuple[float, int]] = {}
    for delimiter in _DELIMITERS:
        lengths = []
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            for record in reader:
                if record:
                    lengths.append(len(record))
                if len(lengths) > _PROBE:
                    break
        except csv.Error:
            continue
        if lengths and lengths[0] > 1:
            ranks[delimiter] = (sum(each == lengths[0] for each in lengths) / len(lengths), lengths[0])
    if not ranks:
        return ","
    best = max(ranks.values())
    found = [delimiter for delimiter, rank in ranks.items() if rank == best]
    if len(found) > 1:
        raise SurveykitError.of("RESP-DELIMITER", file, found=" ".join(_NAMES.get(each, each) for each in found))
    return found[0]


def _records(text: str, delimiter: str, file: str, first_row: int) -> tuple[list[list[str]], list[int]]:
    """Every record that is not an empty line, with the row that a spreadsheet shows it in."""
    records: list[list[str]] = []
    rows: list[int] = []
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except (TypeError, ValueError):
        raise SurveykitError.of("RESP-BADDELIMITER", file, delimiter=delimiter) from None
    row = first_row - 1
    try:
        for record in reader:
            row += 1
            if record:
                records.append(record)
                rows.append(row)
    except csv.Error as fault:
        raise SurveykitError.of("RESP-QUOTE", f"{file}, row {row + 1}", detail=str(fault)) from None
    return records, rows


def _refuse_ragged(header: list[str], body: list[list[str]], rows: list[int], file: str) -> None:
    width = len(header)
    wrong = [
        position
        for position, record in enumerate(body)
        if len(record) != width and (len(record) < width or any(cell.strip() for cell in record[width:]))
    ]
    if wrong:
        places = ", ".join(str(rows[position]) for position in wrong[:5]) + (", ..." if len(wrong) > 5 else "")
        found = len(body[wrong[0]])
        raise SurveykitError.of("RESP-RAGGED", f"{file}, rows {places}", wanted=width, found=found, count=len(wrong))
