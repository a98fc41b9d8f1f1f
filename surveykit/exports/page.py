"""A questionnaire as one HTML file that needs nothing else: filled in on a screen, or printed and filled in by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from surveykit.exports.texts import NAMES, texts
from surveykit.spec.bank import Item
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.scale import Scale

Layout = Literal["row", "compact", "list", "text", "number"]

_STYLES = ("screen.css", "items.css", "print.css")
_SCRIPTS = ("texts.js", "answers.js", "keep.js", "steps.js", "main.js")
_WIDEST_ROW = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """One item as the page shows it; `worded` are the values of its scale that have words."""

    item: Item
    number: int
    layout: Layout
    scale: Scale | None

    @property
    def worded(self) -> list[int]:
        return sorted(self.scale.labels) if self.scale else []


def page(questionnaire: Questionnaire) -> str:
    """The questionnaire as one self-contained HTML page, the same bytes for the same questionnaire.

    Every language is inside; nothing is loaded or sent. Answers stay in the respondent's browser and are saved as a
    CSV or JSON file that `read_responses` reads. Printed, the page is the paper form. Without scripts it shows the
    first language and can be printed. Written to WCAG 2.2 AA.
    """
    words = texts(questionnaire)
    style = _joined(_STYLES) + _margin_boxes(questionnaire)
    script = f'"use strict";\n(() => {{\n{_joined(_SCRIPTS)}}})();\n'
    return _template().render(
        q=questionnaire,
        sections=_asked(questionnaire),
        first=words[questionnaire.languages[0]],
        names={lang: NAMES.get(lang, lang.upper()) for lang in questionnaire.languages},
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=Markup(_inert(_data(questionnaire, words))),
    )


def layout(item: Item, scale: Scale | None) -> Layout:
    """How an item's answers are laid out: worded scales in a row, long ones as numbers in a row, choices as a list."""
    if scale is None:
        return "number" if item.kind == "number" else "text"
    if not scale.ordered:
        return "list"
    if set(scale.labels) != set(scale.values):
        return "compact"
    return "row" if len(scale.values) <= _WIDEST_ROW else "list"


def _asked(questionnaire: Questionnaire) -> list[tuple[str, bool, list[Asked]]]:
    number = 0
    sections = []
    for section in questionnaire.sections:
        shown = []
        for item in section.items:
            number += 1
            scale = questionnaire.scale(item)
            shown.append(Asked(item, number, layout(item, scale), scale))
        sections.append((section.code, section.lead is not None, shown))
    return sections


def _data(questionnaire: Questionnaire, words: object) -> object:
    return {
        "form": questionnaire.code,
        "version": questionnaire.version,
        "fingerprint": questionnaire.fingerprint,
        "languages": questionnaire.languages,
        "items": [
            {"code": item.code, "kind": item.kind, "required": item.required, "number": number}
            for number, item in enumerate(questionnaire.items, 1)
        ],
        "texts": words,
    }


def _inert(data: object) -> str:
    """JSON that cannot end its script element or a line of script, whatever the texts say."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text)


def _margin_boxes(questionnaire: Questionnaire) -> str:
    stamp = f"{questionnaire.code} · {questionnaire.version} · {questionnaire.fingerprint[:12]}"
    quoted = re.sub(r"[^A-Za-z0-9_.·-]", lambda found: f"\\{ord(found[0]):06x}", stamp)
    return (
        f'@page {{ @bottom-left {{ content: "{quoted}"; font: 8pt sans-serif; }} '
        '@bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }\n'
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _joined(names: tuple[str, ...]) -> str:
    folder = files("surveykit.exports") / "templates"
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


@cache
def _template():
    loader = PackageLoader("surveykit.exports", "templates")
    environment = Environment(
        autoescape=True, loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("page.html.j2")
