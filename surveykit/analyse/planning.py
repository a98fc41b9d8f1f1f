"""How many answers a study needs, and what a number of answers achieves."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.aims import AIMS, Aim, aim_of
from surveykit.analyse.study_power import StudyPower, study_power
from surveykit.draw.achieved import achieved_curve
from surveykit.errors import SurveykitError
from surveykit.result import Provenance, Result, Writer
from surveykit.spec.study import Study
from surveykit.stats.planning import smallest

GRID = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Sizes of the table, as multiples of the size asked for."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Plan(Result):
    """What sizes achieve: power of a test or half-width of an interval; `n` is the size needed, or asked about.

    `measures`: n_needed, n_per_group, n_groups, n_invited, response_rate, achieved, and every assumption of the aim.
    """

    kind: ClassVar[str] = "plan"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("n", "n_per_group", "n_invited", "measure", "estimate")

    aim: str
    needed: bool
    measures: dict[str, float]

    def _aim(self) -> Aim:
        return AIMS[self.aim](**{part.name: self.measures[part.name] for part in fields(AIMS[self.aim])})

    def _table(self) -> pd.DataFrame:
        aim = self._aim()
        own = int(self.measures["n_per_group"])
        sizes = np.unique([max(aim.least, int(np.ceil(round(own * part, 9)))) for part in GRID])
        sizes = np.unique([*sizes[sizes <= aim.most], own])
        return pd.DataFrame(
            {
                "measure": aim.measure,
                "estimate": aim.achieved(sizes),
                "std_error": np.nan,
                "conf_low": np.nan,
                "conf_high": np.nan,
                "conf_level": self.measures.get("conf_level", np.nan),
                "n": sizes * aim.groups,
                "n_per_group": sizes,
                "n_invited": np.ceil(np.round(sizes * aim.groups / self.measures["response_rate"], 9)),
                "method": "planned",
            }
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        aim = self._aim()
        each = np.unique(np.geomspace(aim.least, table["n_per_group"].max(), 300).astype(int))
        line = aim.achieved(each)
        seen = np.isfinite(line) & (line <= (1.0 if aim.rises else 4 * self.measures["achieved"]))
        return achieved_curve(
            each[seen] * aim.groups,
            line[seen],
            at=(self.n, self.measures["achieved"]),
            at_label=write.say(
                "plan.at", n=write.count(self.n), achieved=write.number(self.measures["achieved"], aim.kind)
            ),
            target=aim.target if self.needed else None,
            xlabel=write.say("plan.axis"),
            ylabel=write.label(aim.measure),
            fmt=lambda value: write.number(value, aim.kind),
            fmt_n=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        aim = self._aim()
        achieved = write.number(self.measures["achieved"], aim.kind)
        told = {
            "n": write.count(self.n),
            "aim": write.say(f"plan.{self.aim}"),
            "measure": write.label(aim.measure),
            "achieved": achieved,
            "target": write.number(self.measures["target"], aim.kind),
        }
        said = [write.say("plan.needed" if self.needed else "plan.given", **told)]
        if self.measures["n_groups"] > 1:
            said.append(write.say("plan.groups", each=write.count(self.measures["n_per_group"])))
        if self.measures["response_rate"] < 1:
            rate = write.number(self.measures["response_rate"], "share")
            said.append(write.say("plan.invite", n=write.count(self.measures["n_invited"]), rate=rate))
        return [*said, write.say("plan.assumed")]


def sample_size(aim: str, *, response_rate: float = 1.0, **assumptions: Any) -> Plan:
    """The smallest number of complete answers that achieves an aim, and how many people to invite for it.

    Precision: "proportion" (margin, share=.5), "mean" (margin, sd), "nps" (margin in points, promoters=.45,
    detractors=.25), each with population, design_effect=1, conf_level=.95; "reliability" (margin, items,
    alpha_expected=.8). Tests, with power=.8 and level=.05: "nps_difference" (difference in points),
    "mean_difference" (d), "share_difference" (first, second), "regression" (r2, predictors), "coefficient"
    (r2_change, r2, predictors, tested=1), "cfa" (df, rmsea=.08, null=.05). Shares are fractions.

    Half-width of a mean or share: z sd sqrt(deff (1 / n) (N - n) / (N - 1)); of alpha: Feldt's interval; power from
    the noncentral t, F and chi-square. Returns a Plan whose table says what smaller and larger samples achieve.
    Raises SurveykitError for assumptions that are unknown, missing or impossible. A sample from an open panel has no
    known chances of inclusion: its margin rests on a model. Source: Cochran 1977; Cohen 1988; Feldt 1965; Rocks
    2016; MacCallum, Browne & Sugawara 1996. In R: `power.t.test`, `power.prop.test`, `pwr::pwr.f2.test`,
    `semTools::findRMSEAsamplesize`.
    """
    found = aim_of(aim, assumptions)
    each = smallest(found.enough, found.least, found.most)
    if each is None:
        raise SurveykitError.of("PLAN-NOSIZE", aim=aim)
    return _plan(found, each, True, response_rate)


def power(aim: str | Study, n: int, *, n_draws: int = 500, seed: int = 1, **assumptions: Any) -> Plan | StudyPower:
    """What n answers in all achieve: power of a test, or the half-width of an interval.

    `aim` and `assumptions` as in `sample_size`; a target that is not given does not matter here. Of a Study, the
    power of every path of its model and of every indirect effect by way of satisfaction, from `n_draws` samples of n
    drawn from its `simulation` (see `study_power`).
    """
    if not isinstance(n, int | np.integer) or n < 2:
        raise SurveykitError.of("PLAN-IMPOSSIBLE", aim=str(getattr(aim, "code", aim)), found=f"n = {n}")
    if isinstance(aim, Study):
        return study_power(aim, int(n), n_draws, seed)
    kind = AIMS.get(aim)
    if kind is not None and not kind.rises:
        assumptions.setdefault("margin", 1.0)
    found = aim_of(aim, assumptions)
    each = int(n) // found.groups
    if each < found.least or each > found.most:
        raise SurveykitError.of("PLAN-IMPOSSIBLE", aim=aim, found=f"n = {n}")
    return _plan(found, each, False, 1.0)


def _plan(aim: Aim, each: int, needed: bool, response_rate: float) -> Plan:
    if not 0 < response_rate <= 1:
        raise SurveykitError.of("PLAN-IMPOSSIBLE", aim=aim.name, found=f"response_rate = {response_rate}")
    n = each * aim.groups
    found = aim.assumptions()
    measures = {
        "n_per_group": float(each),
        "n_groups": float(aim.groups),
        "n_invited": float(np.ceil(round(n / response_rate, 9))),
        "response_rate": response_rate,
        "achieved": float(aim.achieved(each)),
        "target": aim.target,
        **found,
    }
    call = "sample_size" if needed else "power"
    return Plan(
        n=n,
        aim=aim.name,
        needed=needed,
        measures=measures,
        provenance=Provenance.of(call, aim=aim.name, n=n, response_rate=response_rate, **found),
    )
