"""Checks what a study plans beside its survey against the questionnaire and the tree that it names."""

from __future__ import annotations

from surveykit.errors import Problem
from surveykit.spec.document import Document
from surveykit.spec.indicators import IndicatorTree
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.study import StudyFile


def source_faults(file: StudyFile, questionnaire: Questionnaire, document: Document) -> list[Problem]:
    """Intentions that the form does not ask; comments that are neither an open question nor a column of a table."""
    found = [
        Problem.of("SPEC-NOSUCHITEM", document.where(("service", "intentions", deed)), item=asked.item)
        for deed, asked in (file.service.intentions if file.service else {}).items()
        if not questionnaire.has(asked.item)
    ]
    for index, source in enumerate(file.comments.sources if file.comments else ()):
        place = document.where(("comments", "sources", index))
        if "." in source:
            if file.service is None:
                found.append(Problem.of("STUDY-NOTABLES", place, source=source))
        elif not (questionnaire.has(source) and questionnaire.item(source).kind == "text"):
            found.append(Problem.of("STUDY-NOTTEXT", place, item=source))
    return found


def grade_faults(file: StudyFile, tree: IndicatorTree, document: Document) -> list[Problem]:
    """Grades of what is no qualitative leaf of the tree, and grades that the leaf does not know."""
    leaves = {leaf.code: leaf for leaf in tree.leaves}
    found = []
    for code, grade in file.indicators.grades.items() if file.indicators else ():
        place = document.where(("indicators", "grades", code))
        if code not in leaves or leaves[code].kind != "grade":
            known = ", ".join(leaf.code for leaf in tree.leaves if leaf.kind == "grade") or "-"
            found.append(Problem.of("STUDY-NOGRADE", place, node=code, known=known))
        elif isinstance(grade, str) and grade not in leaves[code].grades:
            known = ", ".join(leaves[code].grades)
            found.append(Problem.of("STUDY-GRADE", place, node=code, grade=grade, known=known))
    return found
