"""Comments worth quoting: masked, of a category and tone, no two alike."""

from __future__ import annotations

import difflib
import re

import numpy as np
import pandas as pd

from surveykit.analyse.comments.result import CodedComments
from surveykit.errors import SurveykitError

LONGEST, SHORTEST, ALIKE = 160, 6, 0.75
SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")


def quotes(
    found: CodedComments,
    category: str | None = None,
    polarity: int | None = None,
    n: int = 5,
    *,
    lang: str | None = None,
    seed: int = 1,
) -> pd.DataFrame:
    """A few comments to quote, with personal data masked: comment (row), lang, polarity, text.

    Of a `category` and a `polarity` (-1, 0, 1) where given, in an order drawn by `seed`; long ones are cut after a
    sentence (160 characters), nothing shorter than six letters, and none that is nearly one already chosen. They
    illustrate and prove nothing: their number says nothing about how common a view is. Errors: an unknown category.
    """
    if category is not None and category not in found.categories:
        known = ", ".join(found.categories)
        raise SurveykitError.of("COMMENTS-CATEGORY", found=str(category), known=known)
    if polarity not in (None, -1, 0, 1):
        raise SurveykitError.of("COMMENTS-POLARITY", found=str(polarity))
    own = found.coded
    if category is not None:
        own = own[own[category] == 1]
    if polarity is not None:
        own = own[own["polarity"] == polarity]
    if lang is not None:
        own = own[own["lang"] == lang]
    chosen: list[int] = []
    texts: list[str] = []
    for at in np.random.default_rng(seed).permutation(len(own)):
        if len(chosen) == n:
            break
        text = shortened(str(own["text"].iloc[at]))
        if len(text) >= SHORTEST and not any(_alike(text, other) for other in texts):
            chosen.append(int(at))
            texts.append(text)
    return own.iloc[chosen][["comment", "lang", "polarity"]].assign(text=texts).reset_index(drop=True)


def shortened(text: str, longest: int = LONGEST) -> str:
    """A text up to the last sentence that fits, or up to a word, with an ellipsis where something was cut."""
    flat = " ".join(text.split())
    if len(flat) <= longest:
        return flat
    kept = ""
    for sentence in SENTENCE.findall(flat):
        if len(kept) + len(sentence) > longest:
            break
        kept += sentence
    if len(kept) < SHORTEST:
        kept = flat[:longest].rsplit(" ", 1)[0]
    return f"{kept.strip()} …"


def _alike(one: str, other: str) -> bool:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).quick_ratio() > ALIKE and (
        difflib.SequenceMatcher(None, one, other, autojunk=False).ratio() > ALIKE
    )
