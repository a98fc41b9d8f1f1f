"""The models and data that the reference values were made with."""

from functools import cache

from surveykit.analyse.sem.invariance import Invariance, invariance
from surveykit.analyse.sem.public import cfa, sem
from surveykit.analyse.sem.result import StructuralModel
from tests.oracle_values import frame

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PD = """
ind60 =~ x1 + x2 + x3
dem60 =~ y1 + y2 + y3 + y4
dem65 =~ y5 + y6 + y7 + y8
dem60 ~ a*ind60
dem65 ~ c*ind60 + b*dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8
ind := a*b
tot := c + a*b
"""
BFI9 = "A =~ A2 + A3 + A5\nC =~ C1 + C2 + C3\nN =~ N1 + N2 + N3"
BFIN = "N =~ N1 + N2 + N3 + N4 + N5\nN1 ~~ N2"


@cache
def hs(estimator: str = "ML", group_equal: tuple[str, ...] | None = None) -> StructuralModel:
    """Holzinger and Swineford, in one group or by school."""
    if group_equal is None:
        return cfa(HS, frame("hs1939"), estimator)
    return cfa(HS, frame("hs1939"), estimator, group="school", group_equal=group_equal)


@cache
def hs_missing() -> StructuralModel:
    """The same with a tenth of the answers missing."""
    return cfa(HS, frame("hs1939_miss"), missing="fiml")


@cache
def democracy() -> StructuralModel:
    """Bollen's political democracy."""
    return sem(PD, frame("poldem"))


@cache
def bfi9(estimator: str) -> StructuralModel:
    """Nine items of three traits."""
    return cfa(BFI9, frame("bfi9"), estimator, ordered=estimator == "WLSMV")


@cache
def bfi_n(group_equal: tuple[str, ...]) -> StructuralModel:
    """Neuroticism by gender, ordered."""
    return cfa(BFIN, frame("bfi_N_gender"), ordered=True, group="gender", group_equal=group_equal)


@cache
def ladder() -> Invariance:
    """The invariance ladder over the two schools."""
    return invariance(HS, frame("hs1939"), "school")
