"""The figures of docs/comments.md are what the rules reach on held-out texts."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.analyse.comments.coding import coded
from surveykit.analyse.comments.polarity import polarity
from surveykit.spec.coding_frame import load_coding_frame
from surveykit.stats.intervals import wilson

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT.parent / "shared" / "data"
HAND = json.loads((ROOT / "tests" / "oracle" / "comments" / "themes.json").read_text(encoding="utf-8"))
SETS = {
    "zh": ("hotel_reviews_zh/ChnSentiCorp_htl_all.csv", "review"),
    "ru": ("bank_tweets_ru/tweets.csv", "text"),
}
PAGE = (ROOT / "docs" / "comments.md").read_text(encoding="utf-8")
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="needs the data sets of ../shared, which are not shipped")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def held_out(lang: str) -> pd.DataFrame:
    name, column = SETS[lang]
    data = pd.read_csv(DATA / name).dropna().rename(columns={column: "text"})
    return data[[int(digest(text), 16) % 2 == 1 for text in data["text"]]]


def written(share: float, low: float, high: float, digits: int = 3) -> str:
    return f"{share:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]".replace("0.", ".")


@pytest.mark.parametrize(("lang", "classes"), [("zh", {1: 1, 0: -1}), ("ru", {1: 1, 0: 0, -1: -1})])
def test_polarity(lang, classes):
    data = held_out(lang)
    label = data["label"].map(classes).to_numpy()
    sign = polarity(list(data["text"]), [lang] * len(data)).sign
    for own in classes.values():
        right = int(((sign == own) & (label == own)).sum())
        said, true = int((sign == own).sum()), int((label == own).sum())
        shares = (written(right / base, *wilson(right, base)) for base in (said, true))
        assert f"| {true:,} | {' | '.join(shares)} |" in PAGE
    assert f"{(sign == label).mean():.3f}".lstrip("0") in PAGE


@pytest.mark.parametrize("lang", list(SETS))
def test_categories(lang):
    frame = load_coding_frame("service")
    texts = {digest(text)[:16]: text for text in held_out(lang)["text"]}
    codes = [each.code for each in frame.categories]
    found = coded(frame, [texts[key] for key in HAND[lang]], [lang] * len(HAND[lang]))
    hand = np.array([[code in own for code in codes] for own in HAND[lang].values()])
    agreed = int((found & hand).sum())
    row = " | ".join(
        written(agreed / size, *wilson(agreed, size), digits=2) for size in (int(found.sum()), int(hand.sum()))
    )
    assert f"| {row} |" in PAGE
    assert f"({int(hand.sum())} codes)" in PAGE
