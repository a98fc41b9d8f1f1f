"""How often 95 % intervals hold the truth, by simulation; run with a large number of samples for the full figures.

python -m tests.analyse.coverage 20000
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy import special

from surveykit.analyse.survey_data import intervals
from surveykit.responses.design import survey_design
from surveykit.stats.chained import Variable, chained
from surveykit.stats.intervals import nps_adjusted_wald, r_squared, wilson
from surveykit.stats.moments import Moments
from surveykit.stats.ols import ols
from surveykit.stats.pooling import rubin
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
    """Exact interval of the population R2 with random normal predictors; bounds are read off 200 values of R2."""
    random = np.random.default_rng(seed)
    strength = random.normal(size=(samples, n, k))
    y = strength.sum(axis=2) * np.sqrt(rho2 / k) + random.normal(size=(samples, n)) * np.sqrt(1 - rho2)
    x = strength - strength.mean(axis=1, keepdims=True)
    y = y - y.mean(axis=1, keepdims=True)
    cross = (x.transpose(0, 2, 1) @ y[..., None])[..., 0]
    beta = np.linalg.solve(x.transpose(0, 2, 1) @ x, cross[..., None])[..., 0]
    found = (beta * cross).sum(axis=1) / (y**2).sum(axis=1)
    grid = np.linspace(found.min(), found.max(), 200)
    low, high = np.array([r_squared(float(value), n, k) for value in grid]).T
    return held(np.interp(found, grid, low), np.interp(found, grid, high), rho2)


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
    """The slope of a regression whose predictor is missing at random for a third, pooled over ten imputations.

    One variable is incomplete, so one round is enough.
    """
    random = np.random.default_rng(seed)
    hits = 0
    for sample in range(samples):
        x = random.normal(size=n)
        z = x + random.normal(size=n)
        y = 0.5 * x + random.normal(size=n)
        gone = random.random(n) < 1 / (1 + np.exp(1 - y))
        columns = [Variable(np.where(gone, np.nan, x), "pmm"), Variable(y, "pmm"), Variable(z, "pmm")]
        fits = []
        for drawn in chained(columns, m=10, iterations=1, donors=5, seed=sample).drawn[0]:
            made = x.copy()
            made[gone] = drawn
            fits.append(ols(Moments.of(np.column_stack([made, y]), ["x", "y"]), "y", ["x"]))
        found = rubin([fit.coefficients[1:] for fit in fits], [fit.std_errors[1:] for fit in fits], n - 2)
        reach = special.stdtrit(found.df, 0.975) * found.std_error
        hits += int(abs(found.estimate - 0.5)[0] <= reach[0])
    return hits / samples


def main(samples: int) -> None:
    """Print a line an interval."""
    for n in (50, 100, 400, 1000):
        print(f"NPS, n = {n}: {nps(samples, n):.4f}")
    for n, share in ((50, 0.1), (50, 0.5), (100, 0.8), (400, 0.9)):
        print(f"top box, n = {n}, share {share}: {top_box(samples, n, share):.4f}")
    for n, k, rho2 in ((60, 3, 0.3), (200, 5, 0.5), (100, 2, 0.1)):
        print(f"R2, n = {n}, {k} predictors, {rho2}: {r2(samples, n, k, rho2):.4f}")
    for measure in ("nps", "share"):
        print(f"weighted {measure} in strata and clusters, n = 240: {weighted(samples // 4, 240, measure):.4f}")
    print(f"slope after imputation, n = 200: {imputed(max(samples // 10, 50), 200):.4f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
