"""Human coding: sheets out to coders and their marks back in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import openpyxl
from numpy.typing import NDArray
from openpyxl.utils.exceptions import InvalidFileException

from surveykit.analyse.comments.coding import coded
from surveykit.analyse.comments.texts import comments_of
from surveykit.errors import Problem, SurveykitError
from surveykit.exports.coding_sheet import FIRST_ROW, META, POLARITY, SHEET, SheetContent, coding_workbook
from surveykit.exports.register import write_bytes
from surveykit.responses.masking import masked
from surveykit.spec.coding_frame import CodingFrame, load_coding_frame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coding:
    """What coders marked: `marks` (coders, comments, categories) 1, 0 or NaN where not coded; `polarity` likewise.

    `comments` are the numbers of the comments among those that say something, from 1, `problems` what the sheets held
    that could not be used.
    """

    coders: tuple[str, ...]
    comments: tuple[int, ...]
    codes: tuple[str, ...]
    marks: NDArray[np.float64]
    polarity: NDArray[np.float64]
    frame: CodingFrame
    problems: tuple[Problem, ...]

    def __repr__(self) -> str:
        return f"<Coding: {len(self.comments)} comments, coders {', '.join(self.coders)}>"


def coding_sheet(
    data: Any,
    text: str | Sequence[str] | None,
    frame: CodingFrame | str | Path,
    folder: str | os.PathLike[str],
    *,
    n: int | None = None,
    coders: Sequence[str] = ("A", "B"),
    lang: str = "en",
    suggest: bool = False,
    seed: int = 1,
    overwrite: bool = False,
) -> list[Path]:
    """Write a workbook a coder, coding_<coder>.xlsx, with the same comments for every one, and return their paths.

    `data`, `text`: as `sk.comments`; `n` comments are drawn at random by `seed` (all by default), with personal data
    masked. Each sheet has a column a category (1 or empty), polarity (-1, 0, 1), a note, and the definitions and
    examples of the frame. `suggest` adds what the rules found: it speeds coding and pulls coders towards the rules, so
    leave it off where the agreement of coders and rules is to be measured. Errors: no comments, a file that is there
    already unless `overwrite`.
    """
    book = frame if isinstance(frame, CodingFrame) else load_coding_frame(frame)
    found = comments_of(data, text, None)
    if not found.texts:
        raise SurveykitError.of("CODING-NOTHING")
    twice = [name for name in coders if list(coders).count(name) > 1]
    if twice or not coders:
        raise SurveykitError.of("CODING-CODERS", found=", ".join(coders) or "-")
    count = len(found.texts)
    chosen = np.sort(np.random.default_rng(seed).permutation(count)[: count if n is None else n])
    texts = {int(at) + 1: masked(found.texts[at], found.langs[at] or lang) for at in chosen}
    suggested: dict[int, list[str]] = {}
    if suggest:
        marks = coded(book, [found.texts[at] for at in chosen], [found.langs[at] for at in chosen])
        codes = [each.code for each in book.categories]
        suggested = {
            int(at) + 1: [code for code, mark in zip(codes, own, strict=True) if mark]
            for at, own in zip(chosen, marks, strict=True)
        }
    return [
        write_bytes(
            coding_workbook(SheetContent(coder=coder, frame=book, comments=texts, suggested=suggested, lang=lang)),
            Path(folder) / f"coding_{coder}.xlsx",
            overwrite,
        )
        for coder in coders
    ]


def read_coding_sheets(paths: Sequence[str | os.PathLike[str]], frame: CodingFrame | str | Path) -> Coding:
    """Read the sheets that coders filled in: their marks side by side, comment by comment.

    A comment that a coder left wholly empty is not coded by that coder (NaN); elsewhere an empty cell is 0. Cells with
    anything but 1, 0 or empty (polarity: -1, 0, 1) are counted and left out with their place, as are comments whose
    number stands twice. Errors: a file that is no coding sheet, sheets of another frame, two sheets of one coder.
    """
    book = frame if isinstance(frame, CodingFrame) else load_coding_frame(frame)
    codes = tuple(each.code for each in book.categories)
    problems: list[Problem] = []
    read = [_sheet(Path(path), book, codes, problems) for path in paths]
    coders = [coder for coder, _ in read]
    if len(set(coders)) < len(coders) or not coders:
        raise SurveykitError.of("CODING-CODERS", found=", ".join(coders) or "-")
    comments = tuple(sorted({number for _, rows in read for number in rows}))
    nothing = np.full(len(codes) + 1, np.nan)
    table = np.array([[rows.get(number, nothing) for number in comments] for _, rows in read])
    table = table.reshape(len(read), len(comments), len(codes) + 1)
    return Coding(
        coders=tuple(coders),
        comments=comments,
        codes=codes,
        marks=table[:, :, :-1],
        polarity=table[:, :, -1],
        frame=book,
        problems=tuple(problems),
    )


def _sheet(
    path: Path, frame: CodingFrame, codes: tuple[str, ...], problems: list[Problem]
) -> tuple[str, dict[int, NDArray[np.float64]]]:
    """The coder of one workbook, and comment -> marks with the polarity behind them."""
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except FileNotFoundError:
        raise SurveykitError.of("RESP-NOFILE", str(path)) from None
    except (BadZipFile, InvalidFileException, KeyError, OSError, ValueError) as fault:
        raise SurveykitError.of("RESP-DAMAGED", path.name, format="Excel", detail=str(fault)[:80]) from None
    if SHEET not in book.sheetnames or META not in book.sheetnames:
        raise SurveykitError.of("CODING-NOSHEET", path.name)
    meta = {str(row[0]): str(row[1]) for row in book[META].iter_rows(max_col=2, values_only=True)}
    if meta.get("fingerprint") != frame.fingerprint:
        raise SurveykitError.of("CODING-FRAME", path.name, found=meta.get("frame", "-"), frame=frame.code)
    rows = list(book[SHEET].iter_rows(values_only=True))
    heads = {str(head): at for at, head in enumerate(rows[0])} if rows else {}
    lost = [name for name in ("id", *codes, POLARITY) if name not in heads]
    if lost:
        raise SurveykitError.of("CODING-COLUMNS", path.name, columns=", ".join(lost))
    columns = [heads[code] for code in codes]
    found: dict[int, NDArray[np.float64]] = {}
    for number, cells in enumerate(rows[FIRST_ROW - 1 :], FIRST_ROW):
        own = cells[heads["id"]]
        if own is None:
            continue
        if not isinstance(own, int) or own in found:
            problems.append(Problem.of("CODING-ID", f"{path.name}, row {number}", "warning", found=str(own)[:20]))
            continue
        marks = [_mark(cells[at], (0, 1), path, number, problems) for at in columns]
        tone = _mark(cells[heads[POLARITY]], (-1, 0, 1), path, number, problems)
        blank = all(cells[at] in (None, "") for at in (*columns, heads[POLARITY]))
        if blank:
            found[own] = np.full(len(codes) + 1, np.nan)
        else:
            found[own] = np.array(
                [*(0.0 if mark is None else mark for mark in marks), np.nan if tone is None else tone]
            )
    return meta.get("coder", path.stem), found


def _mark(cell: Any, allowed: tuple[int, ...], path: Path, row: int, problems: list[Problem]) -> float | None:
    """A mark as a number, None where empty, NaN (with a finding) where it is something else."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    text = str(cell).strip().replace("\N{MINUS SIGN}", "-")
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value in allowed:
        return value
    place = f"{path.name}, row {row}"
    problems.append(Problem.of("CODING-MARK", place, "warning", found=text[:20], allowed=", ".join(map(str, allowed))))
    return float("nan")
