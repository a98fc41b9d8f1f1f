"""The first page: the numbers a reader looks for, what they say, and what stands against them."""

from __future__ import annotations

from surveykit.language import term
from surveykit.reports.document import Block, Caution, KeyFigure, KeyFigures, Points
from surveykit.reports.outcome import StudyResult
from surveykit.reports.parts import Say
from surveykit.reports.service import key_figures

FIRST = ("scores", "indicators")
"""Results whose first two sentences stand on the first page."""
ONCE = ("chart", "says_does", "intention", "both")


def summary(result: StudyResult, say: Say) -> list[Block]:
    """Key figures, the finding of each regression, what weighs most in satisfaction, and cautions."""
    figures = [_respondents(result, say), *_scores(result, say), *_singles(result, say), *_explained(result, say)]
    figures += key_figures(result, say)
    findings = [
        say.text("list.sentence").join(found.sentences(say.lang)[told])
        for name, found in result.results.items()
        if (told := _told(name, result.study.satisfaction))
    ]
    study = result.study
    constructs = list(dict.fromkeys([*study.model.structure, *sum(study.model.structure.values(), ())]))
    synthetic = [Caution(say.text("report.synthetic"))] if study.data.synthetic else []
    return [*synthetic, KeyFigures(tuple(figures)), Points(tuple(findings)), *say.caution(constructs)]


def _told(name: str, satisfaction: str) -> slice | None:
    """Which sentences of a result the first page repeats: the weights without the R2 that the regression gives."""
    kind, _, outcome = name.partition(" ")
    if name in FIRST or kind == "regression":
        return slice(0, 2)
    if kind in ONCE:
        return slice(0, 1)
    if name == "comments":
        return slice(1, 3)
    if outcome == satisfaction and kind in ("importance", "priority"):
        return slice(1, 3) if kind == "importance" else slice(0, 2)
    return None


def _respondents(result: StudyResult, say: Say) -> KeyFigure:
    items = len(result.study.questionnaire.items)
    detail = say.text("report.respondents_detail", items=say.write.count(items), n=items)
    return KeyFigure(say.text("report.respondents"), say.write.count(result.n), detail)


def _scores(result: StudyResult, say: Say) -> list[KeyFigure]:
    found = result.results.get("scores")
    if found is None:
        return []
    table = found.table
    pomp = table[table["measure"] == "pomp"].set_index("scale")
    write = say.write
    figures = []
    for construct in (result.study.satisfaction, *result.study.loyalty):
        if construct not in pomp.index:
            continue
        row = pomp.loc[construct]
        interval = write.interval(row["conf_low"], row["conf_high"], "points")
        detail = say.text("report.pomp_detail", interval=interval, n=write.count(row["n"]))
        figures.append(KeyFigure(write.name(construct), write.number(row["estimate"], "points"), detail))
    return figures


def _singles(result: StudyResult, say: Say) -> list[KeyFigure]:
    write = say.write
    figures = []
    for found in result.results.values():
        if found.kind not in ("nps", "ces") or not found.n:
            continue
        row = found.table.iloc[0]
        entry = term(str(row["measure"]))
        interval = write.interval(row["conf_low"], row["conf_high"], entry.kind)
        detail = say.text("report.interval_detail", interval=interval, n=write.count(row["n"]))
        figures.append(KeyFigure(entry.label[say.lang], write.number(row["estimate"], entry.kind), detail))
    return figures


def _explained(result: StudyResult, say: Say) -> list[KeyFigure]:
    write = say.write
    figures = []
    for name, found in result.results.items():
        measures = getattr(found, "measures", None)
        if found.kind != "regression" or measures is None:
            continue
        label = say.text("report.explained", outcome=write.name(name.split(" ", 1)[1]))
        interval = write.interval(measures["r2_low"], measures["r2_high"], "bounded")
        detail = say.text("report.interval_detail", interval=interval, n=write.count(found.n))
        figures.append(KeyFigure(label, write.number(measures["r2"], "bounded"), detail))
    return figures
