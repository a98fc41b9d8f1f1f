"""The small questionnaire of these tests: 11 items of every kind and layout, in three languages."""

from __future__ import annotations

from pathlib import Path

from surveykit.spec.load import load_questionnaire
from surveykit.spec.questionnaire import Questionnaire

SMALL = Path(__file__).parent / "small"
FILES = ("scales.yaml", "banks/small.yaml", "forms/small_form.yaml")


def small_form(folder: Path, *changes: tuple[str, str]) -> Questionnaire:
    """Write the files of the small questionnaire under `folder`, each change (old, new) made, and load it."""
    texts = {name: (SMALL / name).read_text(encoding="utf-8") for name in FILES}
    for old, new in changes:
        assert any(old in text for text in texts.values()), old
        texts = {name: text.replace(old, new) for name, text in texts.items()}
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    return load_questionnaire(folder / "forms" / "small_form.yaml")
