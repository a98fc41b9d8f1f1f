"""Labels and sentences in every language, from the YAML files of `catalogue/`.

A file holds `key: {en: ..., zh: ..., ru: ...}`. A text is filled with `str.format`; where a count changes the words,
a language's text is a mapping of plural forms (`one`, `few`, `many`, `other`) chosen by the value named `n`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from surveykit.texts import merged

LANGUAGES = ("en", "zh", "ru")

Entry = Mapping[str, str | Mapping[str, str]]


@cache
def entries() -> Mapping[str, Entry]:
    """Every catalogue entry: key -> language -> text or plural forms."""
    return merged("surveykit.language", "catalogue")


def say(key: str, lang: str, /, **values: Any) -> str:
    """The text under `key` in `lang`, filled with `values`; KeyError for an unknown key or language."""
    text = entries()[key][lang]
    if not isinstance(text, str):
        forms = text
        category = plural(lang, values["n"])
        text = forms.get(category, forms["other"])
    return text.format(**values) if values else text


def plural(lang: str, count: Any) -> str:
    """The plural category of a count (CLDR cardinal rules for whole numbers): one, few, many or other."""
    number = int("".join(mark for mark in str(count) if mark.isdigit()))
    if lang == "en":
        return "one" if number == 1 else "other"
    if lang == "ru":
        last, pair = number % 10, number % 100
        if last == 1 and pair != 11:
            return "one"
        if 2 <= last <= 4 and not 12 <= pair <= 14:
            return "few"
        return "many"
    return "other"
