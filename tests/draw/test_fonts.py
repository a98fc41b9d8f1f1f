from __future__ import annotations

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from conftest import LANGUAGES, NAMES, drawn

from surveykit.draw import fonts
from surveykit.draw.intervals import dot_intervals
from surveykit.draw.style import png, svg
from surveykit.errors import SurveykitError

ALONE = """
import hashlib, sys, warnings
from matplotlib import font_manager
assert not [f for f in font_manager.fontManager.ttflist if "matplotlib" not in f.fname], "system fonts were found"
warnings.simplefilter("error")
sys.path.insert(0, sys.argv[1])
from conftest import LANGUAGES, drawn
from surveykit.draw.style import svg
for lang in LANGUAGES:
    for name in ("likert-split", "reliability", "nps"):
        print(lang, name, hashlib.sha256(svg(drawn(lang, name), "t", "f").encode()).hexdigest())
"""
NO_SYSTEM_FONTS = "import matplotlib.font_manager as f; f.findSystemFonts = lambda *a, **k: []; f._load_fontmanager"


def test_other_process_without_system_fonts_or_cache_gives_equal_bytes(tmp_path):
    """A fresh matplotlib configuration folder, a machine without fonts, warnings as errors."""
    (tmp_path / "site").mkdir()
    blind = (
        "import sys\n"
        "import matplotlib.font_manager as manager\n"
        "manager.fontManager.ttflist = [f for f in manager.fontManager.ttflist if 'mpl-data' in f.fname]\n"
    )
    here = Path(__file__).parent
    code = blind + ALONE.replace('"matplotlib" not in', '"mpl-data" not in')
    home = os.pathsep.join([str(here.parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "MPLCONFIGDIR": str(tmp_path), "PYTHONPATH": home, "PYTHONHASHSEED": "5"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(here)], capture_output=True, text=True, encoding="utf-8", env=environment,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    import hashlib

    for line in done.stdout.splitlines():
        lang, name, digest = line.split()
        assert hashlib.sha256(svg(drawn(lang, name), "t", "f").encode()).hexdigest() == digest, (lang, name)
    assert len(done.stdout.splitlines()) == 3 * len(LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_no_glyph_is_missing(lang, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png(drawn(lang, name), 60)


def test_a_stale_font_list_is_mended():
    from matplotlib.font_manager import fontManager

    fontManager.ttflist = [entry for entry in fontManager.ttflist if entry.name not in (fonts.HAN, fonts.LATIN)]
    fonts.register()
    fonts.register()
    assert [entry.name for entry in fontManager.ttflist].count(fonts.HAN) == 1


def test_what_no_face_can_draw_is_shown_as_replaced_and_never_crashes():
    label = "很好 😀👍🏽 \u200dप्रश्न\ufeff \x00 $5 and $6 \\alpha"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png(dot_intervals([label], [1.0], [0.0], [2.0], title=label), 60)
    assert fonts.printable("好😀a\x07b\ufeffc") == "好\ufffda bc"


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
