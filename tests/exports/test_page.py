from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from surveykit.exports.page import layout, page
from surveykit.home import home
from surveykit.spec.check import check
from surveykit.spec.load import load_questionnaire
from tests.exports.forms import small_form

SHIPPED = sorted(file.stem for file in (home() / "questionnaires" / "forms").glob("*.yaml"))


class Outline(HTMLParser):
    """Elements in order: (tag, attributes), and the text inside each legend or label of an item."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.legends: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        if tag == "legend" or attributes.get("class") == "legend":
            self._inside = True
            self.legends.append("")

    def handle_endtag(self, tag):
        if tag in ("legend", "label"):
            self._inside = False

    def handle_data(self, data):
        if self._inside:
            self.legends[-1] += data

    def having(self, attribute: str) -> list[str]:
        return [attributes[attribute] for _, attributes in self.elements if attribute in attributes]


def embedded(text: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="survey">(.*?)</script>', text, re.S)[1])


def test_every_item_stands_once_in_form_order_with_its_wording_as_legend(form):
    outline = Outline(page(form))
    assert outline.having("data-code") == [item.code for item in form.items]
    for number, (item, legend) in enumerate(zip(form.items, outline.legends, strict=True), 1):
        assert f"{number}. {form.wording(item, 'en')}" in " ".join(legend.split())


def test_every_answer_of_every_scale_can_be_ticked_once(form):
    outline = Outline(page(form))
    radios = [(a["name"], int(a["value"])) for tag, a in outline.elements if a.get("type") == "radio"]
    expected = [
        (item.code, value)
        for item in form.items
        if (scale := form.scale(item))
        for value in [*scale.values, *sorted(scale.missing)]
    ]
    assert radios == expected


def test_first_language_is_shown_and_all_are_inside(form):
    text = page(form)
    assert '<html lang="en">' in text
    data = embedded(text)
    assert data["languages"] == ["en", "zh", "ru"]
    for lang in form.languages:
        for item in form.items:
            assert data["texts"][lang][f"item.{item.code}"] == form.wording(item, lang)
        assert data["texts"][lang]["scale.RECOM11.10"] == form.scale("NPS1").label(10, lang)
    assert {key for key in data["texts"]["en"]} == {key for key in data["texts"]["zh"]}


def test_same_questionnaire_same_bytes(form, tmp_path):
    assert page(form) == page(small_form(tmp_path / "again"))


def test_nothing_is_loaded_from_anywhere(form):
    text = page(form)
    assert re.search(r"""(src|href|action)\s*=\s*["']?(?!data:,)[^"'{]*//""", text) is None
    assert "@import" not in text and "url(" not in text
    assert "default-src 'none'" in text and "unsafe" not in text
    assert [a for tag, a in Outline(text).elements if tag in ("script", "img", "iframe", "link") and "src" in a] == []


HOSTILE = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"' & {{ 7*7 }} \u2028 \u2029 {n}"


def hostile_form(folder: Path):
    return small_form(
        folder,
        ("en: Urgent requests are taken up at once.", "en: " + json.dumps(HOSTILE)),
        ("en: Strongly disagree", "en: " + json.dumps(HOSTILE)),
        ("en: About you,", "en: " + json.dumps(HOSTILE) + ","),
        ("en: How good is our service?", "en: " + json.dumps(HOSTILE)),
        ('version: "1.0"', "version: " + json.dumps('1"}</style><script>window.pwned=1</script>')),
    )


def test_hostile_texts_stay_texts(tmp_path):
    form = hostile_form(tmp_path)
    text = page(form)
    tags = [tag for tag, _ in Outline(text).elements]
    assert tags.count("script") == 2 and tags.count("style") == 1 and "img" not in tags
    assert embedded(text)["texts"]["en"]["item.RES3"] == HOSTILE
    assert embedded(text)["version"] == form.version
    assert "\u2028" not in text.split('id="survey"')[1]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("RES1", "row"), ("SAT1", "row"), ("NPS1", "compact"), ("IMP1", "compact"), ("BG1", "list"), ("OPEN1", "text")],
)
def test_layout_follows_the_scale(form, code, expected):
    assert layout(form.item(code), form.scale(code)) == expected


def test_one_language_needs_no_switch(tmp_path):
    form = small_form(tmp_path, ("languages: [en, zh, ru]\nvoice", "languages: [ru]\nvoice"))
    text = page(form)
    assert '<html lang="ru">' in text
    assert Outline(text).having("data-lang") == []


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_forms_become_pages_without_faults(name):
    form = load_questionnaire(name)
    assert Outline(page(form)).having("data-code") == [item.code for item in form.items]
    assert [problem for problem in check(form) if problem.severity == "error"] == []
