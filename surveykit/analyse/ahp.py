"""Weights of indicators: from pairwise judgements (AHP), equal, or from the values of units (entropy, CRITIC)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.indicator_weights import weights_for
from surveykit.draw.importance import importance_bars
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.weighting_schemes import MOST_INCONSISTENT, critic_weights, entropy_weights, judged, together


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IndicatorWeights(Result):
    """A row an indicator with its weight (estimate) and rank.

    `weights` is the plain mapping that `sk.indicators(weights=)` takes. Of judgements, `measures` holds
    consistency_ratio, consistency_index, largest_eigenvalue, n_judges and the limit; `judges` the ratio of each judge
    and std_error the spread of the judges' own weights (sd / sqrt(judges)), with no interval.
    """

    kind: ClassVar[str] = "indicator_weights"
    estimate_kind: ClassVar[Kind] = "share"
    named_columns: ClassVar[tuple[str, ...]] = ("node",)
    shown: ClassVar[tuple[str, ...]] = ("node", "estimate", "std_error", "rank")

    found: pd.DataFrame
    judges: pd.DataFrame
    measures: Mapping[str, float]
    method: str

    @property
    def weights(self) -> dict[str, float]:
        """Indicator -> weight, summing to 1."""
        return dict(zip(self.found["node"], self.found["estimate"].astype(float), strict=True))

    def _table(self) -> pd.DataFrame:
        blank = {"conf_low": np.nan, "conf_high": np.nan, "conf_level": np.nan}
        return self.found.assign(**blank, n=self.n, method=self.method)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        ordered = table.sort_values("rank", kind="stable")
        return importance_bars(
            [write.name(name) for name in ordered["node"]],
            *(ordered[name].to_numpy() for name in ("estimate", "conf_low", "conf_high")),
            value_title=write.label("weight"),
            xlabel=write.say("weights.axis"),
            fmt=lambda value: write.number(value, "share", 1),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if table["estimate"].isna().any():
            return [write.say("weights.undefined")]
        ordered = table.sort_values("rank", kind="stable")
        shown = [(write.name(row["node"]), write.number(row["estimate"], "share")) for _, row in ordered.iterrows()]
        name, weight = shown[0]
        rest = write.say("list.comma").join(write.say("weights.one", name=a, weight=b) for a, b in shown[1:])
        if len(shown) > 1 and np.ptp(table["estimate"]) < 1e-9:
            said = [write.say("weights.tied", k=write.count(len(shown)), weight=weight)]
        elif rest:
            said = [write.say("weights.judged", name=name, weight=weight, rest=rest)]
        else:
            said = [write.say("weights.only", name=name, weight=weight)]
        ratio, limit = self.measures.get("consistency_ratio", np.nan), self.measures.get("consistency_limit", np.nan)
        if np.isfinite(ratio):
            key = "weights.consistent" if ratio <= limit else "weights.inconsistent"
            said.append(write.say(key, ratio=write.number(ratio, "index"), limit=write.number(limit, "bounded")))
        if self.measures.get("n_judges", 1.0) > 1:
            said.append(write.say("weights.group", judges=write.count(self.measures["n_judges"])))
        if self.method in ("weights_entropy", "weights_critic"):
            said.append(write.say("weights.spread"))
        return said


def ahp(
    judgements: Any, names: Sequence[str] | None = None, *, importance: Sequence[float] | None = None
) -> IndicatorWeights:
    """Weights from pairwise judgements, with their consistency (analytic hierarchy process).

    `judgements`: a square DataFrame or array, cell (i, j) saying how many times i matters more than j (1 to 9 and
    reciprocals); or several of them, a list or a mapping judge -> matrix, put together by geometric means (`importance`
    weighs the judges). Weights: principal eigenvector, summing to 1. Consistency ratio: (eigenvalue - k) / (k - 1) over
    Saaty's mean for random judgements; above 0.10 a Problem names it, for the group and for every judge. Above 15
    elements the ratio is NaN. Raises SurveykitError for a matrix that is not square, positive and reciprocal. Source:
    Saaty 1980; Aczel & Saaty 1983. In R: `eigen(matrix)`.
    """
    given, judges = _judgements(judgements)
    tables = [matrix for matrix in given if isinstance(matrix, pd.DataFrame)]
    orders = {tuple(map(str, matrix.columns)) for matrix in tables}
    if len(orders) > 1 or any(tuple(map(str, m.index)) not in (*orders, _plain(m)) for m in tables):
        raise SurveykitError.of("INDIC-SIZES", "judgements")
    both = together(given, weights_for(importance, judges))
    group, own = judged(both), [judged(matrix, name) for matrix, name in zip(given, judges, strict=True)]
    k = len(both)
    known = tuple(names) if names is not None else next(iter(orders), tuple(f"{at + 1}" for at in range(k)))
    if len(known) != k:
        raise SurveykitError.of("INDIC-SIZES", "names")
    problems = []
    for name, each in [("judgements", group), *(zip(judges, own, strict=True) if len(own) > 1 else ())]:
        if each.ratio > MOST_INCONSISTENT:
            values = {"ratio": f"{each.ratio:.3f}", "limit": f"{MOST_INCONSISTENT:.2f}"}
            problems.append(Problem.of("INDIC-INCONSISTENT", name, "warning", **values))
    if np.isnan(group.ratio):
        problems.append(Problem.of("INDIC-NORATIO", "judgements", "warning", size=k))
    spread = np.array([each.weights for each in own])
    error = spread.std(axis=0, ddof=1) / np.sqrt(len(own)) if len(own) > 1 else np.full(k, np.nan)
    return IndicatorWeights(
        n=len(given),
        found=_found(known, group.weights, error),
        judges=pd.DataFrame({"judge": judges, "estimate": [each.ratio for each in own]}),
        measures={
            "consistency_ratio": group.ratio,
            "consistency_index": group.index,
            "largest_eigenvalue": group.eigenvalue,
            "consistency_limit": MOST_INCONSISTENT,
            "n_judges": float(len(given)),
            "n_weights": float(k),
        },
        method="weights_ahp",
        problems=tuple(problems),
        provenance=Provenance.of(
            "ahp",
            data=fingerprint_of(pd.DataFrame(both, columns=list(known))),
            importance=None if importance is None else tuple(importance),
        ),
    )


def weigh(
    values: Any,
    method: Literal["equal", "entropy", "critic"],
    columns: Sequence[str] | None = None,
    lower: Sequence[str] = (),
) -> IndicatorWeights:
    """Weights of indicators from their values for several units: "equal", "entropy" or "critic".

    `values`: a row a unit, a column an indicator; `lower` names those where less is better (their values are turned
    for CRITIC by max - v, for entropy left as they are, since its shares take no direction). Entropy needs two units
    and no negative value, CRITIC three; else NaN with a Problem. Both measure differences between these units, not
    importance. Source: Shannon 1948, Hwang & Yoon 1981; Diakoulaki, Mavrotas & Papayannakis 1995.
    """
    choice("method", method, ("equal", "entropy", "critic"))
    unweighted(values, "weigh")
    own = getattr(values, "columns", getattr(values, "scales", ()))
    wanted = list(columns) if columns is not None else list(own)
    table = columns_of(values, wanted)
    if not wanted:
        raise SurveykitError.of("INDIC-NOUNITS")
    strange = [name for name in lower if name not in wanted]
    if strange:
        raise SurveykitError([Problem.of("INDIC-NOCOLUMN", "lower", column=name) for name in strange])
    matrix = table.to_numpy()
    if method == "equal":
        found = np.full(len(wanted), 1 / len(wanted))
    elif method == "entropy":
        found = entropy_weights(matrix)
    else:
        sign = np.array([-1.0 if name in lower else 1.0 for name in wanted])
        found = critic_weights(matrix * sign)
    problems = []
    if np.isnan(found).any():
        need = {
            "entropy": "two units or more, no missing or negative value, no column of zeros, and units that differ",
            "critic": "three units or more, no missing value, and columns that differ and do not all correlate at 1",
        }
        problems.append(Problem.of("INDIC-NOWEIGHTS", "values", "warning", method=method, need=need[method]))
    return IndicatorWeights(
        n=len(table),
        found=_found(tuple(wanted), found, np.full(len(wanted), np.nan)),
        judges=pd.DataFrame({"judge": [], "estimate": []}, dtype=object),
        measures={"n_units": float(len(table)), "n_weights": float(len(wanted))},
        method=f"weights_{method}",
        problems=tuple(problems),
        names=names_of(values),
        provenance=Provenance.of(
            "weigh", data=fingerprint_of(values), method=method, columns=tuple(wanted), lower=tuple(lower)
        ),
    )


def _judgements(given: Any) -> tuple[list[Any], list[str]]:
    if isinstance(given, Mapping):
        matrices, judges = list(given.values()), [str(name) for name in given]
    elif isinstance(given, list | tuple) and given and all(np.ndim(part) == 2 for part in given):
        matrices, judges = list(given), [f"judge {at + 1}" for at in range(len(given))]
    else:
        matrices, judges = [given], ["judgements"]
    if not matrices:
        raise SurveykitError.of("INDIC-NOTSQUARE", "judgements", found="0")
    return matrices, judges


def _plain(matrix: pd.DataFrame) -> tuple[str, ...]:
    """The names of rows that were never named."""
    return tuple(str(at) for at in range(len(matrix)))


def _found(names: Sequence[str], weights: Any, error: Any) -> pd.DataFrame:
    ranks = pd.Series(np.round(weights, 12)).rank(ascending=False).to_numpy()
    return pd.DataFrame({"node": [str(name) for name in names], "estimate": weights, "std_error": error, "rank": ranks})
