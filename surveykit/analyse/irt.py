"""Item response theory: the graded response model of the items of one scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from surveykit.analyse.efa_data import choice
from surveykit.analyse.frames import names_of
from surveykit.analyse.irt_data import FEWEST_ITEMS, OrderedItems, ordered_items
from surveykit.analyse.irt_result import GradedResponse
from surveykit.analyse.scales import Keys
from surveykit.errors import Problem, SurveykitError
from surveykit.responses.source import fingerprint_of
from surveykit.result import Provenance
from surveykit.stats.dif import benjamini_hochberg
from surveykit.stats.graded import Graded, graded, item_information
from surveykit.stats.graded_fit import item_fit
from surveykit.stats.intervals import normal_quantile

STEEP = 6.0
"""Discriminations beyond this are met where items nearly repeat each other, not in real scales."""
LIMIT = 0.70
"""A trait value is measured precisely where information / (information + 1) is at least this."""
GRID = np.linspace(-4.0, 4.0, 321)


def irt(
    items: Any,
    model: Literal["graded"] = "graded",
    *,
    keys: Keys = None,
    only: str | Sequence[str] | None = None,
    conf_level: float = 0.95,
) -> GradedResponse:
    """Item response analysis of one scale by the graded response model.

    `items`: DataFrame of whole-number answers or Responses, at least three items of one trait; `only`: their names, or
    the name of a scale of the study or questionnaire (needed where there are several). P(answer >= k) = 1 / (1 +
    exp(-a (theta - b_k))), theta standard normal in the population, estimated by marginal maximum likelihood (61
    nodes in -6 .. 6). `keys`: item -> 1 or -1, "auto", or None for those of the questionnaire; a reversed item's
    codes run from the other end. Rows of table: a and b1, b2, ... of each item with standard errors from the observed
    information and Wald intervals; `answer` is the code from which a threshold counts, `info_share` the item's share
    of the information over the trait. Missing answers are taken as missing at random; rows without any are left out.
    Codes that nobody gave have no threshold; constant items and models without a finite or settled solution are NaN
    with a Problem. Weighted answers are refused. `item_fit` holds S-X2 of each item (rows complete on all items; a
    Problem names items that misfit at 5 % after Benjamini-Hochberg adjustment). Source: Samejima 1969; Bock & Aitkin
    1981; Louis 1982; Orlando & Thissen 2000. In R: `mirt::itemfit(fit, fit_stats = "S_X2")`,
    `mirt::coef(mirt::mirt(x, 1, "graded", SE = TRUE), IRTpars = TRUE)`.
    """
    choice("model", model, ("graded",))
    if not 0 < conf_level < 1:
        raise SurveykitError.of("ANALYSE-CHOICE", argument="conf_level", found=str(conf_level), allowed="(0, 1)")
    found = ordered_items(items, keys, only)
    used = found.varied
    if used.sum() < FEWEST_ITEMS:
        fit = None
    else:
        some = (found.positions[:, used] >= 0).any(axis=1)
        fit = graded(found.positions[some][:, used])
    kept = tuple(item for item, is_used in zip(found.items, used, strict=True) if is_used)
    n = int((found.positions >= 0).any(axis=1).sum()) if fit is None else int(some.sum())
    good = fit if fit is not None and not fit.fault else None
    parameters = _rows(found, good, conf_level)
    fits = _item_fit(found, good)
    return GradedResponse(
        n=n,
        parameters=parameters,
        levels=dict(found.levels),
        reversed_items=found.reversed_items,
        measures=_measures(good, n, len(kept)),
        item_fit=fits,
        conf_level=conf_level,
        problems=(*found.problems, *_fit_problems(fit, kept, parameters), *_misfits(fits)),
        names=names_of(items),
        provenance=Provenance.of(
            "irt",
            data=fingerprint_of(items),
            items=found.items,
            model=model,
            keys=dict(keys) if keys is not None and not isinstance(keys, str) else keys,
            conf_level=conf_level,
        ),
    )


def _rows(found: OrderedItems, fit: Graded | None, conf_level: float) -> pd.DataFrame:
    """A row a parameter; NaN throughout without a fit."""
    used = [int(at) for at in np.flatnonzero(found.varied)]
    shares = np.full(len(found.items), np.nan)
    if fit is not None:
        shares[used] = _shares(fit)
    reach = normal_quantile(conf_level)
    rows = []
    for at, item in enumerate(found.items):
        codes = found.levels[item]
        place = used.index(at) if at in used else None
        for parameter in range(max(len(codes), 1)):
            value = error = np.nan
            if fit is not None and place is not None:
                own = fit.slopes[place] if parameter == 0 else fit.thresholds[place, parameter - 1]
                value, error = float(own), float(fit.errors[place, parameter])
            rows.append(
                {
                    "item": item,
                    "parameter": f"b{parameter}" if parameter else "a",
                    "answer": float(codes[parameter]) if parameter else np.nan,
                    "estimate": value,
                    "std_error": error,
                    "conf_low": value - reach * error,
                    "conf_high": value + reach * error,
                    "info_share": shares[at],
                    "n": int((found.positions[:, at] >= 0).sum()),
                    "method": "mml",
                }
            )
    return pd.DataFrame(rows)


def _item_fit(found: OrderedItems, fit: Graded | None) -> pd.DataFrame:
    """A row an item: s_x2, df, p_value, p_bh, rmsea, n of complete rows."""
    used = [int(at) for at in np.flatnonzero(found.varied)]
    table = pd.DataFrame({"item": list(found.items)})
    columns = ("s_x2", "df", "p_value", "p_bh", "rmsea")
    values = np.full((len(found.items), len(columns)), np.nan)
    n = 0
    if fit is not None:
        own = item_fit(fit.slopes, fit.thresholds, found.positions[:, used])
        adjusted = benjamini_hochberg(own.p_value)
        values[used] = np.column_stack([own.s_x2, own.df, own.p_value, adjusted, own.rmsea])
        n = own.n
    return table.assign(**dict(zip(columns, values.T, strict=True)), n=n)


def _misfits(fits: pd.DataFrame) -> list[Problem]:
    return [
        Problem.of(
            "IRT-MISFIT", f"item {row['item']}", "note", s_x2=f"{row['s_x2']:.1f}", df=f"{row['df']:.0f}",
            rmsea=f"{row['rmsea']:.3f}",
        )
        for row in fits[fits["p_bh"] < 0.05].to_dict("records")
    ]  # fmt: skip


def _weights() -> NDArray[np.float64]:
    density = np.exp(-0.5 * GRID**2)
    return np.asarray(density / density.sum())


def _shares(fit: Graded) -> NDArray[np.float64]:
    """Share of each item in the information, averaged over the trait's distribution."""
    mean = item_information(fit.slopes, fit.thresholds, GRID) @ _weights()
    return np.asarray(mean / mean.sum())


def _measures(fit: Graded | None, n: int, items: int) -> dict[str, float]:
    undefined = ("logl", "aic", "bic", "reliability", "peak_theta", "peak_information", "peak_error")
    bounds = ("precise_low", "precise_high", "precise_share")
    found = dict.fromkeys((*undefined, "n_parameters", "n_patterns", "steps", *bounds), float("nan"))
    found |= {"items": float(items), "limit": LIMIT}
    if fit is None:
        return found
    total = item_information(fit.slopes, fit.thresholds, GRID).sum(axis=0)
    peak = int(total.argmax())
    found |= {
        "logl": fit.log_likelihood,
        "aic": -2 * fit.log_likelihood + 2 * fit.n_parameters,
        "bic": -2 * fit.log_likelihood + float(np.log(n)) * fit.n_parameters,
        "n_parameters": float(fit.n_parameters),
        "n_patterns": float(fit.n_patterns),
        "steps": float(fit.steps),
        "reliability": float(_weights() @ (total / (total + 1))),
        "peak_theta": float(GRID[peak]),
        "peak_information": float(total[peak]),
        "peak_error": float(1 / np.sqrt(total[peak])),
    }
    precise = total / (total + 1) >= LIMIT
    if precise[peak]:
        low = peak - int(np.argmin(np.append(precise[: peak + 1][::-1], False))) + 1
        high = peak + int(np.argmin(np.append(precise[peak:], False))) - 1
        found |= {"precise_low": float(GRID[low]), "precise_high": float(GRID[high])}
        found["precise_share"] = float(special.ndtr(GRID[high]) - special.ndtr(GRID[low]))
    return found


def _fit_problems(fit: Graded | None, items: Sequence[str], parameters: pd.DataFrame) -> list[Problem]:
    if fit is None:
        return [Problem.of("IRT-TOOFEW", "", "error", found=len(items), least=FEWEST_ITEMS)]
    if fit.fault == "diverged":
        steep = ", ".join(item for item, a in zip(items, np.abs(fit.slopes), strict=True) if a > 2 * STEEP)
        return [Problem.of("IRT-DIVERGED", "", "error", items=steep)]
    if fit.fault:
        return [Problem.of("IRT-NOTCONVERGED", "", "error", steps=fit.steps)]
    slopes = parameters[(parameters["parameter"] == "a") & parameters["estimate"].notna()]
    problems = []
    for row in slopes.to_dict("records"):
        place, a = f"item {row['item']}", f"{row['estimate']:.2f}"
        if row["conf_low"] <= 0 <= row["conf_high"]:
            problems.append(Problem.of("IRT-FLAT", place, "warning", a=a))
        elif row["estimate"] < 0:
            problems.append(Problem.of("IRT-NEGATIVE", place, "warning", a=a))
        elif row["estimate"] > STEEP:
            problems.append(Problem.of("IRT-STEEP", place, "warning", a=a, limit=f"{STEEP:g}"))
    return problems
