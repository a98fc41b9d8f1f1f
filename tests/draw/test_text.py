from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.draw.style import DEFAULT, styled
from surveykit.draw.text import NOT_FIRST, NOT_LAST, Ruler, atoms

LONG = {
    "zh": "总体而言，过去十二个月内我在门店和电话中所得到的“服务质量”（包括售后服务）都达到了我的期望。",
    "ru": "Сотрудники компании всегда готовы оказать мне помощь, каким бы сложным ни был мой вопрос",
    "en": "Employees don’t hesitate to help me with state-of-the-art, customer/user-friendly explanations",
    "word": "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
}


@pytest.mark.parametrize("lang", LONG)
@pytest.mark.parametrize("inches", [0.6, 1.0, 1.7, 3.0])
def test_lines_keep_to_the_width_and_no_character_is_lost(lang, inches):
    with styled(DEFAULT.suited([LONG[lang]])):
        ruler = Ruler(DEFAULT)
        wrapped = ruler.wrap(LONG[lang], 9, inches)
        assert all(ruler.width(line, 9) <= inches * 1.03 for line in wrapped.split("\n"))
    assert "".join(wrapped.split()) == "".join(LONG[lang].split())


@pytest.mark.parametrize("inches", [0.7, 1.0, 1.3, 1.6, 2.0])
def test_chinese_lines_neither_start_with_a_closing_mark_nor_end_with_an_opening_one(inches):
    with styled(DEFAULT.suited(LONG["zh"])):
        lines = Ruler(DEFAULT).wrap(LONG["zh"], 9, inches).split("\n")
    assert len(lines) > 1
    assert not any(line[0] in NOT_FIRST for line in lines)
    assert not any(line[-1] in NOT_LAST for line in lines)


def test_short_text_and_line_breaks_are_kept():
    with styled(DEFAULT):
        assert Ruler(DEFAULT).wrap("one\ntwo", 9, 3) == "one\ntwo"


@given(st.text(alphabet="ab 你好，。（）“”-/\u00a0дё5%", max_size=60))
@settings(max_examples=200, deadline=None)
def test_pieces_joined_are_the_text(text):
    assert "".join(atoms(text)) == text


def test_a_number_stays_with_its_unit():
    assert atoms("12\u00a0% of\u00a01\u00a0284") == ["12\u00a0% ", "of\u00a01\u00a0284"]
    assert atoms("得分−0,5和3–5分") == ["得", "分", "−0,5", "和", "3–5", "分"]
