"""What a factor analysis found: loadings, factors, fit, and scores of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.efa_words import SALIENT, efa_sentences, sorted_items
from surveykit.analyse.frames import choice
from surveykit.draw.loadings import loading_map
from surveykit.draw.rows import Column
from surveykit.errors import SurveykitError
from surveykit.language import Kind
from surveykit.responses.source import columns_of
from surveykit.result import Result, Writer
from surveykit.stats.factor_scores import SCORE_METHODS, ScoreMethod, determinacy, score_weights


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FactorAnalysis(Result):
    """Loadings of items on rotated common factors, with fit.

    `items`, `factors`: names in order; `pattern` (p, k) and `factor_correlation` (k, k) as arrays, with `errors`,
    `low` and `high` (p, k) of the loadings where they were resampled (else NaN), `matrix` (p, p)
    the correlations factored, `means` and `sds` those that scores are standardised with. `measures`: rmsr,
    rmsr_adjusted, residual_max, chi2, df, p_value, rmsea, rmsea_low, rmsea_high (90 %), tli, bic, sabic,
    chi2_empirical, chi2_null, df_null, objective; of the rotation `criterion`, `starts`, `local_minima`; `share`
    (explained of the items' variance), `r_strongest` (of two factors), `factors`, `items` (how many).
    """

    kind: ClassVar[str] = "efa"
    estimate_kind: ClassVar[Kind] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("item", "factor")
    shown: ClassVar[tuple[str, ...]] = ("item", "factor", "estimate", "structure", "communality", "uniqueness")

    items: tuple[str, ...]
    factors: tuple[str, ...]
    pattern: npt.NDArray[np.float64]
    factor_correlation: npt.NDArray[np.float64]
    errors: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    conf_level: float
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
                "std_error": self.errors.ravel(),
                "conf_low": self.low.ravel(),
                "conf_high": self.high.ravel(),
                "conf_level": self.conf_level,
                "structure": (self.pattern @ self.factor_correlation).ravel(),
                "communality": np.repeat(shared, k),
                "uniqueness": np.repeat(1 - shared, k),
                "complexity": np.repeat(complexity, k),
                "factor_share": np.tile(self._squares() / p, p),
                "n": self.n,
                "method": self.extraction,
            }
        )

    def _communalities(self) -> npt.NDArray[np.float64]:
        return np.einsum("ij,jk,ik->i", self.pattern, self.factor_correlation, self.pattern)

    def _squares(self) -> npt.NDArray[np.float64]:
        return np.diag(self.factor_correlation @ self.pattern.T @ self.pattern)

    def _framed(self, values: npt.NDArray[np.float64]) -> pd.DataFrame:
        return pd.DataFrame(values, index=pd.Index(self.items, name="item"), columns=list(self.factors))

    @property
    def loadings(self) -> pd.DataFrame:
        """Pattern loadings, item x factor."""
        return self._framed(np.array(self.pattern))

    @property
    def intervals(self) -> pd.DataFrame:
        """Lower and upper bounds of the loadings, item x (factor, bound); NaN without `n_boot`."""
        bounds = {"conf_low": self._framed(self.low), "conf_high": self._framed(self.high)}
        return pd.concat(bounds, axis=1).swaplevel(axis=1)[list(self.factors)]

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
        squares = self._squares()
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
