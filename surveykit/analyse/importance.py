"""Which predictors the explained variance of an outcome goes to, with intervals of the shares and of the ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice, left_out, names_of
from surveykit.analyse.importance_data import Groups, Sample, sample_of
from surveykit.analyse.importance_estimates import (
    Estimates,
    bounds,
    dominance_tables,
    linear_estimates,
    rank_bounds,
    rank_table,
    ranks,
)
from surveykit.analyse.importance_logit import logit_estimates
from surveykit.analyse.importance_words import importance_sentences
from surveykit.draw.importance import importance_bars, rank_stability
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.cross_validation import k_fold_r2
from surveykit.stats.importance import MOST_UNITS, owen, subset_r2

PILED = 0.5
"""From this share of answers at one end of the scale on, a predictor's spread is called cut off (our guide)."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Importance(Result):
    """Shares of the explained variance (estimate, in units of R2; share, of R2) with intervals and ranks.

    `rank_shares` holds how often each predictor had each rank in the resamples, `dominance` each pair of predictors
    (which one dominates and at which level), `conditional` the mean gain by size of the subset entered, `members` the
    Owen values of predictors inside groups. `measures`: r2, adj_r2, r2_cv (repeated 10-fold), n_boot, n_predictors.
    `plot(what=)`: "shares" (bars with intervals) or "ranks" (share of the resamples at each rank).
    """

    kind: ClassVar[str] = "importance"
    estimate_kind: ClassVar[Kind] = "index"
    named_columns: ClassVar[tuple[str, ...]] = ("predictor", "predictor2", "outcome")
    shown: ClassVar[tuple[str, ...]] = (
        "predictor",
        "estimate",
        "conf_low",
        "conf_high",
        "share",
        "share_low",
        "share_high",
        "rank",
        "rank_low",
        "rank_high",
        "sd",
        "n",
    )

    outcome: str
    shares: pd.DataFrame
    rank_shares: pd.DataFrame
    dominance: pd.DataFrame
    conditional: pd.DataFrame
    members: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    method: str

    def _table(self) -> pd.DataFrame:
        return self.shares.assign(conf_level=self.conf_level, n=self.n, method=self.method)

    def _figure(
        self, table: pd.DataFrame, write: Writer, what: Literal["shares", "ranks"] = "shares", **style: Any
    ) -> Figure:
        choice("what", what, ("shares", "ranks"))
        ordered = table.sort_values("rank", kind="stable")
        labels = [write.name(name) for name in ordered["predictor"]]
        if what == "ranks":
            wide = self.rank_shares.pivot(index="predictor", columns="rank", values="share")
            return rank_stability(
                labels,
                wide.loc[list(ordered["predictor"])].to_numpy(),
                column_title=write.say("importance.rank_axis"),
                fmt=lambda value: write.number(value, "share", 0),
                fmt_rank=write.count,
                **style,
            )
        return importance_bars(
            labels,
            *(ordered[name].to_numpy() for name in ("share", "share_low", "share_high")),
            value_title=write.say("importance.share_short"),
            xlabel=write.say(
                "importance.axis", outcome=write.name(self.outcome), level=write.number(self.conf_level, "share", 0)
            ),
            fmt=lambda value: write.number(value, "share", 0),
            fmt_tick=lambda value: write.number(value, "share", int(abs(100 * value - round(100 * value)) > 1e-6)),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return importance_sentences(self.outcome, table, self.measures, write)


def importance(
    outcome: str,
    predictors: Sequence[str],
    data: Any,
    method: Literal["shapley", "johnson", "dominance"] = "shapley",
    conf_level: float = 0.95,
    *,
    kind: Literal["linear", "ordinal", "binary"] = "linear",
    n_boot: int = 1000,
    seed: int = 1,
    groups: Groups = None,
    weights: str | None = None,
) -> Importance:
    """How much of the explained variance of an outcome goes to each predictor, or group of predictors.

    `data`: DataFrame, Responses, Scores (their weights count; or `weights` names a column) or Moments. `groups`
    `{"service": ["REL", "RES"]}` makes predictors enter together; text columns are factors and enter whole.
    "shapley": mean gain in R2 over all orders of entry (LMG), exact over all 2^k subsets, k up to 20; "dominance" has
    the same values (general dominance); "johnson": relative weights, for many predictors. All sum to R2. Collinear
    predictors share what they explain (pseudo-inverse), with a Problem that names them; a constant predictor gets 0.
    Intervals are percentiles of `n_boot` resamples of the rows; the lower bound is 0 where neither the predictor alone
    nor its gain over all others is statistically significant (F tests at half the level), since resampled shares are
    never 0; moments give normal (Wishart) samples instead. Ranks get the same percentiles. Rows with a missing value
    are left out and counted. R2 left out of the sample: 10-fold, 20 repeats. `kind="ordinal"` or "binary" divides
    McFadden's R2 of proportional-odds models instead (up to 12 units, Shapley and dominance; likelihood-ratio tests;
    resamples by one Newton step; no R2 left out); the outcome may then be text or an ordered category. Too few rows
    or a constant outcome give NaN with a Problem; unknown names, no complete row, more than 20 units raise
    SurveykitError. Source: Lindeman, Merenda & Gold 1980; Groemping 2007; Azen & Budescu 2003; Johnson 2000. In R:
    `relaimpo::calc.relimp(lm(y ~ ., data), type = "lmg")`.
    """
    choice("kind", kind, ("linear", "ordinal", "binary"))
    choice("method", method, ("shapley", "johnson", "dominance") if kind == "linear" else ("shapley", "dominance"))
    sample = sample_of(data, outcome, predictors, groups, weights, coded=kind != "linear")
    if kind != "linear":
        sample, found, game = logit_estimates(sample, kind, n_boot, seed, conf_level)
    else:
        if method != "johnson" and len(sample.units) > MOST_UNITS:
            raise SurveykitError.of("STATS-SUBSETS", units=len(sample.units), most=MOST_UNITS)
        found = linear_estimates(sample, method, n_boot, seed, conf_level)
        game = subset_r2(sample.correlation, sample.units) if method == "dominance" else np.empty((0, 1))
    problems = [*sample.problems, *_caveats(sample, found, n_boot)]
    problems += left_out(outcome, sample.dropped, sample.n + sample.dropped)
    drawn = ranks(found.draws)
    pairs, sizes = _dominance(sample, found, game, method)
    return Importance(
        n=sample.n,
        outcome=outcome,
        shares=_shares(sample, found, drawn, conf_level),
        rank_shares=rank_table(sample.names, drawn),
        dominance=pairs,
        conditional=sizes,
        members=_members(sample, method if kind == "linear" else kind, groups),
        measures={
            "r2": sample.r2,
            "adj_r2": sample.adj_r2,
            "r2_cv": _left_out(sample, seed) if kind == "linear" else float("nan"),
            "n_boot": float(found.draws.shape[1]),
            "n_predictors": float(len(sample.names)),
        },
        conf_level=conf_level,
        method=f"importance_{method}" if kind == "linear" else f"mcfadden_{kind}",
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "importance",
            data=fingerprint_of(data),
            seed=seed,
            outcome=outcome,
            predictors=tuple(predictors),
            method=method,
            kind=kind,
            conf_level=conf_level,
            n_boot=n_boot,
            groups={name: tuple(members) for name, members in (groups or {}).items()},
            weights=weights,
        ),
    )


def _shares(sample: Sample, found: Estimates, drawn: Any, conf_level: float) -> pd.DataFrame:
    error, low, high = bounds(found.value, found.draws, found.doubtful, conf_level)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = found.value / sample.r2 if sample.r2 > 0 else np.full(len(found.value), np.nan)
        _, share_low, share_high = bounds(share, found.draws / found.draws.sum(axis=0), found.doubtful, conf_level)
    rank_low, rank_high = rank_bounds(drawn, conf_level)
    often = rank_table(sample.names, drawn)
    return pd.DataFrame(
        {
            "predictor": list(sample.names),
            "estimate": found.value,
            "std_error": error,
            "conf_low": low,
            "conf_high": high,
            "share": share,
            "share_low": share_low,
            "share_high": share_high,
            "rank": ranks(found.value[:, None])[:, 0],
            "rank_low": rank_low,
            "rank_high": rank_high,
            "first_share": often.loc[often["rank"] == 1, "share"].to_numpy(),
            "sd": sample.sd,
            "ceiling": sample.ceiling,
        }
    )


def _caveats(sample: Sample, found: Estimates, n_boot: int) -> list[Problem]:
    """What a reader must know: no resamples, resamples of moments, ratings piled up at one end of the scale."""
    problems = []
    lost = int((~np.isfinite(found.draws)).any(axis=0).sum())
    if lost:
        problems.append(Problem.of("IMPORT-RESAMPLES", sample.outcome, "warning", lost=lost, draws=n_boot))
    if sample.rows is None and found.draws.shape[1]:
        problems.append(Problem.of("IMPORT-NORMAL", sample.outcome, "note"))
    for name, low, high in zip(sample.names, sample.floor, sample.ceiling, strict=True):
        if max(low, high) >= PILED and min(low, high) > 0 and low + high < 1:
            percent = f"{100 * max(low, high):.0f}"
            problems.append(Problem.of("IMPORT-SPREAD", f"predictor {name}", "warning", percent=percent))
    return problems


def _left_out(sample: Sample, seed: int) -> float:
    if sample.rows is None or not np.isfinite(sample.r2):
        return float("nan")
    return float(np.mean(k_fold_r2(sample.rows, seed=seed, weights=sample.weights)))


def _dominance(sample: Sample, found: Estimates, game: Any, method: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    if method == "dominance":
        return dominance_tables(sample.names, game[:, 0], found.draws)
    pairs = pd.DataFrame(columns=["predictor", "predictor2", "dominance", "subset_share", "draw_share"], dtype=object)
    return pairs, pd.DataFrame(columns=["predictor", "size", "estimate"], dtype=object)


def _members(sample: Sample, method: str, groups: Groups) -> pd.DataFrame:
    """Owen values of the predictors that were grouped."""
    rows = []
    if groups and method in ("shapley", "dominance") and np.isfinite(sample.r2):
        values = owen(sample.correlation, sample.units)
        for name, part in zip(sample.predictors, sample.parts, strict=True):
            owner = next(group for group, unit in zip(sample.names, sample.units, strict=True) if part[0] in unit)
            rows.append((name, owner, float(values[list(part)].sum())))
    return pd.DataFrame(rows, columns=["predictor", "group", "estimate"])
