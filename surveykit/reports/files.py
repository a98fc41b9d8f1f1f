"""Writes a study's report to a folder, and never over files that are not ours."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from surveykit.errors import SurveykitError
from surveykit.progress import Progress
from surveykit.reports.compose import compose
from surveykit.reports.html import html
from surveykit.reports.outcome import StudyResult
from surveykit.result import own_version

FORMATS = ("html",)
MARK = "surveykit report"
"""Says in the manifest that the folder was made by us and may be written again."""


def report(
    result: StudyResult,
    out: str | Path,
    languages: Sequence[str] | None = None,
    formats: Sequence[str] = FORMATS,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> list[Path]:
    """Write report.<lang>.<format>, results.json and manifest.json into a folder, and return their paths.

    `languages` default to the study's. Equal results give equal bytes of HTML. A folder that holds files of these
    names which surveykit did not make is refused unless `overwrite`. `progress` is called with the name of each step.
    """
    tell = progress or (lambda step: None)
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise SurveykitError.of("REPORT-FORMAT", found=", ".join(unknown), known=", ".join(FORMATS))
    wanted = wanted_languages(result.study.languages, languages)
    folder = writable(Path(out), overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in wanted:
        tell(f"write the report ({lang})")
        written.append(_put(folder / f"report.{lang}.html", html(compose(result, lang))))
    written.append(_put(folder / "results.json", _json(result.to_dict())))
    written.append(_put(folder / "manifest.json", _json(_manifest(result, written))))
    return written


def wanted_languages(known: Sequence[str], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The languages asked for, all by default; one that the study lacks is refused."""
    unknown = [lang for lang in wanted or () if lang not in known]
    if unknown:
        raise SurveykitError.of("REPORT-LANGUAGE", lang=", ".join(unknown), known=", ".join(known))
    return tuple(wanted or known)


def writable(out: Path, overwrite: bool) -> Path:
    """The folder, if nothing in it would be lost: it is new, empty, ours, or the caller said so."""
    if out.exists() and not out.is_dir():
        raise SurveykitError.of("REPORT-NOTFOLDER", str(out))
    manifest = out / "manifest.json"
    planned = [*out.glob("report.*.html"), out / "results.json", manifest]
    clash = [path.name for path in planned if path.exists()]
    if clash and not overwrite and not _is_ours(manifest):
        raise SurveykitError.of("REPORT-EXISTS", str(out), files=", ".join(sorted(clash)))
    return out


def _put(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _manifest(result: StudyResult, written: Sequence[Path]) -> dict[str, Any]:
    packages = ("numpy", "pandas", "scipy", "matplotlib", "formulaic", "pydantic")
    return {
        "made_by": MARK,
        "surveykit": own_version(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "study": {"code": result.study.code, "fingerprint": result.study.fingerprint},
        "questionnaire": {
            "code": result.study.questionnaire.code,
            "version": result.study.questionnaire.version,
            "fingerprint": result.study.questionnaire.fingerprint,
        },
        "data": {"fingerprint": result.data_fingerprint, "n": result.n, "synthetic": result.study.data.synthetic},
        "seeds": {name: found.provenance.seed for name, found in result.results.items()},
        "files": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written},
    }


def _is_ours(manifest: Path) -> bool:
    try:
        stored = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and stored.get("made_by") == MARK
