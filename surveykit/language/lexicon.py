"""What words of a comment do in each language: praise, blame, deny, strengthen, weaken, turn; and which say nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import yaml

from surveykit.language.catalogue import LANGUAGES

Role = Literal["opinion", "negation", "more", "less", "contrast", "aside"]
STRONG, PLAIN = 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language, each a word, a phrase or a beginning with `*`.

    `roles`: word -> what it does and, for an opinion, its value (2 and 1 for praise, -1 and -2 for blame); an aside
    looks like an opinion and is none; `empty`: answers that say nothing; `stop`: words that carry no theme.
    """

    roles: Mapping[str, tuple[Role, float]]
    empty: frozenset[str]
    stop: frozenset[str]


@cache
def lexicon(lang: str) -> Lexicon:
    """The words of comments in one language; KeyError where there are none."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    text = (files("surveykit.language") / "lexicons" / f"{lang}.yaml").read_text(encoding="utf-8")
    groups: Mapping[str, list[str]] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    roles: dict[str, tuple[Role, float]] = {}
    opinions = (("strong_positive", STRONG), ("positive", PLAIN), ("strong_negative", -STRONG), ("negative", -PLAIN))
    for group, value in opinions:
        roles |= {word: ("opinion", value) for word in groups[group]}
    for role in ("negation", "more", "less", "contrast", "aside"):
        roles |= {word: (role, 0.0) for word in groups[role]}
    return Lexicon(roles, frozenset(groups["empty"]), frozenset(groups["stop"]))
