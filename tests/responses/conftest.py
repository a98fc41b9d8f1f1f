"""A small questionnaire in three languages, and a study built on it."""

from pathlib import Path

import pytest

from surveykit.spec.load import load_questionnaire, load_study
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.study import Study

SCALES = """
scales:
  - code: AGREE5
    kind: agreement
    low: 1
    high: 5
    labels:
      1: {en: Strongly disagree, zh: 非常不同意, ru: Полностью не согласен}
      2: {en: Disagree, zh: 不同意, ru: Не согласен}
      3: {en: Neither, zh: 一般, ru: Нечто среднее}
      4: {en: Agree, zh: 同意, ru: Согласен}
      5: {en: Strongly agree, zh: 非常同意, ru: Полностью согласен}
    missing:
      99: {en: Does not apply, zh: 不适用, ru: Не применимо}
  - code: SATIS5
    kind: satisfaction
    low: 1
    high: 5
    labels:
      1: {en: Very dissatisfied, zh: 非常不满意, ru: Очень недоволен}
      2: {en: Dissatisfied, zh: 不满意, ru: Недоволен}
      3: {en: Neither, zh: 一般, ru: Нейтрально}
      4: {en: Satisfied, zh: 满意, ru: Доволен}
      5: {en: Very satisfied, zh: 非常满意, ru: Очень довольный}
  - code: RECOM11
    kind: recommendation
    low: 0
    high: 10
    labels:
      0: {en: Not at all likely, zh: 完全不可能, ru: Точно нет}
      10: {en: Extremely likely, zh: 非常可能, ru: Точно да}
  - code: YEARS3
    kind: nominal
    low: 1
    high: 3
    labels:
      1: {en: Under a year, zh: 不到1年, ru: Меньше года}
      2: {en: 1 to 5 years, zh: 1到5年, ru: От 1 до 5 лет}
      3: {en: More than 5, zh: 5年以上, ru: Больше 5}
  - code: BRANCH4
    kind: nominal
    low: 1
    high: 4
    labels:
      1: {en: "0", zh: "0", ru: "0"}
      2: {en: "1", zh: "1", ru: "1"}
      3: {en: 2-5, zh: 2-5, ru: 2-5}
      4: {en: Same, zh: 相同, ru: "2-5"}
"""

BANK = """
code: small
version: "1.0"
source: own
languages: [en, zh, ru]
title: {en: Small, zh: 小, ru: Малый}
dimensions:
  - code: RES
    name: {en: Response, zh: 响应, ru: Отклик}
    definition: {en: d, zh: d, ru: d}
    role: driver
    scale: AGREE5
    items:
      - {code: RES1, source: x, text: {en: They answer quickly., zh: 他们回复很快。, ru: Они быстро отвечают.}}
      - {code: RES2, source: x, text: {en: Calls are taken., zh: 电话有人接听。, ru: На звонки отвечают.}}
      - {code: RES3, source: x, keyed: -1, text: {en: I wait too long., zh: 我等得太久。, ru: Я жду слишком долго.}}
  - code: ACC
    name: {en: Accuracy, zh: 准确, ru: Точность}
    definition: {en: d, zh: d, ru: d}
    role: driver
    scale: AGREE5
    items:
      - {code: ACC1, source: x, text: {en: Facts are right., zh: 信息准确。, ru: Сведения верны.}}
      - {code: ACC2, source: x, keyed: -1, text: {en: I find mistakes., zh: 我发现错误。, ru: Я нахожу ошибки.}}
      - {code: ACC3, source: x, text: {en: Papers are in order., zh: 文件齐备。, ru: Документы в порядке.}}
  - code: SAT
    name: {en: Satisfaction, zh: 满意度, ru: Удовлетворённость}
    definition: {en: d, zh: d, ru: d}
    role: outcome
    scale: SATIS5
    items:
      - {code: SAT1, source: x, text: {en: "Overall, how satisfied are you?", zh: 您总体上有多满意？, ru: Насколько Вы довольны?}}
      - {code: SAT2, source: x, text: {en: And with the agent?, zh: 对经办人呢？, ru: А сотрудником?}}
  - code: REC
    name: {en: Recommendation, zh: 推荐, ru: Рекомендация}
    definition: {en: d, zh: d, ru: d}
    role: outcome
    scale: RECOM11
    items:
      - {code: REC1, source: x, text: {en: Would you recommend us?, zh: 您会推荐我们吗？, ru: Порекомендуете ли Вы нас?}}
  - code: BG
    name: {en: Background, zh: 背景, ru: О Вас}
    definition: {en: d, zh: d, ru: d}
    role: background
    items:
      - {code: BG1, source: x, kind: choice, scale: YEARS3, text: {en: How long a customer?, zh: 成为客户多久？, ru: Как давно Вы клиент?}}
      - {code: BG2, source: x, kind: number, text: {en: How many visits?, zh: 来访几次？, ru: Сколько визитов?}}
      - {code: BG3, source: x, kind: choice, scale: BRANCH4, text: {en: Branches used, zh: 使用的网点数, ru: Число отделений}}
  - code: CHK
    name: {en: Check, zh: 检查, ru: Проверка}
    definition: {en: d, zh: d, ru: d}
    role: check
    scale: AGREE5
    items:
      - {code: CHK1, source: x, kind: check, answer: 4, text: {en: Please tick agree., zh: 请选择同意。, ru: Отметьте «согласен».}}
  - code: OPEN
    name: {en: Open, zh: 开放, ru: Открытый}
    definition: {en: d, zh: d, ru: d}
    role: open
    items:
      - {code: OPEN1, source: x, kind: text, text: {en: What should change?, zh: 您有什么建议？, ru: Что изменить?}}
"""

FORM = """
code: small_form
version: "1.0"
languages: [en, zh, ru]
title: {en: Small, zh: 小, ru: Малая}
intro: {en: i, zh: i, ru: i}
banks: [small]
sections:
  - {code: ALL, title: {en: t, zh: t, ru: t}, dimensions: [BG, RES, ACC, SAT, REC, CHK, OPEN]}
closing: {en: c, zh: c, ru: c}
"""

STUDY = """
code: small_study
title: {en: Small, zh: 小, ru: Малое}
questionnaire: forms/small_form.yaml
data: {file: answers.csv}
languages: [en]
model:
  structure: {SAT: [RES, ACC]}
satisfaction: SAT
simulation:
  n: 50
  seed: 7
  loading: 0.8
  correlation: 0.3
  paths: {SAT: {RES: 0.6, ACC: 0.2}}
"""


@pytest.fixture(scope="session")
def spec_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("тест 满意度")
    (folder / "banks").mkdir()
    (folder / "forms").mkdir()
    (folder / "scales.yaml").write_text(SCALES, encoding="utf-8")
    (folder / "banks" / "small.yaml").write_text(BANK, encoding="utf-8")
    (folder / "forms" / "small_form.yaml").write_text(FORM, encoding="utf-8")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def form(spec_folder: Path) -> Questionnaire:
    return load_questionnaire(spec_folder / "forms" / "small_form.yaml")


@pytest.fixture(scope="session")
def study(spec_folder: Path) -> Study:
    return load_study(spec_folder / "study.yaml")
