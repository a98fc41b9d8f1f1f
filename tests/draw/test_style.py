from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import matplotlib
import pytest
from matplotlib import pyplot

from surveykit.draw.colour import Palette, contrast, text_on
from surveykit.draw.style import Style, png, styled, svg
from surveykit.errors import SurveykitError
from tests.draw.cases import CASES, drawn


def test_no_setting_is_left_behind():
    before = dict(matplotlib.rcParams)
    with styled(Style(font_size=17)):
        assert matplotlib.rcParams["font.size"] == 17
    png(drawn("zh", "nps"), 50)
    svg(drawn("zh", "heatmap-4"), "t")
    assert dict(matplotlib.rcParams) == before


def test_settings_come_back_after_an_error():
    before = dict(matplotlib.rcParams)
    with pytest.raises(ZeroDivisionError), styled(Style(font_size=17)):
        1 / 0  # noqa: B018
    assert dict(matplotlib.rcParams) == before


def test_the_settings_of_the_session_do_not_matter():
    expected = svg(drawn("zh", "likert-split"), "t")
    with matplotlib.rc_context({"font.family": ["serif"], "axes.facecolor": "black", "font.size": 30}):
        assert svg(drawn("zh", "likert-split"), "t") == expected


def test_no_figure_is_left_with_pyplot():
    before = pyplot.get_fignums()
    drawn("en", "heatmap-4")
    drawn("en", "likert-split")
    assert pyplot.get_fignums() == before


@pytest.mark.parametrize("levels", range(2, 12))
def test_every_answer_has_its_own_colour_and_readable_text(levels):
    ramp = Palette().ramp(levels)
    assert len(set(ramp)) == levels
    for fill in ramp:
        assert contrast(fill, text_on(fill)) >= 4.5


@pytest.mark.parametrize(
    ("fill", "ink"), [("#ffffff", "#000000"), ("#ffff00", "#000000"), ("#00008b", "#ffffff")]
)
def test_text_is_black_on_light_and_white_on_dark(fill, ink):
    assert text_on(fill) == ink


def test_contrast_is_the_wcag_ratio():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_words_and_marks_stand_out_from_the_paper():
    palette = Palette()
    for words in (palette.ink, palette.muted):
        assert contrast(words, "#ffffff") >= 4.5
    for mark in (palette.accent, *palette.series[:3]):
        assert contrast(mark, "#ffffff") >= 3


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_rendering_twice_gives_equal_bytes(lang, name):
    assert svg(drawn(lang, name), "t", "f") == svg(drawn(lang, name), "t", "f")


def test_a_picture_is_equal_on_repeat_and_from_one_figure():
    figure = drawn("ru", "reliability")
    assert png(figure, 80) == png(figure, 80) == png(drawn("ru", "reliability"), 80)


@pytest.mark.parametrize(("lang", "name"), CASES)
def test_svg_stands_inline_in_a_page(lang, name):
    text = svg(drawn(lang, name), 'A <b> & "c" 满意', "fig-7")
    assert text.startswith("<svg ")
    for forbidden in (
        "<?xml",
        "<!DOCTYPE",
        "<!--",
        "<metadata",
        "<style",
        "<text",
        "http://www.w3.org/1999/02",
    ):
        assert forbidden not in text
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-label") == 'A <b> & "c" 满意'
    assert root[0].tag.endswith("title") and root[0].text == 'A <b> & "c" 满意'
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert all(each.startswith("fig-7-") for each in ids)
    aims = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text))
    assert {first or second for first, second in aims} <= set(ids)


def test_two_figures_in_a_page_share_no_id():
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', svg(drawn("zh", "nps"), "t", name))) for name in ("a", "b")
    )
    assert first and not first & second


@pytest.mark.parametrize("change", [{"width": 1.0}, {"font_size": 100.0}, {"dpi": 2}])
def test_impossible_styles_are_refused(change):
    with pytest.raises(SurveykitError) as caught:
        Style(**change)
    assert caught.value.problems[0].code == "DRAW-STYLE"


def test_a_notebook_shows_the_figure_at_its_size():
    figure = drawn("en", "nps")
    data, size = figure._repr_png_()
    assert data.startswith(b"\x89PNG")
    assert size["width"] == 7 * 96
