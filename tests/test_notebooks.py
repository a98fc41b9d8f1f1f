"""The notebooks are clean in the repository and keep, when they run, what their text promises."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import surveykit as sk

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
STUDY_OF = {
    "00_quickstart": "ecsi_mobile",
    "01_s0_communication": "s0_communication",
    "02_s1_satisfaction": "s1_satisfaction",
    "03_s2_loyalty": "s2_loyalty",
    "04_s3_service": "s3_service",
    "05_s4_levels": "s4_levels",
    "06_says_and_does": "s2_loyalty",
}
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# The numbers that the prose of a notebook names must stand in what the notebook computes.
PROMISED = {
    "00_quickstart": (
        "250 rows, 24 items matched",
        "R² = .67",
        "Loyalty: α = .44",
        "Expectations: α = .43",
        "0.70",
        "R² = .34",
        "R² = .41",
        "report.zh.html",
        "regression CUSL",
        "满意度",
    ),
    "01_s0_communication": (
        "s0_customer.html",
        "s0_provider.html",
        "400 rows, 83 items matched, 0 not found, 6 columns unmatched, 0 warnings",
        "Content accuracy goes with higher values",
        "We have a set procedure for collecting new ideas from staff.",
        "is a reason for me to stay",
        "planted",
    ),
    "02_s1_satisfaction": (
        "On paper or face to face",
        "C(BGD9)",
        "Quality of work goes with higher values",
        "planted",
        "675 of 675",
        "2026-0",
        "Net value of a customer",
        "Portfolio value",
        "service quality",
        "545 comments",
        "Attitude of staff",
        "too long",
    ),
    "03_s2_loyalty": (
        "Potential customer",
        "of those who answered",
        "of all",
        "POMP",
        "net promoter score",
        "planted",
        "Renewal rate (source form)",
        "Complaints handled",
        "mean change of 0.29",
        "log-rank",
    ),
    "04_s3_service": (
        "customer",
        "provider",
        "Delivery as promised goes with higher values",
        "Step 2 adds",
        "planted",
        "2026-08 (beyond a limit)",
        "Targets missed",
        "consistency ratio",
        "Returns and complaints 1.15",
        "register.xlsx",
    ),
    "05_s4_levels": (
        "Service against expectation",
        "customer effort score",
        "attention check passed",
        "Resolution goes with higher values",
        "Waiting time goes with higher values",
        "planted",
        "2026-W33 (beyond a limit)",
        "false alarm",
        "W4",
        "email",
    ),
    "06_says_and_does": (
        "customers who answered and are known: 415",
        "AUC of .67",
        "intention overstates action",
        "hazard",
        "More than an equal share of renewing, not shown for Overall satisfaction: Communication",
        "Communication 14% and",
    ),
}
FIGURES = {
    "00_quickstart": 9,
    "01_s0_communication": 7,
    "02_s1_satisfaction": 11,
    "03_s2_loyalty": 7,
    "04_s3_service": 10,
    "05_s4_levels": 8,
    "06_says_and_does": 3,
}


def read(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> Any:
    """The notebook after running in `folder`, with other values of its parameters."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep))
    notebook = read(path)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source += "".join(f"\n{name} = {value!r}" for name, value in parameters.items())
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=place).execute()
    return notebook


def shown(notebook: Any) -> str:
    """Everything that the cells printed or showed as text."""
    parts: list[str] = []
    for output in (output for cell in code_cells(notebook) for output in cell.outputs):
        if output.output_type == "stream":
            assert output.name == "stdout", output.text
            parts.append(output.text)
        else:
            parts += [output.data[kind] for kind in ("text/html", "text/plain") if kind in output.data]
    return "\n".join(parts).replace("\xa0", " ")


def figures(notebook: Any) -> int:
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def test_there_is_a_notebook_a_study() -> None:
    assert [path.stem for path in NOTEBOOKS] == list(STUDY_OF)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_clean(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata == METADATA
    assert len(notebook.cells) <= 42, "a study has two parts, answers and records, of some twenty cells each"
    for cell in code_cells(notebook):
        assert cell.outputs == [] and cell.execution_count is None
    for cell in notebook.cells:
        assert cell.metadata in ({}, {"tags": ["parameters"]})
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", cell.id), cell.id
    assert path.read_text(encoding="utf-8").endswith("}\n")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_a_thin_story(path: Path) -> None:
    notebook = read(path)
    cells = notebook.cells
    assert cells[0].cell_type == "markdown" and cells[-1].cell_type == "markdown"
    assert "Do not conclude" in cells[-1].source
    assert [cell for cell in cells if cell.metadata.get("tags")] == [cells[1]]
    assert cells[1].source.splitlines() == [f'study_name = "{STUDY_OF[path.stem]}"', 'lang = "en"']
    code = "\n".join(cell.source for cell in code_cells(notebook))
    assert not re.search(r"^\s*(def|class|for|while|try) ", code, re.MULTILINE)
    named = sk.load_study(STUDY_OF[path.stem])
    said = "synthetic" in cells[0].source
    assert said == named.data.synthetic


@pytest.mark.notebook
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_keeps_its_promises(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(path, tmp_path, monkeypatch)
    text = shown(ran)
    missing = [promise for promise in PROMISED[path.stem] if promise not in text]
    assert not missing
    assert figures(ran) == FIGURES[path.stem]
    assert not list(tmp_path.iterdir()), "a notebook leaves nothing in the working directory"


@pytest.mark.notebook
def test_s0_shows_the_whole_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(run(ROOT / "notebooks" / "01_s0_communication.ipynb", tmp_path, monkeypatch, lang="zh"))
    bank = sk.load_bank("s0_communication")
    assert len(bank.dimensions) == 10 and len(bank.items) == 60
    assert not [dimension.code for dimension in bank.dimensions if dimension.name["zh"] not in text]
    assert not [item.code for item in bank.items if item.text["zh"] not in text]
    assert not [item.code for item in bank.dimension("INN").items if item.provider["zh"] not in text]


@pytest.mark.notebook
def test_quickstart_runs_another_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(ROOT / "notebooks" / "00_quickstart.ipynb", tmp_path, monkeypatch, lang="ru")
    assert "R² = 0,67" in shown(ran)
