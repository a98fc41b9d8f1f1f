"""Reads the YAML files of one folder of the package as one mapping."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml


def merged(package: str, folder: str) -> dict[str, Any]:
    """Key -> entry over every .yaml file of the folder; a key that stands in two files is refused."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = {}
    for file in sorted((files(package) / folder).iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        entries = yaml.load(file.read_text(encoding="utf-8"), loader) or {}
        twice = sorted(set(entries) & set(found))
        if twice:
            raise ValueError(f"{file.name} repeats {', '.join(twice)}")
        found |= entries
    return found
