"""Answers together with how their respondents were drawn."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.scores import Scores
from surveykit.responses.source import Data, columns_of, require_columns, weights_of
from surveykit.stats.design import Sampling
from surveykit.stats.exact import FloatArray
from surveykit.stats.raking import IntArray, kish
from surveykit.stats.replication import METHODS, Replication, replication

Sample = Literal["probability", "opt_in"]
Replicates = Literal["JK1", "JKn", "bootstrap"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SurveyDesign:
    """Rows and the sample they are: `sampling` holds weights, clusters, strata and finite populations.

    `sample="opt_in"` says that nobody drew the respondents: every result then notes that its intervals are modelled.
    """

    data: Data
    sampling: Sampling
    sample: Sample = "probability"
    described: str = ""

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.sampling.weights)

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What every result from this design has to say."""
        if self.sample == "probability":
            return ()
        return (Problem.of("DESIGN-OPTIN", "design", "note"),)

    def __repr__(self) -> str:
        deff, effective = kish(self.sampling.weights)
        return f"<SurveyDesign: n = {self.n}, {self.described}, Kish deff {deff:.3f}, effective n {effective:.0f}>"


def survey_design(
    data: Data,
    weights: str | ArrayLike | None = None,
    strata: str | ArrayLike | None = None,
    clusters: str | ArrayLike | None = None,
    fpc: str | float | ArrayLike | None = None,
    replicates: Replicates | None = None,
    *,
    n_replicates: int = 500,
    seed: int = 1,
    sample: Sample = "probability",
) -> SurveyDesign:
    """How the respondents were drawn; analyses of a design have design-based errors.

    `data`: DataFrame, Responses or Scores of n rows. `weights`, `strata`, `clusters`, `fpc`: a column's name, or an
    array (n,). Weights default to those of the answers; without any, to population / sample of the stratum where `fpc`
    gives population sizes, else to 1. `fpc`: clusters (rows, without clusters) of the stratum in the population, or the
    share of them that was drawn (all values at most 1). Clusters of the same name in two strata are different.
    `replicates`: None for Taylor linearisation, "JK1" (no strata), "JKn", or "bootstrap" (Rao & Wu 1988, `n_replicates`
    draws, no fpc). `sample="opt_in"` for panels that anyone may join: there are no sampling errors then, only modelled
    ones, and results say so.

    Raises SurveykitError for missing values in strata or clusters, a stratum with one cluster (merge strata), an fpc
    that changes within a stratum or is smaller than the sample, wrong weights. In R: `svydesign(id = ~psu,
    strata = ~strata, weights = ~w, fpc = ~fpc, nest = TRUE)`, `as.svrepdesign(design, type = "JKn")`.
    """
    rows = len(data) if isinstance(data, pd.DataFrame) else data.n
    if not rows:
        raise SurveykitError.of("DESIGN-NOROWS", "data")
    if replicates is not None and replicates not in METHODS:
        raise SurveykitError.of("DESIGN-CHOICE", "replicates", found=str(replicates), allowed=", ".join(METHODS))
    if sample not in ("probability", "opt_in"):
        raise SurveykitError.of("DESIGN-CHOICE", "sample", found=str(sample), allowed="probability, opt_in")
    stratum_of_row, stratum_names = _codes(data, strata, rows, "strata")
    cluster_of_row, _ = _codes(data, clusters, rows, "clusters")
    if clusters is None:
        psu, stratum = None, stratum_of_row
    else:
        pairs = stratum_of_row.astype(np.int64) * (int(cluster_of_row.max()) + 1) + cluster_of_row
        _, first, psu = np.unique(pairs, return_index=True, return_inverse=True)
        stratum = stratum_of_row[first]
    sizes = np.bincount(stratum, minlength=len(stratum_names))
    fraction, population = _fractions(data, fpc, rows, stratum_of_row, sizes, stratum_names)
    lonely = (sizes < 2) & (fraction < 1)
    if lonely.any():
        names = ", ".join(str(stratum_names[at]) for at in np.flatnonzero(lonely)[:8])
        raise SurveykitError.of("DESIGN-LONELY", "strata", names=names)
    own = _weights(data, weights, rows)
    if own is None:
        scale = population / sizes if population is not None else np.ones(len(sizes))
        own = scale[stratum_of_row]
    return SurveyDesign(
        data=data,
        sampling=Sampling(
            own, psu, stratum, fraction, replication=_replicates(replicates, stratum, fraction, n_replicates, seed)
        ),
        sample=sample,
        described=f"{len(stratum_names)} strata, {len(stratum)} clusters"
        if psu is not None or strata is not None
        else "rows",
    )


def _replicates(
    method: Replicates | None, stratum: IntArray, fraction: FloatArray, draws: int, seed: int
) -> Replication | None:
    if method is None:
        return None
    if method == "JK1" and len(fraction) > 1:
        raise SurveykitError.of("DESIGN-JK1", "replicates", strata=len(fraction))
    if method == "bootstrap" and (fraction > 0).any():
        raise SurveykitError.of("DESIGN-BOOTFPC", "replicates")
    if method != "JK1" and (np.bincount(stratum) < 2).any():
        raise SurveykitError.of("DESIGN-CERTAIN", "replicates")
    if method == "bootstrap" and draws < 2:
        raise SurveykitError.of("DESIGN-CHOICE", "n_replicates", found=str(draws), allowed=">= 2")
    return replication(method, stratum, fraction, draws, seed)


def _codes(data: Data, given: str | ArrayLike | None, rows: int, what: str) -> tuple[IntArray, list[Hashable]]:
    if given is None:
        return np.zeros(rows, dtype=np.int64), ["all"]
    values = _column(data, given) if isinstance(given, str) else pd.Series(given)
    if len(values) != rows:
        raise SurveykitError.of("DESIGN-ROWS", what, found=len(values), rows=rows)
    codes, names = pd.factorize(values, sort=False)
    if (codes < 0).any():
        raise SurveykitError.of("DESIGN-MISSING", what, rows=int((codes < 0).sum()), all=rows)
    return codes, list(names)


def _column(data: Data, name: str) -> pd.Series:
    require_columns(data, [name])
    if isinstance(data, Responses):
        return data.frame([name])[name]
    if isinstance(data, Scores):
        if name in data.values.columns or data.source is None:
            return data.values[name]
        return data.source.frame([name])[name]
    return data[name]


def _weights(data: Data, weights: str | ArrayLike | None, rows: int) -> FloatArray | None:
    if weights is None:
        return weights_of(data)
    found = columns_of(data, [weights])[weights].to_numpy() if isinstance(weights, str) else np.asarray(weights, float)
    if found.shape != (rows,):
        raise SurveykitError.of("DESIGN-ROWS", "weights", found=found.size, rows=rows)
    wrong = int((~np.isfinite(found) | (found < 0)).sum())
    if wrong or not found.sum() > 0:
        raise SurveykitError.of("DESIGN-WEIGHTS", "weights", wrong=wrong, rows=rows)
    return np.array(found, dtype=np.float64)


def _fractions(
    data: Data,
    fpc: str | float | ArrayLike | None,
    rows: int,
    stratum_of_row: IntArray,
    sizes: IntArray,
    names: list[Hashable],
) -> tuple[FloatArray, FloatArray | None]:
    if fpc is None:
        return np.zeros(len(sizes)), None
    values = columns_of(data, [fpc])[fpc].to_numpy() if isinstance(fpc, str) else np.asarray(fpc, dtype=float)
    values = np.full(rows, values.item()) if values.ndim == 0 else values
    if values.shape != (rows,) or not np.isfinite(values).all() or (values <= 0).any():
        raise SurveykitError.of("DESIGN-FPC", "fpc", rows=rows)
    first = np.unique(stratum_of_row, return_index=True)[1]
    own = values[first]
    if (values != own[stratum_of_row]).any():
        changing = np.unique(stratum_of_row[values != own[stratum_of_row]])
        raise SurveykitError.of("DESIGN-FPCVARIES", "fpc", names=", ".join(str(names[at]) for at in changing[:8]))
    if (own <= 1).all() and (own < sizes).all():
        return own, sizes / own
    if (own < sizes).any():
        small = ", ".join(f"{names[at]}: {own[at]:g} < {sizes[at]}" for at in np.flatnonzero(own < sizes)[:8])
        raise SurveykitError.of("DESIGN-FPCSMALL", "fpc", found=small)
    return sizes / own, own
