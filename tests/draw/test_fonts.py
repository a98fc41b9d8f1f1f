from __future__ import annotations

import os
import subprocess
import sys
import warnings
from hashlib import sha256
from pathlib import Path

import pytest
from matplotlib.font_manager import fontManager

from surveykit.draw import fonts
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.style import png, svg
from surveykit.errors import SurveykitError
from tests.draw.cases import LANGUAGES, NAMES, drawn

RENDERED = tuple((lang, name) for lang in LANGUAGES for name in ("likert-split", "reliability", "nps"))
BLIND = """
import warnings
import matplotlib.font_manager as manager
manager.fontManager.ttflist = []
warnings.simplefilter("error")
from tests.draw.test_fonts import RENDERED, digest
for lang, name in RENDERED:
    print(digest(lang, name))
assert {entry.name for entry in manager.fontManager.ttflist} == {"DejaVu Sans", "Noto Sans SC"}
"""


def digest(lang: str, name: str) -> str:
    return sha256(svg(drawn(lang, name), "t", "f").encode("utf-8")).hexdigest()


def test_other_process_without_system_fonts_or_cache_gives_equal_bytes(tmp_path):
    """A fresh matplotlib folder, an empty font list, another hash seed, warnings as errors."""
    home = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path), "PYTHONPATH": home, "PYTHONHASHSEED": "5"}
    done = subprocess.run(
        [sys.executable, "-c", BLIND],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [digest(lang, name) for lang, name in RENDERED]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_glyph_is_missing(lang, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png(drawn(lang, name), 60)


def test_a_stale_font_list_is_mended():
    fontManager.ttflist = [
        entry for entry in fontManager.ttflist if entry.name not in (fonts.HAN, fonts.LATIN)
    ]
    fonts.register()
    fonts.register()
    assert [entry.name for entry in fontManager.ttflist].count(fonts.HAN) == 1


def test_what_no_face_can_draw_is_shown_as_replaced_and_never_crashes():
    label = "很好 😀\U0001f9e0👍🏽 \u200dप्रश्न\ufeff \x00 $5 and $6 \\alpha"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png(dot_intervals([label], [1.0], [0.0], [2.0], title=label), 60)
    assert fonts.printable("好\U0001f9e0a\x07b\ufeffc") == "好\ufffda bc"


@pytest.mark.parametrize("text", ["满意度 α–ω «да» №5 ± ≥ −0,5 ’“”…", "Ёё Ğğ é ß €"])
def test_ordinary_text_is_left_alone(text):
    assert fonts.printable(text) == text


def test_font_order_follows_the_script():
    assert fonts.families(["Trust", "满意"])[0] == fonts.HAN
    assert fonts.families(["Trust", "Доверие “α”"])[0] == fonts.LATIN


def test_a_missing_font_package_says_what_to_do(monkeypatch):
    monkeypatch.setattr(fonts, "FILE", "absent.otf")
    with pytest.raises(SurveykitError) as caught:
        fonts.han_path()
    assert caught.value.problems[0].code == "DRAW-FONT"
    assert "pip install pylopdf-fonts-zh-cn" in str(caught.value)
