"""The sections on what goes with satisfaction and loyalty: regressions, weights, paths, priorities, groups."""

from __future__ import annotations

from surveykit.reports.document import Block, Paragraph
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say
from surveykit.result import Result


def drivers(result: StudyResult, say: Say) -> list[Block]:
    """Outcome by outcome: the weights of its drivers, its regression, and what runs by way of satisfaction."""
    blocks: list[Block] = []
    for name, found in result.results.items():
        kind, _, outcome = name.partition(" ")
        if kind == "regression":
            blocks += _regression(found, outcome, say)
        elif kind in ("importance", "mediation"):
            title = say.text(f"report.{kind}_of", outcome=say.write.name(outcome))
            blocks += [
                Paragraph(found.narrate(say.lang)),
                say.picture(found, f"{kind}-{outcome}", title),
                say.grid(found, title, say.text(f"report.{kind}_note"), folded=True),
            ]
    if blocks:
        blocks.append(Paragraph(say.text("report.not_causal")))
    correlations = result.results.get("correlations")
    if correlations is not None and correlations.n:
        blocks += [
            Paragraph(correlations.narrate(say.lang)),
            say.picture(correlations, "correlations", say.text("report.correlations_figure")),
        ]
    return blocks


def _regression(found: Result, outcome: str, say: Say) -> list[Block]:
    predictors = [term for term in found.table["term"] if term in say.result.names]
    title = say.text("report.regression_of", outcome=say.write.name(outcome))
    return [
        Paragraph(found.narrate(say.lang)),
        say.picture(found, f"regression-{outcome}", title),
        *say.caution([outcome, *predictors]),
        say.grid(found, title, say.text("report.regression_note"), folded=True),
    ]


def groups(result: StudyResult, say: Say) -> list[Block]:
    """Whether groups of respondents differ, a heat map a question."""
    blocks: list[Block] = []
    for name, found in result.results.items():
        kind, _, question = name.partition(" ")
        if kind == "groups":
            title = say.text("report.groups_of", question=say.write.name(question))
            blocks += [
                Paragraph(found.narrate(say.lang)),
                say.picture(found, f"groups-{question}", title),
                say.grid(found, title, folded=True),
            ]
    return blocks


def priorities(result: StudyResult, say: Say) -> list[Block]:
    """Importance against performance of the drivers of satisfaction."""
    blocks: list[Block] = []
    for name, found in result.results.items():
        kind, _, outcome = name.partition(" ")
        if kind == "priority":
            title = say.text("report.priority_of", outcome=say.write.name(outcome))
            blocks += [
                Paragraph(found.narrate(say.lang)),
                say.picture(found, f"priority-{outcome}", title),
                say.grid(found, title, folded=True),
            ]
    return blocks
