"""Internal consistency of scales: the coefficients, their intervals, and what each item does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.scales import Keys, Missing, ScaleMatrix, scale_items, scale_matrices
from surveykit.draw.reliability import reliability_card
from surveykit.errors import Problem
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats import classical
from surveykit.stats.arrays import standardise
from surveykit.stats.halves import split_halves
from surveykit.stats.intervals import feldt
from surveykit.stats.onefactor import Omega, omega, one_factor

WEAK = 0.70
"""Nunnally & Bernstein 1994, p. 265: enough for comparing groups in early research."""
IMPROPER = ("STATS-HEYWOOD", "STATS-NOT-CONVERGED")
"""A one-factor solution with one of these findings is improper: no omega is printed from it."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Reliability(Result):
    """Coefficients per scale, and `items`: keying, mean, SD, item-rest r, alpha if deleted and loading of each.

    `n` is the number of respondents of the scale that has most of them; each row of the table has its own.
    """

    kind: ClassVar[str] = "reliability"
    measure_column: ClassVar[str | None] = "coefficient"
    shown: ClassVar[tuple[str, ...]] = (
        "scale",
        "coefficient",
        "estimate",
        "conf_low",
        "conf_high",
        "n_items",
        "n",
    )

    coefficients: pd.DataFrame
    items: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level)

    def estimate(self, scale: str, coefficient: str = "alpha") -> float:
        """One coefficient of one scale; NaN where it is undefined. KeyError for an unknown scale or coefficient."""
        table = self.coefficients
        found = table[(table["scale"] == scale) & (table["coefficient"] == coefficient)]
        if found.empty:
            raise KeyError((scale, coefficient))
        return float(found["estimate"].iloc[0])

    def weak(self, limit: float = WEAK) -> tuple[str, ...]:
        """Scales whose reliability (see `best`) is defined and below `limit`."""
        return tuple(scale for scale, value in self.best().items() if value < limit)

    def best(self) -> dict[str, float]:
        """The coefficient to read for each scale: omega, else Spearman-Brown, else alpha; NaN where none is defined."""
        wide = self.coefficients.pivot_table(
            index="scale", columns="coefficient", values="estimate", aggfunc="first", sort=False, dropna=False
        )
        chosen = wide.reindex(columns=["omega", "spearman_brown", "alpha"]).bfill(axis=1).iloc[:, 0]
        return {str(scale): float(value) for scale, value in chosen.items()}

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        scales = list(dict.fromkeys(table["scale"]))

        def part(coefficient: str) -> tuple[Any, Any, Any]:
            rows = table[table["coefficient"] == coefficient].set_index("scale").reindex(scales)
            return tuple(rows[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high"))

        sizes = table.drop_duplicates("scale").set_index("scale").reindex(scales)
        return reliability_card(
            [write.name(scale) for scale in scales],
            {"α": part("alpha"), "ω": part("omega")},
            n_items=sizes["n_items"].to_numpy(),
            n_items_title=write.label("n_items"),
            n=sizes["n"].to_numpy(),
            guide=WEAK,
            guide_label=write.number(WEAK, "bounded"),
            xlabel=write.say("reliability.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            fmt_n=write.count,
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said = []
        for scale in dict.fromkeys(table["scale"]):
            said.append(_finding(scale, table[table["scale"] == scale].set_index("coefficient"), write))
        weak = self.weak()
        if weak:
            limit = write.number(WEAK, "bounded")
            said.append(write.say("reliability.weak", limit=limit, names=write.listed(list(weak))))
        return said


def _finding(scale: str, rows: pd.DataFrame, write: Writer) -> str:
    alpha = rows.loc["alpha"]
    if not np.isfinite(alpha["estimate"]):
        return write.say("reliability.undefined", scale=write.name(scale))
    shared = {
        "scale": write.name(scale),
        "alpha": write.number(alpha["estimate"], "bounded"),
        "interval": write.interval(alpha["conf_low"], alpha["conf_high"], "bounded"),
        "level": write.number(alpha["conf_level"], "share", 0),
        "n": write.count(alpha["n"]),
    }
    if alpha["n_items"] == 2:
        sb = write.number(rows.loc["spearman_brown", "estimate"], "bounded")
        return write.say("reliability.two_items", sb=sb, **shared)
    total = write.number(rows.loc["omega", "estimate"], "bounded")
    return write.say("reliability.finding", omega=total, items=write.count(alpha["n_items"]), **shared)


def reliability(
    items: Any,
    keys: Keys = None,
    correlation: Literal["pearson", "polychoric"] = "pearson",
    conf_level: float = 0.95,
    *,
    scales: Mapping[str, Sequence[str]] | None = None,
    missing: Missing = "listwise",
    splits: Literal["all", "psych"] = "all",
    seed: int = 1,
) -> Reliability:
    """Alpha, omega, Guttman's bounds and split halves of one or several scales, with item statistics.

    `items`: a DataFrame of answers (n, k), Responses (each dimension a scale, keyed by the questionnaire), or
    Moments. `scales` names other groupings, `{"LOY": ["REP1", "REP2"]}`. `keys`: `{"RES4": -1}` reverses items;
    "auto" reverses those that load against the first principal component and says so; None takes the questionnaire's
    keys, else leaves items as they are and warns about such items. `correlation="polychoric"` adds ordinal alpha.
    `missing`: "listwise", or "pairwise" as psych does, n then being all who answered any item. `splits="psych"`
    tries, for an odd number of items, only the halves that psych::splitHalf tries.

    alpha = k / (k - 1) (1 - tr C / sum C) with Feldt's interval; omega = (sum l)^2 / ((sum l)^2 + sum u) of a
    one-factor maximum likelihood fit with a delta-method interval on the logit scale; Guttman's bounds and split
    halves from correlations. Undefined coefficients (one item, a constant item, omega of two items, no variance) are
    NaN with a Problem that says why. Reversal changes signs of covariances only, so it cannot happen twice. Source:
    Cronbach 1951; Feldt 1965; Guttman 1945; McDonald 1999. In R: `psych::alpha`, `psych::guttman`,
    `psych::splitHalf(brute = TRUE)`, `lavaan::cfa` for omega.
    """
    choice("correlation", correlation, ("pearson", "polychoric"))
    choice("missing", missing, ("listwise", "pairwise"))
    choice("splits", splits, ("all", "psych"))
    unweighted(items, "reliability")
    chosen = scale_items(items, scales)
    parts = list(scale_matrices(items, chosen, keys, missing, correlation == "polychoric"))
    measured = [_measure(part, conf_level, splits == "psych", seed) for part in parts]
    return Reliability(
        n=max(part.n for part in parts),
        coefficients=pd.concat([rows for rows, _, _ in measured], ignore_index=True),
        items=pd.concat([table for _, table, _ in measured], ignore_index=True),
        conf_level=conf_level,
        problems=tuple(problem for _, _, found in measured for problem in found),
        names=names_of(items),
        provenance=Provenance.of(
            "reliability",
            data=fingerprint_of(items),
            seed=seed,
            scales=chosen,
            keys=keys,
            correlation=correlation,
            conf_level=conf_level,
            missing=missing,
            splits=splits,
        ),
    )


def _measure(
    part: ScaleMatrix, conf_level: float, as_psych: bool, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, list[Problem]]:
    place, covariance = f"scale {part.scale}", part.covariance
    k = len(part.items)
    problems = [*part.problems, *classical.item_problems(covariance, part.items, place)]
    correlations = standardise(covariance)
    alpha = classical.alpha(covariance)
    low, high = feldt(alpha, part.n, k, conf_level)
    halves = split_halves(correlations, part.items, seed=seed, as_psych=as_psych)
    problems += [problem for problem in halves.problems if problem.code == "STATS-SPLITS-SAMPLED"]
    total = standard = Omega(np.nan, np.nan, np.nan, np.nan, conf_level, "omega")
    loadings = np.full(k, np.nan)
    if k >= 3:
        fit = one_factor(covariance, part.n, part.items, place)
        if not any(problem.code in IMPROPER for problem in fit.problems):
            total, standard = omega(fit, conf_level), omega(fit, conf_level, standardised=True)
        loadings = fit.loadings / np.sqrt(np.diag(covariance))
        problems += [problem for problem in fit.problems if problem.code != "STATS-CONSTANT-ITEM"]
    elif k == 2:
        problems.append(Problem.of("ANALYSE-TWOITEMS", place, "note"))
    nan = float("nan")
    found: dict[str, tuple[float, float, float, float]] = {
        "alpha": (alpha, classical.alpha_ase(covariance, part.n), float(low), float(high)),
        "alpha_standardised": (classical.alpha_standardised(covariance), nan, nan, nan),
        "omega": (total.estimate, total.std_error, total.conf_low, total.conf_high),
        "omega_standardised": (standard.estimate, standard.std_error, standard.conf_low, standard.conf_high),
        "lambda1": (classical.lambda1(correlations), nan, nan, nan),
        "lambda2": (classical.lambda2(correlations), nan, nan, nan),
        "lambda3": (classical.lambda3(correlations), nan, nan, nan),
        "lambda5": (classical.lambda5(correlations), nan, nan, nan),
        "lambda6": (classical.lambda6(correlations), nan, nan, nan),
        "split_half_max": (halves.lambda4, nan, nan, nan),
        "split_half_mean": (halves.mean, nan, nan, nan),
        "split_half_min": (halves.beta, nan, nan, nan),
        "average_r": (classical.average_r(covariance), nan, nan, nan),
        "median_r": (classical.median_r(covariance), nan, nan, nan),
    }
    if k == 2:
        found["spearman_brown"] = (float(classical.spearman_brown(correlations[0, 1])), nan, nan, nan)
    if part.polychoric is not None:
        found["alpha_ordinal"] = (classical.alpha(part.polychoric), nan, nan, nan)
    return _rows(part, found), _items(part, loadings), _unique(problems)


def _rows(part: ScaleMatrix, found: Mapping[str, tuple[float, float, float, float]]) -> pd.DataFrame:
    numbers = pd.DataFrame(list(found.values()), columns=["estimate", "std_error", "conf_low", "conf_high"])
    numbers.insert(0, "scale", part.scale)
    numbers.insert(1, "coefficient", list(found))
    methods = {"alpha": "feldt", "omega": "delta_logit", "omega_standardised": "delta_logit"}
    return numbers.assign(n_items=len(part.items), n=part.n, method=[methods.get(name, "point") for name in found])


def _items(part: ScaleMatrix, loadings: Any) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "scale": part.scale,
            "item": part.items,
            "keyed": part.signs,
            "n": part.n,
            "mean": part.means,
            "sd": np.sqrt(np.diag(part.covariance)),
            "item_rest_r": classical.item_rest_correlations(part.covariance),
            "alpha_if_deleted": classical.alpha_if_deleted(part.covariance),
            "loading": loadings,
        }
    )


def _unique(problems: Sequence[Problem]) -> list[Problem]:
    return list(dict.fromkeys(problems))
