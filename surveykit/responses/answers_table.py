"""The survey's own scores as the table `answers` of the customer tables, so that both sides meet in one indicator."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pandas as pd

from surveykit.responses.table_check import checked, known_customers
from surveykit.responses.table_schemas import SCHEMAS
from surveykit.responses.tables import Tables


def with_answers(tables: Tables, answers: pd.DataFrame) -> Tables:
    """These tables with `answers` (customer, at, satisfaction, recommendation, loyalty) checked and added.

    Answers of customers whom the table `customers` does not know are left out and counted in the receipt. Tables that
    have answers of their own are returned as they are.
    """
    if "answers" in tables.frames:
        return tables
    typed = checked(SCHEMAS["answers"], answers, str(ZoneInfo(tables.timezone)), {})
    frames = {**tables.frames, "answers": typed.frame}
    exclusions = list(typed.exclusions)
    if "customers" in frames and "customer" in frames["customers"].columns:
        exclusions += [each for each in known_customers(frames) if each.table == "answers"]
    receipt = replace(
        tables.receipt,
        rows=(*tables.receipt.rows, ("answers", len(answers), len(frames["answers"]))),
        exclusions=(*tables.receipt.exclusions, *exclusions),
        problems=(*tables.receipt.problems, *typed.problems),
    )
    return replace(tables, frames=frames, receipt=receipt)
