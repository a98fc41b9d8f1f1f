"""Confirmatory factor analysis and structural equation models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.analyse.frames import names_of
from surveykit.analyse.sem.fitting import Fitted, Settings, fit_model, observed_names, prepare, syntax_of
from surveykit.analyse.sem.measures import measures
from surveykit.analyse.sem.result import StructuralModel
from surveykit.analyse.sem.tables import estimates, explained
from surveykit.analyse.sem.troubles import troubles
from surveykit.errors import SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Names, Provenance
from surveykit.stats.moments import Moments

Ordered = bool | str | Sequence[str]


def cfa(
    model: Any,
    data: Any,
    estimator: str | None = None,
    ordered: Ordered = False,
    group: str | None = None,
    missing: str = "listwise",
    cluster: str | None = None,
    weights: str | None = None,
    *,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    std_lv: bool = False,
    orthogonal: bool = False,
    meanstructure: bool | None = None,
    fixed_x: bool = True,
    parameterization: str = "delta",
    n: int | None = None,
    means: Sequence[float] | None = None,
    conf_level: float = 0.95,
) -> StructuralModel:
    """Fit a measurement or structural model; numbers are those of lavaan 0.6-14.

    `model`: lavaan syntax (`=~ ~ ~~ ~1 | ~*~ := == < >`, labels, fixed values, `NA*`, `start()`, `equal()`, `c()` a
    value a group) or a Model. `data`: a DataFrame of rows, Responses, Scores, Moments, or a covariance matrix
    (DataFrame with equal row and column names, divisor n - 1) with `n` and, if wanted, `means`. `estimator`: ML, MLR,
    MLM, MLMV, MLF, GLS, ULS, WLS; for `ordered` items (True for all, or names) WLSMV, WLSM, DWLS, WLS, ULS, ULSM,
    ULSMV. The default is ML, WLSMV for ordered items, MLR with `cluster` or `weights`. `group` fits all groups at once,
    in the order in which they appear; `group_equal` holds classes of parameters equal ("loadings", "intercepts",
    "residuals", "means", "thresholds", ...) except those in `group_partial` ("visual=~x2"). `missing`: "listwise", or
    "fiml" (every answer is used; missing at random). `parameterization` of ordered items: "delta" or "theta".

    ML minimises log|Sigma| + tr(S Sigma^-1) - log|S| - p + (m - mu)' Sigma^-1 (m - mu), S with divisor n; the test is n
    F; errors come from expected information (observed with "fiml"); MLR has sandwich errors and the Yuan-Bentler test,
    MLM the Satorra-Bentler test, MLMV the scaled-and-shifted one; WLSMV fits thresholds and polychoric correlations by
    diagonally weighted least squares with n - 1, robust errors and a scaled-and-shifted test. Fixed cut-offs for fit do
    not generalise (Marsh, Hau & Wen 2004; McNeish & Wolf 2021). A solution that did not converge, is not identified or
    is improper comes with Problems that name the parameters. Raises SurveykitError for syntax (line and term), unknown
    columns, constant items, too few rows, and options that contradict each other. Source: Joereskog 1969; Bollen 1989;
    Yuan & Bentler 2000; Satorra & Bentler 1994; Muthen 1984; Asparouhov & Muthen 2010; Browne 1984. In R:
    `lavaan::cfa(model, data, estimator, ordered, group, missing, cluster)`.
    """
    data = _as_moments(data, n, means)
    syntax = syntax_of(model)
    chosen = observed_names(data, syntax, ordered)
    settings = Settings(
        estimator=(estimator or _default(chosen, cluster, weights)).upper(),
        ordered=chosen,
        group=group,
        group_equal=tuple(group_equal),
        group_partial=tuple(group_partial),
        missing={"ml": "fiml", "FIML": "fiml"}.get(missing, missing),
        cluster=cluster,
        weights=weights,
        std_lv=std_lv,
        orthogonal=orthogonal,
        meanstructure=meanstructure,
        fixed_x=fixed_x,
        parameterization=parameterization,
    )
    fitted = fit_model(syntax, prepare(syntax, data, settings), settings)
    return result_of(str(model), fitted, conf_level, names_of(data), provenance(model, data, settings, conf_level))


def sem(model: Any, data: Any, estimator: str | None = None, **options: Any) -> StructuralModel:
    """Fit a structural equation model: `cfa` with paths between latent and observed variables; same arguments.

    Covariates that are only predictors keep their sample moments (`fixed_x`). In R: `lavaan::sem(model, data)`.
    """
    return cfa(model, data, estimator, **options)


def result_of(model: str, fitted: Fitted, conf_level: float, names: Names, source: Provenance) -> StructuralModel:
    """The result of a fitted model: without a minimum, or a test, its measures are NaN."""
    converged = fitted.solution.minimum.converged
    found = measures(fitted) if converged else {"npar": float(fitted.solution.basis.shape[1]), "chisq": np.nan}
    table = estimates(fitted, conf_level)
    if not converged:
        numbers = ["estimate", "std_error", "z", "p_value", "conf_low", "conf_high", "std_lv", "std_all"]
        table.loc[table["free"], [*numbers, "std_all_error"]] = np.nan
    return StructuralModel(
        n=fitted.n,
        model=model,
        estimator=fitted.recipe.name,
        estimates=table,
        measures=found,
        r2=explained(fitted),
        groups={sample.label: sample.n for sample in fitted.samples},
        ordered=fitted.settings.ordered,
        converged=converged,
        conf_level=conf_level,
        fitted=fitted,
        problems=(*fitted.problems, *troubles(fitted)),
        names=names,
        provenance=source,
    )


def provenance(model: Any, data: Any, settings: Settings, conf_level: float, **more: Any) -> Provenance:
    """Where a fit comes from."""
    print_of = "" if isinstance(data, Moments) else fingerprint_of(data)
    options = {name: getattr(settings, name) for name in Settings.__dataclass_fields__}
    return Provenance.of("cfa", data=print_of, model=str(model), conf_level=conf_level, **options, **more)


def _default(ordered: tuple[str, ...], cluster: str | None, weights: str | None) -> str:
    if ordered:
        return "WLSMV"
    return "MLR" if cluster is not None or weights is not None else "ML"


def _as_moments(data: Any, n: int | None, means: Sequence[float] | None) -> Any:
    if n is None:
        return data
    square = isinstance(data, pd.DataFrame) and list(data.index) == list(data.columns)
    if not square:
        raise SurveykitError.of("SEM-COVARIANCE")
    return Moments.of_covariance([str(name) for name in data.columns], data.to_numpy(dtype=float), n, means)
