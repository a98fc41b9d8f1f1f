"""The sections that show results: scores, items, measurement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from surveykit.analyse.items import ItemDescription
from surveykit.analyse.reliability import WEAK
from surveykit.language import term
from surveykit.reports.document import Block, Caution, Grid, Paragraph, Picture
from surveykit.reports.outcome import StudyResult
from surveykit.result import Result, Writer, formatted


@dataclass(frozen=True, slots=True)
class Say:
    """Writes blocks of one report in one language."""

    result: StudyResult
    lang: str

    @property
    def write(self) -> Writer:
        """Words and numbers in this language, with the study's names."""
        return Writer.of(self.lang, None, self.result.names)

    def text(self, key: str, **values: Any) -> str:
        """A catalogue text."""
        return self.write.say(key, **values)

    def picture(self, found: Result, name: str, caption: str, **style: Any) -> Picture:
        """A result's figure; its alternative text is what the result says in words."""
        return Picture(found.plot(self.lang, **style), name, caption, f"{caption}. {found.narrate(self.lang)}")

    def grid(self, found: Result, caption: str, note: str = "", folded: bool = False) -> Grid:
        """A result's table for people."""
        return Grid.of(formatted(found, self.lang), caption, note, folded)

    def weak_among(self, constructs: list[str]) -> str:
        """The constructs of this list whose scales are unreliable, named with their coefficient."""
        reliability = self.result.reliability
        if reliability is None:
            return ""
        best, weak = reliability.best(), reliability.weak()
        write = self.write
        return write.say("list.comma").join(
            write.say("report.weak_scale", name=write.name(code), value=write.number(best[code], "bounded"))
            for code in constructs
            if code in weak
        )

    def caution(self, constructs: list[str]) -> list[Block]:
        """A caution naming the unreliable scales among these constructs."""
        named = self.weak_among(constructs)
        if not named:
            return []
        limit = self.write.number(WEAK, "bounded")
        return [Caution(self.text("report.weak_caution", named=named, limit=limit))]


def scores(result: StudyResult, say: Say) -> list[Block]:
    """Mean and POMP of every scale."""
    found = result.results.get("scores")
    if found is None:
        return []
    used = list(dict.fromkeys(found.table["scale"]))
    return [
        Paragraph(found.narrate(say.lang)),
        say.picture(found, "scores", say.text("report.scores_figure")),
        *say.caution(used),
        say.grid(found, say.text("report.scores_table"), say.text("report.pomp_note"), folded=True),
        *_single_questions(result, say),
    ]


def _single_questions(result: StudyResult, say: Say) -> list[Block]:
    blocks: list[Block] = []
    for name, found in result.results.items():
        if found.kind in ("nps", "ces"):
            blocks += [Paragraph(found.narrate(say.lang))]
            if found.n:
                caption = term(found.kind).label[say.lang]
                blocks += [say.picture(found, name.replace(" ", "-"), caption)]
    return blocks


def items(result: StudyResult, say: Say) -> list[Block]:
    """Likert bars dimension by dimension, and the whole table."""
    found = result.results.get("items")
    if not isinstance(found, ItemDescription):
        return []
    blocks: list[Block] = [Paragraph(found.narrate(say.lang))]
    for dimension in result.study.questionnaire.dimensions:
        ends = {}
        for item in dimension.items:
            if item.code in found.counts:
                scale = found.scale_of[item.code]
                ends.setdefault(found.limits[scale], []).append(item.code)
        for number, codes in enumerate(ends.values()):
            caption = say.text("report.items_figure", dimension=dimension.name[say.lang])
            name = f"items-{dimension.code}-{number}"
            blocks.append(say.picture(found, name, caption, items=codes))
    blocks.append(say.grid(found, say.text("report.items_table"), folded=True))
    return blocks


def measurement(result: StudyResult, say: Say) -> list[Block]:
    """Reliability of every scale and its items."""
    found = result.reliability
    if found is None:
        return []
    table = found.items
    write = say.write
    shown = ["item", "keyed", "mean", "sd", "item_rest_r", "alpha_if_deleted", "loading"]
    columns = {
        write.label(column): [
            write.name(value) if column == "item" else write.number(value, term(column).kind) for value in table[column]
        ]
        for column in shown
    }
    table = type(table)(columns)
    return [
        Paragraph(found.narrate(say.lang)),
        say.picture(found, "reliability", say.text("report.reliability_figure")),
        say.grid(found, say.text("report.reliability_table"), folded=True),
        Grid.of(table, say.text("report.reliability_items"), say.text("report.reliability_items_note"), True),
        *_apart(result, say),
    ]


def _apart(result: StudyResult, say: Say) -> list[Block]:
    """Whether the constructs are shown to differ."""
    found = result.results.get("validity")
    if found is None:
        return []
    return [
        Paragraph(found.narrate(say.lang)),
        say.picture(found, "validity", say.text("report.validity_figure")),
        say.grid(found, say.text("report.validity_table"), folded=True),
    ]
