"""Times surveykit beside its peers on the same data in one run, and prints ratios. Nothing is asserted."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pingouin
import statsmodels.formula.api as smf

import surveykit as sk
from surveykit.stats import classical
from surveykit.stats.intervals import feldt

ROWS = Path(__file__).resolve().parents[1] / "tests" / "oracle" / "data" / "bfi.csv"


def best(work: Callable[[], object], repeat: int = 7) -> float:
    """Seconds of the fastest of several runs, after one to warm up."""
    work()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def pairs() -> list[tuple[str, Callable[[], object], str, Callable[[], object]]]:
    """What is compared: name, our call, peer, the peer's call."""
    bfi = pd.read_csv(ROWS, encoding="utf-8").iloc[:, :25].dropna()
    neuro = bfi[["N1", "N2", "N3", "N4", "N5"]]
    formula = "N1 ~ N2 + N3 + N4 + N5 + E1 + E2 + E3"
    big = pd.DataFrame(np.random.default_rng(1).integers(1, 6, (1_000_000, 10)), columns=[f"Q{i}" for i in range(10)])
    return [
        ("alpha with interval, 5 items", lambda: ours_alpha(neuro), "pingouin", lambda: alpha(neuro)),
        (
            "all 14 coefficients, 10 items x 1,000,000",
            lambda: sk.reliability(sk.Moments.of(big.to_numpy(), list(big))),
            "pingouin, alpha only",
            lambda: alpha(big),
        ),
        (
            "regression with HC3, 7 predictors",
            lambda: sk.regress(formula, bfi),
            "statsmodels",
            lambda: smf.ols(formula, bfi).fit(cov_type="HC3").summary(),
        ),
    ]


def ours_alpha(frame: pd.DataFrame) -> object:
    """Our alpha and its interval, without the other coefficients."""
    covariance = sk.Moments.of(frame.to_numpy(), list(frame)).covariance
    value = classical.alpha(covariance)
    return value, feldt(value, len(frame), frame.shape[1])


def alpha(frame: pd.DataFrame) -> object:
    """The peer's alpha."""
    return pingouin.cronbach_alpha(frame)


def main() -> None:
    """Print one line a pair."""
    warnings.simplefilter("ignore")
    print(f"{'task':45s} {'surveykit':>10s} {'peer':>10s}  ratio")
    for name, ours, peer, theirs in pairs():
        mine, other = best(ours), best(theirs)
        print(f"{name:45s} {mine:9.4f}s {other:9.4f}s  {other / mine:5.2f} x ({peer})")


if __name__ == "__main__":
    main()
