"""Small questionnaires, written as the YAML files that a user writes."""

from __future__ import annotations

from pathlib import Path

from surveykit.spec.load import load_questionnaire
from surveykit.spec.questionnaire import Questionnaire

SCALES = """
scales:
  - code: AGREE5
    kind: agreement
    low: 1
    high: 5
    labels:
      1: {en: Strongly disagree, zh: 非常不同意, ru: Полностью не согласен(на)}
      2: {en: Disagree, zh: 不同意, ru: Не согласен(на)}
      3: {en: Neither agree nor disagree, zh: 既不同意也不反对, ru: Нечто среднее}
      4: {en: Agree, zh: 同意, ru: Согласен(на)}
      5: {en: Strongly agree, zh: 非常同意, ru: Полностью согласен(на)}
    missing:
      99: {en: Does not apply or cannot say, zh: 不适用或无法判断, ru: Не применимо или затрудняюсь ответить}
  - code: SATIS7
    kind: satisfaction
    low: 1
    high: 7
    labels:
      1: {en: Very dissatisfied, zh: 非常不满意, ru: Полностью не удовлетворён(а)}
      2: {en: Dissatisfied, zh: 不满意, ru: Не удовлетворён(а)}
      3: {en: Somewhat dissatisfied, zh: 有点不满意, ru: Скорее не удовлетворён(а)}
      4: {en: Neither satisfied nor dissatisfied, zh: 一般, ru: Нечто среднее}
      5: {en: Somewhat satisfied, zh: 比较满意, ru: Скорее удовлетворён(а)}
      6: {en: Satisfied, zh: 满意, ru: Удовлетворён(а)}
      7: {en: Very satisfied, zh: 非常满意, ru: Полностью удовлетворён(а)}
  - code: RECOM11
    kind: recommendation
    low: 0
    high: 10
    labels:
      0: {en: Not at all likely, zh: 完全不可能, ru: Крайне маловероятно}
      5: {en: Neutral, zh: 中立, ru: Нейтрально}
      10: {en: Extremely likely, zh: 极有可能, ru: Крайне вероятно}
    missing:
      99: {en: Cannot say, zh: 无法判断, ru: Затрудняюсь ответить}
  - code: IMPOR10
    kind: importance
    low: 1
    high: 10
    labels:
      1: {en: Not at all important, zh: 完全不重要, ru: Совсем не важно}
      10: {en: Very important, zh: 非常重要, ru: Очень важно}
  - code: ROLE4
    kind: nominal
    low: 1
    high: 4
    labels:
      1: {en: Owner, zh: 企业主, ru: Владелец}
      2: {en: Finance staff, zh: 财务人员, ru: Сотрудник бухгалтерии}
      3: {en: Manager, zh: 管理人员, ru: Руководитель}
      4: {en: Other, zh: 其他, ru: Другое}
"""

BANK = """
code: small
version: "1.0"
source: test
languages: [en, zh, ru]
title: {en: Small bank, zh: 小题库, ru: Малый банк}
dimensions:
  - code: BG
    name: {en: About you, zh: 基本信息, ru: О вас}
    definition: {en: Who answers., zh: 谁在作答。, ru: Кто отвечает.}
    role: background
    items:
      - {code: BG1, source: t, kind: choice, scale: ROLE4, text: {en: What is your role?, zh: 您的职务是什么？, ru: Какова ваша роль?}}
      - {code: BG2, source: t, kind: number, text: {en: How many people work in your company?, zh: 贵公司有多少人？, ru: Сколько человек работает в вашей компании?}}
  - code: RES
    name: {en: Response speed, zh: 响应速度, ru: Скорость реакции}
    definition: {en: How fast., zh: 多快。, ru: Насколько быстро.}
    role: driver
    scale: AGREE5
    items:
      - {code: RES1, source: t 1, text: {en: The staff answer my questions within one working day., zh: 员工在一个工作日内回答我的问题。, ru: Сотрудники отвечают на мои вопросы в течение одного рабочего дня.}}
      - {code: RES2, source: t 2, keyed: -1, text: {en: "I have to ask several times before I get an answer.", zh: 我需要多次询问才能得到答复。, ru: "Чтобы получить ответ, мне приходится спрашивать несколько раз."}}
      - {code: RES3, source: t 3, text: {en: Urgent requests are taken up at once., zh: 紧急请求会立即得到处理。, ru: Срочные запросы берут в работу сразу.}}
      - {code: CHK1, source: t, kind: check, answer: 4, text: {en: "To show that you read this, please choose \\"Agree\\".", zh: 为表明您在认真阅读，请选择“同意”。, ru: "Чтобы показать, что вы читаете вопросы, выберите «Согласен(на)»."}}
  - code: SAT
    name: {en: Satisfaction, zh: 满意度, ru: Удовлетворённость}
    definition: {en: Overall., zh: 总体。, ru: В целом.}
    role: outcome
    items:
      - {code: SAT1, source: t, scale: SATIS7, text: {en: "Overall, how satisfied are you with the provider?", zh: 总体而言，您对该服务商的满意程度如何？, ru: "В целом, насколько вы удовлетворены исполнителем?"}}
      - {code: IMP1, source: t, scale: IMPOR10, text: {en: How important is a quick answer to you?, zh: 快速答复对您有多重要？, ru: Насколько важен для вас быстрый ответ?}}
      - {code: NPS1, source: t, kpi: true, scale: RECOM11, text: {en: How likely are you to recommend the provider to a business partner?, zh: 您向商业伙伴推荐该服务商的可能性有多大？, ru: "Насколько вероятно, что вы порекомендуете исполнителя деловому партнёру?"}}
  - code: OPEN
    name: {en: Open answers, zh: 开放题, ru: Открытые ответы}
    definition: {en: In own words., zh: 自由填写。, ru: Своими словами.}
    role: open
    items:
      - {code: OPEN1, source: t, kind: text, text: {en: What should the provider do better?, zh: 该服务商应在哪些方面改进？, ru: Что исполнителю следует делать лучше?}}
      - {code: OPEN2, source: t, kind: text, text: {en: What do you like most?, zh: 您最满意的是什么？, ru: Что вам нравится больше всего?}}
"""

FORM = """
code: small_form
version: "1.0"
languages: [en, zh, ru]
voice: customer
title: {en: How good is our service?, zh: 我们的服务怎么样？, ru: Насколько хорош наш сервис?}
intro:
  en: "We ask customers of the accounting service about their experience. It takes about five minutes. There are no right or wrong answers."
  zh: 我们希望了解财务服务客户的体验。填写约需五分钟，答案没有对错之分。
  ru: "Мы спрашиваем клиентов бухгалтерской службы об их опыте. Это займёт около пяти минут. Правильных и неправильных ответов нет."
banks: [small]
sections:
  - code: BG
    title: {en: About you, zh: 基本信息, ru: О вас}
    items: [BG1, BG2]
  - code: RES
    title: {en: Response speed, zh: 响应速度, ru: Скорость реакции}
    lead: {en: "How far do you agree?", zh: 您在多大程度上同意以下说法？, ru: Насколько вы согласны?}
    dimensions: [RES]
  - code: SAT
    title: {en: Satisfaction, zh: 满意度, ru: Удовлетворённость}
    dimensions: [SAT, OPEN]
closing: {en: Your answers help us to improve., zh: 您的回答有助于我们改进服务。, ru: Ваши ответы помогут нам стать лучше.}
"""


def write_form(folder: Path, form: str = FORM, bank: str = BANK, scales: str = SCALES) -> Path:
    """Write scales, bank and form under `folder` as a project has them; the path of the form."""
    for path, text in (("scales.yaml", scales), ("banks/small.yaml", bank), ("forms/small_form.yaml", form)):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return folder / "forms" / "small_form.yaml"


def small_form(folder: Path, form: str = FORM, bank: str = BANK, scales: str = SCALES) -> Questionnaire:
    """The small questionnaire: 11 items of every kind and layout, in three languages."""
    return load_questionnaire(write_form(folder, form, bank, scales))
