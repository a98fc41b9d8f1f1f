"""Multiple imputation of missing answers, and analyses of all imputations pooled."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import names_of
from surveykit.analyse.imputable import Imputable, imputables
from surveykit.analyse.missing import UNSETTLED, MissingData
from surveykit.analyse.pool import PooledResult, pool_results
from surveykit.errors import Problem, SurveykitError, SurveykitWarning
from surveykit.responses.responses import Responses
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result
from surveykit.stats.chained import Chained, Variable, chained

DOUBT = 0.001
"""Chains differ by more than chance when the p value of their means, over the number of variables, is below this."""
Method = Literal["auto", "pmm", "linear", "logit", "ordinal"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Imputations:
    """m completed data sets: iterate over them, take one by its place, or `apply` an analysis to all and pool it.

    `original` are the data as they were, `report` says what was missing and how the imputation went. Only the draws are
    kept: a completed data set is made when asked for.
    """

    original: pd.DataFrame | Responses
    imputed: tuple[Imputable, ...]
    drawn: tuple[np.ndarray, ...]
    report: MissingData

    @property
    def m(self) -> int:
        """How many imputations there are."""
        return self.report.m

    def __len__(self) -> int:
        return self.m

    def __getitem__(self, at: int) -> Any:
        if not -self.m <= at < self.m:
            raise IndexError(at)
        columns = {
            one.name: one.completed(values[at])
            for one, values in zip(self.imputed, self.drawn, strict=True)
            if len(one.gaps)
        }
        if isinstance(self.original, Responses):
            return self.original.with_columns(pd.DataFrame(columns)) if columns else self.original
        made = self.original.copy()
        for name, values in columns.items():
            made[name] = values.set_axis(made.index)
        return made

    def __iter__(self) -> Iterator[Any]:
        return (self[at] for at in range(self.m))

    def apply(self, analysis: Callable[[Any], Result], conf_level: float | None = None) -> PooledResult:
        """One pooled result of `analysis(data)` on every completed data set; see `pool`."""
        return pool(analysis, self, conf_level)

    def plot(self, lang: str = "en", **style: Any) -> Figure:
        """The patterns of missing values."""
        return self.report.plot(lang, **style)

    def __repr__(self) -> str:
        gaps = sum(len(one.gaps) > 0 for one in self.imputed)
        return f"<Imputations: m = {self.m}, n = {self.report.n}, {gaps} columns imputed>"

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


def impute(
    data: pd.DataFrame | Responses,
    m: int = 20,
    method: Method | Mapping[str, Method] = "auto",
    seed: int = 1,
    iterations: int = 10,
    *,
    columns: Sequence[str] | None = None,
    donors: int = 5,
) -> Imputations:
    """Complete missing values m times by chained equations, so that errors know of what was missing.

    `data`: DataFrame or Responses of n rows. `columns`: those to impute and to predict from; by default the rating
    items of answers with a questionnaire, else every numeric, true/false and categorical column and text of at most 12
    different values; what is left out is said. Put everything an analysis will use into it, the outcome too. `method`:
    "pmm" (predictive mean matching, `donors` candidates: imputed values are observed ones), "linear" (Bayesian normal),
    "logit" (binary, or multinomial for more categories), "ordinal" (proportional odds, slow), or one a column; "auto"
    takes logit for two values and for categories, pmm for the rest. Values are never replaced by a mean. `report`
    shows missing shares and patterns, and R-hat of the chains; above 1.2, and by more than chance, it is warned about:
    raise `iterations`.

    Assumes that values are missing at random given the other columns. Raises SurveykitError for columns nobody
    answered, text columns, m < 2. Source: van Buuren & Groothuis-Oudshoorn 2011; van Buuren 2018. In R:
    `mice::mice(data, m = 20, maxit = 10)`, with other random numbers.
    """
    if not isinstance(data, pd.DataFrame | Responses):
        raise SurveykitError.of("IMPUTE-DATA", "data", found=type(data).__name__)
    if m < 2 or iterations < 1 or donors < 1:
        raise SurveykitError.of("IMPUTE-NUMBERS", "m", m=m, iterations=iterations, donors=donors)
    found, problems = imputables(data, columns, method)
    variables = [Variable(one.codes, one.method, one.nominal, len(one.levels)) for one in found]
    made = chained(variables, m, iterations, donors, seed)
    report = _report(data, found, made, m, problems, seed, iterations=iterations, donors=donors)
    unsettled = [problem for problem in report.problems if problem.code == "IMPUTE-UNSETTLED"]
    for problem in unsettled:
        warnings.warn(SurveykitWarning(str(problem)), stacklevel=2)
    return Imputations(original=data, imputed=found, drawn=made.drawn, report=report)


def pool(
    analysis: Callable[[Any], Result] | Sequence[Result],
    imputations: Imputations | None = None,
    conf_level: float | None = None,
) -> PooledResult:
    """One result of an analysis of several completed data sets, by Rubin's rules.

    `analysis`: a function from data to a Result, `lambda d: sk.regress("y ~ x", d)`, run on every data set of
    `imputations`; or the results themselves. Rows of their tables are matched by their names (term, item, scale,
    measure ...). Estimate = mean; T = mean(se^2) + (1 + 1/m) var(estimates); degrees of freedom of Barnard and Rubin
    (1999); `fmi` is the fraction of missing information, `riv` the relative increase in variance. Correlations are
    pooled as Fisher's z, R2 as z of its root (`measures`); intervals of shares are made on the logit scale. Rows
    without a standard error have a pooled estimate only. Source: Rubin 1987. In R: `mice::pool(with(imp, lm(y ~ x)))`,
    `pool.r.squared`.
    """
    if imputations is None:
        if callable(analysis):
            raise SurveykitError.of("POOL-NODATA", "pool")
        return pool_results(list(analysis), conf_level)
    if not callable(analysis):
        raise SurveykitError.of("POOL-NODATA", "pool")
    return pool_results([analysis(data) for data in imputations], conf_level)


def _report(
    data: pd.DataFrame | Responses,
    found: tuple[Imputable, ...],
    made: Chained,
    m: int,
    problems: list[Problem],
    seed: int,
    **arguments: int,
) -> MissingData:
    gone = np.column_stack([np.isnan(one.codes) for one in found])
    kinds, counts = np.unique(gone, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    patterns = pd.DataFrame(kinds[order].astype(np.int64), columns=[one.name for one in found])
    numeric = [not one.nominal for one in found]
    rows = pd.DataFrame(
        {
            "item": [one.name for one in found],
            "estimate": gone.mean(axis=0),
            "n": (~gone).sum(axis=0),
            "observed_mean": [
                float(np.nanmean(one.codes)) if known else np.nan for one, known in zip(found, numeric, strict=True)
            ],
            "imputed_mean": [
                float(drawn.mean()) if known and drawn.size else np.nan
                for drawn, known in zip(made.drawn, numeric, strict=True)
            ],
            "r_hat": made.r_hat,
            "method": [f"impute_{one.method}" if len(one.gaps) else "impute_none" for one in found],
        }
    )
    unsettled = rows[(rows["r_hat"] > UNSETTLED) & (made.apart < DOUBT / len(rows))]
    if len(unsettled):
        place = ", ".join(unsettled["item"].head(6))
        highest = f"{float(unsettled['r_hat'].max()):.2f}"
        problems = [*problems, Problem.of("IMPUTE-UNSETTLED", place, "warning", r_hat=highest)]
    return MissingData(
        n=len(gone),
        rows=rows,
        patterns=patterns.assign(count=counts[order]),
        complete=int((~gone.any(axis=1)).sum()),
        m=m,
        trace=made.trace,
        unsettled=tuple(unsettled["item"]),
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of("impute", data=fingerprint_of(data), seed=seed, m=m, **arguments),
    )
