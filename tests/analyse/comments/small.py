"""A few comments in three languages, with what a reader finds in them."""

from __future__ import annotations

import pandas as pd

COMMENTS = pd.DataFrame(
    [
        ("The staff were friendly and helpful.", "en", 1, {"ATTITUDE"}),
        ("I waited forty minutes, terrible!", "en", -1, {"SPEED"}),
        ("Not good at all: the price is too high.", "en", -1, {"PRICE"}),
        ("服务态度很好，就是价格太贵了。", "zh", 0, {"ATTITUDE", "PRICE"}),
        ("排队等了半天，太差了。", "zh", -1, {"SPEED"}),
        ("房间干净，非常满意！", "zh", 1, {"PREMISES"}),
        ("Сотрудники вежливые, всё быстро. Спасибо!", "ru", 1, {"ATTITUDE", "SPEED"}),
        ("Ужасная очередь и хамство.", "ru", -1, {"ATTITUDE", "SPEED"}),
        ("Приложение не работает.", "ru", -1, {"DIGITAL"}),
        ("нет", "ru", None, set()),
        ("无", "zh", None, set()),
        ("  ", "en", None, set()),
    ],
    columns=["text", "lang", "polarity", "categories"],
).assign(group=["a", "a", "b"] * 4)
