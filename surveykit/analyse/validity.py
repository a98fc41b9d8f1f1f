"""Convergent and discriminant validity of constructs, from their items or from a fitted model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.constructs import Constructs, constructs, convergence
from surveykit.analyse.discriminant import COLUMNS, discriminant
from surveykit.analyse.frames import choice, names_of, unweighted
from surveykit.analyse.measurement import measurement, only_for
from surveykit.analyse.scales import Keys, scale_items
from surveykit.analyse.sem.result import StructuralModel
from surveykit.analyse.validity_model import model_constructs, model_convergence, model_correlations, model_cross
from surveykit.analyse.validity_words import GUIDES, validity_sentences
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.arrays import standardise


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Validity(Result):
    """CR and AVE of each construct; HTMT, HTMT2 and correlation of each pair of constructs.

    From items the correlation is the disattenuated one ("latent_r") and `cross_loadings` holds the correlation of
    each item with each construct's sum, without the item itself in its own. From a fitted model the correlation is
    that of the factors ("factor_r") and `cross_loadings` the implied correlation of each item with each factor, with
    the modification index and the expected standardised loading of those not in the model. `measures` holds the
    guides that the words refer to.
    """

    kind: ClassVar[str] = "validity"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("scale", "scale2")
    shown: ClassVar[tuple[str, ...]] = ("scale", "scale2", "measure", "estimate", "conf_low", "conf_high", "method")

    coefficients: pd.DataFrame
    cross_loadings: pd.DataFrame
    scales: Mapping[str, tuple[str, ...]]
    measures: Mapping[str, float]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n=self.n)

    def matrix(self, measure: str = "htmt") -> pd.DataFrame:
        """A measure of pairs ("htmt", "htmt2", "latent_r", "factor_r") as a symmetric table with an empty diagonal."""
        names = list(self.scales)
        found = pd.DataFrame(np.nan, index=names, columns=names)
        rows = self.coefficients[self.coefficients["measure"] == measure]
        for first, second, value in zip(rows["scale"], rows["scale2"], rows["estimate"], strict=True):
            found.loc[first, second] = found.loc[second, first] = value
        return found

    @property
    def fornell_larcker(self) -> pd.DataFrame:
        """Correlations of constructs below a diagonal of sqrt(AVE), the table of Fornell & Larcker (1981)."""
        modelled = bool((self.coefficients["measure"] == "factor_r").any())
        table = self.matrix("factor_r" if modelled else "latent_r").where(
            np.tril(np.ones((len(self.scales),) * 2, dtype=bool), -1)
        )
        extracted = self.coefficients[self.coefficients["measure"] == "ave"].set_index("scale")["estimate"]
        for name in self.scales:
            table.loc[name, name] = np.sqrt(extracted[name])
        return table

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        pairs = table[table["measure"] == "htmt"]
        values = pairs[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
        return dot_intervals(
            [
                write.say("validity.pair", first=write.name(first), second=write.name(second))
                for first, second in zip(pairs["scale"], pairs["scale2"], strict=True)
            ],
            *values.T,
            axis=(0.0, float(np.nanmax(values, initial=1.0))),
            reference=self.measures["loose"],
            reference_label=write.number(self.measures["loose"], "bounded"),
            xlabel=write.say("validity.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return validity_sentences(table, self.measures, write)


def validity(
    data: Any,
    scales: Mapping[str, Sequence[str]] | None = None,
    keys: Keys = None,
    correlation: Literal["pearson", "polychoric"] = "pearson",
    conf_level: float = 0.95,
    *,
    interval: Literal["percentile", "bca"] = "percentile",
    absolute: bool = True,
    n_boot: int = 1000,
    seed: int = 1,
    group: str | None = None,
) -> Validity:
    """CR, AVE, Fornell-Larcker table, HTMT and HTMT2, correlations and cross-loadings of constructs.

    `data`: a model fitted by `cfa` or `sem`, whose factors are the constructs (below), or a DataFrame, Responses (its
    dimensions are the constructs) or Moments; `scales` names the constructs, `{"SAT": ["SAT1", "SAT2"]}`; `keys` as in
    `reliability`. CR and AVE come from a one-factor maximum likelihood fit of each construct's own items with
    delta-method intervals on the logit scale; two items take equal standardised loadings. HTMT = mean r between two
    constructs' items / root of the product of the mean r within them, HTMT2 the same with geometric means; from
    absolute correlations unless `absolute=False`. Their intervals resample respondents `n_boot` times ("percentile" or
    "bca"); the one-sided test of Henseler et al. at 5 % reads the upper bound of conf_level=.90. The disattenuated
    correlation is that of the sums over the root of their omegas. Rows with a missing item are left out and counted.
    One item, an improper fit and pairs without correlations within a construct are undefined (NaN with a Problem).

    Of a fitted model (of several groups, the one named by `group`): CR = (sum l)^2 / ((sum l)^2 + sum of residual
    variances and twice covariances) and AVE = mean l^2 from its standardised loadings, with delta-method intervals on
    the logit scale; correlations of its factors with Wald intervals; HTMT from the rows of the fit (polychoric if all
    items are ordered), without interval where rows have missing answers, weights or clusters. `scales` and
    `correlation` follow from the model. Source: Fornell & Larcker 1981; Henseler, Ringle & Sarstedt 2015; Roemer,
    Schuberth & Henseler 2021. In R: `semTools::htmt(model, data, htmt2 = FALSE)`.
    """
    choice("correlation", correlation, ("pearson", "polychoric"))
    choice("interval", interval, ("percentile", "bca"))
    if isinstance(data, StructuralModel):
        only_for("a fitted model", scales=scales, correlation=correlation != "pearson")
        return _of_model(data, keys, conf_level, interval, absolute, n_boot, seed, group)
    only_for("items", group=group)
    if correlation == "polychoric" and interval == "bca":
        raise SurveykitError.of("VALID-BCAPOLY")
    unweighted(data, "validity")
    part = constructs(data, scale_items(data, scales), keys, correlation == "polychoric")
    own, reliabilities, problems = _constructs(part, conf_level)
    pairs, found_problems = discriminant(part, conf_level, interval, absolute, n_boot, seed)
    latent, more = _latent(part, reliabilities)
    return Validity(
        n=part.n,
        coefficients=pd.DataFrame([*own, *pairs, *latent], columns=COLUMNS),
        cross_loadings=_cross(part),
        scales=part.scales,
        measures=dict(GUIDES),
        conf_level=conf_level,
        problems=tuple(dict.fromkeys([*part.problems, *problems, *found_problems, *more])),
        names=names_of(data),
        provenance=Provenance.of(
            "validity",
            data=fingerprint_of(data),
            seed=seed,
            scales=part.scales,
            keys=keys,
            correlation=correlation,
            conf_level=conf_level,
            interval=interval,
            absolute=absolute,
            n_boot=n_boot,
        ),
    )


def _of_model(
    model: StructuralModel,
    keys: Keys,
    conf_level: float,
    interval: str,
    absolute: bool,
    n_boot: int,
    seed: int,
    group: str | None,
) -> Validity:
    found = measurement(model, group, keys, "validity")
    part = model_constructs(found)
    if part.polychoric and interval == "bca":
        raise SurveykitError.of("VALID-BCAPOLY")
    own: list[Any] = []
    problems = list(part.problems)
    for scale, items in found.factors.items():
        one = model_convergence(found, scale, conf_level)
        problems += one.problems
        for measure, values in (("composite_reliability", one.composite), ("ave", one.extracted)):
            own.append((scale, "", measure, *values, len(items), one.method))
    pairs, more = discriminant(part, conf_level, interval, absolute, n_boot, seed)
    return Validity(
        n=part.n,
        coefficients=pd.DataFrame([*own, *pairs, *model_correlations(found, conf_level)], columns=COLUMNS),
        cross_loadings=model_cross(model, found),
        scales=found.factors,
        measures=dict(GUIDES),
        conf_level=conf_level,
        problems=tuple(dict.fromkeys([*problems, *more])),
        names=model.names,
        provenance=Provenance.of(
            "validity",
            data=model.provenance.data,
            seed=seed,
            model=model.model,
            estimator=model.estimator,
            keys=keys,
            conf_level=conf_level,
            interval=interval,
            absolute=absolute,
            n_boot=n_boot,
            group=group,
        ),
    )


def _constructs(part: Constructs, conf_level: float) -> tuple[list[Any], list[float], list[Problem]]:
    rows: list[Any] = []
    reliabilities: list[float] = []
    problems: list[Problem] = []
    for scale, group in zip(part.scales, part.groups, strict=True):
        found = convergence(part, scale, group, conf_level)
        for measure, values in (("composite_reliability", found.composite), ("ave", found.extracted)):
            rows.append((scale, "", measure, *values, len(group), found.method))
        reliabilities.append(found.reliability)
        problems += found.problems
    return rows, reliabilities, problems


def _sums(part: Constructs) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The matrix of items, which item is in which construct (m, p), and the covariances of the sums (m, m)."""
    items = part.correlation if part.polychoric else part.covariance
    member = np.zeros((len(part.scales), len(part.items)))
    for row, group in enumerate(part.groups):
        member[row, group] = 1.0
    return items, member, member @ items @ member.T


def _latent(part: Constructs, reliabilities: Sequence[float]) -> tuple[list[Any], list[Problem]]:
    names = list(part.scales)
    correlation = standardise(_sums(part)[2])
    rows, problems = [], []
    nan = float("nan")
    for second, first in zip(*np.tril_indices(len(names), -1), strict=True):
        value = float(correlation[first, second] / np.sqrt(reliabilities[first] * reliabilities[second]))
        if abs(value) > 1:
            place = f"scales {names[first]}, {names[second]}"
            problems.append(Problem.of("VALID-ABOVEONE", place, "warning", value=f"{value:.2f}"))
        size = len(part.scales[names[first]]) + len(part.scales[names[second]])
        rows.append((names[first], names[second], "latent_r", value, nan, nan, nan, size, "point"))
    return rows, problems


def _cross(part: Constructs) -> pd.DataFrame:
    items, member, sums = _sums(part)
    shared = items @ member.T
    own = member.T.astype(bool)
    variance = np.diag(items)[:, None]
    corrected = np.where(own, shared - variance, shared)
    spread = np.where(own, np.diag(sums)[None, :] - 2 * shared + variance, np.diag(sums)[None, :])
    with np.errstate(invalid="ignore", divide="ignore"):
        r = np.where((spread > 0) & (variance > 0), corrected / np.sqrt(variance * spread), np.nan)
    single = own & (member.sum(axis=1) == 1)
    r[single] = np.nan
    owner = [list(part.scales)[int(column)] for column in own.argmax(axis=1)]
    m, p = len(part.scales), len(part.items)
    return pd.DataFrame(
        {
            "item": np.repeat(np.array(part.items, dtype=object), m),
            "scale": np.repeat(np.array(owner, dtype=object), m),
            "scale2": np.tile(np.array(list(part.scales), dtype=object), p),
            "estimate": r.ravel(),
            "own": own.ravel().astype(int),
        }
    )
