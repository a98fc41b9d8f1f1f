"""Examples of coded comments for the contract test."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

import surveykit as sk
from surveykit.analyse.comments.sheets import Coding
from surveykit.result import Result
from tests.analyse.comments.small import COMMENTS

FRAME = sk.load_coding_frame("service")
CODES = tuple(each.code for each in FRAME.categories)


def _coding(rows: int) -> Coding:
    """Two coders who differ on a few marks."""
    rng = np.random.default_rng(5)
    first = (rng.random((rows, len(CODES))) < 0.3).astype(float)
    second = np.where(rng.random(first.shape) < 0.1, 1 - first, first)
    tone = rng.integers(-1, 2, size=(2, rows)).astype(float)
    return Coding(
        coders=("A", "B"),
        comments=tuple(range(1, rows + 1)),
        codes=CODES,
        marks=np.stack([first, second]),
        polarity=tone,
        frame=FRAME,
        problems=(),
    )


def _pairs(rows: int) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    before = rng.integers(1, 6, rows).astype(float)
    return pd.DataFrame(
        {"before": before, "after": before + rng.integers(-1, 3, rows), "group": ["a", "b"] * (rows // 2)}
    )


TOLD = pd.concat([COMMENTS] * 6, ignore_index=True).assign(score=lambda f: f.index % 5 + 1)

EXAMPLES: dict[str, Callable[[], Result]] = {
    "comments": lambda: sk.comments(COMMENTS, "text"),
    "comments by group": lambda: sk.comments(COMMENTS, "text", by="group", min_base=4),
    "comments of nobody": lambda: sk.comments(COMMENTS.head(0), "text"),
    "comments that say nothing": lambda: sk.comments(["", "none", "无"]),
    "keyness": lambda: sk.keyness(TOLD, "text", "group", "a"),
    "keyness by score": lambda: sk.keyness(TOLD, "text", "score", cut=3),
    "keyness of rare words": lambda: sk.keyness(TOLD, "text", "group", "a", min_count=1000),
    "co-occurrence": lambda: sk.co_occurrence(sk.comments(TOLD, "text")),
    "co-occurrence of nothing": lambda: sk.co_occurrence(sk.comments([""])),
    "agreement of coders": lambda: sk.coder_agreement(_coding(40), n_boot=200),
    "agreement of coders on nothing": lambda: sk.coder_agreement(_coding(0), n_boot=200),
    "accuracy of coding": lambda: sk.coding_accuracy(_coding(40), sk.comments(TOLD, "text")),
    "accuracy of no coding": lambda: sk.coding_accuracy(_coding(0), sk.comments(TOLD, "text")),
    "before and after": lambda: sk.before_after(_pairs(40), "before", "after"),
    "before and after by group": lambda: sk.before_after(_pairs(40), "before", "after", "group"),
    "before and after the same": lambda: sk.before_after(_pairs(20).assign(after=3.0, before=3.0), "before", "after"),
    "before and after of nobody": lambda: sk.before_after(_pairs(40).head(0), "before", "after"),
}
