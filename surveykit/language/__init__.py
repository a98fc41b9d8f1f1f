"""Words, numbers and the glossary, in every language of surveykit."""

from surveykit.language.catalogue import LANGUAGES, plural, say
from surveykit.language.glossary import Term, glossary, term
from surveykit.language.numbers import STYLE_OF, STYLES, UNDEFINED, Kind, StyleName, interval, number

__all__ = [
    "LANGUAGES",
    "STYLES",
    "STYLE_OF",
    "UNDEFINED",
    "Kind",
    "StyleName",
    "Term",
    "glossary",
    "interval",
    "number",
    "plural",
    "say",
    "term",
]
