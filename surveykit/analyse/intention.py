"""How far what customers intend overstates what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import stats

from surveykit.analyse.customer_rows import Row, between, mean_row, row, share_row
from surveykit.analyse.frames import left_out
from surveykit.analyse.says_words import deed
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.joined import Joined
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.intervals import normal_quantile
from surveykit.stats.prediction import paired_shares

COLUMNS = ("measure", "band", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "method")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IntentionGap(Result):
    """Those who said they would, those who did, the difference, the ratio, and the deed at each level of intention.

    `band` is the level. With a stated probability, mean_stated and its difference to those who did too.
    """

    kind: ClassVar[str] = "intention_gap"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("band",)
    shown: ClassVar[tuple[str, ...]] = (
        "measure",
        "band",
        "estimate",
        "conf_low",
        "conf_high",
        "p_value",
        "n",
        "method",
    )

    rows: pd.DataFrame
    intention: str
    does: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        own = table[table["measure"] == "level_rate"]
        if own.empty:
            own = table.head(1).assign(band="–")
        stated = table[table["measure"] == "done_share"]["estimate"].iloc[0]
        return dot_intervals(
            [write.name(str(name)) for name in own["band"]],
            *(own[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high")),
            axis=(0.0, 1.0),
            reference=float(stated) if np.isfinite(stated) else None,
            reference_label=write.number(stated, "share") if np.isfinite(stated) else "",
            value_title=deed(self.does, write),
            n=own["n"].to_numpy(dtype=float),
            xlabel=write.say("intention.axis", does=deed(self.does, write), intention=write.name(self.intention),
                             level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "share"),
            **style,
        )  # fmt: skip

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        rows = table.set_index("measure")
        if not self.n:
            return [write.say("intention.undefined")]
        gap, ratio = rows.loc["stated_minus_done"], rows.loc["overstatement"]
        parts = {
            "stated": write.number(rows.loc["stated_share", "estimate"], "share"),
            "done": write.number(rows.loc["done_share", "estimate"], "share"),
            "does": deed(self.does, write), "n": write.count(self.n),
            "gap": write.number(gap["estimate"], "share"),
            "interval": write.interval(gap["conf_low"], gap["conf_high"], "share"),
            "level": write.number(self.conf_level, "share", 0),
        }  # fmt: skip
        clear = gap["conf_low"] * gap["conf_high"] > 0
        side = "over" if gap["estimate"] > 0 else "under"
        said = [write.say(f"intention.{side if clear else 'alike'}", **parts)]
        if np.isfinite(ratio["conf_low"]):
            ends = write.interval(ratio["conf_low"], ratio["conf_high"], "coefficient")
            said.append(
                write.say("intention.ratio", ratio=write.number(ratio["estimate"], "coefficient"), interval=ends)
            )
        return said


def intention_gap(
    joined: Joined | pd.DataFrame,
    intention: str,
    does: str,
    positive: float,
    *,
    scale: tuple[float, float] | None = None,
    conf_level: float = 0.95,
) -> IntentionGap:
    """Compare stated intention with the deed among the same customers.

    `intention`: an answer; from `positive` on it counts as "would" (such as 4 on a scale to 5: state it before you
    look). `does`: 0 or 1. Shares with Wilson intervals; their difference in pairs (adjusted Wald, Agresti & Min 2005)
    with McNemar's exact p; their ratio with a log interval of pairs; the rate of the deed at each level of intention.
    `scale`: lowest and highest answer of a question that asks for a probability (0 to 10, Juster 1966): then the mean
    stated probability stands beside the share of those who did. Rows with a gap are left out and counted. Nobody did:
    the ratio is NaN. Errors: unknown columns, text, a deed other than 0 and 1. In R: `mcnemar.test`,
    `PropCIs::diffpropci.mp`.
    """
    between("conf_level", conf_level, 0.5, 0.9999)
    frame = joined.frame if isinstance(joined, Joined) else joined
    data = columns_of(frame, [intention, does])
    kept = data.dropna()
    if not set(kept[does].unique()) <= {0, 1}:
        raise SurveykitError.of("SAYS-KIND", f"column {does}", does=does)
    problems = list(joined.problems) if isinstance(joined, Joined) else []
    problems += left_out(f"columns {intention}, {does}", len(data) - len(kept), len(data))
    would, did = (kept[intention] >= positive).to_numpy(), (kept[does] == 1).to_numpy()
    n = len(kept)
    both, only, silent = int((would & did).sum()), int((would & ~did).sum()), int((~would & did).sum())
    test = float(stats.binomtest(only, only + silent).pvalue) if only + silent else np.nan
    rows: list[Row] = [
        share_row("stated_share", int(would.sum()), n, conf_level),
        share_row("done_share", int(did.sum()), n, conf_level),
        row(
            "stated_minus_done",
            *paired_shares(both, only, silent, n - both - only - silent, conf_level),
            n,
            "agresti_min",
        )
        | {"p_value": test},
        _ratio(both, only, silent, n, conf_level),
    ]
    if not did.any():
        problems.append(Problem.of("SAYS-ONE", f"column {does}", "warning", does=does, n=n))
    for level in sorted(kept[intention].unique()):
        own = (kept[intention] == level).to_numpy()
        rows.append(share_row("level_rate", int(did[own].sum()), int(own.sum()), conf_level) | {"band": f"{level:g}"})
    if scale is not None:
        low, high = scale
        chance = (kept[intention].to_numpy(dtype=float) - low) / (high - low)
        rows.append(mean_row("mean_stated", chance, conf_level))
        rows.append(mean_row("probability_gap", chance - did, conf_level))
    return IntentionGap(
        n=n,
        rows=pd.DataFrame([{"band": "", **one} for one in rows], columns=list(COLUMNS)),
        intention=intention,
        does=does,
        conf_level=conf_level,
        problems=tuple(problems),
        names=dict(joined.names) if isinstance(joined, Joined) else {},
        provenance=Provenance.of(
            "intention_gap", data=fingerprint_of(data), intention=intention, does=does, positive=positive, scale=scale,
            conf_level=conf_level,
        ),
    )  # fmt: skip


def _ratio(both: int, only: int, silent: int, n: int, level: float) -> Row:
    """Those who said they would by those who did, with the log interval of paired shares."""
    would, did = both + only, both + silent
    if not would or not did:
        return row("overstatement", np.nan, np.nan, np.nan, np.nan, n, "log_ratio_pairs")
    ratio = would / did
    error = float(np.sqrt((only + silent) / (would * did)))
    half = float(np.exp(normal_quantile(level) * error))
    return row("overstatement", ratio, ratio * error, ratio / half, ratio * half, n, "log_ratio_pairs")
