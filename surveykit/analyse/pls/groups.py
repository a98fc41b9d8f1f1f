"""Two groups in one path model: are their composites comparable, and do their paths differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.frames import names_of, table_of
from surveykit.analyse.pls.fit import Fit, fit_of
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.pls import Scheme, correlations_of
from surveykit.stats.resampled_sums import covariances_of_parts

FloatArray = NDArray[np.float64]
COMPOSITION, MEANS, VARIANCES, DIFFERENCE = "micom_composition", "micom_mean", "micom_variance", "path_difference"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsGroups(Result):
    """MICOM steps two and three for each construct, and the difference of each path, with permutation tests.

    `perm_low` and `perm_high` enclose what chance gives at conf_level (for the composition the lower bound only);
    `first` and `second` are the values in the groups.
    """

    kind: ClassVar[str] = "pls_groups"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("scale", "predictor")
    shown: ClassVar[tuple[str, ...]] = (
        "measure", "scale", "predictor", "first", "second", "estimate", "perm_low", "perm_high", "p_value",
    )  # fmt: skip

    comparisons: pd.DataFrame
    groups: Mapping[str, int]
    n_perm: int
    conf_level: float

    def _table(self) -> pd.DataFrame:
        nan = float("nan")
        return self.comparisons.assign(
            std_error=nan, conf_low=nan, conf_high=nan, conf_level=self.conf_level, n=self.n, method="permutation"
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        rows = table[table["measure"] == DIFFERENCE]
        values = rows[["estimate", "perm_low", "perm_high"]].to_numpy(dtype=float)
        ends = np.nanmax(np.abs(values), initial=0.1)
        return dot_intervals(
            [f"{write.name(a)} → {write.name(b)}" for a, b in zip(rows["predictor"], rows["scale"], strict=True)],
            *values.T,
            axis=(-float(ends), float(ends)),
            reference=0.0,
            reference_label=write.number(0.0, "bounded"),
            xlabel=write.say("pls.axis_groups", level=write.number(self.conf_level, "share", 0)),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        first, second = self.groups
        said = [write.say("pls.groups", first=first, second=second, n=write.count(self.n))]
        alpha = 1 - self.conf_level

        def failing(measure: str) -> list[str]:
            rows = table[(table["measure"] == measure) & (table["p_value"] < alpha)]
            return [write.name(name) for name in rows["scale"]]

        between = write.say("list.comma")
        composition = failing(COMPOSITION)
        if composition:
            said.append(write.say("pls.composition_fails", names=between.join(composition)))
        else:
            said.append(write.say("pls.composition_holds"))
        for measure, key in ((MEANS, "pls.means_differ"), (VARIANCES, "pls.variances_differ")):
            if failing(measure):
                said.append(write.say(key, names=between.join(failing(measure))))
        different = table[(table["measure"] == DIFFERENCE) & (table["p_value"] < alpha)]
        if different.empty:
            return [*said, write.say("pls.no_difference")]
        listed = write.say("list.semicolon").join(
            write.say(
                "pls.difference", outcome=write.name(row["scale"]), predictor=write.name(row["predictor"]),
                first=write.number(row["first"], "bounded"), second=write.number(row["second"], "bounded"),
                p=write.p(row["p_value"]),
            )
            for row in different.to_dict("records")
        )  # fmt: skip
        return [*said, write.say("pls.differences", listed=listed)]


def pls_groups(
    model: Any,
    data: Any,
    group: str,
    scheme: Scheme = "path",
    modes: Mapping[str, str] | None = None,
    *,
    n_perm: int = 1000,
    seed: int = 1,
    higher_order: str = "two_stage",
    conf_level: float = 0.95,
) -> PlsGroups:
    """Compare a path model between two groups: measurement invariance of composites (MICOM) and paths.

    Step one, configural invariance, holds by construction: the same items, coding and algorithm. Step two: c, the
    correlation over all respondents of the scores that the two groups' weights give; it should not be smaller than
    chance allows (one-sided). Step three: differences of means and of log variances of the common scores (two-sided).
    Path differences (first minus second group) by the same permutations of group membership; they may be read only
    for constructs that pass step two. p = (1 + as extreme) / (1 + permutations). `group` names a column with two
    values, in the order in which they appear; other arguments as in `pls`. Source: Henseler, Ringle & Sarstedt 2016;
    Chin & Dibbern 2010. In R: `cSEM::testMICOM(fit)`.
    """
    fit = fit_of(model, data, "pls_groups", scheme, modes, higher_order)
    labels = table_of(data, [group])[group][fit.rows.kept]
    if labels.isna().any():
        raise SurveykitError.of("PLS-GROUPMISSING", f"column {group}", rows=int(labels.isna().sum()))
    names = list(dict.fromkeys(labels.tolist()))
    if len(names) != 2:
        raise SurveykitError.of("PLS-TWOGROUPS", f"column {group}", found=len(names))
    first = (labels == names[0]).to_numpy()
    sizes = {str(names[0]): int(first.sum()), str(names[1]): int((~first).sum())}
    smallest = max(10, fit.design.final.plan.member.shape[1])
    if min(sizes.values()) < smallest:
        raise SurveykitError.of("PLS-SMALLGROUP", f"column {group}", n=min(sizes.values()), needed=smallest)
    if n_perm < 100:
        raise SurveykitError.of("MEDIATE-DRAWS", found=n_perm, least=100)
    generator = np.random.default_rng(seed)
    masks = np.array([first, *(generator.permuted(np.tile(first, (n_perm, 1)), axis=1))])
    values, paths, per_group = _compared(fit, masks)
    edges = np.nonzero(fit.design.final.plan.paths)
    table, undefined = _table(fit.design.final.constructs, edges, values, paths, per_group, conf_level)
    problems = [*fit.problems]
    if undefined:
        problems.append(Problem.of("PLS-LOST", "", "warning", lost=undefined, draws=n_perm))
    return PlsGroups(
        n=len(first),
        comparisons=table,
        groups=sizes,
        n_perm=n_perm,
        conf_level=conf_level,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "pls_groups", data=fingerprint_of(data), seed=seed, model=str(model), group=group, scheme=scheme,
            modes=modes, n_perm=n_perm, higher_order=higher_order, conf_level=conf_level,
        ),
    )  # fmt: skip


def _compared(fit: Fit, masks: NDArray[np.bool_]) -> tuple[dict[str, FloatArray], FloatArray, tuple[FloatArray, ...]]:
    """Composition, mean and variance differences (draws, m), path differences (draws, edges), both groups' paths."""
    rows = fit.rows.values
    one = fit.design.solve(covariances_of_parts(rows, masks), True, False, fit.like)
    other = fit.design.solve(covariances_of_parts(rows, ~masks), True, False, fit.like)
    pooled = correlations_of(fit.rows.covariance)[0]
    u, v = fit.design.composites(one), fit.design.composites(other)

    def products(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.asarray((a * (pooled @ b)).sum(axis=1))

    composition = products(u, v) / np.sqrt(products(u, u) * products(v, v))
    scores = (rows - rows.mean(axis=0)) / rows.std(axis=0) @ fit.design.composites(fit.solutions)[0]
    size = masks.sum(axis=1, keepdims=True)
    n = len(rows)
    mean_one = masks @ scores / size
    mean_other = (~masks) @ scores / (n - size)
    variance_one = (masks @ scores**2 / size - mean_one**2) * size / (size - 1)
    variance_other = ((~masks) @ scores**2 / (n - size) - mean_other**2) * (n - size) / (n - size - 1)
    edges = np.nonzero(fit.design.final.plan.paths)
    ours, theirs = one[-1].paths[:, edges[0], edges[1]], other[-1].paths[:, edges[0], edges[1]]
    values = {
        COMPOSITION: composition,
        MEANS: mean_one - mean_other,
        VARIANCES: np.log(variance_one) - np.log(variance_other),
    }
    return values, ours - theirs, (ours[0], theirs[0], mean_one[0], mean_other[0], variance_one[0], variance_other[0])


def _table(
    constructs: tuple[str, ...],
    edges: tuple[NDArray[np.intp], ...],
    values: dict[str, FloatArray],
    paths: FloatArray,
    groups: tuple[FloatArray, ...],
    conf_level: float,
) -> tuple[pd.DataFrame, int]:
    nan = np.full(len(constructs), np.nan)
    sides = {COMPOSITION: (nan, nan), MEANS: groups[2:4], VARIANCES: groups[4:6]}
    parts = [
        pd.DataFrame(
            {
                "measure": measure,
                "scale": list(constructs),
                "predictor": "",
                "first": sides[measure][0],
                "second": sides[measure][1],
                **_tested(found, measure == COMPOSITION, conf_level),
            }
        )
        for measure, found in values.items()
    ]
    parts.append(
        pd.DataFrame(
            {
                "measure": DIFFERENCE,
                "scale": [constructs[j] for j in edges[1]],
                "predictor": [constructs[i] for i in edges[0]],
                "first": groups[0],
                "second": groups[1],
                **_tested(paths, False, conf_level),
            }
        )
    )
    return pd.concat(parts, ignore_index=True), int(np.isnan(paths).any(axis=1).sum())


def _tested(found: FloatArray, lower_only: bool, conf_level: float) -> dict[str, FloatArray]:
    """The sample's value, what chance encloses, and the permutation p value; row 0 is the sample."""
    own, chance = found[0], found[1:]
    defined = np.isfinite(chance).sum(axis=0)
    tail = 1 - conf_level if lower_only else (1 - conf_level) / 2
    low = np.nanquantile(chance, tail, axis=0)
    high = np.full(len(own), np.nan) if lower_only else np.nanquantile(chance, 1 - tail, axis=0)
    extreme = chance <= own + 1e-12 if lower_only else np.abs(chance) >= np.abs(own) - 1e-12
    p = (1 + extreme.sum(axis=0)) / (1 + defined)
    return {"estimate": own, "perm_low": low, "perm_high": high, "p_value": np.where(np.isfinite(own), p, np.nan)}
