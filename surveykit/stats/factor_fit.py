"""How well a factor model reproduces a correlation matrix."""

from __future__ import annotations

from numpy import fill_diagonal, isfinite, log, sqrt
from numpy import linalg as la
from scipy import optimize, special

from surveykit.stats.dimensionality import positive_definite
from surveykit.stats.exact import FloatArray
from surveykit.stats.factoring import degrees_of_freedom

NAN = float("nan")


def fit_measures(
    correlation: FloatArray, loadings: FloatArray, factor_correlation: FloatArray, n: float, conf_level: float = 0.90
) -> dict[str, float]:
    """Fit of k factors to n rows, as psych::fa gives it.

    `rmsr` is the root mean square of the off-diagonal residuals, `rmsr_adjusted` that over the degrees of freedom;
    `chi2` the likelihood discrepancy times n - 1 - (2p + 5) / 6 - 2k / 3, with `df`, `p_value`, `rmsea` (and
    interval), `tli`, `bic`, `sabic` from it; `chi2_empirical` is n times the sum of squared residuals. What rests
    on the likelihood is NaN where the matrix or the model is not positive definite, or there are no degrees of
    freedom. In R: `psych::fa(r, k, n.obs = n)`: `$rms`, `$crms`, `$STATISTIC`, `$RMSEA`, `$TLI`, `$BIC`, `$chi`.
    """
    p, k = loadings.shape
    df = degrees_of_freedom(p, k)
    model = loadings @ factor_correlation @ loadings.T
    residual = correlation - model
    fill_diagonal(residual, 0.0)
    squares = float((residual**2).sum())
    fill_diagonal(model, 1.0)
    found = {
        "rmsr": float(sqrt(squares / (p * (p - 1)))),
        "rmsr_adjusted": float(sqrt(squares / (2 * df))) if df > 0 else NAN,
        "residual_max": float(abs(residual).max()) if isfinite(residual).all() else NAN,
        "df": float(df),
        "chi2_empirical": squares * n,
    }
    chi2 = null = objective = NAN
    factor = n - 1 - (2 * p + 5) / 6
    if positive_definite(correlation) and positive_definite(model):
        ratio = la.solve(model, correlation)
        objective = max(float(ratio.trace() - la.slogdet(ratio)[1] - p), 0.0)
        chi2 = objective * (factor - 2 * k / 3)
        null = -float(la.slogdet(correlation)[1])
    found |= {"objective": objective, "chi2": chi2, "chi2_null": null * factor, "df_null": p * (p - 1) / 2}
    low, high = _rmsea_interval(chi2, df, n, conf_level)
    usable = df > 0 and isfinite(chi2) and n > 1
    per_model = objective / df if usable else NAN
    per_null = null / found["df_null"]
    found |= {
        "p_value": float(special.chdtrc(df, chi2)) if usable else NAN,
        "rmsea": float(sqrt(max(chi2 / (df * n) - 1 / (n - 1), 0.0))) if usable else NAN,
        "rmsea_low": low,
        "rmsea_high": high,
        "tli": (per_null - per_model) / (per_null - 1 / (factor - 2 * k / 3)) if usable else NAN,
        "bic": chi2 - df * float(log(n)) if usable else NAN,
        "sabic": chi2 - df * float(log((n + 2) / 24)) if usable else NAN,
    }
    return found


def _rmsea_interval(chi2: float, df: int, n: float, conf_level: float) -> tuple[float, float]:
    """Noncentralities at which the chi2 found is the upper or lower tail, in the metric of RMSEA."""
    if df <= 0 or not isfinite(chi2) or n <= 1:
        return NAN, NAN
    tail = (1 - conf_level) / 2
    top = max(chi2, n) + 2 * n

    def bound(level: float) -> float:
        if special.chdtr(df, chi2) <= level:
            return 0.0
        if special.chndtr(chi2, df, top) > level:
            return NAN
        root = optimize.brentq(lambda centre: special.chndtr(chi2, df, centre) - level, 0.0, top)
        return float(sqrt(root / (n - 1) / df))

    return bound(1 - tail), bound(tail)
