"""Power of a study's own model, by drawing samples from the truth that its simulation declares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.language import Kind
from surveykit.responses.score import score
from surveykit.responses.simulate import simulate
from surveykit.result import Provenance, Result, Writer
from surveykit.spec.study import Study
from surveykit.stats.intervals import wilson
from surveykit.stats.many_regressions import ManyRegressions, regress_each

LEVEL, ENOUGH = 0.05, 0.80
ROWS_AT_ONCE = 40_000


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StudyPower(Result):
    """How often samples of n show each path as statistically significant; `n` is the size of one sample.

    `planted` is the standardised path of the simulation, 0 where it has none (then the row is the share of false
    findings, which is about 5 % unless correlated scales measured with error share the path). Indirect rows count
    samples in which both parts of the path are significant. `n_draws` samples; Wilson interval. Figure and words show
    the direct paths that are planted.
    """

    kind: ClassVar[str] = "study_power"
    estimate_kind: ClassVar[Kind] = "share"
    named_columns: ClassVar[tuple[str, ...]] = ("outcome", "term", "mediator")
    shown: ClassVar[tuple[str, ...]] = ("outcome", "term", "mediator", "planted", "estimate", "conf_low", "conf_high")

    paths: tuple[tuple[str, str, str, float], ...]
    found: tuple[int, ...]
    usable: tuple[int, ...]
    conf_level: float

    def _table(self) -> pd.DataFrame:
        hits, draws = np.array(self.found, dtype=float), np.array(self.usable, dtype=float)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = hits / draws
            low, high = wilson(hits, draws, self.conf_level)
            error = np.sqrt(share * (1 - share) / draws)
        columns = list(zip(*self.paths, strict=True)) if self.paths else [()] * 4
        return pd.DataFrame(
            {
                "outcome": list(columns[0]),
                "term": list(columns[1]),
                "mediator": list(columns[2]),
                "planted": np.array(columns[3], dtype=float),
                "estimate": share,
                "std_error": error,
                "conf_low": low,
                "conf_high": high,
                "conf_level": self.conf_level,
                "n": self.n,
                "n_draws": self.usable,
                "method": "simulated",
            }
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        drawn = table[(table["planted"] != 0) & (table["mediator"] == "")]
        table = table if drawn.empty else drawn
        return dot_intervals(
            [_path(row, write) for row in table.to_dict("records")],
            table["estimate"].to_numpy(),
            table["conf_low"].to_numpy(),
            table["conf_high"].to_numpy(),
            axis=(0.0, 1.0),
            reference=ENOUGH,
            reference_label=write.number(ENOUGH, "share", 0),
            value_title=write.label("power"),
            fmt=lambda value: write.number(value, "share", 0),
            **style,
        )

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table.dropna(subset=["estimate"])
        planted = known[(known["planted"] != 0) & (known["mediator"] == "")]
        said = [write.say("study_power.drawn", draws=write.count(table["n_draws"].max()), n=write.count(self.n))]
        if planted.empty:
            return [*said, write.say("study_power.nothing")]
        listed = {True: [], False: []}
        for row in planted.sort_values("estimate").to_dict("records"):
            told = f"{_path(row, write)} ({write.number(row['estimate'], 'share', 0)})"
            listed[row["estimate"] >= ENOUGH].append(told)
        limit = write.number(ENOUGH, "share", 0)
        for enough, key in ((False, "study_power.short"), (True, "study_power.enough")):
            if listed[enough]:
                said.append(write.say(key, limit=limit, listed=write.say("list.semicolon").join(listed[enough])))
        return said


def _path(row: dict[Any, Any], write: Writer) -> str:
    stations = [row["term"], *([row["mediator"]] if row["mediator"] else []), row["outcome"]]
    return " → ".join(write.name(code) for code in stations)


def study_power(study: Study, n: int, n_draws: int = 500, seed: int = 1, conf_level: float = 0.95) -> StudyPower:
    """Power of every path of a study's model at n respondents, from samples drawn from its own `simulation`.

    Each of `n_draws` samples is simulated with its missing and careless answers, scored as the study scores, and
    each outcome regressed on its predictors (classical errors, test at 5 %); a path's power is the share of samples in
    which it is significant. A path by way of satisfaction counts where predictor -> satisfaction and satisfaction ->
    outcome both are (Fritz & MacKinnon 2007: joint significance). Raises SurveykitError where the model has no path.
    In R: `simsem::sim`.
    """
    if n_draws < 1:
        raise SurveykitError.of("PLAN-IMPOSSIBLE", aim=study.code, found=f"n_draws = {n_draws}")
    structure = {outcome: study.model.structure[outcome] for outcome in study.model.order}
    if not structure:
        raise SurveykitError.of("PLAN-NOMODEL", study.code)
    significant: dict[tuple[str, str], list[np.ndarray]] = {}
    for number, samples in enumerate(_batches(n, n_draws)):
        for outcome, predictors, fit in _fits(study, structure, n, samples, seed + number):
            for at, predictor in enumerate(predictors):
                p = fit.p_values[:, at]
                significant.setdefault((outcome, predictor), []).append(np.where(np.isnan(p), np.nan, p < LEVEL))
    shown = {path: np.concatenate(parts) for path, parts in significant.items()}
    planted = study.simulation.paths
    rows = [
        (outcome, term, "", float(planted.get(outcome, {}).get(term, 0.0)), hits)
        for (outcome, term), hits in shown.items()
    ]
    middle = study.satisfaction
    for outcome in structure:
        if (outcome, middle) not in shown:
            continue
        for first in structure.get(middle, ()):
            if (middle, first) in shown:
                through = planted.get(middle, {}).get(first, 0.0) * planted.get(outcome, {}).get(middle, 0.0)
                rows.append((outcome, first, middle, float(through), shown[middle, first] * shown[outcome, middle]))
    lost = sum(int(np.isnan(row[4]).sum()) for row in rows)
    return StudyPower(
        n=n,
        paths=tuple(row[:4] for row in rows),
        found=tuple(int(np.nansum(row[4])) for row in rows),
        usable=tuple(int(np.isfinite(row[4]).sum()) for row in rows),
        conf_level=conf_level,
        problems=(Problem.of("PLAN-LOST", "", "warning", n=lost),) if lost else (),
        names={code: dict(text.root) for code, text in study.names.items()}
        | {dimension.code: dict(dimension.name.root) for dimension in study.questionnaire.dimensions},
        provenance=Provenance.of("power", spec=study.fingerprint, seed=seed, n=n, n_draws=n_draws),
    )


def _batches(n: int, draws: int) -> Iterator[int]:
    each = max(1, ROWS_AT_ONCE // n)
    while draws > 0:
        yield min(each, draws)
        draws -= each


def _fits(
    study: Study, structure: dict[str, tuple[str, ...]], n: int, samples: int, seed: int
) -> Iterator[tuple[str, tuple[str, ...], ManyRegressions]]:
    answers = simulate(study, n * samples, seed)
    scales = study.measured(answers.items)
    scored = score(answers, scales=scales, method=study.scoring.method, max_missing=study.scoring.max_missing)
    values = {name: scored.values[name].to_numpy(dtype=float).reshape(samples, n) for name in scored.values}
    for outcome, wanted in structure.items():
        predictors = tuple(name for name in wanted if name in values)
        if outcome in values and predictors:
            stacked = np.stack([values[name] for name in predictors], axis=2)
            yield outcome, predictors, regress_each(values[outcome], stacked)
