"""Comments are coded by the words of a frame and praised or blamed by rules that a reader can follow."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import surveykit as sk
from surveykit.analyse.comments.phrases import Phrases, branched
from surveykit.analyse.comments.polarity import polarity
from surveykit.errors import SurveykitError
from surveykit.responses.words import language_of, tokens
from surveykit.spec.coding_frame import CodingFrame
from tests.analyse.comments.small import COMMENTS
from tests.builders import text, write


def signs(*texts: str) -> list[float]:
    return list(polarity(texts, [language_of(one) for one in texts]).sign)


def test_a_reader_and_the_rules_agree_on_plain_comments():
    said = COMMENTS[COMMENTS["polarity"].notna()]
    found = sk.comments(COMMENTS, "text")
    assert list(found.coded["comment"]) == [at + 1 for at in said.index]
    assert list(found.coded["lang"]) == list(said["lang"])
    for row, expected in zip(found.coded.to_dict("records"), said["categories"], strict=True):
        assert {code for code in found.categories if row[code]} == expected, row["text"]
    agreed = found.coded["polarity"].to_numpy() == said["polarity"].to_numpy(dtype=float)
    assert agreed.sum() >= 8


def test_shares_are_those_counted_by_hand():
    found = sk.comments(COMMENTS, "text")
    assert found.n == 9
    attitude = found.share("theme_share", "ATTITUDE")
    assert attitude["estimate"] == pytest.approx(4 / 9) and attitude["n"] == 9
    # Wilson's bounds of 4 of 9 at 95 %, by hand: centre (4 + z²/2) / (9 + z²)
    z = 1.959964
    centre, half = (4 + z**2 / 2) / (9 + z**2), z * np.sqrt(4 * 5 / 9 + z**2 / 4) / (9 + z**2)
    assert attitude["conf_low"] == pytest.approx(centre - half, abs=1e-6)
    assert attitude["conf_high"] == pytest.approx(centre + half, abs=1e-6)
    speed = found.share("theme_negative", "SPEED")
    assert (speed["estimate"], speed["n"]) == (pytest.approx(3 / 4), 4)
    assert found.share("theme_balance", "SPEED")["estimate"] == pytest.approx((1 - 3) / 4 * 100)
    assert found.share("uncoded_share")["estimate"] == 0
    tones = [found.share(f"{tone}_share")["estimate"] for tone in ("positive", "neutral", "negative")]
    assert sum(tones) == pytest.approx(1)


def test_answers_that_say_nothing_are_counted_and_left_out():
    found = sk.comments(COMMENTS, "text")
    empty = next(problem for problem in found.problems if problem.code == "COMMENTS-EMPTY")
    assert dict(empty.values) == {"count": 3, "rows": 12}


def test_a_negation_turns_an_opinion_within_its_clause_only():
    assert signs("good", "not good", "it is not a good idea") == [1, -1, -1]
    assert signs("We had no help. Good food.") == [1]
    assert signs("好", "不太好", "没有想象中好") == [1, -1, -1]
    assert signs("хорошо", "не хорошо") == [1, -1]
    assert signs("I do not know but it is good") == [1]


def test_strong_words_outweigh_mild_ones():
    assert signs("Slow, but an excellent result") == [1]
    assert signs("很满意，有点小问题，慢") == [1]
    assert signs("Быстро, но ужасно") == [-1]


def test_asides_are_no_opinions():
    assert signs("好像是周二", "I would like to pay", "Чистый убыток банка") == [0, 0, 0]


def test_languages_are_told_by_their_letters():
    assert [language_of(one) for one in ("很好 OK", "очень good", "fine", "12:30 !!", "")] == ["zh", "ru", "en", "", ""]


def test_tokens_are_lemmas():
    assert tokens(["Waiting queues", "долгие очереди", "服务态度很好"], ["en", "ru", "zh"]) == [
        ("wait", "queue"),
        ("долгий", "очередь"),
        ("服务态度", "很", "好"),
    ]
    assert tokens(["???"], [""]) == [()]


def test_the_longest_phrase_wins_and_shared_beginnings_cost_nothing():
    phrases = Phrases({"好": 1, "好像": 2}, "zh")
    assert [value for _, _, value in phrases.find("好像很好")] == [2, 1]
    import re

    words = ["a", "ab", "abc", "b", "ba"]
    assert re.findall(branched(words), "abcbaab") == ["abc", "ba", "ab"]


def frame(**more) -> CodingFrame:
    categories = [
        {"code": "FOOD", "name": text("Food"), "keywords": {"en": ["food", "meal*"]}, "exclude": {"en": ["fast food"]}},
        {"code": "FAST", "name": text("Fast"), "keywords": {"en": ["fast"]}, "parent": "PACE"},
        {"code": "PACE", "name": text("Pace")},
    ]
    return CodingFrame.model_validate(
        {"code": "small", "title": text("Small"), "languages": ["en", "zh", "ru"], "categories": categories, **more}
    )


def test_an_excluded_phrase_hides_its_own_category_only_and_parents_collect():
    found = sk.comments(["Fast food.", "The food and mealtimes", "fast"], frame=frame())
    assert found.coded[["FOOD", "FAST", "PACE"]].to_numpy().tolist() == [[0, 1, 1], [1, 0, 0], [0, 1, 1]]


def test_a_comment_in_a_language_without_keywords_is_counted():
    found = sk.comments(["вкусно", "food"], frame=frame())
    assert [problem.code for problem in found.problems] == ["COMMENTS-FRAMELANG"]
    assert [problem.code for problem in sk.comments(["12", "food"], frame=frame()).problems] == ["COMMENTS-UNKNOWN"]


def test_groups_below_the_least_base_are_withheld():
    found = sk.comments(COMMENTS, "text", by="group", min_base=4)
    assert set(found.table["group"]) == {"all", "a"}
    small = next(problem for problem in found.problems if problem.code == "COMMENTS-SMALL")
    assert dict(small.values)["group"] == "b"


def test_columns_stack_and_a_language_column_decides():
    data = pd.DataFrame({"one": ["good", None], "two": ["slow", "quick"], "tongue": ["en", "English"]})
    found = sk.comments(data, ["one", "two"], lang="tongue")
    assert list(found.coded["comment"]) == [1, 1, 2]
    assert set(found.coded["lang"]) == {"en"}


def test_personal_data_do_not_reach_the_coded_table():
    found = sk.comments(["Call me: 13912345678, slow service", "Пишите на ivan@example.ru"])
    assert "[phone]" in found.coded["text"][0] and "139" not in found.coded["text"][0]
    assert "[e-mail]" in found.coded["text"][1]


@pytest.mark.parametrize(
    ("data", "column", "code"),
    [
        (pd.DataFrame({"a": [1, 2]}), "a", "COMMENTS-NOTEXT"),
        (pd.DataFrame({"a": ["x"]}), "b", "RESP-NOCOLUMN"),
        (pd.DataFrame({"a": ["x"], "l": ["fr"]}), "a", "COMMENTS-LANG"),
    ],
)
def test_bad_input_is_refused_in_words(data, column, code):
    with pytest.raises(SurveykitError) as caught:
        sk.comments(data, column, lang="l" if "l" in data else None)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"categories": [{"code": "A1", "name": text("A"), "parent": "B1"}]}, "CODING-PARENT"),
        ({"categories": [{"code": "A1", "name": text("A"), "parent": "A1"}]}, "CODING-PARENT"),
        ({"categories": [{"code": "A1", "name": text("A")}, {"code": "A1", "name": text("A")}]}, "SPEC-TWICE"),
        ({"categories": [{"code": "A1", "name": {"en": "A"}}]}, "SPEC-UNTRANSLATED"),
        ({"categories": [{"code": "A1", "name": text("A"), "key": 1}]}, "SPEC-UNKNOWN"),
    ],
)
def test_a_wrong_frame_is_refused_with_its_line(tmp_path, change, code):
    path = write(
        tmp_path, "frame.yaml", {"code": "small", "title": text("S"), "languages": ["en", "zh", "ru"], **change}
    )
    with pytest.raises(SurveykitError) as caught:
        sk.load_coding_frame(path)
    assert code in {problem.code for problem in caught.value.problems}
    assert "frame.yaml" in caught.value.problems[0].place


def test_the_shipped_frame_has_keywords_and_an_example_that_it_codes_in_every_language():
    shipped = sk.load_coding_frame("service")
    for category in shipped.categories:
        for lang in shipped.languages:
            assert category.keywords[lang] and category.definition is not None
            coded = sk.comments(list(category.examples[lang]), frame=shipped, lang=lang).coded
            assert coded[category.code].all(), (category.code, lang)


@pytest.mark.parametrize("hostile", ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "\u0000\u202e x", "😡" * 3000])
def test_hostile_comments_do_no_harm(hostile):
    found = sk.comments([hostile, "good"])
    assert found.n == 2
    assert "<script>" not in found._repr_html_().replace("&lt;script&gt;", "")


def test_many_comments_cost_little_more_than_few():
    few = list(COMMENTS["text"]) * 20
    sk.comments(few)
    start = time.perf_counter()
    sk.comments(few)
    once = time.perf_counter() - start
    start = time.perf_counter()
    sk.comments(few * 10)
    assert time.perf_counter() - start < 40 * once


def test_quotes_are_masked_short_and_no_two_alike():
    texts = ["The staff were rude to me."] * 5 + [
        "Rude staff at the desk! Call 13912345678.",
        "Rude manager. " + "x " * 200,
    ]
    found = sk.comments(texts)
    chosen = sk.quotes(found, "ATTITUDE", n=5)
    assert len(chosen) == 3
    assert chosen["text"].str.len().max() <= 165
    assert chosen["text"].str.contains("[phone]", regex=False).sum() == 1
    assert sk.quotes(found, "ATTITUDE", 1).empty
    pd.testing.assert_frame_equal(chosen, sk.quotes(found, "ATTITUDE", n=5))
    with pytest.raises(SurveykitError):
        sk.quotes(found, "NONE")
    with pytest.raises(SurveykitError):
        sk.quotes(found, polarity=5)
