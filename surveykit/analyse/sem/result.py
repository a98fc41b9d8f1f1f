"""The result of a confirmatory factor analysis or structural equation model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.sem.bootstrap import Interval, bootstrap
from surveykit.analyse.sem.compiled import known_values
from surveykit.analyse.sem.expressions import Expression
from surveykit.analyse.sem.factor_scores import Method, factor_scores
from surveykit.analyse.sem.fitting import Fitted
from surveykit.analyse.sem.modification import modification_indices
from surveykit.analyse.sem.residuals import residuals
from surveykit.analyse.sem.score_tests import score_tests
from surveykit.analyse.sem.words import sem_sentences
from surveykit.draw.coefficients import coefficient_plot
from surveykit.errors import SurveykitError
from surveykit.result import Result, Writer
from surveykit.stats.sem_robust import chi_square_p


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StructuralModel(Result):
    """Estimates of a model, `measures` of its fit under lavaan's names, and `r2` of what it explains.

    `table` has a row a parameter and defined parameter (lhs, op, rhs, group, label, estimate, std_error, z, p_value,
    conf_low, conf_high, std_lv, std_all). `fitted` is the working model behind residuals, modification indices,
    scores and tests; a stored and re-read result has none.
    """

    kind: ClassVar[str] = "sem"
    named_columns: ClassVar[tuple[str, ...]] = ("lhs", "rhs")
    shown: ClassVar[tuple[str, ...]] = (
        "lhs", "op", "rhs", "group", "estimate", "std_error", "z", "p_value", "conf_low", "conf_high", "std_all",
    )  # fmt: skip

    model: str
    estimator: str
    estimates: pd.DataFrame
    measures: Mapping[str, float]
    r2: pd.DataFrame
    groups: Mapping[str, int]
    ordered: tuple[str, ...]
    converged: bool
    conf_level: float
    fitted: Fitted | None = None

    def _table(self) -> pd.DataFrame:
        return self.estimates.assign(conf_level=self.conf_level, n=self.n, method=f"sem_{self.estimator}")

    def to_dict(self) -> dict[str, Any]:
        """JSON-safe form, without the working model."""
        return super(StructuralModel, replace(self, fitted=None)).to_dict() if self.fitted else super().to_dict()

    def estimate(self, lhs: str, op: str, rhs: str = "", group: str | None = None) -> pd.Series:
        """The row of one parameter; KeyError where the model has none."""
        table = self._made
        found = table[(table["lhs"] == lhs) & (table["op"] == op) & (table["rhs"] == rhs)]
        if group is not None:
            found = found[found["group"] == group]
        if found.empty:
            raise KeyError((lhs, op, rhs))
        return found.iloc[0]

    def residuals(self, kind: Literal["raw", "correlation", "standardised"] = "raw") -> pd.DataFrame:
        """Sample minus model moments of every pair; "standardised" gives z values. In R: `residuals(fit, type)`."""
        return residuals(self._working, kind)

    def modification_indices(self) -> pd.DataFrame:
        """Score test and expected change of every parameter not in the model, the largest first; exploratory.

        In R: `lavaan::modindices(fit, sort. = TRUE)`.
        """
        return modification_indices(self._working)

    def score_test(self) -> pd.DataFrame:
        """What chi-square would gain if one equality constraint were released, and all of them; exploratory.

        In R: `lavaan::lavTestScore(fit, epc = TRUE)`.
        """
        return score_tests(self._working)

    def scores(self, method: Method | None = None) -> pd.DataFrame:
        """Scores of the latent variables for each row used: "regression", "bartlett", "ebm" or "ml".

        Regression is the default; ordered items have modal scores ("ebm" by default, or "ml"). In R:
        `lavaan::lavPredict(fit, method = method)`.
        """
        return factor_scores(self._working, method)

    def bootstrap(
        self, n_boot: int = 1000, seed: int = 1, interval: Interval = "bca", conf_level: float = 0.95
    ) -> pd.DataFrame:
        """Bootstrap errors with BCa or percentile intervals of every parameter, also of defined ones.

        Rows are drawn within groups with their weights, or whole clusters; any estimator, missing answers and ordered
        items too. `n_boot` of the table counts the draws with estimates, `failed` those without. In R:
        `parameterEstimates(fit, boot.ci.type = "bca.simple")` of a fit with `se = "bootstrap"`.
        """
        return bootstrap(self._working, n_boot, seed, interval, conf_level)

    def wald(self, *constraints: str) -> dict[str, float]:
        """Wald test that constraints such as "a == b" hold together: stat, df, p_value. In R: `lavTestWald`."""
        made, solution = self._working.made, self._working.solution
        known = known_values(made, solution.theta)
        gaps, slopes = [], []
        for text in constraints:
            left, _, right = text.partition("==")
            sides = [Expression.of(side or "0", text) for side in (left, right)]
            unknown = [name for side in sides for name in side.names if name not in known]
            if unknown:
                raise SurveykitError.of("SEM-LABEL-UNKNOWN", text, name=unknown[0], known=", ".join(known) or "-")
            (a, da), (b, db) = (side(known, made.system.size) for side in sides)
            gaps.append(a - b)
            slopes.append(da - db)
        if not gaps:
            raise SurveykitError.of("SEM-NO-CONSTRAINTS")
        jacobian, gap = np.array(slopes), np.array(gaps)
        spread = jacobian @ solution.covariance @ jacobian.T
        if not np.isfinite(spread).all():
            return {"stat": np.nan, "df": float(len(gaps)), "p_value": np.nan}
        df = int(np.linalg.matrix_rank(jacobian))
        stat = float(gap @ np.linalg.pinv(spread, hermitian=True) @ gap)
        return {"stat": stat, "df": float(df), "p_value": chi_square_p(stat, df)}

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters."""
        made = self._working.made
        names = [made.name(p) for p in range(made.system.size)]
        return pd.DataFrame(self._working.solution.covariance, index=names, columns=names)

    @property
    def working(self) -> Fitted:
        """The working model; SurveykitError where the result was stored and read again."""
        return self._working

    @cached_property
    def _working(self) -> Fitted:
        if self.fitted is None:
            raise SurveykitError.of("SEM-STORED")
        return self.fitted

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        shown = table[table["op"].isin(["=~", "~"])]
        several = shown["group"].nunique() > 1
        reach = (shown["conf_high"] - shown["conf_low"]) / 2
        with np.errstate(invalid="ignore", divide="ignore"):
            half = np.where(shown["std_error"] > 0, shown["std_all_error"] * reach / shown["std_error"], np.nan)
        standard = shown["std_all"].to_numpy(dtype=float)
        return coefficient_plot(
            [f"{write.name(a)} {'→' if op == '=~' else '←'} {write.name(b)}"
             for a, op, b in zip(shown["lhs"], shown["op"], shown["rhs"], strict=True)],
            standard,
            standard - half,
            standard + half,
            significant=(~(shown["p_value"] >= 1 - self.conf_level)).tolist(),
            model=shown["group"].tolist() if several else None,
            significant_label=write.say("regression.significant"),
            not_significant_label=write.say("regression.not_significant"),
            xlabel=write.say("sem.axis", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )  # fmt: skip

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return sem_sentences(table, self.measures, self.converged, write)
