"""Puts a study's results in the order of a report, in one language."""

from __future__ import annotations

from collections.abc import Callable

from surveykit.language import say
from surveykit.reports.comments import comments
from surveykit.reports.document import Block, Document, Section
from surveykit.reports.drivers import drivers, groups, priorities
from surveykit.reports.instrument import data_check, instrument
from surveykit.reports.method import method
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say, items, measurement, scores
from surveykit.reports.service import customers, deeds, service, tree
from surveykit.reports.summary import summary
from surveykit.result import own_version

PARTS: tuple[tuple[str, Callable[[StudyResult, Say], list[Block]]], ...] = (
    ("summary", summary),
    ("scores", scores),
    ("drivers", drivers),
    ("priorities", priorities),
    ("groups", groups),
    ("service", service),
    ("customers", customers),
    ("deeds", deeds),
    ("tree", tree),
    ("comments", comments),
    ("items", items),
    ("measurement", measurement),
    ("instrument", instrument),
    ("data", data_check),
    ("method", method),
)


def compose(result: StudyResult, lang: str) -> Document:
    """The report of a study, its sections in the order of `PARTS`."""
    study = result.study
    voice = Say(result, lang)
    made = [(anchor, part(result, voice)) for anchor, part in PARTS]
    sections = tuple(Section(anchor, say(f"report.{anchor}", lang), tuple(blocks)) for anchor, blocks in made if blocks)
    footer = say(
        "report.footer",
        lang,
        version=own_version(),
        study=study.fingerprint[:16],
        data=result.data_fingerprint[:16],
    )
    subtitle = study.about[lang] if study.about else ""
    return Document(lang, study.title[lang], subtitle, sections, say("report.contents", lang), footer)
