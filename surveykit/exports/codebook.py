"""A questionnaire as a codebook: what each column of the data asked, and what each code in it means."""

from __future__ import annotations

from typing import Any

import pandas as pd

from surveykit.spec.bank import Item
from surveykit.spec.questionnaire import Questionnaire

COLUMNS = (
    "code",
    "section",
    "dimension",
    "role",
    "kind",
    "scale",
    "low",
    "high",
    "keyed",
    "scored",
    "required",
    "missing",
    "source",
)


def codebook(questionnaire: Questionnaire) -> pd.DataFrame:
    """A row an item, in the order of the form.

    Columns: code, section, dimension, role, kind, scale, low and high (the ends of the scale), keyed (1 or -1),
    scored, required, missing (codes that are answers but never scored), source, then wording_<lang> and labels_<lang>
    ("1 = Strongly disagree; 5 = Strongly agree") for each language. Open answers have no scale: those cells are empty.
    """
    rows = [_row(questionnaire, section.code, item) for section in questionnaire.sections for item in section.items]
    names = [*COLUMNS]
    for kind in ("wording", "labels"):
        names += [f"{kind}_{lang}" for lang in questionnaire.languages]
    frame = pd.DataFrame(rows, columns=names)
    numbers = {name: "Int64" for name in ("low", "high")} | {"keyed": "int64", "scored": "bool", "required": "bool"}
    texts = {name: "object" for name in names if name not in numbers}
    return frame.astype({**numbers, **texts})


def _row(questionnaire: Questionnaire, section: str, item: Item) -> dict[str, Any]:
    scale = questionnaire.scale(item)
    row: dict[str, Any] = {
        "code": item.code,
        "section": section,
        "dimension": item.dimension,
        "role": questionnaire.dimension(item.dimension).role,
        "kind": item.kind,
        "scale": scale.code if scale else "",
        "low": scale.low if scale else None,
        "high": scale.high if scale else None,
        "keyed": item.keyed,
        "scored": item.scored,
        "required": item.required,
        "missing": ", ".join(map(str, sorted(scale.missing))) if scale else "",
        "source": item.source,
    }
    for lang in questionnaire.languages:
        row[f"wording_{lang}"] = questionnaire.wording(item, lang)
        worded = sorted({**scale.labels, **scale.missing}) if scale else []
        row[f"labels_{lang}"] = "; ".join(f"{value} = {scale.label(value, lang)}" for value in worded) if scale else ""
    return row
