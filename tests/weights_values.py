"""Reads the further reference values of weights, designs and pooling."""

import json
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "oracle" / "weights" / "values.json"


@cache
def further() -> dict[str, float]:
    """Reference id -> value."""
    return {entry["id"]: entry["value"] for entry in json.loads(FILE.read_text(encoding="utf-8"))["values"]}


def keys(prefix: str) -> list[str]:
    """Every id that begins with `prefix`."""
    return [key for key in further() if key.startswith(prefix + ".")]


def assert_close(key: str, computed: float, tolerance: float = 1e-6) -> None:
    """Fail unless `computed` is within `tolerance` of the reference value, relative above 1."""
    value = further()[key]
    assert abs(computed - value) <= tolerance * max(1.0, abs(value)), f"{key}: {computed!r} is not {value!r}"
