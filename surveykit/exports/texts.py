"""Every text of a questionnaire's page, under one key each, in every language of the questionnaire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from surveykit.language.catalogue import LANGUAGES, entries
from surveykit.spec.base import Text
from surveykit.spec.questionnaire import Questionnaire

Words = str | Mapping[str, str]

NAMES = {
    "ar": "العربية",
    "de": "Deutsch",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "pt": "Português",
    "ru": "Русский",
    "tr": "Türkçe",
    "uk": "Українська",
    "zh": "中文",
}
"""What a language calls itself."""


def texts(questionnaire: Questionnaire) -> dict[str, dict[str, Words]]:
    """Language -> key -> words (or plural forms).

    Keys: `title`, `intro`, `closing`, `section.<code>`, `lead.<code>`, `item.<code>`, `scale.<code>.<value>`, and the
    page's own words under `web.`; a language without words of its own for the page gets the English ones.
    """
    own = list(_own(questionnaire))
    return {
        lang: {key: text.get(lang, key) for key, text in own} | _furniture(lang) for lang in questionnaire.languages
    }


def _own(questionnaire: Questionnaire) -> Iterator[tuple[str, Text]]:
    yield "title", questionnaire.title
    yield "intro", questionnaire.intro
    yield "closing", questionnaire.closing
    for section in questionnaire.sections:
        yield f"section.{section.code}", section.title
        if section.lead:
            yield f"lead.{section.code}", section.lead
        for item in section.items:
            if wording := item.wording(questionnaire.voice):
                yield f"item.{item.code}", wording
    for scale in questionnaire.scales:
        for value, label in {**scale.labels, **scale.missing}.items():
            yield f"scale.{scale.code}.{value}", label


def _furniture(lang: str) -> dict[str, Words]:
    spoken = lang if lang in LANGUAGES else "en"
    return {key: entry[spoken] for key, entry in entries().items() if key.startswith("web.")}
