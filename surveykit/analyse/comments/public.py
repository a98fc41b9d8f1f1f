"""`comments`: open answers coded by the keywords of a frame, with their tone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.comments.coding import coded
from surveykit.analyse.comments.counting import theme_rows
from surveykit.analyse.comments.polarity import polarity
from surveykit.analyse.comments.result import CodedComments
from surveykit.analyse.comments.texts import Comments, comments_of
from surveykit.analyse.customer_rows import between
from surveykit.analyse.frames import answer_names
from surveykit.engine.memory import MemoryEngine
from surveykit.errors import Problem
from surveykit.responses.masking import mask_personal
from surveykit.result import Provenance
from surveykit.spec.coding_frame import CodingFrame, load_coding_frame


def comments(
    data: Any,
    text: str | Sequence[str] | None = None,
    frame: CodingFrame | str | Path = "service",
    *,
    lang: str | None = None,
    by: str | None = None,
    min_base: int = 10,
    conf_level: float = 0.95,
) -> CodedComments:
    """Code comments by rules: the categories of a frame, and whether they praise or blame.

    `data`: a table or Responses with a column `text` (or several, stacked), a Series or a list of texts. `frame`: a
    coding frame, its shipped name or its file. `lang`: "zh", "en", "ru", a column that says so, or None (the letters
    tell). `by`: a column of groups; those under `min_base` comments are withheld. Share = comments of a category /
    comments that say something, Wilson interval; a comment may be in several categories. Balance = (positive -
    negative) x 100 / comments, adjusted Wald (as NPS). Blank answers and such as "none" are counted and left out. No
    comment: NaN and a Problem. Personal data are masked in `.coded`. How well the rules agree with readers:
    docs/comments.md. Errors: unknown column, numbers instead of texts, an unreadable frame. In R:
    `prop.test(x, n, correct = FALSE)` for the shares.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    book = frame if isinstance(frame, CodingFrame) else load_coding_frame(frame)
    found = comments_of(data, text, lang, by)
    marks = coded(book, found.texts, found.langs)
    tone = polarity(found.texts, found.langs)
    codes = tuple(each.code for each in book.categories)
    rows = pd.DataFrame(theme_rows(marks, tone.sign, codes, conf_level)).assign(group="all")
    parts, problems = [rows], [*found.problems, *_unread(book, found)]
    for group in sorted(set(found.group) - {"", "all"}) if by else ():
        own = found.group == group
        if own.sum() < min_base:
            place = f"column {by}"
            problems.append(Problem.of("COMMENTS-SMALL", place, "note", group=group, n=int(own.sum()), least=min_base))
            continue
        parts.append(pd.DataFrame(theme_rows(marks[own], tone.sign[own], codes, conf_level)).assign(group=group))
    table = pd.DataFrame(
        {"comment": found.row, "text": _masked(found), "lang": found.langs, "polarity": tone.sign, "group": found.group}
    )
    names = {each.code: dict(each.name.root) for each in book.categories}
    return CodedComments(
        n=len(found.texts),
        rows=pd.concat(parts, ignore_index=True),
        coded=pd.concat([table, pd.DataFrame(marks.astype(int), columns=list(codes))], axis=1),
        frame_code=book.code,
        conf_level=conf_level,
        problems=tuple(problems),
        names={**(answer_names(data, by) if by else {}), **names, book.code: dict(book.title.root)},
        provenance=Provenance.of(
            "comments",
            data=MemoryEngine(pd.DataFrame({"text": list(found.texts), "group": found.group})).fingerprint,
            spec=book.fingerprint,
            lang=lang,
            by=by,
            min_base=min_base,
            conf_level=conf_level,
        ),
    )


def _masked(found: Comments) -> list[str]:
    """The texts with personal data hidden, in the language of each."""
    texts = np.array(found.texts, dtype=object)
    langs = np.array([lang or "en" for lang in found.langs], dtype=object)
    for lang in set(langs):
        texts[langs == lang] = mask_personal(texts[langs == lang], str(lang))[0]
    return [str(text) for text in texts]


def _unread(book: CodingFrame, found: Comments) -> list[Problem]:
    """Comments that no keyword can reach: of no known language, or of one that the frame does not speak."""
    problems = []
    for lang in sorted(set(found.langs)):
        count = found.langs.count(lang)
        if not lang:
            problems.append(Problem.of("COMMENTS-UNKNOWN", "", "note", count=count))
        elif not any(each.keywords.get(lang) for each in book.categories):
            problems.append(Problem.of("COMMENTS-FRAMELANG", "", "warning", count=count, lang=lang))
    return problems
