"""What a sample is planned for: each aim says what it assumes, what it must achieve, and what a size achieves."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import SurveykitError
from surveykit.language import Kind
from surveykit.stats import planning

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Aim:
    """Assumptions as fields; `target` of them is what must be achieved, `measure` names what `achieved` returns.

    A size counts answers in each of `groups` groups; with `rises` more is better (power), else less (a margin).
    """

    name: ClassVar[str]
    measure: ClassVar[str] = "power"
    kind: ClassVar[Kind] = "share"
    rises: ClassVar[bool] = True
    groups: ClassVar[int] = 1
    least: ClassVar[int] = 2

    @property
    def target(self) -> float:
        """What must be achieved."""
        return float(getattr(self, "power" if self.rises else "margin"))

    @property
    def most(self) -> float:
        """The largest size that makes sense."""
        return float(getattr(self, "population", np.inf))

    @property
    def faults(self) -> list[str]:
        """Assumptions that cannot be."""
        return [field.name for field in fields(self) if not _possible(field.name, getattr(self, field.name))]

    def achieved(self, n: Any) -> FloatArray:
        """Power or margin of n answers a group, an array as n."""
        raise NotImplementedError

    def enough(self, n: int) -> bool:
        """Whether n answers a group achieve the target."""
        found = float(self.achieved(n))
        return found >= self.target if self.rises else found <= self.target

    def assumptions(self) -> dict[str, float]:
        """Every field as a number."""
        return {field.name: float(getattr(self, field.name)) for field in fields(self)}


def _possible(name: str, value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool) or np.isnan(value):
        return False
    if name in ("share", "first", "second", "r2", "r2_change", "alpha_expected", "power", "conf_level", "level"):
        return 0 < value < 1
    if name in ("promoters", "detractors"):
        return 0 <= value <= 1
    if name in ("items", "df", "predictors", "tested"):
        return value == int(value) and value >= (2 if name == "items" else 1)
    if name in ("difference", "d"):
        return value != 0 and np.isfinite(value)
    if name in ("null", "rmsea"):
        return 0 <= value < 1
    return value > 0 and (name == "population" or bool(np.isfinite(value)))


@dataclass(frozen=True, kw_only=True)
class _Precision(Aim):
    rises: ClassVar[bool] = False

    margin: float
    conf_level: float = 0.95
    population: float = np.inf
    design_effect: float = 1.0

    def _margin(self, n: Any, sd: float) -> FloatArray:
        return planning.margin(n, sd, self.conf_level, self.population, self.design_effect)


@dataclass(frozen=True, kw_only=True)
class Proportion(_Precision):
    """A share, such as a top box, within +- margin; share .5 asks for the largest sample."""

    name: ClassVar[str] = "proportion"
    measure: ClassVar[str] = "margin_share"

    share: float = 0.5

    def achieved(self, n: Any) -> FloatArray:
        return self._margin(n, float(np.sqrt(self.share * (1 - self.share))))


@dataclass(frozen=True, kw_only=True)
class Mean(_Precision):
    """A mean within +- margin, both in the scale's units as sd is."""

    name: ClassVar[str] = "mean"
    measure: ClassVar[str] = "margin_mean"
    kind: ClassVar[Kind] = "coefficient"

    sd: float

    def achieved(self, n: Any) -> FloatArray:
        return self._margin(n, self.sd)


@dataclass(frozen=True, kw_only=True)
class Nps(_Precision):
    """A net promoter score within +- margin points (5 is five points of -100 to 100)."""

    name: ClassVar[str] = "nps"
    measure: ClassVar[str] = "margin_nps"
    kind: ClassVar[Kind] = "points"

    promoters: float = 0.45
    detractors: float = 0.25

    @property
    def faults(self) -> list[str]:
        return super().faults or (["promoters", "detractors"] if self.promoters + self.detractors > 1 else [])

    def achieved(self, n: Any) -> FloatArray:
        return self._margin(n, 100 * planning.nps_sd(self.promoters, self.detractors))


@dataclass(frozen=True, kw_only=True)
class Reliability(Aim):
    """Coefficient alpha within +- margin: half the width of Feldt's interval."""

    name: ClassVar[str] = "reliability"
    measure: ClassVar[str] = "margin_alpha"
    kind: ClassVar[Kind] = "bounded"
    rises: ClassVar[bool] = False

    margin: float
    alpha_expected: float = 0.8
    items: int
    conf_level: float = 0.95

    def achieved(self, n: Any) -> FloatArray:
        return planning.alpha_margin(n, self.alpha_expected, self.items, self.conf_level)


@dataclass(frozen=True, kw_only=True)
class _Test(Aim):
    power: float = 0.8
    level: float = 0.05


@dataclass(frozen=True, kw_only=True)
class NpsDifference(_Test):
    """Two net promoter scores that differ by `difference` points, first group as assumed, variances equal."""

    name: ClassVar[str] = "nps_difference"
    groups: ClassVar[int] = 2

    difference: float
    promoters: float = 0.45
    detractors: float = 0.25

    def achieved(self, n: Any) -> FloatArray:
        error = 100 * planning.nps_sd(self.promoters, self.detractors) * np.sqrt(2 / np.asarray(n, dtype=float))
        return planning.two_sided_power(self.difference / error, self.level)


@dataclass(frozen=True, kw_only=True)
class MeanDifference(_Test):
    """Two group means that differ by d standard deviations (t test)."""

    name: ClassVar[str] = "mean_difference"
    groups: ClassVar[int] = 2

    d: float

    def achieved(self, n: Any) -> FloatArray:
        return planning.t_power(n, self.d, self.level)


@dataclass(frozen=True, kw_only=True)
class ShareDifference(_Test):
    """Two shares."""

    name: ClassVar[str] = "share_difference"
    groups: ClassVar[int] = 2

    first: float
    second: float

    @property
    def faults(self) -> list[str]:
        return super().faults or (["first", "second"] if self.first == self.second else [])

    def achieved(self, n: Any) -> FloatArray:
        return planning.share_power(n, self.first, self.second, self.level)


@dataclass(frozen=True, kw_only=True)
class Regression(_Test):
    """R2 of a regression with so many predictors is not zero; effect f2 = R2 / (1 - R2)."""

    name: ClassVar[str] = "regression"

    r2: float
    predictors: int

    def achieved(self, n: Any) -> FloatArray:
        return planning.f_power(n, self.r2 / (1 - self.r2), self.predictors, self.predictors, self.level)


@dataclass(frozen=True, kw_only=True)
class Coefficient(_Test):
    """`tested` coefficients add `r2_change` to a regression whose R2 with them is r2; f2 = change / (1 - R2)."""

    name: ClassVar[str] = "coefficient"

    r2_change: float
    r2: float
    predictors: int
    tested: int = 1

    @property
    def faults(self) -> list[str]:
        found = super().faults
        if not found and self.r2_change > self.r2:
            found = ["r2_change"]
        return found or (["tested"] if self.tested > self.predictors else [])

    def achieved(self, n: Any) -> FloatArray:
        return planning.f_power(n, self.r2_change / (1 - self.r2), self.tested, self.predictors, self.level)


@dataclass(frozen=True, kw_only=True)
class Fit(_Test):
    """The RMSEA of a factor or structural model with df degrees of freedom: `null` is tested where `rmsea` holds."""

    name: ClassVar[str] = "cfa"

    df: int
    rmsea: float = 0.08
    null: float = 0.05

    @property
    def faults(self) -> list[str]:
        return super().faults or (["rmsea", "null"] if self.rmsea == self.null else [])

    def achieved(self, n: Any) -> FloatArray:
        return planning.rmsea_power(n, self.df, self.null, self.rmsea, self.level)


AIMS: dict[str, type[Aim]] = {
    kind.name: kind
    for kind in (
        Proportion,
        Mean,
        Nps,
        Reliability,
        NpsDifference,
        MeanDifference,
        ShareDifference,
        Regression,
        Coefficient,
        Fit,
    )
}


def aim_of(aim: str, assumptions: dict[str, Any]) -> Aim:
    """The aim of that name with these assumptions; raises for what is unknown, missing or impossible."""
    if aim not in AIMS:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="aim", found=str(aim), allowed=", ".join(AIMS))
    kind = AIMS[aim]
    known = [field.name for field in fields(kind)]
    unknown = [name for name in assumptions if name not in known]
    if unknown:
        raise SurveykitError.of("PLAN-UNKNOWN", found=", ".join(unknown), aim=aim, known=", ".join(known))
    try:
        made = kind(**assumptions)
    except TypeError as fault:
        raise SurveykitError.of("PLAN-MISSING", aim=aim, known=", ".join(known)) from fault
    if made.faults:
        found = ", ".join(f"{name} = {getattr(made, name)}" for name in made.faults)
        raise SurveykitError.of("PLAN-IMPOSSIBLE", aim=aim, found=found)
    return made
