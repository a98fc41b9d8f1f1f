"""The report: one self-contained page a language, every figure from the results, cautions where they belong."""

import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

import surveykit as sk
from surveykit.errors import SurveykitError
from surveykit.language import LANGUAGES, STYLE_OF, number
from surveykit.reports.compose import compose
from surveykit.reports.html import html
from surveykit.result import Result


@pytest.fixture(scope="module")
def result():
    return sk.run("ecsi_mobile")


@pytest.fixture(scope="module")
def pages(result):
    return {lang: html(compose(result, lang)) for lang in LANGUAGES}


class Page(HTMLParser):
    """Collects the tags, addresses and text of a page and checks that tags close."""

    VOID = ("meta", "br", "link", "img", "path", "use", "input", "rect")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action"):
                self.addresses.append(value)
            if name == "id":
                self.ids.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_well_formed_self_contained_and_in_its_language(pages, lang):
    page = Page(pages[lang])
    assert page.open == []
    assert f'<html lang="{lang}">' in pages[lang]
    assert all(address.startswith("#") for address in page.addresses)
    assert "script" not in page.tags and "iframe" not in page.tags
    assert len(page.ids) == len(set(page.ids))
    assert not re.search(r"url\((?!#)", pages[lang])
    assert "{" not in re.sub(r"<style>.*?</style>", "", pages[lang], flags=re.S)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_headline_figures_stand_in_words_tables_and_key_figures(result, pages, lang):
    text = " ".join(Page(pages[lang]).words).replace("\u00a0", " ")
    style = STYLE_OF[lang]
    satisfaction = result.results["regression CUSA"].measures["r2"]
    loyalty = result.results["regression CUSL"].measures["r2"]
    assert text.count(number(satisfaction, "bounded", style)) >= 2
    assert number(satisfaction, "bounded", "gbt") == "0.67"
    assert number(loyalty, "bounded", "gbt") == "0.34"
    assert text.count(number(loyalty, "bounded", style)) >= 2
    assert f"n = {number(250, 'count', style)}" in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_unreliable_scales_are_named_where_their_results_are_used(result, pages, lang):
    study = result.study
    page = pages[lang]
    cautions = re.findall(r'<p class="caution" role="note">(.*?)</p>', page, flags=re.S)
    loyalty, expectations = study.name("CUSL", lang), study.name("CUEX", lang)
    drivers = page[page.index('id="drivers"') : page.index('id="items"')]
    inside = re.findall(r'<p class="caution" role="note">(.*?)</p>', drivers, flags=re.S)
    assert len(inside) == 2
    assert expectations in inside[0] and loyalty not in inside[0]
    assert loyalty in inside[1] and expectations not in inside[1]
    assert any(loyalty in caution and expectations in caution for caution in cautions)
    reliable = [study.name(code, lang) for code in ("PERQ", "PERV", "CUSA", "IMAG")]
    assert not any(f"{name} (" in caution or f"«{name}»" in caution for name in reliable for caution in cautions)


def test_equal_results_give_equal_bytes(result, pages):
    assert html(compose(sk.run("ecsi_mobile"), "zh")) == pages["zh"]


def test_hostile_texts_are_inert(result):
    hostile = "<script>alert(1)</script>"
    title = result.study.title.model_copy(update={"root": {lang: hostile for lang in LANGUAGES}})
    study = result.study.model_copy(update={"title": title})
    changed = sk.StudyResult(**{name: getattr(result, name) for name in result.__slots__} | {"study": study})
    page = html(compose(changed, "en"))
    assert hostile not in page and "&lt;script&gt;" in page


def test_files_results_and_manifest_agree(result, tmp_path):
    written = sk.report(result, tmp_path / "out", languages=["ru"])
    names = sorted(path.name for path in written)
    assert names == ["manifest.json", "report.ru.html", "results.json"]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    stored = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))
    again = Result.from_dict(stored["results"]["reliability"])
    assert again.narrate("zh") == result.results["reliability"].narrate("zh")
    assert manifest["data"]["fingerprint"] == stored["data_fingerprint"] == result.data_fingerprint


def test_a_folder_with_files_of_others_is_left_alone(result, tmp_path):
    mine = tmp_path / "report.en.html"
    mine.write_text("my own work", encoding="utf-8")
    with pytest.raises(SurveykitError, match=r"report\.en\.html"):
        sk.report(result, tmp_path, languages=["en"])
    assert mine.read_text(encoding="utf-8") == "my own work"
    sk.report(result, tmp_path, languages=["en"], overwrite=True)
    assert "my own work" not in mine.read_text(encoding="utf-8")
    sk.report(result, tmp_path, languages=["en"])


def test_unknown_languages_and_formats_are_refused_before_anything_is_written(result, tmp_path):
    with pytest.raises(SurveykitError, match="fr"):
        sk.report(result, tmp_path / "a", languages=["fr"])
    with pytest.raises(SurveykitError, match="docx"):
        sk.report(result, tmp_path / "b", formats=["docx"])
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SurveykitError, match="not a folder"):
        sk.report(result, tmp_path / "file")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]
