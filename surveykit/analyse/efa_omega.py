"""Omega hierarchical: how much of a total score is one thing, when the items hold several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.efa_boot import omega_intervals
from surveykit.analyse.efa_data import Correlation, Missing, item_matrix
from surveykit.analyse.efa_words import SALIENT, quoted
from surveykit.analyse.frames import choice, names_of
from surveykit.draw.loadings import loading_map
from surveykit.draw.rows import Column
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.responses import Responses
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.factoring import Method
from surveykit.stats.rotation import OBLIQUE
from surveykit.stats.schmid_leiman import SchmidLeiman, hierarchical_omega, schmid_leiman

OBLIQUE_FREE = tuple(name for name in OBLIQUE if name != "target")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class HierarchicalReliability(Result):
    """Omega hierarchical, total and asymptotic of the sum of the items, from a Schmid-Leiman solution.

    `items` in order with their `signs` (-1: reversed); `general` (p,), `group` (p, k) loadings of the items so turned,
    group factors reflected to positive sums, and `unique` (p,).
    `groups`: group factor, n_items, omega_total, omega_general, omega_group of the sum of the items that belong to it.
    """

    kind: ClassVar[str] = "omega_hierarchical"
    measure_column: ClassVar[str | None] = "coefficient"
    shown: ClassVar[tuple[str, ...]] = ("coefficient", "estimate", "conf_low", "conf_high", "n_items", "n")

    coefficients: pd.DataFrame
    groups: pd.DataFrame
    items: tuple[str, ...]
    signs: tuple[int, ...]
    general: npt.NDArray[np.float64]
    group: npt.NDArray[np.float64]
    unique: npt.NDArray[np.float64]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(
            conf_level=self.conf_level, n_items=len(self.items), n=self.n, method="schmid_leiman"
        )

    def estimate(self, coefficient: str = "omega_hierarchical") -> float:
        """One coefficient; KeyError for an unknown one."""
        return float(self.coefficients.set_index("coefficient").loc[coefficient, "estimate"])

    @property
    def loadings(self) -> pd.DataFrame:
        """Item x (g, F1, ..., communality, uniqueness, share of the communality due to g), items turned by `signs`."""
        shared = 1 - self.unique
        with np.errstate(invalid="ignore", divide="ignore"):
            parts = {"communality": shared, "uniqueness": self.unique, "share_general": self.general**2 / shared}
        columns = {"g": self.general, **dict(zip(self._factors(), self.group.T, strict=True)), **parts}
        return pd.DataFrame(columns, index=pd.Index(self.items, name="item"))

    def _factors(self) -> list[str]:
        return [f"F{at + 1}" for at in range(self.group.shape[1])]

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        sizes = np.nan_to_num(np.abs(self.group))
        order = np.lexsort((-sizes.max(axis=1), sizes.argmax(axis=1)))
        shared = 1 - self.unique[order]
        return loading_map(
            np.column_stack([self.general, self.group])[order],
            [write.name(self.items[at]) + (" (−)" if self.signs[at] < 0 else "") for at in order],
            ["g", *[write.name(name) for name in self._factors()]],
            columns=[Column("h²", [write.number(value, "bounded") for value in shared])],
            salient=SALIENT,
            note=write.say("efa.note_omega", limit=write.number(SALIENT, "bounded")),
            fmt=lambda value: write.number(value, "bounded"),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        values = table.set_index("coefficient")["estimate"]
        numbers = {str(name): write.number(value, "bounded") for name, value in values.items()}
        if not np.isfinite(values["omega_total"]):
            return [write.say("efa.undefined")]
        if not np.isfinite(values["omega_hierarchical"]):
            return [write.say("efa.omega_total_only", total=numbers["omega_total"], rows=write.count(self.n))]
        said = [
            write.say(
                "efa.omega",
                hierarchical=numbers["omega_hierarchical"],
                total=numbers["omega_total"],
                asymptotic=numbers["omega_asymptotic"],
                items=write.count(len(self.items)),
                rows=write.count(self.n),
            ),
            write.say("efa.omega_ecv", ecv=write.number(values["explained_common"], "share")),
        ]
        turned = [item for item, sign in zip(self.items, self.signs, strict=True) if sign < 0]
        if turned:
            said.append(write.say("efa.omega_turned", names=quoted(turned, write)))
        return said


def omega_hierarchical(
    items: Any,
    n_factors: int = 3,
    *,
    keys: Mapping[str, int] | None = None,
    flip: bool = True,
    correlation: Correlation = "pearson",
    extraction: Method = "minres",
    rotation: str = "oblimin",
    missing: Missing = "listwise",
    only: Sequence[str] | None = None,
    n_boot: int = 0,
    conf_level: float = 0.95,
    seed: int = 1,
) -> HierarchicalReliability:
    """Omega hierarchical, total and asymptotic of the sum of items that share a general and several group factors.

    `items`: a DataFrame of answers (n, p), Responses (the scored items, keyed by the questionnaire) or Moments.
    `keys` reverses items, `{"RES4": -1}`; `flip` then also reverses those that load negatively on the general
    factor, with a Problem that names them. Factors are extracted, rotated obliquely, and factored again; Schmid &
    Leiman's transformation gives loadings g and group loadings. Omega hierarchical is (sum g)^2 / V, total
    1 - sum u / V, asymptotic their ratio, V the variance of the sum of standardised items; explained_common is the
    general factor's share of the items' common variance. Two factors are identified only by taking equal loadings
    on the general one (a Problem); with one, only the total is defined. `n_boot` > 0 resamples the rows for errors
    and percentile intervals, each resample factored and rotated from the sample's axes. Missing answers and errors as
    in `efa`. Source: Schmid & Leiman 1957; Zinbarg et al. 2005. In R: `psych::omega(x, nfactors = 3)`.
    """
    choice("extraction", extraction, ("minres", "ml", "pa"))
    choice("rotation", rotation, OBLIQUE_FREE)
    found = item_matrix(items, correlation, missing, only, "omega_hierarchical")
    p = len(found.items)
    if not 1 <= n_factors < p:
        raise SurveykitError.of("EFA-COUNT", found=n_factors, items=p, most=p - 1)
    keyed = _keyed(items, keys, found.items)
    turned = found.correlation * np.multiply.outer(keyed, keyed)
    solution = schmid_leiman(turned, n_factors, extraction, rotation)
    sound = bool(np.all(np.isfinite(solution.general)))
    omega = hierarchical_omega(turned, solution, flip)
    nan, one = float("nan"), n_factors == 1
    values = {
        "omega_hierarchical": nan if one else omega.hierarchical,
        "omega_total": omega.total,
        "omega_asymptotic": nan if one else omega.asymptotic,
        "explained_common": nan if one else omega.explained,
        "alpha_standardised": omega.alpha,
        "lambda6": omega.lambda6,
    }
    errors = dict.fromkeys(values, (nan, nan, nan))
    more: tuple[Problem, ...] = ()
    if n_boot and sound:
        errors, more = omega_intervals(
            values,
            found,
            solution,
            omega.signs,
            keyed,
            extraction,
            correlation == "polychoric",
            conf_level,
            n_boot,
            seed,
        )
    belongs = np.nan_to_num(np.abs(solution.group)).argmax(axis=1)
    names = [f"F{at + 1}" for at in range(n_factors)]
    groups = pd.DataFrame(omega.groups, columns=["omega_total", "omega_general", "omega_group"])
    groups.insert(0, "factor", names)
    groups.insert(1, "n_items", np.bincount(belongs, minlength=n_factors))
    group = solution.group * omega.signs[:, None]
    flipped = [item for item, sign in zip(found.items, omega.signs, strict=True) if sign < 0]
    return HierarchicalReliability(
        n=found.n,
        coefficients=pd.DataFrame(
            {
                "coefficient": list(values),
                "estimate": list(values.values()),
                "std_error": [errors[name][0] for name in values],
                "conf_low": [errors[name][1] for name in values],
                "conf_high": [errors[name][2] for name in values],
            }
        ),
        conf_level=conf_level if n_boot else nan,
        groups=groups,
        items=found.items,
        signs=tuple(int(sign) for sign in omega.signs * keyed),
        general=solution.general * omega.signs,
        group=group * np.where(group.sum(axis=0) < 0, -1.0, 1.0),
        unique=np.array(solution.uniquenesses),
        problems=(*found.problems, *_problems(solution, found.items, n_factors, flipped, sound, extraction), *more),
        names=names_of(items),
        provenance=Provenance.of(
            "omega_hierarchical",
            data=fingerprint_of(items),
            items=found.items,
            n_factors=n_factors,
            keys=None if keys is None else dict(keys),
            flip=flip,
            correlation=correlation,
            extraction=extraction,
            rotation=rotation,
            missing=missing,
            n_boot=n_boot,
            conf_level=conf_level,
            seed=seed,
        ),
    )


def _keyed(data: Any, keys: Mapping[str, int] | None, items: tuple[str, ...]) -> npt.NDArray[np.float64]:
    if keys is None:
        asked = data.questionnaire if isinstance(data, Responses) else None
        return np.array([asked.item(item).keyed if asked and asked.has(item) else 1 for item in items], dtype=float)
    unknown = [name for name in keys if name not in items]
    if unknown:
        raise SurveykitError.of("ANALYSE-KEYS", items=", ".join(unknown))
    wrong = [sign for sign in keys.values() if sign not in (1, -1)]
    if wrong:
        raise SurveykitError.of("ANALYSE-KEYVALUE", found=str(wrong[0]))
    return np.array([keys.get(item, 1) for item in items], dtype=float)


def _problems(
    solution: SchmidLeiman, items: tuple[str, ...], k: int, flipped: list[str], sound: bool, method: str
) -> list[Problem]:
    if not sound:
        return [Problem.of("EFA-NOSOLUTION", "", "error", method=method)]
    problems = []
    if k == 1:
        problems.append(Problem.of("EFA-ONEFACTOR", "", "warning"))
    if k == 2:
        problems.append(Problem.of("EFA-TWOFACTORS", "", "warning"))
    if flipped:
        problems.append(Problem.of("EFA-REVERSED", "", "warning", items=", ".join(flipped)))
    if solution.heywood:
        problems.append(Problem.of("EFA-SECONDORDER", "", "warning"))
    for item, improper, shared in zip(
        items, solution.extraction.heywood, solution.extraction.communalities, strict=True
    ):
        if improper:
            problems.append(Problem.of("EFA-HEYWOOD", f"item {item}", "warning", communality=f"{shared:.3f}"))
    if not solution.extraction.converged:
        left = f"{solution.extraction.steepest:.2g}"
        problems.append(Problem.of("EFA-NOTCONVERGED", "", "warning", steps=solution.extraction.steps, left=left))
    return problems
