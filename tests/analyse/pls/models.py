"""Path models of the reference values, and where their data are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data"
MOBI = ROOT / "data" / "ecsi_mobile" / "mobi.csv"


def block(name: str, stem: str, count: int, op: str = "=~") -> str:
    """One construct measured by `stem`1.. `stem`count."""
    return f"{name} {op} " + " + ".join(f"{stem}{at}" for at in range(1, count + 1))


BANK_PATHS = "EXPE ~ IMAG\nQUAL ~ EXPE\nVAL ~ EXPE + QUAL\nSAT ~ IMAG + EXPE + QUAL + VAL\nLOY ~ IMAG + SAT"
BANK_BLOCKS = (("IMAG", 5), ("EXPE", 5), ("QUAL", 5), ("VAL", 4), ("SAT", 4), ("LOY", 4))
BANK = "\n".join([*(block(name, name.lower(), count) for name, count in BANK_BLOCKS), BANK_PATHS])
BANK_B = "\n".join([*(block(name, name.lower(), count, "<~") for name, count in BANK_BLOCKS), BANK_PATHS])

SATISFACTION = "\n".join(
    [
        block("Image", "IMAG", 5),
        block("Expectation", "CUEX", 3),
        block("Value", "PERV", 2),
        block("Satisfaction", "CUSA", 3),
        "Satisfaction ~ Image + Expectation + Value",
    ]
)
LOYALTY = "\n".join(
    [
        block("Expectation", "CUEX", 3),
        block("Quality", "PERQ", 7, "<~"),
        block("Image", "IMAG", 5),
        "Complaints =~ CUSCO",
        block("Loyalty", "CUSL", 3),
        "Expectation ~ Image\nLoyalty ~ Expectation + Quality + Complaints",
    ]
)
HIGHER = "\n".join(
    [
        block("Image", "IMAG", 5),
        block("Expectation", "CUEX", 3),
        block("Value", "PERV", 2),
        block("Quality", "PERQ", 7, "<~"),
        block("Loyalty", "CUSL", 3),
        "Complaints =~ CUSCO\nSatisfaction =~ Image + Value",
        "Satisfaction ~ Expectation + Quality\nComplaints + Loyalty ~ Satisfaction",
    ]
)
ECSI = "\n".join(
    [
        block("IMAG", "IMAG", 5),
        block("CUEX", "CUEX", 3),
        block("PERQ", "PERQ", 7),
        block("PERV", "PERV", 2),
        block("CUSA", "CUSA", 3),
        block("CUSL", "CUSL", 3),
        "CUEX ~ IMAG\nPERQ ~ CUEX\nPERV ~ CUEX + PERQ\nCUSA ~ IMAG + CUEX + PERQ + PERV\nCUSL ~ CUSA + IMAG",
    ]
)


@cache
def _mobi() -> pd.DataFrame:
    return pd.read_csv(MOBI, encoding="utf-8")


def mobi() -> pd.DataFrame:
    """250 mobile phone customers."""
    return _mobi().copy()
