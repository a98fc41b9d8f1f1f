"""JSON Schemas of the YAML files, so that editors complete and check them while they are written."""

from __future__ import annotations

import json
from pathlib import Path

from surveykit.spec.bank import ItemBank
from surveykit.spec.base import Spec
from surveykit.spec.coding_frame import CodingFrame
from surveykit.spec.indicators import IndicatorTree
from surveykit.spec.questionnaire import Form
from surveykit.spec.scale import ScaleFile
from surveykit.spec.study import StudyFile

FILES: dict[str, type[Spec]] = {
    "scales": ScaleFile,
    "bank": ItemBank,
    "form": Form,
    "study": StudyFile,
    "indicators": IndicatorTree,
    "coding": CodingFrame,
}


def schema_text(name: str) -> str:
    """The JSON Schema of one kind of file (a name of `FILES`), as text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **FILES[name].model_json_schema()}
    if name == "bank":
        del schema["$defs"]["Item"]["properties"]["dimension"]
    return json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write the schema of every kind of file to `folder`/<kind>.schema.json."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in FILES:
        path = folder / f"{name}.schema.json"
        path.write_text(schema_text(name), encoding="utf-8", newline="\n")
        written.append(path)
    return written
