"""Runs a whole study: reads the answers, scores, describes, checks reliability, fits the model, writes the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from surveykit.analyse.evidence import Evidence
from surveykit.analyse.frames import questionnaire_names
from surveykit.analyse.service_steps import ServiceSteps
from surveykit.analyse.study_steps import Steps
from surveykit.errors import SurveykitError
from surveykit.progress import Progress, shown
from surveykit.reports.files import report, wanted_languages, writable
from surveykit.reports.outcome import StudyResult
from surveykit.responses.read import read_responses
from surveykit.responses.responses import Responses
from surveykit.responses.score import score
from surveykit.responses.scores import Scores
from surveykit.responses.table_sources import SPLIT, is_address
from surveykit.responses.tables import Tables, read_tables
from surveykit.result import Names, Result
from surveykit.spec.load import load_study, study_folder
from surveykit.spec.study import Study


def read_study(study: Study, folder: Path) -> Responses:
    """The answers that a study names, read with its questionnaire."""
    source = study.data
    found = read_responses(
        folder / source.file,
        study.questionnaire,
        columns=source.columns or None,
        encoding=source.encoding,
        delimiter=source.delimiter,
        decimal=source.decimal,
        id=source.id,
    )
    return replace(found, study=study, synthetic=source.synthetic)


def read_study_tables(study: Study, folder: Path) -> Tables | None:
    """The customer tables that a study names, with its names mapped; None where it names none."""
    plan = study.service
    if plan is None:
        return None
    sources = (
        {name: _beside(folder, source) for name, source in plan.tables.items()}
        if isinstance(plan.tables, dict)
        else _beside(folder, plan.tables)
    )
    return read_tables(sources, columns=plan.columns, values=plan.values, timezone=plan.timezone, as_of=plan.as_of)


def _beside(folder: Path, source: str) -> str | Path:
    """A file name is relative to the study; the address of a database stays as it is."""
    if is_address(source):
        return source
    place, split, what = source.rpartition(SPLIT)
    return f"{folder / place}{SPLIT}{what}" if split else folder / source


def read_provider(study: Study, folder: Path) -> Responses | None:
    """The provider's own ratings that a study names; None where it names none."""
    plan = study.indicators.provider if study.indicators else None
    if plan is None or study.provider is None:
        return None
    return read_responses(folder / plan.file, study.provider)


def load_tables(name: str | Path) -> Tables:
    """The customer tables of a shipped study by name, or of a study.yaml of your own by path."""
    study = load_study(name)
    found = read_study_tables(study, study_folder(name))
    if found is None:
        raise SurveykitError.of("STUDY-TABLES", study.code)
    return found


def load_provider(name: str | Path) -> Responses:
    """The provider's own ratings of a shipped study by name, or of a study.yaml of your own by path."""
    study = load_study(name)
    found = read_provider(study, study_folder(name))
    if found is None:
        raise SurveykitError.of("STUDY-PROVIDER", study.code)
    return found


def load_data(name: str | Path) -> Responses:
    """The answers of a shipped study by name ("ecsi_mobile" ...), or of a study.yaml of your own by path."""
    return read_study(load_study(name), study_folder(name))


def run(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    data: Responses | None = None,
    tables: Tables | None = None,
    provider: Responses | None = None,
    languages: Sequence[str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> StudyResult:
    """Run a study from its answers to its results, and write its report where `out` is given.

    `study`: a path to study.yaml or its folder, the name of a shipped study, or a Study (then pass `data`, and `tables`
    and `provider` where it has them). `out` is a folder for report.<lang>.html, results.json and manifest.json; a
    folder with files that are not ours is left alone unless `overwrite`. `progress` is called with the name of each
    step; by default the step is shown on a terminal or in a notebook. Raises SurveykitError for unreadable
    specifications, answers or tables.
    """
    if progress is None:
        with shown() as tell:
            return run(
                study, out, data=data, tables=tables, provider=provider, languages=languages, overwrite=overwrite,
                progress=tell,
            )  # fmt: skip
    folder: Path | None = None
    if not isinstance(study, Study):
        progress("read the study")
        folder = study_folder(study)
        study = load_study(study)
    elif data is None:
        raise SurveykitError.of("STUDY-NODATA", study.code)
    wanted = wanted_languages(study.languages, languages)
    if out is not None:
        writable(Path(out), overwrite)
    if folder is not None:
        if data is None:
            progress("read the answers")
            data = read_study(study, folder)
        if tables is None and study.service is not None:
            progress("read the customer tables")
            tables = read_study_tables(study, folder)
        provider = provider or read_provider(study, folder)
    result = analyse(study, Evidence(data, tables, provider), progress)
    if out is not None:
        report(result, out, wanted, overwrite=overwrite, progress=progress)
    return result


def analyse(study: Study, evidence: Evidence, progress: Progress | None = None) -> StudyResult:
    """Everything the report shows, computed from answers and tables in memory."""
    tell = progress or (lambda step: None)
    data = evidence.answers
    scores: Scores | None = None
    names = _names(study)
    results: dict[str, Result] = {}
    reading = list(data.receipt.problems)
    present = _present(study, data)
    if data.n:
        tell("score the scales")
        scores = score(data, scales=present, method=study.scoring.method, max_missing=study.scoring.max_missing)
        reading += scores.problems
        for name, found in Steps(study, data, scores, present, tell, reading):
            results[name] = found
    for name, found in ServiceSteps(study, evidence, scores, tell, reading):
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


def _present(study: Study, data: Responses) -> dict[str, tuple[str, ...]]:
    """The scales of the model, each with the items that were read; constructs made of constructs stay out."""
    present = study.measured(data.items)
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
