"""How many factors a set of items holds: what each rule suggests, and where they disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.efa_data import Correlation, ItemMatrix, Missing, item_matrix
from surveykit.analyse.frames import names_of
from surveykit.draw.scree import Scree, scree
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.dimensionality import average_partials, bartlett, kmo
from surveykit.stats.parallel import Parallel, parallel_analysis

RULES = ("parallel_factors", "parallel_components", "map_squared", "map_fourth", "kaiser_rule")
COMPARED = RULES[:4]
"""The rules that are weighed against each other; eigenvalues above 1 are shown and known to suggest too many."""
UNACCEPTABLE = 0.50
"""A KMO below this is unacceptable (Kaiser 1974)."""
FEWEST_DRAWS = 20


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FactorNumber(Result):
    """What each rule suggests; nothing is chosen.

    `rules`: rule, estimate (how many). `eigenvalues`: position, observed and random eigenvalues of components and
    factors, average squared and fourth-power partial correlations after as many components. `items`: item, KMO.
    `measures`: kmo, kmo_lowest, bartlett_chi2, bartlett_df, bartlett_p, draws (random ones used).
    """

    kind: ClassVar[str] = "n_factors"
    measure_column: ClassVar[str | None] = "rule"
    shown: ClassVar[tuple[str, ...]] = ("rule", "estimate", "n")

    rules: pd.DataFrame
    eigenvalues: pd.DataFrame
    items: pd.DataFrame
    measures: Mapping[str, float]
    quantile: float | None
    correlation: str

    def _table(self) -> pd.DataFrame:
        empty = dict.fromkeys(("std_error", "conf_low", "conf_high", "conf_level"), np.nan)
        return self.rules.assign(**empty, n=self.n, method=self.correlation)

    @property
    def suggestions(self) -> dict[str, int]:
        """Rule -> how many factors (or components) it suggests."""
        return {str(row.rule): int(row.estimate) for row in self.rules.itertuples() if np.isfinite(row.estimate)}

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        lines = self.eigenvalues
        suggested = table.set_index("rule")["estimate"]

        def panel(key: str, observed: str, random: str, rule: str) -> Scree:
            count = suggested[rule]
            title = write.say(key, count=write.count(count))
            return Scree(title, lines[observed].to_numpy(), lines[random].to_numpy(), count)

        return scree(
            [
                panel("n_factors.panel_factors", "factor", "random_factor", "parallel_factors"),
                panel("n_factors.panel_components", "component", "random_component", "parallel_components"),
            ],
            observed_label=write.say("n_factors.observed"),
            random_label=_random_words(self, write, "line"),
            xlabel=write.say("n_factors.position"),
            ylabel=write.say("n_factors.eigenvalue"),
            fmt=lambda value: write.number(value, "coefficient", 1),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        suggested = table.set_index("rule")["estimate"]
        known = suggested[list(COMPARED)].dropna()
        if known.empty:
            return [write.say("n_factors.undefined")]
        texts = {rule: write.count(suggested[rule]) for rule in RULES}
        said = [write.say("n_factors.rules", random=_random_words(self, write), **texts)]
        low, high = int(known.min()), int(known.max())
        if low == high:
            said.append(write.say("n_factors.agree", n=low, count=write.count(low)))
        else:
            said.append(write.say("n_factors.differ", low=write.count(low), high=write.count(high)))
        said.append(write.say("n_factors.kaiser", count=texts["kaiser_rule"]))
        return said + self._adequacy(write)

    def _adequacy(self, write: Writer) -> list[str]:
        overall = self.measures["kmo"]
        if not np.isfinite(overall):
            return []
        worst = self.items.loc[self.items["kmo"].idxmin()]
        said = [
            write.say(
                "n_factors.adequacy",
                kmo=write.number(overall, "bounded"),
                item=write.name(worst["item"]),
                lowest=write.number(self.measures["kmo_lowest"], "bounded"),
                chi2=write.number(self.measures["bartlett_chi2"], "statistic"),
                df=write.count(self.measures["bartlett_df"]),
                p=write.p(self.measures["bartlett_p"]),
            )
        ]
        if overall < UNACCEPTABLE:
            said.append(write.say("n_factors.inadequate", limit=write.number(UNACCEPTABLE, "bounded")))
        return said


def _random_words(found: FactorNumber, write: Writer, place: str = "random") -> str:
    if found.quantile is None:
        return write.say(f"n_factors.{place}_mean", draws=write.count(found.measures["draws"]))
    level = write.number(found.quantile, "share", 0)
    return write.say(f"n_factors.{place}_quantile", level=level, draws=write.count(found.measures["draws"]))


def n_factors(
    items: Any,
    correlation: Correlation = "pearson",
    n_draws: int = 100,
    seed: int = 1,
    *,
    quantile: float | None = 0.95,
    missing: Missing = "listwise",
    only: Sequence[str] | None = None,
) -> FactorNumber:
    """What parallel analysis, Velicer's MAP and the eigenvalues suggest as the number of factors; nothing is chosen.

    `items`: a DataFrame of answers (n, p), Responses (the scored items) or Moments; `only` names some of them. One
    `correlation` serves every rule, KMO and Bartlett's test. Random data are normal for "pearson", and for
    "polychoric" the same answers with each item permuted on its own. An eigenvalue counts while it is above the
    `quantile` of `n_draws` random ones, or above their mean with `quantile=None`. Rows with a missing answer are
    left out and counted (`missing="pairwise"` uses, for each pair, the rows that have both; n is then all who
    answered any item). Errors: fewer than 3 items, a constant item, weights (SurveykitError). Source: Horn 1965;
    Glorfeld 1995; Velicer 1976; Velicer, Eaton & Fava 2000; Kaiser & Rice 1974; Bartlett 1951. In R:
    `psych::fa.parallel(x, fm = "minres", fa = "both", quant = .95)`, `psych::vss(x)$map`, `psych::KMO(r)`,
    `psych::cortest.bartlett(r, n)`.
    """
    if n_draws < FEWEST_DRAWS or (quantile is not None and not 0 < quantile < 1):
        raise SurveykitError.of("EFA-DRAWS", draws=n_draws, least=FEWEST_DRAWS, quantile=str(quantile))
    found = item_matrix(items, correlation, missing, only, "n_factors")
    parallel = _parallel(found, correlation, n_draws, quantile, seed)
    rules, eigenvalues = _rules(found, parallel)
    overall, each = kmo(found.correlation)
    sphere = bartlett(found.correlation, found.n)
    problems = found.problems
    if parallel is not None and parallel.draws < n_draws:
        problems += (Problem.of("EFA-DRAWSLOST", "", "warning", lost=n_draws - parallel.draws, draws=n_draws),)
    return FactorNumber(
        n=found.n,
        rules=rules,
        eigenvalues=eigenvalues,
        items=pd.DataFrame({"item": list(found.items), "kmo": each}),
        measures={
            "kmo": overall,
            "kmo_lowest": float(np.min(each)),
            "bartlett_chi2": sphere.chi2,
            "bartlett_df": float(sphere.df),
            "bartlett_p": sphere.p_value,
            "draws": float(parallel.draws) if parallel is not None else 0.0,
        },
        quantile=quantile,
        correlation=correlation,
        problems=problems,
        names=names_of(items),
        provenance=Provenance.of(
            "n_factors",
            data=fingerprint_of(items),
            seed=seed,
            items=found.items,
            correlation=correlation,
            n_draws=n_draws,
            quantile=quantile,
            missing=missing,
        ),
    )


def _parallel(
    found: ItemMatrix, correlation: Correlation, draws: int, quantile: float | None, seed: int
) -> Parallel | None:
    if not np.all(np.isfinite(found.correlation)):
        return None
    codes = found.rows if correlation == "polychoric" else None
    return parallel_analysis(found.correlation, found.n, draws, quantile, seed, codes)


def _rules(found: ItemMatrix, parallel: Parallel | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    p = len(found.items)
    nan = np.full(p, np.nan)
    if parallel is None:
        names = ("factor", "random_factor", "component", "random_component", "map_squared", "map_fourth")
        lines = pd.DataFrame({"position": range(1, p + 1), **dict.fromkeys(names, nan)})
        return pd.DataFrame({"rule": list(RULES), "estimate": np.nan}), lines
    partials = average_partials(found.correlation)
    taken = len(partials.squared) - 1
    kaiser = float((parallel.observed_components > 1).sum())
    some = parallel.draws > 0
    counts = [
        float(parallel.factors) if some else np.nan,
        float(parallel.components) if some else np.nan,
        float(partials.minimum),
        float(partials.minimum_fourth),
        kaiser,
    ]
    lines = pd.DataFrame(
        {
            "position": range(1, p + 1),
            "factor": parallel.observed_factors,
            "random_factor": parallel.random_factors,
            "component": parallel.observed_components,
            "random_component": parallel.random_components,
            "map_squared": np.concatenate([partials.squared[1:], nan[taken:]]),
            "map_fourth": np.concatenate([partials.fourth[1:], nan[taken:]]),
        }
    )
    return pd.DataFrame({"rule": list(RULES), "estimate": counts}), lines
