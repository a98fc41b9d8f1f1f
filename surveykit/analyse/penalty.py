"""Attributes that only disappoint when bad, and those that only delight when good: penalty-reward contrasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import left_out, names_of, unweighted
from surveykit.analyse.robust_squares import RobustSquares, robust_squares
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.errors import SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.cumulative import dependent

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
        return slopes_figure(
            drawn,
            [write.name(term) for term in drawn["term"]],
            write,
            axis=write.say(
                "penalty.axis", outcome=write.name(self.outcome), level=write.number(self.conf_level, "share", 0)
            ),
            conf_level=self.conf_level,
            model=[write.label(each) for each in drawn["asymmetry"]],
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
    fit = robust_squares(design, y, "HC3", extra.loc[complete, cluster] if cluster else None, outcome, conf_level)
    dropped = len(frame) - n
    contrasts = _contrasts(wanted, fit)
    return PenaltyReward(
        n=n,
        outcome=outcome,
        contrasts=contrasts,
        attributes=_attributes(wanted, cuts, indicators, contrasts, 1 - conf_level),
        measures={
            "r2": 1 - fit.rss / fit.tss if fit.tss > 0 else float("nan"),
            "adj_r2": 1 - fit.rss / fit.tss * (n - 1) / (n - p) if fit.tss > 0 else float("nan"),
        },
        conf_level=conf_level,
        covariance=fit.covariance,
        dropped=dropped,
        problems=(*fit.problems, *left_out(outcome, dropped, len(frame))),
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


def _contrasts(wanted: list[str], fit: RobustSquares) -> pd.DataFrame:
    rows = np.zeros((3 * len(wanted), len(fit.beta)))
    for at in range(len(wanted)):
        rows[3 * at, 1 + 2 * at] = rows[3 * at + 1, 2 + 2 * at] = 1.0
        rows[3 * at + 2, 1 + 2 * at] = rows[3 * at + 2, 2 + 2 * at] = 1.0
    table = fit.contrasts(rows)
    table.insert(0, "term", [name for name in wanted for _ in range(3)])
    table.insert(1, "asymmetry", ["penalty", "reward", "imbalance"] * len(wanted))
    return table


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
