"""Internal consistency of scales: the coefficients, their intervals, and what each item does to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.measurement import measurement, only_for
from surveykit.analyse.reliability_model import factor_rows, item_rows
from surveykit.analyse.reliability_scale import Request, complete_rows, measured
from surveykit.analyse.reliability_words import READ, WEAK, reliability_sentences
from surveykit.analyse.scales import Keys, Missing, scale_items, scale_matrices
from surveykit.analyse.sem.result import StructuralModel
from surveykit.draw.reliability import reliability_card
from surveykit.errors import SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.moments import Moments


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
        """The coefficient to read for each scale: omega, categorical omega, Spearman-Brown or alpha; NaN without."""
        wide = self.coefficients.pivot_table(
            index="scale", columns="coefficient", values="estimate", aggfunc="first", sort=False, dropna=False
        )
        chosen = wide.reindex(columns=list(READ)).bfill(axis=1).iloc[:, 0]
        return {str(scale): float(value) for scale, value in chosen.items()}

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        scales = list(dict.fromkeys(table["scale"]))

        def part(*read: str) -> Any:
            known = table[table["coefficient"].isin(read)].sort_values(
                "coefficient", key=lambda names: names.map(read.index), kind="stable"
            )
            rows = known.drop_duplicates("scale").set_index("scale").reindex(scales)
            return tuple(rows[name].to_numpy(dtype=float) for name in ("estimate", "conf_low", "conf_high"))

        sizes = table.drop_duplicates("scale").set_index("scale").reindex(scales)
        return reliability_card(
            [write.name(scale) for scale in scales],
            {"α": part("alpha"), "ω": part("omega", "omega_categorical")},
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
        return reliability_sentences(table, self.weak(), write)


def reliability(
    items: Any,
    keys: Keys = None,
    correlation: Literal["pearson", "polychoric"] = "pearson",
    conf_level: float = 0.95,
    *,
    scales: Mapping[str, Sequence[str]] | None = None,
    missing: Missing = "listwise",
    splits: Literal["all", "psych"] = "all",
    n_boot: int = 0,
    seed: int = 1,
    group: str | None = None,
) -> Reliability:
    """Alpha, omega, Guttman's bounds, greatest lower bound and split halves of scales, with item statistics.

    `items`: a model fitted by `cfa` or `sem` (below), or a DataFrame of answers (n, k), Responses (each dimension a
    scale, keyed by the questionnaire), or Moments. `scales` names other groupings, `{"LOY": ["REP1", "REP2"]}`. `keys`:
    `{"RES4": -1}` reverses items; "auto" reverses those that load against the first principal component and says so;
    None takes the questionnaire's keys, else leaves items as they are and warns about such items.
    `correlation="polychoric"` adds ordinal alpha and categorical omega (Green & Yang) from a one-factor WLSMV fit.
    `missing`: "listwise", or "pairwise" as psych does, n then being all who answered any item. `splits="psych"` tries,
    for an odd number of items, only the halves that psych::splitHalf tries.

    alpha = k / (k - 1) (1 - tr C / sum C) with Feldt's interval; omega = (sum l)^2 / ((sum l)^2 + sum u) of a
    one-factor maximum likelihood fit with a delta-method interval on the logit scale; Guttman's bounds, split halves
    and the greatest lower bound from correlations. `n_boot` > 0 resamples respondents and puts percentile intervals in
    the place of these and of none (not for the greatest lower bound, which resampling biases upwards). Undefined
    coefficients (one item, a constant item, omega of two items, no variance) are NaN with a Problem that says why.
    Reversal changes signs of covariances only, so it cannot happen twice.

    Of a fitted model (of several groups, the one named by `group`) each factor is a scale: alpha, omega = (sum l)^2 /
    ((sum l)^2 + sum of residual variances and twice covariances), the same over the implied and over the observed
    variance; of ordered items alpha of the answers, ordinal alpha and categorical omega. Other arguments than `keys`
    and `conf_level` belong to items. Source: Cronbach 1951; Feldt 1965; Guttman 1945; McDonald 1999; Raykov 2002; Green
    & Yang 2009. In R: `psych::alpha`, `psych::guttman`, `psych::splitHalf(brute = TRUE)`, `psych::glb.fa`,
    `psych::glb.algebraic`; of a model `semTools::reliability(fit)`, `semTools::compRelSEM(fit)`.
    """
    if isinstance(items, StructuralModel):
        plain = {"correlation": correlation != "pearson", "missing": missing != "listwise", "splits": splits != "all"}
        only_for("a fitted model", scales=scales, n_boot=n_boot, **plain)
        return _of_model(items, keys, conf_level, group)
    only_for("items", group=group)
    choice("correlation", correlation, ("pearson", "polychoric"))
    choice("missing", missing, ("listwise", "pairwise"))
    choice("splits", splits, ("all", "psych"))
    unweighted(items, "reliability")
    chosen = scale_items(items, scales)
    parts = list(scale_matrices(items, chosen, keys, missing, correlation == "polychoric"))
    if n_boot and isinstance(items, Moments):
        raise SurveykitError.of("RELIABILITY-NOROWS")
    if n_boot and missing == "pairwise":
        raise SurveykitError.of("RELIABILITY-BOOT-LISTWISE")
    asked = Request(conf_level, splits == "psych", n_boot, seed)
    need_rows = bool(n_boot) or correlation == "polychoric"
    found = [
        measured(part, complete_rows(columns_of(items, part.items).to_numpy(dtype=float)) if need_rows else None, asked)
        for part in parts
    ]
    return Reliability(
        n=max(part.n for part in parts),
        coefficients=pd.concat([rows for rows, _, _ in found], ignore_index=True),
        items=pd.concat([table for _, table, _ in found], ignore_index=True),
        conf_level=conf_level,
        problems=tuple(problem for _, _, told in found for problem in told),
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
            n_boot=n_boot,
        ),
    )


def _of_model(model: StructuralModel, keys: Keys, conf_level: float, group: str | None) -> Reliability:
    found = measurement(model, group, keys, "reliability")
    tables, problems = [], list(found.problems)
    for factor, own in found.factors.items():
        rows, told = factor_rows(found, factor, conf_level)
        problems += told
        numbers = pd.DataFrame(
            list(rows.values()), columns=["estimate", "std_error", "conf_low", "conf_high", "method"]
        )
        numbers.insert(0, "scale", factor)
        numbers.insert(1, "coefficient", list(rows))
        tables.append(numbers.assign(n_items=len(own), n=found.sample.n))
    return Reliability(
        n=found.sample.n,
        coefficients=pd.concat(tables, ignore_index=True),
        items=pd.concat([item_rows(found, factor) for factor in found.factors], ignore_index=True),
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        names=model.names,
        provenance=Provenance.of(
            "reliability",
            data=model.provenance.data,
            model=model.model,
            estimator=model.estimator,
            keys=keys,
            conf_level=conf_level,
            group=group,
        ),
    )
