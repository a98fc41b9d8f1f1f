"""What a result writes its sentences, axes and tables with: one language, one number style, the names of things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveykit.language import STYLE_OF, Kind, StyleName, interval, number, say, term

Names = Mapping[str, Mapping[str, str]]
"""Code -> language -> name, for constructs and items."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Words and numbers for one reader."""

    lang: str
    style: StyleName
    names: Names

    @classmethod
    def of(cls, lang: str, style: StyleName | None, names: Names) -> Writer:
        """A writer in `lang`; the number style is the language's own unless given."""
        return cls(lang, style or STYLE_OF[lang], names)

    def say(self, key: str, /, **values: Any) -> str:
        """A catalogue text in this language."""
        return say(key, self.lang, **values)

    def label(self, column: str) -> str:
        """The glossary's name of a column or measure; an unknown one is its own name."""
        try:
            return term(column).label[self.lang]
        except KeyError:
            return column

    def name(self, code: str) -> str:
        """The name of a construct, item or term; an unknown one is its own name, the parts of a product joined."""
        if code in self.names:
            return self.names[code].get(self.lang, code)
        if ":" in code:
            return " × ".join(self.name(part) for part in code.split(":"))
        return code

    def listed(self, codes: list[str]) -> str:
        """Several names, separated as the language separates them."""
        return say("list.comma", self.lang).join(self.name(code) for code in codes)

    def number(self, value: float, kind: Kind, digits: int | None = None) -> str:
        """A number in this style."""
        return number(value, kind, self.style, digits)

    def count(self, value: float) -> str:
        """A whole number in this style."""
        return number(value, "count", self.style)

    def p(self, value: float) -> str:
        """A p value with its sign of equality: "= .031" or "< .001"."""
        text = number(value, "p", self.style)
        return text if text.startswith("<") else f"= {text}"

    def interval(self, low: float, high: float, kind: Kind, digits: int | None = None) -> str:
        """An interval in this style."""
        return interval(low, high, kind, self.style, digits)
