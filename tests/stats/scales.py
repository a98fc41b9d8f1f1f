"""The five bfi scales of the reference script: items, keying, and the rows it used."""

import numpy as np

from tests.oracle_values import frame

KEYED = {
    "A": ("-A1", "A2", "A3", "A4", "A5"),
    "C": ("C1", "C2", "C3", "-C4", "-C5"),
    "E": ("-E1", "-E2", "E3", "E4", "E5"),
    "N": ("N1", "N2", "N3", "N4", "N5"),
    "O": ("O1", "-O2", "O3", "O4", "-O5"),
}


def items(scale: str) -> list[str]:
    return [item.lstrip("-") for item in KEYED[scale]]


def reversed_mask(scale: str) -> np.ndarray:
    return np.array([item.startswith("-") for item in KEYED[scale]])


def rows(scale: str) -> np.ndarray:
    """All 2800 rows, reversed items recoded 7 - x, NaN where missing."""
    values = frame("bfi")[items(scale)].to_numpy(dtype=float)
    return np.where(reversed_mask(scale), 7 - values, values)
