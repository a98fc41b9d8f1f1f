"""Which kind of file this is: its name and its first bytes must agree."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

from surveykit.errors import SurveykitError
from surveykit.responses.delimited import read_delimited
from surveykit.responses.labelled import read_parquet, read_spss, read_stata
from surveykit.responses.page import read_page, stacked
from surveykit.responses.table import Table
from surveykit.responses.workbook import read_workbook

_BY_SUFFIX = {
    ".csv": "text",
    ".tsv": "text",
    ".tab": "text",
    ".txt": "text",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".sav": "spss",
    ".zsav": "spss",
    ".dta": "stata",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".json": "json",
}
_NAMES = {
    "text": "text (.csv)",
    "excel": "Excel (.xlsx)",
    "spss": "SPSS (.sav)",
    "stata": "Stata (.dta)",
    "parquet": "Parquet (.parquet)",
    "json": "JSON (.json)",
}
_MAGIC = (
    (b"$FL2", "spss"),
    (b"$FL3", "spss"),
    (b"<stata_dta>", "stata"),
    (b"PAR1", "parquet"),
    (b"\xd0\xcf\x11\xe0", "old Excel or a password-protected file"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"\x1f\x8b", "an archive"),
)
_HEAD = 65_536
_BINARY_SHARE = 0.1


def read_table(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | int | None = None,
    evidence: Collection[str] = (),
) -> Table:
    """The cells of a file, or of every .json and .csv file of a folder."""
    if path.is_dir():
        return _folder(path, encoding, delimiter, evidence)
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
    except FileNotFoundError:
        raise SurveykitError.of("RESP-NOFILE", str(path)) from None
    except OSError:
        raise SurveykitError.of("RESP-UNREADABLE", str(path)) from None
    kind = _kind(path, head)
    if kind == "excel":
        return read_workbook(path, sheet=sheet)
    if kind == "spss":
        return read_spss(path, encoding)
    if kind == "stata":
        return read_stata(path, encoding)
    if kind == "parquet":
        return read_parquet(path)
    if kind == "json":
        return read_page(path)
    if path.suffix.lower() in (".tsv", ".tab"):
        delimiter = delimiter or "\t"
    return read_delimited(path.read_bytes(), path.name, encoding=encoding, delimiter=delimiter, evidence=evidence)


def _kind(path: Path, head: bytes) -> str:
    named = _BY_SUFFIX.get(path.suffix.lower())
    if not head:
        raise SurveykitError.of("RESP-EMPTY", path.name)
    found = _content(path, head, named)
    if found not in _NAMES:
        raise SurveykitError.of("RESP-WRONGKIND", path.name, found=found)
    if named is not None and named != found:
        raise SurveykitError.of("RESP-MISNAMED", path.name, named=_NAMES[named], found=_NAMES[found])
    return found


def _content(path: Path, head: bytes, named: str | None) -> str:
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    for mark, kind in _MAGIC:
        if head.startswith(mark):
            return kind
    if named == "stata" and head[0] in range(0x68, 0x74):
        return "stata"
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and head.count(0) > _BINARY_SHARE * len(head):
        return "binary data, or UTF-16 text without a mark"
    if named == "json" or (named is None and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")):
        return "json"
    return "text"


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return "a damaged archive"
    if "xl/workbook.xml" in names:
        return "excel"
    return "a word processor file" if "word/document.xml" in names else "an archive"


def _folder(folder: Path, encoding: str | None, delimiter: str | None, evidence: Collection[str]) -> Table:
    files = sorted(file for file in folder.iterdir() if file.is_file() and not file.name.startswith("."))
    wanted = [file for file in files if file.suffix.lower() in (".json", ".csv")]
    if not wanted:
        raise SurveykitError.of("RESP-NOFILES", str(folder))
    tables = [read_table(file, encoding=encoding, delimiter=delimiter, evidence=evidence) for file in wanted]
    return stacked(tables, folder.name, [file.name for file in files if file not in wanted])
