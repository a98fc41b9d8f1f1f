"""Partial least squares path models with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.analyse.frames import names_of
from surveykit.analyse.pls.blindfold import blindfold, distance_for
from surveykit.analyse.pls.estimates import KEYS, names_of_estimates, values_of
from surveykit.analyse.pls.fit import Fit, fit_of
from surveykit.analyse.pls.result import PlsModel
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance
from surveykit.stats.bootstrap_bounds import FEWEST, percentile
from surveykit.stats.pls import Scheme
from surveykit.stats.resampled_sums import resampled_covariances

FloatArray = NDArray[np.float64]
_CELLS = 4_000_000


def pls(
    model: Any,
    data: Any,
    scheme: Scheme = "path",
    modes: Mapping[str, str] | None = None,
    consistent: bool = False,
    n_boot: int = 500,
    seed: int = 1,
    *,
    higher_order: str = "two_stage",
    scaled: bool = True,
    conf_level: float = 0.95,
) -> PlsModel:
    """Fit a partial least squares path model.

    `model`: lines of `SAT =~ sat1 + sat2` (mode A, reflective), `IMG <~ img1 + img2` (mode B, formative) and
    `LOY ~ SAT + IMG`, or a Model; a name that has paths but no items is a column of the data. An indicator that is
    itself a construct makes a higher-order construct, by "two_stage" (scores of the first stage are its items) or
    "repeated" indicators. `modes` overrides modes, `{"IMG": "B"}`. `scheme`: inner weights "path", "centroid" or
    "factor". `consistent` (PLSc) disattenuates correlations by rho_A, for common-factor constructs. `scaled=False`
    keeps the items' units, as plspm does by default. `data`: DataFrame, Responses or Scores; rows with a missing item
    are left out and counted.

    `table` holds paths, indirect and total effects, R2, f2, loadings, weights, alpha, rho_A, rho_c, AVE, HTMT and Q2
    (blindfolding, no interval), all with percentile intervals of `n_boot` resamples (0 for none) whose signs are
    turned to the sample's. Scores have mean 0 and variance 1 (divisor n). Raises SurveykitError for syntax (line),
    loops, unknown or constant items, collinear formative items, too few rows, weighted answers. Source: Wold 1982;
    Lohmoeller 1989; Tenenhaus et al. 2005; Dijkstra & Henseler 2015. In R: `plspm::plspm(data, path_matrix, blocks,
    modes)`, `seminr::estimate_pls(data, measurement, structure)`.
    """
    if n_boot and n_boot < FEWEST:
        raise SurveykitError.of("MEDIATE-DRAWS", found=n_boot, least=FEWEST)
    fit = fit_of(model, data, "pls", scheme, modes, higher_order, scaled, consistent)
    names = names_of_estimates(fit.design.final)
    estimate = values_of(fit.final, names)[0]
    error, low, high = (np.full(len(estimate), np.nan) for _ in range(3))
    problems = list(fit.problems)
    if n_boot:
        draws = _draws(fit, names, scaled, consistent, n_boot, seed)
        draws = np.where(np.isfinite(draws), draws, np.nan)
        lost = int(np.isnan(draws[:, np.isfinite(estimate)]).any(axis=1).sum())
        if lost:
            problems.append(Problem.of("PLS-LOST", "", "warning", lost=lost, draws=n_boot))
        enough = np.isfinite(draws).sum(axis=0) >= FEWEST
        error[enough] = np.nanstd(draws[:, enough], axis=0, ddof=1)
        low, high = percentile(draws, conf_level)
    table = names.keys.assign(estimate=estimate, std_error=error, conf_low=low, conf_high=high)
    q2, distance = _q2(fit)
    table = pd.concat([table, q2], ignore_index=True)
    for name in q2.loc[q2["estimate"].isna(), "scale"]:
        problems.append(Problem.of("PLS-Q2", f"construct {name}", "note"))
    constructs = fit.design.final.constructs
    standard = _standard(fit, scaled)
    scores = standard @ fit.design.composites(fit.solutions)[0]
    options = {
        "model": str(model), "scheme": scheme, "modes": modes, "consistent": consistent, "n_boot": n_boot,
        "higher_order": higher_order, "scaled": scaled, "conf_level": conf_level,
    }  # fmt: skip
    return PlsModel(
        n=len(fit.rows.values),
        model=str(model),
        scheme=scheme,
        consistent=consistent,
        constructs=constructs,
        formative=tuple(
            name for name, formative in zip(constructs, fit.design.final.plan.formative, strict=True) if formative
        ),
        estimates=table,
        cross_loadings=pd.DataFrame(fit.final.cross[0], columns=list(constructs)).assign(
            item=list(fit.design.final.items), scale=list(fit.design.final.owner)
        ),
        correlations=pd.DataFrame(fit.final.correlations[0], columns=list(constructs)).assign(scale=list(constructs)),
        scores=pd.DataFrame(scores, columns=list(constructs)).assign(row=np.flatnonzero(fit.rows.kept) + 1),
        measures={"steps": float(fit.final.found.steps), "distance": float(distance), "htmt_guide": 0.90,
                  "reliability_guide": 0.70, "ave_guide": 0.50},
        n_boot=n_boot,
        conf_level=conf_level,
        problems=tuple(dict.fromkeys(problems)),
        names=names_of(data),
        provenance=Provenance.of("pls", data=fingerprint_of(data), seed=seed, **options),
    )  # fmt: skip


def _standard(fit: Fit, scaled: bool) -> FloatArray:
    centred = fit.rows.values - fit.rows.values.mean(axis=0)
    return np.asarray(centred / fit.rows.values.std(axis=0) if scaled else centred)


def _draws(fit: Fit, names: Any, scaled: bool, consistent: bool, n_boot: int, seed: int) -> FloatArray:
    every = np.moveaxis(resampled_covariances(fit.rows.values, n_boot, seed), -1, 0)
    size = max(1, _CELLS // every.shape[1] ** 2)
    parts = [
        values_of(fit.design.solve(every[start : start + size], scaled, consistent, fit.like)[-1], names)
        for start in range(0, n_boot, size)
    ]
    return np.concatenate(parts)


def _q2(fit: Fit) -> tuple[pd.DataFrame, int]:
    rows = _standard(fit, True) @ fit.design.final_items(fit.solutions)[0]
    distance = distance_for(len(rows))
    plan = fit.design.final.plan
    values = blindfold(rows, plan, distance)
    found = [
        ("q2", name, "", "", value, np.nan, np.nan, np.nan)
        for j, (name, value) in enumerate(zip(fit.design.final.constructs, values, strict=True))
        if plan.paths[:, j].any()
    ]
    return pd.DataFrame(found, columns=[*KEYS, "estimate", "std_error", "conf_low", "conf_high"]), distance
