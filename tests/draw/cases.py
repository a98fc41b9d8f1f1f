from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from surveykit.draw.coefficients import coefficient_plot
from surveykit.draw.heatmap import correlation_heatmap
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.likert import likert_bars
from surveykit.draw.nps import nps_bar
from surveykit.draw.reliability import reliability_card
from surveykit.draw.style import DEFAULT, Style

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Most customers trust the staff; fewer than half find that promises on delivery are “always” kept",
        "items": [
            "The company keeps its promises",
            "Employees of the company don’t hesitate to help me, whatever the question that I bring to them may be",
            "Fair prices",
            "Overall quality met what I expected over the last twelve months, in the shop and on the phone alike",
        ],
        "levels": ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
        "other": "Don’t know / refused to answer",
        "box": "Top-two box",
        "axis": "Standardised coefficient β with its 95 % confidence interval, HC3 standard errors",
        "groups": ("Detractors (0–6)", "Passives (7–8)", "Promoters (9–10)"),
    },
    "zh": {
        "title": "多数顾客信任员工，但认为公司“总是”按时履行送货承诺的顾客不足一半（n = 1 284，加权后）",
        "items": [
            "公司信守承诺",
            "无论遇到什么样的问题贵公司的员工总是非常愿意及时主动地为我提供帮助",
            "价格公道",
            "总体而言过去十二个月内我在门店和电话中所得到的服务质量都达到了我的期望",
        ],
        "levels": ["非常不同意", "不同意", "既不同意也不反对", "同意", "非常同意"],
        "other": "不知道／拒绝回答此题",
        "box": "前两项合计",
        "axis": "标准化系数 β 及其 95% 置信区间（HC3 稳健标准误）",
        "groups": ("贬损者（0–6）", "被动者（7–8）", "推荐者（9–10）"),
    },
    "ru": {
        "title": "Большинство клиентов доверяет сотрудникам, однако менее половины считает, что сроки соблюдаются",
        "items": [
            "Компания держит слово",
            "Сотрудники компании всегда готовы оказать мне помощь, каким бы сложным ни был мой вопрос или просьба",
            "Цены справедливы",
            "В целом качество обслуживания за последние двенадцать месяцев оправдало мои ожидания во всех каналах",
        ],
        "levels": [
            "Совершенно не согласен",
            "Не согласен",
            "Ни то ни другое",
            "Согласен",
            "Полностью согласен",
        ],
        "other": "Затрудняюсь ответить / отказ",
        "box": "Две верхние оценки",
        "axis": "Стандартизованный коэффициент β с 95%-ным доверительным интервалом, ошибки HC3",
        "groups": ("Критики (0–6)", "Нейтралы (7–8)", "Промоутеры (9–10)"),
    },
}
LANGUAGES = tuple(WORDS)


def shares(rows: int, levels: int) -> np.ndarray:
    return np.random.default_rng(7).dirichlet(np.linspace(1, 4, levels), rows)


def figures(lang: str, style: Style = DEFAULT) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Every primitive with long words, undefined rows and several forms."""
    words = WORDS[lang]
    items, title = words["items"], words["title"]
    count = len(items)
    n = [1284, 311, 97, 4]
    holes = np.array([0.42, -0.05, np.nan, 0.18])
    broken = shares(count, 5)
    broken[1] = np.nan
    scale = [f"{at} – {words['levels'][0]}" if at == 0 else str(at) for at in range(11)]
    common = {"title": title, "style": style}
    for neutral in ("split", "aside", "plain"):
        yield f"likert-{neutral}", lambda neutral=neutral: likert_bars(
            broken, items, words["levels"], neutral=neutral, dont_know=[0.0, 0.03, np.nan, 0.31],
            dont_know_title=words["other"], bases=n, right=[0.5, np.nan, 0.07, 1.0], right_title=words["box"],
            xlabel=words["axis"], **common,
        )  # fmt: skip
    yield "likert-11", lambda: likert_bars(shares(count, 11), items, scale, bases=n, **common)
    yield "likert-10", lambda: likert_bars(shares(count, 10), items, scale[1:], neutral="split", **common)
    yield "likert-2", lambda: likert_bars(shares(1, 2), items[1:2], words["levels"][:2], **common)
    yield "reliability", lambda: reliability_card(
        items,
        {"α": (holes, holes - 0.1, holes + 0.1), "ω": (holes + 0.1, holes, holes + 0.2)},
        n_items=[5, 4, 3, 2], n_items_title=words["box"], n=n, guide_label=words["other"], xlabel=words["axis"],
        **common,
    )  # fmt: skip
    yield "coefficients", lambda: coefficient_plot(
        items, holes, holes - 0.1, holes + 0.1, significant=[True, False, False, True], value_title="β",
        significant_label=words["levels"][0], not_significant_label=words["levels"][2], xlabel=words["axis"],
        **common,
    )  # fmt: skip
    for arrange in ("colours", "panels"):
        yield f"coefficients-{arrange}", lambda arrange=arrange: coefficient_plot(
            items * 2, np.tile(holes, 2), np.tile(holes - 0.1, 2), np.tile(holes + 0.1, 2),
            significant=[True] * 5 + [False] * 3, model=[words["box"]] * 4 + [words["other"]] * 4, arrange=arrange,
            significant_label=words["levels"][0], not_significant_label=words["levels"][2], xlabel=words["axis"],
            **common,
        )  # fmt: skip
    for size in (2, 4, 25):
        matrix = np.corrcoef(np.random.default_rng(size).normal(size=(size, 40)))
        matrix[1, 0] = np.nan
        labels = (items * 7)[:size]
        yield (
            f"heatmap-{size}",
            lambda matrix=matrix, labels=labels: correlation_heatmap(
                matrix, labels, scale_label=words["axis"], diagonal=["(.91)"] * len(labels), **common
            ),
        )
    yield "nps", lambda: nps_bar(
        [12, 3, 5, 8, 11, 30, 40, 90, 160, 120, 150], 25.4, 21.0, 29.8, groups=words["groups"],
        interval_text="[21; 30]", **common,
    )  # fmt: skip
    yield "nps-none", lambda: nps_bar([0] * 11, np.nan, np.nan, np.nan, groups=words["groups"], **common)
    yield "intervals", lambda: dot_intervals(
        items, 100 * holes, 100 * holes - 5, 100 * holes + 5, axis=(0, 100), reference=30.0,
        reference_label=words["other"], n=n, value_title=words["box"], xlabel=words["axis"], **common,
    )  # fmt: skip


NAMES = tuple(name for name, _ in figures("en"))
CASES = [pytest.param(lang, name, id=f"{name}-{lang}") for lang in LANGUAGES for name in NAMES]


def drawn(lang: str, name: str, style: Style = DEFAULT) -> Figure:
    return dict(figures(lang, style))[name]()


def assert_legible(figure: Figure) -> None:
    """No text leaves the figure and no two texts overlap."""
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in texts]
    assert boxes
    canvas = figure.bbox
    for words, box in boxes:
        inside = box.x0 >= -0.5 and box.y0 >= -0.5 and box.x1 <= canvas.x1 + 0.5 and box.y1 <= canvas.y1 + 0.5
        assert inside, f"{words!r} at {box} leaves {canvas}"
    for (first, one), (second, other) in combinations(boxes, 2):
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert wide <= 1 or high <= 1, f"{first!r} overlaps {second!r} by {wide:.1f} x {high:.1f} px"
