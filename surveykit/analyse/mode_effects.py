"""Do answers differ by how they were collected (online, phone, paper), at equal covariates?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.compare_outcomes import Groups, groups_of, label, listed
from surveykit.analyse.compare_rows import contrast
from surveykit.analyse.frames import choice, names_of, table_of, unweighted
from surveykit.analyse.slopes_figure import slopes_figure
from surveykit.analyse.wave_words import mode_sentences
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import columns_of, fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.group_means import student
from surveykit.stats.many_tests import ADJUSTMENTS, adjusted
from surveykit.stats.moments import Moments
from surveykit.stats.ols import ols
from surveykit.stats.residuals import robust_covariance

FloatArray = NDArray[np.float64]
MOST_LEVELS = 30


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ModeEffects(Result):
    """For each outcome and mode the difference from the reference mode, adjusted for covariates and plain."""

    kind: ClassVar[str] = "mode_effects"
    measure_column: ClassVar[str | None] = "measure"
    named_columns: ClassVar[tuple[str, ...]] = ("outcome",)
    shown: ClassVar[tuple[str, ...]] = (
        "outcome", "measure", "contrast", "estimate", "std_error", "conf_low", "conf_high", "p_value", "p_adjusted",
        "n",
    )  # fmt: skip

    rows: pd.DataFrame
    mode: str
    modes: tuple[str, ...]
    covariates: tuple[str, ...]
    adjust: str
    conf_level: float

    def _table(self) -> pd.DataFrame:
        return self.rows.assign(conf_level=self.conf_level)

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        shown = table[table["measure"] == "mode_adjusted"]
        return slopes_figure(
            shown,
            [write.name(name) for name in shown["outcome"]],
            write,
            axis=write.say("modes.axis", level=write.number(self.conf_level, "share", 0)),
            conf_level=self.conf_level,
            p="p_adjusted",
            model=shown["contrast"].tolist(),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        return mode_sentences(table, self.mode, self.covariates, self.adjust, write)


def mode_effects(
    outcomes: str | Sequence[str],
    mode: str,
    data: Any,
    covariates: Sequence[str] = (),
    *,
    reference: str | None = None,
    conf_level: float = 0.95,
    adjust: str = "holm",
) -> ModeEffects:
    """Differences between modes of data collection, adjusted for covariates by regression with HC3 errors.

    `outcomes`: numeric columns; `mode`: the column of modes, the first in order (or `reference`) is what the others are
    compared with; `covariates`: numbers enter as they are, texts and categories as indicators. For each outcome y =
    mode indicators + covariates over the rows that have them all; `mode_adjusted` rows hold the coefficients with
    Student intervals, `mode_plain` rows the same rows' differences without covariates. p values of the adjusted
    differences are corrected by `adjust`. A mode that its covariates determine, or too few rows, gives NaN with a
    Problem; weighted answers are refused. Respondents chose, or were given, a mode for reasons: what the covariates do
    not hold stays in the difference. Source: MacKinnon & White 1985; Vannieuwenhuyze & Loosveldt 2013. In R:
    `lmtest::coeftest(lm(y ~ mode + x), sandwich::vcovHC(fit, "HC3"))`.
    """
    choice("adjust", adjust, ADJUSTMENTS)
    unweighted(data, "mode_effects")
    names, held = listed(outcomes), tuple(covariates)
    repeated = [name for name in (*names, *held) if name == mode] + [name for name in held if name in names]
    if repeated:
        raise SurveykitError.of("MODES-REPEATED", names=", ".join(dict.fromkeys(repeated)))
    modes = _referred(groups_of(table_of(data, [mode])[mode], mode, "mode_effects"), reference)
    answers = columns_of(data, names).to_numpy()
    columns, known = _covariates(table_of(data, list(held)), held) if held else ({}, np.ones(len(answers), dtype=bool))
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for at, name in enumerate(names):
        use = known & np.isfinite(answers[:, at]) & (modes.codes >= 0)
        for measure, beside in (("mode_adjusted", columns), ("mode_plain", {})):
            more, met = _rows(name, measure, answers[use, at], modes, use, beside, conf_level)
            rows += more
            problems += met
        if not use.all():
            problems.append(
                Problem.of("ANALYSE-DROPPED", f"outcome {name}", "note", dropped=int((~use).sum()), rows=len(use))
            )
    told = [row for row in rows if row["measure"] == "mode_adjusted"]
    for row, p in zip(told, adjusted([row["p_value"] for row in told], adjust), strict=True):
        row["p_adjusted"] = p
    return ModeEffects(
        n=int((known & np.isfinite(answers).any(axis=1) & (modes.codes >= 0)).sum()),
        rows=pd.DataFrame(rows),
        mode=mode,
        modes=modes.labels,
        covariates=held,
        adjust=adjust,
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        names=names_of(data),
        provenance=Provenance.of(
            "mode_effects",
            data=fingerprint_of(data),
            outcomes=names,
            mode=mode,
            covariates=held,
            reference=reference,
            adjust=adjust,
            conf_level=conf_level,
        ),
    )


def _referred(modes: Groups, reference: str | None) -> Groups:
    """The reference mode first."""
    if reference is None:
        return modes
    choice("reference", str(reference), modes.labels)
    order = [str(reference), *[name for name in modes.labels if name != str(reference)]]
    place = np.array([order.index(name) for name in modes.labels] + [-1])
    return Groups(place[modes.codes], tuple(order))


def _covariates(frame: pd.DataFrame, names: Sequence[str]) -> tuple[dict[str, FloatArray], NDArray[np.bool_]]:
    """Columns of the design, indicators for texts and categories, and the rows that have every covariate."""
    columns: dict[str, FloatArray] = {}
    known = np.ones(len(frame), dtype=bool)
    for name in names:
        column = frame[name]
        known &= column.notna().to_numpy()
        if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
            columns[name] = column.astype("float64").to_numpy(na_value=np.nan)
            continue
        codes, levels = pd.factorize(column, sort=True)
        if len(levels) > MOST_LEVELS:
            raise SurveykitError.of("GROUPS-CATEGORIES", f"column {name}", found=len(levels), most=MOST_LEVELS)
        for at, level in enumerate(levels[1:], start=1):
            columns[f"{name}[{label(level)}]"] = (codes == at).astype(np.float64)
    return columns, known


def _rows(
    outcome: str, measure: str, y: FloatArray, modes: Groups, use: NDArray[np.bool_], beside: dict[str, FloatArray],
    conf_level: float,
) -> tuple[list[dict[str, Any]], list[Problem]]:  # fmt: skip
    codes = modes.codes[use]
    names = [*beside, *[f"mode:{name}" for name in modes.labels[1:]]]
    design = np.column_stack(
        [*[column[use] for column in beside.values()], *[(codes == at) for at in range(1, len(modes.labels))]]
    ).astype(np.float64)
    fit = ols(Moments.of(np.column_stack([design, y]), [*names, "outcome:"]), "outcome:", names)
    kept = np.isfinite(fit.coefficients)
    estimate, error = fit.coefficients, np.full(len(kept), np.nan)
    full = np.column_stack([np.ones(len(y)), design])[:, kept]
    if fit.df_residual > 0 and kept.any():
        left = y - full @ estimate[kept]
        error[kept] = np.sqrt(np.diag(robust_covariance(full, left, "HC3")))
    found = student(estimate, error, np.full(len(kept), float(max(fit.df_residual, 1))), conf_level)
    rows, problems = [], []
    sizes = np.bincount(codes, minlength=len(modes.labels))
    for at, name in enumerate(modes.labels[1:], start=1):
        k = 1 + names.index(f"mode:{name}")
        if np.isnan(found.p_value[k]):
            problems.append(Problem.of("MODES-UNDEFINED", f"outcome {outcome}, mode {name}", "warning"))
        rows.append(
            {
                "outcome": outcome,
                "measure": measure,
                "contrast": contrast(name, modes.labels[0]),
                "estimate": found.estimate[k],
                "std_error": found.error[k],
                "conf_low": found.low[k],
                "conf_high": found.high[k],
                "test_statistic": found.statistic[k],
                "df2": float(fit.df_residual),
                "p_value": found.p_value[k],
                "p_adjusted": np.nan,
                "n": int(sizes[at] + sizes[0]) if measure == "mode_plain" else len(y),
                "method": "ols_HC3",
            }
        )
    return rows, problems
