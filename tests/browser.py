"""Finds a Chromium for the tests that drive a browser, and starts it so that it keeps to the page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOWTO = "no Chromium found: install one (`playwright install chromium`) or name it in SURVEYKIT_CHROMIUM"


def chromium_path(playwright) -> str | None:
    """The Chromium to use: SURVEYKIT_CHROMIUM, else one on the PATH, else playwright's own."""
    if named := os.environ.get("SURVEYKIT_CHROMIUM"):
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@contextmanager
def chromium() -> Iterator:
    """A running Chromium; skips the test where there is none, fails it where CI is set."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _without("playwright is not installed: `pip install surveykit[test]`")
    with sync_playwright() as playwright:
        path = chromium_path(playwright)
        if path is None:
            _without(HOWTO)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _without(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
