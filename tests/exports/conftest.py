from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from surveykit.exports.write import export
from surveykit.spec.questionnaire import Questionnaire
from tests.browser import chromium
from tests.exports.forms import small_form

DESKTOP = {"width": 1200, "height": 900}
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def form(tmp_path: Path) -> Questionnaire:
    return small_form(tmp_path / "project")


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with chromium() as running:
        yield running


@pytest.fixture
def visit(browser, tmp_path: Path) -> Iterator[Callable]:
    """Opens a page in a fresh browser profile; afterwards no page may have asked the network or reported a fault."""
    contexts, requests, faults = [], [], []

    def open_page(questionnaire: Questionnaire, query: str = "?lang=en", viewport: dict[str, int] = DESKTOP):
        file = export(questionnaire, "html", tmp_path / f"page{len(contexts)}.html")
        context = browser.new_context(viewport=viewport, accept_downloads=True, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
        page.goto(file.as_uri() + query)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [url for url in requests if not url.startswith(("file:", "blob:", "data:"))] == []
    assert faults == []
