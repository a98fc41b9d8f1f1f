"""The page as a respondent meets it, in a real browser; asking the network or reporting a fault fails too."""

from __future__ import annotations

import csv
import io
import json
import re

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from surveykit.home import home
from surveykit.spec.load import load_questionnaire
from tests.exports.conftest import DESKTOP, PHONE
from tests.exports.test_page import HOSTILE, SHIPPED, hostile_form

pytestmark = pytest.mark.browser

PLANTED = {
    "BG1": 3,
    "BG2": 1250,
    "RES1": 1,
    "RES2": 99,
    "RES3": 5,
    "CHK1": 4,
    "SAT1": 7,
    "IMP1": 10,
    "NPS1": 0,
    "OPEN1": "=cmd|' /C calc'!A0",
    "OPEN2": "<b>x</b>, \"quoted\"; 'single'\nсрочно, 很好 😀\n\n  -1\ttab \u0007 end  ",
}
AXE = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}


def onward(page) -> None:
    page.locator(".step.current > .moves .first").click()


def plant(page, answers: dict[str, int | str]) -> None:
    """Answer with the mouse, section by section, from the first section to the last."""
    while True:
        for box in page.locator(".step.current .item").all():
            code = box.get_attribute("data-code")
            if code not in answers:
                continue
            if box.locator("input[type=radio]").count():
                box.locator(f"input[value='{answers[code]}']").click()
            else:
                box.locator("textarea, input").fill(str(answers[code]))
        if page.locator(".step.current [data-go=finish]").count():
            return
        onward(page)


def saved(page, kind: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(f"[data-save={kind}]").click()
    return waiting.value.path().read_bytes()


def current(page) -> str:
    return page.locator(".step.current").get_attribute("data-step")


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_what_was_clicked_is_what_is_saved(visit, form, lang):
    page = visit(form, f"?lang={lang}&id=client-7")
    assert page.locator("html").get_attribute("lang") == lang
    assert not page.locator("#respondent").is_visible()
    page.click("#start")
    plant(page, PLANTED)
    onward(page)
    assert current(page) == "closing"

    found = json.loads(saved(page, "json").decode("utf-8"))
    assert found["answers"] == PLANTED
    assert {key: found[key] for key in ("surveykit", "form", "version", "fingerprint", "respondent", "language")} == {
        "surveykit": 1,
        "form": "small_form",
        "version": "1.0",
        "fingerprint": form.fingerprint,
        "respondent": "client-7",
        "language": lang,
    }
    stamp = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    assert re.fullmatch(stamp, found["started"]) and re.fullmatch(stamp, found["finished"])
    assert found["started"] <= found["finished"] and 0 <= found["seconds"] < 120

    raw = saved(page, "csv")
    assert raw.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    frame = ["respondent", "form", "version", "fingerprint", "language", "started", "finished", "seconds"]
    assert head == [*frame, *(item.code for item in form.items)]
    cells = dict(zip(head, row, strict=True))
    assert {code: cells[code] for code in PLANTED} == {code: str(value) for code, value in PLANTED.items()}
    assert [cells[name] for name in frame] == [str(found[name]) for name in frame]
    table = pd.read_csv(io.BytesIO(raw), encoding="utf-8-sig")
    assert table.loc[0, "OPEN1"] == PLANTED["OPEN1"] and table.loc[0, "RES2"] == 99
    assert table.loc[0, "OPEN2"] == PLANTED["OPEN2"]


def test_keyboard_alone_is_enough(visit, form):
    page = visit(form)
    press = page.keyboard.press

    def to(selector: str) -> None:
        for _ in range(40):
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            press("Tab")
        raise AssertionError(f"{selector} is out of reach")

    to("#start")
    press("Enter")
    assert current(page) == "BG"
    to("[name=BG1]")
    press("Space")
    press("ArrowDown")
    to("[name=BG2]")
    page.keyboard.type("12")
    to("[data-step=BG] [data-go=next]")
    press("Enter")
    assert current(page) == "RES"
    for code, arrows in (("RES1", 0), ("RES2", 1), ("RES3", 4), ("CHK1", 3)):
        to(f"[name={code}]")
        press("Space")
        for _ in range(arrows):
            press("ArrowRight")
    to("[data-step=RES] [data-go=next]")
    press("Space")
    to("[name=SAT1]")
    press("ArrowLeft")
    to("[name=IMP1]")
    press("Space")
    to("[name=NPS1]")
    press("Space")
    to("[name=OPEN1]")
    page.keyboard.type("fine")
    to("[data-go=finish]")
    press("Enter")
    assert current(page) == "closing"
    to("[data-save=json]")
    with page.expect_download() as waiting:
        press("Enter")
    answers = json.loads(waiting.value.path().read_text(encoding="utf-8"))["answers"]
    assert answers == {
        "BG1": 2,
        "BG2": 12,
        "RES1": 1,
        "RES2": 2,
        "RES3": 5,
        "CHK1": 4,
        "SAT1": 7,
        "IMP1": 1,
        "NPS1": 0,
        "OPEN1": "fine",
    }


def test_changing_the_language_midway_keeps_the_answers(visit, form):
    page = visit(form)
    page.click("#start")
    page.check("[name=BG1][value='2']")
    page.fill("[name=BG2]", "7")
    onward(page)
    page.check("[name=RES1][value='4']")
    for lang in ("zh", "ru", "zh"):
        page.click(f"[data-lang={lang}]")
        assert page.locator("html").get_attribute("lang") == lang
        assert page.title() == form.title[lang]
        assert page.locator("#q-RES1 .wording").inner_text() == form.wording("RES1", lang)
        assert page.get_by_role("radio", name=form.scale("RES1").label(4, lang), exact=True).first.is_checked()
    page.locator(".step.current [data-go=back]").click()
    assert page.is_checked("[name=BG1][value='2']") and page.input_value("[name=BG2]") == "7"
    assert page.locator("#progress-words").inner_text() == "已答 3 题，共 11 题"


def test_reload_offers_to_resume_where_it_stopped(visit, form):
    page = visit(form, "")
    assert page.locator("html").get_attribute("lang") == "en"
    given = page.input_value("#respondent")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", given)
    page.click("#start")
    page.check("[name=BG1][value='2']")
    onward(page)
    page.check("[name=RES3][value='1']")
    page.click("[data-lang=ru]")
    page.reload()
    assert page.locator("html").get_attribute("lang") == "ru"
    assert "2 из 11" in page.locator("#resume").inner_text()
    assert not page.locator("#start").is_visible()
    page.click("#continue")
    assert current(page) == "RES"
    assert page.is_checked("[name=RES3][value='1']") and page.is_checked("[name=BG1][value='2']")
    assert page.input_value("#respondent") == given


def test_clearing_leaves_nothing_behind(visit, form):
    page = visit(form)
    page.click("#start")
    page.check("[name=BG1][value='2']")
    page.reload()
    given = page.evaluate("JSON.parse(localStorage.getItem(Object.keys(localStorage)[0])).respondent")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("#restart")
    assert page.evaluate("localStorage.length") == 1
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("#restart")
    assert page.evaluate("localStorage.length") == 0
    assert page.input_value("#respondent") != given
    page.click("#start")
    assert page.locator("input:checked").count() == 0


def test_answers_of_another_version_or_person_are_not_mixed(visit, form):
    page = visit(form, "?lang=en&id=a")
    page.click("#start")
    page.check("[name=BG1][value='2']")
    page.goto(page.url.split("?")[0] + "?lang=en&id=b")
    assert page.locator("#start").is_visible()
    page.goto(page.url.split("?")[0] + "?lang=en&id=a")
    assert page.locator("#continue").is_visible()


def test_open_questions_are_named_once_and_may_stay_open(visit, form):
    page = visit(form)
    page.click("#start")
    plant(page, {"BG1": 1, "BG2": "about ten", "RES1": 3, "RES2": 3, "RES3": 3, "SAT1": 3, "IMP1": 3})
    onward(page)
    assert current(page) == "review"
    named = [link.get_attribute("href") for link in page.locator("#review a").all()]
    assert named == ["#q-BG2", "#q-CHK1", "#q-NPS1"]
    page.locator("#review a").nth(1).click()
    assert current(page) == "RES"
    assert page.evaluate("document.activeElement.name") == "CHK1"
    onward(page)
    onward(page)
    assert current(page) == "closing"
    answers = json.loads(saved(page, "json").decode("utf-8"))["answers"]
    assert answers == {"BG1": 1, "BG2": "about ten", "RES1": 3, "RES2": 3, "RES3": 3, "SAT1": 3, "IMP1": 3}
    cells = next(csv.DictReader(io.StringIO(saved(page, "csv").decode("utf-8-sig"), newline="")))
    assert (cells["CHK1"], cells["NPS1"], cells["OPEN1"]) == ("", "", "")


def test_an_answer_can_be_taken_back(visit, form):
    page = visit(form)
    page.click("#start")
    page.click("[name=BG1][value='2']")
    page.locator("#q-BG1 .clear").click()
    assert page.locator("#q-BG1 input:checked").count() == 0
    assert page.locator("#progress-words").inner_text() == "0 of 11 answered"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("12", 12),
        (" 3,5 ", 3.5),
        ("１２", 12),
        ("1 250", 1250),
        ("-4", -4),
        ("0.125", 0.125),
        ("12,500", "12,500"),
        ("1.250", "1.250"),
        ("12345678901234567890", "12345678901234567890"),
        ("=1+1", "=1+1"),
    ],
)
def test_a_number_is_kept_only_where_it_is_beyond_doubt(visit, form, typed, kept):
    page = visit(form)
    page.click("#start")
    page.fill("[name=BG2]", typed)
    page.locator("[name=BG2]").blur()
    assert page.locator("#h-BG2").is_visible() == isinstance(kept, str)
    assert page.locator("[name=BG2]").get_attribute("aria-invalid") == str(isinstance(kept, str)).lower()
    for _ in range(3):
        onward(page)
    page.locator("[data-go=done]").click()
    assert json.loads(saved(page, "json").decode("utf-8"))["answers"] == {"BG2": kept}
    cells = next(csv.DictReader(io.StringIO(saved(page, "csv").decode("utf-8-sig"), newline="")))
    assert cells["BG2"] == str(kept)


def test_the_browsers_own_back_button_goes_back_a_section(visit, form):
    page = visit(form)
    page.click("#start")
    onward(page)
    assert current(page) == "RES"
    page.go_back()
    assert current(page) == "BG"


CUT_OFF = """() => Array.from(document.querySelectorAll(
    ".step.current .words, .step.current legend, .step.current .ends > span, h1, h2, button"))
  .filter((e) => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1).map((e) => e.textContent)"""


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
@pytest.mark.parametrize("viewport", [PHONE, {"width": 320, "height": 640}, {"width": 600, "height": 900}, DESKTOP])
def test_nothing_is_wider_than_the_screen(visit, form, lang, viewport):
    page = visit(form, f"?lang={lang}", viewport)
    page.click("#start")
    for step in (*form.sections, "review", "closing"):
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], step
        assert page.evaluate(CUT_OFF) == [], step
        if step != "closing":
            onward(page)


def test_answers_are_large_targets_stacked_on_a_phone(visit, form):
    page = visit(form, "?lang=en", PHONE)
    page.click("#start")
    onward(page)
    boxes = [box.bounding_box() for box in page.locator("#q-RES1 .options .option").all()]
    assert all(box["height"] >= 44 and box["width"] >= 250 for box in boxes)
    assert [box["y"] for box in boxes] == sorted({box["y"] for box in boxes})
    onward(page)
    narrow = [box.bounding_box() for box in page.locator("#q-NPS1 .options .option").all()]
    assert len({box["y"] for box in narrow}) == 1
    assert all(box["width"] >= 24 and box["height"] >= 44 for box in narrow)


def axe_faults(page) -> list[str]:
    found = Axe().run(page, options=AXE)
    return [f"{fault['id']}: {node['html']}" for fault in found.response["violations"] for node in fault["nodes"]]


def axe_everywhere(page, steps: int) -> None:
    assert axe_faults(page) == []
    page.click("#start")
    for _ in range(steps):
        ticked = page.locator(".step.current .item input[type=radio]")
        if ticked.count():
            ticked.first.click()
        assert axe_faults(page) == []
        onward(page)
    if current(page) == "review":
        assert axe_faults(page) == []
        onward(page)
    assert current(page) == "closing"
    assert axe_faults(page) == []


@pytest.mark.parametrize(
    ("lang", "viewport"),
    [("en", DESKTOP), ("zh", DESKTOP), ("zh", PHONE), ("ru", PHONE)],
    ids=["en-desktop", "zh-desktop", "zh-phone", "ru-phone"],
)
def test_axe_finds_no_fault_on_any_step(visit, form, lang, viewport):
    axe_everywhere(visit(form, f"?lang={lang}", viewport), len(form.sections))


def test_each_question_is_announced_with_its_full_wording(visit, form):
    page = visit(form)
    page.click("#start")
    onward(page)
    group = page.get_by_role("group", name=re.compile(re.escape(form.wording("RES2", "en"))))
    labels = [form.scale("RES2").label(value, "en") for value in (1, 2, 3, 4, 5, 99)]
    assert [radio.evaluate("e => e.labels[0].innerText") for radio in group.get_by_role("radio").all()] == labels
    onward(page)
    assert page.get_by_role("radio", name="10 Extremely likely").count() == 1


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_printed_it_is_the_whole_paper_form(visit, form, lang):
    page = visit(form, f"?lang={lang}")
    page.emulate_media(media="print")
    for item in form.items:
        box = page.locator(f"#q-{item.code}")
        assert box.is_visible()
        assert form.wording(item, lang) in box.inner_text() and item.code in box.inner_text()
        assert all(radio.is_visible() for radio in box.locator("input").all())
    assert page.locator("button:visible").count() == 0
    assert not page.locator("[data-step=review]").is_visible()
    assert page.locator("footer").inner_text() == f"small_form · 1.0 · {form.fingerprint[:12]}"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_without_scripts_the_first_language_stands_there_whole(browser, form, tmp_path):
    from surveykit.exports.write import export

    context = browser.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(export(form, "html", tmp_path / "noscript.html").as_uri())
        assert all(page.locator(f"#q-{item.code}").is_visible() for item in form.items)
        assert page.locator("button:visible").count() == 0
        assert "Print the page" in page.locator("noscript").inner_text()
    finally:
        context.close()


def test_hostile_texts_do_nothing(visit, tmp_path):
    form = hostile_form(tmp_path / "hostile")
    page = visit(form)
    page.click("#start")
    assert page.locator("[data-step=BG] h2").inner_text() == HOSTILE
    onward(page)
    assert page.locator("#q-RES3 .wording").evaluate("e => e.textContent") == HOSTILE
    page.click("[data-lang=zh]")
    page.click("[data-lang=en]")
    assert page.locator("#q-RES3 .wording").evaluate("e => e.textContent") == HOSTILE
    onward(page)
    onward(page)
    assert page.locator("#review a", has_text="pwned").evaluate("e => e.textContent") == HOSTILE
    assert page.evaluate("window.pwned") is None


def test_it_works_where_the_browser_keeps_nothing(visit, form):
    page = visit(form)
    html = page.evaluate("document.documentElement.outerHTML")
    page.goto("about:blank")
    page.evaluate(
        """html => { const frame = document.createElement("iframe"); frame.sandbox = "allow-scripts";
        frame.srcdoc = "<!DOCTYPE html>" + html; document.body.append(frame); }""",
        html,
    )
    frame = page.frame_locator("iframe")
    assert "does not keep answers" in frame.locator("#kept").inner_text()
    frame.locator("#start").click()
    frame.locator("[name=BG1][value='2']").check()
    frame.locator(".step.current > .moves .first").click()
    frame.locator(".step.current [data-go=back]").click()
    assert frame.locator("#progress-words").inner_text() == "1 of 11 answered"


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_forms_fit_a_phone_and_pass_axe(visit, name):
    form = load_questionnaire(home() / "questionnaires" / "forms" / f"{name}.yaml")
    page = visit(form, "?lang=ru", PHONE)
    page.click("#start")
    page.evaluate("document.querySelectorAll('.step').forEach((step) => step.classList.add('current'))")
    assert axe_faults(page) == []
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
