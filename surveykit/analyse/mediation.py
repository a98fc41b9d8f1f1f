"""Mediation: how much of a relation runs through other variables, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.mediation_data import as_names, contrast_of, moderator_values, rows_of
from surveykit.analyse.mediation_linear import linear_effects
from surveykit.analyse.mediation_ordered import ordered_effects
from surveykit.analyse.mediation_plan import Roles
from surveykit.analyse.mediation_result import Mediation
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance
from surveykit.stats.bootstrap_bounds import FEWEST

Names = str | Sequence[str]


def mediate(
    data: Any,
    x: Names,
    m: Names,
    y: str,
    covariates: Names | None = None,
    moderator: str | None = None,
    serial: bool = False,
    n_boot: int = 5000,
    seed: int = 1,
    interval: Literal["percentile", "bca"] = "percentile",
    conf_level: float = 0.95,
    *,
    moderates: Literal["first", "second", "both"] = "first",
    outcome: Literal["auto", "linear", "ordered"] = "auto",
) -> Mediation:
    """Direct, indirect and total associations of `x` with `y`, the indirect ones through the mediators `m`.

    `data`: DataFrame, Responses or Scores. Several `x` enter together, each adjusted for the others. Several
    mediators are parallel (m_j ~ x + covariates), or with `serial=True` in the order given (m_2 ~ m_1 + x ...), with
    an indirect association for every chain. y ~ x + m + covariates. An indirect estimate is the product of the
    slopes of its chain, the total is direct plus all indirect. Standardised values (`beta`) are slopes times sd(x) /
    sd(y), standardised again inside each resample. Intervals resample respondents `n_boot` times (exact multinomial
    counts): "percentile", or "bca" with leave-one-out acceleration. The proportion mediated is given only where the
    interval of the total excludes 0 and direct and total indirect have one sign. `sobel_error` is the first-order
    error of a single chain from least squares, `delta_error` from maximum likelihood.

    `moderator` w with `moderates` "first" (m ~ x + w + xw), "second" (y ~ x + m + w + mw) or "both" (models 7, 14 and
    58 of Hayes's PROCESS; products of raw values) gives the indirect association at both values of a binary
    moderator or at its mean and one SD around, and the index of moderated mediation (Hayes 2015; undefined for
    "both", where the difference between the ends is given).

    `outcome="ordered"` (chosen by "auto" for a y of two values) fits an ordered probit of y and gives natural direct
    and indirect effects on the expected answer (for 0/1: on the probability) between two values of x: those of a
    binary x, else the mean and one unit more; the indirect one is through all mediators together. They are effects
    only under no unmeasured confounding; a survey at one time cannot show that.

    Rows with a missing value are left out and counted. Raises SurveykitError for unknown, constant or collinear
    variables, a variable in two roles, too few rows, separated answers, weighted answers. Source: Baron & Kenny 1986;
    Sobel 1982; Preacher & Hayes 2008; Efron 1987; Pearl 2001. In R: `psych::mediate(y ~ x + (m), data)`;
    `lavaan::sem("m ~ a*x \\n y ~ b*m + x \\n ab := a*b", data)`.
    """
    choice("interval", interval, ("percentile", "bca"))
    choice("moderates", moderates, ("first", "second", "both"))
    choice("outcome", outcome, ("auto", "linear", "ordered"))
    unweighted(data, "mediate")
    if n_boot < FEWEST:
        raise SurveykitError.of("MEDIATE-DRAWS", found=n_boot, least=FEWEST)
    if not 0 < conf_level < 1:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="conf_level", found=str(conf_level), allowed="0 < ... < 1")
    roles = Roles(as_names(x), as_names(m), y, as_names(covariates), moderator, moderates, serial)
    rows = rows_of(data, roles)
    ordered = outcome == "ordered" or (outcome == "auto" and len(np.unique(rows.values[:, -1])) == 2)
    if moderator is not None and (serial or ordered):
        raise SurveykitError.of("MEDIATE-MODERATED")
    at = moderator_values(rows.values[:, roles.names.index(moderator)]) if moderator is not None else ()
    if ordered:
        table, lost = ordered_effects(rows.values, roles, n_boot, seed, interval, conf_level)
        equations, measures = pd.DataFrame(columns=["outcome", "term"], dtype=object), {}
        for number, name in enumerate(roles.x):
            measures[f"low {name}"], measures[f"high {name}"] = contrast_of(rows.values[:, number])
    else:
        table, equations, measures, lost = linear_effects(rows.values, roles, at, n_boot, seed, interval, conf_level)
    problems = list(rows.problems)
    if lost:
        problems.append(Problem.of("MEDIATE-LOST", "", "warning", lost=lost, draws=n_boot))
    table, undefined = _proportions(table)
    return Mediation(
        n=len(rows.values),
        x=roles.x,
        m=roles.m,
        y=y,
        covariates=roles.covariates,
        moderator=moderator or "",
        serial=serial,
        ordered=ordered,
        effects=table,
        equations=equations,
        measures=measures,
        interval=interval,
        n_boot=n_boot,
        conf_level=conf_level,
        dropped=rows.dropped,
        problems=(*problems, *undefined),
        names=names_of(data),
        provenance=Provenance.of(
            "mediate",
            data=fingerprint_of(data),
            seed=seed,
            x=roles.x,
            m=roles.m,
            y=y,
            covariates=roles.covariates,
            moderator=moderator,
            moderates=moderates,
            serial=serial,
            n_boot=n_boot,
            interval=interval,
            conf_level=conf_level,
            outcome=outcome,
        ),
    )


def _proportions(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The proportion mediated taken out where it makes no sense, each with the reason."""
    problems = []
    numbers = ["estimate", "std_error", "conf_low", "conf_high"]
    for at in table.index[table["measure"] == "proportion_mediated"]:
        predictor = table.at[at, "predictor"]
        own = table[table["predictor"] == predictor].set_index("measure")
        total = own.loc["total_effect"]
        direct = next(own.loc[name, "estimate"] for name in ("direct", "natural_direct") if name in own.index)
        unclear = not (total["conf_low"] > 0 or total["conf_high"] < 0)
        if unclear or direct * (total["estimate"] - direct) < 0:
            table.loc[at, numbers] = np.nan
            code = "MEDIATE-NOTOTAL" if unclear else "MEDIATE-SIGNS"
            problems.append(Problem.of(code, f"proportion mediated, {predictor}", "note"))
    return table, problems
