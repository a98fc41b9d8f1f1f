"""Personal data are hidden; order numbers, dates, amounts and scores are not."""

import pytest

import surveykit as sk


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请联系13912345678", "phone"),
        ("电话 010-62345678。", "phone"),
        ("звоните 8 (912) 345-67-89", "phone"),
        ("+7 912 345 67 89", "phone"),
        ("call (415) 555-0132", "phone"),
        ("+44 20 7946 0958", "phone"),
        ("mail me: a.b+c@example.co.uk", "email"),
        ("see https://example.com/a?b=1", "link"),
        ("身份证11010519491231002X", "id"),
        ("паспорт 45 08 123456", "id"),
        ("ИНН 500100732259", "id"),
        ("СНИЛС 112-233-445 95", "id"),
        ("card 4111 1111 1111 1111", "card"),
        ("卡号6222021234567890128", "card"),
        ("QQ：12345678", "account"),
        ("微信号: abc_12345", "account"),
        ("thanks @SomeBody", "account"),
    ],
)
def test_personal_data_are_hidden(text, kind):
    hidden, counts = sk.mask_personal([text])
    assert counts == {kind: 1}, hidden
    assert "[" in hidden[0]


@pytest.mark.parametrize(
    "text",
    [
        "Order 20260315001 arrived",
        "2026-03-15 18:30",
        "15.03.2026",
        "cost 12,345.67 or 1 234 567,89",
        "9/10, 100%, 4.5",
        "房间1208，价格360元",
        "ticket 4111111111111112",
        "11010519491231002Y",
        "2015 год, 8 800 рублей",
        "1000000000000",
    ],
)
def test_other_numbers_stay(text):
    assert sk.mask_personal([text]) == ([text], {})


def test_words_of_the_language_and_missing_texts():
    assert sk.mask_personal(["13912345678", None, float("nan")], "zh") == (["[电话]", "", ""], {"phone": 1})
