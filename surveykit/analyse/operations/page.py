"""The page of all indicators in three languages, made of their records (docs/indicators.md)."""

from __future__ import annotations

from surveykit.analyse.operations.features import FEATURES
from surveykit.analyse.operations.record import Record
from surveykit.analyse.operations.records import RECORDS
from surveykit.language import LANGUAGES, say, term
from surveykit.language.catalogue import entries


def indicator_page() -> str:
    """Markdown: two tables a language, of the metrics with formula, trap and standard form, and of the features."""
    parts = []
    for lang in LANGUAGES:
        head = say("operations.page.head", lang)
        rows = [_row(record, lang) for record in RECORDS]
        title, intro = say("operations.page.title", lang), say("operations.page.intro", lang)
        parts.append("\n".join([f"# {title}", "", intro, "", head, "|---" * (head.count("|") - 1) + "|", *rows]))
        parts.append(_features(lang))
    return "\n\n".join(parts) + "\n"


def _features(lang: str) -> str:
    """The rows of the sources that one call answers rather than one number."""
    head = say("features.head", lang)
    rows = [
        f"| {place} | {say(f'feature.{place}', lang)} | {', '.join(f'`sk.{name}`' for name in names)} |"
        for place, names in FEATURES
    ]
    title, intro = say("features.title", lang), say("features.intro", lang)
    return "\n".join([f"## {title}", "", intro, "", head, "|---" * 3 + "|", *rows])


def _row(record: Record, lang: str) -> str:
    own = term(record.code)
    trap = f"metric.trap.{record.code}"
    formula = own.meaning[lang]
    if record.source_form:
        formula += f" ({say('operations.page.own', lang)})"
    cells = [
        own.label[lang],
        f"`{record.code}`",
        ", ".join(record.studies),
        formula,
        say(trap, lang) if trap in entries() else "–",
        term(record.standard).label[lang] if record.standard else "–",
        say(f"operations.unit.{record.unit}", lang),
        say(f"operations.base.{record.base}", lang),
        term(record.interval).label[lang],
    ]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
