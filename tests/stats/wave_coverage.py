"""How often the interval of a wave difference holds the true one, weighted samples of skewed answers."""

from __future__ import annotations

import numpy as np

from surveykit.stats.group_means import group_means, nps_differences, share_differences, welch_differences

ANSWERS = np.arange(11.0)
YOUNG = np.array([0.02, 0.01, 0.02, 0.03, 0.04, 0.08, 0.08, 0.16, 0.24, 0.17, 0.15])
OLD = np.array([0.06, 0.03, 0.05, 0.06, 0.06, 0.12, 0.10, 0.16, 0.16, 0.10, 0.10])
SHIFT = 0.03
"""Share of detractors' answers that turn to 9 in the second wave."""


def coverage(runs: int, n: tuple[int, int], weighted: bool, seed: int, conf_level: float = 0.95) -> dict[str, float]:
    """Two waves of n respondents, half of the population young but 70 % of the sample, over many runs."""
    rng = np.random.default_rng(seed)
    later = [part - np.r_[SHIFT, np.zeros(10)] * (part[0] >= SHIFT) for part in (YOUNG, OLD)]
    for part, old in zip(later, (YOUNG, OLD), strict=True):
        part[9] += old.sum() - part.sum()
    share = 0.7 if weighted else 0.5
    values, codes, weights = [], [], []
    for wave, size in enumerate(n):
        young = rng.random((runs, size)) < share
        parts = (YOUNG, OLD) if wave == 0 else later
        drawn = np.where(young, *(rng.choice(ANSWERS, (runs, size), p=part / part.sum()) for part in parts))
        values.append(drawn.ravel())
        weights.append(np.where(young, 0.5 / share, 0.5 / (1 - share)).ravel())
        codes.append(np.repeat(np.arange(runs) * 2 + wave, size))
    y, owner, w = np.concatenate(values), np.concatenate(codes), np.concatenate(weights)
    w_used = w if weighted else None
    mixed = [(a + b) / (a + b).sum() for a, b in ((YOUNG, OLD), later)]
    level = {
        "mean": ANSWERS,
        "share": (ANSWERS >= 9).astype(float),
        "nps": 100.0 * (ANSWERS >= 9) - 100.0 * (ANSWERS <= 6),
    }
    second, first = np.arange(runs) * 2 + 1, np.arange(runs) * 2
    held = {}
    for name, scores in level.items():
        found = group_means(scores[y.astype(int)], owner, 2 * runs, w_used)
        promoters = group_means(level["share"][y.astype(int)], owner, 2 * runs, w_used).mean
        made = {
            "mean": lambda f=found: welch_differences(f, second, first, conf_level),
            "share": lambda f=found: share_differences(f, second, first, conf_level),
            "nps": lambda f=found, p=promoters: nps_differences(f, p, second, first, conf_level),
        }[name]()
        true = float(scores @ mixed[1] - scores @ mixed[0])
        held[name] = float(((made.low <= true) & (true <= made.high)).mean())
    return held
