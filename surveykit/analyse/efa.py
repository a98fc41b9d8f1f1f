"""Exploratory factor analysis: which items go together, on how many factors, and how well that fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.efa_data import Correlation, ItemMatrix, Missing, choice, item_matrix
from surveykit.analyse.efa_words import SALIENT, efa_sentences, sorted_items
from surveykit.analyse.frames import names_of
from surveykit.draw.loadings import loading_map
from surveykit.draw.rows import Column
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.factor_fit import fit_measures
from surveykit.stats.factor_scores import SCORE_METHODS, ScoreMethod, determinacy, score_weights
from surveykit.stats.factoring import Extraction, Method, degrees_of_freedom, extract
from surveykit.stats.rotation import ROTATIONS, Rotation, rotate

STARTS = 10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FactorAnalysis(Result):
    """Loadings of items on rotated common factors, with fit.

    `items`, `factors`: names in order; `pattern` (p, k) and `factor_correlation` (k, k) as arrays, `matrix` (p, p)
    the correlations factored, `means` and `sds` those that scores are standardised with. `measures`: rmsr,
    rmsr_adjusted, residual_max, chi2, df, p_value, rmsea, rmsea_low, rmsea_high (90 %), tli, bic, sabic,
    chi2_empirical, chi2_null, df_null, objective, and of the rotation `criterion`, `starts`, `local_minima`.
    """

    kind: ClassVar[str] = "efa"
    estimate_kind: ClassVar[Kind] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "factor")
    shown: ClassVar[tuple[str, ...]] = ("item", "factor", "estimate", "structure", "communality", "uniqueness")

    items: tuple[str, ...]
    factors: tuple[str, ...]
    pattern: npt.NDArray[np.float64]
    factor_correlation: npt.NDArray[np.float64]
    matrix: npt.NDArray[np.float64]
    means: npt.NDArray[np.float64]
    sds: npt.NDArray[np.float64]
    measures: Mapping[str, float]
    extraction: str
    rotation: str
    correlation: str

    def _table(self) -> pd.DataFrame:
        p, k = self.pattern.shape
        shared = self._communalities()
        with np.errstate(invalid="ignore", divide="ignore"):
            complexity = (self.pattern**2).sum(axis=1) ** 2 / (self.pattern**4).sum(axis=1)
        return pd.DataFrame(
            {
                "item": np.repeat(np.array(self.items, dtype=object), k),
                "factor": list(self.factors) * p,
                "estimate": self.pattern.ravel(),
                "structure": (self.pattern @ self.factor_correlation).ravel(),
                "communality": np.repeat(shared, k),
                "uniqueness": np.repeat(1 - shared, k),
                "complexity": np.repeat(complexity, k),
                "n": self.n,
                "method": self.extraction,
            }
        )

    def _communalities(self) -> npt.NDArray[np.float64]:
        return np.einsum("ij,jk,ik->i", self.pattern, self.factor_correlation, self.pattern)

    def _framed(self, values: npt.NDArray[np.float64]) -> pd.DataFrame:
        return pd.DataFrame(values, index=pd.Index(self.items, name="item"), columns=list(self.factors))

    @property
    def loadings(self) -> pd.DataFrame:
        """Pattern loadings, item x factor."""
        return self._framed(np.array(self.pattern))

    @property
    def structure(self) -> pd.DataFrame:
        """Correlations of items with factors: loadings times the factors' correlations."""
        return self._framed(self.pattern @ self.factor_correlation)

    @property
    def communalities(self) -> pd.Series:
        """Share of each item's variance that the factors explain."""
        return pd.Series(self._communalities(), index=pd.Index(self.items, name="item"), name="communality")

    @property
    def uniquenesses(self) -> pd.Series:
        """Share of each item's variance that they do not: 1 - communality."""
        return (1 - self.communalities).rename("uniqueness")

    @property
    def correlations(self) -> pd.DataFrame:
        """Correlations of the factors; the identity for an orthogonal rotation."""
        names = list(self.factors)
        return pd.DataFrame(np.array(self.factor_correlation), index=names, columns=names)

    @property
    def residuals(self) -> pd.DataFrame:
        """Correlations minus those the model implies, zero in the diagonal."""
        rest = self.matrix - self.pattern @ self.factor_correlation @ self.pattern.T
        np.fill_diagonal(rest, 0.0)
        return pd.DataFrame(rest, index=list(self.items), columns=list(self.items))

    @property
    def variance(self) -> pd.DataFrame:
        """A row a factor: sum of squares, its share of the items' variance, running share, share of the common part.

        And `determinacy`, the squared multiple correlation of the factor with the items.
        """
        squares = np.diag(self.factor_correlation @ self.pattern.T @ self.pattern)
        share = squares / len(self.items)
        return pd.DataFrame(
            {
                "sum_of_squares": squares,
                "share": share,
                "cumulative": np.cumsum(share),
                "share_common": squares / squares.sum(),
                "determinacy": determinacy(self.matrix, self.pattern, self.factor_correlation),
            },
            index=pd.Index(self.factors, name="factor"),
        )

    def weights(self, method: ScoreMethod = "regression") -> pd.DataFrame:
        """Weights of standardised items in factor scores: "regression", "bartlett" or "tenberge" (item x factor)."""
        choice("method", method, SCORE_METHODS)
        return self._framed(score_weights(self.matrix, self.pattern, self.factor_correlation, method))

    def scores(self, data: Any, method: ScoreMethod = "regression") -> pd.DataFrame:
        """Factor scores of rows (DataFrame or Responses), a row a respondent, NaN where an item is missing.

        Answers are standardised with the means and deviations of the analysis, so new rows get scores on the same
        scale. With polychoric correlations the weights are for latent answers and applied to observed ones: an
        approximation. In R: `psych::factor.scores(x, fa, method = "Thurstone" | "Bartlett" | "tenBerge")$scores`.
        """
        if not np.all(np.isfinite(self.means)):
            raise SurveykitError.of("EFA-NOMEANS")
        rows = columns_of(data, self.items).to_numpy(dtype=float)
        standard = (rows - self.means) / self.sds
        return pd.DataFrame(standard @ self.weights(method).to_numpy(), columns=list(self.factors))

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        order = sorted_items(table, list(self.factors))
        wide = table.pivot(index="item", columns="factor", values="estimate").reindex(order)[list(self.factors)]
        shared = table.drop_duplicates("item").set_index("item")["communality"].reindex(order)
        return loading_map(
            wide.to_numpy(dtype=float),
            [write.name(item) for item in order],
            [write.name(factor) for factor in self.factors],
            columns=[Column("h²", [write.number(value, "bounded") for value in shared])],
            salient=SALIENT,
            note=write.say("efa.note", limit=write.number(SALIENT, "bounded")),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return efa_sentences(self, table, write)


def efa(
    items: Any,
    n_factors: int,
    rotation: str = "oblimin",
    correlation: Correlation = "pearson",
    extraction: Method = "minres",
    *,
    target: npt.ArrayLike | None = None,
    normalise: bool | None = None,
    starts: int = STARTS,
    seed: int = 1,
    missing: Missing = "listwise",
    only: Sequence[str] | None = None,
) -> FactorAnalysis:
    """Factor analysis of items by common factors, rotated to simple structure.

    `items`: a DataFrame of answers (n, p), Responses (the scored items) or Moments; `only` names some of them.
    `extraction`: "minres", "ml" or "pa"; `rotation`: "oblimin" (gamma 0) = "quartimin", "promax" (power 4),
    "geomin", "target" (a `target` (p, k), NaN where free), oblique; "varimax" (Kaiser), "quartimax",
    "geomin_orthogonal", "target_orthogonal", "none". A rotation is tried from `starts` starts; the best is taken,
    and other local minima are told. Factors F1, F2, ... are in the order of the variance they account for, each
    reflected to a positive sum of loadings. R = L Phi L' + U; RMSR from off-diagonal residuals; chi2 is the
    likelihood discrepancy with Bartlett's multiplier.

    Rows with a missing answer are left out and counted (`missing="pairwise"`: each pair its own rows, n all who
    answered any item). A Heywood case, no convergence, a matrix that is not positive definite (never smoothed) are
    Problems; what they leave undefined is NaN. Errors: fewer than 3 items, a constant item, more factors than the
    items can hold, weights. Source: Harman & Jones 1966; Joreskog 1977; Bernaards & Jennrich 2005. In R:
    `psych::fa(x, k, rotate = "oblimin", fm = "minres", cor = "cor" | "poly", correct = 0)`.
    """
    choice("rotation", rotation, ROTATIONS)
    choice("extraction", extraction, ("minres", "ml", "pa"))
    found = item_matrix(items, correlation, missing, only, "efa")
    p = len(found.items)
    if not 1 <= n_factors < p:
        raise SurveykitError.of("EFA-COUNT", found=n_factors, items=p, most=p - 1)
    aim = _target(target, rotation, p, n_factors)
    extracted = extract(found.correlation, n_factors, extraction)
    turned = rotate(extracted.loadings, rotation, target=aim, normalise=normalise, starts=starts, seed=seed)
    fit = fit_measures(found.correlation, turned.loadings, turned.correlations, found.n)
    fit |= {
        "criterion": turned.minima[0] if turned.minima else float("nan"),
        "starts": float(sum(turned.reached)),
        "local_minima": float(len(turned.minima)),
    }
    return FactorAnalysis(
        n=found.n,
        items=found.items,
        factors=tuple(f"F{at + 1}" for at in range(n_factors)),
        pattern=turned.loadings,
        factor_correlation=turned.correlations,
        matrix=found.correlation,
        means=found.means,
        sds=found.sds,
        measures=fit,
        extraction=extraction,
        rotation=rotation,
        correlation=correlation,
        problems=(*found.problems, *_problems(found, extracted, turned, n_factors, extraction)),
        names=names_of(items),
        provenance=Provenance.of(
            "efa",
            data=fingerprint_of(items),
            seed=seed,
            items=found.items,
            n_factors=n_factors,
            rotation=rotation,
            correlation=correlation,
            extraction=extraction,
            target=None if aim is None else np.where(np.isnan(aim), None, aim).tolist(),
            normalise=normalise,
            starts=starts,
            missing=missing,
        ),
    )


def _target(target: npt.ArrayLike | None, rotation: str, p: int, k: int) -> npt.NDArray[np.float64] | None:
    """The target as an array, refused where it is missing, not wanted, of another shape or without fixed entries."""
    wanted = rotation.startswith("target")
    if target is None and not wanted:
        return None
    values = None if target is None else np.asarray(target, dtype=np.float64)
    if values is None or not wanted or values.shape != (p, k) or np.isnan(values).all():
        shape = "none" if values is None else " x ".join(map(str, values.shape))
        raise SurveykitError.of("EFA-TARGET", rotation=rotation, found=shape, items=p, factors=k)
    return values


def _problems(found: ItemMatrix, extracted: Extraction, turned: Rotation, k: int, method: str) -> list[Problem]:
    problems = []
    if not np.all(np.isfinite(extracted.loadings)):
        return [Problem.of("EFA-NOSOLUTION", "", "error", method=method)]
    for item, improper in zip(found.items, extracted.heywood, strict=True):
        if improper:
            shared = f"{extracted.communalities[found.items.index(item)]:.3f}"
            problems.append(Problem.of("EFA-HEYWOOD", f"item {item}", "warning", communality=shared))
    if not extracted.converged:
        left = f"{extracted.steepest:.2g}"
        problems.append(Problem.of("EFA-NOTCONVERGED", "", "warning", steps=extracted.steps, left=left))
    empty = int((np.abs(extracted.loadings).max(axis=0) < 1e-6).sum())
    if empty:
        problems.append(Problem.of("EFA-EMPTY", "", "warning", empty=empty, factors=k))
    if degrees_of_freedom(len(found.items), k) < 0:
        problems.append(Problem.of("EFA-SATURATED", "", "warning", factors=k, items=len(found.items)))
    if not turned.converged:
        problems.append(Problem.of("EFA-ROTATION", "", "warning", rotation=turned.method, steps=turned.steps))
    if len(turned.minima) > 1:
        problems.append(
            Problem.of(
                "EFA-LOCAL", "", "note", starts=sum(turned.reached), best=turned.reached[0], minima=len(turned.minima)
            )
        )
    return problems
