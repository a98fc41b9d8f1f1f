"""Small questionnaires written as YAML, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

LANGUAGES = ("en", "zh", "ru")


def text(words: str) -> dict[str, str]:
    """A text in three languages."""
    return {"en": words, "zh": f"中{words}", "ru": f"Ж{words}"}


AGREE = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]


def agree_scale(code: str = "AGREE5", high: int = 5) -> dict[str, Any]:
    """An agreement scale with a don't-know code 99."""
    words = AGREE if high == 5 else [f"Level {value}" for value in range(1, high + 1)]
    labels = {value: text(word) for value, word in enumerate(words, start=1)}
    missing = {99: text("Cannot say")}
    return {"code": code, "kind": "agreement", "low": 1, "high": high, "labels": labels, "missing": missing}


def item(code: str, **more: Any) -> dict[str, Any]:
    """A rating item."""
    return {"code": code, "source": "test", "text": text(f"Item {code}"), **more}


def dimension(code: str, items: list[dict[str, Any]], role: str = "driver", **more: Any) -> dict[str, Any]:
    """A dimension on AGREE5."""
    named = {"name": text(f"Dim {code}"), "definition": text(f"About {code}")}
    return {"code": code, **named, "role": role, "scale": "AGREE5", "items": items, **more}


def bank(dimensions: list[dict[str, Any]], code: str = "small_bank", **more: Any) -> dict[str, Any]:
    """A bank file."""
    head = {"code": code, "version": "1.0", "source": "test", "languages": list(LANGUAGES), "title": text("Bank")}
    return {**head, "dimensions": dimensions, **more}


def form(sections: list[dict[str, Any]], code: str = "small_form", **more: Any) -> dict[str, Any]:
    """A form file over `small_bank`."""
    head = {"code": code, "version": "1.0", "languages": list(LANGUAGES), "banks": ["small_bank"]}
    words = {"title": text("Form"), "intro": text("Please answer"), "closing": text("Thanks")}
    return {**head, **words, "sections": sections, **more}


def section(code: str, **more: Any) -> dict[str, Any]:
    """A section of a form."""
    return {"code": code, "title": text(f"Section {code}"), **more}


def write(folder: Path, name: str, data: Any) -> Path:
    """Write data as YAML and return its path."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def write_small(folder: Path) -> Path:
    """Two dimensions of three items (one reversed each), an attention check and an open question; returns the form's path."""
    dimensions = [
        dimension("AAA", [item("AAA1"), item("AAA2"), item("AAA3", keyed=-1)]),
        dimension("BBB", [item("BBB1"), item("BBB2"), item("BBB3", keyed=-1)]),
        dimension("SAT", [item("SAT1"), item("SAT2")], role="outcome"),
        dimension("CHK", [item("CHK1", kind="check", answer=4)], role="check"),
        dimension("OPN", [item("OPN1", kind="text")], role="open"),
    ]
    sections = [
        section("MAIN", dimensions=["AAA", "BBB"]),
        section("REST", dimensions=["CHK", "SAT", "OPN"]),
    ]
    write(folder / "questionnaires", "scales.yaml", {"scales": [agree_scale()]})
    write(folder / "questionnaires" / "banks", "small_bank.yaml", bank(dimensions))
    return write(folder / "questionnaires" / "forms", "small_form.yaml", form(sections))
