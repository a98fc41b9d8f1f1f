"""Agreement of raters, coders or repeated measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.analyse.frames import choice, unweighted
from surveykit.analyse.ratings import Ratings, coded, table_of_ratings
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem
from surveykit.language import term
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats import kappa
from surveykit.stats.bland_altman import bland_altman
from surveykit.stats.icc import FORMS, icc
from surveykit.stats.intervals import fisher_z, normal_quantile, wilson
from surveykit.stats.krippendorff import LEVELS, Level
from surveykit.stats.krippendorff import krippendorff as krippendorff_alpha
from surveykit.stats.moments import Moments

DIFFERENCES = ("bias", "loa_low", "loa_high")
ERRORS = ("measurement_error", "smallest_change")
Row = tuple[str, float, float, float, float, int, str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Agreement(Result):
    """Coefficients of agreement of the same cases rated by several raters; which ones depends on the level."""

    kind: ClassVar[str] = "agreement"
    measure_column: ClassVar[str | None] = "measure"
    shown: ClassVar[tuple[str, ...]] = ("measure", "estimate", "std_error", "conf_low", "conf_high", "n", "n_raters")

    coefficients: pd.DataFrame
    level: str
    raters: tuple[str, ...]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.coefficients.assign(conf_level=self.conf_level, n_raters=len(self.raters))

    def estimate(self, measure: str) -> float:
        """One coefficient, such as "kappa"; NaN where it is undefined. KeyError where this level has none."""
        found = self.coefficients[self.coefficients["measure"] == measure]
        if found.empty:
            raise KeyError(measure)
        return float(found["estimate"].iloc[0])

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        units = table[table["measure"].isin(DIFFERENCES)]
        drawn = units if len(units) else table[~table["measure"].isin(ERRORS)]
        kind = "coefficient" if len(units) else "bounded"
        return dot_intervals(
            [write.label(name) for name in drawn["measure"]],
            drawn["estimate"].to_numpy(),
            drawn["conf_low"].to_numpy(),
            drawn["conf_high"].to_numpy(),
            axis=_axis(drawn, bounded=not len(units)),
            reference=0.0,
            reference_label=write.number(0.0, kind),
            xlabel=write.say(
                "agreement.axis_units" if len(units) else "agreement.axis",
                level=write.number(self.conf_level, "share", 0),
            ),
            fmt=lambda value: write.number(value, kind),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        rows = {row["measure"]: row for row in table.to_dict("records")}
        said = _differences(rows, write) if "bias" in rows else []
        for name, row in rows.items():
            if name in DIFFERENCES or name in ERRORS:
                continue
            said.append(coefficient_sentence(name, row, write))
        if "smallest_change" in rows and rows["smallest_change"]["estimate"] > 0:
            error, change = (write.number(rows[name]["estimate"], "coefficient") for name in ERRORS)
            level = _level(rows["smallest_change"], write)
            said.append(write.say("agreement.change", change=change, error=error, level=level))
        return said


def _axis(drawn: pd.DataFrame, bounded: bool) -> tuple[float, float] | None:
    """From the lowest bound or 0 to 1 for coefficients; for differences the primitive's own, unless all are 0."""
    values = drawn[["estimate", "conf_low", "conf_high"]].to_numpy(dtype=float)
    known = values[np.isfinite(values)]
    if bounded:
        return min(0.0, float(known.min(initial=0.0))), 1.0
    return None if np.any(known != 0) else (-1.0, 1.0)


def _level(row: Any, write: Writer) -> str:
    return write.number(row["conf_level"], "share", 0)


def _called(name: str, write: Writer) -> str:
    return write.say(f"agreement.{name}") if name in FORMS else write.label(name)


def coefficient_sentence(name: str, row: Any, write: Writer) -> str:
    """One coefficient with its interval, or that it is undefined."""
    if not np.isfinite(row["estimate"]):
        return write.say("agreement.undefined", measure=_called(name, write))
    kind = term(name).kind
    shared = {
        "measure": _called(name, write),
        "value": write.number(row["estimate"], kind),
        "n": write.count(row["n"]),
    }
    if not np.isfinite(row["conf_low"]):
        return write.say("agreement.bare", **shared)
    bounds = write.interval(row["conf_low"], row["conf_high"], kind)
    return write.say("agreement.coefficient", interval=bounds, level=_level(row, write), **shared)


def _differences(rows: Any, write: Writer) -> list[str]:
    bias, low, high = (rows[name] for name in DIFFERENCES)
    if not np.isfinite(low["estimate"]):
        return [write.say("agreement.undefined", measure=write.label("loa_low"))]
    found = write.say(
        "agreement.bias",
        bias=write.number(bias["estimate"], "coefficient"),
        interval=write.interval(bias["conf_low"], bias["conf_high"], "coefficient"),
        level=_level(bias, write),
        low=write.number(low["estimate"], "coefficient"),
        high=write.number(high["estimate"], "coefficient"),
        n=write.count(bias["n"]),
    )
    crosses = bias["conf_low"] <= 0 <= bias["conf_high"]
    return [found, write.say("agreement.bias_unclear" if crosses else "agreement.bias_clear")]


def agreement(
    a: Any,
    b: Any = None,
    level: Level = "nominal",
    categories: Sequence[Any] | None = None,
    conf_level: float = 0.95,
    *,
    n_boot: int = 1000,
    seed: int = 1,
) -> Agreement:
    """Agreement of two columns of ratings, or of all columns of a table, with a row a case and a column a rater.

    `level="nominal"`: share of equal ratings, Cohen's kappa (Fleiss' for three raters or more), Krippendorff's alpha.
    "ordinal" adds linearly and quadratically weighted kappa for two raters. "interval" and "ratio": for two columns
    the Bland-Altman bias a - b with limits that hold `conf_level` of the differences, ICC(2,1), Pearson's r, the
    standard error of measurement sqrt(rater + residual variance) and the smallest detectable change z sqrt(2) SEM
    (test and retest); for more, the intraclass correlations and alpha. Weights use the distances of the numeric
    codes; text is ordered by `categories`, lowest first. Cases with a missing rating are left out and counted, but
    Fleiss' kappa and alpha use every case rated twice. One category, no variance or perfect agreement give NaN with a
    Problem. Source: Cohen 1960, 1968; Fleiss 1971; Krippendorff 2011; Bland & Altman 1999; de Vet et al. 2006. In R:
    `psych::cohen.kappa`, `irr::kripp.alpha`, `psych::ICC`, `blandr::blandr.statistics`.
    """
    frame, rated = _prepared(a, b, level, categories, "agreement")
    ordered = level in ("interval", "ratio")
    if ordered and rated.codes.shape[1] == 2:
        rows, problems = _measured(rated, conf_level)
    elif ordered:
        rows, problems = _several(rated, conf_level)
    else:
        rows, problems = _sorted_into(rated, level, conf_level)
    if not (ordered and rated.codes.shape[1] == 2):
        row, found = _alpha(rated, level, conf_level, n_boot, seed)
        rows, problems = [*rows, row], [*problems, *found]
    return _result("agreement", frame, rated, level, rows, problems, conf_level, seed, n_boot)


def krippendorff(
    ratings: Any,
    level: Level = "nominal",
    categories: Sequence[Any] | None = None,
    conf_level: float = 0.95,
    *,
    n_boot: int = 1000,
    seed: int = 1,
) -> Agreement:
    """Krippendorff's alpha of a table with a row a case and a column a rater, with a bootstrap interval.

    1 - observed / expected disagreement on a "nominal", "ordinal", "interval" or "ratio" level. Missing ratings are
    allowed: a case counts with the ratings it has, if it has two. The interval is the percentile one of `n_boot`
    resamples of cases. One category in all ratings is undefined (NaN with a Problem). Source: Krippendorff 2011; Zapf
    et al. 2016. In R: `irr::kripp.alpha(t(ratings), level)`.
    """
    frame, rated = _prepared(ratings, None, level, categories, "krippendorff")
    row, problems = _alpha(rated, level, conf_level, n_boot, seed)
    return _result("krippendorff", frame, rated, level, [row], problems, conf_level, seed, n_boot)


def _prepared(a: Any, b: Any, level: str, categories: Sequence[Any] | None, call: str) -> tuple[pd.DataFrame, Ratings]:
    choice("level", level, LEVELS)
    unweighted(a, call)
    frame = table_of_ratings(a, b)
    return frame, coded(frame, level, categories)


def _result(
    call: str,
    frame: pd.DataFrame,
    rated: Ratings,
    level: str,
    rows: Sequence[Row],
    problems: Sequence[Problem],
    conf_level: float,
    seed: int,
    n_boot: int,
) -> Agreement:
    columns = ["measure", "estimate", "std_error", "conf_low", "conf_high", "n", "method"]
    table = pd.DataFrame(rows, columns=columns)
    return Agreement(
        n=int(table["n"].max()),
        coefficients=table,
        level=level,
        raters=rated.raters,
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        provenance=Provenance.of(
            call, data=fingerprint_of(frame), seed=seed, level=level, conf_level=conf_level, n_boot=n_boot
        ),
    )


def _alpha(rated: Ratings, level: Level, conf_level: float, n_boot: int, seed: int) -> tuple[Row, tuple[Problem, ...]]:
    place = f"ratings {', '.join(rated.raters)}"
    found = krippendorff_alpha(rated.codes, level, conf_level, n_boot, seed, place)
    row = (found.estimate, found.std_error, found.conf_low, found.conf_high, found.n, "boot_cases")
    return ("krippendorff_alpha", *row), found.problems


def _sorted_into(rated: Ratings, level: str, conf_level: float) -> tuple[list[Row], list[Problem]]:
    place = f"ratings {', '.join(rated.raters)}"
    position = np.searchsorted(np.sort(rated.values), rated.codes)
    values, c = np.sort(rated.values), len(rated.values)
    nan = float("nan")
    if len(rated.raters) > 2:
        present = ~np.isnan(rated.codes)
        tally = np.zeros((len(rated.codes), c))
        np.add.at(tally, (np.nonzero(present)[0], position[present]), 1)
        found = kappa.fleiss(tally, conf_level, place)
        n = int(found.n)
        share: Row = ("agreement_share", found.observed, nan, nan, nan, n, "point")
        return [share, _kappa_row("fleiss_kappa", found, "gwet_t")], list(found.problems)
    both = ~np.isnan(rated.codes).any(axis=1)
    table = np.zeros((c, c))
    np.add.at(table, (position[both, 0], position[both, 1]), 1)
    n, same = int(table.sum()), float(np.trace(table))
    low, high = wilson(same, n, conf_level)
    p = same / n if n else nan
    error = float(np.sqrt(p * (1 - p) / n)) if n else nan
    rows: list[Row] = [("agreement_share", p, error, float(low), float(high), n, "wilson")]
    problems = list(rated.dropped(place))
    kinds: tuple[kappa.Weights, ...] = ("none", "linear", "quadratic") if level == "ordinal" else ("none",)
    for kind in kinds:
        found = kappa.cohen(table, kappa.agreement_weights(values, kind), conf_level, place)
        rows.append(_kappa_row("kappa" if kind == "none" else f"kappa_{kind}", found, "large_sample"))
        problems += found.problems
    return rows, problems


def _kappa_row(measure: str, found: kappa.Kappa, method: str) -> Row:
    return measure, found.estimate, found.std_error, found.conf_low, found.conf_high, int(found.n), method


def _measured(rated: Ratings, conf_level: float) -> tuple[list[Row], list[Problem]]:
    place = f"ratings {', '.join(rated.raters)}"
    pairs = rated.complete
    n, nan = len(pairs), float("nan")
    limits = bland_altman(pairs[:, 0], pairs[:, 1], conf_level, conf_level, place)
    rows: list[Row] = [
        (name, *(float(part[at]) for part in _parts(limits)), n, "mean_t" if at == 0 else "bland_altman")
        for at, name in enumerate(DIFFERENCES)
    ]
    within, problems = _within(rated, conf_level, ("icc2",))
    r = float(Moments.of(pairs, rated.raters).correlation[0, 1]) if n > 1 else nan
    low, high = fisher_z(r, n, conf_level)
    error = float(np.sqrt((1 - r**2) / (n - 2))) if n > 2 else nan
    pearson: Row = ("pearson", r, error, float(low), float(high), n, "fisher_z")
    return [*rows, within[0], pearson, *within[1:]], [*limits.problems, *problems]


def _several(rated: Ratings, conf_level: float) -> tuple[list[Row], list[Problem]]:
    return _within(rated, conf_level, ("icc2", "icc3"))


def _within(rated: Ratings, conf_level: float, forms: tuple[str, ...]) -> tuple[list[Row], list[Problem]]:
    place = f"ratings {', '.join(rated.raters)}"
    found, nan = icc(rated.complete, conf_level, place), float("nan")
    n, error = len(rated.complete), found.squares.measurement_error
    rows: list[Row] = []
    for form in forms:
        at = FORMS.index(form)
        bounds = float(found.conf_low[at]), float(found.conf_high[at])
        rows.append((form, float(found.estimate[at]), nan, *bounds, n, "mcgraw_wong"))
    rows.append(("measurement_error", error, nan, nan, nan, n, "point"))
    change = normal_quantile(conf_level) * np.sqrt(2) * error
    rows.append(("smallest_change", float(change), nan, nan, nan, n, "point"))
    return rows, [*rated.dropped(place), *found.problems]


def _parts(limits: Any) -> tuple[Any, Any, Any, Any]:
    return limits.estimate, limits.std_error, limits.conf_low, limits.conf_high
