"""Multivariate normality: Mardia's coefficients, with the skewness and kurtosis of each variable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.analyse.frames import names_of, numeric_names, unweighted
from surveykit.draw.coefficients import coefficient_plot
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.mardia import mardia as coefficients


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Normality(Result):
    """Rows `mardia_skewness` and `mardia_kurtosis` of all variables together, then `skewness` and `excess_kurtosis` of
    each; `statistic` is chi-square (df) for Mardia's skewness and z for the rest."""

    kind: ClassVar[str] = "mardia"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "item", "estimate", "std_error", "z_or_chisq", "df", "p_value", "n")

    rows: pd.DataFrame
    variables: tuple[str, ...]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(n=self.n, conf_level=self.conf_level, method="mardia")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        single = table[table["item"] != ""]
        return coefficient_plot(
            [write.name(name) for name in single["item"]],
            single["estimate"].to_numpy(),
            single["conf_low"].to_numpy(),
            single["conf_high"].to_numpy(),
            significant=(single["p_value"] < 1 - self.conf_level).tolist(),
            model=[write.label(measure) for measure in single["measure"]],
            arrange="panels",
            significant_label=write.say("mardia.apart"),
            not_significant_label=write.say("mardia.near"),
            xlabel=write.say("mardia.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "coefficient"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        rows = table.set_index("measure")
        skew, kurtosis = rows.loc["mardia_skewness"], rows.loc["mardia_kurtosis"]
        if not np.isfinite(kurtosis["estimate"]):
            return [write.say("mardia.undefined", n=write.count(self.n))]
        numbers = {
            "skew": write.number(skew["estimate"], "coefficient"),
            "chisq": write.number(skew["z_or_chisq"], "statistic"),
            "df": write.count(skew["df"]),
            "p_skew": write.p(skew["p_value"]),
            "kurtosis": write.number(kurtosis["estimate"], "coefficient"),
            "z": write.number(kurtosis["z_or_chisq"], "statistic"),
            "p_kurtosis": write.p(kurtosis["p_value"]),
            "n": write.count(self.n),
        }
        far = min(skew["p_value"], kurtosis["p_value"]) < 1 - self.conf_level
        return [write.say("mardia.finding", **numbers), write.say("mardia.rejected" if far else "mardia.kept")]


def mardia(data: Any, variables: Sequence[str] | None = None, conf_level: float = 0.95) -> Normality:
    """Mardia's test of multivariate normality, over the rows that have all variables.

    `data`: DataFrame, Responses or Scores; `variables` default to all numeric columns. b1p = mean of (d_i' S^-1 d_j)^3
    over all pairs of rows, n b1p / 6 chi-square on p(p+1)(p+2)/6; b2p = mean of (d_i' S^-1 d_i)^2, normal with mean
    p(p+2) and variance 8p(p+2)/n; S with divisor n - 1. Each variable's skewness m3 / m2^1.5 and excess kurtosis
    m4 / m2^2 - 3 with errors sqrt(6 / n) and sqrt(24 / n) of a normal sample. Rows with a missing value are left out
    and counted. Weighted answers are refused. Raises SurveykitError where the covariance matrix is singular.
    Source: Mardia 1970. In R: `psych::mardia(x)`.
    """
    unweighted(data, "mardia")
    names = tuple(variables if variables is not None else numeric_names(data))
    if not names:
        raise SurveykitError.of("SEM-NO-VARIABLES")
    values = columns_of(data, names).to_numpy()
    complete = values[~np.isnan(values).any(axis=1)]
    if len(complete) <= len(names):
        raise SurveykitError.of("STATS-SINGULAR-ROWS", "", n=len(complete), p=len(names))
    found = coefficients(complete)
    error = np.sqrt(8 * found.p * (found.p + 2) / found.n)
    rows: list[dict[str, Any]] = [
        {"measure": "mardia_skewness", "item": "", "estimate": found.skew, "z_or_chisq": found.skew_chi2,
         "df": found.skew_df, "p_value": found.skew_p},
        {"measure": "mardia_kurtosis", "item": "", "estimate": found.kurtosis, "std_error": error,
         "z_or_chisq": found.kurtosis_z, "p_value": found.kurtosis_p},
    ]  # fmt: skip
    centred = complete - complete.mean(axis=0)
    second, third, fourth = ((centred**k).mean(axis=0) for k in (2, 3, 4))
    reach = float(special.ndtri((1 + conf_level) / 2))
    for measure, each, spread in (
        ("skewness", third / second**1.5, np.sqrt(6 / found.n)),
        ("excess_kurtosis", fourth / second**2 - 3, np.sqrt(24 / found.n)),
    ):
        for name, value in zip(names, each, strict=True):
            rows.append(
                {"measure": measure, "item": name, "estimate": value, "std_error": spread,
                 "conf_low": value - reach * spread, "conf_high": value + reach * spread,
                 "z_or_chisq": value / spread, "p_value": 2 * special.ndtr(-abs(value / spread))}
            )  # fmt: skip
    table = pd.DataFrame(rows).reindex(
        columns=["measure", "item", "estimate", "std_error", "conf_low", "conf_high", "z_or_chisq", "df", "p_value"]
    )
    dropped = len(values) - len(complete)
    note = Problem.of("SEM-ROWS-OUT", "", "note", dropped=dropped, rows=len(values))
    return Normality(
        n=found.n,
        rows=table,
        variables=names,
        conf_level=conf_level,
        problems=(note,) if dropped else (),
        names=names_of(data),
        provenance=Provenance.of("mardia", data=fingerprint_of(data), variables=names, conf_level=conf_level),
    )
