"""What was asked, and what the answers were like before anything was computed."""

from __future__ import annotations

import pandas as pd

from surveykit.reports.document import Block, Caution, Grid, Paragraph, Points
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say

SMALL_BASE = 30


def instrument(result: StudyResult, say: Say) -> list[Block]:
    """The questionnaire: dimensions, items, scales and keying."""
    questionnaire = result.study.questionnaire
    lang, write = say.lang, say.write
    rows = []
    for item in questionnaire.items:
        scale = questionnaire.scale(item)
        ends = ""
        if scale is not None:
            ends = f"{scale.low} {scale.label(scale.low, lang)} … {scale.high} {scale.label(scale.high, lang)}"
        rows.append(
            (
                item.code,
                questionnaire.dimension(item.dimension).name[lang],
                questionnaire.wording(item, lang),
                ends,
                "" if item.kind != "rating" else "+" if item.keyed == 1 else "−",
            )
        )
    headings = ["code", "dimension", "item", "scale", "keyed"]
    table = pd.DataFrame(rows, columns=[_heading(name, say) for name in headings])
    reversed_items = sum(item.keyed == -1 for item in questionnaire.items)
    words = say.text(
        "report.instrument_words",
        items=write.count(len(questionnaire.items)),
        dimensions=write.count(sum(d.role in ("driver", "outcome") for d in questionnaire.dimensions)),
        reversed=write.count(reversed_items),
        version=questionnaire.version,
        n=len(questionnaire.items),
    )
    caption = say.text("report.instrument_table")
    return [Paragraph(words), Grid.of(table, caption, say.text("report.keyed_note"), folded=True)]


def _heading(name: str, say: Say) -> str:
    return say.text("report.code") if name == "code" else say.write.label(name)


def data_check(result: StudyResult, say: Say) -> list[Block]:
    """What was read, what was missing, who failed the attention check, which rows are alike."""
    write, lang = say.write, say.lang
    blocks: list[Block] = []
    if result.n < SMALL_BASE:
        blocks.append(Caution(say.text("report.small_base", n=write.count(result.n), limit=write.count(SMALL_BASE))))
    points = [say.text("report.rows_read", rows=write.count(result.n), n=result.n)]
    for item, failed, answered in result.attention:
        points.append(
            say.text("report.attention", item=item, failed=write.count(failed), answered=write.count(answered))
        )
    points.append(
        say.text("report.duplicates", count=write.count(result.duplicates))
        if result.duplicates
        else say.text("report.no_duplicates")
    )
    points += [
        f"{problem.place}: {problem.message(lang)}" if problem.place else problem.message(lang)
        for problem in result.reading
    ]
    blocks.append(Points(tuple(points)))
    return blocks
