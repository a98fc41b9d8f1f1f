"""The section on what customers write: themes and tone, words of the dissatisfied, and quotes."""

from __future__ import annotations

from surveykit.analyse.comments.quotes import quotes
from surveykit.analyse.comments.result import CodedComments
from surveykit.reports.document import Block, Paragraph, Points
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say

QUOTED = 3


def comments(result: StudyResult, say: Say) -> list[Block]:
    """Themes and tone, what is named together, words of the dissatisfied, and a few masked quotes."""
    blocks: list[Block] = []
    for name in ("comments", "keyness", "co_occurrence"):
        found = result.results.get(name)
        if found is not None:
            title = say.text(f"report.{name}_of")
            blocks.append(Paragraph(found.narrate(say.lang)))
            if found.n and len(found.table):
                blocks += [say.picture(found, name, title), say.grid(found, title, folded=True)]
    coded = result.results.get("comments")
    if isinstance(coded, CodedComments) and coded.n:
        blocks += _quoted(coded, result, say)
    return blocks


def _quoted(coded: CodedComments, result: StudyResult, say: Say) -> list[Block]:
    plan = result.study.comments
    count = plan.quotes if plan else 0
    told: list[str] = []
    own = coded.table
    own = own[(own["measure"] == "theme_share") & (own["group"] == "all") & (own["estimate"] > 0)]
    for code in own.sort_values("estimate", ascending=False, kind="stable")["category"].head(QUOTED):
        for tone in (-1, 1):
            same = quotes(coded, str(code), tone, count, lang=say.lang)
            found = same if len(same) else quotes(coded, str(code), tone, count)
            label = say.text("comments.negative" if tone < 0 else "comments.positive")
            told += [
                say.text("report.quote", name=coded.names[str(code)][say.lang], tone=label, text=text)
                for text in found["text"]
            ]
    return [Paragraph(say.text("report.quotes")), Points(tuple(told))] if told else []
