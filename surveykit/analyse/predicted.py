"""What a model predicts along one predictor: probabilities of answers, shares, counts or means, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.binary import Logistic
from surveykit.analyse.counts_model import CountModel
from surveykit.analyse.design import Design, design_of
from surveykit.analyse.frames import names_of
from surveykit.analyse.ordinal import Ordinal
from surveykit.analyse.regression import Regression
from surveykit.draw.bands import bands
from surveykit.errors import SurveykitError
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.links import LINKS

Array = NDArray[np.float64]
Model = Regression | Ordinal | Logistic | CountModel


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Predicted(Result):
    """Predictions at values of one predictor, averaged over the respondents; a row a value (and answer)."""

    kind: ClassVar[str] = "predicted"
    measure_column: ClassVar[str | None] = "quantity"
    shown: ClassVar[tuple[str, ...]] = (
        "value",
        "category",
        "quantity",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
    )

    outcome: str
    over: str
    model: str
    predictions: pd.DataFrame
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.predictions.assign(conf_level=self.conf_level, n=self.n, method="delta_average")

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        groups = [rows for _, rows in table.groupby("line", sort=True)]
        share = table["quantity"].iloc[0] == "probability"
        numeric = table["value"].notna().all()
        first = groups[0]
        return bands(
            first["value"].to_numpy() if numeric else np.arange(len(first)),
            [rows["estimate"].to_numpy() for rows in groups],
            [rows["conf_low"].to_numpy() for rows in groups],
            [rows["conf_high"].to_numpy() for rows in groups],
            labels=[str(rows["category"].iloc[0]) for rows in groups],
            ordered=self.model == "ordinal",
            ticks=None if numeric else [str(level) for level in first["level"]],
            xlabel=write.name(self.over),
            ylabel=write.say(
                f"predicted.axis_{table['quantity'].iloc[0]}",
                outcome=write.name(self.outcome),
                level=write.number(self.conf_level, "share", 0),
            ),
            floor=0.0 if share else None,
            fmt=lambda value: write.number(value, "share", 0) if share else write.number(value, "plain"),
            fmt_x=lambda value: write.number(value, "plain"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        names = {"over": write.name(self.over), "outcome": write.name(self.outcome)}
        if not table["estimate"].notna().any():
            return [write.say("regression.undefined", outcome=names["outcome"])]
        kind = "share" if table["quantity"].iloc[0] == "probability" else "coefficient"
        last = table[table["line"] == table["line"].max()]
        chosen = last if last["value"].isna().any() else last.iloc[[0, -1]]
        listed = write.say("list.semicolon").join(
            write.say(
                "predicted.at",
                value=write.number(row["value"], "plain") if pd.notna(row["value"]) else row["level"],
                estimate=write.number(row["estimate"], kind),
                interval=write.interval(row["conf_low"], row["conf_high"], kind),
            )
            for _, row in chosen.iterrows()
        )
        return [write.say(f"predicted.{self.model}", **names, listed=listed)]


def predicted(fitted: Model, data: Any, over: str, at: Sequence[Any] | None = None, points: int = 21) -> Predicted:
    """Predict along one predictor, everything else as each respondent has it, averaged over the respondents.

    `fitted`: a result of regress, ordinal, logistic or count_model on the same `data`. For each value of `over` (given
    `at`, `points` from its least to its largest value, or its categories) that value is put in for everybody and the
    predictions are averaged: probabilities of every answer (ordinal), of the event (logistic), counts for one unit of
    exposure (count_model), means (regress). Errors by the delta method from the fitted covariance; intervals of
    probabilities on the logit scale, of counts on the log scale. Raises SurveykitError for other data than the fitted,
    and for an `over` that is not in the formula. Source: Hanmer & Kalkan 2013. In R:
    `marginaleffects::avg_predictions(fit, variables = list(x = ...))`.
    """
    if "group_sd" in getattr(fitted, "measures", {}):
        raise SurveykitError.of("GLM-MIXEDPREDICT", fitted.formula)
    clusters = [fitted.cluster] if fitted.cluster else ()
    design = design_of(fitted.formula, data, also=clusters, recode=lambda _, column: np.zeros(len(column)))
    if design.fingerprint != fitted.provenance.data:
        raise SurveykitError.of("GLM-OTHERDATA", fitted.formula)
    if over not in design.predictors:
        raise SurveykitError.of("GLM-TERM", fitted.formula, terms=over, known=", ".join(design.predictors))
    column = design.used[over]
    numeric = pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_bool_dtype(column.dtype)
    values = list(at) if at is not None else _grid(column, numeric, points)
    average = _averages(fitted, design)
    found = [average(_with(design, over, value)) for value in values]
    estimate = np.array([each[0] for each in found])
    gradient = np.array([each[1] for each in found])
    vcov = np.asarray(fitted.vcov)
    kept = np.isfinite(np.diag(vcov))
    error = np.sqrt(
        np.maximum(np.einsum("vkp,pq,vkq->vk", gradient[..., kept], vcov[np.ix_(kept, kept)], gradient[..., kept]), 0)
    )
    if not kept.any():
        error = np.full(estimate.shape, np.nan)
    quantity = "probability" if isinstance(fitted, Ordinal | Logistic) else "expected"
    low, high = _bounds(fitted, estimate, error)
    lines = fitted.levels if isinstance(fitted, Ordinal) else ("",)
    rows = [(line, at) for line in range(len(lines)) for at in range(len(values))]
    table = pd.DataFrame(
        {
            "term": over,
            "value": [float(values[at]) if numeric else np.nan for _, at in rows],
            "level": ["" if numeric else str(values[at]) for _, at in rows],
            "line": [line for line, _ in rows],
            "category": [lines[line] for line, _ in rows],
            "quantity": quantity,
            **{
                name: [part[at, line] for line, at in rows]
                for name, part in (("estimate", estimate), ("std_error", error), ("conf_low", low), ("conf_high", high))
            },
        }
    )
    return Predicted(
        n=len(design.y),
        outcome=fitted.outcome,
        over=over,
        model=fitted.kind,
        predictions=table,
        conf_level=fitted.conf_level,
        problems=fitted.problems,
        names=names_of(data),
        provenance=Provenance.of(
            "predicted",
            data=design.fingerprint,
            formula=fitted.formula,
            over=over,
            at=None if at is None else tuple(at),
            points=points,
        ),
    )


def _grid(column: pd.Series, numeric: bool, points: int) -> list[Any]:
    if not numeric:
        if isinstance(column.dtype, pd.CategoricalDtype):
            used = set(column.unique())
            return [level for level in column.dtype.categories if level in used]
        return sorted(column.unique().tolist())
    return [float(value) for value in np.linspace(float(column.min()), float(column.max()), max(points, 2))]


def _with(design: Design, name: str, value: Any) -> Array:
    column = design.used[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        filled = pd.Series(pd.Categorical([value] * len(column), dtype=column.dtype), index=column.index)
    else:
        filled = pd.Series(np.full(len(column), value), index=column.index)
    return design.at(design.used.assign(**{name: filled}))


def _averages(fitted: Model, design: Design) -> Any:
    """A function from a design to the averaged predictions (k,) and their gradients (k, P)."""
    if isinstance(fitted, Ordinal):
        return _ordinal_averages(fitted, design)
    table = fitted.table
    beta = np.nan_to_num(table["estimate"].to_numpy())

    def average(x: Array) -> tuple[Array, Array]:
        rows = np.column_stack([np.ones(len(x)), x])
        eta = rows @ beta
        if isinstance(fitted, Logistic):
            link = LINKS["logit"]
            mean, slope = link.cdf(eta), link.density(eta)
        elif isinstance(fitted, CountModel):
            mean = slope = np.exp(eta)
        else:
            mean, slope = eta, np.ones(len(eta))
        return np.array([mean.mean()]), (slope @ rows / len(rows))[None, :]

    return average


def _ordinal_averages(fitted: Ordinal, design: Design) -> Any:
    parts = dict(design.parts)
    free = [at for term in fitted.partial for at in parts[term]]
    rest = [at for at in range(design.x.shape[1]) if at not in free]
    cuts, k = len(fitted.levels) - 1, len(free)
    theta = fitted.parameters[:cuts]
    nominal = fitted.parameters[cuts : cuts * (1 + k)].reshape(k, cuts)
    slopes = fitted.parameters[cuts * (1 + k) :]
    link = LINKS[fitted.link]

    def average(matrix: Array) -> tuple[Array, Array]:
        x, z = matrix[:, rest], matrix[:, free]
        eta = theta - z @ nominal - (x @ slopes)[:, None]
        cumulative, density = link.cdf(eta).mean(axis=0), link.density(eta)
        n = len(x)
        gradient = np.zeros((cuts, len(fitted.parameters)))
        index = np.arange(cuts)
        gradient[index, index] = density.mean(axis=0)
        for at in range(k):
            gradient[index, cuts * (1 + at) + index] = -(density * z[:, [at]]).mean(axis=0)
        gradient[:, cuts * (1 + k) :] = -(density.T @ x) / n
        edges = np.concatenate([[0.0], cumulative, [1.0]])
        walls = np.vstack([np.zeros(gradient.shape[1]), gradient, np.zeros(gradient.shape[1])])
        return np.diff(edges), np.diff(walls, axis=0)

    return average


def _bounds(fitted: Model, estimate: Array, error: Array) -> tuple[Array, Array]:
    reach = special.ndtri((1 + fitted.conf_level) / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(fitted, Ordinal | Logistic):
            centre, half = special.logit(estimate), reach * error / (estimate * (1 - estimate))
            return special.expit(centre - half), special.expit(centre + half)
        if isinstance(fitted, CountModel):
            factor = np.exp(reach * error / estimate)
            return estimate / factor, estimate * factor
    if isinstance(fitted, Regression) and "df2" in fitted.measures:
        df = fitted.measures.get("clusters", fitted.measures["df2"] + 1) - 1
        reach = special.stdtrit(df, (1 + fitted.conf_level) / 2) if df > 0 else np.nan
    return estimate - reach * error, estimate + reach * error
