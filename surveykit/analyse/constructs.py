"""Items of several constructs over the rows complete on all of them, and what each construct's own items say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.analyse.frames import left_out
from surveykit.analyse.scales import Keys, levels_of, scale_matrices
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of
from surveykit.stats.arrays import standardise
from surveykit.stats.classical import spearman_brown
from surveykit.stats.composite import ave, ave_interval
from surveykit.stats.counts import Counts
from surveykit.stats.intervals import fisher_z
from surveykit.stats.moments import Moments
from surveykit.stats.onefactor import omega, one_factor
from surveykit.stats.polychoric import polychoric

IMPROPER = ("STATS-HEYWOOD", "STATS-NOT-CONVERGED", "STATS-NOT-PD", "STATS-CONSTANT-ITEM", "STATS-NO-FACTOR")
NOTHING = (float("nan"),) * 4


@dataclass(frozen=True, slots=True, eq=False)
class Constructs:
    """Items turned so that those of a construct point the same way.

    `rows` (n, p) are None where only moments are known; `covariance` and `correlation` (p, p) belong to the turned
    items, `correlation` being polychoric where asked.
    """

    scales: dict[str, tuple[str, ...]]
    items: tuple[str, ...]
    rows: NDArray[np.float64] | None
    covariance: NDArray[np.float64]
    correlation: NDArray[np.float64]
    signs: NDArray[np.float64]
    levels: tuple[tuple[float, ...], ...]
    n: int
    polychoric: bool
    problems: tuple[Problem, ...]

    @property
    def groups(self) -> list[list[int]]:
        """The places of each construct's items among all items."""
        return [[self.items.index(item) for item in items] for items in self.scales.values()]


def constructs(data: Any, scales: Mapping[str, Sequence[str]], keys: Keys, with_polychoric: bool) -> Constructs:
    """The items of several constructs, complete rows only; raises for one construct or for shared items."""
    chosen = {name: tuple(items) for name, items in scales.items()}
    if len(chosen) < 2:
        raise SurveykitError.of("VALID-ONESCALE")
    items = [item for group in chosen.values() for item in group]
    shared = [item for item in dict.fromkeys(items) if items.count(item) > 1]
    if shared:
        raise SurveykitError.of("VALID-SHARED", items=", ".join(shared))
    parts = list(scale_matrices(data, chosen, keys, "listwise", False))
    signs = np.array([sign for part in parts for sign in part.signs], dtype=np.float64)
    problems = [problem for part in parts for problem in part.problems]
    turn = np.multiply.outer(signs, signs)
    levels: tuple[tuple[float, ...], ...] = ()
    rows = None
    if isinstance(data, Moments):
        if with_polychoric:
            raise SurveykitError.of("ANALYSE-NOPOLY")
        moments = data.select(items)
        problems.append(Problem.of("VALID-NOROWS", "", "note"))
    else:
        every = columns_of(data, items).to_numpy(dtype=float)
        rows = every[~np.isnan(every).any(axis=1)]
        moments = Moments.of(every, items)
        problems += left_out("", moments.dropped, len(every))
    if moments.n < 3:
        raise SurveykitError.of("VALID-FEWROWS", n=moments.n)
    covariance = moments.covariance * turn
    correlation = standardise(covariance)
    if with_polychoric and rows is not None:
        levels = tuple(levels_of(rows, items))
        found = polychoric(Counts.of(rows, items, levels))
        correlation = found.correlation * turn
        problems += list(found.problems)
    return Constructs(
        chosen,
        tuple(items),
        None if rows is None else rows * signs,
        covariance,
        np.asarray(correlation),
        signs,
        levels,
        moments.n,
        with_polychoric,
        tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class Convergence:
    """CR and AVE of one construct, each (estimate, error, low, high), its reliability as a raw sum, and why not."""

    composite: tuple[float, float, float, float]
    extracted: tuple[float, float, float, float]
    reliability: float
    method: str
    problems: tuple[Problem, ...]


def convergence(part: Constructs, scale: str, group: Sequence[int], conf_level: float) -> Convergence:
    """CR and AVE from a one-factor maximum likelihood fit of the construct's own items.

    Two items take equal standardised loadings sqrt(r); one item, an improper fit or r <= 0 give NaN with a Problem.
    Polychoric fits have no interval.
    """
    place, nan = f"scale {scale}", float("nan")
    names = part.scales[scale]
    block = np.ix_(group, group)
    matrix = part.correlation[block] if part.polychoric else part.covariance[block]
    if len(group) < 2:
        return Convergence(NOTHING, NOTHING, nan, "point", (Problem.of("VALID-ONEITEM", place, "warning"),))
    if len(group) == 2:
        return _two_items(part, matrix, part.correlation[block][0, 1], place, conf_level)
    fit = one_factor(matrix, part.n, names, place)
    problems = list(fit.problems)
    if any(problem.code in IMPROPER for problem in problems):
        problems.append(Problem.of("VALID-IMPROPER", place, "warning"))
        return Convergence(NOTHING, NOTHING, nan, "point", tuple(problems))
    total, whole = omega(fit, conf_level, standardised=True), omega(fit, conf_level)
    extracted = ave(fit.loadings, fit.uniquenesses)
    if part.polychoric:
        return Convergence(
            (total.estimate, nan, nan, nan), (extracted, nan, nan, nan), whole.estimate, "point", tuple(problems)
        )
    return Convergence(
        (total.estimate, total.std_error, total.conf_low, total.conf_high),
        (extracted, *ave_interval(fit, conf_level)),
        whole.estimate,
        "delta_logit",
        tuple(problems),
    )


def _two_items(part: Constructs, matrix: Any, r: float, place: str, conf_level: float) -> Convergence:
    nan = float("nan")
    if not r > 0:
        found = Problem.of("VALID-NEGATIVE", place, "warning", r=f"{r:.2f}")
        return Convergence(NOTHING, NOTHING, nan, "point", (found,))
    low, high = (nan, nan) if part.polychoric else (float(end) for end in fisher_z(r, part.n, conf_level))
    composite = float(spearman_brown(r)), nan, float(spearman_brown(low)), float(spearman_brown(high))
    reliability = float(4 * matrix[0, 1] / matrix.sum())
    note = Problem.of("VALID-TWOITEMS", place, "note")
    return Convergence(composite, (float(r), nan, low, high), reliability, "fisher_z", (note,))
