"""How often 95 % intervals hold the truth, by simulation; run with a large number of samples for the full figures.

    python -m tests.analyse.coverage 20000
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd

from surveykit.analyse.impute import impute, pool
from surveykit.analyse.survey_data import Column, intervals
from surveykit.analyse.survey_regression import survey_regress
from surveykit.responses.design import survey_design
from surveykit.stats.intervals import nps_adjusted_wald, r_squared, wilson
from surveykit.stats.survey import means

SHARES = np.array([0.2, 0.25, 0.55])


def held(low, high, truth) -> float:
    """The share of intervals that hold the truth."""
    return float(((np.asarray(low) <= truth) & (truth <= np.asarray(high))).mean())


def nps(samples: int, n: int, seed: int = 1) -> float:
    """Adjusted Wald interval of the NPS, truth 35."""
    counts = np.random.default_rng(seed).multinomial(n, SHARES, samples)
    return held(*nps_adjusted_wald(counts[:, 2], counts[:, 0], n), 35.0)


def top_box(samples: int, n: int, share: float, seed: int = 1) -> float:
    """Wilson interval of a share. Binomial counts are discrete: the share is drawn anew around its value."""
    random = np.random.default_rng(seed)
    truth = np.clip(share + random.uniform(-0.05, 0.05, samples), 0.01, 0.99)
    low, high = wilson(random.binomial(n, truth), n)
    return float(((low <= truth) & (truth <= high)).mean())


def r2(samples: int, n: int, k: int, rho2: float, seed: int = 1) -> float:
    """Exact interval of the population R2 with random normal predictors."""
    random = np.random.default_rng(seed)
    strength = random.normal(size=(samples, n, k))
    y = strength.sum(axis=2) * np.sqrt(rho2 / k) + random.normal(size=(samples, n)) * np.sqrt(1 - rho2)
    x = strength - strength.mean(axis=1, keepdims=True)
    y = y - y.mean(axis=1, keepdims=True)
    cross = (x.transpose(0, 2, 1) @ y[..., None])[..., 0]
    beta = np.linalg.solve(x.transpose(0, 2, 1) @ x, cross[..., None])[..., 0]
    found = (beta * cross).sum(axis=1) / (y**2).sum(axis=1)
    bounds = np.array([r_squared(float(value), n, k) for value in found])
    return held(bounds[:, 0], bounds[:, 1], rho2)


def weighted(samples: int, n: int, measure: str, seed: int = 1) -> float:
    """Weighted NPS or share of rows drawn with unequal chances: strata of two sizes, clusters of four alike."""
    random = np.random.default_rng(seed)
    hits = 0
    design = None
    for _ in range(samples):
        stratum = np.repeat([0, 1], n // 2)
        cluster = np.repeat(np.arange(n // 4), 4)
        mood = np.repeat(random.normal(size=n // 4) * 0.5, 4) + np.where(stratum == 0, -0.3, 0.3)
        feeling = mood + random.normal(size=n)
        weights = np.where(stratum == 0, 3.0, 1.0)
        if design is None:
            design = survey_design(pd.DataFrame({"x": feeling}), weights, stratum, cluster)
        value = 100.0 * ((feeling > 0.5).astype(float) - (feeling < -0.5)) if measure == "nps" else feeling > 0.5
        found = means(design.sampling, np.asarray(value, dtype=float)[:, None])
        low, high, _ = intervals(design, found, [measure], 0.95)
        hits += int(low[0] <= truth_of(measure) <= high[0])
    return hits / samples


def truth_of(measure: str) -> float:
    """The population value of `weighted`."""
    from scipy.stats import norm

    spread = np.sqrt(1.25)
    above = [norm.sf((0.5 - centre) / spread) for centre in (-0.3, 0.3)]
    below = [norm.cdf((-0.5 - centre) / spread) for centre in (-0.3, 0.3)]
    up, down = (0.75 * part[0] + 0.25 * part[1] for part in (above, below))
    return float(100 * (up - down)) if measure == "nps" else float(up)


def imputed(samples: int, n: int, seed: int = 1) -> float:
    """The slope of a regression whose predictor is missing at random for a third, pooled over ten imputations."""
    random = np.random.default_rng(seed)
    hits = 0
    for sample in range(samples):
        x = random.normal(size=n)
        z = x + random.normal(size=n)
        y = 0.5 * x + random.normal(size=n)
        gone = random.random(n) < 1 / (1 + np.exp(1 - y))
        data = pd.DataFrame({"x": np.where(gone, np.nan, x), "y": y, "z": z})
        sets = impute(data, m=10, iterations=5, seed=sample)
        row = pool([survey_regress("y ~ x", one) for one in sets]).table.iloc[1]
        hits += int(row["conf_low"] <= 0.5 <= row["conf_high"])
    return hits / samples


def main(samples: int) -> None:
    """Print a line an interval."""
    for n in (50, 100, 400, 1000):
        print(f"NPS, n = {n}: {nps(samples, n):.4f}")
    for n, share in ((50, 0.1), (50, 0.5), (100, 0.8), (400, 0.9)):
        print(f"top box, n = {n}, share {share}: {top_box(samples, n, share):.4f}")
    for n, k, rho2 in ((60, 3, 0.3), (200, 5, 0.5), (100, 2, 0.1)):
        print(f"R2, n = {n}, {k} predictors, {rho2}: {r2(max(samples // 10, 100), n, k, rho2):.4f}")
    for measure in ("nps", "share"):
        print(f"weighted {measure} in strata and clusters, n = 240: {weighted(samples // 4, 240, measure):.4f}")
    print(f"slope after imputation, n = 200: {imputed(max(samples // 50, 50), 200):.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
