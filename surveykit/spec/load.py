"""Finds, reads and joins the files of a specification: banks, forms and studies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from surveykit.errors import Problem, SurveykitError
from surveykit.home import home
from surveykit.spec.bank import Dimension, Item, ItemBank
from surveykit.spec.coding_frame import load_coding_frame
from surveykit.spec.document import Document, parse, read_document
from surveykit.spec.indicators import load_indicators
from surveykit.spec.model import Model
from surveykit.spec.plans import grade_faults, source_faults
from surveykit.spec.questionnaire import Form, Questionnaire, Section
from surveykit.spec.scale import Scale, ScaleFile
from surveykit.spec.study import Study, StudyFile
from surveykit.spec.translations import untranslated


def load_bank(name_or_path: str | Path) -> ItemBank:
    """Read an item bank: a shipped one by name ("s0_communication"), or any YAML file by path.

    Raises SurveykitError with every finding, each with file and line: unknown keys, wrong values, duplicate codes,
    missing translations.
    """
    return _bank(_find(name_or_path, "banks", None))


def load_questionnaire(name_or_path: str | Path) -> Questionnaire:
    """Read a form and put the items and scales of its banks in place: a shipped form by name, or a YAML file by path.

    A bank named by the form is looked for beside the form, in `../banks`, then among the shipped ones. Raises
    SurveykitError with every finding: unknown banks, items or dimensions, items without the form's voice, codes that
    clash, missing translations.
    """
    path = _find(name_or_path, "forms", None)
    document = read_document(path)
    form = parse(Form, document)
    problems = untranslated(form, form.languages, document)
    banks = [_bank(_find(name, "banks", path.parent)) for name in form.banks]
    found, sections = _place_items(form, banks, document)
    problems += found
    scales, unknown = _place_scales([item for section in sections for item in section.items], banks, path)
    problems += [Problem.of("SPEC-NOSUCHSCALE", document.where(), scale=code) for code in unknown]
    if problems:
        raise SurveykitError(problems)
    return Questionnaire(
        code=form.code,
        version=form.version,
        languages=form.languages,
        voice=form.voice,
        title=form.title,
        intro=form.intro,
        closing=form.closing,
        sections=tuple(sections),
        scales=tuple(scales),
        dimensions=tuple(_asked_dimensions(sections, banks)),
    )


def load_study(path: str | Path) -> Study:
    """Read a study.yaml (or the folder that holds one, or the name of a shipped study) with its questionnaire in place.

    A construct of the model without a measurement of its own is a dimension of the questionnaire: its scored items
    measure it.
    """
    found = _find_study(path)
    document = read_document(found)
    file = parse(StudyFile, document)
    problems = untranslated(file, file.languages, document)
    questionnaire = load_questionnaire(_named_form(file.questionnaire, found.parent))
    model, faults = _complete(file, questionnaire, document)
    faults += source_faults(file, questionnaire, document)
    plan = file.indicators
    tree = load_indicators(_named_form(plan.tree, found.parent)) if plan else None
    faults += grade_faults(file, tree, document) if tree else []
    if problems or faults:
        raise SurveykitError([*problems, *faults])
    other = plan.provider if plan else None
    return Study(
        **{
            **dict(file),
            "questionnaire": questionnaire,
            "model": model,
            "tree": tree,
            "frame": load_coding_frame(_named_form(file.comments.frame, found.parent)) if file.comments else None,
            "provider": load_questionnaire(_named_form(other.questionnaire, found.parent)) if other else None,
        }
    )


def study_folder(path: str | Path) -> Path:
    """The folder that a study's file names are relative to."""
    return _find_study(path).parent


def _find(name_or_path: str | Path, room: str, beside: Path | None) -> Path:
    given = Path(name_or_path)
    if given.suffix in (".yaml", ".yml"):
        return beside / given if beside and not given.is_absolute() else given
    folders = [beside.parent / room, beside] if beside else []
    folders.append(home() / "questionnaires" / room)
    for folder in folders:
        if (candidate := folder / f"{given}.yaml").is_file():
            return candidate
    shipped = sorted(file.stem for file in folders[-1].glob("*.yaml"))
    raise SurveykitError.of("SPEC-NOSUCH", str(name_or_path), kind=room, known=", ".join(shipped))


def _find_study(path: str | Path) -> Path:
    given = Path(path)
    shipped = home() / "data" / given / "study.yaml"
    for candidate in (given / "study.yaml", given, shipped):
        if candidate.is_file():
            return candidate
    raise SurveykitError.of("SPEC-NOSTUDY", str(path))


def _named_form(name: str, beside: Path) -> str | Path:
    return beside / name if name.endswith((".yaml", ".yml")) else name


def _bank(path: Path) -> ItemBank:
    document = read_document(path)
    bank = parse(ItemBank, document)
    problems = untranslated(bank, bank.languages, document)
    problems += _twice([item.code for item in bank.items], path.name)
    if problems:
        raise SurveykitError(problems)
    return bank


def _twice(codes: Iterable[str], place: str) -> list[Problem]:
    counted = Counter(code.upper() for code in codes)
    return [Problem.of("SPEC-TWICE", place, item=code) for code, count in counted.items() if count > 1]


def _place_items(form: Form, banks: list[ItemBank], document: Document) -> tuple[list[Problem], list[Section]]:
    items = {item.code: item for bank in banks for item in bank.items}
    dimensions = {dimension.code: dimension for bank in banks for dimension in bank.dimensions}
    problems = _twice([item.code for bank in banks for item in bank.items], document.where(("banks",)))
    sections: list[Section] = []
    for index, section in enumerate(form.sections):
        asked: list[Item] = []
        for code in section.dimensions:
            if code in dimensions:
                asked += dimensions[code].items
            else:
                place = document.where(("sections", index, "dimensions"))
                problems.append(Problem.of("SPEC-NOSUCHDIM", place, dimension=code))
        for position, code in enumerate(section.items):
            if code in items:
                asked.append(items[code])
            else:
                place = document.where(("sections", index, "items", position))
                problems.append(Problem.of("SPEC-NOSUCHITEM", place, item=code))
        where = document.where(("sections", index))
        problems += [
            Problem.of("SPEC-NOVOICE", where, item=item.code, voice=form.voice)
            for item in asked
            if item.wording(form.voice) is None
        ]
        sections.append(Section(code=section.code, title=section.title, lead=section.lead, items=tuple(asked)))
    problems += _twice([section.code for section in sections], document.where(("sections",)))
    problems += _twice([i.code for s in sections for i in s.items], document.where(("sections",)))
    return problems, sections


def _place_scales(items: list[Item], banks: list[ItemBank], path: Path) -> tuple[list[Scale], list[str]]:
    known = {scale.code: scale for scale in _shared_scales(path)}
    known |= {scale.code: scale for bank in banks for scale in bank.scales}
    wanted = dict.fromkeys(item.scale for item in items if item.scale)
    return [known[code] for code in wanted if code in known], [code for code in wanted if code not in known]


def _shared_scales(path: Path) -> tuple[Scale, ...]:
    own = path.parent.parent / "scales.yaml"
    source = own if own.is_file() else home() / "questionnaires" / "scales.yaml"
    return parse(ScaleFile, read_document(source)).scales


def _asked_dimensions(sections: list[Section], banks: list[ItemBank]) -> Iterator[Dimension]:
    asked = [item for section in sections for item in section.items]
    known = {dimension.code: dimension for bank in banks for dimension in bank.dimensions}
    for code in dict.fromkeys(item.dimension for item in asked):
        items = tuple(item for item in asked if item.dimension == code)
        yield known[code].model_copy(update={"items": items})


def _complete(file: StudyFile, questionnaire: Questionnaire, document: Document) -> tuple[Model, list[Problem]]:
    """The model with a measurement for every construct that the study names."""
    dimensions = {dimension.code: dimension for dimension in questionnaire.dimensions}
    measurement = dict(file.model.measurement)
    problems: list[Problem] = []
    used = [file.satisfaction, *file.loyalty, *file.model.structure]
    used += [name for names in file.model.structure.values() for name in names]
    for code in dict.fromkeys(used):
        scored = [item.code for item in dimensions[code].items if item.scored] if code in dimensions else []
        if code not in measurement and scored:
            measurement[code] = tuple(scored)
        elif code not in measurement:
            problems.append(Problem.of("SPEC-NOCONSTRUCT", document.where(("model",)), construct=code))
    indicators = [(name, item) for name, items in measurement.items() for item in items]
    problems += [
        Problem.of("SPEC-NOINDICATOR", document.where(("model", "measurement", name)), construct=name, item=item)
        for name, item in indicators
        if not questionnaire.has(item) and item not in measurement
    ]
    singles = [
        ("recommend", file.recommend),
        ("effort", file.effort),
        *(("groups", code) for code in file.groups),
        *(("data", c) for c in file.data.columns),
    ]
    problems += [
        Problem.of("SPEC-NOSUCHITEM", document.where((field,)), item=code)
        for field, code in singles
        if code and not questionnaire.has(code)
    ]
    rank = {code: place for place, code in enumerate(dimensions)}
    ordered = sorted(measurement, key=lambda code: rank.get(code, len(rank)))
    measured = {code: measurement[code] for code in ordered}
    return file.model.model_copy(update={"measurement": measured}), problems
