"""Tables of maximum-likelihood estimates: errors of the chosen kind, z tests, intervals, and their exponents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.clusters import cluster_codes
from surveykit.analyse.design import Design
from surveykit.errors import Problem
from surveykit.stats.sandwich import cluster_covariance, score_covariance

MlCovariance = Literal["classical", "HC0", "HC1", "HC2", "HC3"]
RATIOS = {"odds_ratio": ("or_low", "or_high"), "rate_ratio": ("rr_low", "rr_high")}


def ml_covariance(
    classical: Any, bread: Any, scores: Any, kind: str, design: Design, cluster: str | None, leverage: Any = None
) -> tuple[NDArray[np.float64], str, int, list[Problem]]:
    """Covariance of the estimates, its name, the number of clusters (0 without), and what to know of them."""
    if cluster is not None:
        codes, count, problems = cluster_codes(design.used[cluster], cluster)
        return cluster_covariance(bread, scores, codes), "ml_cluster", count, problems
    if kind == "classical":
        return np.array(classical), "ml_classical", 0, []
    return score_covariance(bread, scores, kind, leverage), f"ml_{kind}", 0, []


def wald_table(
    terms: Sequence[str], estimates: Any, covariance: Any, conf_level: float, ratio: str | None = None
) -> pd.DataFrame:
    """term, estimate, std_error, z, p_value, conf_low, conf_high, and the exponents under the name `ratio`."""
    estimate = np.asarray(estimates, dtype=float)
    error = np.sqrt(np.diag(covariance))
    reach = special.ndtri((1 + conf_level) / 2)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        z = estimate / np.where(error > 0, error, np.nan)
        low, high = estimate - reach * error, estimate + reach * error
        made: dict[str, Any] = {
            "term": list(terms),
            "estimate": estimate,
            "std_error": error,
            "z": z,
            "p_value": 2 * special.ndtr(-np.abs(z)),
            "conf_low": low,
            "conf_high": high,
        }
        if ratio is not None:
            lowest, highest = RATIOS[ratio]
            made |= {ratio: np.exp(estimate), lowest: np.exp(low), highest: np.exp(high)}
    return pd.DataFrame(made)


def likelihood_measures(log_likelihood: float, null: float, n: int, parameters: int, slopes: int) -> dict[str, float]:
    """log_likelihood, null_log_likelihood, lr_chi2, lr_df, lr_p, mcfadden, nagelkerke, aic, bic."""
    ratio = 2 * (log_likelihood - null)
    short = null < 0 and np.isfinite(ratio)
    return {
        "log_likelihood": log_likelihood,
        "null_log_likelihood": null,
        "lr_chi2": ratio,
        "lr_df": float(slopes),
        "lr_p": float(special.chdtrc(slopes, ratio)) if np.isfinite(ratio) else float("nan"),
        "mcfadden": 1 - log_likelihood / null if short else float("nan"),
        "nagelkerke": float(np.expm1(-ratio / n) / np.expm1(2 * null / n)) if short else float("nan"),
        "aic": -2 * log_likelihood + 2 * parameters,
        "bic": -2 * log_likelihood + np.log(n) * parameters,
    }
