"""Results of completed data sets, pooled row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy import special

from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind, term
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.exact import FloatArray
from surveykit.stats.intervals import wilson
from surveykit.stats.ols import INTERCEPT
from surveykit.stats.pooling import pooled_r2, rubin

NUMBERED = ("step", "factor", "answer", "value")
"""Columns of numbers that name a row."""
OUTSIDE = ("method",)
RELIABILITIES = ("alpha", "omega")
SPOKEN = 6


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PooledResult(Result):
    """Estimates pooled over m completed data sets, in the rows of the results they come from (`of` is their kind).

    `measures`: imputations, and r2 with r2_low and r2_high where the results have it.
    """

    kind: ClassVar[str] = "pooled"

    rows: pd.DataFrame
    keys: tuple[str, ...]
    of: str
    measured_by: str
    number_kind: str
    measures: Mapping[str, float]
    conf_level: float

    @property
    def measure_column(self) -> str | None:  # type: ignore[override]
        """The column that says what a row's estimate is, as in the results pooled."""
        return self.measured_by or None

    @property
    def estimate_kind(self) -> Kind:  # type: ignore[override]
        """The kind of number that every row's estimate is, where no column says it."""
        return cast(Kind, self.number_kind)

    @property
    def named_columns(self) -> tuple[str, ...]:  # type: ignore[override]
        """Columns that hold names of items and constructs."""
        return tuple(key for key in self.keys if key != self.measured_by)

    @property
    def shown(self) -> tuple[str, ...]:  # type: ignore[override]
        """The columns of the table for people."""
        test = ("statistic", "p_value") if "p_value" in self.rows else ()
        return (*self.keys, "estimate", "std_error", *test, "conf_low", "conf_high", "fmi")

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _row_kind(self, row: pd.Series) -> Kind:
        return term(str(row[self.measured_by])).kind if self.measured_by else self.estimate_kind

    def _label(self, row: pd.Series, write: Writer) -> str:
        parts = [
            write.label(str(row[key])) if key == self.measured_by else write.name(str(row[key])) for key in self.keys
        ]
        first, *others = list(dict.fromkeys(part for part in parts if part)) or [write.label("estimate")]
        return f"{first} ({', '.join(others)})" if others else first

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        shown = table
        if "term" in table and (table["term"] != INTERCEPT).any():
            shown = table[table["term"] != INTERCEPT]
        kinds = [self._row_kind(row) for _, row in shown.iterrows()]
        shown = shown[[kind == kinds[0] for kind in kinds]]
        return dot_intervals(
            [self._label(row, write) for _, row in shown.iterrows()],
            shown["estimate"].to_numpy(),
            shown["conf_low"].to_numpy(),
            shown["conf_high"].to_numpy(),
            fmt=lambda value: write.number(value, kinds[0]),
            xlabel=write.say("pool.axis", level=write.number(self.conf_level, "share", 0)),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        said = [write.say("pool.from", m=write.count(self.measures["imputations"]))]
        if np.isfinite(self.measures.get("r2", np.nan)):
            said.append(write.say("pool.r2", r2=write.number(self.measures["r2"], "bounded")))
        known = table.dropna(subset=["estimate"])
        if "term" in known:
            known = known[known["term"] != INTERCEPT]
        if known.empty:
            return [*said, write.say("pool.undefined")]
        for _, row in known.head(SPOKEN).iterrows():
            kind = self._row_kind(row)
            said.append(
                write.say(
                    "pool.row",
                    name=self._label(row, write),
                    estimate=write.number(row["estimate"], kind),
                    interval=write.interval(row["conf_low"], row["conf_high"], kind),
                )
            )
        if known["fmi"].notna().any():
            said.append(write.say("pool.fmi", fmi=write.number(known["fmi"].max(), "share", 0)))
        return said


def pool_results(results: Sequence[Result], conf_level: float | None) -> PooledResult:
    """Pool the tables of results of one kind; see `pool`."""
    if len(results) < 2 or not all(isinstance(result, Result) for result in results):
        raise SurveykitError.of("POOL-RESULTS", "pool", found=len(results))
    kinds = {result.kind for result in results}
    if len(kinds) > 1:
        raise SurveykitError.of("POOL-KINDS", "pool", kinds=", ".join(sorted(kinds)))
    first = results[0]
    tables = [result.table for result in results]
    keys = tuple(
        str(name)
        for name in tables[0].columns
        if name not in OUTSIDE and (name in NUMBERED or not pd.api.types.is_numeric_dtype(tables[0][name].dtype))
    )
    keys = tuple(key for key in keys if all(key in table for table in tables))
    level = conf_level if conf_level is not None else _level(tables[0])
    stacked = [_keyed(table, keys) for table in tables]
    index = stacked[0].index
    if any(len(part.index) != len(set(part.index)) for part in stacked):
        raise SurveykitError.of("POOL-REPEATED", "pool", kind=first.kind)
    gone = [name for name in index if not all(name in part.index for part in stacked)]
    aligned = [part.reindex(index) for part in stacked]
    estimates = np.stack([part["estimate"].to_numpy(dtype=float) for part in aligned])
    errors = np.stack([part["std_error"].to_numpy(dtype=float) for part in aligned])
    fisher = tables[0]["method"].eq("pearson").all() and "item2" in keys
    rows = _pooled(aligned, estimates, errors, _complete_df(results, aligned), level, bool(fisher))
    rows = _within_range(rows, _kinds(first, index, keys), level)
    problems = list(dict.fromkeys(problem for result in results for problem in result.problems))
    if gone:
        listed = ", ".join(" ".join(map(str, name)) for name in gone[:6])
        problems.append(Problem.of("POOL-GONE", listed, "warning"))
    undefined = np.isnan(estimates).any(axis=0)
    if undefined.any():
        named = [" ".join(map(str, name)) for name in index[undefined]]
        times = int(np.isnan(estimates).any(axis=1).sum())
        problems.append(Problem.of("POOL-UNDEFINED", ", ".join(named[:6]), "warning", times=times, m=len(results)))
    names = index.to_frame(index=False) if keys else pd.DataFrame(index=range(len(index)))
    names.columns = list(keys)
    return PooledResult(
        n=first.n,
        rows=pd.concat([names, rows], axis=1),
        keys=keys,
        of=first.kind,
        measured_by=first.measure_column if first.measure_column in keys else "",  # type: ignore[arg-type]
        number_kind=first.estimate_kind,
        measures={"imputations": float(len(results)), **_explained(results, level)},
        conf_level=level,
        problems=tuple(problems),
        names=first.names,
        provenance=Provenance.of("pool", of=first.kind, m=len(results), conf_level=level, data=first.provenance.data),
    )


def _level(table: pd.DataFrame) -> float:
    known = table["conf_level"].dropna()
    return float(known.iloc[0]) if len(known) else 0.95


def _keyed(table: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    if keys:
        return table.set_index(pd.MultiIndex.from_frame(table[list(keys)]))
    return table.set_index(pd.MultiIndex.from_arrays([range(len(table))]))


def _complete_df(results: Sequence[Result], aligned: Sequence[pd.DataFrame]) -> FloatArray:
    """Degrees of freedom of the complete-data analysis, (k,); infinite where a result has none."""
    first = aligned[0]
    for name in ("design_df", "df"):
        if name in first:
            return np.nanmin(np.stack([part[name].to_numpy(dtype=float) for part in aligned]), axis=0)
    found = getattr(results[0], "measures", {})
    if "df2" in found and "term" in first:
        return np.full(len(first), float(found["df2"]))
    return np.where(first["method"].eq("mean_t"), first["n"].to_numpy(dtype=float) - 1, np.inf)


def _pooled(
    aligned: Sequence[pd.DataFrame],
    estimates: FloatArray,
    errors: FloatArray,
    df_complete: FloatArray,
    level: float,
    fisher: bool,
) -> pd.DataFrame:
    if fisher:
        n = np.stack([part["n"].to_numpy(dtype=float) for part in aligned])
        with np.errstate(invalid="ignore", divide="ignore"):
            found = rubin(np.arctanh(estimates), 1 / np.sqrt(n - 3))
    else:
        found = rubin(estimates, errors, df_complete)
    with np.errstate(invalid="ignore", divide="ignore"):
        reach = np.where(
            np.isinf(found.df),
            special.ndtri((1 + level) / 2),
            special.stdtrit(np.where(found.df > 0, found.df, np.nan), (1 + level) / 2),
        )
        low, high = found.estimate - reach * found.std_error, found.estimate + reach * found.std_error
        statistic = found.estimate / np.where(found.std_error > 0, found.std_error, np.nan)
        p = 2 * special.stdtr(found.df, -np.abs(statistic))
    estimate, error = found.estimate, found.std_error
    if fisher:
        estimate, low, high = np.tanh(found.estimate), np.tanh(low), np.tanh(high)
        error = found.std_error * (1 - estimate**2)
    rows: dict[str, Any] = {"estimate": estimate, "std_error": error}
    if "p_value" in aligned[0]:
        rows |= {"statistic": statistic, "p_value": p}
    rows |= {
        "conf_low": low,
        "conf_high": high,
        "pooled_df": found.df,
        "riv": found.riv,
        "fmi": found.fmi,
        "within_variance": found.within,
        "between_variance": found.between,
        "n": aligned[0]["n"].to_numpy(),
        "method": np.where(np.isfinite(error), "rubin_fisher" if fisher else "rubin", "point"),
    }
    return pd.DataFrame(rows)


def _kinds(result: Result, index: pd.MultiIndex, keys: tuple[str, ...]) -> list[str]:
    """The kind of number of each row; reliabilities are told from other bounded numbers, NPS from other points."""
    column = result.measure_column
    if column is None or column not in keys:
        return [result.estimate_kind] * len(index)
    found = []
    for name in index.get_level_values(keys.index(column)):
        own = term(str(name)).kind
        found.append("reliability" if str(name).startswith(RELIABILITIES) else "nps" if name == "nps" else own)
    return found


def _within_range(rows: pd.DataFrame, kinds: list[str], level: float) -> pd.DataFrame:
    """Intervals that stay where the estimate can be: shares on the logit scale, reliabilities as log(1 - r)."""
    p, error = rows["estimate"].to_numpy(dtype=float), rows["std_error"].to_numpy(dtype=float)
    low, high = rows["conf_low"].to_numpy(dtype=float), rows["conf_high"].to_numpy(dtype=float)
    reach = (high - low) / 2
    kind = np.array(kinds)
    with np.errstate(invalid="ignore", divide="ignore"):
        odds, half = special.logit(p), reach / (p * (1 - p))
        share = (kind == "share") & (p > 0) & (p < 1)
        low, high = np.where(share, special.expit(odds - half), low), np.where(share, special.expit(odds + half), high)
        edge = (kind == "share") & ((p == 0) | (p == 1)) & (error == 0)
        exact = wilson(p * rows["n"].to_numpy(dtype=float), rows["n"].to_numpy(dtype=float), level)
        low, high = np.where(edge, exact[0], low), np.where(edge, exact[1], high)
        relative = np.exp(reach / (1 - p))
        bounded = (kind == "reliability") & (p < 1)
        low, high = np.where(bounded, 1 - (1 - p) * relative, low), np.where(bounded, 1 - (1 - p) / relative, high)
        points = kind == "nps"
        low, high = np.where(points, np.clip(low, -100, 100), low), np.where(points, np.clip(high, -100, 100), high)
    return rows.assign(conf_low=low, conf_high=high)


def _explained(results: Sequence[Result], level: float) -> dict[str, float]:
    found = [getattr(result, "measures", {}).get("r2", np.nan) for result in results]
    if not np.isfinite(found).all() or not (np.array(found) < 1).all():
        return {}
    r2, low, high = pooled_r2(found, [result.n for result in results], level)
    return {"r2": r2, "r2_low": low, "r2_high": high}
