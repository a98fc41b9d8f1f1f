from __future__ import annotations

import time

import pytest

from surveykit.spec.bank import Dimension, Item
from surveykit.spec.check import check
from surveykit.spec.questionnaire import Questionnaire, Section
from surveykit.spec.scale import Scale
from surveykit.spec.wording import joined, long

AGREE5 = Scale(
    code="AGREE5", kind="agreement", low=1, high=5, labels={1: {"en": "No", "zh": "否"}, 5: {"en": "Yes", "zh": "是"}}
)
CHECK = Item(
    code="CHK1", source="t", kind="check", scale="AGREE5", answer=4, text={"en": "Choose four", "zh": "请选择四"}
)
EN = ["Staff reply fast.", "My invoices hold errors.", "Prices seem reasonable to me."]
ZH = ["员工回复很快。", "我的发票有错误。", "价格对我来说合理。"]


def items(*wordings: tuple[str, str], **more) -> list[Item]:
    return [
        Item(code=f"RES{n}", source="t", text={"en": en, "zh": zh}, dimension="RES", **{"scale": "AGREE5", **more})
        for n, (en, zh) in enumerate(wordings, 1)
    ]


def form(asked: list[Item], code: str = "RES", role: str = "driver", extra=(CHECK,), scales=(AGREE5,), sections=()):
    name = {"en": "Speed", "zh": "速度"}
    dimensions = [Dimension(code=code, name=name, definition=name, role=role, items=asked)] if asked else []
    dimensions += [Dimension(code="CHK", name=name, definition=name, role="check", items=extra)] if extra else []
    return Questionnaire(
        code="some_form",
        version="1",
        languages=("en", "zh"),
        voice="customer",
        title={"en": "Title", "zh": "标题"},
        intro={"en": "Intro", "zh": "说明"},
        closing={"en": "Thanks", "zh": "谢谢"},
        sections=(Section(code="ASK", title={"en": "Ask", "zh": "提问"}, items=(*asked, *extra)), *sections),
        scales=scales,
        dimensions=dimensions,
    )


def good() -> list[Item]:
    asked = items(*zip(EN, ZH, strict=True))
    return [asked[0], asked[1].model_copy(update={"keyed": -1}), asked[2]]


def found(questionnaire: Questionnaire) -> dict[str, str]:
    return {problem.code: problem.place for problem in check(questionnaire)}


def test_a_sound_form_has_no_findings():
    assert check(form(good())) == ()


@pytest.mark.parametrize(
    ("change", "code", "severity"),
    [
        ({"text": {"en": "staff REPLY fast", "zh": "不一样"}}, "CHECK-SAMETEXT", "warning"),
        ({"text": {"en": "Staff reply fast to", "zh": "不一样"}}, "CHECK-NEARTEXT", "note"),
        ({"text": {"en": "Prix", "zh": "Prix"}}, "CHECK-UNTRANSLATED", "warning"),
        ({"text": {"en": "word " * 41, "zh": "词"}}, "CHECK-LONG", "warning"),
        ({"text": {"en": "word", "zh": "词" * 61}}, "CHECK-LONG", "warning"),
        ({"text": {"en": "Staff are polite and quick", "zh": "员工礼貌和迅速"}}, "CHECK-DOUBLE", "note"),
        ({"scale": "AGREE7"}, "CHECK-MIXEDSCALES", "warning"),
        ({"kind": "text", "scale": None, "required": True}, "CHECK-REQUIREDOPEN", "warning"),
        ({"kind": "choice"}, "CHECK-NOLABEL", "warning"),
        ({"kind": "check", "answer": 9}, "CHECK-ANSWER", "error"),
    ],
)
def test_one_fault_in_one_item_is_found_there(change, code, severity):
    asked = good()
    asked[2] = asked[2].model_copy(update=Item.model_validate({**asked[2].model_dump(), **change}).__dict__)
    seven = AGREE5.model_copy(update={"code": "AGREE7"})
    problems = [p for p in check(form(asked, scales=(AGREE5, seven))) if p.code == code]
    assert len(problems) == 1
    assert problems[0].severity == severity
    assert "RES" in problems[0].place
    for lang in ("en", "zh", "ru"):
        assert "{" not in problems[0].message(lang)


def test_keying_and_number_of_items():
    one_way = [item.model_copy(update={"keyed": 1}) for item in good()]
    assert found(form(one_way)) == {"CHECK-NOREVERSE": "dimension RES"}
    assert found(form([item.model_copy(update={"keyed": -1}) for item in good()])) == {
        "CHECK-ALLREVERSED": "dimension RES"
    }
    assert found(form(good()[:2])) == {"CHECK-FEWITEMS": "dimension RES"}
    assert found(form(one_way, role="background")) == {}


def test_missing_attention_check_empty_section_and_reserved_code():
    assert found(form(good(), extra=())) == {"CHECK-NOATTENTION": "form some_form"}
    empty = Section(code="NIL", title={"en": "Nil", "zh": "空"}, items=())
    assert found(form(good(), sections=(empty,))) == {"CHECK-EMPTYSECTION": "section NIL"}
    assert found(form(good(), code="WITH"))["CHECK-RESERVED"] == "dimension WITH"


def test_faults_come_first():
    severities = [p.severity for p in check(form(items(*zip(EN, ZH, strict=True)), code="NOT", extra=()))]
    assert severities == sorted(severities, key=("error", "warning", "note").index)
    assert severities[0] == "error"


@pytest.mark.parametrize(
    ("text", "lang", "word"),
    [
        ("Staff are polite and quick.", "en", "and"),
        ("I understand the brand and standards", "en", "and"),
        ("I choose between price and speed.", "en", ""),
        ("The standard is high.", "en", ""),
        ("员工礼貌和迅速。", "zh", "和"),
        ("员工及时答复，态度温和。", "zh", ""),
        ("材料涉及税务。", "zh", ""),
        ("价格合理并且透明。", "zh", "并且"),
        ("Сотрудники вежливы и быстры.", "ru", "и"),
        ("Исполнитель надёжен.", "ru", ""),
    ],
)
def test_joining_words_are_words_of_their_own(text, lang, word):
    assert joined(text, lang) == word


def test_length_is_words_in_english_and_characters_in_chinese():
    assert long("word " * 40, "en") == 0
    assert long("слово " * 41, "ru") == 41
    assert long("词" * 60, "zh") == 0
    assert long("词 " * 61, "zh") == 61


def test_a_hundred_items_are_looked_over_at_once():
    wordings = [
        (f"The provider handles matter number {n} of case {n * 7919} well.", f"该服务商妥善处理第{n}号事项。")
        for n in range(1, 100)
    ]
    asked = [item.model_copy(update={"code": f"RES{n}"}) for n, item in enumerate(items(*wordings[:99]), 1)]
    started = time.perf_counter()
    check(form(asked))
    assert time.perf_counter() - started < 5
