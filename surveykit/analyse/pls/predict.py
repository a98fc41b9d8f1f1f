"""Out-of-sample prediction of a path model's items by k-fold cross-validation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from surveykit.analyse.frames import choice, names_of
from surveykit.analyse.pls.design import Design
from surveykit.analyse.pls.fit import fit_of
from surveykit.draw.intervals import dot_intervals
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance, Result, Writer
from surveykit.stats.pls import Scheme
from surveykit.stats.pls_solution import Solution

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsPrediction(Result):
    """Q2_predict, RMSE and MAE of each item of the explained constructs, of the model and of linear regressions."""

    kind: ClassVar[str] = "pls_prediction"
    estimate_kind: ClassVar[Any] = "bounded"
    named_columns: ClassVar[tuple[str, ...]] = ("scale", "item")
    shown: ClassVar[tuple[str, ...]] = ("scale", "item", "estimate", "rmse", "rmse_lm", "mae", "mae_lm")

    items: pd.DataFrame
    measures: Mapping[str, float]
    technique: str
    folds: int
    repetitions: int

    def _table(self) -> pd.DataFrame:
        nan = float("nan")
        return self.items.assign(
            std_error=nan, conf_low=nan, conf_high=nan, conf_level=nan, n=self.n, method="q2_predict"
        )

    def _figure(self, table: pd.DataFrame, write: Writer, **style: Any) -> Figure:
        values = table["estimate"].to_numpy(dtype=float)
        nothing = np.full(len(values), np.nan)
        return dot_intervals(
            [write.name(item) for item in table["item"]], values, nothing, nothing,
            axis=(float(min(0.0, np.nanmin(values, initial=0.0))), float(max(0.1, np.nanmax(values, initial=0.1)))),
            reference=0.0, reference_label=write.number(0.0, "bounded"),
            xlabel=write.label("q2_predict"), fmt=lambda value: write.number(value, "bounded"), **style,
        )  # fmt: skip

    def _sentences(self, table: pd.DataFrame, write: Writer) -> list[str]:
        known = table.dropna(subset=["estimate"])
        better = known[known["estimate"] > 0]
        said = [
            write.say(
                "pls.predicts", count=write.count(self.measures["above_mean"]), of=write.count(self.measures["items"]),
                n=write.count(self.n),
            )
        ]  # fmt: skip
        if len(better):
            said.append(
                write.say(
                    "pls.against_lm", count=write.count(self.measures["below_lm"]),
                    of=write.count(self.measures["items"]),
                )
            )  # fmt: skip
        return said


def pls_predict(
    model: Any,
    data: Any,
    scheme: Scheme = "path",
    modes: Mapping[str, str] | None = None,
    *,
    folds: int = 10,
    repetitions: int = 10,
    technique: Literal["direct", "earliest"] = "direct",
    higher_order: str = "two_stage",
    seed: int = 1,
) -> PlsPrediction:
    """Predict the items of explained constructs for respondents whom the model has not seen (PLSpredict).

    Respondents are split into `folds` `repetitions` times; each fold is predicted from the model fitted to the others
    (their means and deviations too): item = mean + sd x loading x score, the score from the paths and the scores of
    its antecedents ("direct") or, step by step, of the exogenous constructs only ("earliest"). Q2_predict = 1 - SSE /
    squares around the training means. The benchmark is the linear regression of the item on all items of the same
    antecedents (LM). Other arguments as in `pls`. Source: Shmueli et al. 2016, 2019. In R:
    `seminr::predict_pls(model, technique = predict_DA, noFolds = 10, reps = 10)`.
    """
    choice("technique", technique, ("direct", "earliest"))
    fit = fit_of(model, data, "pls_predict", scheme, modes, higher_order)
    values, design = fit.rows.values, fit.design
    n = len(values)
    if not 2 <= folds <= n // 2 or repetitions < 1:
        raise SurveykitError.of("PLS-FOLDS", found=folds, most=n // 2)
    generator = np.random.default_rng(seed)
    splits = [generator.permutation(n) % folds for _ in range(repetitions)]
    training = [labels != fold for labels in splits for fold in range(folds)]
    flat = [np.ptp(values[rows], axis=0).min() == 0 for rows in training]
    if any(flat):
        raise SurveykitError.of("PLS-FLATFOLD", folds=folds)
    covariances = np.array([np.cov(values[rows], rowvar=False, ddof=0) for rows in training])
    solutions = design.solve(covariances, True, False, fit.like)
    targets = _targets(design)
    errors = np.zeros((len(targets), 4))
    squares = np.zeros(len(targets))
    items, composites = design.final_items(solutions), design.composites(solutions)
    for at, rows in enumerate(training):
        middle, spread = values[rows].mean(axis=0), values[rows].std(axis=0)
        tested = (values[~rows] - middle) / spread
        scores = _predicted(tested @ composites[at], solutions[-1], at, design, technique)
        for number, (place, final, construct) in enumerate(targets):
            truth = values[~rows, place]
            told = middle[place] + spread[place] * solutions[-1].loadings[at, final] * scores[:, construct]
            sources = _sources(design, items[at], construct, technique)
            known = np.column_stack([np.ones(rows.sum()), values[rows][:, sources]])
            slopes = np.linalg.lstsq(known, values[rows, place], rcond=None)[0]
            linear = slopes[0] + values[~rows][:, sources] @ slopes[1:]
            gaps = truth - told, truth - linear
            errors[number] += [sum_ for gap in gaps for sum_ in ((gap**2).sum(), np.abs(gap).sum())]
            squares[number] += ((truth - middle[place]) ** 2).sum()
    total = n * repetitions
    table = pd.DataFrame(
        {
            "scale": [design.final.constructs[construct] for _, _, construct in targets],
            "item": [design.columns[place] for place, _, _ in targets],
            "estimate": 1 - errors[:, 0] / squares,
            "rmse": np.sqrt(errors[:, 0] / total),
            "mae": errors[:, 1] / total,
            "rmse_lm": np.sqrt(errors[:, 2] / total),
            "mae_lm": errors[:, 3] / total,
            "q2_lm": 1 - errors[:, 2] / squares,
        }
    )
    widest = max(len(_sources(design, items[0], construct, technique)) for _, _, construct in targets)
    problems = list(fit.problems)
    if widest >= int(n * (1 - 1 / folds)) - 1:
        problems.append(Problem.of("PLS-LM", "", "warning", items=widest, n=int(n * (1 - 1 / folds))))
    return PlsPrediction(
        n=n,
        items=table,
        measures={
            "items": float(len(table)), "above_mean": float((table["estimate"] > 0).sum()),
            "below_lm": float((table["rmse"] < table["rmse_lm"]).sum()),
        },
        technique=technique,
        folds=folds,
        repetitions=repetitions,
        problems=tuple(problems),
        names=names_of(data),
        provenance=Provenance.of(
            "pls_predict", data=fingerprint_of(data), seed=seed, model=str(model), scheme=scheme, modes=modes,
            folds=folds, repetitions=repetitions, technique=technique, higher_order=higher_order,
        ),
    )  # fmt: skip


def _targets(design: Design) -> list[tuple[int, int, int]]:
    """Column, final item and construct of each item of an explained construct."""
    final = design.final
    explained = final.plan.paths.any(axis=0)
    found = []
    for at, (item, row) in enumerate(zip(final.items, final.plan.member, strict=True)):
        construct = int(np.flatnonzero(row)[0])
        if explained[construct] and item in design.columns:
            found.append((design.columns.index(item), at, construct))
    if not found:
        raise SurveykitError.of("PLS-NOTARGET")
    return found


def _predicted(scores: FloatArray, solution: Solution, at: int, design: Design, technique: str) -> FloatArray:
    paths = solution.paths[at]
    if technique == "direct":
        return scores @ paths
    told = scores.copy()
    for j in range(paths.shape[1]):
        if design.final.plan.paths[:, j].any():
            told[:, j] = told @ paths[:, j]
    return told


def _sources(design: Design, items: FloatArray, construct: int, technique: str) -> NDArray[np.intp]:
    """The columns of the constructs that predict this one."""
    paths = design.final.plan.paths
    if technique == "direct":
        chosen = np.flatnonzero(paths[:, construct])
    else:
        reach = paths[:, construct].copy()
        for _ in range(len(paths)):
            reach |= paths[:, reach].any(axis=1)
        chosen = np.flatnonzero(reach & ~paths.any(axis=0))
    final = design.final.plan.member[:, chosen].any(axis=1)
    return np.flatnonzero((items[:, final] != 0).any(axis=1))
