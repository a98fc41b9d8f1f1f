"""Writes a questionnaire to a file as one of the things it can become."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from surveykit.errors import SurveykitError
from surveykit.exports.codebook import codebook
from surveykit.exports.page import page
from surveykit.exports.sheet import csv_bytes, xlsx_bytes
from surveykit.language.catalogue import LANGUAGES, say
from surveykit.spec.questionnaire import Questionnaire

Maker = Callable[[Questionnaire], bytes]


def export(
    questionnaire: Questionnaire, target: str | None, path: str | os.PathLike[str], overwrite: bool = False
) -> Path:
    """Write a questionnaire to `path` and return where it stands.

    Targets: "html" (the page: on screen or printed as the paper form), "codebook.csv" and "codebook.xlsx". None takes
    the target from the ending of the file name: .html, .csv, .xlsx. A file that is there already is left alone unless
    `overwrite` is true; folders on the way are made. Raises SurveykitError for an unknown target, an ending that says
    otherwise, an existing file, or a place that cannot be written.
    """
    goal = Path(path)
    make = _maker(target, goal)
    if goal.is_dir():
        raise SurveykitError.of("EXPORT-FOLDER", str(goal))
    if goal.exists() and not overwrite:
        raise SurveykitError.of("EXPORT-EXISTS", str(goal))
    _write(goal, make(questionnaire))
    return goal


def _page_bytes(questionnaire: Questionnaire) -> bytes:
    return page(questionnaire).encode("utf-8")


def _codebook_csv(questionnaire: Questionnaire) -> bytes:
    return csv_bytes(codebook(questionnaire))


def _codebook_xlsx(questionnaire: Questionnaire) -> bytes:
    table = codebook(questionnaire)
    lang = next((lang for lang in questionnaire.languages if lang in LANGUAGES), "en")
    kinds = list(dict.fromkeys(name.split("_")[0] for name in table.columns))
    meanings = [
        (f"{kind}_*" if kind in ("wording", "labels") else kind, say(f"codebook.{kind}", lang)) for kind in kinds
    ]
    about = pd.DataFrame(meanings, columns=[say("codebook.column", lang), say("codebook.meaning", lang)])
    return xlsx_bytes({say("codebook.codebook", lang): table, say("codebook.columns", lang): about})


TARGETS: dict[str, tuple[str, Maker]] = {
    "html": (".html", _page_bytes),
    "codebook.csv": (".csv", _codebook_csv),
    "codebook.xlsx": (".xlsx", _codebook_xlsx),
}
"""Target -> ending of the file name, maker."""


def _maker(target: str | None, path: Path) -> Maker:
    ending = ".html" if path.suffix.lower() == ".htm" else path.suffix.lower()
    if target is None:
        for wanted, make in TARGETS.values():
            if wanted == ending:
                return make
        known = ", ".join(wanted for wanted, _ in TARGETS.values())
        raise SurveykitError.of("EXPORT-NOTARGET", str(path), known=known)
    if target not in TARGETS:
        raise SurveykitError.of("EXPORT-TARGET", str(path), target=target, known=", ".join(TARGETS))
    wanted, make = TARGETS[target]
    if wanted != ending:
        raise SurveykitError.of("EXPORT-SUFFIX", str(path), target=target, wanted=wanted)
    return make


def _write(path: Path, content: bytes) -> None:
    """Either the whole file is there afterwards, or what was there before."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_bytes(content)
        part.replace(path)
    except OSError as fault:
        raise SurveykitError.of("EXPORT-DENIED", str(path), detail=fault.strerror or type(fault).__name__) from None
