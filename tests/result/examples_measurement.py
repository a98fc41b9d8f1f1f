"""Examples of reliability and validity of fitted models, and of resampled intervals, for the contract test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import surveykit as sk
from surveykit.result import Result
from tests.oracle_values import frame

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
NINE = "A =~ A2 + A3 + A5\nC =~ C1 + C2 + C3\nN =~ N1 + N2 + N3"


@cache
def continuous() -> sk.Result:
    """Three factors of nine tests, one item on two of them."""
    return sk.cfa(HS + "\nvisual =~ x9", frame("hs1939"))


@cache
def ordered() -> sk.Result:
    """Three factors of nine ordered items."""
    return sk.cfa(NINE, frame("bfi9").head(500), ordered=True)


@cache
def overlapping() -> sk.Result:
    """Factors that are hardly apart, one of a single item."""
    return sk.cfa(
        "sat =~ CUSA1 + CUSA2 + CUSA3\nloy =~ CUSL1 + CUSL3\ncomplaint =~ CUSCO1", sk.load_data("ecsi_mobile")
    )


EXAMPLES: dict[str, Callable[[], Result]] = {
    "reliability of a model": lambda: sk.reliability(continuous()),
    "reliability of an ordered model": lambda: sk.reliability(ordered()),
    "reliability of a model with a single item": lambda: sk.reliability(overlapping()),
    "reliability resampled": lambda: sk.reliability(
        frame("bfi9").head(200), scales={"A": ["A2", "A3", "A5"], "N": ["N1", "N2"]}, n_boot=150
    ),
    "validity of a model": lambda: sk.validity(continuous(), n_boot=150),
    "validity of an ordered model": lambda: sk.validity(ordered(), n_boot=0),
    "efa resampled": lambda: sk.efa(frame("bfi9").head(300), 3, n_boot=150),
    "omega hierarchical resampled": lambda: sk.omega_hierarchical(frame("bfi9").head(300), 3, n_boot=150),
    "validity of overlapping factors": lambda: sk.validity(overlapping(), n_boot=150),
}
