"""Mediation beside pingouin on the same data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pingouin

from surveykit.analyse.mediation import mediate


def pairs() -> list[tuple[str, Callable[[], object], str, Callable[[], object]]]:
    """What is compared: name, our call, peer, the peer's call."""
    generator = np.random.default_rng(1)
    n = 1000
    x, other = generator.normal(size=(2, n))
    m = 0.5 * x + generator.normal(size=n)
    m2 = 0.3 * x + generator.normal(size=n)
    y = 0.3 * x + 0.4 * m + 0.2 * m2 + generator.normal(size=n)
    data = pd.DataFrame({"x": x, "m": m, "m2": m2, "c": other, "y": y})
    return [
        (
            "mediation, n = 1000, 5000 draws",
            lambda: mediate(data, "x", "m", "y"),
            "pingouin",
            lambda: pingouin.mediation_analysis(data, "x", "m", "y", n_boot=5000, seed=1),
        ),
        (
            "two mediators, one covariate, 5000 draws",
            lambda: mediate(data, "x", ["m", "m2"], "y", covariates="c"),
            "pingouin",
            lambda: pingouin.mediation_analysis(data, "x", ["m", "m2"], "y", covar="c", n_boot=5000, seed=1),
        ),
    ]
