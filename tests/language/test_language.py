"""Catalogue and glossary are complete in every language; numbers are written as each field writes them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveykit.language import LANGUAGES, STYLES, glossary, interval, number, plural, say
from surveykit.language.catalogue import entries


def fields(text: object) -> set[str]:
    texts = [text] if isinstance(text, str) else list(text.values())
    return {name for t in texts for _, name, _, _ in string.Formatter().parse(t) if name}


@pytest.mark.parametrize("key", sorted(entries()))
def test_a_catalogue_text_exists_in_every_language_with_the_same_values(key):
    entry = entries()[key]
    assert set(entry) == set(LANGUAGES)
    wanted = fields(entry["en"])
    for lang in LANGUAGES:
        assert fields(entry[lang]) == wanted, lang
        if not isinstance(entry[lang], str):
            assert "other" in entry[lang]


@pytest.mark.parametrize("name", sorted(glossary()))
def test_a_glossary_entry_has_label_and_meaning_in_every_language(name):
    term = glossary()[name]
    for lang in LANGUAGES:
        assert term.label[lang].strip() and term.meaning[lang].strip()


@pytest.mark.parametrize(
    ("value", "kind", "style", "text"),
    [
        (0.5, "bounded", "apa7", ".50"),
        (-0.053, "bounded", "apa7", "−.05"),
        (0.5, "bounded", "gbt", "0.50"),
        (0.5, "bounded", "gost", "0,50"),
        (1.0, "bounded", "apa7", "1.00"),
        (0.0004, "p", "apa7", "< .001"),
        (0.0004, "p", "gost", "< 0,001"),
        (0.031, "p", "apa7", ".031"),
        (0.123, "share", "apa7", "12.3%"),
        (0.123, "share", "gost", "12,3\u00a0%"),
        (1234567, "count", "apa7", "1,234,567"),
        (1234567, "count", "gost", "1\u00a0234\u00a0567"),
        (1234567, "count", "plain", "1234567"),
        (-0.0004, "coefficient", "apa7", "0.00"),
        (float("nan"), "coefficient", "apa7", "–"),
        (float("inf"), "statistic", "apa7", "–"),
        (12.345, "points", "gbt", "12.3"),
        (99.0, "plain", "plain", "99"),
    ],
)
def test_numbers_are_written_in_the_style_of_the_field(value, kind, style, text):
    assert number(value, kind, style) == text


def test_an_interval_uses_the_separator_of_the_style_and_is_undefined_where_an_end_is():
    assert interval(0.1, 0.25, "bounded", "apa7") == "[.10, .25]"
    assert interval(0.1, 0.25, "bounded", "gost") == "[0,10; 0,25]"
    assert interval(float("nan"), 1.0, "bounded", "apa7") == "–"


@given(st.floats(-1e6, 1e6), st.sampled_from(sorted(STYLES)))
def test_a_written_coefficient_reads_back_to_its_rounding(value, style):
    form = STYLES[style]
    text = number(value, "coefficient", style)
    back = text.replace(form.thousands, "") if form.thousands else text
    assert float(back.replace(form.decimal, ".").replace(form.minus, "-")) == pytest.approx(value, abs=0.0051)


@pytest.mark.parametrize(
    ("lang", "count", "category"),
    [
        ("en", 1, "one"),
        ("en", 0, "other"),
        ("zh", 1, "other"),
        ("ru", 1, "one"),
        ("ru", 3, "few"),
        ("ru", 5, "many"),
        ("ru", 11, "many"),
        ("ru", 21, "one"),
        ("ru", 112, "many"),
        ("ru", 1002, "few"),
    ],
)
def test_plural_categories(lang, count, category):
    assert plural(lang, count) == category


def test_a_text_with_plural_forms_follows_its_count():
    assert say("report.rows_read", "ru", rows="2", n=2) == "Прочитано 2 респондента."
    assert say("report.rows_read", "en", rows="1", n=1) == "1 respondent was read."


def test_an_unknown_key_or_language_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        say("no.such.key", "en")
    with pytest.raises(KeyError):
        say("list.comma", "fr")
