"""Runs a whole study: reads the answers, scores, describes, checks reliability, fits the model, writes the report."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from surveykit.analyse.correlation import correlate
from surveykit.analyse.describe import describe
from surveykit.analyse.effort import ces
from surveykit.analyse.frames import questionnaire_names
from surveykit.analyse.recommendation import nps
from surveykit.analyse.regression import regress
from surveykit.analyse.reliability import reliability
from surveykit.errors import Problem, SurveykitError
from surveykit.report.compose import compose
from surveykit.report.html import html
from surveykit.report.outcome import StudyResult
from surveykit.responses.read import read_responses
from surveykit.responses.responses import Responses
from surveykit.responses.score import score
from surveykit.responses.scores import Scores
from surveykit.result import Names, Result, own_version
from surveykit.spec.load import load_study, study_folder
from surveykit.spec.study import Study

Progress = Callable[[str], None]

MARK = "surveykit report"
"""First words of the manifest: a folder with one was made by us and may be written again."""


def read_study(study: Study, folder: Path) -> Responses:
    """The answers that a study names, read with its questionnaire."""
    source = study.data
    return read_responses(
        folder / source.file,
        study.questionnaire,
        columns=source.columns or None,
        encoding=source.encoding,
        delimiter=source.delimiter,
        decimal=source.decimal,
        id=source.id,
    )


def run(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    data: Responses | None = None,
    languages: Sequence[str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> StudyResult:
    """Run a study from its answers to its results, and write its report where `out` is given.

    `study`: a path to study.yaml or its folder, the name of a shipped study, or a Study (then pass `data`). `out` is a folder for
    report.<lang>.html, results.json and manifest.json; a folder with files that are not ours is left alone unless `overwrite`. `progress`
    is called with the name of each step. Raises SurveykitError for unreadable specifications or answers.
    """
    tell = progress or (lambda step: None)
    folder = Path(".")
    if not isinstance(study, Study):
        tell("read the study")
        folder = study_folder(study)
        study = load_study(study)
    wanted = tuple(languages or study.languages)
    unknown = [lang for lang in wanted if lang not in study.languages]
    if unknown:
        raise SurveykitError.of("STUDY-LANGUAGE", lang=", ".join(unknown), known=", ".join(study.languages))
    target = _writable(Path(out), overwrite) if out is not None else None
    if data is None:
        tell("read the answers")
        data = read_study(study, folder)
    result = analyse(study, data, tell)
    if target is not None:
        write_report(result, target, wanted, progress=tell)
    return result


def analyse(study: Study, data: Responses, progress: Progress | None = None) -> StudyResult:
    """Everything the report shows, computed from answers in memory."""
    tell = progress or (lambda step: None)
    names = _names(study)
    results: dict[str, Result] = {}
    reading = list(data.receipt.problems)
    present = _present(study, data)
    if data.n:
        tell("score the scales")
        scores = score(
            data, scales=present, method=study.scoring.method, max_missing=study.scoring.max_missing
        )
        reading += scores.problems
        for name, found in _steps(study, data, scores, present, tell, reading):
            results[name] = found
    named = {name: found.renamed(names) for name, found in results.items()}
    return StudyResult(
        study=study,
        n=data.n,
        data_fingerprint=data.engine.fingerprint,
        receipt=data.receipt.table,
        reading=tuple(dict.fromkeys(reading)),
        attention=tuple(_attention(data)),
        duplicates=_duplicates(data),
        results=named,
        names=names,
    )


def _steps(
    study: Study,
    data: Responses,
    scores: Scores,
    scales: Mapping[str, Sequence[str]],
    tell: Progress,
    reading: list[Problem],
) -> Iterator[tuple[str, Result]]:
    tell("describe")
    rated = [item for item in data.items if study.questionnaire.item(item).kind == "rating"]
    if rated:
        yield "items", describe(data, rated)
    yield "scores", describe(scores)
    tell("check reliability")
    yield "reliability", reliability(data, scales=scales)
    if len(scores.scales) > 1:
        yield "correlations", correlate(scores)
    for outcome in study.model.order:
        predictors = [name for name in study.model.structure[outcome] if name in scales]
        if outcome not in scales or not predictors:
            continue
        tell(f"regress {outcome}")
        try:
            yield f"regression {outcome}", regress(f"{outcome} ~ {' + '.join(predictors)}", scores)
        except SurveykitError as fault:
            reading += fault.problems
    if study.recommend and study.recommend in data.items:
        yield f"nps {study.recommend}", nps(data.frame([study.recommend])[study.recommend])
    if study.effort and study.effort in data.items:
        scale = study.questionnaire.scale(study.effort)
        if scale is not None:
            yield f"ces {study.effort}", ces(data.frame([study.effort])[study.effort], scale)


def _present(study: Study, data: Responses) -> dict[str, tuple[str, ...]]:
    """The scales of the model, each with the items that were read; constructs made of constructs are left to factor models."""
    asked = set(data.items)
    found = {
        name: tuple(item for item in items if item in asked) for name, items in study.model.measurement.items()
    }
    present = {name: items for name, items in found.items() if items}
    if not present and data.n:
        raise SurveykitError.of("STUDY-NOSCALES", study.code)
    return present


def _names(study: Study) -> Names:
    own = {code: {lang: study.name(code, lang) for lang in study.languages} for code in study.names}
    return {**questionnaire_names(study.questionnaire), **own}


def _attention(data: Responses) -> Iterator[tuple[str, int, int]]:
    questionnaire = data.questionnaire
    for code in data.items:
        item = questionnaire.item(code) if questionnaire else None
        if item is not None and item.kind == "check":
            answers = data.frame([code])[code].dropna()
            yield code, int((answers != item.answer).sum()), len(answers)


def _duplicates(data: Responses) -> int:
    questionnaire = data.questionnaire
    rated = [c for c in data.items if questionnaire and questionnaire.item(c).kind == "rating"]
    if len(rated) < 10:
        return 0
    answers = data.frame(rated)
    return int(answers[answers.notna().any(axis=1)].duplicated().sum())


def write_report(
    result: StudyResult,
    out: str | Path,
    languages: Sequence[str],
    *,
    progress: Progress | None = None,
) -> list[Path]:
    """Write report.<lang>.html, results.json and manifest.json into a folder; equal results give equal bytes of HTML."""
    tell = progress or (lambda step: None)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for lang in languages:
        tell(f"write the report ({lang})")
        written.append(_put(folder / f"report.{lang}.html", html(compose(result, lang))))
    written.append(_put(folder / "results.json", _json(result.to_dict())))
    manifest = _manifest(result, written)
    written.append(_put(folder / "manifest.json", _json(manifest)))
    return written


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


def _writable(out: Path, overwrite: bool) -> Path:
    """The folder, if nothing in it would be lost: it is new, empty, ours, or the caller said so."""
    if out.exists() and not out.is_dir():
        raise SurveykitError.of("STUDY-NOTFOLDER", str(out))
    ours = out / "manifest.json"
    planned = [path for path in out.glob("report.*.html")] + [out / "results.json", ours]
    clash = [path.name for path in planned if path.exists()]
    if clash and not overwrite and not _is_ours(ours):
        raise SurveykitError.of("STUDY-EXISTS", str(out), files=", ".join(sorted(clash)))
    return out


def _is_ours(manifest: Path) -> bool:
    try:
        stored = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(stored, dict) and stored.get("made_by") == MARK
