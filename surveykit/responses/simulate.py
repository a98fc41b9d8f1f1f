"""Synthetic answers from a declared truth, to try a questionnaire, a model or a report before there are answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.engine.memory import MemoryEngine
from surveykit.errors import SurveykitError
from surveykit.responses.draws import FloatArray, shares, stream, thresholds
from surveykit.responses.receipt import ItemReceipt, Receipt
from surveykit.responses.responses import Responses
from surveykit.responses.structure import Structure, build
from surveykit.spec.bank import Item
from surveykit.spec.questionnaire import Questionnaire
from surveykit.spec.scale import Scale
from surveykit.spec.study import Simulation, Study

_PULL = 0.6
"""Standardised path from satisfaction to an outcome that the study's model leaves out."""
_WORDS = {"en": "Synthetic answer", "zh": "模拟回答", "ru": "Синтетический ответ"}
_WRITES = 0.15
_START_SECONDS, _ITEM_SECONDS, _HURRY = 20, 6, 0.3


def simulate(source: Questionnaire | Study, n: int | None = None, seed: int | None = None) -> Responses:
    """Draw the answers of n respondents to every item of a questionnaire.

    Of a study, `simulation` and `model` are the truth; of a questionnaire, `Simulation()` with one construct a
    dimension. Constructs are standard normal: those without paths correlate at `correlation`, the others follow
    their standardised paths, and the constructs behind a construct load on it. A rating is
    loading x construct + sqrt(1 - loading^2) x error, cut at equally spaced thresholds so that its mean stands at
    `level` of the way up its scale, and turned round where the item is reverse-keyed. Choices are drawn from unequal
    shares; attention checks are passed by everybody but the careless, who give one answer throughout; `missing` of
    the ratings and choices are the scale's missing code, or blank.

    `n` and `seed` are those of the study (300 and 1 of a questionnaire) unless given. Equal seeds give equal answers
    on every platform. Raises SurveykitError where the paths explain more than a construct's variance.
    """
    truth = source.simulation if isinstance(source, Study) else Simulation()
    form = source.questionnaire if isinstance(source, Study) else source
    n = truth.n if n is None else n
    seed = truth.seed if seed is None else seed
    if n < 0 or seed < 0:
        raise SurveykitError.of("RESP-SIMARG", n=n, seed=seed)
    plan = _plan(source, form, truth)
    latent = plan.structure.draw(n, seed)
    crowd = _Crowd(n, seed, truth, stream(seed, "careless").random(n) < truth.careless, stream(seed, "line").random(n))
    found: dict[str, pd.Series] = {}
    raw: dict[str, pd.Series] = {}
    for item in form.items:
        scale = form.scale(item)
        if scale is None:
            found[item.code] = raw[item.code] = _open(item, crowd, form.languages[0])
            continue
        values = _coded(item, scale, crowd, plan, latent)
        gone = np.zeros(n, dtype=bool)
        if item.kind != "check":
            gone = stream(seed, f"missing {item.code}").random(n) < truth.missing
        code = min(scale.missing, default=np.nan)
        found[item.code] = pd.Series(np.where(gone, np.nan, values))
        raw[item.code] = pd.Series(np.where(gone, code, values))
    receipts = tuple(
        ItemReceipt(
            item=code,
            column=code,
            matched_by="simulated",
            answers=int(column.notna().sum()),
            missing=() if column.notna().all() else (("simulated", int(column.isna().sum())),),
        )
        for code, column in found.items()
    )
    index = pd.RangeIndex(n)
    return Responses(
        questionnaire=form,
        engine=MemoryEngine(pd.DataFrame({**_page(form, crowd), **found}, index=index)),
        raw_engine=MemoryEngine(pd.DataFrame(raw, index=index)),
        receipt=Receipt(file="simulated", format="synthetic", rows=n, items=receipts),
        id="respondent",
        synthetic=True,
        seed=seed,
    )


@dataclass(frozen=True, slots=True)
class _Plan:
    """The structure, and for each rating its construct and its loading."""

    structure: Structure
    construct: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Who answers: how many, and which of them without reading (at which height of the scale)."""

    n: int
    seed: int
    truth: Simulation
    careless: np.ndarray
    line: FloatArray


def _plan(source: Questionnaire | Study, form: Questionnaire, truth: Simulation) -> _Plan:
    measured = dict(source.model.measurement) if isinstance(source, Study) else {}
    construct: dict[str, str] = {}
    parents = {name: dict(weights) for name, weights in truth.paths.items()}
    for name, parts in measured.items():
        for part in parts:
            if part not in measured:
                construct.setdefault(part, name)
            elif parents.get(part):
                raise SurveykitError.of("RESP-SIMTWICE", f"construct {part}", above=name)
            else:
                parents[part] = {name: truth.loading}
    constructs = list(measured)
    for dimension in form.dimensions:
        left = [item.code for item in dimension.items if item.kind == "rating" and item.code not in construct]
        if not left:
            continue
        construct |= dict.fromkeys(left, dimension.code)
        if dimension.code not in constructs:
            constructs.append(dimension.code)
            if isinstance(source, Study) and dimension.role == "outcome" and dimension.code not in parents:
                parents[dimension.code] = {source.satisfaction: _PULL}
    return _Plan(build(constructs, parents, truth.correlation), construct)


def _coded(item: Item, scale: Scale, crowd: _Crowd, plan: _Plan, latent: dict[str, FloatArray]) -> FloatArray:
    """The codes that everybody ticks on this item, before any are left out."""
    draw = stream(crowd.seed, f"item {item.code}")
    categories = len(scale.values)
    if item.kind == "choice":
        cuts = np.cumsum(shares(draw, categories))[:-1]
        return scale.low + np.searchsorted(cuts, draw.random(crowd.n), side="right").astype(np.float64)
    lined = scale.low + np.floor(crowd.line * categories)
    if item.kind == "check":
        return np.where(crowd.careless, lined, float(item.answer or 0))
    name = plan.construct[item.code]
    truth = crowd.truth
    loading = truth.loadings.get(item.code, truth.loading)
    level = truth.levels.get(name, truth.levels.get(item.dimension, truth.level))
    standing = loading * latent[name] + np.sqrt(1 - loading**2) * draw.standard_normal(crowd.n)
    steps = np.searchsorted(thresholds(categories, level), standing, side="right").astype(np.float64)
    answers = scale.low + steps if item.keyed == 1 else scale.high - steps
    return np.where(crowd.careless, lined, answers)


def _open(item: Item, crowd: _Crowd, lang: str) -> pd.Series:
    draw = stream(crowd.seed, f"item {item.code}")
    if item.kind == "number":
        return pd.Series(np.rint(np.exp(2.5 + 0.6 * draw.standard_normal(crowd.n))))
    writes = draw.random(crowd.n) < _WRITES
    return pd.Series([_WORDS.get(lang, _WORDS["en"]) if each else None for each in writes], dtype=object)


def _page(form: Questionnaire, crowd: _Crowd) -> dict[str, object]:
    """The columns that the web page writes beside the items."""
    pace = np.exp(0.35 * stream(crowd.seed, "seconds").standard_normal(crowd.n))
    seconds = (_START_SECONDS + _ITEM_SECONDS * len(form.items)) * pace * np.where(crowd.careless, _HURRY, 1.0)
    return {
        "respondent": np.arange(1, crowd.n + 1),
        "form": pd.Series([form.code] * crowd.n, dtype=object),
        "version": pd.Series([form.version] * crowd.n, dtype=object),
        "fingerprint": pd.Series([form.fingerprint] * crowd.n, dtype=object),
        "language": pd.Series([form.languages[0]] * crowd.n, dtype=object),
        "seconds": np.rint(seconds),
    }
