"""Lifetime value by formula: of the whole portfolio, and of one customer net of acquisition, which are not the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.customer_rows import Row, between, flags, mean_row, not_negative, numbers, row
from surveykit.analyse.frames import table_of, unweighted
from surveykit.analyse.value_words import portfolio_sentences
from surveykit.draw.coefficients import coefficient_plot
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.lifetime_value import Spending, bootstrap_values

VALUES = (
    "customer_lifetime", "lifetime_discounted", "portfolio_value", "portfolio_value_discounted", "customer_value_net",
    "customer_value_net_discounted",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LifetimeValue(Result):
    """Mean spend, churn, lifetime and the two values, each plain and discounted."""

    kind: ClassVar[str] = "lifetime_value"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "estimate", "conf_low", "conf_high", "n", "method")

    rows: pd.DataFrame
    discount: float
    given_lifetime: float
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        net = table[table["measure"].isin(VALUES[4:])]
        return coefficient_plot(
            [write.label(name) for name in net["measure"]],
            net["estimate"].to_numpy(),
            net["conf_low"].to_numpy(),
            net["conf_high"].to_numpy(),
            significant=[True] * len(net),
            xlabel=write.say("value.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return portfolio_sentences(table, self.discount, write)


def lifetime_value(
    data: Any,
    spend: str,
    tenure: str,
    lost: str | None = None,
    cost: str | None = None,
    *,
    lifetime: float | None = None,
    discount: float = 0.0,
    n_boot: int = 2000,
    seed: int = 1,
    conf_level: float = 0.95,
) -> LifetimeValue:
    """Value of the portfolio and of one customer net of acquisition, from a table with a customer a row.

    `spend`: money a period; `tenure`: periods observed; `lost`: 1 where the customer has left; `cost`: money spent to
    win the customer (none: 0). Portfolio value = mean spend x lifetime x customers, a total; net customer value =
    mean spend x lifetime - mean cost, of one customer. Lifetime: `lifetime` where given, else 1 / churn with churn =
    customers lost / periods observed, so that those who still stay count as not ended (their mean tenure would be too
    short). With `discount` a period the lifetime is worth 1 / (1 / lifetime + log(1 + discount)). Spend as revenue
    gives revenue: pass margins for profit. Intervals: percentile bootstrap over customers. No customer lost: NaN and
    a Problem. Rows with gaps are left out and counted. Errors: SurveykitError for text or negative tenure. Source:
    Gupta & Lehmann 2003.
    """
    between("discount", discount, 0.0, 10.0)
    between("n_boot", n_boot, 100, 1_000_000)
    if lifetime is None and lost is None:
        raise SurveykitError.of("VALUE-NOLIFETIME")
    if lifetime is not None:
        between("lifetime", lifetime, 1e-9, 1e9)
    unweighted(data, "lifetime_value")
    names = [spend, tenure, *([lost] if lost else []), *([cost] if cost else [])]
    frame = table_of(data, names)
    money, time = numbers(frame, spend), numbers(frame, tenure)
    gone = flags(frame, lost) if lost else np.zeros(len(frame))
    paid = numbers(frame, cost) if cost else np.zeros(len(frame))
    not_negative(time, tenure)
    rows = np.column_stack([money, time, gone, paid])
    known = ~np.isnan(rows).any(axis=1)
    problems: list[Problem] = []
    if not known.all():
        problems.append(Problem.of("VALUE-GAPS", spend, "note", left=int((~known).sum()), rows=len(frame)))
    if not known.any():
        raise SurveykitError.of("VALUE-NOCUSTOMERS", f"columns {', '.join(names)}")
    used = Spending(*rows[known].T)
    if lifetime is None and not used.lost.any():
        problems.append(Problem.of("VALUE-NOCHURN", f"column {lost}", "warning", n=int(known.sum())))
    parts = bootstrap_values(used, discount, lifetime, n_boot, seed, conf_level)
    n = int(known.sum())
    if np.isfinite(parts[0]).all() and not np.isfinite(parts[1]).all():
        problems.append(Problem.of("VALUE-FEWLOST", f"column {lost}", "warning", lost=int(used.lost.sum())))
    table: list[Row] = [mean_row("mean_spend", used.spend, conf_level)]
    if cost:
        table.append(mean_row("acquisition_cost", used.cost, conf_level))
    if lifetime is None:
        periods = used.tenure.sum()
        churn = used.lost.sum() / periods if periods > 0 else np.nan
        error = np.sqrt(used.lost.sum()) / periods if periods > 0 else np.nan
        with np.errstate(divide="ignore"):
            ends = 1 / np.array([parts[3][0], parts[2][0]])
        table.append(row("churn_rate", churn, error, *ends, n, "boot_percentile"))
    how = ["given" if lifetime is not None and at < 2 else "boot_percentile" for at in range(6)]
    table += [
        row(name, *(part[at] for part in parts), n, how[at])  # type: ignore[misc]
        for at, name in enumerate(VALUES)
    ]
    return LifetimeValue(
        n=n,
        rows=pd.DataFrame(table),
        discount=discount,
        given_lifetime=np.nan if lifetime is None else lifetime,
        conf_level=conf_level,
        problems=tuple(problems),
        provenance=Provenance.of(
            "lifetime_value",
            data=fingerprint_of(data),
            seed=seed,
            spend=spend,
            tenure=tenure,
            lost=lost,
            cost=cost,
            lifetime=lifetime,
            discount=discount,
            n_boot=n_boot,
            conf_level=conf_level,
        ),
    )
