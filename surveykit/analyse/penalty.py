"""Attributes that only disappoint when bad, and those that only delight when good: penalty-reward contrasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.clusters import cluster_codes
from surveykit.analyse.frames import names_of, unweighted
from surveykit.draw.coefficients import coefficient_plot
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.cumulative import dependent
from surveykit.stats.residuals import robust_covariance
from surveykit.stats.sandwich import cluster_covariance

TYPES = ("basic", "performance", "excitement", "none")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PenaltyReward(Result):
    """Penalty, reward and their imbalance for each attribute.

    `attributes` has a row an attribute: factor_type (basic, performance, excitement, none), impact_asymmetry, low_at,
    high_at, n_low, n_high; `measures` r2 and adj_r2 of the regression on all contrasts.
    """

    kind: ClassVar[str] = "penalty_reward"
    measure_column: ClassVar[str | None] = "asymmetry"
    shown: ClassVar[tuple[str, ...]] = (
        "term",
        "asymmetry",
        "estimate",
        "std_error",
        "statistic",
        "p_value",
        "conf_low",
        "conf_high",
    )

    outcome: str
    contrasts: pd.DataFrame
    attributes: pd.DataFrame
    measures: Mapping[str, float]
    conf_level: float
    covariance: str
    dropped: int

    def _table(self) -> pd.DataFrame:
        return self.contrasts.assign(conf_level=self.conf_level, n=self.n, method=f"ols_{self.covariance}")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        drawn = table[table["asymmetry"] != "imbalance"]
        return coefficient_plot(
            [write.name(term) for term in drawn["term"]],
            drawn["estimate"].to_numpy(),
            drawn["conf_low"].to_numpy(),
            drawn["conf_high"].to_numpy(),
            model=[write.label(each) for each in drawn["asymmetry"]],
            significant=(drawn["p_value"] < 1 - self.conf_level).to_numpy(),
            significant_label=write.say("regression.significant"),
            not_significant_label=write.say("regression.not_significant"),
            xlabel=write.say(
                "penalty.axis", outcome=write.name(self.outcome), level=write.number(self.conf_level, "share", 0)
            ),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        if not table["estimate"].notna().any() or pd.isna(self.measures["r2"]):
            return [write.say("regression.undefined", outcome=write.name(self.outcome))]
        said = []
        wide = table.set_index(["asymmetry", "term"])
        for factor_type in TYPES:
            chosen = self.attributes.loc[self.attributes["factor_type"] == factor_type, "term"]
            if not len(chosen):
                continue
            listed = write.say("list.semicolon").join(
                write.say(
                    "penalty.attribute",
                    name=write.name(term),
                    penalty=write.number(wide.loc[("penalty", term), "estimate"], "coefficient"),
                    reward=write.number(wide.loc[("reward", term), "estimate"], "coefficient"),
                )
                for term in chosen
            )
            said.append(write.say(f"penalty.{factor_type}", listed=listed))
        said.append(
            write.say(
                "penalty.base", r2=write.number(self.measures["r2"], "bounded"), n=write.count(table["n"].iloc[0])
            )
        )
        return said


def penalty_reward(
    outcome: str,
    attributes: Sequence[str],
    data: Any,
    low: float | Mapping[str, float] | None = None,
    high: float | Mapping[str, float] | None = None,
    cluster: str | None = None,
    conf_level: float = 0.95,
) -> PenaltyReward:
    """Tell basic, performance and excitement attributes apart by the effects of low and of high ratings.

    Each attribute becomes two indicators: rating <= `low` and rating >= `high` (numbers, or one for each attribute;
    without them the lower and the upper third of its ratings, or below and above its median where few answers leave no
    middle third); the middle is the reference. Least squares of the
    outcome on all of them with HC3 errors (clustered with `cluster`) gives the penalty p of low and the reward r of
    high ratings. Imbalance = r + p, the size of the reward minus that of the penalty, is tested with its own error.
    Basic: imbalance significantly negative; excitement: significantly positive; performance: neither, but a
    significant penalty or reward; none: no significant effect. impact_asymmetry = (r - |p|) / (r + |p|), NaN where a
    sign is against the theory. An interval that includes zero is no proof of symmetry. Rows with a gap are left out and
    counted. Raises SurveykitError where a rating has no low, middle or high part. Source: Brandt 1988; Matzler &
    Sauerwein 2002; Mikulic & Prebezac 2008. In R: `coeftest(lm(y ~ low + high), vcovHC)` and the contrast.
    """
    unweighted(data, "penalty_reward")
    wanted = list(dict.fromkeys(attributes))
    if not wanted or outcome in wanted:
        raise SurveykitError.of("ANALYSE-NOPREDICTOR", outcome)
    frame = columns_of(data, [*wanted, outcome])
    extra = columns_of(data, [cluster]) if cluster else pd.DataFrame(index=frame.index)
    complete = (frame.notna().all(axis=1) & extra.notna().all(axis=1)).to_numpy()
    used = frame[complete]
    if used.empty:
        raise SurveykitError.of("ANALYSE-NOROWS", outcome, rows=len(frame))
    y = used[outcome].to_numpy()
    cuts = [_cuts(used[name].to_numpy(), name, low, high) for name in wanted]
    indicators = np.column_stack(
        [
            part.astype(float)
            for name, (down, up) in zip(wanted, cuts, strict=True)
            for part in (used[name].to_numpy() <= down, used[name].to_numpy() >= up)
        ]
    )
    design = np.column_stack([np.ones(len(y)), indicators])
    bad = dependent(indicators)
    if bad:
        named = ", ".join(dict.fromkeys(wanted[at // 2] for at in bad))
        raise SurveykitError.of("GLM-DEPENDENT", outcome, predictors=named)
    n, p = design.shape
    if n <= p:
        raise SurveykitError.of("STATS-FEW-ROWS", outcome, rows=n, terms=p)
    bread = np.linalg.inv(design.T @ design)
    beta = bread @ (design.T @ y)
    residuals = y - design @ beta
    problems: list[Problem] = []
    if cluster:
        codes, groups, problems = cluster_codes(extra.loc[complete, cluster], cluster)
        vcov, df, covariance = (
            cluster_covariance(bread, design * residuals[:, None], codes, rows=True),
            groups - 1,
            "CR1",
        )
    else:
        vcov, df, covariance = robust_covariance(design, residuals, "HC3", bread), n - p, "HC3"
    tss, rss = float(((y - y.mean()) ** 2).sum()), float(residuals @ residuals)
    if rss <= 1e-14 * tss or tss <= 0:
        vcov = np.full((p, p), np.nan)
        problems.append(Problem.of("ANALYSE-PERFECT", outcome, "warning"))
    dropped = len(frame) - n
    if dropped:
        problems.append(Problem.of("ANALYSE-DROPPED", outcome, "note", dropped=dropped, rows=len(frame)))
    contrasts = _contrasts(wanted, beta, vcov, df, conf_level)
    return PenaltyReward(
        n=n,
        outcome=outcome,
        contrasts=contrasts,
        attributes=_attributes(wanted, cuts, indicators, contrasts, 1 - conf_level),
        measures={
            "r2": 1 - rss / tss if tss > 0 else float("nan"),
            "adj_r2": 1 - rss / tss * (n - 1) / (n - p) if tss > 0 else float("nan"),
        },
        conf_level=conf_level,
        covariance=covariance,
        dropped=dropped,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "penalty_reward",
            data=fingerprint_of(data),
            outcome=outcome,
            attributes=tuple(wanted),
            low=low,
            high=high,
            cluster=cluster,
            conf_level=conf_level,
        ),
    )


def _cuts(ratings: np.ndarray, name: str, low: Any, high: Any) -> tuple[float, float]:
    middle = float(np.median(ratings))
    third, two_thirds = (float(cut) for cut in np.quantile(ratings, [1 / 3, 2 / 3], method="inverted_cdf"))
    if not ((ratings > third) & (ratings < two_thirds)).any():
        third = float(ratings[ratings < middle].max(initial=-np.inf))
        two_thirds = float(ratings[ratings > middle].min(initial=np.inf))
    down = float(low[name] if isinstance(low, Mapping) else third if low is None else low)
    up = float(high[name] if isinstance(high, Mapping) else two_thirds if high is None else high)
    parts = [int((ratings <= down).sum()), int(((ratings > down) & (ratings < up)).sum()), int((ratings >= up).sum())]
    if down >= up or min(parts) < 2:
        raise SurveykitError.of(
            "GLM-THIRDS", f"column {name}", low=f"{down:g}", high=f"{up:g}", counts=", ".join(map(str, parts))
        )
    return down, up


def _contrasts(wanted: list[str], beta: np.ndarray, vcov: np.ndarray, df: int, conf_level: float) -> pd.DataFrame:
    rows = np.zeros((3 * len(wanted), len(beta)))
    for at in range(len(wanted)):
        rows[3 * at, 1 + 2 * at] = rows[3 * at + 1, 2 + 2 * at] = 1.0
        rows[3 * at + 2, 1 + 2 * at] = rows[3 * at + 2, 2 + 2 * at] = 1.0
    estimate = rows @ beta
    error = np.sqrt(np.einsum("ij,jk,ik->i", rows, vcov, rows))
    reach = special.stdtrit(df, (1 + conf_level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = estimate / np.where(error > 0, error, np.nan)
    return pd.DataFrame(
        {
            "term": [name for name in wanted for _ in range(3)],
            "asymmetry": ["penalty", "reward", "imbalance"] * len(wanted),
            "estimate": estimate,
            "std_error": error,
            "statistic": t,
            "p_value": 2 * special.stdtr(df, -np.abs(t)),
            "conf_low": estimate - reach * error,
            "conf_high": estimate + reach * error,
        }
    )


def _attributes(
    wanted: list[str], cuts: list[tuple[float, float]], indicators: np.ndarray, contrasts: pd.DataFrame, alpha: float
) -> pd.DataFrame:
    estimate = contrasts["estimate"].to_numpy().reshape(-1, 3)
    clear = contrasts["p_value"].to_numpy().reshape(-1, 3) < alpha
    penalty, reward = estimate[:, 0], estimate[:, 1]
    one_sided = (clear[:, 0] & (penalty < 0)) | (clear[:, 1] & (reward > 0))
    kind = np.where(one_sided, "performance", "none")
    kind = np.where(one_sided & clear[:, 2], np.where(estimate[:, 2] > 0, "excitement", "basic"), kind)
    as_expected = (penalty < 0) & (reward > 0)
    index = np.where(as_expected, (reward + penalty) / np.where(as_expected, reward - penalty, 1.0), np.nan)
    counts = indicators.sum(axis=0).reshape(-1, 2)
    return pd.DataFrame(
        {
            "term": wanted,
            "factor_type": kind,
            "impact_asymmetry": index,
            "low_at": [down for down, _ in cuts],
            "high_at": [up for _, up in cuts],
            "n_low": counts[:, 0],
            "n_high": counts[:, 1],
        }
    )
