"""Whether answers belong to this form and version, and whether a respondent is there twice."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from surveykit.errors import Problem
from surveykit.responses.table import Table
from surveykit.responses.text import shortened
from surveykit.spec.questionnaire import Questionnaire


def identity_problems(
    extras: Mapping[str, pd.Series], questionnaire: Questionnaire | None, id: str | None, table: Table
) -> list[Problem]:
    """Answers of another form are an error; those of another version, and respondents met twice, are warnings."""
    problems: list[Problem] = []
    if questionnaire is not None and {"form", "fingerprint"} <= set(extras):
        other = _other(extras["form"], questionnaire.code)
        if other:
            shown = _values(extras["form"], other)
            place = f"{table.file}, rows {table.at(other)}"
            problems.append(Problem.of("RESP-FORM", place, forms=shown, form=questionnaire.code))
        changed = [] if other else _other(extras["fingerprint"], questionnaire.fingerprint)
        if changed:
            versions = _values(extras["version"], changed) if "version" in extras else "?"
            place = f"{table.file}, rows {table.at(changed)}"
            values = {"versions": versions, "version": questionnaire.version, "count": len(changed)}
            problems.append(Problem.of("RESP-VERSION", place, "warning", **values))
    if id is not None:
        again = extras[id].notna() & extras[id].duplicated(keep=False)
        if again.any():
            places = [place for place, twice in enumerate(again) if twice]
            values = {"count": len(places), "ids": shortened(dict.fromkeys(extras[id][again].astype(str)), 5)}
            problems.append(
                Problem.of("RESP-SAMEID", f"{table.file}, column {id}, rows {table.at(places)}", "warning", **values)
            )
    return problems


def _other(column: pd.Series, own: str) -> list[int]:
    return [place for place, cell in enumerate(column.tolist()) if not pd.isna(cell) and str(cell) != own]


def _values(column: pd.Series, places: list[int]) -> str:
    return shortened(dict.fromkeys(str(column.iloc[place]) for place in places), 5)
